"""What keeps leases, without the threads that call it."""

from collections.abc import Iterator

import pytest

from licensekit import Access
from licensekit.errors import LeaseLost
from licensekit.installation import Installation
from licensekit.runtime.leasing import Leasing
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.seats import Seats
from licensekit.state.boot_clock import clocks_of
from licensekit.state.home import open_installation
from licensekit.state.loading import OpenInstallation
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
    lease = leasing.acquire(request, wait=0, on_lost=None)
    leasing.after_fork()
    assert lease.lost.is_set()
    with pytest.raises(LeaseLost, match="parent process"):
        lease.check()
    lease.release()
    assert [held.id for held in crm.leases.list()] == [lease.id]
    own = leasing.acquire(request, wait=0, on_lost=None)
    own.check()
    leasing.close()
    assert [held.id for held in crm.leases.list()] == [lease.id]
