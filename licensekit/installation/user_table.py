"""Tables of users, and their translation into changes (`docs/how-to/directories.md`).

Our own format has the column `id`, and any of `name`, `kind`, `can_log_in`, `administrator`, `groups`, `licenses`,
`retired`; a missing column changes nothing. An export of a directory has other columns, which a profile in
`directories.toml` translates.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from licensekit.entitlements.login import UserFacts
from licensekit.errors import Located, RefusedError, SyntaxInvalid, UserCellInvalid
from licensekit.text import names
from licensekit.text.columns import AS_WRITTEN, Columns, TableOptions, TableRow, caseless, read_table
from licensekit.text.names import MarksLeftOut
from licensekit.text.rows import TextLines, as_typed, read_rows, written_row
from licensekit.text.values import FAULTS, FaultyValue
from licensekit.wire.documents import UserKind
from licensekit.wire.plain import plain_fields

_MOST: Final = 1_000_000  # the most rows of a table, because each takes far more memory than its bytes
PLAIN: Final = "plain"  # the profile of our own format
_YES: Final = frozenset({"yes", "true", "1", "x"})
_NO: Final = frozenset({"no", "false", "0", ""})
_KINDS: Final = {kind.name.lower(): kind for kind in UserKind}
_DISABLED: Final = 2  # the bit of `userAccountControl` for a disabled account (`ADS_UF_ACCOUNTDISABLE`)
_NAME_OF_DN: Final = re.compile(r"\s*cn\s*=((?:\\.|[^\\,+])*)", re.IGNORECASE | re.DOTALL)
"""The first part of a distinguished name, if it is a common name (RFC 4514)."""
_BETWEEN_DNS: Final = re.compile(r"[;|\n]\s*(?=cn\s*=)", re.IGNORECASE)
_ESCAPED: Final = re.compile(rb"\\([0-9a-fA-F]{2}|.)", re.DOTALL)
_UNWRITTEN: Final = "Microsoft.ActiveDirectory.Management."
"""How PowerShell begins a list of groups that was not joined to a text."""


class ImportRow(NamedTuple):
    """A row of a table, with the changes of one user."""

    line: int
    user_id: str
    changes: Mapping[str, Any]
    """Field of `UserFacts` to value; an account that is disabled in a directory is `retired`."""
    licenses: tuple[str, ...]
    fault: Located | None = None
    """Why the row cannot be read; None if it can."""
    marks: tuple[MarksLeftOut, ...] = ()
    """Characters left out of this row, or of rows before it without a user."""


def parse_users(data: bytes | str, options: TableOptions = AS_WRITTEN) -> list[ImportRow]:
    """Parse a table of users into rows (`docs/commands.md`, "Tables").

    A faulty line becomes a row with a fault and without a user, so that an import can report it together with faults of
    other kinds; so do faulty headings. If a user occurs twice, the second line is a fault. Parsing stops after a
    hundred faulty rows.
    """
    lines, found, left = dict[str, int](), list[ImportRow](), FAULTS
    for row in _rows(data, _COLUMNS, options):
        first = row.line if row.fault else lines.setdefault(names.folded(row.user_id), row.line)
        fault = row.fault if first == row.line else UserCellInvalid(reason="twice", text=row.user_id, line=first)
        found.append(row if fault is None else ImportRow(row.line, "", {}, (), fault))
        if fault is not None and not (left := left - 1):
            break
    return found


def parse_directory(data: bytes | str, options: TableOptions = AS_WRITTEN, profile: str = "") -> list[ImportRow]:
    """Parse an export of a directory into rows; without one of `profiles`, the headings decide which it is.

    Columns unknown to the profile are ignored; those named in `options` win over it. A faulty line becomes a row with a
    fault and the id, if that can be read; two lines with the same user both have a fault.
    """
    head = next(read_rows(TextLines([data] if isinstance(data, bytes) else data, options.encoding)), None)
    titles = [caseless(as_typed(cell)) for cell in head.cells] if head else []
    recognized = (name for name, known in _profiles().items() if any(one in titles for one in known["id"]))
    known = _profiles().get(profile or next(recognized, PLAIN))
    if known is None:
        rows = list(_rows(data, _COLUMNS, options))
    else:
        columns = Columns({known["id"][0]: "id", **_OF_DIRECTORIES}, known["id"][:1])
        rows = list(_rows(data, columns, _translated(known, titles, options)))
    lines: dict[str, list[int]] = {}
    for row in rows:
        lines.setdefault(names.folded(row.user_id), []).append(row.line)
    others = ((row, next((n for n in lines[names.folded(row.user_id)] if n != row.line), 0)) for row in rows)
    faults = ((row, row.fault or (n and UserCellInvalid(reason="both", text=row.user_id, line=n))) for row, n in others)
    return [row._replace(fault=fault or None) for row, fault in faults]


def profiles() -> tuple[str, ...]:
    """Return the names of the profiles of directories, and that of our own format."""
    return (*_profiles(), PLAIN)


def user_lines(users: Iterable[UserFacts]) -> Iterator[str]:
    """Yield the lines of a table of users that `parse_users` can read."""
    yield written_row(_WRITTEN)
    for user in users:
        told = {**plain_fields(user, "kind can_log_in administrator retired last_seen"), "name": user.name}
        told |= {"groups": names.join_groups(user.groups), "licenses": " ".join(user.licenses), "id": user.written}
        yield written_row(("no", "yes")[cell] if isinstance(cell, bool) else cell for cell in map(told.get, _WRITTEN))


@cache
def _directories() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("directories.toml").read_text("utf-8"))


@cache
def _profiles() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return profile to its columns, each with the headings that it may have."""
    told = {name: columns for name, columns in _directories().items() if "id" in columns}
    return {name: {c: tuple(map(caseless, given)) for c, given in columns.items()} for name, columns in told.items()}


