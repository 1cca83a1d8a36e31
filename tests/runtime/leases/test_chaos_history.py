"""The judge of the chaos test: it finds what must not happen, and nothing else."""

from typing import Final

import pytest

from tests.runtime.leases.chaos_history import (
    GIVEN_BACK,
    HELD,
    LOST,
    STOOD_STILL,
    Belief,
    Line,
    Program,
    Sample,
    Span,
    beliefs,
    kept_too_long,
    most,
    shared,
    unexplained_losses,
)

TTL: Final = 6
TWICE: Final = (Line(HELD, 1.0, "a", 0), Line(HELD, 2.0, "a", 0))


def test_a_line_is_read_as_it_was_written() -> None:
    line = Line(LOST, 12.25, "a", 3, "not renewed since then")
    assert Line.read(line.written().rstrip("\n")) == line


@pytest.mark.parametrize(
    ("more", "stops", "killed", "end"),
    [
        pytest.param((), (), None, 2.0, id="as it was seen last"),
        pytest.param((Line(GIVEN_BACK, 3.0, "a", 0),), (), None, 3.0, id="until it is given back"),
        pytest.param((Line(LOST, 3.0, "a", 0),), (), None, 2.0, id="not when it was found to be lost"),
        pytest.param((), (), 2.5, 2.5, id="until the program was killed"),
        pytest.param((), ((2.1, 9.0),), 2.5, 2.0, id="not while it was stopped when it was killed"),
        pytest.param((Line(GIVEN_BACK, 2.2, "a", 0),), (), 2.5, 2.2, id="not after it was given back"),
    ],
)
def test_a_belief_lasts(more: tuple[Line, ...], stops: tuple[Span, ...], killed: float | None, end: float) -> None:
    program = Program("p", TTL, (*TWICE, *more), stops, killed)
    assert beliefs(program) == [Belief(0, "a", "p", 1.0, end)]


def test_two_who_believe_in_one_seat_at_one_moment_are_found() -> None:
    long, within, after = (Belief(0, "a", "p", 1.0, 9.0), Belief(0, "b", "q", 2.0, 3.0), Belief(0, "c", "r", 8.0, 9.5))
    elsewhere, later = Belief(1, "d", "s", 1.0, 9.0), Belief(0, "e", "t", 9.0, 10.0)
    assert shared([long, elsewhere, later]) == []
    assert shared([after, within, long]) == [(long, within), (long, after)]
    assert (most([long, within, after]), most([long, later]), most([])) == (2, 1, 0)


@pytest.mark.parametrize(
    ("stood_still", "own_stops", "other_stops", "writers", "expected"),
    [
        pytest.param("0.1", (), (), 1, 1, id="the program ran"),
        pytest.param("3.0", (), (), 1, 0, id="the program did not run"),
        pytest.param("0.1", ((15.0, 18.0),), (), 2, 0, id="the program was stopped"),
        pytest.param("0.1", ((1.0, 9.0),), (), 2, 1, id="the program was stopped long before"),
        pytest.param("0.1", (), ((15.0, 18.0),), 1, 0, id="another one was stopped, perhaps as the one writer"),
        pytest.param("0.1", (), ((15.0, 18.0),), 2, 1, id="another one was stopped, as one of many writers"),
    ],
)
def test_a_lease_is_lost_only_by_who_did_not_run(
    stood_still: str, own_stops: tuple[Span, ...], other_stops: tuple[Span, ...], writers: int, expected: int
) -> None:
    lines = (*TWICE, Line(STOOD_STILL, 19.0, text=stood_still), Line(LOST, 20.0, "a", 0))
    programs = [Program("p", TTL, lines, own_stops), Program("q", TTL, (), other_stops)]
    assert len(unexplained_losses(programs, one_writer=writers == 1)) == expected


def test_a_seat_of_the_dead_that_is_held_for_too_long_is_found() -> None:
    every_second = [Sample(float(second), ("dead", "alive")) for second in range(20)]
    assert kept_too_long(every_second, {"dead": 3.5, "other": 1.0}, TTL) == {"dead": 15.5}
    assert kept_too_long(every_second[:16], {"dead": 3.5}, TTL) == {}
    # Nobody looked for a while, so that observing starts again.
    gap = [sample for sample in every_second if not 8 < sample.moment < 11]
    assert kept_too_long(gap, {"dead": 3.5}, TTL) == {}
    assert kept_too_long(every_second, {"dead": 3.5}, TTL, [(6.0, 8.0)]) == {}
