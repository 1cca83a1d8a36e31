"""What a page of users costs the console, with a hundred and with a hundred thousand of them.

Run: python -m tests.benchmarks.console_users [USERS]
"""

import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from starlette.testclient import TestClient

from licensekit.console import Identity, app
from licensekit.installation import Installation, parse_users
from tests import homes, makers, today
from tests.benchmarks.measure import measure, report

FEW: Final = 100
PAGES: Final = {
    "a page of users": "/users",
    "a page further on": "/users?after=user0000040",
    "found by text": "/users?q=user00000",
    "one found by text": "/users?q=user0000099",
    "nobody found by text": "/users?q=nobody",
    "who holds a license": "/users/licenses?license=user",
    "a license that ten hold": "/users?license=few",
    "other users": "/users/others",
    "retired": "/users?state=retired",
    "retired or not": "/users?state=all",
    "lapsed": "/users?state=expired",
    "the card of one": "/user?id=user0000050",
}


def prepare(folder: Path, users: int) -> Installation:
    """Set up an installation with two licenses for each user."""
    catalog = makers.catalog()
    few = makers.license_entry()
    catalog = makers.changed(catalog, licenses={**catalog.licenses, "few": few})
    installation = Installation.open(folder, root=homes.PIN, pack=today.pack(catalog))
    sold = {"sales-pro": users, "user": None, "few": 10}
    installation.activate(today.file(today.bundle(users=sold)))
    lines = (f"user{n:07},Person {n},sales-pro user{' few' if n < FEW and n % 10 == 0 else ''}\n" for n in range(users))
    installation.users.import_rows(parse_users("id,name,licenses\n" + "".join(lines)))
    return installation


def asking(client: TestClient, path: str) -> Callable[[], None]:
    """Return a function that requests a page."""

    def ask() -> None:
        assert client.get(path).status_code == 200

    return ask


def main() -> None:
    """Measure each page."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        clients: list[TestClient] = []
        for users in (many, FEW):
            installation = prepare(Path(folder, str(users)), users)
            stack.callback(installation.close)
            served = app(installation, lambda _: Identity("ingrid"))
            clients.append(stack.enter_context(TestClient(served, base_url="http://localhost")))
        for what, path in PAGES.items():
            ours, floor = (asking(client, path) for client in clients)
            report(f"{what} of {many}", measure(ours, floor, calls=2, rounds=15), most=2)


if __name__ == "__main__":
    main()
