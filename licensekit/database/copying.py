"""Every row of a database in another one of the same schema, whatever their engines.

What is copied follows from the migrations: a table that a later one adds is copied like the others. Two databases that
came to one schema by the same migrations have the same columns in one order.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, zip_longest
from typing import Final, LiteralString

from licensekit.database.migrations import Schema, moved_kind
from licensekit.database.protocol import STREAMED_ROWS, Connection, Row
from licensekit.errors import DatabaseDamaged

Progress = Callable[[int], object]
"""Called now and then with how many rows were done since the last call."""

# The key of every table is its first column, or its first two.
_IN_ORDER: Final = "SELECT * FROM {table} ORDER BY 1, 2"
_COUNT: Final = "SELECT count(*) FROM "
_INSERT: Final = "INSERT INTO {table} VALUES ({places})"


def tables(schema: Schema) -> tuple[LiteralString, ...]:
    """Return the name of every table in the order of creation: each after those that it refers to."""
    every = [statement.split() for statement in schema.statements]
    return tuple(words[2] for words in every if words[:2] == ["CREATE", "TABLE"])


def count_rows(connection: Connection, schema: Schema) -> int:
    """Return how many rows all tables have together."""
    counts = [connection.one(_COUNT + table) for table in tables(schema)]
    return sum(row[0] for row in counts if row is not None)


def copy_rows(source: Connection, target: Connection, schema: Schema, progress: Progress = lambda _: None) -> None:
    """Copy every row from one transaction to another, where there is none yet."""
    for table in tables(schema):
        rows = _in_order(source, table)
        first = next(rows, None)
        if first is None:
            continue
        places: LiteralString = ", ?" * len(first)
        statement = _INSERT.replace("{table}", table).replace("{places}", places[2:])
        target.run_many(statement, _telling(chain([first], rows), progress))


def compare_rows(
    source: Connection, target: Connection, schema: Schema, where: str, progress: Progress = lambda _: None
) -> None:
    """Compare every row of two databases; raise `DatabaseDamaged`, about the target at `where`, if they differ."""
    for table in tables(schema):
        pairs = zip_longest(_in_order(source, table), _in_order(target, table))
        for one, other in _telling(pairs, progress):
            if one != other:
                raise DatabaseDamaged(reason="copy-differs", table=table, where=where)


def mark_moved(connection: Connection, schema: Schema, place: str) -> None:
    """Mark a database as moved to `place`, so that nobody uses it here any more."""
    connection.run("UPDATE licensekit_schema SET kind = ?", moved_kind(schema.kind, place))


def _in_order(connection: Connection, table: LiteralString) -> Iterator[Row]:
    return connection.stream(_IN_ORDER.replace("{table}", table))


def _telling(rows: Iterable[Row], progress: Progress) -> Iterator[Row]:
    done = 0
    for done, row in enumerate(rows, 1):
        yield row
        if done % STREAMED_ROWS == 0:
            progress(STREAMED_ROWS)
    progress(done % STREAMED_ROWS)
