"""Nothing follows time and the database before the first question, and its answer is up to date even so."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from licensekit import Access, Licensing
from licensekit.database.protocol import Version
from licensekit.errors import DatabaseUnavailable, UnknownCode
from licensekit.installation import Installation
from licensekit.runtime import live_snapshot
from licensekit.state.home import open_installation
from tests.homes import PIN, Home
from tests.runtime.conftest import Open, comes

QUESTIONS: dict[str, Callable[[Licensing], object]] = {
    "allows": lambda licensing: licensing.allows("server"),
    "access": lambda licensing: licensing.access("server"),
    "require": lambda licensing: licensing.require("server"),
    "count": lambda licensing: licensing.count("sales"),
    "seats": lambda licensing: licensing.count("seat"),
    "explain": lambda licensing: licensing.explain("server"),
    "licenses": lambda licensing: licensing.licenses,
    "notices": lambda licensing: licensing.notices,
    "user": lambda licensing: licensing.user("anna").allows("sale"),
    "site": lambda licensing: licensing.site("oslo").allows("server"),
    "unavailable": lambda licensing: licensing.unavailable("login"),
    "seat": lambda licensing: licensing.seat("seat", holder="anna").take().release(),
    "revision": lambda licensing: licensing.revision,
    "on_change": lambda licensing: licensing.on_change(print),
}


@pytest.fixture(autouse=True)
def _others_are_over() -> None:
    assert comes(lambda: not watchers())


def watchers() -> set[str]:
    """Return the names of the threads that keep answers true."""
    names = {one.name for one in threading.enumerate()}
    return names & {"licensekit-clock", "licensekit-database"}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=list(QUESTIONS))
def test_each_question_wakes_what_keeps_the_answers_true(
    licensing: Licensing, ask: Callable[[Licensing], object]
) -> None:
    assert not watchers()
    ask(licensing)
    assert watchers() == {"licensekit-clock", "licensekit-database"}


def test_opening_refreshing_and_closing_need_no_thread(admin: Installation, open_licensing: Open) -> None:
    licensing = open_licensing()
    admin.users.assign("anna", "sales")
    licensing.refresh()
    assert "Licensing" in repr(licensing)
    assert not watchers()
    licensing.close()
    assert not watchers()
    with pytest.raises(DatabaseUnavailable):
        licensing.allows("server")


@pytest.mark.parametrize(("days", "access"), [(395, Access.FULL), (396, Access.READ)])
def test_time_that_passed_since_opening_counts(home: Home, licensing: Licensing, days: int, access: Access) -> None:
    home.clock.move(days=days)
    assert licensing.access("server") is access
    assert licensing.user("anna").access("server") is access


def test_what_was_changed_since_opening_counts(licensing: Licensing, admin: Installation) -> None:
    admin.users.assign("anna", "sales")
    assert licensing.count("sales").in_use == 1
    assert licensing.user("anna").allows("sale")


def test_an_unknown_code_is_refused_as_ever(licensing: Licensing) -> None:
    for _ in range(2):
        with pytest.raises(UnknownCode, match="no catalog has a license"):
            licensing.allows("nothing")


def test_many_first_questions_at_the_same_time_are_all_answered(home: Home, licensing: Licensing) -> None:
    home.clock.move(days=396)
    start, found = threading.Barrier(8), list[Access]()

    def ask() -> None:
        start.wait(60)
        found.append(licensing.access("server"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [Access.READ] * 8
    assert len(watchers()) == 2


def test_an_object_that_was_asked_first_is_kept_up_to_date(licensing: Licensing, admin: Installation) -> None:
    anna = licensing.user("anna")
    assert not anna.allows("sale")
    admin.users.assign("anna", "sales")
    assert comes(lambda: anna.allows("sale"))


class Hanging:
    """A database that answers no question about its version until it may."""

    def __init__(self, home: Home, over: threading.Event) -> None:
        self._database = open_installation(home.place, create=False)
        self.over = over
        self.hangs = False
        self.asked = threading.Event()
        """Set once somebody waits for it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def read(self) -> AbstractContextManager[Any]:
        """See `Database`."""
        return self._database.read()

    def version(self) -> Version:
        """Wait, and return the version."""
        if self.hangs:
            self.asked.set()
            self.over.wait(60)
        return self._database.version()


@pytest.fixture
def hanging(home: Home, monkeypatch: pytest.MonkeyPatch) -> Hanging:
    """The database that is opened from now on, which answers until a test lets it hang."""
    database = Hanging(home, threading.Event())

    def opened(*_: object, **__: object) -> Hanging:
        return database

    monkeypatch.setattr("licensekit.runtime.licensing.open_or_wait", opened)
    return database


@pytest.mark.parametrize("home", ["folder"], indirect=True)
def test_a_database_that_hangs_delays_only_the_first_question_and_not_for_long(
    home: Home, admin: Installation, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_snapshot, "FIRST_SECONDS", 0.1)
    with Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock, watch=True) as licensing:
        hanging.hangs = True
        home.clock.move(days=396)
        begin = time.monotonic()
        assert licensing.access("server") is Access.READ
        assert time.monotonic() - begin < 30
        assert hanging.asked.is_set()
        known = licensing.revision
        admin.users.add("carl")
        hanging.hangs = False
        hanging.over.set()
        assert licensing.wait_until(lambda one: one.revision > known, 60)


@pytest.mark.parametrize("home", ["folder"], indirect=True)
def test_a_first_question_that_waits_while_it_is_closed_raises(
    home: Home, admin: Installation, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_snapshot, "FIRST_SECONDS", 60)
    licensing, found = (
        Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock, watch=True),
        list[Exception](),
    )

    def ask() -> None:
        with pytest.raises(DatabaseUnavailable) as caught:
            licensing.allows("server")
        found.append(caught.value)

    hanging.hangs = True
    thread = threading.Thread(target=ask)
    thread.start()
    assert hanging.asked.wait(60)
    licensing.close()
    hanging.over.set()
    thread.join(60)
    assert "closed" in str(found[0])
    assert admin.state().serial
