"""Schemas: numbered migrations, which programs may work on what they made, and every row copied to another database.

`licensekit_schema` has one row: the kind of the database, so that a ledger is never taken for an installation, the
number of the last migration, the oldest schema whose programs may still read the database, the oldest whose programs
may still change it, and a counter of changes. What is copied follows from the migrations: a table that a later one adds
is copied like the others. Rows are read and written by the columns that a program knows, whatever a newer schema added.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, Final, Literal, LiteralString, NamedTuple, Protocol

from licensekit.database.protocol import STREAMED_ROWS, Connection, Database, Row
from licensekit.errors import DatabaseDamaged, DatabaseMoved, DatabaseNewer, DatabaseUnavailable

Progress = Callable[[int], object]  # called now and then with how many rows were done since the last call
Use = Literal["read", "change", "copy"]
"""What a program does with a database; who copies has to know all of it."""
FOUND: Final = "SELECT kind, number, reader, writer FROM licensekit_schema"
"""The query whose row tells what a database is; `Schema.check` judges it."""
_COUNT: Final = "SELECT count(*) FROM "
_HEADER: Final = re.compile(r"^-- oldest reader (\d+), writer (\d+), database (\d+)$", re.MULTILINE)
_COLUMN: Final = re.compile(r"(\w+) \{")
Queries = Mapping[str, LiteralString]  # name to statement, or to a part of several


class Migration(NamedTuple):
    """One step from a schema to the next; steps are numbered from 1, and so are schemas.

    In its statements, `{integer}`, `{text}`, `{blob}` are types of columns (text sorts by code point), and `{strict}`
    ends a `CREATE TABLE`. After it, programs of schema `reader` or later may read the database, of `writer` or later
    change it. Programs that know it work on a `database` of that schema or a later one: its own number, or less if it
    can wait. Its file has the three as `-- oldest reader 1, writer 1, database 2`.
    """

    statements: tuple[LiteralString, ...]
    reader: int
    writer: int
    database: int
    name: str = ""


def read_migrations(folder: Path) -> tuple[Migration, ...]:
    """Return the migrations in a folder of files `1-name.sql`, by number."""
    files = sorted(folder.glob("*.sql"), key=lambda path: int(path.stem.partition("-")[0]))
    return tuple(_read_migration(path.stem, path.read_text("utf-8")) for path in files)


def _read_migration(name: str, text: str) -> Migration:
    [(reader, writer, database)] = _HEADER.findall(text)
    return Migration(_statements(text), int(reader), int(writer), int(database), name)


def read_queries(module: str, known: Mapping[str, LiteralString] = {}) -> Queries:
    """Return the statements in the file of SQL beside a module, whose `__file__` is given, by their names.

    `-- name: NAME` stands before each, and `{NAME}` in one for one before it, or for one that is `known`.
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
    """Return a query in which `?{more}` stands for any number of values, with a mark for each of these."""
    return query.replace("{more}", ", ?" * (len(values) - 1))


def _statements(text: str) -> tuple[LiteralString, ...]:
    """Return the statements in a text: each ends with a semicolon that ends a line; comments begin with `--`."""
    lines = "".join(f"{line}\n" for line in text.splitlines() if not line.startswith("--"))
    # These files are part of the package, as literal as its code.
    statements: list[Any] = [one.strip() for one in lines.split(";\n") if one.strip()]
    return tuple(statements)


