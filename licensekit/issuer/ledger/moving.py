"""Moving a ledger between the folder of its workspace and a server.

It is copied whole in one transaction and verified there, entry by entry. Then the old one is marked, so that nobody
signs with it, and the workspace is pointed at the new one. What was cut off in between, the same call again completes.
"""

from contextlib import closing, suppress
from pathlib import Path

from licensekit.database import Connection
from licensekit.database.copying import compare_rows, copy_rows, count_rows, mark_moved
from licensekit.errors import DatabaseDamaged, DatabaseMoved, DatabaseUnavailable, WorkspaceExists
from licensekit.files import sync_folder
from licensekit.issuer.layout import Layout, require_url
from licensekit.issuer.ledger import SCHEMA, open_ledger
from licensekit.issuer.ledger.mark import read_mark, require_whole
from licensekit.issuer.ledger.verification import verify


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
        copy_rows(leaving, copy, SCHEMA, lambda _: None)
    try:
        compare_rows(leaving, copy, SCHEMA, lambda _: None, there)
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
