"""A process that asks and asks sees by itself what time and others change."""

import asyncio
import gc
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context

import pytest

from licensekit import Access, Licensing
from licensekit.errors import DatabaseUnavailable, Rollback
from licensekit.installation import EventScope, Installation
from licensekit.state.home import open_installation
from licensekit.trust.sign import sign
from licensekit.wire import armor
from tests import makers
from tests.crm import SOLD, crm_catalog
from tests.homes import PIN, Home, bundle, file, signed
from tests.refusals import trust_seen
from tests.runtime.conftest import Open, comes
from tests.runtime.other_processes import activate

PROCESSES = get_context("spawn")
DATES: list[tuple[int, set[str], Access]] = [
    (334, set(), Access.FULL),
    (335, {"warning"}, Access.FULL),
    (365, {"warning"}, Access.FULL),
    (366, {"grace"}, Access.FULL),
    (395, {"grace"}, Access.FULL),
    (396, {"expired"}, Access.READ),
]
"""Days after the issue: the notices then, and what the license `server` gives."""


def codes(licensing: Licensing) -> set[str]:
    return {notice.code for notice in licensing.notices} - {"clock-ahead"}


def watchers() -> set[threading.Thread]:
    """Return the threads that keep answers true."""
    return {one for one in threading.enumerate() if one.name in {"licensekit-clock", "licensekit-database"}}


@pytest.mark.parametrize(("days", "expected", "access"), DATES)
def test_each_date_that_passes_is_seen_by_itself(
    home: Home, licensing: Licensing, days: int, expected: set[str], access: Access
) -> None:
    assert (codes(licensing), licensing.access("server")) == (set(), Access.FULL)
    home.clock.move(days=days)
    assert comes(lambda: (codes(licensing), licensing.access("server")) == (expected, access))


def test_a_bundle_starts_on_its_day(home: Home, admin: Installation, open_licensing: Open) -> None:
    sold = {**SOLD, "system": {**SOLD["system"], "expander": 1}}
    admin.activate(file(bundle(2, starts=makers.ISSUED_DAY + 3, **sold)))
    licensing = open_licensing()
    assert not licensing.allows("expander")
    home.clock.move(days=3)
    assert comes(lambda: licensing.allows("expander"))


@pytest.mark.attack("clock-ahead-and-put-right")
def test_a_clock_that_was_wrong_and_is_put_right_costs_nothing(home: Home, licensing: Licensing) -> None:
    home.clock.move(days=900)
    assert comes(lambda: licensing.access("server") is Access.READ)
    home.clock.move(days=-900)
    assert comes(lambda: licensing.allows("server"))


@pytest.mark.attack("clock-turned-back")
def test_a_clock_turned_back_wins_no_more_than_what_was_not_kept_yet(home: Home, licensing: Licensing) -> None:
    """A server keeps nothing of it, whose own clock shows the true time: it has to agree."""
    for _ in range(60):
        home.clock.move(days=7)
        licensing.refresh()
    for _ in range(9):  # two days of running, which confirm what the clock shows
        home.clock.move(hours=6)
        licensing.refresh()
    assert comes(lambda: licensing.access("server") is Access.READ)
    home.clock.move(days=-420)
    licensing.refresh()
    is_kept = "://" not in home.place
    assert licensing.access("server") is (Access.READ if is_kept else Access.FULL)
    assert ("clock-behind" in codes(licensing)) is is_kept


@pytest.mark.process
def test_what_another_process_activates_is_seen_by_itself(home: Home, licensing: Licensing) -> None:
    assert not licensing.allows("expander")
    sold = {**SOLD, "system": {**SOLD["system"], "expander": 1}}
    other = PROCESSES.Process(target=activate, args=(home, 2, sold))
    other.start()
    assert comes(lambda: licensing.allows("expander"))
    other.join(60)
    assert other.exitcode == 0


def test_assignments_and_events_of_others_are_seen_by_themselves(licensing: Licensing, admin: Installation) -> None:
    anna = licensing.user("anna")
    assert not anna.allows("sale")
    admin.users.assign("anna", "sales")
    assert comes(lambda: anna.allows("sale"))
    assert anna.may_login("web")
    assert licensing.count("sales").in_use == 1
    event = admin.events.start("no-login", scope=EventScope.INSTALLATION, message="update")
    assert comes(lambda: not anna.may_login("web"))
    admin.events.end(event.number)
    assert comes(lambda: bool(anna.may_login("web")))
    admin.users.retire("anna")
    assert comes(lambda: anna.access("server") is Access.NONE)


def test_unwatched_nothing_changes_before_the_host_says_so(
    home: Home, admin: Installation, open_licensing: Open
) -> None:
    assert comes(lambda: not watchers())
    licensing = open_licensing(watch=False)
    admin.users.assign("anna", "sales")
    home.clock.move(days=400)
    time.sleep(0.5)
    assert licensing.allows("server")
    assert licensing.count("sales").in_use == 0
    assert not watchers()
    licensing.refresh()
    assert licensing.access("server") is Access.READ
    assert licensing.count("sales").in_use == 1


@contextmanager
def calls_of_this_thread() -> Generator[list[str]]:
    """Note the functions of C that a block calls; the collector waits, which calls others in between."""
    called: list[str] = []

    def note(_: object, event: str, what: object) -> None:
        if event == "c_call":
            called.append(f"{getattr(what, '__module__', '')}.{getattr(what, '__name__', '')}")

    gc.disable()
    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(None)
        gc.enable()


