"""What keeps leases, without the threads that call it."""

# pyright: reportPrivateUsage=false

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from threading import Event
from time import monotonic
from typing import Any

import pytest

from licensekit import Access
from licensekit.database import Database
from licensekit.errors import DatabaseBusy, DatabaseUnavailable, LeaseLost
from licensekit.installation import Installation
from licensekit.runtime import seats
from licensekit.runtime.leasing import Leasing, release_all
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.watcher import WATCHERS
from licensekit.state.home import open_installation
from licensekit.state.loading import OpenInstallation
from licensekit.state.seats import HeldSeat
from licensekit.state.time import clocks_of
from tests import makers
from tests.crm import crm_catalog
from tests.homes import PIN, Home, file


@pytest.fixture
def live(home: Home) -> Iterator[LiveSnapshot]:
    """The snapshot in force, read only when `reload` asks for it."""
    database = open_installation(home.place, create=False)
    live = LiveSnapshot(OpenInstallation(database, clocks_of(home.clock), PIN, home.pack), watch=False)
    yield live
    live.close()


def test_a_seat_of_a_license_that_no_catalog_has_any_more_gives_nothing(crm: Installation, live: LiveSnapshot) -> None:
    row, _ = seats.take(live, live.database, seats.request(live, "seat", "anna", 60, Access.FULL))
    assert seats.access_of(live.snapshot, row)["seat"] is Access.FULL
    catalog = crm_catalog()
    fewer = {code: one for code, one in catalog.licenses.items() if code != "seat"}
    crm.activate(file(makers.changed(catalog, version=2, licenses=fewer)))
    live.reload()
    assert set(seats.access_of(live.snapshot, row).values()) == {Access.NONE}


@pytest.mark.usefixtures("crm")
def test_seats_can_be_taken_while_another_thread_looks_at_those_that_are_held(live: LiveSnapshot) -> None:
    leasing = Leasing(live)
    lease = leasing.take(seats.request(live, "seat", "anna", 60, Access.FULL), None, monotonic())
    held = leasing._held  # pyright: ignore[reportPrivateUsage]  # many that are held, without a row for each
    held.update({f"held {number}": lease for number in range(1_000)})
    is_enough, pause = Event(), sys.getswitchinterval()

    def take() -> None:
        for number in cycle(range(1_000)):
            if is_enough.is_set():
                return
            if held.pop(f"taken {number}", None) is None:
                held[f"taken {number}"] = lease

    with ThreadPoolExecutor(1) as threads:
        threads.submit(take)
        sys.setswitchinterval(1e-6)
        try:
            for _ in range(20):
                leasing.pass_time()
        finally:
            sys.setswitchinterval(pause)
            is_enough.set()
    leasing.close()


def test_after_a_fork_nothing_is_held_and_anything_can_be_taken(crm: Installation, live: LiveSnapshot) -> None:
    leasing = Leasing(live)
    request = seats.request(live, "seat", "anna", 60, Access.FULL)
    lease = leasing.take(request, None, monotonic())
    leasing.after_fork()
    assert lease.lost.is_set()
    with pytest.raises(LeaseLost, match="parent process"):
        lease.check()
    lease.release()
    assert [held.id for held in crm.leases.list()] == [lease.id]
    own = leasing.take(request, None, monotonic())
    own.check()
    leasing.close()
    assert [held.id for held in crm.leases.list()] == [lease.id]


def test_a_seat_that_is_taken_while_the_process_ends_is_released(
    crm: Installation, live: LiveSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    leasing = Leasing(live)
    take = seats.take

    def taken_too_late(*given: Any, **more: Any) -> tuple[HeldSeat, float]:
        answer = take(*given, **more)
        release_all()
        return answer

    monkeypatch.setattr(seats, "take", taken_too_late)
    with pytest.raises(DatabaseUnavailable, match="closed"):
        leasing.take(seats.request(live, "seat", "anna", 60, Access.FULL), None, monotonic())
    assert crm.leases.list() == ()


def test_who_frees_many_seats_waits_once_for_a_database_that_is_away(
    crm: Installation, live: LiveSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    leasing = Leasing(live)
    held = [leasing.take(seats.request(live, "seat", "anna", 60, Access.FULL), None, monotonic()) for _ in range(3)]
    WATCHERS.unwatch(leasing)  # who watches tries again by itself
    tries: list[HeldSeat] = []

    def away(_: Database, row: HeldSeat) -> None:
        tries.append(row)
        raise DatabaseBusy(reason="silent", where="here")

    with monkeypatch.context() as patch:
        patch.setattr("licensekit.state.seats.free", away)
        for lease in held:
            lease.release()
        assert len(tries) == 1
        assert len(crm.leases.list()) == 3
    leasing.close()
    assert crm.leases.list() == ()
