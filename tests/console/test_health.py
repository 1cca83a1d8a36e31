"""The installation's own health: checks, what helps, and a backup to keep."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from licensekit.console import Identity, Role
from licensekit.database import Connection
from licensekit.dates import DAY_SECONDS
from licensekit.installation import Installation, restore
from licensekit.state.home import open_installation
from licensekit.state.time import Boot
from tests.console.conftest import Browser, client_of, words
from tests.crm import SOLD, crm_home_at, crm_home_on_engine
from tests.homes import PIN, Clock, Home, bundle, file


class Uptime:
    """How long a machine has run, beside its clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.seconds = clock, 0

    def run(self, *, days: int) -> None:
        """Let time pass."""
        self.clock.move(days=days)
        self.seconds += days * DAY_SECONDS

    def boot(self) -> Boot:
        """Return what the boot clock shows."""
        return Boot(b"boot", self.seconds)


ENGINES = pytest.mark.parametrize("crm_home", ["folder", "server"], indirect=True)


@pytest.fixture
def crm_home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home in a folder, or of each kind where a test asks for it."""
    if getattr(request, "param", "folder") == "folder":
        return crm_home_at(tmp_path / "home")
    return crm_home_on_engine(request, tmp_path)


@pytest.fixture
def uptime(crm_home: Home) -> Uptime:
    """The machine of the home."""
    return Uptime(crm_home.clock)


@pytest.fixture
def crm(crm_home: Home, uptime: Uptime) -> Iterator[Installation]:
    """An installation with the user anna, on a machine with a boot clock."""
    home = crm_home
    with Installation.open(home.place, root=PIN, pack=home.pack, clock=home.clock, boot=uptime.boot) as crm:
        crm.activate(file(bundle(**SOLD)))
        crm.users.add("anna")
        yield crm


@contextmanager
def edited(home: Home) -> Generator[Connection]:
    """Edit the database by hand."""
    with closing(open_installation(home.place, create=False)) as database, database.write() as connection:
        yield connection


@ENGINES
def test_a_healthy_installation_says_so(browser: Browser) -> None:
    quick = words(browser.get("/health"))
    assert "Nothing is wrong." in quick
    assert "The assignments are consistent" not in quick
    whole = words(browser.get("/health", check="1"))
    assert "Everything was checked, and nothing is wrong." in whole
    assert "The assignments are consistent" in whole
    assert ("Disk space" in whole) is not ("on a database server" in whole)


@ENGINES
def test_what_is_wrong_comes_first_with_what_to_do(crm_home: Home, browser: Browser) -> None:
    with edited(crm_home) as connection:
        connection.run("UPDATE audit SET entry = ? WHERE number = 2", b"{}")
    assert "Nothing is wrong." in words(browser.get("/health"))
    page = words(browser.get("/health", check="1"))
    assert "2 things to look at" in page  # the slots cannot be checked without the log
    assert page.index("is broken from entry 2") < page.index("Schema 1")
    assert "compare with a backup" in page.lower()


def test_that_nothing_is_activated_is_shown(home_without_files: Browser) -> None:
    page = words(home_without_files.get("/health", check="1"))
    assert "Nothing is activated here" in page
    assert "is broken" not in page


def test_a_restored_backup_is_accepted(crm: Installation, crm_home: Home, browser: Browser) -> None:
    assert "Accept it as it is" not in browser.get("/health")
    Path(crm_home.place, "licensing.mark").unlink()
    assert "Accept it as it is" in browser.get("/health")
    page = browser.post("/health/restored")
    assert "The database is accepted" in words(page)
    assert not crm.state().restored
    assert "The database is accepted" not in words(browser.post("/health/restored", 409))


def test_a_clock_that_was_ahead_is_accepted(crm: Installation, uptime: Uptime, browser: Browser) -> None:
    assert "Accept the clock" not in browser.get("/health")
    uptime.clock.move(days=365)
    for number in range(3):  # the year ahead counts after a day of running
        crm.users.set("anna", name=f"Anna {number}")
        uptime.run(days=1)
    uptime.clock.move(days=-365)
    assert "Accept the clock" in browser.get("/health")
    assert "The clock is accepted." in words(browser.post("/health/clock"))
    assert crm.state().now == uptime.clock.now
    assert "Accept the clock" not in browser.get("/health")
    browser.post("/health/clock", 409)


@ENGINES
def test_a_backup_is_downloaded_and_can_be_restored(crm: Installation, browser: Browser, tmp_path: Path) -> None:
    crm.users.set("anna", name="Kept")
    answer = browser.client.post("/health/backup", data={"token": browser.token()})
    assert answer.headers["content-disposition"] == 'attachment; filename="licensing-backup.db"'
    saved = tmp_path / "saved.db"
    saved.write_bytes(answer.content)
    restore(saved, tmp_path / "there")
    with Installation.open(tmp_path / "there", create=False) as again:
        assert again.users.get("anna").name == "Kept"


def test_a_backup_leaves_nothing_behind(browser: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    assert browser.client.post("/health/backup", data={"token": browser.token()}).status_code == 200
    assert list(place.iterdir()) == []


@pytest.mark.attack("console-role-exceeded")
def test_whoever_may_only_look_gets_no_key(crm: Installation, reader: Browser) -> None:
    assert "Download a backup" not in reader.get("/health")
    client = client_of(crm, Identity("rolf", Role.READER))
    assert client.post("/health/backup", data={"token": "x"}).status_code == 403
