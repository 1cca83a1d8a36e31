"""A ledger that is restored from a backup, or looked through, also if it cannot be opened."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from licensekit.database.backup import Restorable, Restored, restore_backup
from licensekit.database.examination import Check, CheckName, CheckPassed, Diagnosis, Graded, diagnose_database
from licensekit.database.migrations import Migrating
from licensekit.issuer.layout import Layout
from licensekit.issuer.ledger import SCHEMA
from licensekit.issuer.ledger.dated_ahead import dated_ahead
from licensekit.issuer.ledger.verification import verify


def restore_ledger(source: Path, folder: Path, *, confirm: bool = False) -> Restored:
    """Restore the backup `source` as the ledger of the workspace in `folder`, whole or not at all.

    Raises:
        ConfirmationNeeded: something in the ledger would be gone, and `confirm` is false.
        FileUnusable: there is no such backup.
        StateError: backup or ledger cannot be used.
    """
    layout = Layout(folder)
    location = layout.locate_ledger() if layout.has_ledger else layout.ledger
    origin = "SELECT hash FROM entries WHERE number = 1"
    place = Restorable(location, SCHEMA, origin, "entries")
    return restore_backup(place, source, confirm=confirm)


def diagnose_ledger(folder: Path, *, now: int) -> tuple[Diagnosis, ...]:
    """Look through the ledger of a workspace, and return what was found, check by check.

    `now` is in seconds since 1970. Nothing is changed, and a ledger that cannot be opened is a finding as well.

    Raises:
        WorkspaceInvalid: there is no workspace.
        FileUnusable, TooLarge: the file with the URL of the ledger cannot be read.
    """
    return diagnose_database(Layout(folder).locate_ledger(), SCHEMA, partial(_own, now=now))


def _own(database: Migrating, *, now: int) -> Mapping[CheckName, Check]:
    def entries() -> Iterator[Graded]:
        with database.read() as connection:
            report = verify(connection, lambda _: None)
            ahead = tuple(dated_ahead(connection, now))
        yield "ok", CheckPassed(reason="ledger", count=report.entries, head=report.head)
        for one in ahead:
            yield "notice", one

    return {"ledger": entries}
