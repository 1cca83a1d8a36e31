"""Events: a revision that rises with what is answered, callbacks, waiting in threads and in asyncio; and the log."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from licensekit import Licensing
from licensekit.errors import DatabaseUnavailable
from licensekit.installation import Installation
from licensekit.runtime.changes import DocumentChange, LicensingChange
from tests.crm import SOLD, crm_catalog
from tests.homes import PIN, Home, bundle, file, signed
from tests.makers import changed
from tests.runtime.conftest import Open, comes


@pytest.fixture
def seen(licensing: Licensing) -> list[LicensingChange]:
    """The changes that are reported."""
    found: list[LicensingChange] = []
    licensing.on_change(found.append)
    return found


def test_the_revision_rises_with_what_is_answered_and_not_with_time(
    home: Home, admin: Installation, open_licensing: Open
) -> None:
    licensing = open_licensing(watch=False)

    def revision() -> int:
        licensing.refresh()
        return licensing.revision

    first = revision()
    assert revision() == first == 1
    home.clock.move(hours=20)
    assert revision() == first
    home.clock.move(days=335)
    warning = revision()
    assert warning == first + 1
    home.clock.move(days=3)
    assert revision() == warning
    changes: list[Callable[[], object]] = [
        lambda: admin.users.assign("anna", "sales"),
        lambda: admin.users.release("anna", "sales"),
        lambda: admin.users.assign("bob", "sales"),
        lambda: admin.activate(file(bundle(2, **SOLD))),
    ]
    for number, change in enumerate(changes, warning + 1):
        change()
        assert revision() == number


def test_each_change_is_reported_once_in_order_and_says_what_is_different(
    home: Home, licensing: Licensing, admin: Installation, seen: list[LicensingChange]
) -> None:
    home.clock.move(days=335)
    assert comes(lambda: len(seen) == 1)
    home.clock.move(days=31)
    assert comes(lambda: len(seen) == 2)
    admin.users.assign("anna", "sales")
    assert comes(lambda: len(seen) == 3)
    assert [change.revision for change in seen] == [2, 3, 4]
    assert licensing.revision == 4
    label = seen[0].documents[0].name
    assert [change.documents for change in seen] == [
        (DocumentChange("bundle", label, "active", "warning"),),
        (DocumentChange("bundle", label, "warning", "grace"),),
        (),
    ]
    assert [notice.code for notice in seen[0].raised if notice.code != "clock-ahead"] == ["warning"]
    assert [notice.code for notice in seen[1].resolved] == ["warning"]


def test_documents_that_come_and_go_are_named(
    licensing: Licensing, admin: Installation, seen: list[LicensingChange]
) -> None:
    admin.activate(file(bundle(2, **SOLD), signed(changed(crm_catalog(), version=2))))
    assert comes(lambda: bool(seen))
    found = {(one.type, one.before, one.after) for one in seen[0].documents}
    assert found == {("bundle", None, "active"), ("bundle", "active", None), ("catalog", "1", "2")}
    assert licensing.allows("server")


def test_a_callback_that_was_cancelled_is_called_no_more(licensing: Licensing, admin: Installation) -> None:
    first, second = list[LicensingChange](), list[LicensingChange]()
    cancel = licensing.on_change(first.append)
    licensing.on_change(second.append)
    licensing.on_change(lambda _: cancel())
    admin.users.assign("anna", "sales")
    assert comes(lambda: len(second) == 1)
    admin.users.release("anna", "sales")
    assert comes(lambda: len(second) == 2)
    cancel()
    assert len(first) == 1


def test_a_callback_may_cancel_the_next_one(licensing: Licensing, admin: Installation) -> None:
    called: list[str] = []
    cancels: list[Callable[[], object]] = []

    def one(_: LicensingChange) -> None:
        called.append("one")
        cancels[0]()

    licensing.on_change(one)
    cancels.append(licensing.on_change(lambda _: called.append("two")))
    licensing.on_change(lambda _: called.append("three"))
    admin.users.assign("anna", "sales")
    assert comes(lambda: "three" in called)
    assert called == ["one", "three"]


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit])
def test_a_callback_that_raises_is_logged_and_harms_nobody(
    licensing: Licensing, admin: Installation, caplog: pytest.LogCaptureFixture, error: type[BaseException]
) -> None:
    seen: list[LicensingChange] = []

    def fail(_: LicensingChange) -> None:
        raise error

    licensing.on_change(fail)
    licensing.on_change(seen.append)
    admin.users.assign("anna", "sales")
    assert comes(lambda: len(seen) == 1)
    admin.users.release("anna", "sales")
    assert comes(lambda: len(seen) == 2)
    failed = [record for record in caplog.records if record.exc_info]
    assert [record.exc_info and record.exc_info[0] for record in failed] == [error, error]


def test_a_callback_that_takes_long_delays_reports_and_nothing_else(
    home: Home, licensing: Licensing, admin: Installation
) -> None:
    called, over, seen = threading.Event(), threading.Event(), list[int]()

    def wait(change: LicensingChange) -> None:
        called.set()
        over.wait(60)
        seen.append(change.revision)

    licensing.on_change(wait)
    admin.users.assign("anna", "sales")
    assert called.wait(60)
    home.clock.move(days=396)
    assert licensing.wait_until(lambda one: not one.allows("server"), 60)
    admin.users.release("anna", "sales")
    assert licensing.wait_until(lambda one: one.count("sales").in_use == 0, 60)
    assert seen == []
    over.set()
    assert comes(lambda: seen == list(range(2, licensing.revision + 1)))


def test_waiting_ends_with_the_change_or_the_timeout(licensing: Licensing, admin: Installation) -> None:
    assert licensing.wait_until(lambda one: one.allows("server"))
    begin = time.monotonic()
    assert not licensing.wait_until(lambda one: one.user("anna").allows("sale"), 0.1)
    assert not licensing.wait_until(lambda one: one.user("anna").allows("sale"), 0)
    timer = threading.Timer(0.1, admin.users.assign, ("anna", "sales"))
    timer.start()
    assert licensing.wait_until(lambda one: one.user("anna").allows("sale"), 60)
    assert time.monotonic() - begin < 30
    timer.join()


def test_a_callback_that_cannot_be_called_is_refused(licensing: Licensing) -> None:
    with pytest.raises(TypeError, match="a callback is a function, not None"):
        licensing.on_change(None)  # type: ignore[arg-type]  # the mistake
    assert licensing.allows("server")


def test_whoever_waits_learns_that_it_was_closed(licensing: Licensing) -> None:
    assert licensing.allows("server")
    timer = threading.Timer(0.1, licensing.close)
    timer.start()
    with pytest.raises(DatabaseUnavailable):
        licensing.wait_until(lambda one: not one.allows("server"), 60)
    timer.join()
    with pytest.raises(DatabaseUnavailable):
        _ = licensing.revision


def test_tasks_wait_without_a_thread_and_can_be_cancelled(licensing: Licensing, admin: Installation) -> None:
    async def play() -> tuple[list[int], int]:
        waiting = [asyncio.create_task(licensing.changed()) for _ in range(5)]
        others = [asyncio.create_task(licensing.changed()) for _ in range(5)]
        await asyncio.sleep(0.01)
        names = {one.name for one in threading.enumerate() if one.name.startswith("asyncio")}
        assert names == set()
        for other in others:
            other.cancel()
        assert all(
            isinstance(one, asyncio.CancelledError) for one in await asyncio.gather(*others, return_exceptions=True)
        )
        threading.Timer(0, admin.users.assign, ("anna", "sales")).start()
        return await asyncio.wait_for(asyncio.gather(*waiting), 60), await licensing.changed(since=1)

    assert asyncio.run(play()) == ([2] * 5, 2)


def test_many_loops_wait_and_one_that_is_closed_disturbs_nobody(licensing: Licensing, admin: Installation) -> None:
    found: list[int] = []
    ready = threading.Semaphore(0)

    async def wait() -> None:
        task = asyncio.create_task(licensing.changed())
        await asyncio.sleep(0)
        ready.release()
        found.append(await task)

    abandoned, loop = licensing.changed(), asyncio.new_event_loop()
    loop.call_soon(loop.stop)
    task = loop.create_task(abandoned)
    loop.run_forever()
    loop.close()
    threads = [threading.Thread(target=asyncio.run, args=(wait(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
        assert ready.acquire(timeout=60)
    admin.users.assign("anna", "sales")
    for thread in threads:
        thread.join(60)
    assert found == [2, 2, 2]
    task._log_destroy_pending = False  # type: ignore[attr-defined]  # the loop was closed on purpose
    abandoned.close()


def test_a_task_that_waits_learns_that_it_was_closed(licensing: Licensing) -> None:
    async def play() -> None:
        task = asyncio.create_task(licensing.changed())
        await asyncio.sleep(0.01)
        licensing.close()
        with pytest.raises(DatabaseUnavailable):
            await asyncio.wait_for(task, 60)

    asyncio.run(play())


class Log(list[logging.LogRecord]):
    """What was logged."""

    def codes(self) -> list[tuple[str, Any]]:
        """Return levels and codes, without what the clock of a test is warned of."""
        found = [(one.levelname, getattr(one, "code", "none at all")) for one in self]
        return [(level, code) for level, code in found if code != "clock-ahead"]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[Log]:
    """What the logger `licensekit` gets from now on."""
    found, handler = Log(), logging.NullHandler()
    handler.handle = found.append  # type: ignore[assignment,method-assign]  # the one thing that it does
    logger = logging.getLogger("licensekit")
    with caplog.at_level(logging.INFO, "licensekit"):
        logger.addHandler(handler)
        yield found
        logger.removeHandler(handler)


def test_states_are_logged_with_the_codes_of_their_notices(home: Home, licensing: Licensing, log: Log) -> None:
    assert licensing.allows("server")
    for days in (335, 31, 30):
        home.clock.move(days=days)
        known = licensing.revision
        assert licensing.wait_until(lambda one, known=known: one.revision > known, 60)  # type: ignore[misc]  # binds it
    assert comes(lambda: len(log.codes()) == 8)
    assert log.codes() == [
        *(("INFO", "warning"), ("WARNING", "warning")),
        *(("INFO", "grace"), ("WARNING", "grace"), ("INFO", "warning")),
        *(("INFO", "expired"), ("ERROR", "expired"), ("INFO", "grace")),
    ]
    assert all(record.getMessage().startswith(f"{vars(record)['home']}: ") for record in log)
    assert repr(licensing) == f"<Licensing from {licensing.source}>"


def test_opening_logs_what_is_there(home: Home, admin: Installation, log: Log) -> None:
    home.clock.move(days=366)
    with Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock, watch=True) as licensing:
        assert log.codes() == [("INFO", "grace"), ("INFO", None), ("INFO", None), ("WARNING", "grace")]
        assert "not there -> grace" in log[0].getMessage()
        assert licensing.revision == 1
    assert admin.state().serial


@pytest.mark.parametrize("home", ["folder"], indirect=True)
def test_a_database_that_is_away_and_back_is_logged(home: Home, licensing: Licensing, log: Log) -> None:
    assert licensing.allows("server")
    elsewhere = home.folder.rename(home.folder.with_name("elsewhere"))
    assert comes(lambda: log.codes() == [("ERROR", "database-away")])
    elsewhere.rename(home.folder)
    assert comes(lambda: log.codes() == [("ERROR", "database-away"), ("INFO", "database-away")])
    assert "no longer: answers are given from memory" in log[-1].getMessage()


def test_a_seat_that_is_lost_is_logged(licensing: Licensing, admin: Installation, log: Log) -> None:
    lease = licensing.seat("seat", holder="anna").take()
    admin.leases.end(lease.id)
    assert lease.lost.wait(60)
    assert [one for one in log.codes() if one[0] == "WARNING"] == [("WARNING", "lease-lost")]
    assert any("anna" in record.getMessage() for record in log)


def test_nothing_is_printed_by_a_program_that_configures_no_log(
    home: Home, licensing: Licensing, capfd: pytest.CaptureFixture[str]
) -> None:
    licensing.on_change(lambda _: 1 / 0)
    home.clock.move(days=366)
    assert licensing.wait_until(lambda one: one.revision > 1, 60)
    assert capfd.readouterr() == ("", "")
    assert any(isinstance(one, logging.NullHandler) for one in logging.getLogger("licensekit").handlers)
