"""Upgrades: migrate a database to a newer schema while older programs keep using it.

A step that only adds to a schema does not disturb older programs. A step that removes something that they use waits for
`upgrade`, which is called once they have been replaced. A SQLite file belongs to one host, so a program that opens it
runs the steps that it needs. A database on a server is shared, so only `upgrade` changes its schema.
"""

from contextlib import closing, suppress
from pathlib import Path
from random import uniform
from time import monotonic, sleep
from typing import Final, NamedTuple

from licensekit.database import Connection, Row, connect, is_url
from licensekit.database.protocol import Fill
from licensekit.database.schemas import FOUND, Migrating, Schema, read_queries, require_as_made
from licensekit.errors import DatabaseBusy, FileUnusable

_SQL: Final = read_queries(str(Path(__file__).with_name("schemas.sql")))
_TRIES: Final = 30
_MOST_SECONDS: Final = 600.0  # how long all steps may take together
_PATIENCE: Final = 0.5
"""How many seconds a try waits for a lock while others queue after it; servers look for deadlocks after a second."""


class Upgrade(NamedTuple):
    """The result of an upgrade, or its preview.

    `found` is the schema before and `schema` the one after it; `needed` is the oldest that this version works with.
    Afterwards, programs from schema `reader` on may read the database, and from `writer` on change it. `steps` are the
    names of the migrations that ran, `waiting` of those that did not, because `programs` still need the older schema.
    """

    database: str
    found: int
    schema: int
    needed: int
    reader: int
    writer: int
    steps: tuple[str, ...]
    waiting: tuple[str, ...]
    programs: tuple[str, ...]


def migrate(database: Migrating, schema: Schema, *, create: bool, fill: Fill | None = None) -> None:
    """Set `database` up, or migrate it as far as opening may; whole or not at all, and once for all processes."""
    with database.read() as connection:
        found = found_in(connection, database, schema)
    if found is None and not create:
        raise FileUnusable(reason="not-set-up", wanted=schema.kind, where=database.location)
    if found is not None and (is_url(database.location) or found[1] >= schema.oldest):
        schema.check(found, database.location)
        return
    with database.write() as connection:
        _apply(connection, database, schema.at(schema.oldest) if found else schema, fill)


def found_in(connection: Connection, database: Migrating, schema: Schema) -> Row | None:
    """Return the `FOUND` row, None from an empty database; raise `StateError` if it is not ours or was altered."""
    if connection.one(database.dialect.queries["has_table"]) is None:
        return None
    found = connection.one(FOUND)
    number = schema.number_of(found, database.location)
    if number <= schema.number:
        require_as_made(connection, database, schema.at(number))
    return found


def upgrade(location: str | Path, schema: Schema, *, preview: bool = False) -> Upgrade:
    """Migrate the database at `location` as far as no running program is shut out; with `preview`, change nothing.

    On a server, a step that can wait gets a call of its own, so that the other programs can be replaced in between.

    Raises `FileUnusable` if there is no database, `DatabaseBusy` if others never release it, and as `connect`.
    """
    from licensekit.database.sqlite.connection import is_alone  # noqa: PLC0415  # not needed with a server

    others = () if is_url(str(location)) or is_alone(Path(location)) else ("another program",)
    with closing(connect(location, schema=None, create=False, wait=_PATIENCE)) as database:
        for _ in range(_TRIES):
            with suppress(DatabaseBusy):
                return _upgrade(database, schema, others, preview=preview)
            sleep(uniform(0.2, 1) * _PATIENCE)  # noqa: S311  # a pause, no secret
        return _upgrade(database, schema, others, preview=preview)


def _upgrade(database: Migrating, schema: Schema, others: tuple[str, ...], *, preview: bool) -> Upgrade:
    with database.read() as connection:
        found = found_in(connection, database, schema)
        if found is None:
            raise FileUnusable(reason="not-set-up", wanted=schema.kind, where=database.location)
        _, start, reader, writer = found
        if start > schema.number:
            schema.check(found, database.location)
        number, programs = _reach(connection, database, schema, found, others)
    if start < number:
        _, _, reader, writer = schema.at(number).row
        if not preview:
            with database.within(monotonic() + _MOST_SECONDS).write() as connection:
                _apply(connection, database, schema.at(number), None)
    names = [step.name for step in schema.migrations]
    steps, waiting = tuple(names[start:number]), tuple(names[number:])
    return Upgrade(database.location, start, number, schema.oldest, reader, writer, steps, waiting, programs)


def _reach(
    connection: Connection, database: Migrating, schema: Schema, found: Row, others: tuple[str, ...]
) -> tuple[int, tuple[str, ...]]:
    """Return the last schema that shuts no program out, and the programs that keep the next step waiting."""
    _, start, _, admitted = found
    asked = database.dialect.queries.get("older_programs")
    for number, step in enumerate(schema.migrations[start:], start):
        oldest = max(step.reader, step.writer)
        if oldest > admitted:
            programs = tuple(shown for (shown,) in connection.rows(asked, oldest)) if asked else others
            if programs or (asked and step.database <= number > start):
                return number, programs
    return max(start, schema.number), ()


def _apply(connection: Connection, database: Migrating, schema: Schema, fill: Fill | None) -> None:
    """Run the pending migrations, and `fill` if the database is empty."""
    dialect, found = database.dialect, found_in(connection, database, schema)
    _, number, *_ = found or (None, 0)
    if found is None:
        for statement in (*dialect.first, dialect.spell(_SQL["table"])):
            connection.run(statement)
        connection.run(_SQL["begin"], schema.kind)
    elif number < schema.number:
        database.keep_copy(number + 1)
    for statement in schema.statements[len(schema.at(number).statements) :]:
        connection.run(dialect.spell(statement))
    if number < schema.number:
        connection.run(_SQL["advance"], *schema.row[1:])
    if found is None and fill is not None:
        fill(connection)
