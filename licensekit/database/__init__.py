"""Databases on SQLite or PostgreSQL: transactions, numbered migrations, and change detection.

`connect` chooses the engine by location. The layers above see only `protocol.Database`.
"""

from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

from licensekit.database.protocol import BUSY_SECONDS, Connection, Database, Fill, Row, Value, Version, marks, undoing
from licensekit.database.schemas import Migrating, Queries, Schema, read_migrations, read_queries, with_marks
from licensekit.errors import DatabaseUnavailable

__all__ = [
    "ABSENT", "Connection", "Database", "Migrating", "Queries", "Row", "Schema", "Value", "Version",
    "connect", "holds_password", "in_memory", "is_url", "marks", "read_migrations", "read_queries", "shown",
    "undoing", "with_marks",
]  # fmt: skip

for module in ("tomllib", "licensekit.errors.templates"):
    import_module(module)  # errors need them for their texts, also when no more files can be opened

ABSENT: Final = frozenset({"missing", "no-database", "empty-database", "not-set-up"})
"""Reasons of `FileUnusable` for a database that was never set up."""
_SCHEMES: Final = ("postgresql://", "postgres://")


def connect(
    location: str | Path, *, schema: Schema | None, create: bool, fill: Fill | None = None, wait: float = BUSY_SECONDS
) -> Migrating:
    """Open the database at `location`, the path of a SQLite file or a `postgresql://` URL, and migrate it to `schema`.

    Without a schema, nothing is checked, migrated or written: that is for examining a broken database. With `create`,
    a missing database is set up; `fill` writes its first rows in the same transaction, unless another process was
    faster. If that fails, nothing is left behind. A transaction waits up to `wait` seconds for another process.

    Raises `FileUnusable` if there is no database or the path is not a plain file; `DatabaseDamaged` if it is damaged,
    or belongs to another program or kind; `DatabaseNewer`, `DatabaseBusy` or `DatabaseUnavailable`. A database that is
    refused is left unchanged.
    """
    if isinstance(location, str) and is_url(location):
        with _driver():
            from licensekit.database.postgres.database import PostgresDatabase  # noqa: PLC0415  # its driver is an extra
        return PostgresDatabase(location, schema, create=create, fill=fill, wait=wait)
    from licensekit.database.sqlite.database import SqliteDatabase  # noqa: PLC0415  # not needed with a server

    return SqliteDatabase(Path(location), schema, create=create, fill=fill, wait=wait)


def in_memory(schema: Schema) -> Database:
    """Return a new, empty database of `schema` in memory; a forked child keeps what was committed before the fork."""
    from licensekit.database.sqlite.database import MemoryDatabase  # noqa: PLC0415  # not needed with a home

    return MemoryDatabase(schema)


def is_url(location: str) -> bool:
    """Return whether a location is the URL of a PostgreSQL server."""
    return location.startswith(_SCHEMES)


def holds_password(url: str) -> bool:
    """Return whether a server's URL contains a password, so it must not be stored; raises `DatabaseUnavailable`."""
    with _driver():
        from licensekit.database.postgres.connection import holds_password  # noqa: PLC0415  # its driver is an extra
    return holds_password(url)


def shown(location: str) -> str:
    """Return a location that is safe to show: a URL loses its password; raises as `holds_password`."""
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
