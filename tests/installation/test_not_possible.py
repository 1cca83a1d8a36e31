"""What `docs/explanation/what-a-customer-can-cheat.md` says is not possible: each sentence, so that it stays true."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from licensekit.errors import LicenseError
from licensekit.installation import Installation
from licensekit.state.time import Boot
from licensekit.wire import armor, frame
from tests import homes, makers
from tests.homes import DAY, Home, bundle, file

NOW = makers.NOW


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one activated bundle."""
    home = Home(str(tmp_path / "home"))
    with home.open() as installation:
        installation.activate(file(bundle()))
    return home


def opened(home: Home, boot: Callable[[], Boot] | None = None) -> Installation:
    """Open a home on a machine with this boot clock."""
    return Installation.open(home.place, root=homes.PIN, pack=home.pack, clock=home.clock, boot=boot)


def test_a_copy_of_everything_together_is_like_the_original(home: Home, tmp_path: Path) -> None:
    shutil.copytree(home.folder, tmp_path / "copy")
    copy = Home(str(tmp_path / "copy"))
    with home.open() as here, copy.open() as there:
        assert here.state().fingerprint == there.state().fingerprint
        assert [notice.code for notice in there.state().notices] == []
        assert there.state().bundles == here.state().bundles


def test_facts_are_what_a_program_says_of_its_machine(home: Home) -> None:
    given = {"board": "another machine"}
    with Installation.open(home.place, pack=home.pack, clock=home.clock, facts=given) as installation:
        assert "board" in installation.request()[1].facts


def test_the_key_of_an_installation_lies_in_its_database(home: Home) -> None:
    with closing(sqlite3.connect(home.folder / "licensing.db")) as raw:
        [(seed,)] = raw.execute("SELECT seed FROM installation")
    with home.open() as installation:
        assert installation.state().stored.seed == seed


def test_an_installation_that_starts_again_takes_what_was_not_bound(home: Home) -> None:
    with home.open() as installation:
        installation.propose_return().apply(confirm=True)
        with pytest.raises(LicenseError):
            installation.activate(file(bundle()))
    shutil.rmtree(home.folder)
    with home.open() as installation:
        installation.activate(file(bundle()))
        assert [one.document for one in installation.state().bundles] == [bundle()]


def test_without_a_boot_clock_a_clock_that_stands_still_stops_the_term(home: Home) -> None:
    for _ in range(3):
        with opened(home) as installation:
            assert installation.state().now == NOW


def test_boots_that_are_forged_make_time_stand_still(home: Home) -> None:
    """Each look says that the machine has just been started."""
    for number in range(3):
        with opened(home, partial(Boot, b"boot %d" % number, 0)) as installation:
            installation.users.add(f"u{number}")
            assert installation.state().now == NOW


def test_a_clock_turned_back_while_nothing_can_be_written_wins_from_boot_to_boot(home: Home) -> None:
    """What the first boot has seen was never kept; that it is not kept is a notice of a running program."""
    home.clock.now = NOW + 3 * DAY
    with opened(home, lambda: Boot(b"first", 3 * DAY)) as installation:
        assert installation.state().now == NOW + 3 * DAY
    home.clock.now = NOW
    with opened(home, lambda: Boot(b"second", 0)) as installation:
        assert installation.state().now == NOW


def test_a_license_file_is_read_without_any_key() -> None:
    [token] = armor.read(file(bundle(company="Nordlys Kraft AS")))
    assert b"Nordlys Kraft AS" in frame.read(token.frame).payload
