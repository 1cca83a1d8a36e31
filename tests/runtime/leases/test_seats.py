"""Taking, renewing, freeing, ending and borrowing concurrent seats, on both engines."""

import time
from collections.abc import Iterator

import pytest

from licensekit.access import Access
from licensekit.errors import (
    BorrowRefused,
    DatabaseNewer,
    EntryInvalid,
    LeaseLost,
    LeaseUnknown,
    NoneFree,
    NotEntitled,
    RequirementMissing,
)
from licensekit.installation import Installation
from licensekit.wire.documents import AfterGrace, SeatKind
from tests import makers
from tests.homes import DAY, Home, bundle, file
from tests.installation.conftest import SOLD, crm_catalog
from tests.runtime.leases.desk import Desk

SEATS = SOLD["users"]["seat"]


@pytest.fixture
def desk(home: Home) -> Iterator[Desk]:
    desk = Desk(home)
    yield desk
    desk.close()


def expire(home: Home, seconds: int) -> None:
    """Let time pass, by the clock that leases live by."""
    if home.place.startswith("postgresql"):
        time.sleep(seconds)
    else:
        home.clock.now += seconds


def in_use(crm: Installation) -> int:
    return crm.state().in_use.get("seat", 0)


def test_as_many_are_given_as_there_are_and_the_next_is_told_so(
    desk: Desk, crm: Installation
) -> None:
    taken = [desk.take(f"holder {number}") for number in range(SEATS)]
    assert sorted(lease.seat for lease in taken) == list(range(SEATS))
    with pytest.raises(NoneFree) as refused:
        desk.take()
    assert "5 of 5 are taken" in str(refused.value)
    assert (refused.value.data["in_use"], refused.value.data["total"]) == (5, 5)
    assert in_use(crm) == SEATS
    desk.free(taken[2])
    assert desk.take().seat == taken[2].seat


def test_a_holder_gets_a_seat_for_each_lease(desk: Desk) -> None:
    assert desk.take("anna").seat != desk.take("anna").seat


def test_leases_are_listed_with_holder_and_time(desk: Desk, crm: Installation) -> None:
    anna, bob = desk.take("anna"), desk.take("bob æ", ttl=90)
    assert {lease.id: lease for lease in crm.leases.list()} == {anna.id: anna, bob.id: bob}
    assert bob.expires - bob.taken == 91
    assert crm.license("seat").holders in {("anna", "bob æ"), ("bob æ", "anna")}
    assert crm.license("seat").row.in_use == 2


def test_what_is_not_renewed_is_free_again(home: Home, desk: Desk, crm: Installation) -> None:
    lost, kept = desk.take("anna", ttl=5), desk.take("bob", ttl=5)
    assert desk.renew(kept, ttl=60) == {kept.id}
    expire(home, 7)
    assert desk.still(lost, kept) == {kept.id}
    assert in_use(crm) == 1
    assert desk.renew(lost, kept) == {kept.id}
    desk.free(lost)
    for _ in range(SEATS - 1):
        desk.take("carl")
    with pytest.raises(NoneFree):
        desk.take("carl")
    assert desk.still(lost, kept) == {kept.id}


def test_renewing_never_shortens_a_lease(desk: Desk, crm: Installation) -> None:
    lease = desk.take(ttl=600)
    assert desk.renew(lease, ttl=2)
    [listed] = crm.leases.list()
    assert listed.expires >= lease.expires


def test_a_seat_is_freed_by_its_lease_alone(desk: Desk, crm: Installation) -> None:
    first = desk.take("anna")
    desk.free(first)
    again = [desk.take("bob") for _ in range(SEATS)]
    desk.free(first)
    assert desk.renew(first) == frozenset()
    assert in_use(crm) == SEATS
    desk.free(*again)
    assert in_use(crm) == 0
    assert crm.leases.list() == ()


