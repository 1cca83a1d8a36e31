"""An installation moves from a folder to a server and back, whole, and lives in one place only."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any, LiteralString

import pytest

from licensekit import Licensing
from licensekit.database import Database, Value, connect
from licensekit.errors import AuditDamaged, DatabaseDamaged, DatabaseMoved, LicenseError, NotActivated, PlaceTaken
from licensekit.installation import EventScope, Moved, move
from licensekit.state.home import open_installation
from licensekit.state.time import TimeSeen
from tests.crm import SOLD, crm_catalog
from tests.homes import PIN, Home, bundle, file, pack
from tests.runtime.conftest import comes

WAYS = [("folder", "server"), ("server", "folder")]


@pytest.fixture(params=WAYS, ids=[f"{source} to {target}" for source, target in WAYS])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Where the installation of `home` is, and where it goes."""
    place = {"folder": str(tmp_path / "home"), "server": str(request.getfixturevalue("postgres_location"))}
    source, target = request.param
    return place[source], place[target]


@pytest.fixture
def home(places: tuple[str, str]) -> Home:
    """An installation with something in every table."""
    home = Home(places[0], pack=pack(crm_catalog()))
    with home.open() as installation:
        installation.activate(file(bundle(**SOLD)))
        for user in ("bob", "anna", "Zoë"):
            installation.users.add(user)
            installation.users.assign(user, "windows", "user")
        installation.users.assign("Zoë", "sales")
        installation.users.release("bob", "windows")
        installation.users.assign("bob", "windows")
        installation.users.retire("anna")
        installation.sites.add("oslo", central=True)
        installation.sites.add("bergen")
        installation.sites.assign("bergen", "reporter")
        event = installation.events.start("no-login", scope=EventScope.USER, subject="bob")
        installation.events.end(event.number)
        installation.events.start("message-of-the-day", scope=EventScope.INSTALLATION, message="hi")
        installation.request()
        installation.activate(file(bundle(part="more", users={"service": 3}, system={}, sites={})))
        installation.propose_return("more").apply(confirm=True)
    return home


def moved(home: Home, target: str, **options: Any) -> Moved:
    return move(home.place, target, clock=home.clock, by="admin", **options)


def floors(time: TimeSeen) -> TimeSeen:
    """Return what was seen of time, except how often: a move looks at the clock as well."""
    return time._replace(observations=0, boots={})


def at(home: Home, target: str) -> Home:
    return Home(target, home.clock, home.pack)


def test_everything_arrives_and_goes_on(home: Home, places: tuple[str, str]) -> None:
    with home.open() as before:
        state, users = before.state(), list(before.users.list())
        entries = [entry.entry for entry in before.audit.entries()]
        holders = before.license("windows").holders
    report = moved(home, places[1])
    with at(home, places[1]).open() as after:
        arrived = after.state()
        assert list(after.users.list()) == users
        assert after.license("windows").holders == holders
        assert [entry.entry for entry in after.audit.entries()][:-1] == entries
        assert (arrived.entitlements, arrived.in_use) == (state.entitlements, state.in_use)
        assert arrived.stored.seed == state.stored.seed
        assert floors(arrived.stored.time) == floors(state.stored.time)
        assert not arrived.restored
        last = list(after.audit.entries())[-1].facts
        assert (last["did"], last["by"], last["origin"]) == ("arrive", "admin", report.source)
        check = after.audit.verify()
        assert (report.entries, report.head) == (check.head.number, check.head.hash.hex())
        assert report[2:6] == ("1010000014", 3, 2, 2)
        after.users.add("new")
        after.users.assign("new", "windows", "user")
        assert after.license("windows").holders[0] == "new"


@pytest.mark.attack("state-copied-to-another-host")
def test_nothing_works_any_more_where_it_was(home: Home, places: tuple[str, str]) -> None:
    with home.open() as running:
        before = running.state().stored
        report = moved(home, places[1])
        uses: list[Callable[[], object]] = [
            running.state,
            lambda: running.users.add("late"),
            lambda: list(running.users.list()),
            lambda: running.activate(file(bundle(2, **SOLD))),
            home.open,
            lambda: Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock),
            lambda: moved(home, places[1]),
        ]
        for use in uses:
            with pytest.raises(DatabaseMoved) as caught:
                use()
            assert f"was moved to {report.target}; use it there" in str(caught.value)
    with at(home, places[1]).open() as after:
        assert floors(after.state().stored.time) == floors(before.time)


def test_a_program_that_runs_meanwhile_answers_from_memory_and_says_why(home: Home, places: tuple[str, str]) -> None:
    with Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock) as licensing:
        assert licensing.allows("server")
        moved(home, places[1])
        assert comes(lambda: [n.code for n in licensing.notices][:1] == ["database-away"])
        assert "this installation was moved to " in licensing.notices[0].message
        assert licensing.allows("server")
        home.clock.move(hours=25)
        assert comes(lambda: not licensing.allows("server"))


def test_what_was_moved_can_move_on(home: Home, places: tuple[str, str], tmp_path: Path) -> None:
    moved(home, places[1])
    there = at(home, places[1])
    back = moved(there, str(tmp_path / "back"))
    with at(home, str(tmp_path / "back")).open() as installation:
        assert installation.audit.verify().head.number == back.entries
        assert not installation.state().restored


