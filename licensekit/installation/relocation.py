"""Moving an installation from a folder to a server or back, and restoring one from a backup.

What is moved is copied whole in one transaction, verified there, and the old location is marked, so that two copies are
not both in use. Cut off before the commit, nothing has arrived; cut off between the commit and the mark, the same call
again finds its own copy and sets the mark.
"""

import os
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from licensekit.database import Connection, Database, connect, shown
from licensekit.database.backup import Restorable, Restored, restore_backup
from licensekit.database.schemas import compare_rows, copy_rows, count_rows, mark_moved
from licensekit.errors import PlaceTaken
from licensekit.installation.audit import check_audit, newest_of
from licensekit.state.home import LOST, SCHEMA, Mark, database_of, heads_of, locate, open_installation, write_mark
from licensekit.state.journal_entries import Relocated, TroubleFound
from licensekit.state.loading import OpenInstallation, read_transaction
from licensekit.state.stored import read_stored
from licensekit.state.time import clocks_of, system_clock
from licensekit.state.transactions import WriteTransaction, write_installation

Progress = Callable[[int, int], object]
"""Called now and then with how many rows were done since the last call, and how many there are."""

_SUMMARY: Final = "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM sites), (SELECT count(*) FROM bundles)"


class Moved(NamedTuple):
    """The result of a move."""

    source: str
    target: str
    serial: str | None
    users: int
    sites: int
    bundles: int
    """Every one that was ever activated."""
    entries: int
    """Entries of the audit log, that of the move included."""
    head: str
    """The hash of the newest, in hex."""


def move(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    clock: Callable[[], datetime] = system_clock,
    by: str = "",
    progress: Progress = lambda _, __: None,
) -> Moved:
    """Move the installation at `source` to `target`; each is a folder or a `postgresql://` URL.

    Raises:
        NotActivated: there is no installation at `source`.
        DatabaseMoved: it was moved before.
        PlaceTaken: there is another installation at `target`.
        AuditDamaged, TrustError: the installation does not hold; it stays where it is.
        StateError: one of the two cannot be used; the installation stays where it is.
    """
    here, there, is_copied = shown(locate(source)), shown(locate(target)), False

    def fill(connection: Connection) -> None:
        nonlocal is_copied
        _copy(connection, leaving, here, there, progress)
        is_copied = True

    with (
        closing(open_installation(source, create=False)) as old,
        write_installation(OpenInstallation(old, clocks_of(clock), by=by)) as leaving,
        closing(connect(database_of(target, create=True), schema=SCHEMA, create=True, fill=fill)) as new,
    ):
        if not is_copied:
            _require_arrived(new, leaving)
        serial = None if leaving.read.stored.recorded is None else leaving.read.state().serial
        with new.read() as connection:
            [(users, sites, bundles)] = connection.rows(_SUMMARY)
            heads = heads_of(connection)
            write_mark(new.location, heads, lower=True)
        leaving.enter(Relocated(leaving.now, here, there))
        leaving.record("move", to=there)
        mark_moved(leaving.connection, SCHEMA, there)
    return Moved(here, there, serial, users, sites, bundles, heads.audit.number, heads.audit.hash.hex())


def _require_arrived(new: Database, leaving: WriteTransaction) -> None:
    """Require that an earlier call, cut off, copied this installation there as it is.

    Raises:
        PlaceTaken: another installation is there, or this one, and something was changed since.
    """
    with new.read() as connection:
        before = leaving.read.stored
        mark = Mark(before.head, before.journal.head)
        there = read_stored(connection, mark, leaving.read.reading)
        [last] = newest_of(connection, None, 1)
        is_copy = there.seed == before.seed and not there.is_behind
    if not (is_copy and last.number == leaving.head.number + 1 and last.facts.get("did") == "arrive"):
        raise PlaceTaken(reason="installation", where=new.location)


def _copy(connection: Connection, leaving: WriteTransaction, origin: str, place: str, progress: Progress) -> None:
    """Copy an installation and verify the copy; a restored backup stays known as one."""
    read, rows = leaving.read, count_rows(leaving.connection, SCHEMA)

    def report(done: int) -> None:
        progress(done, 2 * rows)

    copy_rows(read.connection, connection, SCHEMA, report)
    compare_rows(read.connection, connection, SCHEMA, place, report)
    check_audit(connection)
    there = read._replace(connection=connection, stored=read_stored(connection, None, read.reading))
    if read.stored.recorded is not None:
        there.state()  # verifies every document again, as it was copied
    arriving = WriteTransaction(there)
    if read.stored.is_behind and not read.stored.is_noted:
        arriving.enter(TroubleFound(there.now, None))
    arriving.enter(Relocated(there.now, origin, place))
    arriving.record("arrive", origin=origin)
    arriving.finish()


def restore(
    source: Path,
    home: str | os.PathLike[str],
    *,
    clock: Callable[[], datetime] = system_clock,
    by: str = "",
    confirm: bool = False,
) -> Restored:
    """Restore the backup `source` at `home`, whole or not at all.

    `home` is a folder or a `postgresql://` URL. What was restored is known as a restored backup until it is accepted,
    unless nothing was lost by it. Programs that use an installation there notice another state.

    Raises:
        ConfirmationNeeded: something at `home` would be gone, and `confirm` is false.
        FileUnusable: there is no such backup.
        DatabaseMoved: the installation was moved away from `home`.
        StateError: backup or home cannot be used.
    """

    def arrive(database: Database, connection: Connection, loses: bool) -> None:  # noqa: FBT001  # a callback
        opened = OpenInstallation(database, clocks_of(clock), by=by)
        change = WriteTransaction(read_transaction(opened, connection, LOST if loses else None, None))
        change.record("restore", entry=change.head.number)
        change.finish()

    place = Restorable(
        database_of(home, create=False),
        SCHEMA,
        "SELECT seed FROM installation",
        "audit",
        partial(database_of, home, create=True),
        arrive,
    )
    return restore_backup(place, source, confirm=confirm)
