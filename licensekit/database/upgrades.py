"""Upgrades: a database brought to a newer schema while older programs go on using it.

A step that expands a schema needs nothing of older programs. A step that contracts it takes away what only they use: it
waits for `upgrade`, by when they have been replaced. Whoever opens a SQLite file brings it as far as it needs, as one
host has it alone. A database on a server is shared: only `upgrade` changes its schema.
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
_MOST_SECONDS: Final = 600.0  # how long the steps may take together
_PATIENCE: Final = 0.5
"""How many seconds a try waits for a lock, and others behind it; a server looks for deadlocks after a second."""


class Upgrade(NamedTuple):
    """What an upgrade does, or has done, in numbers of schemas and names of steps.

    `found` is the schema before, `needed` the oldest with which this version works. Afterwards, programs of schema
    `reader` or later may read the database, of `writer` or later change it. `waiting` are steps for another time,
    `programs` older ones for whose end the first of those waits.
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
    """Set `database` up, or bring it as far as `open` may; whole or not at all, once however many processes try."""
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
    """Return what a database says it is, None of an empty one; refuse one of others, and one that is not as made."""
    if connection.one(database.dialect.queries["has_table"]) is None:
        return None
    found = connection.one(FOUND)
    number = schema.number_of(found, database.location)
    if number <= schema.number:
        require_as_made(connection, database, schema.at(number))
    return found


def upgrade(location: str | Path, schema: Schema, *, preview: bool = False) -> Upgrade:
    """Bring the database at `location` as far as no program that is seen is shut out; with `preview`, only say so.

    On a server, a step that may wait is left for a call of its own: by then, the fleet has been replaced.

    Raises `FileUnusable` where there is none, `DatabaseBusy` if others hold it all the time, and as `connect`.
    """
    from licensekit.database.sqlite.connection import is_alone  # noqa: PLC0415  # whoever opens a server needs none of it

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
    """Return up to which schema nobody is shut out, and by which programs the next step would be missed."""
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
    """Run what is pending, in an empty database also `fill`."""
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
