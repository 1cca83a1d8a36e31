"""What a program counts of its seats, and how it tells of its database: its health and its metrics."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit import Health, Licensing
from licensekit.errors import DatabaseUnavailable, NoneFree
from licensekit.installation import Installation
from licensekit.runtime.counters import BOUNDS, Counters
from licensekit.state.metrics import metric_lines
from tests.crm import SOLD, crm_home_at, open_crm
from tests.homes import PIN, Home

HOUR = 3600
SEATS = SOLD["users"]["seat"]


def samples(lines: Iterator[str]) -> dict[str, float]:
    """Return every sample of a page, by its name and labels as they are written, without `licensekit_`."""
    written = [line.removeprefix("licensekit_").rsplit(" ", 1) for line in lines if not line.startswith("#")]
    found = {name: float(value) for name, value in written}
    assert len(found) == len(written)
    return found


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that nothing follows by itself."""
    return crm_home_at(tmp_path / "home")


@pytest.fixture
def admin(home: Home) -> Iterator[Installation]:
    """What an administrator changes there."""
    with open_crm(home, "anna", "bob") as installation:
        yield installation


@pytest.fixture
def licensing(home: Home, admin: Installation) -> Iterator[Licensing]:
    """What an application has open there."""
    assert admin.state().serial
    with home.run() as licensing:
        yield licensing


def test_a_request_that_finds_none_free_is_denied(licensing: Licensing) -> None:
    leases = [licensing.seat("seat", holder=f"{number}").take() for number in range(SEATS)]
    with pytest.raises(NoneFree):
        licensing.seat("seat", holder="late").take()
    found = samples(licensing.metric_lines())
    assert found['seats_denied_total{license="seat",reason="none-free"}'] == 1
    assert found['seat_requests{license="seat"}'] == 0
    assert found['license_peak{license="seat"}'] == SEATS
    for lease in leases:
        lease.release()
    found = samples(licensing.metric_lines())
    assert found['license_in_use{license="seat",kind="user"}'] == 0
    assert found['license_peak{license="seat"}'] == SEATS


def test_a_task_that_finds_none_free_is_denied(licensing: Licensing) -> None:
    async def ask() -> None:
        for number in range(SEATS + 1):
            await licensing.seat("seat", holder=f"{number}").take_async()

    with pytest.raises(NoneFree):
        asyncio.run(ask())
    assert samples(licensing.metric_lines())['seats_denied_total{license="seat",reason="none-free"}'] == 1


def test_counters_are_there_before_they_rise(licensing: Licensing) -> None:
    """What a monitor sees first with 1 does not seem to have risen."""
    found = samples(licensing.metric_lines())
    assert found['seats_denied_total{license="seat",reason="none-free"}'] == 0
    assert found['leases_lost_total{license="seat",reason="expired"}'] == 0
    assert found['seat_requests{license="seat"}'] == found["renewals_failed_total"] == 0


def test_who_waits_is_counted_until_it_is_served(licensing: Licensing) -> None:
    leases = [licensing.seat("seat", holder=f"{number}").take() for number in range(SEATS)]
    waiting = Thread(target=lambda: leases.append(licensing.seat("seat", holder="late", wait=60).take()))
    waiting.start()
    while samples(licensing.metric_lines()).get('seat_requests{license="seat"}') != 1:
        time.sleep(0.01)
    leases[0].release()
    waiting.join()
    found = samples(licensing.metric_lines())
    assert found['seat_requests{license="seat"}'] == found['seats_denied_total{license="seat",reason="none-free"}'] == 0


def test_a_lost_seat_is_counted_with_its_reason_and_a_released_one_is_not(licensing: Licensing) -> None:
    lost, released = (licensing.seat("seat", holder=name).take() for name in ("anna", "bob"))
    lost.lose("ended")
    lost.lose("expired")  # it was lost once
    released.release()
    found = samples(licensing.metric_lines())
    lost_ones = {name: count for name, count in found.items() if name.startswith("leases_lost")}
    assert lost_ones.pop('leases_lost_total{license="seat",reason="ended"}') == 1
    assert set(lost_ones.values()) == {0}


