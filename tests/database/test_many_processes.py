"""Several processes on one database: races, kills and forks."""

import os
import random
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from typing import NoReturn

import pytest
from sample_database import (
    NEXT_SCHEMA,
    add,
    add_pairs_forever,
    claim_in_turn,
    set_up,
    stop_in_the_middle,
    things,
)

from licensekit.database import Database, connect
from licensekit.errors import DatabaseUnavailable

PROCESSES = get_context("spawn")
PATIENCE = 60

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")


def received(process: BaseProcess, pipe: Pipe) -> object:
    """Give what the process sends; fail if it ends or stays silent instead."""
    assert pipe.poll(PATIENCE), f"nothing from a process that has ended with {process.exitcode}"
    return pipe.recv()


def test_of_two_processes_that_want_the_last_one_exactly_one_gets_it(
    location: str, database: Database
) -> None:
    rounds = 200
    with database.write() as connection:
        connection.run_many(
            "INSERT INTO things VALUES (?, 'free', NULL)", [(number,) for number in range(rounds)]
        )
    barrier = PROCESSES.Barrier(2)
    ours, theirs = zip(*(PROCESSES.Pipe() for _ in range(2)), strict=True)
    racers = [
        PROCESSES.Process(target=claim_in_turn, args=(location, name, rounds, barrier, pipe))
        for name, pipe in zip(("anna", "bert"), theirs, strict=True)
    ]
    for racer in racers:
        racer.start()
    won = [received(racer, pipe) for racer, pipe in zip(racers, ours, strict=True)]
    for racer in racers:
        racer.join(PATIENCE)
    with database.read() as connection:
        held = connection.rows("SELECT id, name FROM things ORDER BY id")
    assert [number for number, _ in held] == list(range(rounds))
    assert won == [[n for n, name in held if name == racer] for racer in ("anna", "bert")]
    assert sum(map(len, won)) == rounds  # type: ignore[arg-type]  # lists, as just asserted


def test_processes_that_set_up_one_database_at_once_all_succeed(location: str) -> None:
    count = 4
    barrier = PROCESSES.Barrier(count)
    ours, theirs = zip(*(PROCESSES.Pipe() for _ in range(count)), strict=True)
    workers = [PROCESSES.Process(target=set_up, args=(location, barrier, pipe)) for pipe in theirs]
    for worker in workers:
        worker.start()
    numbers = [received(worker, pipe) for worker, pipe in zip(workers, ours, strict=True)]
    for worker in workers:
        worker.join(PATIENCE)
    database = connect(location, schema=NEXT_SCHEMA, create=False)
    assert sorted(things(database)) == sorted(numbers)  # type: ignore[type-var]  # integers
    database.close()


def test_a_process_killed_inside_a_transaction_leaves_nothing_of_it(
    location: str, database: Database
) -> None:
    add(database, 1, 2, 3)
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=stop_in_the_middle, args=(location, theirs))
    process.start()
    assert received(process, ours) == "in the middle"
    assert things(database) == [1, 2, 3]
    process.kill()
    process.join(PATIENCE)
    assert things(database) == [1, 2, 3]
    add(database, 4)
    assert things(database) == [1, 2, 3, 4]


def test_a_process_killed_at_any_moment_leaves_whole_transactions(
    location: str, database: Database
) -> None:
    choose = random.Random(0)  # noqa: S311  # moments, not secrets
    before: list[int] = []
    for _ in range(20):
        ours, theirs = PROCESSES.Pipe()
        process = PROCESSES.Process(target=add_pairs_forever, args=(location, theirs))
        process.start()
        told = received(process, ours)
        time.sleep(choose.uniform(0, 0.05))
        process.kill()
        process.join(PATIENCE)
        while ours.poll():
            told = ours.recv()
        after = things(database)
        assert after[: len(before)] == before
        assert after == list(range(1, len(after) + 1))
        assert len(after) in (told, told + 2)  # type: ignore[operator]  # a number
        before = after


def in_child(check: Callable[[], bool]) -> NoReturn:
    """End a forked child, with 0 if `check` holds."""
    result = 2
    try:
        result = 0 if check() else 1
    finally:
        os._exit(result)


def result_of(child: int) -> int:
    """Wait for a child and give what it ended with."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@needs_fork
def test_parent_and_child_use_the_database_independently_after_a_fork(
    database: Database,
) -> None:
    add(database, 1)
    version = database.version()
    child = os.fork()
    if child == 0:
        add(database, 2)
        in_child(lambda: things(database) == [1, 2] and database.version() != version)
    assert result_of(child) == 0
    assert database.version() != version
    add(database, 3)
    assert things(database) == [1, 2, 3]


@needs_fork
def test_a_child_that_ends_disturbs_nothing_of_its_parent(database: Database) -> None:
    add(database, 1)
    child = os.fork()
    if child == 0:
        database.close()
        in_child(lambda: True)
    assert result_of(child) == 0
    with database.read() as connection:
        assert connection.rows("SELECT id FROM things") == [(1,)]
    add(database, 2)
    assert things(database) == [1, 2]


@needs_fork
def test_a_child_can_neither_use_nor_end_its_parents_transaction(database: Database) -> None:
    add(database, 1)
    try:
        with database.write() as connection:
            connection.run("INSERT INTO things VALUES (2, 'two', NULL)")
            child = os.fork()
            if child:
                assert result_of(child) == 0
            connection.run("INSERT INTO things VALUES (3, 'three', NULL)")
    except DatabaseUnavailable:
        in_child(lambda: things(database) == [1])
    assert things(database) == [1, 2, 3]


@needs_fork
def test_a_child_that_leaves_its_parents_block_commits_nothing(database: Database) -> None:
    try:
        with database.write() as connection:
            connection.run("INSERT INTO things VALUES (1, 'one', NULL)")
            child = os.fork()
            if child:
                assert result_of(child) == 0
                connection.run("DELETE FROM things")
    except DatabaseUnavailable:
        in_child(lambda: things(database) == [])
    assert things(database) == []
