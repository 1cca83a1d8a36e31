"""`docs/commands.md` names commands, options and metrics as they are."""

import re

import click
import pytest
from click.testing import CliRunner

from licensekit.cli.main import licensekit
from tests.docs.tables import section, text_of

CUSTOMER = section(text_of("commands.md"), "Customer: use them")
TYPED = sorted(
    line
    for row in re.findall(r"^\| (?!to |\*\*|`|metric)[^|]+\| (.+) \|$", CUSTOMER, re.MULTILINE)
    for line in re.findall(r"`([a-z].*?)`", row)
)


def test_there_are_lines_to_type() -> None:
    assert len(TYPED) > 25


@pytest.mark.parametrize("line", TYPED)
def test_every_line_to_type_is_understood(line: str) -> None:
    """Each command is there with each option and argument: nothing but the installation lacks."""
    words = re.sub(r"…", "", line).split()
    ran = CliRunner().invoke(licensekit, [*words, "--help"])
    assert ran.exit_code == 0, ran.output
    command: click.Command = licensekit
    while isinstance(command, click.Group) and words:
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None
        command = found
    command.make_parser(click.Context(command)).parse_args(words)
    names = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= names
