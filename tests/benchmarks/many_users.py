"""What an installation of many users costs: a cold question, opening, `status`, an import.

Run: python -m tests.benchmarks.many_users [USERS]
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Final

from licensekit.customer import Installation, parse_users
from licensekit.database import Database
from licensekit.entitlements import short_of
from licensekit.entitlements.login import may_login
from licensekit.installation.home import open_installation
from licensekit.installation.state import State, load
from licensekit.installation.users import user_facts
from licensekit.pack import open_pack
from licensekit.verify import verify_bundle
from licensekit.wire import armor
from tests import homes, makers, today
from tests.benchmarks.measure import Measured, measure, report

PACK: Final = today.pack()


def prepare(folder: Path, users: int) -> float:
    """Set an installation up with two assignments for each user; give the seconds of the import."""
    with Installation.open(folder, root=homes.PIN, pack=PACK) as installation:
        installation.activate(today.file(today.bundle(users={"sales-pro": users, "user": None})))
        lines = (f"user{number:07},sales-pro user\n" for number in range(users))
        rows = parse_users("id,licenses\n" + "".join(lines))
        begin = time.perf_counter()
        installation.users.import_rows(rows)
        return time.perf_counter() - begin


def state_of(database: Database) -> State:
    """Open an installation as the runtime does."""
    return load(database, root=homes.PIN, pack=PACK, clock=int(time.time()))


def cold_decision(database: Database, place: Path, users: int) -> Measured:
    """Time the first question about a user, with a primary-key SELECT as the floor."""
    raw = sqlite3.connect(place, isolation_level=None)
    state = state_of(database)
    short = short_of(state.entitlements, state.in_use)
    names = [f"user{number:07}" for number in range(users)]
    Random(1).shuffle(names)  # noqa: S311  # an order, no secret
    name = cycle(names)

    def ours() -> None:
        with database.read() as connection:
            user = user_facts(connection, next(name), short)
        assert may_login(state.entitlements, user, "web", events=state.events)

    def floor() -> None:
        raw.execute("SELECT name FROM users WHERE id = ?", (next(name),)).fetchone()

    return measure(ours, floor, calls=200)


def opening(database: Database) -> tuple[float, float]:
    """Give the milliseconds of opening, and of verifying the same files alone."""
    [bundle] = armor.read(makers.file_of(*(v.token for v in state_of(database).bundles)))

    def verify() -> None:
        ground = open_pack(PACK, homes.PIN, int(time.time()))
        verify_bundle(bundle, ground.trust, int(time.time()))

    return _milliseconds(lambda: state_of(database)), _milliseconds(verify)


STATUS: Final = """
import atexit, pathlib, sys
from licensekit.cli.main import main
atexit.register(lambda: print(pathlib.Path("/proc/self/status").read_text(), file=sys.stderr))
sys.argv = ["licensekit", "status", "--home", sys.argv[1]]
main()
"""


def status(folder: Path) -> tuple[float, float]:
    """Give the seconds and the megabytes of the `status` command, whole process (Linux)."""
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", STATUS, str(folder)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    seconds = time.perf_counter() - begin
    [peak] = [line for line in done.stderr.splitlines() if line.startswith("VmHWM")]
    return seconds, int(peak.split()[1]) / 1024


def _milliseconds(call: Callable[[], object]) -> float:
    def timed() -> Iterator[float]:
        for _ in range(50):
            begin = time.perf_counter()
            call()
            yield (time.perf_counter() - begin) * 1000

    return sorted(timed())[25]


def main() -> None:
    """Measure it all."""
    users = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        print(f"import of {users} users: {prepare(folder, users):.1f} s")
        database = open_installation(folder, create=False)
        report(
            "cold login decision", cold_decision(database, folder / "licensing.db", users), most=10
        )
        opened, verified = opening(database)
        print(f"open: {opened:.2f} ms, its files alone {verified:.2f} ms (to reach: 5 ms more)")
        seconds, megabytes = status(folder)
        print(f"status: {seconds:.2f} s, {megabytes:.0f} MB (to reach: 1 s and 150 MB)")
        database.close()


if __name__ == "__main__":
    main()