class Schema(NamedTuple):
    """What a program expects of a database: its kind, and every migration so far."""

    kind: str
    migrations: tuple[Migration, ...]

    @property
    def number(self) -> int:
        """The number of the last migration."""
        return len(self.migrations)

    @property
    def oldest(self) -> int:
        """The oldest schema of a database on which programs of this one work."""
        return max((step.database for step in self.migrations), default=0)

    @property
    def row(self) -> Row:
        """What the query `FOUND` shows of a database with all migrations."""
        reader, writer = max(step.reader for step in self.migrations), max(step.writer for step in self.migrations)
        return self.kind, self.number, reader, max(reader, writer)

    @property
    def statements(self) -> list[LiteralString]:
        """The statements of all migrations, in their order."""
        return [statement for step in self.migrations for statement in step.statements]

    def at(self, number: int) -> "Schema":
        """Return this schema as it was after migration `number`."""
        return self._replace(migrations=self.migrations[:number])

    def check(self, found: Row | None, location: str, use: Use = "read") -> None:
        """Accept a database for a use by programs of this schema; raise `DatabaseNewer`, or `StateError` for others."""
        number = self.number_of(found, location)
        _, _, reader, writer = found or (None, 0, 0, 0)
        if self.number < {"read": reader, "change": writer, "copy": number}[use]:
            raise DatabaseNewer(reason=use, found=number, known=self.number, where=location)
        if number < (self.number if use == "copy" else self.oldest):
            raise DatabaseUnavailable(reason="older", where=location)

    def number_of(self, found: Row | None, location: str) -> int:
        """Return the number that a database of this kind has; raise `StateError` for one of others, or a moved one."""
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
    """Return the kind of a database of `kind` that has gone on living at `place`."""
    return f"{kind} moved to {place}"


class Dialect(NamedTuple):
    """How one engine spells what a migration declares, and what it is asked about a database."""

    words: Mapping[str, LiteralString]  # what stands for `{integer}`, `{text}`, `{blob}` and `{strict}`
    first: tuple[LiteralString, ...]  # what is run before everything else in a new database
    define: Callable[[LiteralString], str]
    """Returns what `defined` shows of what a statement, as it is spelled, has created."""
    queries: Queries
    """`has_table`, with a row if `licensekit_schema` exists; `version` of the engine; name and definition of each table
    and index, as `defined`; table and name of `triggers`; what the engine finds wrong, each `damage…`."""

    def spell(self, statement: LiteralString) -> LiteralString:
        """Return a migration's `statement` as the engine understands it."""
        return statement.format(**self.words)


class Migrating(Database, Protocol):
    """A database, with what its engine offers to migrations and to whoever examines it."""

    @property
    def dialect(self) -> Dialect:
        """How it spells a migration."""
        ...

    def keep_copy(self, number: int) -> None:
        """Copy what is committed now beside the database, as it was before migration `number`."""
        ...


def require_as_made(connection: Connection, database: Migrating, schema: Schema) -> None:
    """Refuse a database whose tables and indexes are not as migrated; others may be beside them, triggers may not."""
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
    """Return a definition on one line; an older engine has no strict tables."""
    return " ".join(definition.split()).removesuffix(" STRICT")


@cache
def tables(schema: Schema) -> Mapping[LiteralString, Sequence[LiteralString]]:
    """Return every table and its columns, in the order of creation: each table after those that it refers to."""
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
    """Return how many rows all tables have together."""
    return sum(number for table in tables(schema) for (number,) in connection.rows(_COUNT + table))


def copy_rows(source: Connection, target: Connection, schema: Schema, progress: Progress = lambda _: None) -> None:
    """Copy every row from one transaction to another, where there is none yet; both have exactly this schema."""
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
    """Compare every row of two databases; raise `DatabaseDamaged`, about the target at `where`, if they differ."""
    for table in tables(schema):
        pairs = zip_longest(*(rows_in_order(each, schema, table) for each in (source, target)))
        for one, other in _telling(pairs, progress):
            if one != other:
                raise DatabaseDamaged(reason="copy-differs", table=table, where=where)


def mark_moved(connection: Connection, schema: Schema, place: str) -> None:
    """Mark a database as moved to `place`, so that nobody uses it here any more."""
    connection.run("UPDATE licensekit_schema SET kind = ?", moved_kind(schema.kind, place))


def rows_in_order(connection: Connection, schema: Schema, table: LiteralString) -> Iterator[Row]:
    """Return the rows of a table, by its key: the first column of every table, or its first two."""
    query: LiteralString = "SELECT {columns} FROM {table} ORDER BY 1, 2"
    return connection.stream(query.replace("{columns}", ", ".join(tables(schema)[table])).replace("{table}", table))


def _telling(rows: Iterable[Row], progress: Progress) -> Iterator[Row]:
    done = 0
    for done, row in enumerate(rows, 1):
        yield row
        if done % STREAMED_ROWS == 0:
            progress(STREAMED_ROWS)
    progress(done % STREAMED_ROWS)
