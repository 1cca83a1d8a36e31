"""Users and their licenses from a table, as one change (`docs/commands.md`, "users import").

Its columns are `id`, and any of `name`, `kind`, `can_log_in`, `administrator`, `groups`, `licenses`. A column that is
not there changes nothing, and a license that is not there is not released.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from licensekit.entitlements import Entitlements, resolve
from licensekit.entitlements.assignment import AssignmentChange, faults_of
from licensekit.entitlements.login import UserFacts
from licensekit.errors import QuestionError, RefusedError, UnknownCode, UserCellInvalid, UserRetired, UsersInvalid
from licensekit.errors.coded import Located
from licensekit.state.slots import assign
from licensekit.state.transactions import WriteTransaction
from licensekit.state.users import add_user, update_user, user_facts
from licensekit.text import names
from licensekit.text.columns import AS_WRITTEN, Columns, TableOptions, TableRow, folded, read_table
from licensekit.text.marks import MarksLeftOut
from licensekit.text.values import FaultyValue, nearest
from licensekit.wire.documents import Kind, UserKind

IMPORT_BYTES: Final = 64 * 1024 * 1024
"""The largest file of users."""
FAULTS: Final = 100
"""How many faults are reported at most."""

_YES: Final = frozenset({"yes", "true", "1", "x"})
_NO: Final = frozenset({"no", "false", "0", ""})
_KINDS: Final = {kind.name.lower(): kind for kind in UserKind}


class ImportRow(NamedTuple):
    """One row of the file: what it says of a user."""

    line: int
    user_id: str
    changes: Mapping[str, Any]
    """Field of `UserFacts` to value."""
    licenses: tuple[str, ...]
    fault: Located | None = None
    """Why the line cannot be read, if it cannot: then all of the file is refused."""
    marks: tuple[MarksLeftOut, ...] = ()
    """What was left out of it, or of lines before it that have no user."""


class Imported(NamedTuple):
    """The result of an import."""

    added: int
    changed: int
    unchanged: int
    assigned: int


def parse_users(data: bytes | str, options: TableOptions = AS_WRITTEN) -> list[ImportRow]:
    """Return the rows of a table of users (`docs/commands.md`, "Tables").

    A line with a fault is a row with a fault, so that the import reports it together with what the rules of the
    installation have against the others. So is what is wrong with the headings.
    """
    table = read_table([data] if isinstance(data, bytes) else data, _COLUMNS, options)
    return _without_repetition(user for row in table for user in _users(row))


def import_users(change: WriteTransaction, rows: Iterable[ImportRow]) -> Imported:
    """Add and change users and assign their licenses, as one change; see `parse_users`.

    Raises:
        UsersInvalid: all faults, by line; nothing was changed.
    """
    state = change.read.state()
    importing = _Importing(change, state.entitlements, dict(state.in_use), Counter())
    faults: list[Located] = []
    for row in rows:
        found = [row.fault] if row.fault else importing.take(row)
        faults += [fault.at(f"line {row.line}") for fault in found]
        if len(faults) >= FAULTS:
            break
    if faults:
        raise UsersInvalid(faults=tuple(faults[:FAULTS]))
    return Imported(*(importing.done[name] for name in Imported._fields))


class _Importing(NamedTuple):
    """The import so far: what it counted, and what it did."""

    change: WriteTransaction
    entitlements: Entitlements
    in_use: dict[str, int]
    done: Counter[str]

    def take(self, row: ImportRow) -> list[Located]:
        """Import a row, or return every reason against it."""
        try:
            before = user_facts(self.change.connection, row.user_id)
            after = (before or UserFacts(row.user_id))._replace(**row.changes)
            if before is None:
                after = add_user(self.change.connection, after)
            elif after != before:
                update_user(self.change.connection, after)
            held = frozenset(after.licenses)
            wanted = {resolve(self.entitlements, c, (Kind.USER,)) for c in row.licenses}
        except UnknownCode as error:
            return [_no_license(error.name, self.entitlements)]
        except (QuestionError, RefusedError) as error:
            return [error]
        if after.retired and wanted:
            return [UserRetired(user=row.user_id)]
        asked = AssignmentChange(frozenset(wanted))
        faults = faults_of(self.entitlements, self.in_use, row.user_id, held, asked)
        if not faults:
            self._assign(asked.assign - held, before, after)
        return list(faults)

    def _assign(self, new: frozenset[str], before: UserFacts | None, after: UserFacts) -> None:
        assign(self.change.connection, Kind.USER, [(after.id, code) for code in new])
        for code in new:
            self.in_use[code] = self.in_use.get(code, 0) + 1
        outcome = "changed" if after != before or new else "unchanged"
        if outcome == "changed":
            self.change.record("user-import", user=after.written, assigned=sorted(new))
        self.done.update({outcome if before else "added": 1, "assigned": len(new)})


def _users(row: TableRow[str]) -> list[ImportRow]:
    if row.faults:
        return [_faulty(row.line, fault) for fault in row.faults]
    given = row.cells
    try:
        changes = {name: read(given[name]) for name, read in _FIELDS.items() if name in given}
        user_id = names.written_id(given["id"], "user id")
    except RefusedError as error:
        return [_faulty(row.line, error)]
    except FaultyValue as error:
        return [_faulty(row.line, error.fault)]
    licenses = tuple(_words(given.get("licenses", "")))
    return [ImportRow(row.line, user_id, changes, licenses, None, row.marks)]


def _faulty(line: int, fault: Located) -> ImportRow:
    return ImportRow(line, "", {}, (), fault)


def _without_repetition(rows: Iterable[ImportRow]) -> list[ImportRow]:
    """Return the rows; of a user who is there twice the second one has a fault."""
    lines: dict[str, int] = {}
    found: list[ImportRow] = []
    for row in rows:
        first = row.line if row.fault else lines.setdefault(names.folded(row.user_id), row.line)
        repeated = UserCellInvalid(reason="twice", text=row.user_id, line=first)
        found.append(row if first == row.line else _faulty(row.line, repeated))
    return found


def _no_license(code: str, entitlements: Entitlements) -> UserCellInvalid:
    known = {folded(license_.name): name for name, license_ in entitlements.licenses.items()}
    known |= dict(zip(entitlements.licenses, entitlements.licenses, strict=True))
    guess = known.get(nearest(folded(code), known), "")
    return UserCellInvalid(reason="license", text=code, guess=guess)


def _truth(text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise FaultyValue(UserCellInvalid(reason="truth", text=text))


def _kind(text: str) -> UserKind:
    kind = _KINDS.get(text.lower() or "associate")
    if kind is None:
        raise FaultyValue(UserCellInvalid(reason="kind", text=text, known=tuple(_KINDS)))
    return kind


def _words(text: str) -> list[str]:
    return text.replace(",", " ").replace(";", " ").split()


def _groups(text: str) -> tuple[str, ...]:
    return names.check_groups(names.split_groups(text))


_FIELDS: Final[Mapping[str, Callable[[str], Any]]] = {
    "name": names.check_name,
    "kind": _kind,
    "can_log_in": _truth,
    "administrator": _truth,
    "groups": _groups,
}
_COLUMNS: Final = Columns({name: name for name in ("id", *_FIELDS, "licenses")}, ("id",))
