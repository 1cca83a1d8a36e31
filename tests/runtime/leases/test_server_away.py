"""Leases while the server is killed, away, and back again."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from licensekit import Licensing
from licensekit.errors import DatabaseUnavailable, LeaseLost, StateError
from licensekit.runtime.seats import Lease
from tests.crm import SOLD, crm_catalog
from tests.homes import Home, bundle, file, pack
from tests.runtime.leases.waiting import eventually

Act = Callable[[], None]


@pytest.fixture
def home(postgres_location: str) -> Home:
    """A home on a server, where seats may be borrowed for longer than the offline hours."""
    home = Home(postgres_location, pack=pack(crm_catalog()))
    with home.open() as installation:
        installation.activate(file(bundle(**SOLD, borrow_hours=100, offline_hours=24)))
    return home


def take(licensing: Licensing, **more: Any) -> Lease:
    return licensing.seat("seat", holder="anna", **more).take()


def cannot_renew(lease: Lease) -> bool:
    """Return whether the server is away: a connection may be served for a moment after a kill."""
    try:
        lease.renew()
    except StateError:
        return True
    return False


def in_use(licensing: Licensing) -> int:
    return licensing.count("seat").in_use


def test_a_lease_outlives_a_server_that_is_killed_and_started(
    licensing: Licensing, kill_postgres: Act, start_postgres: Act
) -> None:
    lease = take(licensing, ttl=60)
    kill_postgres()
    assert eventually(lambda: cannot_renew(lease))
    lease.check()
    start_postgres()
    assert eventually(lambda: in_use(licensing) == 1)
    lease.renew()
    lease.check()
    assert lease.left > 50


def test_a_server_that_is_away_for_too_long_costs_the_seat(
    licensing: Licensing, kill_postgres: Act, start_postgres: Act
) -> None:
    lease = take(licensing, ttl=2)
    kill_postgres()
    assert lease.lost.wait(60)
    with pytest.raises(LeaseLost, match="not renewed since"):
        lease.check()
    start_postgres()
    with licensing.seat("seat", holder="anna", wait=20) as again:
        again.check()


def test_a_seat_that_is_released_meanwhile_is_free_once_the_server_is_back(
    licensing: Licensing, kill_postgres: Act, start_postgres: Act
) -> None:
    lease = take(licensing, ttl=600)
    kill_postgres()
    assert eventually(lambda: cannot_renew(lease))
    lease.release()
    with pytest.raises(LeaseLost, match="given back"):
        lease.check()
    start_postgres()
    assert eventually(lambda: in_use(licensing) == 0, 30)


def test_a_debt_is_forgotten_once_the_seat_is_free_by_itself(
    licensing: Licensing, kill_postgres: Act, start_postgres: Act
) -> None:
    lease = take(licensing, ttl=3)
    kill_postgres()
    assert eventually(lambda: cannot_renew(lease))
    lease.release()
    time.sleep(4)
    start_postgres()
    assert eventually(lambda: in_use(licensing) == 0, 30)


def test_no_seat_is_given_while_the_server_is_away_and_who_waits_gets_one(
    licensing: Licensing, kill_postgres: Act, start_postgres: Act
) -> None:
    held = take(licensing)
    kill_postgres()
    assert eventually(lambda: cannot_renew(held))
    with pytest.raises(DatabaseUnavailable):
        take(licensing)
    starting = threading.Timer(0.5, start_postgres)
    starting.start()
    with licensing.seat("seat", holder="anna", wait=30) as lease:
        lease.check()
    starting.join()


def test_a_borrowed_seat_goes_on_when_the_offline_hours_are_over(
    home: Home, licensing: Licensing, kill_postgres: Act
) -> None:
    borrowed, other = take(licensing), take(licensing, ttl=3600)
    borrowed.borrow(100)
    kill_postgres()
    assert eventually(lambda: licensing.notices)
    assert in_use(licensing) in {0, 2}  # as last seen
    home.clock.move(days=2)
    assert eventually(lambda: not licensing.allows("server"))
    assert other.lost.wait(60)
    assert borrowed.allows("seat")
    borrowed.check()
    assert borrowed.left > 99 * 3600
