"""The rules by which a program keeps its leases, with a clock that the test sets and without the threads."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from threading import current_thread
from time import monotonic
from types import SimpleNamespace
from typing import Any, cast

import pytest

from licensekit import Access, Lease
from licensekit.database import Database
from licensekit.errors import DatabaseBusy, LeaseLost, NoneFree, NotEntitled
from licensekit.installation import Installation
from licensekit.runtime import seat, seats
from licensekit.runtime.leasing import FIRST_PAUSE, LONGEST_PAUSE, TRY_SECONDS, Leasing
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.watcher import LOOK_SECONDS, RETRY_SECONDS, WATCHERS
from licensekit.state import seats as rows
from licensekit.state.home import open_installation
from licensekit.state.loading import OpenInstallation
from licensekit.state.seats import ENDED, End, HeldSeat
from licensekit.state.time import clocks_of
from licensekit.wire.documents import License
from tests import makers
from tests.crm import SOLD, crm_catalog
from tests.homes import DAY, PIN, Home, bundle, file
from tests.runtime.leases.waiting import eventually

SEATS = SOLD["users"]["seat"]
TTL = 60
PATCH = pytest.MonkeyPatch
busy = DatabaseBusy(reason="silent", where="here")


@dataclass
class Program:
    """A program that holds leases, and what its clock shows that nobody sets."""

    live: LiveSnapshot
    leasing: Leasing
    clock: SimpleNamespace

    def take(self, ttl: int = TTL, on_lost: Callable[[Lease], object] | None = None, ahead: int = 0) -> Lease:
        """Take a seat."""
        request = seats.request(self.live, "seat", "anna", ttl, Access.FULL)
        return self.leasing.take(request, on_lost, monotonic(), ahead)


def asked(answer: Callable[[], object]) -> Callable[..., object]:
    """Return a function that answers whatever it is asked."""

    def ask(*_: object) -> object:
        return answer()

    return ask


@pytest.fixture
def program(home: Home, monkeypatch: PATCH) -> Iterator[Program]:
    """A program in which nothing happens by itself."""
    monkeypatch.setattr(WATCHERS, "watch", asked(lambda: None))
    database, clock = open_installation(home.place, create=False), SimpleNamespace(passed=1000.0)
    opened = OpenInstallation(database, clocks_of(home.clock), PIN, home.pack, elapsed=lambda: clock.passed)
    live = LiveSnapshot(opened, watch=False)
    leasing = Leasing(live)
    yield Program(live, leasing, clock)
    leasing.close()
    live.close()


def in_use(crm: Installation) -> int:
    return len(crm.leases.list())


def reason_of(lease: Lease) -> str | None:
    return None if lease.error is None else lease.error.reason


def fail(*_: object) -> Any:
    raise busy


def test_a_lease_is_renewed_once_two_thirds_of_its_time_are_left_and_not_before(program: Program) -> None:
    lease = program.take()
    program.clock.passed += TTL / 3 - 0.1
    assert program.leasing.follow() == LOOK_SECONDS
    assert lease.until == 1000 + TTL
    program.clock.passed += 0.1
    assert program.leasing.follow() == LOOK_SECONDS
    assert lease.until == program.clock.passed + TTL


def test_while_the_database_is_away_leases_are_held_and_it_is_tried_again_soon(
    program: Program, monkeypatch: PATCH
) -> None:
    lease = program.take()
    monkeypatch.setattr("licensekit.state.seats.renew", fail)
    program.clock.passed += TTL - 1
    assert program.leasing.follow() == RETRY_SECONDS
    assert (reason_of(lease), lease.left) == (None, 1)


def test_who_holds_nothing_does_not_ask_the_database(program: Program, monkeypatch: PATCH) -> None:
    monkeypatch.setattr(type(program.live.database), "version", fail)
    monkeypatch.setattr(type(program.live.database), "read", fail)
    assert program.leasing.follow() == LOOK_SECONDS


def test_a_step_in_the_database_takes_no_longer_than_there_is_time_for_it(program: Program, monkeypatch: PATCH) -> None:
    given: list[float] = []
    within = type(program.live.database).within

    def bounded(database: Any, deadline: float) -> Database:
        given.append(deadline - monotonic())
        return within(database, deadline)

    monkeypatch.setattr(type(program.live.database), "within", bounded)
    lease = program.take(ttl=6)
    assert max(given) <= TRY_SECONDS
    given.clear()
    program.clock.passed += 4
    lease.renew()
    assert max(given) <= 2
    given.clear()
    program.clock.passed += 4
    program.leasing.follow()
    assert min(given) <= 1  # half of what is left


def test_who_waits_pauses_longer_each_time_and_never_too_long(program: Program) -> None:
    pauses = list(islice(program.leasing.pauses(monotonic() + 60), 40))
    assert FIRST_PAUSE / 2 <= pauses[0] <= FIRST_PAUSE * 1.5
    assert all(LONGEST_PAUSE / 2 <= one <= LONGEST_PAUSE * 1.5 for one in pauses[10:])
    assert list(program.leasing.pauses(monotonic() - 1)) == []


def test_a_seat_that_could_not_be_freed_is_freed_once_the_database_is_back(
    program: Program, crm: Installation, monkeypatch: PATCH
) -> None:
    lease = program.take()
    with monkeypatch.context() as patch:
        patch.setattr("licensekit.state.seats.free", fail)
        lease.release()
    assert in_use(crm) == 1
    assert program.leasing.follow() == LOOK_SECONDS
    assert in_use(crm) == 0


def test_the_seat_of_a_lease_whose_time_is_over_is_freed_by_its_own_program(
    program: Program, crm: Installation
) -> None:
    lost = program.take()
    program.clock.passed += TTL
    kept = program.take()
    program.leasing.follow()
    assert (reason_of(lost), reason_of(kept)) == ("expired", None)
    assert [one.id for one in crm.leases.list()] == [kept.id]


@pytest.mark.parametrize(
    ("why", "is_another_server", "reason"),
    [("", False, "gone"), ("", True, "failover"), (ENDED, False, ENDED), (ENDED, True, ENDED)],
)
def test_a_lease_that_has_ended_says_how_and_one_that_was_forgotten_if_it_was_by_a_failover(
    program: Program, monkeypatch: PATCH, why: str, *, is_another_server: bool, reason: str
) -> None:
    epoch = ["first"]
    monkeypatch.setattr(type(program.live.database), "epoch", asked(lambda: epoch[0]))
    lease = program.take()
    if is_another_server:
        epoch[0] = "second"
    monkeypatch.setattr("licensekit.state.seats.renew", asked(lambda: {lease.id: End(why, "dora")}))
    with pytest.raises(LeaseLost):
        lease.renew()
    assert lease.error is not None
    assert (lease.error.reason, lease.error.by) == (reason, "dora")


def test_of_a_license_that_no_catalog_has_any_more_there_is_no_seat(program: Program, crm: Installation) -> None:
    request = seats.request(program.live, "seat", "anna", TTL, Access.FULL)
    catalog = crm_catalog()
    fewer: dict[str, License] = {code: one for code, one in catalog.licenses.items() if code != "seat"}
    crm.activate(file(makers.changed(catalog, version=2, licenses=fewer)))
    program.live.reload()
    with pytest.raises(NotEntitled):
        program.leasing.take(request, None, monotonic())


def test_who_came_later_takes_a_seat_where_each_who_came_before_has_one(program: Program) -> None:
    assert program.take(ahead=SEATS - 1).is_held
    assert program.take(ahead=SEATS - 2).is_held
    for ahead in (SEATS - 2, SEATS):
        with pytest.raises(NoneFree) as refused:
            program.take(ahead=ahead)
        assert (refused.value.data["in_use"], refused.value.data["total"]) == (2, SEATS)


def test_a_lease_is_over_in_the_second_in_which_its_time_ends(program: Program) -> None:
    lease = program.take()
    program.clock.passed += TTL - 0.5
    assert reason_of(lease) is None
    program.clock.passed += 0.5
    assert reason_of(lease) == "expired"
    assert lease.error is not None
    assert lease.error.by == ""
    assert lease.lost.is_set()


def lend(crm: Installation, program: Program, **dates: int | None) -> None:
    """Sell seats that can be borrowed."""
    crm.activate(file(bundle(2, **{**SOLD, "borrow_hours": 48, **dates})))
    program.live.reload()


def test_a_borrowed_seat_is_not_renewed_and_is_over_when_it_said(program: Program, crm: Installation) -> None:
    lend(crm, program)
    lease = program.take()
    lease.borrow(1)
    program.clock.passed += 3600 - 1
    assert program.leasing.follow() == LOOK_SECONDS
    assert (lease.left, reason_of(lease)) == (1, None)
    program.clock.passed += 1
    assert reason_of(lease) == "over"


@pytest.mark.parametrize("later", [0, 7])
def test_no_seat_is_borrowed_of_a_license_that_has_ended(
    home: Home, program: Program, crm: Installation, monkeypatch: PATCH, later: int
) -> None:
    with program.live.database.read() as connection:
        monkeypatch.setattr(type(connection), "now", asked(lambda: home.clock.now))
    last = max(home.clock.now, makers.NOW) // DAY + 2
    lend(crm, program, starts=None, warning=None, expiry=last, grace=None)
    lease = program.take()
    home.clock.now = (last + 1) * DAY + later  # which the program does not know yet
    with pytest.raises(LeaseLost):
        lease.borrow(1)
    assert not lease.row.borrowed


def test_a_borrowed_seat_ends_by_the_time_of_the_server(
    home: Home, program: Program, crm: Installation, monkeypatch: PATCH
) -> None:
    lend(crm, program)
    lease = program.take()
    server = home.clock.now + 1000
    with program.live.database.write() as connection:
        kind = type(connection)
    monkeypatch.setattr(kind, "now", asked(lambda: server))
    lease.borrow(1)
    assert lease.row.expires == server + 3600
    assert lease.left == 3600


def test_a_loss_is_logged_with_its_code_as_every_record_is(program: Program, caplog: pytest.LogCaptureFixture) -> None:
    lease = program.take()
    with caplog.at_level("WARNING", "licensekit"):
        lease.lose("gone")
        lease.lose("gone")
    [record] = caplog.records
    found = vars(record)
    assert (found["code"], found["home"], found["revision"]) == (LeaseLost.code, None, None)
    assert str(lease.error) == record.getMessage()


def test_a_loss_is_reported_in_a_thread_that_keeps_no_program_alive(program: Program) -> None:
    found: list[tuple[Lease, bool]] = []
    lease = program.take(on_lost=lambda one: found.append((one, current_thread().daemon)))
    lease.lose("gone")
    assert eventually(partial(len, found))
    assert found == [(lease, True)]


def test_what_was_lost_in_silence_stays_so_though_somebody_ends_it_afterwards(program: Program) -> None:
    lease = program.take()
    program.clock.passed += TTL
    lease.lose_seat(lease.row, ENDED, "dora")
    assert reason_of(lease) == "expired"


def test_a_forked_child_does_not_wake_who_waits_for_a_loss_in_its_parent(program: Program) -> None:
    lease = program.take()
    of_parent = lease.lost
    lease.after_fork()
    assert (of_parent.is_set(), lease.lost.is_set()) == (False, True)


def test_a_loss_that_nobody_wants_to_hear_of_disturbs_no_loop() -> None:
    faults: list[dict[str, Any]] = []

    async def tell() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, fault: faults.append(fault))
        seat._tell(loop, None, cast("Lease", None))  # pyright: ignore[reportPrivateUsage]  # what a watcher calls
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(tell())
    assert faults == []


def test_rows_of_seats_are_added_as_they_are_needed_without_a_gap(program: Program, monkeypatch: PATCH) -> None:
    monkeypatch.setattr("licensekit.state.seats._FIRST_GROWTH", 2)
    monkeypatch.setattr("licensekit.state.seats._GROWTH", 2)
    held = [program.take() for _ in range(SEATS)]
    assert sorted(one.row.seat for one in held) == list(range(SEATS))


def test_there_are_no_more_rows_than_seats(program: Program) -> None:
    program.take()
    with program.live.database.read() as connection:
        assert connection.one("SELECT count(*) FROM leases") == (SEATS,)


def test_who_loses_a_race_for_a_seat_tries_another(program: Program, monkeypatch: PATCH) -> None:
    program.take().release()
    take, tries = rows._take, list[int]()  # pyright: ignore[reportPrivateUsage]  # the step in which races are lost

    def lose_two(*given: Any) -> Any:
        tries.append(1)
        return None if len(tries) <= 2 else take(*given)

    monkeypatch.setattr(rows, "_take", lose_two)
    assert program.take().is_held


def test_a_lease_is_named_by_48_random_bits_and_shown_as_plain_values(program: Program) -> None:
    row = program.take().row
    assert len(bytes.fromhex(row.id)) == 6
    shown = row.plain()
    assert shown.keys() == {"id", "license", "seat", "holder", "since", "ttl", "until", "borrowed"}
    assert (shown["license"], shown["holder"], shown["borrowed"], shown["until"]) == ("seat", "anna", False, None)


def test_a_lease_that_an_administrator_has_ended_is_found_at_the_next_look(program: Program, crm: Installation) -> None:
    ended, kept = program.take(), program.take()
    program.leasing.follow()
    crm.leases.end(ended.id)
    program.leasing.follow()
    assert (reason_of(ended), reason_of(kept)) == (ENDED, None)


def test_a_lease_that_is_lost_is_not_renewed(program: Program, monkeypatch: PATCH) -> None:
    program.take(ttl=5)
    kept = program.take()
    program.clock.passed += 30
    renewed: list[str] = []
    renew = rows.renew

    def watched(database: Database, held: list[HeldSeat], now: int) -> dict[str, End]:
        renewed.extend(one.id for one in held)
        return renew(database, held, now)

    monkeypatch.setattr(rows, "renew", watched)
    program.leasing.follow()
    assert renewed == [kept.id]


def test_who_sits_beyond_a_reduction_moves_below_it_and_is_told_where_nothing_is_free(
    program: Program, crm: Installation
) -> None:
    held = [program.take() for _ in range(SEATS)]
    by_seat = {one.row.seat: one for one in held}
    by_seat[0].release()
    crm.activate(file(bundle(2, **{**SOLD, "users": {**SOLD["users"], "seat": SEATS - 1}})))
    program.live.reload()
    program.leasing.follow()
    moved = by_seat[SEATS - 1]
    assert (reason_of(moved), moved.row.seat) == (None, 0)
    assert sorted(one.seat for one in crm.leases.list()) == list(range(SEATS - 1))
    crm.activate(file(bundle(3, **{**SOLD, "users": {**SOLD["users"], "seat": 1}})))
    program.live.reload()
    program.leasing.follow()
    assert sorted(str(reason_of(one)) for one in held) == ["None", "refused", "refused", "refused", "released"]
    assert [one.seat for one in crm.leases.list()] == [0]


def test_a_block_ends_with_the_loss_of_its_seat_but_not_with_its_release(program: Program) -> None:
    request = seats.request(program.live, "seat", "anna", TTL, Access.FULL)
    with seat.Seat(program.leasing, request, 0, None) as lease:
        lease.release()
    with pytest.raises(LeaseLost) as refused, seat.Seat(program.leasing, request, 0, None) as lease:
        lease.lose("gone")
    assert refused.value.reason == "gone"
