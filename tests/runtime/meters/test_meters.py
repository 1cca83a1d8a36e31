"""Using units of meters: per period, never more than was sold, with the reason where there are none."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from typing import Any

import pytest

from licensekit import Licensing, Meter, MeterExhausted
from licensekit.database import Database
from licensekit.entitlements import Allowance
from licensekit.errors import DatabaseNewer, DatabaseUnavailable, EntryInvalid, StateError, UnknownCode, WrongKind
from licensekit.runtime import meters
from licensekit.state import usage
from licensekit.state.home import open_installation
from licensekit.wire.documents import AfterGrace
from tests import makers
from tests.homes import DAY, Home, file
from tests.runtime.conftest import comes
from tests.runtime.meters.conftest import CATALOG, PERIODS, rows, sell

FIRST = makers.ISSUED_DAY
TERM = f"term {makers.SERIAL} base production"


@pytest.fixture
def sold(home: Home) -> Home:
    """A home where 100 of each were sold."""
    sell(home, day=100, month=100, year=100, term=100)
    return home


@pytest.fixture
def licensing(sold: Home) -> Iterator[Licensing]:
    with sold.run() as opened:
        yield opened


def left_of(home: Home, code: str) -> int | None:
    """Return what another process finds left."""
    with home.run() as other:
        return other.meter(code).remaining


@pytest.mark.attack("count-at-its-limit")
@pytest.mark.parametrize("code", PERIODS)
def test_as_many_as_were_sold_can_be_used_and_no_more(licensing: Licensing, sold: Home, code: str) -> None:
    meter = licensing.meter(code)
    assert meter.remaining == 100
    for _ in range(60):
        meter.use()
    meter.use(39)
    assert (meter.remaining, meter.try_use(2), meter.try_use(), meter.try_use()) == (1, False, True, False)
    before = rows(sold)
    with pytest.raises(MeterExhausted, match=f"fewer than 3 of 100 `{code}` are left") as refused:
        meter.use(3)
    assert (refused.value.asked, refused.value.total) == (3, 100)
    assert (refused.value.renews is None) == (code == "term")
    assert (meter.remaining, rows(sold)) == (0, before)
    assert list(before.values()) == [100]


@pytest.mark.parametrize("n", [0, -1, 1.0, True, "1", None, 2**32])
def test_what_is_not_a_number_of_units_is_refused(licensing: Licensing, sold: Home, n: Any) -> None:
    for use in (licensing.meter("day").use, licensing.meter("day").try_use):
        with pytest.raises(EntryInvalid, match="is not a number of units; use a whole number from 1 to 4294967295"):
            use(n)
    assert (rows(sold), licensing.meter("day").remaining) == ({}, 100)


def test_what_is_not_a_meter_is_reported_as_such(licensing: Licensing) -> None:
    with pytest.raises(WrongKind, match="`server` is not a meter: it is not sold per day, month, year or term"):
        licensing.meter("server")
    with pytest.raises(UnknownCode, match="no catalog has a license"):
        licensing.meter("days")
    assert licensing.meter("day") is licensing.meter("day")


@pytest.mark.parametrize(("code", "days"), [("day", 1), ("month", 31), ("year", 365)])
def test_with_the_next_period_there_is_as_much_again(licensing: Licensing, sold: Home, code: str, days: int) -> None:
    meter = licensing.meter(code)
    meter.use(40)
    sold.clock.move(days=days)
    licensing.refresh()
    assert meter.remaining == 100
    meter.use(100)
    assert not meter.try_use()
    assert sorted(rows(sold).values()) == [40, 100]


@pytest.mark.attack("units-used-again")
def test_a_clock_that_is_set_back_gives_nothing_twice(licensing: Licensing, sold: Home) -> None:
    meter = licensing.meter("day")
    meter.use(90)
    sold.clock.move(days=1)
    licensing.refresh()
    meter.use(70)
    sold.clock.move(days=-1)
    licensing.refresh()
    assert (meter.remaining, meter.try_use(11), meter.try_use(10)) == (10, False, True)
    sold.clock.move(days=1)
    licensing.refresh()
    assert (meter.remaining, list(rows(sold).values())) == (30, [100, 70])


def test_a_batch_of_a_period_that_is_over_is_given_back_to_it(licensing: Licensing, sold: Home) -> None:
    meter = licensing.meter("day")
    for _ in range(3):  # the third is from a batch
        meter.use()
    sold.clock.move(days=1)
    licensing.refresh()
    assert meter.try_use(100)
    assert list(rows(sold).values()) == [3, 100]


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({"term": 150}, 110),
        ({"term": 30}, 0),
        ({"term": 100, "issued": makers.ISSUED + DAY, "starts": None}, 60),
        ({"term": 100, "grace": FIRST + 400}, 60),
        ({"term": 100, "expiry": FIRST + 380}, 100),
        ({"term": 100, "warning": None, "expiry": None, "grace": None}, 100),
    ],
)
def test_an_amendment_keeps_what_was_used_and_another_expiry_is_another_term(
    licensing: Licensing, sold: Home, changes: dict[str, Any], left: int
) -> None:
    meter = licensing.meter("term")
    meter.use(40)
    sold.clock.move(days=1)
    sell(sold, 2, **changes)
    licensing.refresh()
    assert meter.remaining == left
    assert meter.try_use(left + 1) is False
    assert left == 0 or meter.try_use(left)
    assert rows(sold)[f"{TERM} 2028-01-01"] == (40 + left if left in (110, 60) else 40)


def test_what_is_held_of_a_larger_amount_does_not_outlive_it(
    licensing: Licensing, sold: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "SHARE", 4)
    meter = licensing.meter("month")
    meter.use(20)
    meter.use()
    assert sum(rows(sold).values()) > 21
    sell(sold, 2, month=21)
    licensing.refresh()
    assert (meter.try_use(), meter.remaining) == (False, 0)
    sell(sold, 3, month=5)
    licensing.refresh()
    assert (meter.try_use(), meter.remaining, list(rows(sold).values())) == (False, 0, [21])


def test_parts_of_a_term_are_used_together_and_what_ends_first_goes_first(home: Home) -> None:
    sell(home, term=10, month=1)
    sell(home, part="more", term=5, month=2, warning=None, expiry=FIRST + 19, grace=None)
    with home.run() as licensing:
        assert (licensing.meter("term").remaining, licensing.meter("month").remaining) == (15, 3)
        licensing.meter("term").use(3)
        assert licensing.meter("term").try_use(13) is False
        licensing.meter("term").use(4)
        licensing.meter("month").use(3)
    more = f"term {makers.SERIAL} more production 2027-01-20"
    assert rows(home) == {"month 2027-01-01": 3, f"{TERM} 2028-01-01": 2, more: 5}
    home.clock.move(days=20)
    with home.run() as licensing:
        assert licensing.meter("term").remaining == 8


@pytest.mark.parametrize(
    ("sold_as", "days", "why"),
    [
        ({"after_grace": AfterGrace.READ_ONLY}, 400, "expired"),
        ({"after_grace": AfterGrace.BLOCK}, 400, "expired"),
        ({"starts": FIRST + 9}, 0, ""),
    ],
)
def test_what_is_not_granted_fully_has_no_units(home: Home, sold_as: dict[str, Any], days: int, why: str) -> None:
    sell(home, day=9, **sold_as)
    home.clock.move(days=days)
    with home.run() as licensing:
        meter = licensing.meter("day")
        with pytest.raises(MeterExhausted, match=f"`day` is not granted: .*{why}") as refused:
            meter.use()
        assert (refused.value.reason, meter.try_use(), meter.remaining) == ("not-granted", False, 0)
    assert rows(home) == {}


def test_grace_and_what_goes_on_after_it_count_to_the_same_term(home: Home) -> None:
    sell(home, term=9, after_grace=AfterGrace.ADVISORY)
    with home.run() as licensing:
        for days, left in ((0, 9), (380, 8), (40, 7)):
            home.clock.move(days=days)
            licensing.refresh()
            assert licensing.meter("term").remaining == left
            licensing.meter("term").use()


def test_what_is_unrestricted_is_not_counted(home: Home) -> None:
    sell(home, day=5, term=7)
    sell(home, part="more", day=None, term=None)
    with home.run() as licensing:
        for code in ("day", "term"):
            meter = licensing.meter(code)
            assert meter.remaining is None
            meter.use(2**32 - 1)
            assert meter.try_use(2**32 - 1)
            assert meter.remaining is None
        sell(home, 2, part="more", day=1)
        licensing.refresh()
        assert (licensing.meter("day").remaining, licensing.meter("term").remaining) == (6, 7)
    assert rows(home) == {}


def test_what_a_catalog_takes_out_has_no_units(sold: Home) -> None:
    with sold.run() as licensing:
        meter = licensing.meter("day")
        meter.use()
        newer = makers.changed(CATALOG, version=2, licenses={"server": CATALOG.licenses["server"]})
        with sold.open() as installation:
            installation.activate(file(newer))
        licensing.refresh()
        with pytest.raises(MeterExhausted) as refused:
            meter.use()
        assert (refused.value.reason, meter.remaining) == ("not-granted", 0)
    assert list(rows(sold).values()) == [1]


def test_batches_grow_with_use_and_stay_a_small_part_of_what_is_left(home: Home) -> None:
    sell(home, day=100_000)
    with home.run() as licensing:
        meter, held = licensing.meter("day"), list[int]()
        for used in range(1, 3001):
            meter.use()
            if used in {1, 1500, 3000}:
                held.append(sum(rows(home).values()) - used)
        assert held[0] == 0 < max(held) <= meters.MOST
        assert meter.remaining == 97_000
    assert list(rows(home).values()) == [3000]


def test_a_slow_program_reserves_little(licensing: Licensing, sold: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meters, "BATCH_SECONDS", -math.inf)
    meter = licensing.meter("day")
    for number in range(1, 6):
        meter.use()
        assert list(rows(sold).values()) == [number]


def test_what_nobody_uses_is_given_back_while_the_program_runs(
    licensing: Licensing, sold: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meters, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(usage, "SHARE", 4)
    meter = licensing.meter("day")
    meter.use(3)
    meter.use(2)
    assert sum(rows(sold).values()) > 5
    assert comes(lambda: list(rows(sold).values()) == [5])
    meter.use(95)
    assert not meter.try_use()


def test_the_last_units_can_be_used_by_whoever_needs_them(
    licensing: Licensing, sold: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "SHARE", 1)
    with sold.run() as other:
        ours, theirs = licensing.meter("day"), other.meter("day")
        ours.use(48)
        theirs.use(2)
        assert theirs.try_use(60) is False  # and gives back what it held
        assert ours.try_use(53) is False
        assert theirs.try_use(50)
        assert (ours.remaining, theirs.remaining) == (0, 0)
    assert list(rows(sold).values()) == [100]


def test_who_was_slower_looks_again_and_takes_nothing_twice(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """If one of two parts is gone, the other one is not taken alone."""
    sell(home, term=10)
    sell(home, part="more", term=10)
    others: list[tuple[int, int]] = []
    read = usage.read_free

    def read_before_others(database: Database, name: str, granted: Sequence[Allowance]) -> dict[str, int]:
        free = read(database, name, granted)
        while others:
            number, n = others.pop()
            with database.write() as connection:
                connection.run(
                    "INSERT INTO meters (license, period, used) VALUES (?, ?, ?)"
                    " ON CONFLICT (license, period) DO UPDATE SET used = excluded.used",
                    *(name, granted[number].period, n),
                )
        return free

    monkeypatch.setattr(usage, "read_free", read_before_others)
    with home.run() as licensing:
        meter = licensing.meter("term")
        others.append((1, 8))
        assert (meter.try_use(15), meter.remaining) == (False, 12)
        others.append((0, 4))
        assert (meter.try_use(8), meter.remaining) == (True, 0)
    assert list(rows(home).values()) == [10, 10]


def test_a_program_that_ends_gives_back_and_a_child_has_nothing(
    licensing: Licensing, sold: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "SHARE", 4)
    meter = licensing.meter("month")
    for _ in range(4):
        meter.use()
    before = rows(sold)
    licensing.refresh()
    meter.use()  # the fourth was the first of a batch, which another snapshot of the same terms keeps
    assert rows(sold) == before
    meters.give_back_all()
    assert list(rows(sold).values()) == [5]
    meter.use(3)
    meter.use(2)
    before = rows(sold)
    meter.after_fork()
    meters.give_back_all()
    assert rows(sold) == before


def test_what_cannot_be_read_in_time_is_what_is_left_in_memory(
    licensing: Licensing, sold: Home, away: Callable[[], AbstractContextManager[None]]
) -> None:
    """Before anybody has noticed that the database is away."""
    meter = licensing.meter("day")
    meter.use(50)
    with away():
        assert meter.remaining == 0
        with pytest.raises(StateError):
            meter.use()
    assert meter.remaining == 50
    assert list(rows(sold).values()) == [50]


def test_what_is_reserved_is_used_while_the_database_is_away_and_nothing_else(
    licensing: Licensing, sold: Home, away: Callable[[], AbstractContextManager[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "SHARE", 4)
    meter = licensing.meter("day")
    meter.use(5)
    meter.use(5)
    [reserved] = rows(sold).values()
    held = reserved - 10
    assert held > 1
    with away():
        with pytest.raises(StateError):
            licensing.refresh()
        assert meter.remaining == held
        meter.use(held - 1)
        with pytest.raises(StateError):
            meter.use(2)
        assert (meter.try_use(2), meter.remaining) == (False, 1)
        sold.clock.move(hours=25)
        with pytest.raises(StateError):
            licensing.refresh()
        assert meter.remaining == 0
        with pytest.raises(MeterExhausted, match="is not granted"):
            meter.use()
    sold.clock.move(hours=-25)
    licensing.refresh()
    assert meter.remaining == 91 - held
    licensing.close()
    assert list(rows(sold).values()) == [9 + held]


def test_after_close_nothing_is_reserved_or_used(sold: Home) -> None:
    with sold.run() as licensing:
        meter = licensing.meter("day")
        meter.use(2)
        meter.use()
    assert list(rows(sold).values()) == [3]
    with pytest.raises(DatabaseUnavailable, match="closed"):
        meter.use()
    assert (meter.try_use(), list(rows(sold).values())) == (False, [3])


def test_a_database_of_a_newer_program_gives_nothing(licensing: Licensing, sold: Home) -> None:
    licensing.meter("day").use()
    with closing(open_installation(sold.place, create=False)) as database, database.write() as connection:
        connection.run("UPDATE licensekit_schema SET number = 9, reader = 9, writer = 9")
    with pytest.raises(DatabaseNewer):
        licensing.meter("day").use(50)


def test_its_repr_names_what_it_counts(licensing: Licensing) -> None:
    assert isinstance(licensing.meter("day"), Meter)
    assert licensing.meter("demo.day").code == "day"
