"""What questions cost in an installation of many users; `tests.benchmarks.growth.users` has how the rest grows.

A question that is answered from memory is counted in units of a bare method call that does one dict look-up, a question
about a user nobody asked about before in primary-key SELECTs on the same database. Every user has two assignments.

Run: python -m tests.benchmarks.many_users [USERS]
"""

import sqlite3
import sys
import tempfile
from contextlib import closing
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Final

from licensekit import Licensing
from licensekit.installation import Installation, parse_users
from tests import homes, today
from tests.benchmarks.measure import Measured, measure, measure_loops, report

PACK: Final = today.pack()
CALLS: Final = 20_000
ROUNDS: Final = 41
COLD_CALLS: Final = 200


class Bare:
    """The floor: a method that does one look-up."""

    def __init__(self, granted: dict[str, bool]) -> None:
        self.granted = granted

    def allows(self, code: str) -> bool:
        """Look `code` up."""
        return self.granted[code]


def bare_loop(calls: int) -> None:
    """Call the floor."""
    bare = Bare({"server": True, "quote": False})
    for _ in range(calls):
        bare.allows("server")


def prepare(folder: Path, users: int) -> None:
    """Set an installation up, and import its users."""
    file = today.file(today.bundle(users={"sales-pro": users, "user": None}))
    with Installation.open(folder, root=homes.PIN, pack=PACK) as installation:
        installation.activate(file)
        lines = (f"{name_of(number)},sales-pro user\n" for number in range(users))
        installation.users.import_rows(parse_users("id,licenses\n" + "".join(lines)))


def open_runtime(folder: Path) -> Licensing:
    """Open the installation as an application does."""
    return Licensing.open(folder, root=homes.PIN, pack=PACK, watch=False)


def warm_questions(licensing: Licensing) -> dict[str, tuple[Measured, float]]:
    """Time what is answered from memory; give each with the ratio to reach."""
    user = name_of(1)
    assert licensing.allows("server")
    assert licensing.user(user).allows("sales-pro")
    assert licensing.user(user).may_login("web")

    def system(calls: int) -> None:
        for _ in range(calls):
            licensing.allows("server")

    def of_user(calls: int) -> None:
        for _ in range(calls):
            licensing.user(user).allows("sales-pro")

    def login(calls: int) -> None:
        for _ in range(calls):
            licensing.user(user).may_login("web")

    return {
        "allows": (measure_loops(system, bare_loop, calls=CALLS, rounds=ROUNDS), 2),
        "warm user allows": (measure_loops(of_user, bare_loop, calls=CALLS, rounds=ROUNDS), 6),
        "warm login": (measure_loops(login, bare_loop, calls=CALLS, rounds=ROUNDS), 25),
    }


def cold_login(licensing: Licensing, place: Path, users: int) -> Measured:
    """Time the first question about a user, with a primary-key SELECT as the floor."""
    names = [name_of(number) for number in range(users)]
    Random(1).shuffle(names)  # noqa: S311  # an order, no secret
    asked, selected = iter(names), cycle(names)
    # Connections of its own: nothing that the runtime has read is in their cache.
    with closing(sqlite3.connect(place, isolation_level=None)) as raw:

        def ours() -> None:
            assert licensing.user(next(asked)).may_login("web")

        def floor() -> None:
            raw.execute("SELECT name FROM users WHERE id = ?", (next(selected),)).fetchone()

        rounds = min(ROUNDS, users // COLD_CALLS - 2)
        return measure(ours, floor, calls=COLD_CALLS, rounds=rounds)


def name_of(number: int) -> str:
    """Return the id of one of the users."""
    return f"user{number:07}"


def main() -> None:
    """Measure it all."""
    users = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        prepare(folder, users)
        with open_runtime(folder) as licensing:
            for what, (measured, most) in warm_questions(licensing).items():
                report(what, measured, most=most)
            cold = cold_login(licensing, folder / "licensing.db", users)
            report("cold login", cold, most=10)


if __name__ == "__main__":
    main()
