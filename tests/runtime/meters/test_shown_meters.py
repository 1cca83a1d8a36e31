"""What administrators and vendors see of meters: used of what was sold, in the period that runs."""

import json
from pathlib import Path

import pytest

from licensekit import Licensing
from licensekit.dates import format_seconds
from licensekit.installation import Installation, move, restore
from licensekit.limits import COUNT
from licensekit.state.home import open_installation
from licensekit.wire.documents import Usage
from tests.cli.invoking import invoke
from tests.console.conftest import Browser, client_of, words
from tests.homes import DAY, PIN, Home
from tests.runtime.conftest import comes
from tests.runtime.meters.conftest import rows, sell


def use(home: Home, **units: int) -> None:
    """Use units of meters, as one application that ends."""
    with home.run() as licensing:
        for code, n in units.items():
            licensing.meter(code).use(n)


def stated(installation: Installation) -> dict[str, Usage]:
    """Return what a statement says."""
    _, statement = installation.statement()
    return statement.usage


def test_a_statement_says_what_was_used_in_the_periods_that_run(home: Home) -> None:
    sell(home, day=10, month=20, term=30)
    sell(home, part="more", day=1, year=None)
    use(home, day=4, month=5, term=6, year=7)
    with home.open() as installation:
        sold = {"day": Usage(4, 11), "month": Usage(5, 20), "term": Usage(6, 30), "year": Usage(0, None)}
        assert stated(installation) == sold
        home.clock.move(days=1)
        assert stated(installation) == {**sold, "day": Usage(0, 11)}


def test_a_row_that_was_edited_shows_and_hinders_nothing(home: Home) -> None:
    sell(home, day=10)
    use(home, day=4)
    database = open_installation(home.place, create=False)
    with database.write() as connection:
        connection.run("UPDATE meters SET used = ?", 2 * COUNT)
    database.close()
    with home.open() as installation, home.run() as licensing:
        assert stated(installation) == {"day": Usage(COUNT, 10)}
        assert (licensing.meter("day").remaining, licensing.meter("day").try_use()) == (0, False)


def test_the_state_at_another_time_has_what_was_used_then(home: Home) -> None:
    sell(home, day=10, term=9)
    use(home, day=4, term=2)
    with home.open() as installation:
        now = installation.state().now
        for moment, used in ((now, {"day": 4, "term": 2}), (now + DAY, {"term": 2}), (now, {"day": 4, "term": 2})):
            assert installation.state(now=moment).used == used
        lines = list(installation.metric_lines())
    assert 'licensekit_license_in_use{license="day",kind="system"} 4' in lines
    assert 'licensekit_license_limit{license="day",kind="system"} 10' in lines
    assert not any('license="server"' in line for line in lines)


def test_a_program_counts_what_all_have_used(home: Home) -> None:
    sell(home, day=10)
    with home.run() as licensing:
        use(home, day=4)
        assert (licensing.count("day").in_use, licensing.count("day").free) == (4, 6)
        [row] = [row for row in licensing.licenses if row.code == "day"]
        assert row.in_use == 0  # as of the last change
        licensing.refresh()
        [row] = [row for row in licensing.licenses if row.code == "day"]
        assert (row.in_use, row.plain()["period_ends"]) == (4, "2027-01-02T00:00:00Z")


def test_a_snapshot_that_moves_on_has_used_nothing_of_the_next_day(home: Home) -> None:
    sell(home, day=10)
    use(home, day=4)
    with Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock, watch=True) as licensing:
        assert [row.in_use for row in licensing.licenses if row.code == "day"] == [4]
        home.clock.move(days=1)
        assert comes(lambda: [row.in_use for row in licensing.licenses if row.code == "day"] == [0])


def test_the_command_shows_use_and_the_end_of_the_period(home: Home) -> None:
    sell(home, day=10, year=None)
    use(home, day=4)
    with home.open() as installation:
        now = format_seconds(installation.state().now)
    asked = ["--home", home.place, "--now", now]
    shown = invoke(["status", *asked]).out
    assert "10 calls per day     6  2027-01-02T00:00:00Z" in shown
    assert "period ends  2027-01-02T00:00:00Z" in invoke(["explain", "day", *asked]).out
    rows_shown = json.loads(invoke(["status", *asked, "--json"]).out)["licenses"]
    [row] = [row for row in rows_shown if row["license"] == "day"]
    assert (row["in_use"], row["free"], row["period_ends"]) == (4, 6, "2027-01-02T00:00:00Z")


def test_the_console_shows_use_and_the_end_of_the_period(home: Home) -> None:
    sell(home, day=10, term=None)
    use(home, day=4)
    with home.open() as installation:
        browser = Browser(client_of(installation))
        page = words(browser.get("/licenses/demo"))
        assert "10 calls per day · 4 used · period ends 2 Jan 2027, 00:00 UTC" in page
        assert "unrestricted calls per term " in page
        page = words(browser.get("/license/day"))
        assert "4 of 10 6 free" in page
        assert "Period ends 2 Jan 2027, 00:00 UTC" in page


@pytest.mark.attack("units-used-again")
def test_a_restored_backup_has_used_less_and_says_so(home: Home, tmp_path: Path) -> None:
    sell(home, day=10)
    use(home, day=4)
    with home.open() as installation:
        installation.back_up(tmp_path / "a.backup")
        use(home, day=6)
        assert stated(installation) == {"day": Usage(10, 10)}
    restore(tmp_path / "a.backup", home.place, clock=home.clock, by="admin", confirm=True)
    with home.open() as installation:
        _, statement = installation.statement()
        assert (statement.usage, statement.extensions["journal"]) == ({"day": Usage(4, 10)}, "restored")


def test_what_was_used_moves_with_an_installation(home: Home, tmp_path: Path) -> None:
    sell(home, day=10, term=5)
    use(home, day=4, term=1)
    before = rows(home)
    move(home.place, str(tmp_path / "new"), clock=home.clock, by="admin")
    assert rows(Home(str(tmp_path / "new"))) == before
