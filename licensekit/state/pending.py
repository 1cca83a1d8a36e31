"""An installation that does not exist yet: its first change sets it up, whole or not at all.

Until then it is in memory, where everything can be read and tried. After the first change, its rows are copied to their
place in the transaction that creates the tables.
"""

import os
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import cast

from licensekit.database import Connection, Database, Version, connect, is_url
from licensekit.database.protocol import BaseDatabase, undoing
from licensekit.database.schemas import Dialect, Migrating, copy_rows
from licensekit.errors import DatabaseBusy, NotActivated
from licensekit.state import home
from licensekit.state.logs import audit_head
from licensekit.state.stored import ESTABLISHED


def open_or_wait(location: str | os.PathLike[str]) -> Database:
    """Open the installation at a location, or a pending one if there is none; raises as `open_installation`."""
    try:
        return home.open_installation(location, create=False)
    except NotActivated:
        return PendingDatabase(location)


class PendingDatabase(BaseDatabase):
    """The database of an installation that does not exist yet; once any process has set it up, the real one."""

    def __init__(self, location: str | os.PathLike[str]) -> None:
        self._place = home.locate(location)
        self._lock = RLock()
        self._private = home.open_in_memory()
        self._real: Database | None = None

    @property
    def location(self) -> str:
        """The current location, in memory until it is set up; no file or server is asked."""
        return (self._real or self._private).location

    @property
    def dialect(self) -> Dialect:
        """See `Migrating.dialect`."""
        return cast("Migrating", self._now()).dialect

    def read(self) -> AbstractContextManager[Connection]:
        """See `Database.read`."""
        return self._now().read()

    @contextmanager
    def write(self, *, shared: bool = False) -> Generator[Connection]:
        """See `Database.write`; the first change sets it up, or raises `DatabaseBusy` if another process was faster."""
        with self._lock:
            database = self._now()
            with database.write(shared=shared) as connection:
                yield connection
                # If the copy fails, the change in memory is rolled back as well.
                if database is self._private and audit_head(connection).number > ESTABLISHED:
                    self._real = self._set_up(connection)

    def version(self) -> Version:
        """See `Database.version`."""
        return self._now().version()

    def epoch(self) -> str:
        """See `Database.epoch`."""
        return self._now().epoch()

    def within(self, deadline: float) -> Database:
        """See `Database.within`; in memory, nothing has to be waited for."""
        return self if self._real is None else self._real.within(deadline)

    def close(self) -> None:
        """See `Database.close`."""
        self._private.close()
        if self._real is not None:
            self._real.close()

    def _now(self) -> Database:
        """Return the real installation if it exists by now, else the one in memory."""
        with self._lock:
            if self._real is None:
                with suppress(NotActivated):
                    self._real = home.open_installation(self._place, create=False)
            return self._real or self._private

    def _set_up(self, source: Connection) -> Database:
        """Copy everything to its place in one transaction; if that fails, remove what was created."""
        made = [] if is_url(self._place) else home.missing_folders(Path(self._place))
        target = home.database_of(self._place, create=False)
        is_filled = False

        def fill(connection: Connection) -> None:
            nonlocal is_filled
            copy_rows(source, connection, home.SCHEMA)
            # Before the commit, because a database without its mark looks like a restored one.
            home.put_mark(str(target), home.heads_of(source))
            is_filled = True

        with undoing(lambda: _remove(target, made)):
            home.database_of(self._place, create=True)
            real = connect(target, schema=home.SCHEMA, create=True, fill=fill)
        if not is_filled:
            real.close()
            raise DatabaseBusy(reason="set-up", where=real.location)
        return real


def _remove(target: str | Path, made: list[Path]) -> None:
    """Remove the mark and the folders of an installation that could not be set up."""
    if isinstance(target, str) or target.exists():  # another process has set it up
        return
    with suppress(OSError):
        home.mark_of(str(target)).unlink(missing_ok=True)
        for folder in made:
            folder.rmdir()
