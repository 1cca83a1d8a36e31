"""Seats while the server stands still: every call ends by itself.

A call that raises while the server is stopped has not waited for it: that is what these tests see.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from licensekit import Lease, Licensing
from licensekit.errors import LeaseLost, StateError
from licensekit.runtime.leasing import TRY_SECONDS
from tests.crm import crm_home_on_engine, open_crm
from tests.homes import PIN, Home
from tests.runtime.leases.waiting import eventually

Stop = Callable[[], AbstractContextManager[None]]


@pytest.fixture(params=["server"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home on a server."""
    found = crm_home_on_engine(request, tmp_path_factory.mktemp("home"))
    with open_crm(found):
        return found


def take(licensing: Licensing, wait: float = 0, ttl: int = 120) -> Lease:
    return licensing.seat("seat", holder="anna", wait=wait, ttl=ttl).take()


def take_in_a_task(licensing: Licensing, wait: float = 0) -> Lease:
    return asyncio.run(licensing.seat("seat", holder="anna", wait=wait).take_async())


@pytest.mark.parametrize("wait", [0, 0.5])
@pytest.mark.parametrize("call", [take, take_in_a_task])
def test_whoever_takes_a_seat_waits_no_longer_than_it_said(
    licensing: Licensing, stopped_postgres: Stop, call: Callable[[Licensing, float], Lease], wait: float
) -> None:
    take(licensing).release()
    with stopped_postgres(), pytest.raises(StateError):
        call(licensing, wait)
    assert eventually(lambda: take(licensing, wait=5).is_held)


def test_a_release_is_left_to_the_watcher(licensing: Licensing, stopped_postgres: Stop) -> None:
    held = [take(licensing) for _ in range(5)]
    with stopped_postgres():
        for lease in held:
            lease.release()
        assert not any(lease.is_held for lease in held)
    assert eventually(lambda: licensing.count("seat").in_use == 0)


def test_a_renewal_ends_when_the_lease_does(licensing: Licensing, stopped_postgres: Stop) -> None:
    lease = take(licensing, ttl=3)
    with stopped_postgres(), pytest.raises((LeaseLost, StateError)):
        lease.renew()
    assert eventually(lambda: not lease.is_held or lease.left > 1)


def test_a_lease_outlives_a_server_that_stands_still_for_less_than_its_time(
    licensing: Licensing, stopped_postgres: Stop
) -> None:
    lease = take(licensing, ttl=20)
    before = lease.until
    with stopped_postgres():
        time.sleep(8)  # beyond the first renewal
    assert eventually(lambda: lease.until > before + 1)
    lease.check()


def test_closing_does_not_wait_for_each_seat(home: Home, stopped_postgres: Stop) -> None:
    with Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock, watch=True) as licensing:
        held = [take(licensing) for _ in range(5)]
        with stopped_postgres():
            before = time.monotonic()
            for lease in held:
                lease.release()
            assert time.monotonic() - before < len(held) * TRY_SECONDS
