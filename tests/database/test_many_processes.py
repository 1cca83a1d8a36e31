"""Several processes on one database: races, kills and forks."""

import os
import random
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

import pytest

from licensekit.database import Database, connect
from licensekit.errors import DatabaseUnavailable
from tests.database.sample_database import (
    NEXT_SCHEMA,
    add,
    add_pairs_forever,
    claim_in_turn,
    go_on_after_a_child_has_ended,
    set_up,
    stop_in_the_middle,
    things,
)

PROCESSES = get_context("spawn")
PATIENCE = 60

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
pytestmark = [pytest.mark.process, pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")]


def received(process: BaseProcess, pipe: Pipe) -> object:
    """Return what the process sends; fail if it ends or stays silent instead."""
    ready = wait([pipe, process.sentinel], PATIENCE)
    assert pipe in ready, f"nothing from a process that has ended with {process.exitcode}"
    return pipe.recv()


@pytest.mark.attack("last-seat-taken-twice")
def test_of_two_processes_that_want_the_last_one_exactly_one_gets_it(location: str, database: Database) -> None:
    rounds = 200
    with database.write() as connection:
        connection.run_many("INSERT INTO things VALUES (?, 'free', NULL)", [(number,) for number in range(rounds)])
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


def test_processes_that_set_up_one_database_at_the_same_time_all_succeed(location: str) -> None:
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


def test_a_process_killed_inside_a_transaction_leaves_nothing_of_it(location: str, database: Database) -> None:
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


@pytest.mark.attack("kill-in-the-middle")
def test_a_process_killed_at_any_moment_leaves_whole_transactions(location: str, database: Database) -> None:
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


def run_in_child(check: Callable[[], None]) -> None:
    """Fork, and let the child make sure of something."""
    child = get_context("fork").Process(target=check)
    child.start()
    child.join(PATIENCE)
    assert child.exitcode == 0


@needs_fork
def test_parent_and_child_use_the_database_independently_after_a_fork(database: Database) -> None:
    add(database, 1)
    version = database.version()

    def use() -> None:
        add(database, 2)
        assert things(database) == [1, 2]
        assert database.version() != version

    run_in_child(use)
    assert database.version() != version
    add(database, 3)
    assert things(database) == [1, 2, 3]


@needs_fork
def test_a_child_that_closes_the_database_leaves_its_parents_open(database: Database) -> None:
    add(database, 1)
    with database.read() as connection:
        run_in_child(database.close)
        assert connection.rows("SELECT id FROM things") == [(1,)]
    add(database, 2)
    assert things(database) == [1, 2]


@needs_fork
def test_a_child_that_only_ends_disturbs_nothing_of_its_parent(location: str, database: Database) -> None:
    process = PROCESSES.Process(target=go_on_after_a_child_has_ended, args=(location,))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == 0
    assert things(database) == [1, 2, 3]


@needs_fork
def test_a_child_can_neither_use_nor_end_its_parents_transaction(database: Database) -> None:
    writing = database.write()
    connection = writing.__enter__()
    connection.run("INSERT INTO things VALUES (1, 'one', NULL)")

    def meddle() -> None:
        with pytest.raises(DatabaseUnavailable):
            connection.run("DELETE FROM things")
        with pytest.raises(DatabaseUnavailable):
            writing.__exit__(None, None, None)
        assert things(database) == []

    run_in_child(meddle)
    connection.run("INSERT INTO things VALUES (2, 'two', NULL)")
    writing.__exit__(None, None, None)
    assert things(database) == [1, 2]
