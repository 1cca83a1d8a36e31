"""Copies of a ledger: restored from a backup, moved to a server and back, or looked through if it cannot be opened.

A ledger that moves is copied whole in one transaction and verified there, entry by entry. Then the old one is marked,
so that nobody signs with it, and the workspace is pointed at the new one. What was cut off in between, the same call
again completes.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from secrets import token_bytes

from licensekit.database import Connection, Database
from licensekit.database.backup import Restorable, Restored, restore_backup
from licensekit.database.examination import Check, CheckPassed, Diagnosis, Graded, diagnose_database
from licensekit.database.schemas import Migrating, compare_rows, copy_rows, count_rows, mark_moved
from licensekit.errors import DatabaseDamaged, DatabaseMoved, DatabaseUnavailable, LicenseError, WorkspaceExists
from licensekit.files import sync_folder
from licensekit.issuer.layout import Layout, require_url
from licensekit.issuer.ledger import SCHEMA, head, open_ledger, serials
from licensekit.issuer.ledger.mark import raise_mark, read_mark, require_whole
from licensekit.issuer.ledger.verification import dated_ahead, verify


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
            newest = verify(connection, lambda _: None)
            ahead = tuple(dated_ahead(connection, now))
        yield "ok", CheckPassed(reason="ledger", count=newest.number, head=newest.hash)
        for one in ahead:
            yield "notice", one

    def mark() -> Iterator[Graded]:
        known = read_mark(layout.mark)
        with database.read() as connection:
            require_whole(connection, known)
        yield "ok", CheckPassed(reason="mark", count=0 if known is None else known.number)

    return {"ledger": entries, "mark": mark}


def move_ledger(folder: Path, target: str) -> str:
    """Move the ledger of the workspace in `folder` to a `postgresql://` URL, or back to `ledger.db`.

    Return where it is now. What stays behind is marked as moved. Another folder that shares the ledger follows it by
    the same call.

    Raises:
        PlanRefused: `target` is neither, or has a password in it.
        WorkspaceExists: a ledger is there already.
        LedgerDamaged, LedgerRestored: the ledger does not hold; it stays where it is.
        StateError: one of the two cannot be used; the ledger stays where it is.
    """
    layout = Layout(folder)
    is_here = target == layout.ledger.name
    if not is_here:
        require_url(target)
    there = str(layout.ledger.absolute()) if is_here else target
    if is_here and layout.ledger.exists():
        raise WorkspaceExists(reason="ledger", where=there)
    arriving = layout.arriving if is_here else target
    try:
        with closing(open_ledger(layout.locate_ledger(), create=False)) as old, old.write() as leaving:
            require_whole(leaving, read_mark(layout.mark))
            with closing(open_ledger(arriving, create=True)) as new, new.write() as copy:
                _copy(leaving, copy, there)
            mark_moved(leaving, SCHEMA, there)
    except DatabaseMoved as error:
        if error.place != there:
            raise
    try:
        _point(layout, None if is_here else target)
    except OSError as error:
        raise DatabaseUnavailable(reason="not-created", detail=str(error), where=there) from error
    return there


def _copy(leaving: Connection, copy: Connection, there: str) -> None:
    """Copy and verify every row, unless an earlier call has copied the same."""
    is_filled = count_rows(copy, SCHEMA) > 0
    if not is_filled:
        copy_rows(leaving, copy, SCHEMA)
    try:
        compare_rows(leaving, copy, SCHEMA, there)
    except DatabaseDamaged as error:
        raise (WorkspaceExists(reason="ledger", where=there) if is_filled else error) from error
    verify(copy, lambda _: None)


def _point(layout: Layout, url: str | None) -> None:
    """Make the workspace find its ledger at the new place alone."""
    if url is None:
        layout.arriving.rename(layout.ledger)
        layout.ledger_url.unlink(missing_ok=True)
    else:
        layout.record_url(url)
        with suppress(FileNotFoundError):
            layout.ledger.rename(layout.ledger.with_name("ledger.db.moved"))
    sync_folder(layout.folder)
