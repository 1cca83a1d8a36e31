"""Schemas: numbered migrations, which programs they admit, and copying all rows to another database.

The table `licensekit_schema` has one row: the kind of the database, so that a ledger is never mistaken for an
installation; the number of the last migration; the oldest schema whose programs may still read the database, and the
oldest whose programs may still change it; and a counter of changes. The tables to copy follow from the migrations. A
program names the columns that it knows, so columns that a newer schema adds do not disturb it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, Final, Literal, LiteralString, NamedTuple, Protocol

from licensekit.database.protocol import STREAMED_ROWS, Connection, Database, Row
from licensekit.errors import DatabaseDamaged, DatabaseMoved, DatabaseNewer, DatabaseUnavailable

Progress = Callable[[int], object]  # called now and then with the number of rows since the last call
Use = Literal["read", "change", "copy"]
"""What a program does with a database; to copy it, a program must know its exact schema."""
FOUND: Final = "SELECT kind, number, reader, writer FROM licensekit_schema"
"""The query for the row that `Schema.check` judges."""
_COUNT: Final = "SELECT count(*) FROM "
_HEADER: Final = re.compile(r"^-- oldest reader (\d+), writer (\d+), database (\d+)$", re.MULTILINE)
_COLUMN: Final = re.compile(r"(\w+) \{")
Queries = Mapping[str, LiteralString]  # name to statement, or to a fragment of statements


class Migration(NamedTuple):
    """One step from a schema to the next. Steps and schemas are numbered from 1.

    Its statements use `{integer}`, `{text}` and `{blob}` as column types (text sorts by code point), and `{strict}` at
    the end of a `CREATE TABLE`. After the step, programs that know schema `reader` or a later one may read the
    database, and from `writer` on change it. Programs that know this step need a database of at least schema
    `database`: the number of the step, or less if the step can wait. Its file has these as a comment:
    `-- oldest reader 1, writer 1, database 2`.
    """

    statements: tuple[LiteralString, ...]
    reader: int
    writer: int
    database: int
    name: str = ""


def read_migrations(folder: Path) -> tuple[Migration, ...]:
    """Read the files `1-name.sql` in a folder and return the migrations in order."""
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql"), key=lambda path: int(path.stem.partition("-")[0])):
        text = path.read_text("utf-8")
        [(reader, writer, database)] = _HEADER.findall(text)
        found.append(Migration(_statements(text), int(reader), int(writer), int(database), path.stem))
    return tuple(found)


def read_queries(module: str, known: Mapping[str, LiteralString] = {}) -> Queries:
    """Read the named statements of the `.sql` file beside a module, whose `__file__` is given.

    A line `-- name: NAME` begins each. In a statement, `{NAME}` inserts an earlier or a `known` one.
    """
    found: dict[str, Any] = {}
    for part in Path(module).with_suffix(".sql").read_text("utf-8").split("-- name: ")[1:]:
        name, _, text = part.partition("\n")
        (query,) = _statements(text)
        for other, inner in {**known, **found}.items():
            query = query.replace("{" + other + "}", inner)
        found[name] = query
    return found


def with_marks(query: LiteralString, values: Sized) -> LiteralString:
    """Return `query` with its `?{more}` replaced by a mark for each of `values`."""
    return query.replace("{more}", ", ?" * (len(values) - 1))


def _statements(text: str) -> tuple[LiteralString, ...]:
    """Split a text into statements, each ended by a semicolon at the end of a line; lines with `--` are comments."""
    lines = "".join(f"{line}\n" for line in text.splitlines() if not line.startswith("--"))
    # The files are part of the package, so their text is as trusted as literals in code.
    statements: list[Any] = [one.strip() for one in lines.split(";\n") if one.strip()]
    return tuple(statements)


class Schema(NamedTuple):
    """The kind of a database and all its migrations, as a program expects them."""

    kind: str
    migrations: tuple[Migration, ...]

    @property
    def number(self) -> int:
        """The number of the last migration."""
        return len(self.migrations)

    @property
    def oldest(self) -> int:
        """The oldest schema that a database may have for programs of this one."""
        return max((step.database for step in self.migrations), default=0)

    @property
    def row(self) -> Row:
        """The row that the query `FOUND` returns from a database with all migrations."""
        reader, writer = max(step.reader for step in self.migrations), max(step.writer for step in self.migrations)
        return self.kind, self.number, reader, max(reader, writer)

    @property
    def statements(self) -> list[LiteralString]:
        """The statements of all migrations, in order."""
        return [statement for step in self.migrations for statement in step.statements]

    def at(self, number: int) -> "Schema":
        """Return this schema as it was after migration `number`."""
        return self._replace(migrations=self.migrations[:number])

    def check(self, found: Row | None, location: str, use: Use = "read") -> None:
        """Check whether this program may use a database; raise `DatabaseNewer` or another `StateError` if not."""
        number = self.number_of(found, location)
        _, _, reader, writer = found or (None, 0, 0, 0)
        if self.number < {"read": reader, "change": writer, "copy": number}[use]:
            raise DatabaseNewer(reason=use, found=number, known=self.number, where=location)
        if number < (self.number if use == "copy" else self.oldest):
            raise DatabaseUnavailable(reason="older", where=location)

    def number_of(self, found: Row | None, location: str) -> int:
        """Return a database's schema number; raise `StateError` if it is of another kind, or has been moved."""
        kind, number, *_ = found or (None, None)
        start = moved_kind(self.kind, "")
        if isinstance(kind, str) and kind.startswith(start):
            raise DatabaseMoved(kind=self.kind, place=kind.removeprefix(start), where=location)
        if kind != self.kind:
            raise DatabaseDamaged(reason="other-kind", wanted=self.kind, kind=kind, where=location)
        if not isinstance(number, int) or number < 1:
            raise DatabaseDamaged(reason="no-number", where=location)
        return number


