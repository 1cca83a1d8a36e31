"""Seats in a folder go to who came first, also before who does not wait, and past who stands still."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread

import pytest

from licensekit import Lease, Licensing
from licensekit.database.wait_queue import Ticket
from licensekit.errors import NoneFree
from licensekit.state.home import DATABASE_NAME
from tests.crm import crm_home_at, open_crm
from tests.homes import PIN
from tests.runtime.leases.waiting import eventually

SEATS = 5
LINE = "seat-FULL"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with an installation of five seats."""
    home = crm_home_at(tmp_path / "home")
    with open_crm(home):
        return home.folder


@pytest.fixture
def licensing(place: Path) -> Iterator[Licensing]:
    """The installation as an application has it open."""
    home = crm_home_at(place)
    with Licensing.open(place, root=PIN, pack=home.pack, clock=home.clock, watch=True) as licensing:
        yield licensing


def take(licensing: Licensing, wait: float = 0) -> Lease:
    """Take a seat."""
    return licensing.seat("seat", holder="anna", wait=wait).take()


def waiting(place: Path) -> int:
    """Return how many are in the line."""
    return sum(one.name.startswith(LINE) for one in place.glob("*.queue/*"))


def in_line(place: Path, number: int) -> bool:
    """Return whether this many are in the line."""
    return waiting(place) == number


@contextmanager
def somebody_first(place: Path) -> Generator[None]:
    """Let somebody be first in the line during a block, who takes no seat."""
    over = Event()
    with closing(Ticket(str(place / DATABASE_NAME), LINE, patience=1, create=True)) as ticket:

        def wait() -> None:
            while not over.wait(0.05):
                ticket.ahead()

        thread = Thread(target=wait)
        thread.start()
        assert eventually(partial(in_line, place, 1))
        try:
            yield
        finally:
            over.set()
            thread.join()


def test_who_waits_is_served_in_the_order_of_coming(licensing: Licensing, place: Path) -> None:
    held = [take(licensing) for _ in range(SEATS)]
    served: SimpleQueue[tuple[int, Lease]] = SimpleQueue()

    def wait(number: int) -> None:
        served.put((number, take(licensing, 60)))

    threads = [Thread(target=wait, args=(number,)) for number in range(SEATS)]
    for number, thread in enumerate(threads, 1):
        thread.start()
        assert eventually(partial(in_line, place, number))
    later: list[Lease] = []
    for lease in held:
        lease.release()
        number, taken = served.get()
        assert number == len(later)
        later.append(taken)
    for thread in threads:
        thread.join()
    assert waiting(place) == 0


def test_who_does_not_wait_takes_nothing_from_who_came_before(licensing: Licensing, place: Path) -> None:
    held = [take(licensing) for _ in range(SEATS - 2)]
    with somebody_first(place):
        held.append(take(licensing))  # two are free, for two
        with pytest.raises(NoneFree):
            take(licensing)
    held.append(take(licensing))
    assert all(lease.is_held for lease in held)


def test_who_was_stopped_is_passed(licensing: Licensing, place: Path) -> None:
    held = [take(licensing) for _ in range(SEATS - 1)]
    stopped = Ticket(str(place / DATABASE_NAME), LINE, patience=1, create=True)
    assert stopped.ahead() == 0
    held.append(take(licensing, 60))
    assert waiting(place) == 0
    stopped.close()


def test_where_no_line_can_be_made_seats_are_still_taken(licensing: Licensing, place: Path) -> None:
    (place / DATABASE_NAME).with_suffix(".queue").write_text("no folder")
    assert take(licensing).is_held
