"""A small database, and what other processes do with it in tests."""

import os
import sys
import time
from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Barrier
from typing import Final, LiteralString

from licensekit.database import Database, Schema, connect
from licensekit.database.schemas import Migration
from licensekit.database.upgrades import upgrade

FIRST: Final = Migration(("CREATE TABLE things (id {integer} PRIMARY KEY, name {text}, raw {blob}) {strict}",), 1, 1, 1)
NOTES: Final[tuple[LiteralString, ...]] = (
    """CREATE TABLE notes (
        number {integer} PRIMARY KEY,
        thing {integer} NOT NULL REFERENCES things (id),
        note {text} NOT NULL
    ) {strict}""",
    "INSERT INTO notes SELECT id, id, name FROM things",
)
SECOND: Final = Migration(NOTES, 2, 2, 2, "2-notes")
SCHEMA: Final = Schema("ledger", (FIRST,))
NEXT_SCHEMA: Final = Schema("ledger", (FIRST, SECOND))
EXPANDED: Final = Schema("ledger", (FIRST, SECOND._replace(reader=1, writer=1)))
"""The next schema, with which the programs of the first one go on."""


def newer(location: str, schema: Schema = NEXT_SCHEMA) -> Database:
    """Upgrade the database at a place to a newer schema, and open it as a program of that does."""
    upgrade(location, schema)
    return connect(location, schema=schema, create=False)


def soon(seconds: float = 0.3) -> float:
    """Return a deadline in a moment."""
    return time.monotonic() + seconds


def add(database: Database, *numbers: int) -> None:
    """Add one thing for each number."""
    with database.write() as connection:
        connection.run_many("INSERT INTO things VALUES (?, ?, ?)", ((number, "thing", None) for number in numbers))


def things(database: Database) -> list[int]:
    """Return the number of every thing that is there."""
    with database.read() as connection:
        return [number for (number,) in connection.rows("SELECT id FROM things ORDER BY id")]


def claim_in_turn(location: str, name: str, rounds: int, barrier: Barrier, pipe: Pipe) -> None:
    """Try to become the holder of each thing at the same moment as another process does."""
    database = connect(location, schema=SCHEMA, create=False)
    won: list[int] = []
    for number in range(rounds):
        barrier.wait()
        with database.write() as connection:
            found = connection.one("SELECT name FROM things WHERE id = ?", number)
            if found == ("free",):
                connection.run("UPDATE things SET name = ? WHERE id = ?", name, number)
                won.append(number)
    database.close()
    pipe.send(won)


def add_pairs_forever(location: str, pipe: Pipe) -> None:
    """Add things in pairs and tell of each pair once it is committed."""
    database = connect(location, schema=SCHEMA, create=False)
    last = max(things(database), default=0)
    while True:
        with database.write() as connection:
            for number in (last + 1, last + 2):
                connection.run("INSERT INTO things VALUES (?, ?, ?)", number, "x" * 5000, None)
        last += 2
        pipe.send(last)


def stop_in_the_middle(location: str, pipe: Pipe) -> None:
    """Keep a transaction open that has changed something, and never come back."""
    database = connect(location, schema=SCHEMA, create=False)
    with database.write() as connection:
        connection.run("DELETE FROM things")
        pipe.send("in the middle")
        time.sleep(3600)


def set_up(location: str, barrier: Barrier, pipe: Pipe) -> None:
    """Set the database up at the same moment as other processes do, and use it."""
    barrier.wait()
    database = connect(location, schema=NEXT_SCHEMA, create=True)
    add(database, os.getpid())
    database.close()
    pipe.send(os.getpid())


def migrate_slowly(location: str) -> None:
    """Migrate with a last statement that takes minutes."""
    slow: tuple[LiteralString, ...] = (
        "CREATE TABLE many (number {integer}) {strict}",
        """INSERT INTO many WITH RECURSIVE up (number) AS
            (SELECT 1 UNION ALL SELECT number + 1 FROM up WHERE number < 1000000000)
            SELECT number FROM up""",
    )
    upgrade(location, Schema("ledger", (FIRST, SECOND, Migration(slow, 3, 3, 3))))


def go_on_after_a_child_has_ended(location: str) -> None:
    """Use the database before and after a forked child has ended as programs do."""
    database = connect(location, schema=SCHEMA, create=False)
    add(database, 1)
    with database.write() as connection:
        connection.run("INSERT INTO things VALUES (2, 'thing', NULL)")
        child = os.fork()
        if child == 0:
            sys.exit(0)
        os.waitpid(child, 0)
    assert things(database) == [1, 2]
    add(database, 3)
    database.close()