def _translated(known: Mapping[str, Iterable[str]], titles: list[str], options: TableOptions) -> TableOptions:
    """Return options that translate the headings of a directory, and ignore unknown ones."""
    named = {caseless(title): column for title, column in options.columns.items()}
    free = [title for title in titles if title not in named and title not in map(caseless, options.ignored)]
    told = {**{column: (column,) for column in _OURS}, **known}
    for column, headings in told.items():
        heading = next((one for one in headings if one in free), None)
        if heading is not None and column not in named.values():
            named[heading] = column
    return options._replace(columns=named, ignored=[title for title in titles if title not in named])


def _rows(data: bytes | str, columns: Columns[str], options: TableOptions) -> Iterator[ImportRow]:
    for count, row in enumerate(read_table([data] if isinstance(data, bytes) else data, columns, options)):
        if count == _MOST:
            yield ImportRow(row.line, "", {}, (), SyntaxInvalid(reason="rows", most=_MOST))
            return
        yield from _users(row)


def _users(row: TableRow[str]) -> list[ImportRow]:
    given = row.cells
    if row.faults:
        return [ImportRow(row.line, row.misread.get("id", ""), {}, (), fault, row.marks) for fault in row.faults]
    try:
        changes: dict[str, Any] = {name: read(given[name]) for name, read in _FIELDS.items() if name in given}
        changes |= _name(given)
        gone = [read(given[name]) for name, read in _GONE.items() if name in given]
        changes |= {"retired": any(gone)} if gone else {}
        user_id = names.written_id(given["id"], "user id")
    except (RefusedError, FaultyValue) as error:
        fault = error.fault if isinstance(error, FaultyValue) else error
        return [ImportRow(row.line, given["id"], {"name": given.get("name", "")}, (), fault, row.marks)]
    licenses = given.get("licenses", "").replace(",", " ").replace(";", " ").split()
    return [ImportRow(row.line, user_id, changes, tuple(licenses), None, row.marks)]


def _name(given: Mapping[str, str]) -> dict[str, str]:
    """Return the name, or else the first and last name, if the row has one."""
    parts = [given[part] for part in ("first_name", "last_name") if part in given]
    if "name" not in given and not parts:
        return {}
    return {"name": names.check_name(given.get("name") or " ".join(filter(None, parts)))}


def _truth(text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise FaultyValue(UserCellInvalid(reason="truth", text=text))


def _disabled(text: str) -> bool:
    """Return whether an account is not enabled; an empty cell is a fault."""
    if not text:
        raise FaultyValue(UserCellInvalid(reason="truth", text=text))
    return not _truth(text)


def _account_disabled(text: str) -> bool:
    if not (text.isascii() and text.isdigit()):
        raise FaultyValue(UserCellInvalid(reason="account-control", text=text))
    return bool(int(text) & _DISABLED)


def _not_at_work(text: str) -> bool:
    known = _directories()["status"]
    if text.upper() not in known:
        raise FaultyValue(UserCellInvalid(reason="status", text=text, known=tuple(known)))
    return not known[text.upper()]


def _kind(text: str) -> UserKind:
    kind = _KINDS.get(text.lower() or "associate")
    if kind is None:
        raise FaultyValue(UserCellInvalid(reason="kind", text=text, known=tuple(_KINDS)))
    return kind


def _groups(text: str) -> tuple[str, ...]:
    """Return the names of groups, which may be written as distinguished names."""
    if text.startswith(_UNWRITTEN):
        raise FaultyValue(UserCellInvalid(reason="groups", text=text))
    if not _NAME_OF_DN.match(text):
        return names.check_groups(names.split_groups(text))
    found = map(_NAME_OF_DN.match, _BETWEEN_DNS.split(text))
    return names.check_groups(_unescaped(one[1].strip()) for one in found if one)


def _unescaped(text: str) -> str:
    """Remove the escapes from a value of a distinguished name (RFC 4514, section 2.4)."""
    data = _ESCAPED.sub(lambda one: bytes.fromhex(one[1].decode()) if len(one[1]) > 1 else one[1], text.encode())
    return data.decode(errors="replace")


_FIELDS: Final = {"kind": _kind, "can_log_in": _truth, "administrator": _truth, "groups": _groups}
_GONE: Final = {"retired": _truth, "enabled": _disabled, "account_control": _account_disabled, "status": _not_at_work}
_WRITTEN: Final = ("id", "name", *_FIELDS, "licenses", "retired", "last_seen")
_OURS: Final = ("kind", "can_log_in", "administrator", "licenses")  # a directory may have these, under our names
_COLUMNS: Final = Columns({name: name for name in _WRITTEN}, ("id",))
_OF_DIRECTORIES: Final = {name: name for name in (*_WRITTEN, *_GONE, "first_name", "last_name")}