def test_a_peak_is_seen_between_two_scrapes(home: Home, admin: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program sees the seats of others as well, as it observes who is silent."""
    assert admin.state().serial
    see, seen = Counters.see, Event()

    def noted(counters: Counters, in_use: Mapping[str, int]) -> None:
        see(counters, in_use)
        if in_use.get("seat") == SEATS:
            seen.set()

    monkeypatch.setattr(Counters, "see", noted)
    with Licensing.open(home.place, root=PIN, pack=home.pack, watch=True, clock=home.clock) as watched:
        assert watched.allows("server")
        with home.run() as other:
            leases = [other.seat("seat", holder=f"{number}").take() for number in range(SEATS)]
            assert seen.wait(60)
            for lease in leases:
                lease.release()
        found = samples(watched.metric_lines())
    assert found['license_peak{license="seat"}'] == SEATS
    assert found['license_in_use{license="seat",kind="user"}'] == 0


def test_renewals_are_counted_with_how_long_they_took(licensing: Licensing) -> None:
    lease = licensing.seat("seat", holder="anna").take()
    lease.renew()
    lease.renew()
    found = samples(licensing.metric_lines())
    assert found["renewal_seconds_count"] == found['renewal_seconds_bucket{le="+Inf"}'] == 2
    assert found["renewal_seconds_sum"] > 0
    assert found["renewals_failed_total"] == 0


def test_a_renewal_that_the_database_does_not_take_is_counted(licensing: Licensing, home: Home) -> None:
    lease = licensing.seat("seat", holder="anna").take()
    away(home)
    with suppress(DatabaseUnavailable):
        lease.renew()
    found = samples(licensing.metric_lines())
    assert found["renewals_failed_total"] == 1
    assert "renewal_seconds_count" not in found


@given(st.lists(st.sampled_from([0.001, 0.005, 0.3, 1.0, 60.0]), min_size=1, max_size=20))
def test_a_bucket_counts_all_renewals_up_to_its_end(seconds: list[float]) -> None:
    now = iter(moment for one in seconds for moment in (0.0, one))
    counters = Counters()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("licensekit.runtime.counters.monotonic", lambda: next(now))
        for _ in seconds:
            with counters.renewal():
                pass
    found = [(labels, value) for name, labels, value in counters.samples([]) if name == "renewal_seconds_bucket"]
    assert found == [((end,), sum(one <= bound for one in seconds)) for end, bound in BOUNDS.items()]
    totals = [value for name, _, value in counters.samples([]) if name == "renewal_seconds_sum"]
    assert sum(value or 0 for value in totals) == pytest.approx(sum(seconds))


@given(st.lists(st.dictionaries(st.sampled_from("ab"), st.integers(0, 9))))
def test_a_peak_is_the_highest_number_that_was_seen(seen: list[dict[str, int]]) -> None:
    counters = Counters()
    for one in seen:
        counters.see(one)
    peaks = {labels[0]: value for name, labels, value in counters.samples([]) if name == "license_peak"}
    assert peaks == {code: max(one.get(code, 0) for one in seen) for code in {code for one in seen for code in one}}


def away(home: Home) -> None:
    """Take the database away."""
    home.folder.rename(home.folder.with_name("elsewhere"))


def test_a_program_is_ready_while_its_database_is_there(licensing: Licensing) -> None:
    assert licensing.health == Health(is_ready=True, away=None)
    assert samples(licensing.metric_lines())["database_away_seconds"] == 0


def test_without_its_database_it_is_ready_for_the_offline_hours(licensing: Licensing, home: Home) -> None:
    since = home.clock.now
    assert licensing.allows("server")
    away(home)
    home.clock.move(hours=23)
    with suppress(DatabaseUnavailable):
        licensing.refresh()
    is_ready, notice = licensing.health
    assert is_ready
    assert notice is not None
    assert (notice.since, notice.until, notice.error.code) == (since, since + 24 * HOUR, "database-unavailable")
    assert samples(licensing.metric_lines())["database_away_seconds"] == 23 * HOUR
    home.clock.move(hours=1)
    with suppress(DatabaseUnavailable):
        licensing.refresh()
    assert not licensing.health.is_ready
    assert not licensing.allows("server")
    assert licensing.health.away is not None
    assert licensing.health.away.until == notice.until
    home.folder.with_name("elsewhere").rename(home.folder)
    licensing.refresh()
    assert licensing.health.is_ready


@pytest.mark.server
def test_a_page_comes_while_the_server_stands_still(
    postgres_location: str,
    stopped_postgres: Callable[[], AbstractContextManager[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It tells what was counted last: nothing else ends the wait for the server here."""
    monkeypatch.setattr("licensekit.database.postgres.connection._SILENT_SECONDS", 3600.0)
    monkeypatch.setattr("licensekit.runtime.live_snapshot.FIRST_SECONDS", 0.5)
    home = crm_home_at(postgres_location)
    with open_crm(home), home.run() as licensing:
        assert licensing.allows("server")
        with stopped_postgres():
            found = samples(licensing.metric_lines())
    assert found['license_limit{license="seat",kind="user"}'] == SEATS


@pytest.mark.attack("lock-out-of-a-paying-customer")
def test_an_expired_license_keeps_no_program_from_being_ready(licensing: Licensing, home: Home) -> None:
    home.clock.move(days=4000)
    licensing.refresh()
    assert not licensing.allows("server")
    assert licensing.health.is_ready


def test_a_closed_program_has_no_health(licensing: Licensing) -> None:
    licensing.close()
    with pytest.raises(DatabaseUnavailable):
        _ = licensing.health


@pytest.mark.parametrize("behind", [HOUR, -HOUR])
def test_how_far_the_clock_is_behind_is_reported(licensing: Licensing, home: Home, behind: int) -> None:
    licensing.refresh()
    before = samples(licensing.metric_lines())["clock_behind_seconds"]
    home.clock.now -= behind
    assert samples(licensing.metric_lines())["clock_behind_seconds"] == before + behind


def test_programs_of_one_installation_show_the_same_journal(licensing: Licensing, home: Home) -> None:
    def journal(one: Licensing) -> dict[str, float]:
        return {name: value for name, value in samples(one.metric_lines()).items() if name.startswith("journal_")}

    with home.run() as other:
        assert journal(licensing) == journal(other) != {}


@pytest.mark.attack("line-in-a-metric")
def test_a_text_in_a_label_ends_no_line_and_no_label() -> None:
    [*_, written, _] = metric_lines([("bundle_state", ('a"b', "c\\d", "e\nf", "g"), 1)])
    assert written == r'licensekit_bundle_state{issuer="a\"b",serial="c\\d",part="e\nf",state="g"} 1'


def test_the_command_tells_what_the_doctor_finds(admin: Installation, home: Home) -> None:
    found = samples(admin.metric_lines())
    checks = {name for name in found if name.startswith("doctor_findings")}
    assert 'doctor_findings{check="journal",state="ok"}' in checks
    assert not any("error" in name for name in checks)
    with home.folder.joinpath("licensing.mark").open("w") as mark:
        mark.write("damaged")
    assert samples(admin.metric_lines())['doctor_findings{check="backup",state="notice"}'] == 1
