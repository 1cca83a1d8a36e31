"""Taking, renewing, freeing, ending and borrowing concurrent seats, on both engines."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from licensekit.access import Access
from licensekit.errors import (
    BorrowRefused,
    DatabaseNewer,
    EntryInvalid,
    LeaseLost,
    NoneFree,
    NotEntitled,
    NotFound,
    RequirementMissing,
)
from licensekit.installation import Installation
from licensekit.runtime.observer import Observer
from licensekit.state import seats
from licensekit.wire.documents import AfterGrace, SeatKind
from tests import makers
from tests.crm import SOLD, crm_catalog
from tests.homes import DAY, Home, bundle, file
from tests.runtime.leases.seat_process import SeatProcess

SEATS = SOLD["users"]["seat"]


@pytest.fixture
def process(home: Home) -> Iterator[SeatProcess]:
    process = SeatProcess(home)
    yield process
    process.close()


def in_use(crm: Installation) -> int:
    return crm.state().in_use.get("seat", 0)


@pytest.mark.attack("last-seat-taken-twice")
def test_as_many_are_given_as_there_are_and_the_next_is_told_so(process: SeatProcess, crm: Installation) -> None:
    taken = [process.take(f"holder {number}") for number in range(SEATS)]
    assert sorted(lease.seat for lease in taken) == list(range(SEATS))
    with pytest.raises(NoneFree) as refused:
        process.take()
    assert "5 of 5 are taken" in str(refused.value)
    assert (refused.value.data["in_use"], refused.value.data["total"]) == (5, 5)
    assert in_use(crm) == SEATS
    process.free(taken[2])
    assert process.take().seat == taken[2].seat


def test_a_holder_gets_a_seat_for_each_lease(process: SeatProcess) -> None:
    assert process.take("anna").seat != process.take("anna").seat


def test_leases_are_listed_with_holder_and_time(process: SeatProcess, crm: Installation) -> None:
    anna, bob = process.take("anna"), process.take("bob æ", ttl=90)
    assert {lease.id: lease for lease in crm.leases.list()} == {anna.id: anna, bob.id: bob}
    assert (bob.ttl, bob.expires, bob.borrowed) == (90, None, False)
    assert crm.license("seat").holders in {("anna", "bob æ"), ("bob æ", "anna")}
    assert crm.license("seat").row.in_use == 2


def test_what_is_not_renewed_is_free_again(process: SeatProcess, crm: Installation) -> None:
    lost, kept = process.take("anna", ttl=5), process.take("bob", ttl=5)
    assert not process.observe()
    process.passed += 4
    assert process.renew(kept) == {kept.id}
    assert not process.observe()
    process.passed += 2
    assert process.observe()
    assert process.still(lost, kept) == {kept.id}
    assert in_use(crm) == 1
    assert process.renew(lost, kept) == {kept.id}
    process.free(lost)
    for _ in range(SEATS - 1):
        process.take("carl")
    with pytest.raises(NoneFree):
        process.take("carl")
    assert process.still(lost, kept) == {kept.id}


@pytest.mark.attack("seat-held-by-a-changed-clock")
@pytest.mark.parametrize("days", [-1, 1])
def test_no_wall_clock_ends_or_keeps_a_seat(home: Home, process: SeatProcess, crm: Installation, days: int) -> None:
    lease = process.take(ttl=60)
    process.observe()
    home.clock.move(days=days)
    assert not process.observe()
    assert process.still(lease) == {lease.id}
    home.clock.move(days=-2 * days)
    process.passed += 61
    assert process.observe()
    assert crm.leases.list() == ()


def test_whoever_finds_none_free_frees_the_seat_of_a_silent_holder(process: SeatProcess) -> None:
    lost = [process.take("anna", ttl=60) for _ in range(SEATS)]
    for _ in range(3):
        process.passed += 30
        with pytest.raises(NoneFree):
            process.take("bob")
    process.passed += 1
    assert process.take("bob").holder == "bob"
    assert process.still(*lost) == frozenset()


def test_programs_that_end_free_the_seat_of_a_silent_holder_between_them(
    process: SeatProcess, crm: Installation, tmp_path: Path
) -> None:
    process.take("anna", ttl=60)

    def look(passed: float) -> bool:
        """Open the installation, look once, and end."""
        opened = replace(process.opened, elapsed=lambda: passed, local=tmp_path / "made" / "here")
        observer = Observer(opened, steady=True)
        freed = observer.look(process.database)
        observer.save()
        return freed

    assert [look(passed) for passed in (10, 40, 70, 71)] == [False, False, False, True]
    assert crm.leases.list() == ()


def test_where_nothing_can_be_written_a_program_observes_for_itself(
    process: SeatProcess, crm: Installation, tmp_path: Path
) -> None:
    process.take("anna", ttl=60)
    (tmp_path / "file").write_text("no folder")
    passed = [0.0]
    opened = replace(process.opened, elapsed=lambda: passed[0], local=tmp_path / "file" / "here")
    observer = Observer(opened, steady=False)
    assert not observer.look(process.database)
    observer.save()
    passed[0] = 61
    assert observer.look(process.database)
    assert crm.leases.list() == ()


def test_the_row_says_why_a_lease_has_ended_and_by_whom(home: Home, process: SeatProcess) -> None:
    released, ended, silent = (process.take(name, ttl=60) for name in ("anna", "bob", "carl"))
    process.observe()
    process.free(released)
    with home.open(by="dora") as administrator:
        administrator.leases.end(ended.id)
    process.passed += 61
    process.observe()
    again = [process.take("emil") for _ in range(SEATS)]
    found = seats.ended(process.database, [released, ended, silent, *again], process.clock)
    assert found == {released.id: ("released", ""), ended.id: ("ended", "dora"), silent.id: ("expired", "")}
    process.free(*again)
    assert seats.ended(process.database, [silent], process.clock) == {silent.id: ("", "")}


def test_a_seat_is_freed_by_its_lease_alone(process: SeatProcess, crm: Installation) -> None:
    first = process.take("anna")
    process.free(first)
    again = [process.take("bob") for _ in range(SEATS)]
    process.free(first)
    assert process.renew(first) == frozenset()
    assert in_use(crm) == SEATS
    process.free(*again)
    assert in_use(crm) == 0
    assert crm.leases.list() == ()


def test_an_administrator_ends_leases_and_it_is_written_down(process: SeatProcess, crm: Installation) -> None:
    anna, bob = process.take("anna"), process.take("bob")
    before = list(crm.audit.entries())
    assert crm.leases.end(anna.id) == [anna]
    assert process.still(anna, bob) == {bob.id}
    [written] = list(crm.audit.entries())[len(before) :]
    assert written.facts["did"] == "lease-end"
    assert written.facts["holder"] == "anna"
    assert crm.audit.verify().head.number == written.number


def test_leases_are_ended_all_or_none(process: SeatProcess, crm: Installation) -> None:
    anna, bob = process.take("anna"), process.take("bob")
    before = list(crm.audit.entries())
    with pytest.raises(NotFound, match="no lease"):
        crm.leases.end(anna.id, "nothing", bob.id)
    assert process.still(anna, bob) == {anna.id, bob.id}
    assert list(crm.audit.entries()) == before
    assert len(crm.leases.end(anna.id, bob.id, anna.id)) == 2
    with pytest.raises(NotFound, match="no lease"):
        crm.leases.end(anna.id)


def test_watchers_and_the_log_learn_nothing_of_taking_and_freeing(
    home: Home, process: SeatProcess, crm: Installation
) -> None:
    before = (list(crm.audit.entries()), process.database.version())
    lease = process.take()
    process.renew(lease)
    process.free(lease)
    assert list(crm.audit.entries()) == before[0]
    if home.place.startswith("postgresql"):
        assert process.database.version() == before[1]


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
    process: SeatProcess, crm: Installation, holder: str, ttl: int, at_least: Access
) -> None:
    with pytest.raises(EntryInvalid):
        process.take(holder, ttl=ttl, at_least=at_least)
    assert in_use(crm) == 0


def test_of_what_is_not_granted_there_is_no_seat_and_it_says_why(home: Home, process: SeatProcess) -> None:
    home.clock.move(days=800)
    process.reload()
    with pytest.raises(NotEntitled, match="expired"):
        process.take()


def test_what_lapsed_to_reading_gives_seats_for_reading(home: Home, process: SeatProcess) -> None:
    home.clock.move(days=800)
    process.reload()
    assert process.take(at_least=Access.READ).seat < SEATS


def test_what_blocks_after_grace_gives_no_seat(home: Home, crm: Installation, process: SeatProcess) -> None:
    crm.activate(file(bundle(2, after_grace=AfterGrace.BLOCK, **SOLD)))
    home.clock.move(days=800)
    process.reload()
    with pytest.raises(NotEntitled):
        process.take(at_least=Access.READ)


def test_whoever_takes_a_seat_has_what_it_requires(crm: Installation, process: SeatProcess) -> None:
    catalog = crm_catalog()
    seat = makers.license_entry(seats=SeatKind.CONCURRENT, requires=["server", "user"])
    crm.activate(file(makers.changed(catalog, version=2, licenses={**catalog.licenses, "seat": seat})))
    for user in ("anna", "bob"):
        crm.users.add(user)
    crm.users.assign("anna", "sales")
    process.reload()
    assert process.take("anna").holder == "anna"
    for holder in ("bob", "nobody"):
        with pytest.raises(RequirementMissing):
            process.take(holder)
    assert in_use(crm) == 1


def test_unrestricted_seats_are_given_to_everybody_and_counted(crm: Installation, process: SeatProcess) -> None:
    crm.activate(file(bundle(2, **{**SOLD, "users": {**SOLD["users"], "seat": None}})))
    process.reload()
    for number in range(40):
        process.take(f"holder {number}")
    assert in_use(crm) == 40


def sell(crm: Installation, number: int, sequence: int = 2, **changes: object) -> None:
    users = {**SOLD["users"], "seat": number}
    crm.activate(file(bundle(sequence, **{**SOLD, "users": users, **changes})))


def test_a_reduction_is_not_refused_for_seats_that_are_held(crm: Installation, process: SeatProcess) -> None:
    taken = [process.take() for _ in range(SEATS)]
    sell(crm, 2)
    process.reload()
    assert [notice.code for notice in crm.state().notices] == ["seats-taken"]
    with pytest.raises(NoneFree):
        process.take()
    below = [lease for lease in taken if lease.seat < 2]
    beyond = [lease for lease in taken if lease.seat >= 2]
    process.free(below[0])
    with pytest.raises(NoneFree):
        process.take()
    process.free(*beyond)
    assert process.take().seat == below[0].seat
    with pytest.raises(NoneFree):
        process.take()


def test_a_seat_held_beyond_a_reduction_counts_wherever_seats_below_it_are_free(
    crm: Installation, process: SeatProcess
) -> None:
    held = sorted((process.take(f"holder {n}") for n in range(SEATS)), key=lambda one: one.seat)
    process.free(held[0], held[3])
    sell(crm, 3)
    process.reload()
    with pytest.raises(NoneFree):  # 1, 2 and 4 are held, and 0 is free
        process.take()
    process.free(held[4])
    assert process.take().seat == 0
    with pytest.raises(NoneFree):
        process.take()


def test_a_seat_is_borrowed_up_to_the_limit_and_written_down(crm: Installation, process: SeatProcess) -> None:
    sell(crm, 5, borrow_hours=48)
    process.reload()
    lease = process.take("anna")
    borrowed = process.borrow(lease, 48)
    assert borrowed.borrowed
    assert crm.leases.list() == (borrowed,)
    assert (borrowed.expires or 0) - borrowed.taken >= 48 * 3600
    *_, written = crm.audit.entries()
    assert (written.facts["did"], written.facts["by"]) == ("lease-borrow", "anna")
    assert process.renew(borrowed)
    assert crm.leases.list() == (borrowed,)
    assert crm.leases.end(borrowed.id) == [borrowed]
    with pytest.raises(LeaseLost):
        process.borrow(borrowed, 1)


@pytest.mark.parametrize(("limit", "hours"), [(0, 1.0), (48, 48.5), (48, 0.0), (48, -1.0)])
def test_a_seat_is_not_borrowed_for_longer(crm: Installation, process: SeatProcess, limit: int, hours: float) -> None:
    sell(crm, 5, borrow_hours=limit)
    process.reload()
    lease = process.take()
    before = (crm.leases.list(), list(crm.audit.entries()))
    with pytest.raises(BorrowRefused):
        process.borrow(lease, hours)
    assert (crm.leases.list(), list(crm.audit.entries())) == before


def test_a_borrowed_seat_does_not_outlive_its_license(crm: Installation, process: SeatProcess) -> None:
    last = max(process.clock, int(time.time())) // DAY + 2
    sell(crm, 5, borrow_hours=9999, starts=None, warning=None, expiry=last, grace=None)
    process.reload()
    assert process.borrow(process.take(), 9999).expires == (last + 1) * DAY


def test_a_seat_that_others_are_always_faster_to_take_is_given_up(
    process: SeatProcess, crm: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    process.free(process.take())
    tries: list[int] = []

    def lose(*_: object) -> None:
        tries.append(1)

    monkeypatch.setattr("licensekit.state.seats._take", lose)
    with pytest.raises(NoneFree):
        process.take()
    assert 1 < len(tries) < 100
    assert in_use(crm) == 0


def test_a_database_of_a_newer_program_gives_no_seats(process: SeatProcess) -> None:
    lease = process.take()
    with process.database.write() as connection:
        connection.run("UPDATE licensekit_schema SET number = 9, reader = 9, writer = 9")
    with pytest.raises(DatabaseNewer):
        process.take()
    with pytest.raises(DatabaseNewer):
        process.renew(lease)
