"""Databases: transactions, numbered migrations, "has it changed?", on SQLite or PostgreSQL.

`connect` chooses by location. The layers above see `protocol.Database` and nothing of the engine.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from licensekit.database.protocol import BUSY_SECONDS, Connection, Database, Row, Value, Version
from licensekit.database.schemas import Fill, Migrating, Migration, Queries, Schema, read_migrations, read_queries
from licensekit.errors import DatabaseUnavailable

__all__ = [
    "ABSENT", "Connection", "Database", "Migrating", "Migration", "Queries", "Row", "Schema", "Value", "Version",
    "connect", "holds_password", "in_memory", "is_url", "read_migrations", "read_queries", "shown",
]  # fmt: skip

ABSENT: Final = frozenset({"missing", "no-database", "empty-database", "not-set-up"})
"""Reasons of `FileUnusable` for a database that was never set up."""

_SCHEMES: Final = ("postgresql://", "postgres://")


def connect(
    location: str | Path, *, schema: Schema | None, create: bool, fill: Fill | None = None, wait: float = BUSY_SECONDS
) -> Migrating:
    """Open the database at `location` and migrate it to `schema`.

    Args:
        location: the path of a SQLite file, or a `postgresql://` URL.
        schema: the kind that it must be, and all migrations. None opens it as it is, to look what is wrong with it:
            nothing is checked, migrated or written.
        create: whether to set it up where there is none yet; if that fails, nothing is left.
        fill: writes its first rows, in the transaction that sets it up. It is not called where another process was
            faster.
        wait: seconds that a transaction waits for another process.

    Raises:
        FileUnusable: there is none and `create` is false, or the path is no plain file.
        DatabaseDamaged: another program's, of another kind, or damaged; it was left as it was.
        DatabaseNewer: migrated by a newer program.
        DatabaseBusy: another process holds it.
        DatabaseUnavailable: it cannot be reached, read or written.
    """
    if isinstance(location, str) and is_url(location):
        with _driver():
            from licensekit.database.postgres.database import PostgresDatabase  # noqa: PLC0415  # its driver is an extra
        return PostgresDatabase(location, schema, create=create, fill=fill, wait=wait)
    from licensekit.database.sqlite.database import SqliteDatabase  # noqa: PLC0415  # not needed with a server

    return SqliteDatabase(Path(location), schema, create=create, fill=fill, wait=wait)


def in_memory(schema: Schema) -> Database:
    """Return a new, empty database of `schema` in memory; a forked child continues with what was committed by then."""
    from licensekit.database.sqlite.database import MemoryDatabase  # noqa: PLC0415  # not needed with a home

    return MemoryDatabase(schema)


def is_url(location: str) -> bool:
    """Return whether a location is the URL of a server."""
    return location.startswith(_SCHEMES)


def holds_password(url: str) -> bool:
    """Return whether the URL of a server has a password in it and belongs nowhere; raises `DatabaseUnavailable`."""
    with _driver():
        from licensekit.database.postgres.connection import holds_password  # noqa: PLC0415  # its driver is an extra
    return holds_password(url)


def shown(location: str) -> str:
    """Return a location as it may be shown: of a URL without its password; raises as `holds_password`."""
    if not is_url(location):
        return location
    with _driver():
        from licensekit.database.postgres.connection import read_url  # noqa: PLC0415  # its driver is an extra
    return read_url(location)[0]


@contextmanager
def _driver() -> Generator[None]:
    try:
        yield
    except ImportError as error:
        raise DatabaseUnavailable(reason="no-driver") from error
