"""With a clock that is given, each question looks at clock and database itself; nothing needs threads or a refresh."""

import threading
from pathlib import Path

import pytest

from licensekit import Licensing
from licensekit.state.time import Boot
from tests.crm import crm_home_at, open_crm
from tests.homes import PIN, Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in a folder."""
    return crm_home_at(tmp_path / "home")


def test_each_question_answers_for_now(home: Home) -> None:
    before = set(threading.enumerate())
    with (
        open_crm(home, "anna") as admin,
        Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock) as licensing,
    ):
        anna = licensing.user("anna")
        assert not anna.allows("sale-cal")
        admin.users.assign("anna", "sales")
        assert anna.allows("sale-cal")
        away = home.folder.rename(home.folder.with_name("elsewhere"))
        for _ in range(200):  # however often it is asked, the database is away for as long as the clock says
            assert licensing.allows("server")
        assert licensing.notices[0].code == "database-away"
        home.clock.move(hours=25)
        assert not licensing.allows("server")
        away.rename(home.folder)
        assert licensing.allows("server")
        home.clock.move(days=400)
        assert not licensing.allows("server")
        assert set(threading.enumerate()) <= before


def test_a_boot_clock_that_is_given_decides_when_a_seat_comes_free(home: Home) -> None:
    passed = [0]

    def boot() -> Boot:
        return Boot(b"simulated", passed[0])

    with (
        open_crm(home),
        Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock, boot=boot) as gone,
        Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock, boot=boot) as licensing,
    ):
        held = gone.seat("seat", holder="anna", ttl=600).take()
        assert licensing.count("seat").in_use == 1
        home.clock.move(days=10)
        assert licensing.count("seat").in_use == 1
        held.check()
        passed[0] += 610
        assert not held.is_held
        assert licensing.count("seat").in_use == 0
