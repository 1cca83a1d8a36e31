"""Licenses for tests: exactly what is sold is granted, and every change has happened when its call returns."""

import threading
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit import Access
from licensekit.errors import CatalogInvalid, DatabaseUnavailable, NoneFree, OrderInvalid, UnknownCode
from licensekit.installation import Installation
from licensekit.state.loading import OpenInstallation
from licensekit.testing import licenses

START = datetime(2027, 1, 1, 12, tzinfo=UTC)


def at_start() -> datetime:
    return START


def test_exactly_what_is_sold_is_granted() -> None:
    with licenses(
        system={"server": 1, "storage": 500, "reports": 0},
        users={"standard": 5, "guest": None},
        sites=["oslo"],
        settings={"max-rows": 7, "name": "Acme", "fast": True},
        company="Nordlys Kraft AS",
    ) as licensing:
        assert licensing.allows("server")
        assert not licensing.allows("reports")
        assert [licensing.count(code).total for code in ("storage", "standard", "guest", "oslo")] == [500, 5, None, 1]
        assert [licensing.setting(code) for code in ("max-rows", "name", "fast")] == [7, "Acme", True]
        assert licensing.installation.state().companies == ("Nordlys Kraft AS",)
        assert licensing.notices == ()
        with pytest.raises(UnknownCode, match="no catalog has a license"):
            licensing.allows("other")


def test_it_leaves_no_threads_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = set(threading.enumerate())
    with licenses(system=["server"]) as licensing:
        assert licensing.allows("server")
        assert set(threading.enumerate()) <= before
    assert list(tmp_path.iterdir()) == []


def test_two_at_a_time_are_apart() -> None:
    with licenses(system=["server"]) as first, licenses(system={"server": 0}) as second:
        assert first.allows("server")
        assert not second.allows("server")


@pytest.mark.parametrize("expiry", [date(2027, 1, 31), timedelta(days=30), 30])
def test_the_last_day_counts_to_its_end(expiry: date | timedelta | int) -> None:
    with licenses(system=["server"], expiry=expiry, clock=at_start) as licensing:
        assert licensing.covered_until == date(2027, 1, 31)
        licensing.travel(datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC))
        assert licensing.allows("server")
        licensing.travel(timedelta(seconds=1))
        assert licensing.access("server") is Access.READ


@pytest.mark.parametrize(
    ("to", "shows"),
    [
        (date(2027, 3, 1), datetime(2027, 3, 1, tzinfo=UTC)),
        (datetime(2027, 3, 1, 4, tzinfo=UTC), datetime(2027, 3, 1, 4, tzinfo=UTC)),
        (timedelta(hours=1), datetime(2027, 1, 1, 13, tzinfo=UTC)),
        (2, datetime(2027, 1, 3, 12, tzinfo=UTC)),
    ],
)
def test_it_travels_to_days_and_times_and_by_spans(to: date | timedelta | int, shows: datetime) -> None:
    with licenses(clock=at_start) as licensing:
        licensing.travel(to)
        assert licensing.installation.state().now == shows.timestamp()


def test_the_clock_stands_still_unless_one_is_given() -> None:
    now = [START]
    with licenses(system=["server"], expiry=30, clock=lambda: now[0]) as licensing, licenses() as still:
        now[0] += timedelta(days=31)
        assert not licensing.allows("server")
        assert len({still.installation.state().now for _ in range(2)}) == 1


@pytest.mark.parametrize("to", [-31, date(2026, 12, 1), START - timedelta(days=31)])
def test_going_back_it_counts_from_the_latest_time_and_says_so(to: date | int) -> None:
    with licenses(system=["server"], expiry=10, clock=at_start) as licensing:
        licensing.travel(11)
        licensing.travel(to)
        assert not licensing.allows("server")
        assert "clock-behind" in [notice.code for notice in licensing.notices]


def test_what_follows_the_term() -> None:
    with licenses(system=["server"], expiry=10, grace=timedelta(days=5), after_grace="block", use="trial") as licensing:
        licensing.travel(15)
        assert [notice.code for notice in licensing.notices] == ["grace"]
        assert licensing.allows("server")
        licensing.travel(1)
        assert licensing.access("server") is Access.NONE
        licensing.grant(use="production", expiry=None, grace=None)
        assert licensing.allows("server")
        licensing.grant(grace=date(2999, 1, 2), expiry=date(2999, 1, 1), after_grace="advisory", offline_hours=1)
        assert licensing.covered_until == date(2999, 1, 1)


def test_grace_of_some_days_moves_with_the_expiry() -> None:
    with licenses(system=["server"], expiry=10, grace=5) as licensing:
        licensing.grant(expiry=100)
        licensing.travel(105)
        assert licensing.allows("server")
        licensing.travel(1)
        assert not licensing.allows("server")


def test_grants_are_added_and_named_terms_replaced() -> None:
    with licenses(users={"standard": 1}, assigned={"anna": ["standard"]}) as licensing:
        with pytest.raises(NoneFree):
            licensing.assign("bob", "standard")
        licensing.grant(users={"standard": 2}, system=["server"])
        licensing.assign("bob", "standard")
        assert licensing.user("bob").allows("standard")
        assert licensing.allows("server")
        licensing.withdraw("server", "standard")
        assert not licensing.allows("server")
        assert not licensing.user("bob").allows("standard")


