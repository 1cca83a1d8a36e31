"""Leases as a program holds them, on both engines."""

import gc
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

import pytest

from licensekit import Access, Count, Lease, Licensing, Seat
from licensekit.database import Database
from licensekit.errors import (
    BorrowRefused,
    EntryInvalid,
    LeaseLost,
    NoneFree,
    NotEntitled,
    StateError,
    UnknownCode,
    WrongKind,
)
from licensekit.installation import Installation
from licensekit.runtime import seats
from licensekit.state import seats as rows
from licensekit.state.seats import End, HeldSeat
from licensekit.wire.documents import SeatKind
from tests import makers
from tests.crm import SOLD, crm_catalog
from tests.homes import PIN, Home, bundle, file
from tests.runtime.leases.waiting import eventually

SEATS = SOLD["users"]["seat"]


def opened(home: Home, **more: Any) -> Licensing:
    given: dict[str, Any] = {"watch": True, **more}
    return Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock, **given)


def seat(licensing: Licensing, holder: str = "anna", **more: Any) -> Seat:
    return licensing.seat("seat", holder=holder, **more)


def take(licensing: Licensing, holder: str = "anna", **more: Any) -> Lease:
    return seat(licensing, holder, **more).take()


def sell(crm: Installation, seats: int, sequence: int = 2, **changes: Any) -> None:
    users = {**SOLD["users"], "seat": seats}
    crm.activate(file(bundle(sequence, **{**SOLD, "users": users, **changes})))


def is_server(home: Home) -> bool:
    return home.place.startswith("postgresql")


def holds(lease: Lease) -> bool:
    return lease.is_held


def tell(told: list[Lease], lost: threading.Event) -> Callable[[Lease], None]:
    def on_lost(lease: Lease) -> None:
        told.append(lease)
        lost.set()

    return on_lost


def in_use(licensing: Licensing) -> int:
    return licensing.count("seat").in_use


def test_a_seat_is_held_for_a_block(licensing: Licensing) -> None:
    with seat(licensing) as lease:
        assert holds(lease)
        assert (lease.code, lease.holder, lease.row.expires) == ("seat", "anna", None)
        assert licensing.count("seat") == Count(SEATS, 1)
        lease.check()
    assert not holds(lease)
    assert not lease.lost.is_set()
    assert licensing.count("seat").free == SEATS
    with pytest.raises(LeaseLost, match="given back"):
        lease.check()
    with pytest.raises(LeaseLost):
        lease.renew()
    lease.release()


def test_the_count_is_fresh_in_every_process_without_being_told(home: Home, licensing: Licensing) -> None:
    with opened(home, watch=False) as other:
        assert in_use(other) == 0
        with seat(licensing):
            assert in_use(other) == 1
        assert in_use(other) == 0