def test_an_administrator_ends_leases_and_it_is_written_down(desk: Desk, crm: Installation) -> None:
    anna, bob = desk.take("anna"), desk.take("bob")
    before = list(crm.audit())
    assert crm.leases.end(anna.id) == anna
    assert desk.still(anna, bob) == {bob.id}
    [written] = list(crm.audit())[len(before) :]
    assert written.facts["did"] == "lease-end"
    assert written.facts["holder"] == "anna"
    assert crm.verify_audit().head.number == written.number


def test_leases_are_ended_all_or_none(desk: Desk, crm: Installation) -> None:
    anna, bob = desk.take("anna"), desk.take("bob")
    before = list(crm.audit())
    with pytest.raises(LeaseUnknown):
        crm.leases.end_all([anna.id, "nothing", bob.id])
    assert desk.still(anna, bob) == {anna.id, bob.id}
    assert list(crm.audit()) == before
    assert len(crm.leases.end_all([anna.id, bob.id, anna.id])) == 2
    with pytest.raises(LeaseUnknown):
        crm.leases.end(anna.id)


def test_taking_and_freeing_is_nothing_that_watchers_and_the_log_are_told(
    home: Home, desk: Desk, crm: Installation
) -> None:
    before = (list(crm.audit()), desk.database.version())
    lease = desk.take()
    desk.renew(lease)
    desk.free(lease)
    assert list(crm.audit()) == before[0]
    if home.place.startswith("postgresql"):
        assert desk.database.version() == before[1]


@pytest.mark.parametrize(
    ("holder", "ttl", "at_least"),
    [
        ("", 60, Access.FULL),
        (" anna", 60, Access.FULL),
        ("an\nna", 60, Access.FULL),
        ("a" * 201, 60, Access.FULL),
        ("anna", 1, Access.FULL),
        ("anna", 10**6, Access.FULL),
        ("anna", 60, Access.NONE),
    ],
)
def test_what_can_be_no_lease_is_refused(
    desk: Desk, crm: Installation, holder: str, ttl: int, at_least: Access
) -> None:
    with pytest.raises(EntryInvalid):
        desk.take(holder, ttl=ttl, at_least=at_least)
    assert in_use(crm) == 0


def test_of_what_is_not_granted_there_is_no_seat_and_it_says_why(home: Home, desk: Desk) -> None:
    home.clock.move(days=800)
    desk.look()
    with pytest.raises(NotEntitled, match="expired"):
        desk.take()


def test_what_lapsed_to_reading_gives_seats_for_reading(home: Home, desk: Desk) -> None:
    home.clock.move(days=800)
    desk.look()
    assert desk.take(at_least=Access.READ).seat < SEATS


def test_what_blocks_after_grace_gives_no_seat(home: Home, crm: Installation, desk: Desk) -> None:
    crm.activate(file(bundle(2, after_grace=AfterGrace.BLOCK, **SOLD)))
    home.clock.move(days=800)
    desk.look()
    with pytest.raises(NotEntitled):
        desk.take(at_least=Access.READ)


def test_whoever_takes_a_seat_has_what_it_requires(crm: Installation, desk: Desk) -> None:
    catalog = crm_catalog()
    seat = makers.license_entry(seats=SeatKind.CONCURRENT, requires=["server", "user"])
    crm.activate(
        file(makers.changed(catalog, version=2, licenses={**catalog.licenses, "seat": seat}))
    )
    for user in ("anna", "bob"):
        crm.users.add(user)
    crm.users.assign("anna", "sales")
    desk.look()
    assert desk.take("anna").holder == "anna"
    for holder in ("bob", "nobody"):
        with pytest.raises(RequirementMissing):
            desk.take(holder)
    assert in_use(crm) == 1


def test_unrestricted_seats_are_given_to_everybody_and_counted(
    crm: Installation, desk: Desk
) -> None:
    crm.activate(file(bundle(2, **{**SOLD, "users": {**SOLD["users"], "seat": None}})))
    desk.look()
    for number in range(40):
        desk.take(f"holder {number}")
    assert in_use(crm) == 40