def test_a_warm_question_asks_neither_clock_nor_database(home: Home, admin: Installation) -> None:
    admin.users.assign("anna", "sales")
    admin.sites.add("oslo", central=True)
    licensing = Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock, watch=False)
    questions: list[Callable[[], object]] = [
        lambda: licensing.allows("server"),
        lambda: licensing.access("sale"),
        lambda: licensing.count("sales"),
        lambda: licensing.licenses,
        lambda: licensing.notices,
        lambda: licensing.explain("user"),
        lambda: licensing.user("anna").allows("sale"),
        lambda: licensing.user("anna", site="oslo").may_login("web"),
        lambda: licensing.site("oslo").access("reporter"),
    ]
    answers = [ask() for ask in questions]
    with calls_of_this_thread() as called:
        again = [ask() for ask in questions]
    assert again == answers
    modules = {name.partition(".")[0] for name in called}
    assert not modules & {"time", "datetime", "sqlite3", "psycopg_binary", "posix", "io"}, called
    licensing.close()


def test_a_process_that_asks_all_the_time_is_never_told_something_wrong(
    licensing: Licensing, admin: Installation
) -> None:
    wrong: list[object] = []
    asked = [0] * 4
    stop = threading.Event()

    def ask(number: int) -> None:
        anna = licensing.user("anna")
        while not stop.is_set():
            plan = anna.access("sale")
            if plan is Access.NONE or not licensing.allows("server"):
                wrong.append((plan, licensing.access("server")))
            if licensing.count("sales").in_use > 2:
                wrong.append(licensing.count("sales"))
            licensing.user("bob").may_login("web")
            asked[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(asked))]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            admin.users.assign("anna", "sales")
            admin.users.release("anna", "sales")
        admin.users.assign("bob", "sales")
        assert comes(lambda: licensing.user("bob").allows("sale"))
        assert comes(lambda: min(asked) > 10)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert min(asked) > 10


def test_tasks_of_asyncio_ask_and_see_changes(licensing: Licensing, admin: Installation) -> None:
    async def wait_for_it(user: str) -> bool:
        while not licensing.user(user).allows("sale"):  # noqa: ASYNC110  # it asks, as programs do
            await asyncio.sleep(0.01)
        return True

    async def change() -> None:
        for user in ("anna", "bob"):
            await asyncio.to_thread(admin.users.assign, user, "sales")

    async def play() -> list[bool]:
        waiting = [asyncio.create_task(wait_for_it(user)) for user in ("anna", "bob") * 5]
        await change()
        return await asyncio.wait_for(asyncio.gather(*waiting), 20)

    assert asyncio.run(play()) == [True] * 10


def test_a_forgotten_licensing_ends_its_threads_and_connections(home: Home, admin: Installation) -> None:
    def keep_only_a_user() -> None:
        licensing = Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock, watch=True)
        anna = licensing.user("anna")
        assert len(watchers()) == 2
        del licensing
        gc.collect()
        admin.users.assign("anna", "sales")
        assert comes(lambda: anna.allows("sale")), "whoever holds an answer is kept up to date"

    assert comes(lambda: not watchers())
    keep_only_a_user()
    gc.collect()
    assert comes(lambda: not watchers())
    gc.collect()  # a connection that was left open would warn here


def test_a_closed_licensing_ends_its_threads(home: Home, admin: Installation) -> None:
    assert comes(lambda: not watchers())
    with Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock, watch=True) as licensing:
        assert licensing.allows("server")
        assert len(watchers()) == 2
    assert comes(lambda: not watchers())
    assert admin.state().serial


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_clock_that_raises_does_not_let_anything_live_past_its_end(
    home: Home, admin: Installation, open_licensing: Open
) -> None:
    broken = threading.Event()
    raised = threading.Event()

    def clock() -> datetime:
        if broken.is_set():
            raised.set()
            raise ZeroDivisionError
        return home.clock()

    licensing = open_licensing(clock=clock)
    assert licensing.allows("server")
    broken.set()
    assert raised.wait(60)
    home.clock.move(days=400)
    time.sleep(0.5)
    broken.clear()
    assert comes(lambda: licensing.access("server") is Access.READ)
    assert admin.state().serial


def second_trust() -> armor.Token:
    """Return the vendor's next trust document."""
    trust = makers.trust(makers.admitted(makers.key("vendor")), version=2)
    return sign(trust, makers.key("root"))


def test_what_the_application_brings_that_is_newer_is_kept(admin: Installation, open_licensing: Open) -> None:
    catalog = signed(crm_catalog())
    open_licensing(pack=makers.file_of(makers.first_root(), second_trust(), catalog))
    assert comes(lambda: trust_seen(admin.state().stored.seen) == (1, 2))


def test_documents_that_were_rolled_back_are_reported_and_answered_from_memory(
    home: Home, licensing: Licensing, admin: Installation
) -> None:
    admin.activate(file(second_trust()))
    licensing.refresh()
    database = open_installation(home.place, create=False)
    with database.write() as connection:
        connection.run("DELETE FROM trust_documents")
    assert comes(lambda: "database-away" in codes(licensing))
    assert licensing.allows("server")
    with pytest.raises(Rollback):
        licensing.refresh()
    home.clock.move(hours=25)
    assert comes(lambda: not licensing.allows("server"))
    database.close()


def test_time_that_cannot_be_kept_is_reported(
    home: Home, admin: Installation, open_licensing: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bool:
        raise DatabaseUnavailable(reason="read-only", where="there")

    licensing = open_licensing()
    monkeypatch.setattr("licensekit.runtime.live_snapshot.remember", refuse)
    home.clock.move(hours=2)
    assert comes(lambda: "time-not-kept" in codes(licensing))
    monkeypatch.undo()
    home.clock.move(hours=2)
    assert comes(lambda: "time-not-kept" not in codes(licensing))
    assert admin.state().stored.time.boots[b""].clock == home.clock.now