def moved_kind(kind: str, place: str) -> str:
    """Return what a database of `kind` that was moved to `place` has as its kind."""
    return f"{kind} moved to {place}"


class Dialect(NamedTuple):
    """An engine's column types, and its queries about a database."""

    words: Mapping[str, LiteralString]  # the replacements of `{integer}`, `{text}`, `{blob}` and `{strict}`
    first: tuple[LiteralString, ...]  # statements that run first in a new database
    define: Callable[[LiteralString], str]
    """Maps a spelled `CREATE` statement to the definition that the query `defined` returns for it."""
    queries: Queries
    """`has_table` returns a row if `licensekit_schema` exists; `version` that of the engine; `defined` the name and
    definition of each table and index; `triggers` their table and name; each `damage…` what the engine finds wrong."""

    def spell(self, statement: LiteralString) -> LiteralString:
        """Return a statement of a migration with this engine's types."""
        return statement.format(**self.words)


class Migrating(Database, Protocol):
    """A database that can be migrated and examined."""

    @property
    def dialect(self) -> Dialect:
        """The dialect of its engine."""
        ...

    def keep_copy(self, number: int) -> None:
        """Keep a copy of the database beside it, as it is before migration `number`."""
        ...


def require_as_made(connection: Connection, database: Migrating, schema: Schema) -> None:
    """Raise `DatabaseDamaged` if a table or index of the schema differs, or a table of it has a trigger."""
    dialect, expected = database.dialect, dict[str, str]()
    for statement in schema.statements:
        words = statement.split()
        if words[0] == "CREATE":
            name = words[words.index("INDEX") + 1] if "INDEX" in words[:3] else words[2]
            expected[name] = _flat(dialect.define(dialect.spell(statement)))
        elif words[0] in {"ALTER", "DROP"}:
            expected.pop(words[2], None)
    there = {name: _flat(text) for name, text in connection.rows(dialect.queries["defined"])}
    wrong = [name for name, text in expected.items() if there.get(name) != text]
    wrong += [f"{table} ({name})" for table, name in connection.rows(dialect.queries["triggers"]) if table in expected]
    if wrong:
        raise DatabaseDamaged(reason="differs", names=tuple(wrong), where=database.location)


def _flat(definition: str) -> str:
    """Return a definition on one line, without `STRICT`, which older engines lack."""
    return " ".join(definition.split()).removesuffix(" STRICT")


@cache
def tables(schema: Schema) -> Mapping[LiteralString, Sequence[LiteralString]]:
    """Return each table with its columns, in the order of creation, so that references point backward."""
    found: dict[Any, list[Any]] = {}
    for statement in schema.statements:
        match statement.split():
            case ["CREATE", "TABLE", table, *_]:
                found[table] = _COLUMN.findall(statement)
            case ["DROP", "TABLE", table]:
                del found[table]
            case ["ALTER", "TABLE", table, "ADD", "COLUMN", column, *_]:
                found[table].append(column)
            case ["ALTER", "TABLE", table, "DROP", "COLUMN", column]:
                found[table].remove(column)
            case _:
                pass
    return found


def count_rows(connection: Connection, schema: Schema) -> int:
    """Return the number of rows in all tables."""
    return sum(number for table in tables(schema) for (number,) in connection.rows(_COUNT + table))


def copy_rows(source: Connection, target: Connection, schema: Schema, progress: Progress = lambda _: None) -> None:
    """Copy every row from one transaction to another, whose tables are empty; both must have exactly this schema."""
    for one in (source, target):
        schema.check(one.one(FOUND), one.location, "copy")
    for table, columns in tables(schema).items():
        rows = rows_in_order(source, schema, table)
        if (first := next(rows, None)) is not None:
            insert = with_marks("INSERT INTO {table} ({columns}) VALUES (?{more})", first)
            insert = insert.replace("{table}", table).replace("{columns}", ", ".join(columns))
            target.run_many(insert, _telling(chain([first], rows), progress))


def compare_rows(
    source: Connection, target: Connection, schema: Schema, where: str, progress: Progress = lambda _: None
) -> None:
    """Compare every row of two databases; raise `DatabaseDamaged` for the target at `where` if they differ."""
    for table in tables(schema):
        pairs = zip_longest(*(rows_in_order(each, schema, table) for each in (source, target)))
        for one, other in _telling(pairs, progress):
            if one != other:
                raise DatabaseDamaged(reason="copy-differs", table=table, where=where)


def mark_moved(connection: Connection, schema: Schema, place: str) -> None:
    """Mark a database as moved to `place`, so that no program uses the old one."""
    connection.run("UPDATE licensekit_schema SET kind = ?", moved_kind(schema.kind, place))


def rows_in_order(connection: Connection, schema: Schema, table: LiteralString) -> Iterator[Row]:
    """Return the rows of a table in the order of its key: its first column, or its first two."""
    query: LiteralString = "SELECT {columns} FROM {table} ORDER BY 1, 2"
    return connection.stream(query.replace("{columns}", ", ".join(tables(schema)[table])).replace("{table}", table))


def _telling(rows: Iterable[Row], progress: Progress) -> Iterator[Row]:
    done = 0
    for done, row in enumerate(rows, 1):
        yield row
        if done % STREAMED_ROWS == 0:
            progress(STREAMED_ROWS)
    progress(done % STREAMED_ROWS)
