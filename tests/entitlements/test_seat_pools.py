"""The rules of concurrent seats, asked directly."""

from typing import Any

import pytest

from licensekit.access import Access
from licensekit.entitlements import Entitlements
from licensekit.entitlements.amounts import Tier, access_of
from licensekit.entitlements.assignment import SeatPool, leasable, pool_of
from licensekit.errors import UnknownCode, WrongKind
from licensekit.limits import COUNT
from licensekit.wire.documents import AfterGrace, SeatKind
from tests import makers
from tests.entitlements.engine import SYSTEM, USER, bare, catalog, granted, trust_store

of = makers.license_entry
STORE = trust_store(
    catalog(
        server=of(SYSTEM),
        portal=of(SYSTEM, includes=["guest"]),
        user=of(USER),
        seat=of(USER, seats=SeatKind.CONCURRENT),
        guest=of(USER, seats=SeatKind.CONCURRENT),
    )
)
TODAY = makers.NOW // 86_400
ENDED: dict[str, Any] = {"starts": TODAY - 9, "expiry": TODAY - 2}


def sold(count: int | None, **changes: Any) -> Any:
    return bare(users={"seat": count}, **changes)


def pool(entitlements: Entitlements, code: str = "seat") -> SeatPool:
    return pool_of(entitlements, leasable(entitlements, code))


def test_only_what_has_concurrent_seats_is_leased() -> None:
    entitlements = granted(STORE, bare())
    assert leasable(entitlements, "demo.seat") == "seat"
    with pytest.raises(UnknownCode, match="no catalog has a license"):
        leasable(entitlements, "nothing")
    for code in ("server", "user"):
        with pytest.raises(WrongKind):
            leasable(entitlements, code)


def test_there_are_as_many_seats_as_the_parts_together_grant() -> None:
    both = pool(granted(STORE, sold(2), sold(3, part="more")))
    assert (both.total(Access.FULL), both.seats(Access.FULL)) == (5, 5)
    assert [access_of(both.tiers, seat) for seat in (0, 4, 5)] == [Access.FULL, Access.FULL, Access.NONE]


def test_of_what_nothing_grants_there_is_no_seat() -> None:
    none = pool(granted(STORE, bare()))
    assert (none.total(Access.READ), none.seats(Access.READ)) == (0, 0)
    assert access_of(none.tiers, 0) is Access.NONE


def test_unrestricted_seats_are_as_many_as_a_count_can_be() -> None:
    unrestricted = pool(granted(STORE, sold(None)))
    assert unrestricted.total(Access.FULL) is None
    assert unrestricted.seats(Access.FULL) == COUNT
    assert access_of(unrestricted.tiers, 10**6) is Access.FULL


@pytest.mark.parametrize(
    ("policy", "beyond"),
    [(AfterGrace.READ_ONLY, Access.READ), (AfterGrace.BLOCK, Access.NONE), (AfterGrace.ADVISORY, Access.FULL)],
)
def test_what_lapsed_serves_the_next_seats_under_its_policy(policy: AfterGrace, beyond: Access) -> None:
    lapsed = sold(1, part="more", after_grace=policy, **ENDED)
    mixed = pool(granted(STORE, sold(2), lapsed))
    assert [access_of(mixed.tiers, seat) for seat in range(4)] == [Access.FULL, Access.FULL, beyond, Access.NONE]


def test_what_comes_with_a_system_license_has_a_seat_for_everybody() -> None:
    everybody = granted(STORE, bare(system={"portal": 1}, users={"guest": 1}))
    assert pool(everybody, "guest").total(Access.FULL) is None
    assert [access_of(pool(everybody, "guest").tiers, seat) for seat in (0, 1, 99)] == [Access.FULL] * 3
    behind = granted(STORE, bare(system={"portal": 1}), bare(users={"guest": 3}, part="more", **ENDED))
    assert pool(behind, "guest").tiers == (Tier(None, Access.FULL),)
    lapsed = granted(STORE, bare(users={"guest": 2}), bare(system={"portal": 1}, part="more", **ENDED))
    guests = pool(lapsed, "guest")
    assert [access_of(guests.tiers, seat) for seat in (1, 2, 99)] == [Access.FULL, Access.READ, Access.READ]


def test_a_seat_is_borrowed_for_as_long_as_a_bundle_in_force_allows() -> None:
    hours = [sold(1, borrow_hours=5), sold(1, part="more", borrow_hours=48)]
    assert pool(granted(STORE, *hours)).borrow_seconds == 48 * 3600
    lapsed = sold(1, part="more", borrow_hours=48, **ENDED)
    assert pool(granted(STORE, hours[0], lapsed)).borrow_seconds == 5 * 3600
    assert pool(granted(STORE, bare())).borrow_seconds == 0


@pytest.mark.parametrize(
    ("dates", "last"),
    [
        ({}, None),
        ({"expiry": TODAY + 3}, TODAY + 3),
        ({"expiry": TODAY + 3, "grace": TODAY + 5}, TODAY + 5),
        ({"expiry": TODAY + 3, "after_grace": AfterGrace.ADVISORY}, None),
    ],
)
def test_a_pool_ends_with_the_last_of_what_grants_it(dates: dict[str, Any], last: int | None) -> None:
    end = None if last is None else (last + 1) * 86_400
    assert pool(granted(STORE, sold(1, **dates))).until == end
    first = sold(1, part="more", expiry=TODAY + 1)
    assert pool(granted(STORE, first, sold(1, **dates))).until == end


def test_where_everybody_has_a_seat_those_that_give_no_more_are_not_counted_beside() -> None:
    lapsed = [bare(system={"portal": 1}, part="more", **ENDED), bare(users={"guest": 3}, part="other", **ENDED)]
    assert pool(granted(STORE, *lapsed), "guest").tiers == (Tier(None, Access.READ),)
