"""Every option that a page about our commands names exists."""

import re
from collections.abc import Iterator

import click
import pytest

from licensekit.cli.main import licensekit
from tests.docs.tables import text_of

PAGES = ["commands.md", "how-to/keys.md", "reference/catalog.md", "reference/ledger.md", "reference/orders.md"]


def options(command: click.Command) -> Iterator[str]:
    """Yield the options of a command and of all below it."""
    for parameter in command.params:
        yield from (*parameter.opts, *parameter.secondary_opts)
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner
            yield from options(inner)


@pytest.mark.parametrize("page", PAGES)
def test_every_option_that_a_page_names_exists(page: str) -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", text_of(page)))
    assert named <= {"--help", *options(licensekit)}
