"""Commands print what an encoding without a character has no byte for: a pipe on Windows, or an old terminal."""

import io
import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from licensekit.cli import customer_commands
from licensekit.installation import Installation
from tests import homes

NAME = "Zażółć 日本 😀"


@pytest.fixture
def commands(tmp_path: Path) -> click.Group:
    """The commands of an installation with a user whose name Windows cannot write into a pipe."""
    place = str(tmp_path / "home")
    with Installation.open(place, root=homes.PIN, pack=homes.pack(), create=True) as installation:
        installation.users.add("anna", name=NAME)
    return customer_commands(root=homes.PIN, pack=homes.pack(), home=place)


@pytest.mark.parametrize("charset", ["cp1252", "cp437"])
def test_a_name_that_cannot_be_written_is_escaped(commands: click.Group, charset: str) -> None:
    shown = CliRunner(charset=charset).invoke(commands, ["users", "list"])
    assert shown.exit_code == 0, shown.output
    assert "\\u65e5\\u672c \\U0001f600" in shown.stdout


@pytest.mark.parametrize("charset", ["cp1252", "cp437", "utf-8"])
def test_json_is_the_same_in_every_encoding(commands: click.Group, charset: str) -> None:
    shown = CliRunner(charset=charset).invoke(commands, ["users", "list", "--json"])
    assert shown.exit_code == 0, shown.output
    (user,) = json.loads(shown.stdout)["users"]
    assert user["name"] == NAME


@pytest.mark.parametrize("place", [None, io.StringIO()])
def test_a_program_may_have_no_output_or_one_without_an_encoding(
    commands: click.Group, place: io.StringIO | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a frozen program without a console, or one that keeps the output."""
    monkeypatch.setattr("sys.stdout", place)
    commands.main(["users", "list", "--json"], standalone_mode=False)
    assert place is None or NAME in place.getvalue()