@pytest.mark.parametrize(("code", "error"), [("nothing", UnknownCode), ("server", WrongKind), ("sales", WrongKind)])
def test_what_has_no_seats_cannot_be_leased(licensing: Licensing, code: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        licensing.seat(code, holder="anna")


def test_what_cannot_be_kept_is_refused(licensing: Licensing) -> None:
    with pytest.raises(EntryInvalid):
        take(licensing, "")
    with pytest.raises(EntryInvalid):
        take(licensing, ttl=1)
    assert in_use(licensing) == 0


def test_a_seat_gives_its_license_and_all_that_this_includes(crm: Installation, licensing: Licensing) -> None:
    catalog = crm_catalog()
    entry = makers.license_entry(seats=SeatKind.CONCURRENT, includes=["sale", "sale-cal"])
    more = {**catalog.licenses, "seat": entry}
    crm.activate(file(makers.changed(catalog, version=2, licenses=more)))
    licensing.refresh()
    with seat(licensing) as lease:
        assert lease.allows("seat")
        assert lease.allows("demo.sale")
        assert lease.access("windows") is Access.NONE
        with pytest.raises(UnknownCode, match="no catalog has a license"):
            lease.allows("nothing")
    assert not lease.allows("seat")


def test_whoever_waits_gets_the_first_seat_that_is_free(home: Home, licensing: Licensing) -> None:
    held = [take(licensing) for _ in range(SEATS)]
    with pytest.raises(NoneFree):
        take(licensing)
    begin = time.monotonic()
    with pytest.raises(NoneFree):
        take(licensing, wait=0.3)
    assert 0.25 < time.monotonic() - begin < 15
    with opened(home) as other:
        timer = threading.Timer(0.3, held[0].release)
        timer.start()
        with seat(other, "bob", wait=20) as lease:
            assert holds(lease)
            assert in_use(licensing) == SEATS
        timer.join()


def test_a_lease_is_renewed_as_long_as_the_program_has_it(licensing: Licensing) -> None:
    lease = take(licensing, ttl=6)  # a busy machine may renew it seconds late
    forgotten = take(licensing, ttl=6)
    ends = lease.until
    del forgotten
    gc.collect()
    assert eventually(lambda: lease.until > ends + 2)
    assert holds(lease)


def test_what_the_program_forgets_is_free_again(home: Home, licensing: Licensing) -> None:
    take(licensing, ttl=2)
    gc.collect()
    home.clock.now -= 3600
    assert eventually(lambda: in_use(licensing) == 0)


def test_whose_lease_is_ended_is_told_without_asking(crm: Installation, licensing: Licensing) -> None:
    told: list[Lease] = []
    lost = threading.Event()
    lease = take(licensing, on_lost=tell(told, lost))
    other = take(licensing, "bob")
    crm.leases.end(lease.id)
    assert lease.lost.wait(60)
    assert lost.wait(60)
    assert told == [lease]
    assert not holds(lease)
    with pytest.raises(LeaseLost, match="admin has ended it") as error:
        lease.check()
    assert (error.value.reason, error.value.data["by"]) == ("ended", "admin")
    other.check()
    assert not other.lost.is_set()


def lose(crm: Installation, licensing: Licensing, error: Exception | None = None) -> None:
    with seat(licensing) as lease:
        crm.leases.end(lease.id)
        assert lease.lost.wait(60)
        if error is not None:
            raise error


def test_a_block_whose_seat_was_lost_ends_with_that(crm: Installation, licensing: Licensing) -> None:
    with pytest.raises(LeaseLost):
        lose(crm, licensing)
    with pytest.raises(ZeroDivisionError):
        lose(crm, licensing, ZeroDivisionError())


def test_a_machine_that_slept_too_long_has_lost_its_seats(
    home: Home, licensing: Licensing, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease, longer = take(licensing, ttl=60), take(licensing, ttl=600)
    for one in (lease, longer):
        monkeypatch.setattr(one, "until", one.until - 70)
    assert not holds(lease)
    assert lease.lost.wait(60)
    with pytest.raises(LeaseLost, match="not renewed since 2027-01-01T") as lost:
        lease.check()
    assert lost.value.data["since"] == home.clock.now - 70
    longer.check()
    assert eventually(lambda: in_use(licensing) == 1)


def test_an_activation_that_takes_seats_away_is_learned_by_who_sits_there(
    crm: Installation, licensing: Licensing
) -> None:
    held = [take(licensing, f"holder {number}") for number in range(3)]
    sell(crm, 1)
    assert eventually(lambda: sum(lease.is_held for lease in held) == 1)
    time.sleep(0.3)
    assert [lease.lost.is_set() for lease in held].count(True) == 2
    [kept] = [lease for lease in held if lease.is_held]
    kept.renew()
    assert eventually(lambda: in_use(licensing) == 1)
    lost = next(lease for lease in held if not lease.is_held)
    with pytest.raises(LeaseLost, match="no seat of `seat` is free"):
        lost.check()


def test_who_sits_beyond_the_count_moves_while_there_is_room(crm: Installation, licensing: Licensing) -> None:
    held = [take(licensing, f"holder {number}") for number in range(SEATS)]
    last = max(held, key=lambda lease: lease.row.seat)
    for lease in held:
        if lease is not last:
            lease.release()
    sell(crm, 1)
    assert eventually(lambda: last.row.seat == 0)
    last.renew()
    assert in_use(licensing) == 1
    assert [lease.id for lease in crm.leases.list()] == [last.id]


def test_what_lapses_to_reading_is_lost_to_who_needs_it_fully(home: Home, licensing: Licensing) -> None:
    writer, reader = take(licensing), take(licensing, "bob", at_least=Access.READ)
    assert reader.access("seat") is Access.FULL
    home.clock.move(days=800)
    assert writer.lost.wait(60)
    assert eventually(lambda: reader.access("seat") is Access.READ)
    reader.check()
    with pytest.raises(NotEntitled):
        take(licensing)


def test_a_seat_is_borrowed_and_given_back(home: Home, crm: Installation, licensing: Licensing) -> None:
    sell(crm, 5, borrow_hours=48)
    licensing.refresh()
    lease = take(licensing)
    with pytest.raises(BorrowRefused):
        lease.borrow(49)
    until = lease.borrow(48)
    assert lease.row.expires == until.timestamp()
    now = datetime.now(UTC) if is_server(home) else home.clock()
    assert 47.9 * 3600 < (until - now).total_seconds() < 48.1 * 3600
    assert lease.left > 47 * 3600
    assert lease.allows("seat")
    lease.release()
    assert in_use(licensing) == 0
    with pytest.raises(LeaseLost):
        lease.borrow(1)


def test_closing_releases_every_seat(home: Home) -> None:
    with opened(home) as first, opened(home) as other:
        held = [take(first) for _ in range(SEATS)]
        first.close()
        assert in_use(other) == 0
        assert not any(lease.is_held for lease in held)


def test_threads_share_the_seats_exactly(licensing: Licensing) -> None:
    most: list[int] = []
    held: set[str] = set()
    lock = threading.Lock()

    def work(number: int) -> None:
        for _ in range(5):
            with seat(licensing, f"holder {number}", wait=60) as lease:
                with lock:
                    held.add(lease.id)
                    most.append(len(held))
                time.sleep(0.005)
                with lock:
                    held.discard(lease.id)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 40
    assert max(most) <= SEATS
    assert in_use(licensing) == 0


def in_a_child(lease: Lease, licensing: Licensing) -> None:
    assert lease.lost.is_set()
    assert not lease.is_held
    assert not lease.allows("seat")
    with pytest.raises(LeaseLost, match="parent process"):
        lease.renew()
    lease.release()
    with seat(licensing, "child") as own:
        own.check()
        assert in_use(licensing) == 2


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_has_no_part_in_the_seats_of_its_parent(licensing: Licensing) -> None:
    lease, released = take(licensing, ttl=3), take(licensing)
    released.release()
    child = get_context("fork").Process(target=in_a_child, args=(lease, licensing))
    child.start()
    child.join()
    assert child.exitcode == 0
    assert in_use(licensing) == 1
    time.sleep(1.5)
    lease.renew()
    lease.check()


def test_a_lease_whose_license_no_catalog_has_any_more_is_lost(crm: Installation, licensing: Licensing) -> None:
    lease = take(licensing)
    catalog = crm_catalog()
    fewer = {code: one for code, one in catalog.licenses.items() if code != "seat"}
    crm.activate(file(makers.changed(catalog, version=2, licenses=fewer)))
    assert lease.lost.wait(60)
    with pytest.raises(LeaseLost, match="no longer in any catalog"):
        lease.check()
    assert crm.leases.list() == ()
    with pytest.raises(UnknownCode, match="no catalog has a license"):
        take(licensing)


def test_seats_that_are_seen_meanwhile_do_not_belong_to_a_lease_that_has_another(licensing: Licensing) -> None:
    lease = take(licensing, ttl=600)
    old = lease.row
    assert lease.extend(old._replace(id="another"), lease.until)
    lease.lose_seat(old, "ended", "")
    lease.check()
    ends = lease.until
    assert lease.renewed(old, ends + 100)
    assert lease.until == ends
    assert lease.extend(old, ends)
    lease.release()
    assert not lease.renewed(old, ends + 100)
    assert not lease.extend(old, ends + 100)
    assert lease.until == ends


def test_a_renewal_that_comes_too_late_frees_the_seat(
    home: Home, licensing: Licensing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a server answers only after the lease was given up here."""
    lease = take(licensing, ttl=600)
    renew = rows.renew

    def late(database: Database, asked: list[HeldSeat], now: int) -> dict[str, End]:
        answer = renew(database, asked, now)
        lease.lose("ended")
        return answer

    monkeypatch.setattr(rows, "renew", late)
    with pytest.raises(LeaseLost, match="an administrator has ended it"):
        lease.renew()
    with opened(home) as other:
        assert in_use(other) == 0


def test_who_moves_after_giving_up_leaves_no_seat_behind(
    crm: Installation, licensing: Licensing, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [take(licensing) for _ in range(2)]
    last = max(held, key=lambda lease: lease.row.seat)
    for lease in held:
        if lease is not last:
            lease.release()
    if last.row.seat == 0:
        last.release()
        return
    taken = seats.take

    def take_and_release(*given: Any, **more: Any) -> tuple[HeldSeat, float]:
        answer = taken(*given, **more)
        last.release()
        return answer

    monkeypatch.setattr(seats, "take", take_and_release)
    sell(crm, 1)
    assert eventually(lambda: not holds(last))
    assert eventually(lambda: in_use(licensing) == 0)


def test_answers_stay_as_they_are_while_seats_are_taken_and_released(crm: Installation, licensing: Licensing) -> None:
    """Nothing is verified again for them, and no answer about a user is worked out again."""
    take(licensing).release()
    time.sleep(0.5)
    anna = licensing.user("anna")
    for _ in range(3):
        with seat(licensing):
            time.sleep(0.3)
    assert licensing.user("anna") is anna
    crm.sites.add("oslo")
    assert eventually(lambda: licensing.user("anna") is not anna)


def test_after_closing_there_are_no_leases(home: Home) -> None:
    with opened(home) as licensing:
        lease = take(licensing)
    assert not lease.allows("seat")
    with pytest.raises(StateError):
        take(licensing)