def sell(crm: Installation, seats: int, sequence: int = 2, **changes: object) -> None:
    users = {**SOLD["users"], "seat": seats}
    crm.activate(file(bundle(sequence, **{**SOLD, "users": users, **changes})))


def test_a_reduction_is_not_refused_for_seats_that_are_held(crm: Installation, desk: Desk) -> None:
    taken = [desk.take() for _ in range(SEATS)]
    sell(crm, 2)
    desk.look()
    assert [notice.code for notice in crm.state().notices] == ["seats-taken"]
    with pytest.raises(NoneFree):
        desk.take()
    below = [lease for lease in taken if lease.seat < 2]
    beyond = [lease for lease in taken if lease.seat >= 2]
    desk.free(below[0])
    with pytest.raises(NoneFree):
        desk.take()
    desk.free(*beyond)
    assert desk.take().seat == below[0].seat
    with pytest.raises(NoneFree):
        desk.take()


def test_a_seat_held_beyond_a_reduction_counts_wherever_seats_below_it_are_free(
    crm: Installation, desk: Desk
) -> None:
    held = sorted((desk.take(f"holder {n}") for n in range(SEATS)), key=lambda one: one.seat)
    desk.free(held[0], held[3])
    sell(crm, 3)
    desk.look()
    with pytest.raises(NoneFree):  # 1, 2 and 4 are held, and 0 is free
        desk.take()
    desk.free(held[4])
    assert desk.take().seat == 0
    with pytest.raises(NoneFree):
        desk.take()


def test_a_seat_is_borrowed_up_to_the_limit_and_written_down(crm: Installation, desk: Desk) -> None:
    sell(crm, 5, borrow_hours=48)
    desk.look()
    lease = desk.take("anna")
    borrowed = desk.borrow(lease, 48)
    assert borrowed.borrowed
    assert crm.leases.list() == (borrowed,)
    assert borrowed.expires - borrowed.taken >= 48 * 3600
    *_, written = crm.audit()
    assert (written.facts["did"], written.facts["by"]) == ("lease-borrow", "anna")
    assert desk.renew(borrowed)
    assert crm.leases.list() == (borrowed,)
    assert crm.leases.end(borrowed.id) == borrowed
    with pytest.raises(LeaseLost):
        desk.borrow(borrowed, 1)


@pytest.mark.parametrize(("limit", "hours"), [(0, 1.0), (48, 48.5), (48, 0.0), (48, -1.0)])
def test_a_seat_is_not_borrowed_for_longer(
    crm: Installation, desk: Desk, limit: int, hours: float
) -> None:
    sell(crm, 5, borrow_hours=limit)
    desk.look()
    lease = desk.take()
    before = (crm.leases.list(), list(crm.audit()))
    with pytest.raises(BorrowRefused):
        desk.borrow(lease, hours)
    assert (crm.leases.list(), list(crm.audit())) == before


def test_a_borrowed_seat_does_not_outlive_its_license(crm: Installation, desk: Desk) -> None:
    last = max(desk.clock, int(time.time())) // DAY + 2
    sell(crm, 5, borrow_hours=9999, starts=None, warning=None, expiry=last, grace=None)
    desk.look()
    assert desk.borrow(desk.take(), 9999).expires == (last + 1) * DAY


def test_a_seat_that_others_are_always_faster_to_take_is_given_up(
    desk: Desk, crm: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.free(desk.take())
    tries: list[int] = []

    def lose(*_: object) -> None:
        tries.append(1)

    monkeypatch.setattr("licensekit.state.seats._take", lose)
    with pytest.raises(NoneFree):
        desk.take()
    assert 1 < len(tries) < 100
    assert in_use(crm) == 0


def test_a_database_of_a_newer_program_gives_no_seats(desk: Desk) -> None:
    lease = desk.take()
    with desk.database.write() as connection:
        connection.run("UPDATE licensekit_schema SET number = number + 1")
    with pytest.raises(DatabaseNewer):
        desk.take()
    with pytest.raises(DatabaseNewer):
        desk.renew(lease)
