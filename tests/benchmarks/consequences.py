"""What it costs to say how many people may log in, with very many users.

The floor is one statement that counts the same rows.

Run: python -m tests.benchmarks.consequences [USERS]
"""

import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median

from licensekit.entitlements.consequences import deciding, logins
from licensekit.installation import Installation, parse_users
from licensekit.state.home import open_installation
from licensekit.state.users import groups_of
from tests import homes, today


def main() -> None:
    """Import the users, and time the count."""
    users = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as place:
        file = today.file(today.bundle(users={"sales-pro": users - 10, "user": None}))
        with Installation.open(Path(place), root=homes.PIN, pack=today.pack()) as installation:
            installation.activate(file)
            lines = (f"user{number:07},{_held(number)}\n" for number in range(users))
            installation.users.import_rows(parse_users("id,licenses\n" + "".join(lines)))
            state = installation.state()
        database = open_installation(place, create=False)
        with database.read() as connection:
            cuts = deciding([state.entitlements], state.in_use)

            def count() -> int:
                return logins(state.entitlements, groups_of(connection, cuts)).people

            def floor() -> object:
                return connection.rows("SELECT count(*) FROM users u JOIN user_licenses l ON l.user_id = u.id")

            print(f"{count()} of {users} may log in")
            print(f"count: {_milliseconds(count):.0f} ms, floor {_milliseconds(floor):.0f} ms")
            tracemalloc.start()
            count()
            print(f"memory: {tracemalloc.get_traced_memory()[1] / 2**20:.1f} MB")
        database.close()


def _held(number: int) -> str:
    return ("sales-pro", "user", "sales-pro user")[number % 3] if number % 10 else ""


def _milliseconds(call: Callable[[], object]) -> float:
    def timed() -> float:
        begin = time.perf_counter()
        call()
        return (time.perf_counter() - begin) * 1000

    return median(timed() for _ in range(5))


if __name__ == "__main__":
    main()