def test_progress_is_reported(home: Home, places: tuple[str, str]) -> None:
    told: list[tuple[int, int]] = []

    def tell(done: int, rows: int) -> None:
        told.append((done, rows))

    moved(home, places[1], progress=tell)
    [rows] = {rows for _, rows in told}
    assert sum(done for done, _ in told) == rows


def test_where_an_installation_is_none_goes(home: Home, places: tuple[str, str]) -> None:
    other = at(home, places[1])
    for place in (other, home):
        place.set_up()
    with other.open() as installation:
        kept = installation.state().stored
    with home.open() as installation:
        before = installation.state().stored
    for target in (places[1], places[0]):
        with pytest.raises(PlaceTaken, match="already an installation here"):
            moved(home, target)
    with home.open() as here, other.open() as there:
        assert (here.state().stored, there.state().stored) == (before, kept)


class CutOff(BaseException):
    """As if the process were killed."""


@pytest.mark.parametrize("step", ["copy_rows", "compare_rows", "check_audit", "mark_moved"])
def test_a_move_that_is_cut_off_can_be_made_again(
    home: Home, places: tuple[str, str], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def cut_off(*_: object) -> None:
        raise CutOff

    with home.open() as installation:
        before = installation.state().stored
    monkeypatch.setattr(f"licensekit.installation.operations.{step}", cut_off)
    with pytest.raises(CutOff):
        moved(home, places[1])
    monkeypatch.undo()
    with home.open() as installation:
        assert installation.state().stored == before
    with nullcontext() if step == "mark_moved" else pytest.raises(NotActivated):
        open_installation(places[1], create=False).close()
    report = moved(home, places[1])
    with at(home, places[1]).open() as installation:
        assert installation.audit.verify().head.number == report.entries == before.head.number + 1
        assert not installation.state().restored
    with pytest.raises(DatabaseMoved):
        home.open()


@pytest.mark.attack("state-copied-to-another-host")
@pytest.mark.parametrize("changed", [0, 1])
def test_a_copy_that_lives_already_is_not_taken_for_ones_own(
    home: Home, places: tuple[str, str], monkeypatch: pytest.MonkeyPatch, changed: int
) -> None:
    def cut_off(*_: object) -> None:
        raise CutOff

    monkeypatch.setattr("licensekit.installation.operations.mark_moved", cut_off)
    with pytest.raises(CutOff):
        moved(home, places[1])
    monkeypatch.undo()
    with at(home, places[changed]).open() as installation:
        installation.users.add("since")
    with pytest.raises(PlaceTaken, match="already an installation here"):
        moved(home, places[1])


DAMAGE: list[tuple[LiteralString, tuple[Value, ...], type[LicenseError]]] = [
    ("UPDATE audit SET entry = ? WHERE number = 3", (b"{}",), AuditDamaged),
    ("UPDATE user_licenses SET slot = slot + 9", (), AuditDamaged),
    ("UPDATE installation SET pack = ?", (b"no pack",), LicenseError),
    ("DROP TABLE events", (), DatabaseDamaged),
]


@pytest.mark.parametrize(("change", "values", "error"), DAMAGE)
def test_what_does_not_hold_stays_where_it_is(
    home: Home, places: tuple[str, str], change: LiteralString, values: tuple[Value, ...], error: type[LicenseError]
) -> None:
    with closing(open_installation(home.place, create=False)) as database, database.write() as connection:
        connection.run(change, *values)
    with pytest.raises(error):
        moved(home, places[1])
    with pytest.raises(NotActivated):
        open_installation(places[1], create=False)
    if error is not DatabaseDamaged:  # which nobody opens again
        home.open().close()  # it is not marked as moved


def test_what_was_never_activated_moves_too(places: tuple[str, str]) -> None:
    home = Home(places[0])
    home.set_up()
    report = moved(home, places[1])
    assert (report.serial, report.users, report.entries) == (None, 0, 2)
    with at(home, places[1]).open() as installation:
        installation.activate(file(bundle()))


def test_where_nothing_is_nothing_moves(places: tuple[str, str]) -> None:
    with pytest.raises(NotActivated):
        moved(Home(places[0]), places[1])


def test_a_restored_backup_is_known_as_one_after_it_moved(tmp_path: Path) -> None:
    home = Home(str(tmp_path / "home"), pack=pack(crm_catalog()))
    with home.open() as installation:
        installation.activate(file(bundle(**SOLD)))
        backup = tmp_path / "backup.db"
        with closing(sqlite3.connect(home.folder / "licensing.db")) as raw, closing(sqlite3.connect(backup)) as copy:
            raw.backup(copy)
        installation.users.add("anna")
    backup.replace(home.folder / "licensing.db")
    moved(home, str(tmp_path / "new"))
    with at(home, str(tmp_path / "new")).open() as installation:
        assert installation.state().restored


def test_an_installation_that_appears_in_the_last_moment_is_not_overwritten(
    home: Home, places: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = at(home, places[1])

    def appear(*args: Any, **options: Any) -> Database:
        other.set_up()
        return connect(*args, **options)

    monkeypatch.setattr("licensekit.installation.operations.connect", appear)
    with pytest.raises(PlaceTaken, match="already an installation here"):
        moved(home, places[1])
    home.set_up()
    with other.open() as installation:
        assert list(installation.users.list()) == []
