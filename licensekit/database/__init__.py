"""Databases: transactions, numbered migrations, "has it changed?", on SQLite or PostgreSQL.

`connect` chooses by location. The layers above see `protocol.Database` and nothing of the engine.
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
    import_module(module)  # what errors say: once no more files can be opened, it is too late to load it

ABSENT: Final = frozenset({"missing", "no-database", "empty-database", "not-set-up"})
"""Reasons of `FileUnusable` for a database that was never set up."""
_SCHEMES: Final = ("postgresql://", "postgres://")


def connect(
    location: str | Path, *, schema: Schema | None, create: bool, fill: Fill | None = None, wait: float = BUSY_SECONDS
) -> Migrating:
    """Open the database at `location`, the path of a SQLite file or a `postgresql://` URL, and migrate it to `schema`.

    Without a schema it is opened as it is, to look what is wrong with it: nothing is checked, migrated or written. With
    `create` it is set up where there is none yet; `fill` writes its first rows in that transaction, unless another
    process was faster, and if that fails, nothing is left. A transaction waits `wait` seconds for another process.

    Raises `FileUnusable` where there is none or the path is no plain file, `DatabaseDamaged` for one of another program
    or kind, or a damaged one, `DatabaseNewer`, `DatabaseBusy` and `DatabaseUnavailable`; it was left as it was.
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
