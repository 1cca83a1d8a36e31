"""The world of the chaos test: programs that are killed, stopped and lied to, an importer, and an observer."""

import os
import signal
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from ctypes import c_longlong
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Final, LiteralString

import psycopg
from psycopg import sql

from licensekit.errors import StateError
from licensekit.state import seats
from licensekit.state.home import open_installation
from tests.runtime.leases import chaos_program
from tests.runtime.leases.chaos_history import Line, Program, Sample, Span
from tests.runtime.leases.chaos_program import Task, moment

HOUR: Final = 3600
LOOK_SECONDS: Final = 0.2
_CLOCK: Final = (
    "CREATE SCHEMA {0}",
    "CREATE TABLE {0}.ahead AS SELECT {1} AS seconds",
    """
    CREATE FUNCTION {0}.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    'SELECT pg_catalog.clock_timestamp() + make_interval(secs => seconds) FROM {0}.ahead'
    """,
)
_SPAWN: Final = get_context("spawn")


class Running:
    """A program that runs, and what is done to it."""

    def __init__(self, world: "World", number: int) -> None:
        self.ahead = RawValue(c_longlong, 0)
        self.stops: list[Span] = []
        self.killed: float | None = None
        self.continues: float | None = None
        """When it is to continue; None while it is not stopped."""
        self.task = Task(
            world.place, f"program-{number}", 4, world.ttl, world.folder / f"{number}.log", self.ahead, world.is_over
        )
        self.process: SpawnProcess = _SPAWN.Process(target=chaos_program.work, args=(self.task,))
        self.process.start()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def stop(self, seconds: float) -> None:
        """Stop it for some seconds."""
        self.stops.append((moment(), float("inf")))
        self.continues = time.monotonic() + seconds
        self.signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it continue."""
        self.signal(signal.SIGCONT)
        self.continues = None
        self._end_stop()

    def kill(self) -> None:
        """Kill it."""
        self.killed = moment()
        self.signal(signal.SIGKILL)
        self.process.join()
        if self.continues is not None:
            self.continues = None
            self._end_stop()

    def _end_stop(self) -> None:
        begin, _ = self.stops.pop()
        self.stops.append((begin, moment()))

    def written(self) -> Program:
        """Return what it wrote down."""
        return Program(self.task.holder, self.task.ttl, read_log(self.task.log), self.stops, self.killed)


class World:
    """What happens, in an order that the seed decides; the first program is never killed or stopped, and observes."""

    def __init__(self, place: str, folder: Path, *, programs: int, ttl: int, seed: int) -> None:
        self.place, self.folder, self.ttl = place, folder, ttl
        self.is_over = RawValue(c_longlong, 0)
        self.random = Random(seed)  # noqa: S311  # a choice, no secret
        self.done: Counter[str] = Counter()
        self.samples: list[Sample] = []
        self.all = [Running(self, number) for number in range(programs)]
        self.imported = Task(place, "importer", 0, ttl, folder / "importer.log", RawValue(c_longlong, 0), self.is_over)
        self.importer = _SPAWN.Process(target=chaos_program.import_users, args=(self.imported,))
        self.importer.start()

    def happen(self, seconds: float, server: "ServerClock | None") -> None:
        """Let things happen for some seconds, and programs be stopped only in the second half of that.

        A program that is stopped may keep others waiting; until then, whoever runs must lose nothing.
        """
        actions = [self.kill_one, self.step_a_clock, self.step_a_clock]
        actions += [lambda: self.step_server(server)] if server else []
        for half in (actions, [*actions, self.stop_one]):
            end = time.monotonic() + seconds / 2
            while time.monotonic() < end:
                time.sleep(self.random.uniform(0.3, 1.2))
                self.continue_who_may(time.monotonic())
                self.random.choice(half)()
        self.continue_who_may(float("inf"))

    def finish(self) -> list[int | None]:
        """Let all finish what they do, and return how they ended, those apart that were killed."""
        self.is_over.value = 1
        processes = [one.process for one in self.all if one.killed is None] + [self.importer]
        for process in processes:
            process.join(60)
        return [process.exitcode for process in processes]

    def close(self) -> None:
        """Leave no process behind, whatever has happened."""
        for process in (self.importer, *(one.process for one in self.all)):
            process.kill()
            process.join()

    def continue_who_may(self, now: float) -> None:
        """Let those continue whose time has come."""
        for one in self.all:
            if one.continues is not None and one.continues <= now:
                one.go_on()

    def kill_one(self) -> None:
        """Kill a program, perhaps a stopped one, and start another."""
        if (one := self._any(stopped=True)) is not None:
            one.kill()
            self.done["killed"] += 1
            self.all.append(Running(self, len(self.all)))

    def stop_one(self) -> None:
        """Stop a program, for a moment or for longer than its leases live."""
        if (one := self._any(stopped=False)) is not None:
            one.stop(self.random.uniform(0.1, 2.5) * self.ttl)
            self.done["stopped"] += 1

    def step_a_clock(self) -> None:
        """Step the wall clock of any program."""
        one = self.random.choice([one for one in self.all if one.killed is None])
        one.ahead.value = self.random.choice((-HOUR, 0, HOUR))
        self.done["clocks stepped"] += 1

    def step_server(self, server: "ServerClock") -> None:
        """Step the clock of the server."""
        server.step(self.random.choice((-HOUR, 0, HOUR)))
        self.done["server stepped"] += 1

    @contextmanager
    def observed(self) -> Generator[None]:
        """Look at the rows of the database again and again during a block."""
        over = Event()
        observer = Thread(target=self._observe, args=(over,))
        observer.start()
        try:
            yield
        finally:
            over.set()
            observer.join()

    def _observe(self, over: Event) -> None:
        database = open_installation(self.place, create=False)
        while not over.wait(LOOK_SECONDS):
            try:
                with database.read() as connection:
                    held = seats.held(connection, int(time.time()))
            except StateError:
                continue
            self.samples.append(Sample(moment(), tuple(one.holder for one in held)))
        database.close()

    def _any(self, *, stopped: bool) -> Running | None:
        ones = [one for one in self.all[1:] if one.killed is None and (stopped or one.continues is None)]
        return self.random.choice(ones) if ones else None


class ServerClock:
    """The clock of a server as an installation sees it, which is ahead of the true one by what is said."""

    def __init__(self, place: str) -> None:
        self._raw = psycopg.connect(place, autocommit=True)
        [(schema,)] = self._raw.execute("SELECT current_schema()").fetchall()
        name = f"{schema}_clock"
        self._name = sql.Identifier(name)
        for statement in _CLOCK:
            self._run(statement)
        # A name is looked for in this order; `pg_catalog` comes first only where it is not named.
        self.place = place.replace(f"%3D{schema}", f"%3D{schema}%2C{name}%2Cpg_catalog")

    def step(self, seconds: int) -> None:
        """Let the clock be ahead by some seconds."""
        self._run("UPDATE {0}.ahead SET seconds = {1}", seconds)

    def close(self) -> None:
        """Remove it."""
        self._run("DROP SCHEMA {0} CASCADE")
        self._raw.close()

    def _run(self, statement: LiteralString, seconds: int = 0) -> None:
        self._raw.execute(sql.SQL(statement).format(self._name, sql.Literal(seconds)))


def read_log(log: Path) -> list[Line]:
    """Return what a program wrote down before it ended."""
    text = log.read_text("utf-8") if log.exists() else ""
    return [Line.read(line.rstrip("\n")) for line in text.splitlines(keepends=True) if line.endswith("\n")]
