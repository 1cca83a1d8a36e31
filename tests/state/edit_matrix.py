"""Every unsigned edit of a database, one at a time, and what it is worth.

An installation with something in every table is edited by hand: each column of each row is emptied, set back to what a
backup holds, and forged; each row is removed, and each row of documents and journal is written a second time. After
each edit the installation is opened. What it grants must never be more than it granted before, and an edit of the
journal must be named by a notice.

Run: python -m tests.state.edit_matrix
"""

import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from math import inf
from pathlib import Path
from typing import Any, Final, NamedTuple

from licensekit.dates import DAY_SECONDS
from licensekit.errors import LicenseError
from licensekit.installation import EventScope, Installation
from licensekit.state.loading import InstallationState
from licensekit.wire.documents import ResetWhat
from tests import homes, makers
from tests.crm import SOLD, crm_home_at
from tests.homes import Home, bundle, file

REVOKED: Final = "9990000009"
FORGED: Final[Mapping[type, tuple[Any, ...]]] = {
    int: (0, 1, 2**40),
    str: ("", "returned", "server"),
    bytes: (b"", bytes(32), b"\x01\xff"),
    type(None): (0, "x", b"x"),
}
"""Type of a value to what takes its place."""
LOGS: Final = frozenset({"journal"})
SIGNED_COLUMNS: Final = frozenset({"head", "observed", "signature"})


_ROWS: Final = "SELECT rowid, * FROM {}"
_ONE: Final = " WHERE rowid = ?"
_REMOVE: Final = "DELETE FROM {} WHERE rowid = ?"
_SET: Final = "UPDATE {} SET {} = ? WHERE rowid = ?"
_DOUBLED: Final = {
    "bundles": "INSERT INTO bundles SELECT randomblob(16), frame, receipt FROM bundles WHERE rowid = ?",
    "journal": "INSERT INTO journal SELECT (SELECT max(number) + 1 FROM journal), entry, hash,"
    " signature FROM journal WHERE rowid = ?",
    "trust_documents": "INSERT INTO trust_documents SELECT (SELECT max(place) + 1 FROM"
    " trust_documents), type, frame FROM trust_documents WHERE rowid = ?",
}


class Edit(NamedTuple):
    """One statement by hand."""

    table: str
    column: str
    """Empty where it is about a whole row."""
    how: str
    sql: str
    values: tuple[Any, ...]

    @property
    def is_of_journal(self) -> bool:
        """Whether it changes the journal, or the signature of its head."""
        return self.table in LOGS or (self.table == "installation" and self.column in SIGNED_COLUMNS)


class Worth(NamedTuple):
    """What an installation grants, and how late it is there."""

    grants: Mapping[str, float]
    now: int


class Outcome(NamedTuple):
    """What became of an edit."""

    edit: Edit
    worth: Worth | None
    """None: the database refuses the edit, or nothing can be opened; `said` is why."""
    said: tuple[str, ...]
    """The codes of the notices, or of the error."""
    is_refused: bool = False


def prepare(folder: Path) -> tuple[Home, Path]:
    """Make the installation, and a backup of its database from the middle of its life."""
    home, backup = crm_home_at(folder / "home"), folder / "backup.db"
    trust = homes.signed(makers.trust(makers.admitted(makers.key("vendor")), version=2), by="root")
    with home.open() as crm:
        crm.activate(file(bundle(serial=REVOKED, users={"sales": 500, "user": 400}, system={"expander": 1})))
        crm.activate(file(bundle(serial=REVOKED, part="more", users={"service": 300}, system={})))
        crm.activate(file(bundle(serial=REVOKED, part="gone", users={"travel": 200}, system={})))
        fill(crm)
        with (
            closing(sqlite3.connect(home.folder / "licensing.db")) as source,
            closing(sqlite3.connect(backup)) as target,
        ):
            source.backup(target)
        home.clock.move(days=3)
        for part in ("more", "gone"):
            crm.propose_return(part).apply(confirm=True)
        crm.activate(file(trust, makers.revocations(trust_version=2, serials=[REVOKED])))
        crm.activate(file(bundle(2, **{**SOLD, "sites": {"satellite": 2}})))
        crm.activate(file(reset(crm), bundle(**SOLD)))
        crm.users.retire("carl")
    return home, backup


def fill(crm: Installation) -> None:
    """Put something into the tables of people, sites and events."""
    for user in ("anna", "bob", "carl"):
        crm.users.add(user)
        crm.users.assign(user, "user")
    crm.sites.add("oslo", central=True)
    event = crm.events.start("no-login", scope=EventScope.USER, subject="bob")
    crm.events.end(event.number)


def reset(crm: Installation) -> Any:
    """Return a reset that lets one lower sequence in."""
    key = crm.state().fingerprint.key
    return makers.reset(installation=key, what=ResetWhat.SEQUENCE, nonce=bytes([7] * 16))


