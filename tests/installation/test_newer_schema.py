"""An administrator's program goes on with an installation to whose tables a newer one has added columns."""

import pytest

from licensekit.database.upgrades import upgrade
from licensekit.errors import DatabaseNewer
from licensekit.installation import diagnose
from licensekit.state.home import DATABASE_NAME, SCHEMA
from tests.homes import Home
from tests.installation.operations import BACKUP, OPERATIONS, is_usable, prepare
from tests.wider import wider

CHANGES = sorted(OPERATIONS.keys() - {"create", "migrate", "restore"})


@pytest.fixture
def widened(home: Home) -> Home:
    """An installation with a schema to come."""
    prepare(home)
    assert upgrade(home.folder / DATABASE_NAME, wider(SCHEMA)).schema == 2
    return home


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_can_be_made(widened: Home, change: str) -> None:
    OPERATIONS[change](widened)
    assert is_usable(widened)


def test_the_doctor_says_what_may_work_on_it(widened: Home) -> None:
    [found] = [one for one in diagnose(widened.place, clock=widened.clock) if one.check == "schema"]
    assert found.state == "notice"
    assert found.about.message.startswith("schema 2, and this program knows 1 (programs that know schema 1 can read it")


def test_what_copies_all_of_it_needs_the_newer_program(widened: Home) -> None:
    with pytest.raises(DatabaseNewer, match="it would copy only a part"):
        OPERATIONS["restore"](widened)
    with widened.open() as installation, pytest.raises(DatabaseNewer, match="it would copy only a part"):
        installation.back_up(widened.folder / f"{BACKUP}-2")
    assert is_usable(widened)
