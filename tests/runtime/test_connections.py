"""How many connections a program holds on a server, as `docs/how-to/postgresql.md` says it."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import psycopg
import pytest

from licensekit import Licensing
from licensekit.database import protocol
from licensekit.database.protocol import CONNECTIONS
from licensekit.installation import Installation
from tests.crm import crm_home_at, open_crm
from tests.homes import PIN, Home
from tests.runtime.conftest import comes

ASKING = 40
"""More threads than a program has connections."""


@pytest.fixture
def home(postgres_location: str) -> Home:
    """A home with an activated installation and many users."""
    home = crm_home_at(postgres_location)
    with open_crm(home, *(f"u{number}" for number in range(ASKING))):
        return home


class Server:
    """What the server says of the connections of programs."""

    def __init__(self, connection: psycopg.Connection[tuple[int]]) -> None:
        self._connection = connection

    def connected(self) -> int:
        """Return how many there are beside this one."""
        found = self._connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()"
        )
        return found.fetchall()[0][0]

    def settles_at(self) -> int:
        """Return how many there are in the end, or the last number if that is not one."""
        comes(lambda: self.connected() == 1)
        return self.connected()

    def most(self, seconds: float) -> int:
        """Return the most that there were within some time."""
        end, most = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            most = max(most, self.connected())
        return most


@pytest.fixture
def server(postgres_location: str) -> Iterator[Server]:
    """The server, asked by somebody else."""
    with psycopg.connect(postgres_location, autocommit=True) as connection:
        yield Server(connection)


@pytest.fixture
def licensing(home: Home, server: Server) -> Iterator[Licensing]:
    """A program that follows what changes."""
    assert comes(lambda: server.connected() == 0)
    with Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock, watch=True) as licensing:
        assert licensing.allows("server")
        yield licensing
    assert comes(lambda: server.connected() == 0)


@pytest.mark.usefixtures("licensing")
def test_a_program_that_asks_what_it_knows_holds_one(server: Server) -> None:
    assert server.most(1.5) == 1


def test_seats_need_no_more_for_being_held_and_renewed(server: Server, licensing: Licensing) -> None:
    with ExitStack() as held:
        for number in range(5):
            held.enter_context(licensing.seat("seat", holder=f"u{number}", ttl=2))
        assert server.most(3) <= 2
    assert comes(lambda: licensing.count("seat").in_use == 0)


def test_threads_that_ask_the_database_share_sixteen_which_are_closed_when_nobody_needs_them(
    server: Server, licensing: Licensing, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Barrier(ASKING)

    def ask(number: int) -> bool:
        begin.wait(60)
        return licensing.user(f"u{number}").allows("windows")

    with ThreadPoolExecutor(ASKING) as threads:
        asked = [threads.submit(ask, number) for number in range(ASKING)]
        most = 0
        while not all(one.done() for one in asked):
            most = max(most, server.connected())
        assert not any(one.result() for one in asked)
    assert 1 < most <= CONNECTIONS
    monkeypatch.setattr(protocol, "UNUSED_SECONDS", 1.0)
    assert server.settles_at() == 1


def test_whoever_administers_holds_one_until_it_is_closed(server: Server, home: Home) -> None:
    with Installation.open(home.place, root=PIN, pack=home.pack, clock=home.clock) as installation:
        installation.users.add("anna")
        assert next(row.user.id for row in installation.users.list()) == "anna"
        assert server.connected() == 1
    assert comes(lambda: server.connected() == 0)
