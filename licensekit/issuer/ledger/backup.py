"""A ledger that is restored from a backup, or looked through, also if it cannot be opened."""

from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from secrets import token_bytes

from licensekit.database import Connection, Database
from licensekit.database.backup import Restorable, Restored, restore_backup
from licensekit.database.examination import Check, CheckPassed, Diagnosis, Graded, diagnose_database
from licensekit.database.migrations import Migrating
from licensekit.errors import LicenseError
from licensekit.issuer.layout import Layout
from licensekit.issuer.ledger import SCHEMA, head, open_ledger, serials
from licensekit.issuer.ledger.dated_ahead import dated_ahead
from licensekit.issuer.ledger.mark import raise_mark, read_mark, require_whole
from licensekit.issuer.ledger.verification import verify


def restore_ledger(source: Path, folder: Path, *, confirm: bool = False) -> Restored:
    """Restore the backup `source` as the ledger of the workspace in `folder`, whole or not at all.

    Where the ledger held more before, nothing is signed until that was absorbed or given up (`Ledger.propose_absorb`).

    Raises:
        ConfirmationNeeded: something in the ledger would be gone, and `confirm` is false.
        FileUnusable: there is no such backup.
        StateError: backup or ledger cannot be used.
    """
    layout = Layout(folder)
    location = layout.locate_ledger() if layout.has_ledger else layout.ledger
    with (
        suppress(LicenseError),  # a damaged one is no reason not to restore it
        closing(open_ledger(location, create=False)) as present,
        present.read() as ledger,
    ):
        raise_mark(layout.mark, head(ledger))
    origin = "SELECT hash FROM entries WHERE number = 1"
    place = Restorable(location, SCHEMA, origin, "entries", arrive=_go_on)
    return restore_backup(place, source, confirm=confirm)


def _go_on(_: Database, ledger: Connection, loses: bool) -> None:  # noqa: FBT001  # a callback
    if loses:
        serials.jump(ledger, token_bytes)


def diagnose_ledger(folder: Path, *, now: int) -> tuple[Diagnosis, ...]:
    """Look through the ledger of a workspace, and return what was found, check by check.

    `now` is in seconds since 1970. Nothing is changed, and a ledger that cannot be opened is a finding as well.

    Raises:
        WorkspaceInvalid: there is no workspace.
        FileUnusable, TooLarge: the file with the URL of the ledger cannot be read.
    """
    layout = Layout(folder)
    return diagnose_database(layout.locate_ledger(), SCHEMA, partial(_own, layout, now))


def _own(layout: Layout, now: int, database: Migrating) -> Mapping[str, Check]:
    def entries() -> Iterator[Graded]:
        with database.read() as connection:
            report = verify(connection, lambda _: None)
            ahead = tuple(dated_ahead(connection, now))
        yield "ok", CheckPassed(reason="ledger", count=report.entries, head=report.head)
        for one in ahead:
            yield "notice", one

    def mark() -> Iterator[Graded]:
        known = read_mark(layout.mark)
        with database.read() as connection:
            require_whole(connection, known)
        yield "ok", CheckPassed(reason="mark", count=0 if known is None else known.number)

    return {"ledger": entries, "mark": mark}
