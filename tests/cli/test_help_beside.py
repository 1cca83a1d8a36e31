"""What the help of commands adds to its first line is in the `help.toml` beside their modules."""

import tomllib
from pathlib import Path

import pytest

from licensekit import cli
from tests.cli.command_tree import every_command

FOLDER = Path(cli.__file__).parent
ADDED = {
    (".".join((cli.__name__, *file.parent.relative_to(FOLDER).parts, module)), name): text.strip()
    for file in FOLDER.rglob("help.toml")
    for module, texts in tomllib.loads(file.read_text("utf-8")).items()
    for name, text in texts.items()
}
COMMANDS = {
    (one.command.callback.__module__, one.command.callback.__name__): one.command
    for one in every_command()
    if one.command.callback is not None
}


@pytest.mark.parametrize("place", ADDED, ids=".".join)
def test_each_text_is_below_the_docstring_of_its_command(place: tuple[str, str]) -> None:
    command = COMMANDS[place]
    assert command.callback is not None
    assert (command.help or "").strip() == f"{command.callback.__doc__}\n\n{ADDED[place]}"
