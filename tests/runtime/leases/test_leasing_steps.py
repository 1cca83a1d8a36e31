"""What keeps leases, without the threads that call it."""

from collections.abc import Iterator

import pytest

from licensekit import Access
from licensekit.database import Database
from licensekit.errors import DatabaseBusy, DatabaseUnavailable, LeaseLost
from licensekit.installation import Installation
from licensekit.runtime.leasing import Leasing, release_all
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.seats import Seats
from licensekit.state.boot_clock import clocks_of
from licensekit.state.home import open_installation
from licensekit.state.loading import OpenInstallation
from licensekit.state.seats import HeldSeat, SeatRequest
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
    seats = Seats(live)
    row, _ = seats.take(seats.request("seat", "anna", 60, Access.FULL))
    assert seats.access(row)["seat"] is Access.FULL
    catalog = crm_catalog()
    fewer = {code: one for code, one in catalog.licenses.items() if code != "seat"}
    crm.activate(file(makers.changed(catalog, version=2, licenses=fewer)))
    live.reload()
    assert seats.gives(row) is Access.NONE
    assert set(seats.access(row).values()) == {Access.NONE}


def test_after_a_fork_nothing_is_held_and_anything_can_be_taken(crm: Installation, live: LiveSnapshot) -> None:
    seats = Seats(live)
    leasing = Leasing(seats)
    request = seats.request("seat", "anna", 60, Access.FULL)
    lease = leasing.take(request, None)
    leasing.after_fork()
    assert lease.lost.is_set()
    with pytest.raises(LeaseLost, match="parent process"):
        lease.check()
    lease.release()
    assert [held.id for held in crm.leases.list()] == [lease.id]
    own = leasing.take(request, None)
    own.check()
    leasing.close()
    assert [held.id for held in crm.leases.list()] == [lease.id]


def test_a_seat_that_is_taken_while_the_process_ends_is_released(
    crm: Installation, live: LiveSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    seats = Seats(live)
    leasing = Leasing(seats)
    take = Seats.take

    def taken_too_late(self: Seats, request: SeatRequest) -> tuple[HeldSeat, float]:
        answer = take(self, request)
        release_all()
        return answer

    monkeypatch.setattr(Seats, "take", taken_too_late)
    with pytest.raises(DatabaseUnavailable, match="closed"):
        leasing.take(seats.request("seat", "anna", 60, Access.FULL), None)
    assert crm.leases.list() == ()


def test_who_frees_many_seats_waits_once_for_a_database_that_is_away(
    crm: Installation, live: LiveSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    seats = Seats(live)
    held = [seats.take(seats.request("seat", "anna", 60, Access.FULL)) for _ in range(3)]
    tries: list[HeldSeat] = []

    def away(_: Database, row: HeldSeat) -> None:
        tries.append(row)
        raise DatabaseBusy(reason="silent", where="here")

    with monkeypatch.context() as patch:
        patch.setattr("licensekit.state.seats.free", away)
        for row, until in held:
            seats.free(row, until)
        assert len(tries) == 1
        assert len(crm.leases.list()) == 3
    Leasing(seats).close()
    assert crm.leases.list() == ()
