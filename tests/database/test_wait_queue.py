"""Turns: who came first is first, and who was killed or stopped keeps nobody waiting."""

import os
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from licensekit.database import connect
from licensekit.database.wait_queue import Ticket, writing
from tests.database.sample_database import SCHEMA

LONG = 1e6
"""A patience that no test exhausts."""


def draw(location: str, name: str = "seat", patience: float = LONG) -> Ticket:
    """Draw a ticket."""
    return Ticket(location, name, patience=patience, create=True)


def line(location: str) -> list[Path]:
    """Return the tickets that are drawn, the oldest first."""
    return sorted(Path(location).with_suffix(".queue").iterdir())


@pytest.fixture
def location(tmp_path: Path) -> str:
    """Where a database is."""
    return str(tmp_path / "licensing.db")


def test_tickets_come_in_the_order_in_which_they_were_drawn(location: str) -> None:
    tickets = [draw(location) for _ in range(3)]
    assert [one.ahead() for one in tickets] == [0, 1, 2]
    tickets[1].close()
    assert [tickets[0].ahead(), tickets[2].ahead()] == [0, 1]
    tickets[0].close()
    assert tickets[2].ahead() == 0
    tickets[2].close()
    assert line(location) == []


def test_each_name_has_a_line_of_its_own(location: str) -> None:
    tickets = [draw(location, name) for name in ("seat", "seat-2", "se")]
    assert [one.ahead() for one in tickets] == [0, 0, 0]


def test_who_does_not_look_any_more_is_passed_and_gets_its_place_back(location: str) -> None:
    with closing(draw(location)) as stopped, closing(draw(location)) as newcomer:
        assert (stopped.ahead(), newcomer.ahead()) == (0, 1)
        [oldest, _] = line(location)
        os.utime(oldest, ns=(0, 0))
        with closing(draw(location, patience=1e-9)) as hasty:
            assert hasty.ahead() == 0
            assert len(line(location)) == 1
        assert newcomer.ahead() == 0
        assert stopped.ahead() == 0
        assert newcomer.ahead() == 1


def test_what_was_left_before_the_machine_started_keeps_nobody_waiting(location: str) -> None:
    with closing(draw(location)) as before:
        assert before.ahead() == 0
        [left] = line(location)
        for seconds in (0, monotonic() + 100):
            os.utime(left, (seconds, seconds))
            with closing(draw(location, patience=1e-9)) as after:
                assert after.ahead() == 0
            assert before.ahead() == 0  # it is drawn again


def test_there_is_no_line_where_none_was_made_and_on_no_server(location: str) -> None:
    for place in (location, "postgresql://db.example.com/acme", "memory://"):
        tickets = [Ticket(place, "seat", patience=LONG, create=place != location) for _ in range(2)]
        assert [one.ahead() for one in tickets] == [0, 0]
        for one in tickets:
            one.close()
    assert not Path(location).with_suffix(".queue").exists()


def test_who_came_before_is_first_only_after_a_while_of_grace(location: str) -> None:
    with closing(draw(location)) as before:
        assert before.ahead() == 0
        for grace, ahead in ((LONG, 0), (0, 1)):
            with closing(Ticket(location, "seat", patience=LONG, grace=grace)) as after:
                assert after.ahead() == ahead


def test_a_turn_to_write_comes_at_its_end_or_once_those_before_do_not_ask_any_more(location: str) -> None:
    with closing(draw(location, "write")) as first:
        assert first.ahead() == 0
        with writing(location, monotonic()):
            assert len(line(location)) == 2
        [oldest] = line(location)
        oldest.rename(oldest.with_name(f"write.{0:020}.a"))  # it has been waiting for long
        os.utime(line(location)[0], ns=(0, 0))
        with writing(location, monotonic() + LONG):
            assert len(line(location)) == 1


def test_each_writer_of_a_sqlite_file_waits_for_its_turn_where_there_is_a_line(location: str) -> None:
    database = connect(location, schema=SCHEMA, create=True)
    with closing(draw(location)):
        with database.write(), database.read():
            assert [one.name.partition(".")[0] for one in line(location)] == ["write"]
        assert line(location) == []
    database.close()
