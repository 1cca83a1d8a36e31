"""Backups of an installation: restored into a folder or a server, and known as restored."""

import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from licensekit.database import Connection, Database
from licensekit.database.backup import Restorable, Restored, restore_backup
from licensekit.state.boot_clock import clocks_of
from licensekit.state.home import database_of
from licensekit.state.loading import OpenInstallation, ReadTransaction
from licensekit.state.mark import LOST
from licensekit.state.schema import SCHEMA
from licensekit.state.stored import read_stored
from licensekit.state.time import system_clock
from licensekit.state.transactions import WriteTransaction


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
        reading = opened.clocks()
        stored = read_stored(connection, LOST if loses else None, reading)
        change = WriteTransaction(ReadTransaction(opened, connection, stored, reading))
        change.record("restore", entry=stored.head.number)
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
