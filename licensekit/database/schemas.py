"""Schemas: numbered migrations, all pending ones in one transaction, and every row copied from one database to another.

`licensekit_schema` has one row: the kind of the database, so that a ledger is never taken for an installation, the
number of the last migration, and a counter of changes. What is copied follows from the migrations: a table that a later
one adds is copied like the others. Two databases that came to one schema by the same migrations have the same columns
in one order, whatever their engines.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, Final, LiteralString, NamedTuple, Protocol

from licensekit.database.protocol import STREAMED_ROWS, Connection, Database, Row
from licensekit.errors import DatabaseDamaged, DatabaseMoved, DatabaseNewer, DatabaseUnavailable, FileUnusable

Fill = Callable[[Connection], object]
"""Writes the first rows of a new database."""
Progress = Callable[[int], object]
"""Called now and then with how many rows were done since the last call."""
FOUND: Final = "SELECT kind, number FROM licensekit_schema"
"""The query whose row tells what a database is; `Schema.check` judges it."""
_COUNT: Final = "SELECT count(*) FROM "

Migration = tuple[LiteralString, ...]
"""The statements of one step from a schema to the next, which are numbered from 1.

`{integer}`, `{text}`, `{blob}` are column types (text sorts by code point), and `{strict}` ends a `CREATE TABLE`.
"""
Queries = Mapping[str, LiteralString]
"""Name to statement, or to a part of several."""


def read_migrations(folder: Path) -> tuple[Migration, ...]:
    """Return the migrations in a folder of files `1-name.sql`, by number."""
    files = sorted(folder.glob("*.sql"), key=lambda path: int(path.stem.partition("-")[0]))
    return tuple(_statements(path.read_text("utf-8")) for path in files)


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
    def statements(self) -> list[LiteralString]:
        """The statements of all migrations, in their order."""
        return [statement for step in self.migrations for statement in step]

    def check(self, found: Row | None, location: str) -> None:
        """Accept a database of this kind and number; raises as `pending`, or `DatabaseUnavailable` for an older one."""
        if found != (self.kind, self.number) and self.pending(found, location):
            raise DatabaseUnavailable(reason="replaced", where=location)

    def pending(self, found: Row | None, location: str) -> tuple[Migration, ...]:
        """Return the migrations that a database still needs; raise `StateError` for one of others, moved, or newer."""
        kind, number = found or (None, None)
        start = moved_kind(self.kind, "")
        if isinstance(kind, str) and kind.startswith(start):
            raise DatabaseMoved(kind=self.kind, place=kind.removeprefix(start), where=location)
        if kind != self.kind:
            raise DatabaseDamaged(reason="other-kind", wanted=self.kind, kind=kind, where=location)
        if not isinstance(number, int) or number < 1:
            raise DatabaseDamaged(reason="no-number", where=location)
        if number > self.number:
            raise DatabaseNewer(found=number, known=self.number, where=location)
        return self.migrations[number:]


def moved_kind(kind: str, place: str) -> str:
    """Return the kind of a database of `kind` that has gone on living at `place`."""
    return f"{kind} moved to {place}"


class Dialect(NamedTuple):
    """How one engine spells what a migration declares, and what it is asked about a database."""

    words: Mapping[str, LiteralString]
    """What stands for `{integer}`, `{text}`, `{blob}` and `{strict}`."""
    first: tuple[LiteralString, ...]
    """What is run before everything else in a new database."""
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


def migrate(database: Migrating, schema: Schema, *, create: bool, fill: Fill | None = None) -> None:
    """Bring `database` to `schema`, whole or not at all, once however many processes try; see `connect`."""
    with database.read() as connection:
        found = _found(connection, database.dialect)
        if found == (schema.kind, schema.number):
            require_as_made(connection, database, schema)
    if found is None and not create:
        raise FileUnusable(reason="not-set-up", wanted=schema.kind, where=database.location)
    if found is not None and not schema.pending(found, database.location):
        return
    with database.write() as connection:
        is_new = _apply(connection, database, schema)
        if fill is not None and is_new:
            fill(connection)


def _apply(connection: Connection, database: Migrating, schema: Schema) -> bool:
    """Run what is pending; return whether the database was empty before."""
    dialect = database.dialect
    if (found := _found(connection, dialect)) is None:
        for statement in (*dialect.first, dialect.spell(read_queries(__file__)["table"])):
            connection.run(statement)
        connection.run("INSERT INTO licensekit_schema VALUES (?, 0, 0)", schema.kind)
        pending = schema.migrations
    else:
        pending = schema.pending(found, database.location)
        if pending:
            database.keep_copy(schema.number - len(pending) + 1)
    for statement in chain.from_iterable(pending):
        connection.run(dialect.spell(statement))
    connection.run("UPDATE licensekit_schema SET number = ?", schema.number)
    return found is None


def require_as_made(connection: Connection, database: Migrating, schema: Schema) -> None:
    """Refuse a database whose tables and indexes are not as migrated; others may be beside them, triggers may not."""
    dialect, expected = database.dialect, dict[str, str]()
    for statement in schema.statements:
        words = statement.split()
        if words[0] == "CREATE":
            name = words[words.index("INDEX") + 1] if "INDEX" in words[:3] else words[2]
            expected[name] = _flat(dialect.define(dialect.spell(statement)))
        elif words[1] == "TABLE":  # altered or dropped since
            expected.pop(words[2], None)
    there = {name: _flat(text) for name, text in connection.rows(dialect.queries["defined"])}
    wrong = [name for name, text in expected.items() if there.get(name) != text]
    wrong += [f"{table} ({name})" for table, name in connection.rows(dialect.queries["triggers"]) if table in expected]
    if wrong:
        raise DatabaseDamaged(reason="differs", names=tuple(wrong), where=database.location)


def _flat(definition: str) -> str:
    """Return a definition on one line; an older engine has no strict tables."""
    return " ".join(definition.split()).removesuffix(" STRICT")


def _found(connection: Connection, dialect: Dialect) -> Row | None:
    if connection.one(dialect.queries["has_table"]) is None:
        return None
    # A table of that name without its row is no database of ours; no kind matches it.
    return connection.one(FOUND) or (None, None)


def tables(schema: Schema) -> tuple[LiteralString, ...]:
    """Return the name of every table in the order of creation: each after those that it refers to."""
    every = [statement.split() for statement in schema.statements]
    return tuple(words[2] for words in every if words[:2] == ["CREATE", "TABLE"])


def count_rows(connection: Connection, schema: Schema) -> int:
    """Return how many rows all tables have together."""
    return sum(number for table in tables(schema) for (number,) in connection.rows(_COUNT + table))


def copy_rows(source: Connection, target: Connection, schema: Schema, progress: Progress = lambda _: None) -> None:
    """Copy every row from one transaction to another, where there is none yet."""
    for table in tables(schema):
        rows = rows_in_order(source, table)
        if (first := next(rows, None)) is not None:
            insert = with_marks("INSERT INTO {table} VALUES (?{more})", first).replace("{table}", table)
            target.run_many(insert, _telling(chain([first], rows), progress))


def compare_rows(
    source: Connection, target: Connection, schema: Schema, where: str, progress: Progress = lambda _: None
) -> None:
    """Compare every row of two databases; raise `DatabaseDamaged`, about the target at `where`, if they differ."""
    for table in tables(schema):
        for one, other in _telling(zip_longest(rows_in_order(source, table), rows_in_order(target, table)), progress):
            if one != other:
                raise DatabaseDamaged(reason="copy-differs", table=table, where=where)


def mark_moved(connection: Connection, schema: Schema, place: str) -> None:
    """Mark a database as moved to `place`, so that nobody uses it here any more."""
    connection.run("UPDATE licensekit_schema SET kind = ?", moved_kind(schema.kind, place))


def rows_in_order(connection: Connection, table: LiteralString) -> Iterator[Row]:
    """Return the rows of a table, by its key: the first column of every table, or its first two."""
    return connection.stream("SELECT * FROM {table} ORDER BY 1, 2".replace("{table}", table))


def _telling(rows: Iterable[Row], progress: Progress) -> Iterator[Row]:
    done = 0
    for done, row in enumerate(rows, 1):
        yield row
        if done % STREAMED_ROWS == 0:
            progress(STREAMED_ROWS)
    progress(done % STREAMED_ROWS)
