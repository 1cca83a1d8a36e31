"""Connections are lent to one user at a time, kept for the next, and dropped when of no use."""

import threading
from contextlib import ExitStack
from unittest.mock import Mock

import pytest

from licensekit.database.protocol import ConnectionPool
from licensekit.errors import DatabaseBusy, DatabaseUnavailable


class Made:
    """What a pool makes here, and whether it still serves."""

    def __init__(self) -> None:
        self.usable = True
        self.discarded = False


class Workshop:
    """Makes things, and remembers them."""

    def __init__(self) -> None:
        self.made: list[Made] = []

    def make(self, _deadline: float = 0) -> Made:
        """Make one."""
        self.made.append(Made())
        return self.made[-1]

    def pool(self, *, wait: float = 5, slots: int = 2) -> ConnectionPool[Made]:
        """Return a pool of what is made here."""
        return ConnectionPool(self.make, _discard, is_usable=_is_usable, location="here", wait=wait, slots=slots)


def _discard(made: Made) -> None:
    made.discarded = True


def _is_usable(made: Made) -> bool:
    return made.usable


def test_what_comes_back_is_lent_again() -> None:
    workshop = Workshop()
    pool = workshop.pool()
    for _ in range(3):
        with pool.lend():
            pass
    assert len(workshop.made) == 1


def test_what_comes_back_with_an_error_is_lent_again_if_it_is_usable() -> None:
    workshop = Workshop()
    pool = workshop.pool()
    with pytest.raises(KeyError), pool.lend():
        raise KeyError
    with pool.lend() as made:
        assert made is workshop.made[0]
    made.usable = False
    with pool.lend() as other:
        assert other is not made
    assert (made.discarded, other.discarded) == (True, False)


def test_two_at_a_time_get_different_ones() -> None:
    pool = Workshop().pool()
    with pool.lend() as one, pool.lend() as other:
        assert one is not other


def test_whoever_finds_all_lent_waits_and_gives_up() -> None:
    pool = Workshop().pool(wait=0.05, slots=1)
    with pool.lend(), pytest.raises(DatabaseBusy, match="here: too many threads"), pool.lend():
        pass
    with pool.lend():
        pass


def test_whoever_finds_all_lent_gets_the_next_that_comes_back() -> None:
    workshop = Workshop()
    pool = workshop.pool(slots=1)
    lent = threading.Event()
    got: list[Made] = []

    def wait_for_it() -> None:
        lent.set()
        with pool.lend() as made:
            got.append(made)

    with pool.lend():
        thread = threading.Thread(target=wait_for_it)
        thread.start()
        lent.wait()
    thread.join()
    assert got == workshop.made
    assert len(got) == 1


def test_a_failure_to_make_one_takes_no_place() -> None:
    pool: ConnectionPool[Made] = ConnectionPool(_fail, _discard, location="here", wait=0, slots=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), pool.lend():
            pass


def _fail(_deadline: float) -> Made:
    raise ZeroDivisionError


def test_idle_ones_are_dropped_immediately_and_lent_ones_when_they_come_back() -> None:
    pool = Workshop().pool()
    with pool.lend() as lent:
        with pool.lend() as idle:
            pass
        pool.close()
        assert (lent.discarded, idle.discarded) == (False, True)
    assert lent.discarded


def test_a_closed_pool_lends_nothing() -> None:
    workshop = Workshop()
    pool = workshop.pool()
    pool.close()
    pool.close()
    for use in (pool.check_open, pool.lend().__enter__):
        with pytest.raises(DatabaseUnavailable, match="closed"):
            use()
    assert workshop.made == []


def test_one_that_cannot_be_judged_is_dropped() -> None:
    pool = ConnectionPool(lambda _: Made(), _discard, is_usable=_cannot_be_judged, location="here", wait=5)
    with pool.lend() as made:
        pass
    with pytest.raises(ZeroDivisionError), pool.lend():
        pass
    assert made.discarded


def _cannot_be_judged(_: Made) -> bool:
    raise ZeroDivisionError


def test_what_was_not_lent_for_a_while_is_discarded(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Mock(return_value=0.0)
    monkeypatch.setattr("licensekit.database.protocol.monotonic", clock)
    workshop = Workshop()
    pool = workshop.pool(slots=3)

    def lend(together: int) -> list[Made]:
        with ExitStack() as stack:
            return [stack.enter_context(pool.lend()) for _ in range(together)]

    first = lend(3)
    clock.return_value = 60.0
    [used] = lend(1)
    assert not any(one.discarded for one in first)
    clock.return_value = 61.0
    assert lend(1) == [used]
    assert [one.discarded for one in first] == [one is not used for one in first]
    assert lend(3)[0] is used
    assert len(workshop.made) == len(first) + 2
