"""What it costs to settle a deficit of very many holders: to work it out, to read it edited, to carry it out.

Nine of ten who have a plan lose it, and what requires it. The floor is to delete as many rows of a bare table by their
key, and to insert as many rows beside.

Run: python -m tests.benchmarks.settle_deficit [USERS]
"""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from licensekit.installation import Installation, parse_users, table_of
from tests import homes, today
from tests.crm import crm_catalog

T = TypeVar("T")


def prepare(folder: Path, users: int) -> Installation:
    """Set up an installation in which every user has a plan and what requires it."""
    installation = Installation.open(folder, root=homes.PIN, pack=today.pack(crm_catalog()))
    sold = {"sales": users, "windows": None, "travel": None}
    installation.activate(today.file(today.bundle(system={"server": 1}, users=sold)))
    lines = (f"user{n:07},Person {n},sales windows{' travel' if n % 3 else ''}\n" for n in range(users))
    installation.users.import_rows(parse_users("id,name,licenses\n" + "".join(lines)))
    return installation


def floor_of(folder: Path, rows: int) -> float:
    """Return the seconds that bare SQLite takes to delete and insert as many rows."""
    keys = [(f"user{n:07}",) for n in range(rows)]
    with sqlite3.connect(folder / "floor.db") as bare:
        bare.execute("CREATE TABLE held (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")
        bare.execute("CREATE TABLE log (number INTEGER PRIMARY KEY, entry TEXT NOT NULL) STRICT")
        bare.executemany("INSERT INTO held VALUES (?)", keys)
        bare.commit()
        began = time.perf_counter()
        bare.executemany("DELETE FROM held WHERE id = ?", keys)
        bare.executemany("INSERT INTO log (entry) VALUES (?)", keys)
        bare.commit()
        return time.perf_counter() - began


def timed(what: str, act: Callable[[], T], floor: float) -> T:
    """Do something, and print how long it took, and how many floors that is."""
    began = time.perf_counter()
    done = act()
    seconds = time.perf_counter() - began
    print(f"{what}: {seconds:.2f} s, floor {floor:.2f} s, ratio {seconds / floor:.1f}")
    return done


def main() -> None:
    """Settle a deficit of this many holders."""
    users = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder, prepare(Path(folder, "home"), users) as crm:
        floor = floor_of(Path(folder), users)
        sold = {"sales": users // 10, "windows": users // 2, "travel": users // 3}
        data = today.file(today.bundle(sequence=2, system={"server": 1}, users=sold))
        proposal = timed("propose", lambda: crm.propose_activate(data), floor)
        table = timed("write the plan", lambda: table_of(proposal.settlement.rows), floor)
        settlement = timed("read the plan", lambda: proposal.settlement.read(table), floor)
        timed("activate", lambda: proposal.apply(settle=settlement), floor)


if __name__ == "__main__":
    main()