def edits(place: Path, backup: Path) -> Iterator[Edit]:
    """Yield every edit of the database at `place`."""
    with closing(sqlite3.connect(place)) as raw, closing(sqlite3.connect(backup)) as old:
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (table,) in raw.execute(tables).fetchall():
            described = raw.execute(_ROWS.format(table))
            names = [column[0] for column in described.description][1:]
            for rowid, *values in described.fetchall():
                yield from _of_row(table, rowid)
                before = old.execute(_ROWS.format(table) + _ONE, (rowid,)).fetchone()
                for number, name in enumerate(names):
                    older = None if before is None else before[number + 1]
                    yield from _of_value(table, rowid, name, values[number], older)


def _of_row(table: str, rowid: int) -> Iterator[Edit]:
    yield Edit(table, "", "row removed", _REMOVE.format(table), (rowid,))
    if table in _DOUBLED:
        yield Edit(table, "", "row doubled", _DOUBLED[table], (rowid,))


def _of_value(table: str, rowid: int, name: str, value: Any, older: Any) -> Iterator[Edit]:
    sql = _SET.format(table, name)
    if value is not None:
        yield Edit(table, name, "emptied", sql, (None, rowid))
    if older is not None and older != value:
        yield Edit(table, name, "older", sql, (older, rowid))
    forged = list(FORGED[type(value)])
    if isinstance(value, bytes) and value:
        forged.append(value[:-1] + bytes([value[-1] ^ 1]))
    for other in forged:
        if other != value:
            yield Edit(table, name, "forged", sql, (other, rowid))


def worth_of(state: InstallationState) -> Worth:
    """Return what an installation grants now: of each license how many, and what access."""
    granted = state.entitlements
    amounts = {
        code: sum(inf if one.amount is None else one.amount for one in grants)
        for code, grants in granted.grants.items()
    }
    access = {f"access to {code}": float(level) for code, level in granted.system.items()}
    return Worth({**amounts, **access}, state.now)


def carry_out(edit: Edit, home: Home, folder: Path) -> Outcome:
    """Edit a copy of an installation, open it, and return what became of it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(home.folder, folder)
    with closing(sqlite3.connect(folder / "licensing.db")) as raw:
        raw.execute("PRAGMA ignore_check_constraints = ON")
        try:
            raw.execute(edit.sql, edit.values)
        except sqlite3.Error as error:
            return Outcome(edit, None, (type(error).__name__,), is_refused=True)
        raw.commit()
    copy = Home(str(folder), home.clock, home.pack)
    try:
        with copy.open() as crm:
            state = crm.state()
    except LicenseError as error:
        return Outcome(edit, None, (error.code,))
    return Outcome(edit, worth_of(state), tuple(notice.code for notice in state.notices))


def is_more(found: Worth, honest: Worth) -> bool:
    """Return whether more is granted, or it is earlier, than without the edit.

    The floor of time is in the journal once a day.
    """
    return found.now < honest.now - DAY_SECONDS or any(
        count > honest.grants.get(code, 0) for code, count in found.grants.items()
    )


def run(folder: Path) -> tuple[Worth, list[Outcome]]:
    """Return what the installation is worth, and what becomes of each edit."""
    home, backup = prepare(folder)
    home.clock.move(days=-2)  # so that the floor of time counts, and not the clock
    with home.open() as crm:
        honest = worth_of(crm.state())
    every = list(edits(home.folder / "licensing.db", backup))
    return honest, [carry_out(edit, home, folder / "copy") for edit in every]


def failed(honest: Worth, outcome: Outcome) -> bool:
    """Return whether an edit brought more, or one of the journal went unnoticed."""
    if outcome.is_refused:
        return False
    worth, edit = outcome.worth, outcome.edit
    if worth is None:  # an error names it
        return False
    is_silent = edit.is_of_journal and "damaged-journal" not in outcome.said
    return is_silent or is_more(worth, honest)


def main() -> int:
    """Print the matrix; return 1 if an edit brings more, or one of the journal goes unnoticed."""
    with tempfile.TemporaryDirectory() as name:
        honest, outcomes = run(Path(name))
    lines: Counter[tuple[str, str, str, str]] = Counter()
    for outcome in outcomes:
        edit, worth = outcome.edit, outcome.worth
        if worth is None:
            result = "refused by the database" if outcome.is_refused else "error"
        else:
            result = "the same" if worth == honest else "less"
        if failed(honest, outcome):
            result = "FAILED"
        where = f"{edit.table}.{edit.column}".rstrip(".")
        said = "" if outcome.is_refused else ", ".join(sorted(set(outcome.said)))
        lines[where, edit.how, result, said] += 1
    print(f"{'where':<30} {'edit':<12} {'times':>5} {'granted':<24} said")
    for (where, how, result, said), count in sorted(lines.items()):
        print(f"{where:<30} {how:<12} {count:>5} {result:<24} {said}")
    count = sum(failed(honest, one) for one in outcomes)
    print(f"{len(outcomes)} edits, {count} failed")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
