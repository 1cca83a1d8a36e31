"""The words by which users are searched for fit the users, whatever is done to them."""

from pathlib import Path

import pytest

from licensekit.entitlements.login import UserFacts
from licensekit.installation import parse_users
from licensekit.state.home import open_installation
from licensekit.state.users import index_words
from tests.crm import crm_home_on_engine
from tests.homes import Home

WORDS = "SELECT user_id, word FROM user_words ORDER BY 1, 2"


@pytest.fixture(params=["folder", "server"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home of each kind."""
    return crm_home_on_engine(request, tmp_path)


def words(home: Home) -> list[str]:
    """Return the table, a user and a word a line."""
    database = open_installation(home.place, create=False)
    with database.read() as connection:
        found = connection.rows(WORDS)
    database.close()
    return [" ".join(row) for row in found]


def test_words_follow_every_change_of_a_user(home: Home) -> None:
    with home.open() as installation:
        installation.users.add("Bob", name="Bob Berg")
        installation.users.add("--")
        installation.users.import_rows(parse_users("id,name\nØde.9,Åse\n"))
        assert words(home) == ["bob berg", "bob bob", "øde.9 9", "øde.9 ase", "øde.9 ode"]
        installation.users.set("bob", name="Bobby")
        installation.users.retire("øde.9")
        assert words(home) == ["bob bob", "bob bobby", "øde.9 9", "øde.9 ase", "øde.9 ode"]
        installation.users.erase("øde.9")
        assert words(home) == ["bob bob", "bob bobby"]


def test_words_of_any_number_of_users_are_written_together(home: Home) -> None:
    home.set_up()
    database = open_installation(home.place, create=False)
    users = [UserFacts(f"u{number:03}", f"Name {number:03}") for number in range(600)]
    with database.write() as connection:
        index_words(connection, (user._replace(name="Old", written=user.id) for user in users))
        index_words(connection, (user._replace(written=user.id) for user in users))
    database.close()
    assert words(home) == [f"{user.id} {word}" for user in users for word in sorted({user.id, "name", user.id[1:]})]
