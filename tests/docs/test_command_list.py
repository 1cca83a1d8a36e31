"""`docs/commands.md` names what the vendor's workspace, catalog and keys are handled with."""

import click
import pytest

from licensekit.cli.main import licensekit
from tests.docs.tables import section, text_of

VENDOR = section(text_of("commands.md"), "Vendor: workspace, catalog, keys")


def names_of(group: str) -> list[str]:
    """Return the commands of a group."""
    context = click.Context(licensekit)
    command = licensekit.get_command(context, group)
    assert isinstance(command, click.Group)
    return command.list_commands(click.Context(command))


@pytest.mark.parametrize("group", ["catalog", "keys", "revoke"])
def test_every_command_of_a_group_is_there(group: str) -> None:
    missing = [name for name in names_of(group) if f"`{group} {name}" not in VENDOR]
    assert missing == []


@pytest.mark.parametrize("command", ["init", "pack", "reissue"])
def test_every_command_of_its_own_is_there(command: str) -> None:
    assert f"`{command} " in VENDOR
