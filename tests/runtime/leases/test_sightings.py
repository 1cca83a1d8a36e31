"""What observers make of the beats that they read: a plain model of holders and readers in true time."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.runtime import observer
from licensekit.runtime.observer import Sighting, Sightings, due_below, observe, silent
from licensekit.runtime.watcher import LOOK_SECONDS
from licensekit.state.seats import LONGEST_SECONDS, SHORTEST_SECONDS, Beat

TTL = 10
EVERYTHING = LONGEST_SECONDS + 1
LEASE = Beat("a", "seat", 0, TTL, 1)
SECONDS = st.floats(0, 2 * TTL)
PATIENCE = 10.2
"""1 % and a tenth of a second more than TTL."""


def seen(*reads: tuple[float, int], steady: bool = True) -> Sightings:
    """Return what is known of one lease after reads, each a time and the beat that it showed."""
    known: Sightings = {}
    for now, beat in reads:
        known = observe(known, [LEASE._replace(beat=beat)], EVERYTHING, now, steady=steady)
    return known


def steadily(start: float, end: float) -> list[tuple[float, int]]:
    return [(start + step * TTL / 6, 1) for step in range(int((end - start) * 6 / TTL) + 1)]


def test_a_beat_that_stands_still_is_silent_once_its_time_is_over_and_not_before() -> None:
    known = seen(*steadily(5, 5 + TTL))
    assert silent(known, 5 + PATIENCE - 0.01) == []
    assert silent(known, 5 + PATIENCE) == [LEASE]


@pytest.mark.parametrize(
    ("reads", "since"),
    [
        ([(5, 1), (7, 1), (9, 1)], 5),
        ([(5, 1), (7, 2), (9, 2)], 7),
        ([(5, 1), (7.5, 1)], 5),
        ([(5, 1), (7.6, 1)], 7.6),
        ([(5, 1), (100, 1), (102, 1)], 100),
        ([(5, 2), (7, 1)], 7),
        ([(5, 1), (3, 1)], 3),
    ],
)
def test_a_new_beat_a_gap_and_a_clock_that_went_back_begin_again(reads: list[tuple[float, int]], since: float) -> None:
    assert seen(*reads)["a"].since == since


def test_where_nobody_looks_all_the_time_a_gap_means_nothing() -> None:
    assert silent(seen((5, 1), (100, 1), steady=False), 100) == [LEASE]


def test_a_lease_that_is_gone_is_forgotten_and_one_that_was_not_due_is_not() -> None:
    short, long = Beat("short", "seat", 0, 5, 1), Beat("long", "seat", 1, 500, 1)
    known = observe({}, [short, long], EVERYTHING, 1, steady=True)
    assert observe(known, [], 50, 2, steady=True).keys() == {"long"}
    assert observe(known, [], EVERYTHING, 2, steady=True) == {}


class Renewal(NamedTuple):
    """A renewal: when it was sent, and when the database had it."""

    sent: float
    done: float


@st.composite
def renewals(draw: st.DrawFn) -> list[Renewal]:
    """Draw what one holder sends, one after the other, each while it believes to hold the seat."""
    found, now, end = [Renewal(0, draw(SECONDS))], 0.0, float(TTL)
    for pause, delay in draw(st.lists(st.tuples(SECONDS, SECONDS), max_size=12)):
        now = max(now, found[-1].done) + pause
        if now >= end:
            break
        found.append(Renewal(now, now + delay))
        end = now + TTL
    return found


@st.composite
def reads(draw: st.DrawFn) -> list[Renewal]:
    """Draw what one observer reads: when the database looked, and when the answer was there."""
    found, now = list[Renewal](), 0.0
    for pause, delay in draw(st.lists(st.tuples(SECONDS, st.floats(0, TTL / 2)), max_size=40)):
        found.append(Renewal(now + pause, now + pause + delay))
        now = found[-1].done
    return found


@given(sent=renewals(), looked=reads(), late=st.integers(0, 3), steady=st.booleans())
def test_no_seat_is_freed_before_its_holder_has_lost_it(
    *, sent: list[Renewal], looked: list[Renewal], late: int, steady: bool
) -> None:
    """Whatever the delays; `late` is how many seconds the compare-and-swap is behind the decision."""
    known: Sightings = {}
    for read in looked:
        beat = sum(one.done <= read.sent for one in sent)
        if beat == 0:
            continue
        known = observe(known, [LEASE._replace(beat=beat)], EVERYTHING, read.done, steady=steady)
        for lease in silent(known, read.done):
            arrived = [one for one in sent if one.done <= read.done + late]
            if len(arrived) == lease.beat:  # else the row has another beat, and stays as it is
                assert arrived[-1].sent + TTL <= read.done + late
                return


@given(st.integers(SHORTEST_SECONDS, LONGEST_SECONDS), st.floats(0, 1e6), st.lists(st.floats(0.0, 0.05), min_size=1))
def test_a_lease_is_read_often_enough_to_be_watched_and_not_much_more_often(
    ttl: int, start: float, late: list[float]
) -> None:
    """At steps of the shortest pause, each a little late, over four times what the lease lasts."""
    moments = [start, *_times_due(ttl, start, late)]
    gaps = [after - before for before, after in pairwise(moments)]
    assert max(gaps) <= ttl / 4
    assert len(gaps) <= 4 * 12 + 2


def _times_due(ttl: int, start: float, late: list[float]) -> Iterator[float]:
    last = int(start / LOOK_SECONDS)
    pause = max(LOOK_SECONDS, ttl / 400)
    now = start
    for number in range(int(4 * ttl / pause)):
        now = start + (number + 1) * pause + late[number % len(late)]
        step = int(now / LOOK_SECONDS)
        if due_below(last, step) > ttl:
            yield now
        last = step


def test_the_first_look_reads_everything() -> None:
    assert due_below(None, 7) > LONGEST_SECONDS


def write(path: Path, data: object) -> Path:
    path.write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
    return path


def test_what_another_process_of_this_boot_has_seen_counts_on(tmp_path: Path) -> None:
    path = write(tmp_path / "file", [["boot", 0], [[*LEASE, 5.5]]])
    known = observer.load(path, ["boot", 0])
    assert known == {"a": Sighting(LEASE, 5.5, None)}
    later = observe(known, [LEASE], EVERYTHING, 5.5 + PATIENCE, steady=True)
    assert silent(later, 5.5 + PATIENCE) == [LEASE]


@pytest.mark.parametrize(
    "data",
    ["", "{", "[]", "null", [["boot", 1], [[*LEASE, 5.5]]], [["boot", 0], [[*LEASE]]], [["boot", 0], [["a", 1]]],
     [["boot", 0], 7], [["boot", 0], [[*LEASE, "long ago"]]], [None, [[*LEASE, 5.5]]],
     '[["boot", 0], [[]]]', '[["boot", 0], [{}]]', [["boot", 0], [[*LEASE, 10**400]]], "[" * 5000,
     [["boot", 0], [[*LEASE[:3], "60", 1, 5.5]]], [["boot", 0], [[LEASE.id, 7, *LEASE[2:], 5.5]]],
     [["boot", 0], [[*LEASE, 5.5], ["b", 7, *LEASE[2:], 5.5]]]],
)  # fmt: skip
@pytest.mark.attack("any-bytes-in-our-own-files")
def test_a_file_of_another_boot_or_a_damaged_one_says_nothing(tmp_path: Path, data: object) -> None:
    assert observer.load(write(tmp_path / "file", data), ["boot", 0]) == {}


def test_a_time_that_is_not_a_number_begins_again(tmp_path: Path) -> None:
    known = observer.load(write(tmp_path / "file", [["boot", 0], [[*LEASE, float("nan")]]]), ["boot", 0])
    assert silent(known, 1e9) == []
    assert observe(known, [LEASE], EVERYTHING, 7, steady=True)["a"].since == 7