def test_what_is_withdrawn_is_released_by_sites_as_well() -> None:
    with licenses(sites={"reporter": 2, "archive": 1}) as licensing:
        licensing.installation.sites.add("oslo", central=True)
        licensing.installation.sites.assign("oslo", "reporter", "archive")
        licensing.withdraw("reporter")
        assert not licensing.site("oslo").allows("reporter")
        assert licensing.site("oslo").allows("archive")


def test_what_administrators_change_is_seen_by_whoever_keeps_a_user() -> None:
    with licenses(users={"standard": 1}, assigned={"anna": ["standard"]}) as licensing:
        anna = licensing.user("anna")
        assert anna.allows("standard")
        licensing.installation.users.release("anna", "standard")
        assert not anna.allows("standard")
        licensing.installation.users.assign("anna", "standard")
        assert anna.allows("standard")


def test_without_its_database_it_answers_for_its_offline_hours() -> None:
    with licenses(system=["server"], assigned={"anna": []}, offline_hours=5) as licensing:
        assert not licensing.user("anna").unavailable("login")
        with licensing.lose_database():
            assert [notice.code for notice in licensing.notices] == ["database-away"]
            licensing.travel(timedelta(hours=4))
            assert licensing.allows("server")
            with pytest.raises(DatabaseUnavailable):
                licensing.user("bob")
            with pytest.raises(DatabaseUnavailable):
                licensing.grant(system=["more"])
            licensing.travel(timedelta(hours=2))
            assert not licensing.allows("server")
        assert licensing.allows("server")
        licensing.grant(system=["more"])
        licensing.lose_database()
        assert licensing.notices
        licensing.restore_database()
        assert licensing.notices == ()


def test_after_its_block_it_answers_nothing() -> None:
    with licenses(system=["server"]) as licensing:
        pass
    with pytest.raises(DatabaseUnavailable, match="closed"):
        licensing.allows("server")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"sytem": ["server"]}, "sytem: .*`system`"),
    ({"expiry": START}, "expiry: "),
    ({"grace": 5}, "grace_days: "),
    ({"use": "trail"}, 'use: .*"trial"'),
    ({"after_grace": "stop"}, 'after_grace: .*"block"'),
    ({"system": ["other.server"]}, "other.server"),
    ({"system": ["server"], "users": ["server"]}, "system.server: "),
    ({"users": {"standard": -1}}, "users.standard: "),
]


@pytest.mark.parametrize(("terms", "message"), WRONG)
def test_what_cannot_be_sold_is_refused_and_changes_nothing(terms: dict[str, Any], message: str) -> None:
    with licenses(system=["kept"]) as licensing:
        before = licensing.installation.bundles()
        with pytest.raises((OrderInvalid, CatalogInvalid), match=message):
            licensing.grant(**terms)
        assert licensing.installation.bundles() == before
        licensing.grant(system="one")
        assert licensing.allows("one")


def test_what_no_catalog_has_cannot_be_withdrawn() -> None:
    with licenses(system={"server": 1, "reports": 0}) as licensing:
        with pytest.raises(UnknownCode, match="no catalog has a license"):
            licensing.withdraw("server", "other")
        licensing.withdraw("reports")
        assert licensing.allows("server")


def test_a_time_without_a_zone_is_not_a_time() -> None:
    with licenses() as licensing, pytest.raises(TypeError, match="naive"):
        licensing.travel(datetime(2027, 1, 1))  # noqa: DTZ001  # what is refused
    with pytest.raises(ValueError, match="zone"), licenses(clock=lambda: datetime(2027, 1, 1)):  # noqa: DTZ001  # likewise
        pass


def test_what_is_wrong_from_the_beginning_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Installation] = []
    made = Installation.__init__

    def noted(self: Installation, given: OpenInstallation) -> None:
        made(self, given)
        opened.append(self)

    monkeypatch.setattr(Installation, "__init__", noted)
    with pytest.raises(CatalogInvalid), licenses(system=["no code"]):
        pass
    with pytest.raises(DatabaseUnavailable, match="closed"):
        opened[0].state()


CODES = ["server", "reports", "export"]
STEPS = st.one_of(
    st.tuples(st.just("grant"), st.sets(st.sampled_from(CODES)), st.one_of(st.none(), st.integers(0, 40))),
    st.tuples(st.just("withdraw"), st.sampled_from(CODES), st.none()),
    st.tuples(st.just("travel"), st.integers(0, 20), st.none()),
    st.tuples(st.sampled_from(["lose", "restore"]), st.none(), st.none()),
)


@given(st.lists(STEPS, max_size=8))
def test_answers_follow_each_step(steps: list[tuple[str, Any, Any]]) -> None:
    """A plain model: what is sold, the last day, today, and since when the database is away."""
    sold: set[str] = set()
    last: int | None = None
    today, away_since = 0, None
    with licenses(system=dict.fromkeys(CODES, 0), offline_hours=12, clock=at_start) as licensing:
        for step, first, second in steps:
            is_away = away_since is not None
            refused = pytest.raises(DatabaseUnavailable) if is_away else nullcontext()
            if step == "travel":
                today += first
                licensing.travel(first)
            elif step == "lose":
                away_since = away_since if is_away else today
                licensing.lose_database()
            elif step == "restore":
                away_since = None
                licensing.restore_database()
            elif step == "grant":
                with refused:
                    licensing.grant(system=first, expiry=second)
                    sold, last = sold | first, None if second is None else today + second
            else:
                with refused:
                    licensing.withdraw(first)
                    sold = sold - {first}
            counts = (last is None or today <= last) and (away_since is None or today == away_since)
            assert {code for code in CODES if licensing.allows(code)} == (sold if counts else set())
