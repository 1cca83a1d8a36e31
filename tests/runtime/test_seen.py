"""The application tells who is there: from memory, written once a day and user, on both engines."""

# What waits to be written shows nowhere else.
# pyright: reportPrivateUsage=false

import os
import threading
from datetime import date
from multiprocessing import get_context

import pytest

from licensekit import Licensing
from licensekit.dates import DAY_SECONDS, date_of
from licensekit.errors import DatabaseUnavailable
from licensekit.installation import Installation
from licensekit.runtime import live_snapshot
from licensekit.state import usage
from licensekit.state.usage import Sightings
from tests.crm import SOLD
from tests.homes import Home, bundle, file
from tests.runtime.conftest import Open, comes


def seen(admin: Installation, user: str) -> date | None:
    """Return when a user was last seen."""
    day = admin.users.get(user).last_seen
    return None if day is None else date_of(day)


def today(home: Home) -> date:
    """Return the day that the clock shows."""
    return date_of(home.clock.now // DAY_SECONDS)


def writes(licensing: Licensing) -> int:
    """Return how many entries wait to be written."""
    return len(licensing._live.sightings._new)


def test_it_is_written_with_the_next_refresh(home: Home, admin: Installation) -> None:
    with home.run() as licensing:
        for name in ("Anna", " anna ", "bob", "stranger", "", "a\0b", "\ud800", "x" * 1000):
            licensing.seen(name)
        assert seen(admin, "anna") is None
        licensing.refresh()
    assert (seen(admin, "anna"), seen(admin, "bob")) == (today(home), today(home))
    assert [row.user.id for row in admin.users.list()] == ["anna", "bob"]


def test_it_is_written_at_close(home: Home, admin: Installation) -> None:
    with home.run() as licensing:
        licensing.seen("anna")
    assert seen(admin, "anna") == today(home)


def test_once_a_day_and_user(home: Home, admin: Installation) -> None:
    with home.run() as licensing:
        days = set[date | None]()
        for _ in range(3):
            for _ in range(100):
                licensing.seen("anna")
            assert writes(licensing) == 1
            licensing.refresh()
            assert writes(licensing) == 0
            days.add(seen(admin, "anna"))
            home.clock.move(days=1)
            licensing.refresh()
        assert len(days) == 3


def test_another_process_that_tells_the_same_writes_nothing(home: Home, admin: Installation) -> None:
    with home.run() as one, home.run() as other:
        one.seen("anna")
        one.refresh()
        before = other._live.database.version()
        other.seen("anna")
        other.refresh()
        assert other._live.database.version() == before
    assert seen(admin, "anna") == today(home)


def test_the_threads_write_it(
    licensing: Licensing, admin: Installation, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_snapshot, "REMEMBER_PAUSE_SECONDS", 0)
    licensing.seen("anna")  # the first that is asked of it: it wakes the threads
    assert comes(lambda: seen(admin, "anna") == today(home))
    home.clock.move(days=1)
    assert comes(lambda: "anna" not in licensing._live.sightings.today)
    licensing.seen("anna")
    assert comes(lambda: seen(admin, "anna") == today(home))


def test_threads_do_not_write_more_often_than_each_minute(
    licensing: Licensing, admin: Installation, home: Home
) -> None:
    licensing.seen("anna")
    follow = licensing._live.follow
    follow()
    assert (writes(licensing), seen(admin, "anna")) == (1, None)
    home.clock.move(hours=1)
    follow()
    assert seen(admin, "anna") == today(home)


def test_many_threads_lose_nobody(home: Home, admin: Installation) -> None:
    people = [f"u{number}" for number in range(100)]
    for one in people:
        admin.users.add(one)
    with home.run() as licensing:

        def tell(share: list[str]) -> None:
            for one in share:
                licensing.seen(one)
                if one.endswith("5"):
                    licensing.refresh()

        threads = [threading.Thread(target=tell, args=(people[start::4] + people[::9],)) for start in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {row.user.last_seen for row in admin.users.list() if row.user.id.startswith("u")} == {
        home.clock.now // DAY_SECONDS
    }


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_forked_child_tells_of_its_own(licensing: Licensing, admin: Installation, home: Home) -> None:
    licensing.seen("anna")

    def work() -> None:
        licensing.seen("bob")
        licensing.close()

    child = get_context("fork").Process(target=work)
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert seen(admin, "bob") == today(home)
    licensing.close()
    assert seen(admin, "anna") == today(home)


def test_nothing_is_lost_while_the_database_is_away(home: Home, admin: Installation) -> None:
    with home.run() as licensing:
        licensing.seen("anna")
        kept = licensing._live.database

        class Away:
            def write(self, **_: object) -> object:
                raise DatabaseUnavailable(reason="gone", where="there")

        noted = licensing._live.sightings
        with pytest.raises(DatabaseUnavailable):
            noted.keep(Away(), 0)  # type: ignore[arg-type]  # what it asks of a database
        assert writes(licensing) == 1
        noted.keep(kept, home.clock.now // DAY_SECONDS)
    assert seen(admin, "anna") == today(home)


def test_after_the_end_it_says_so(home: Home, admin: Installation) -> None:
    licensing = home.run()
    licensing.seen("anna")
    licensing.close()
    with pytest.raises(DatabaseUnavailable):
        licensing.seen("anna")
    assert seen(admin, "anna") == today(home)


def test_an_id_is_a_text(licensing: Licensing) -> None:
    with pytest.raises(TypeError, match="the id of a user is a str"):
        licensing.seen(7)  # type: ignore[arg-type]  # the mistake


def test_a_given_clock_writes_now(home: Home, admin: Installation, open_licensing: Open) -> None:
    licensing = open_licensing(watch=None)
    licensing.seen("anna")
    assert seen(admin, "anna") == today(home)


def test_that_it_is_written_makes_nobody_read_all_again(home: Home, admin: Installation) -> None:
    with home.run() as teller, home.run() as other:
        teller.seen("anna")
        teller.refresh()
        other.refresh()
        snapshot = other._live.snapshot
        teller.seen("bob")
        teller.refresh()
        other._live.follow()
        assert other._live.snapshot is snapshot
    assert seen(admin, "bob") == today(home)


def test_notices_count_again_each_day(licensing: Licensing, admin: Installation, home: Home) -> None:
    admin.activate(file(bundle(2, warning=None, expiry=None, grace=None, **SOLD)))
    admin.users.assign("anna", "sales")
    admin.users.assign("bob", "sales")

    def tells() -> bool:
        return any(one.code == "idle-users" for one in licensing.notices)

    licensing.seen("bob")
    licensing.seen("anna")
    home.clock.move(days=91)
    assert comes(lambda: "bob" not in licensing._live.sightings.today)
    licensing.seen("bob")
    assert not tells()
    home.clock.move(days=1)
    assert comes(tells)


def test_no_more_is_kept_in_memory_than_of_other_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "REMEMBERED", 3)
    noted = Sightings(1)
    for number in range(10):
        noted.note(f"u{number}", 1)
    assert len(noted.today) <= 3
    assert len(Sightings(1)._new) <= 3
