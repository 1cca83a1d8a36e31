"""The commands that notices and reasons name: each is one that the customer has, and it takes those arguments."""

import shlex
from collections.abc import Iterator
from typing import Any

import click
import pytest

from licensekit.cli import customer_commands
from licensekit.entitlements.messages import About, LoginOff
from tests.errors.coded_classes import below


def remedies() -> Iterator[str]:
    """Yield each command line that a class names, with an id or a number where it asks for one."""
    for kind in [one for one in below(About) if issubclass(one, About)]:
        template = getattr(kind, "template", None)
        if template is not None and kind.__module__.startswith("licensekit."):
            for reason in [""] if isinstance(template, str) else template:
                texts = {"user": "anna", "file": "a.lic", "reason": reason}
                data: dict[str, Any] = {**dict.fromkeys(kind.fields, 7), **texts}
                yield kind(**{name: data[name] for name in kind.fields}).remedy


@pytest.mark.parametrize("remedy", sorted(set(filter(None, remedies()))))
def test_what_helps_is_a_command_of_the_customer(remedy: str) -> None:
    program, *words = shlex.split(remedy)
    command: click.Command = customer_commands()
    context = click.Context(command, info_name=program)
    while isinstance(command, click.Group):
        name = words.pop(0)
        found = command.get_command(context, name)
        assert found is not None, name
        command = found
        context = click.Context(command, parent=context, info_name=name)
    command.parse_args(context, words)


def test_what_is_typed_into_a_shell_is_quoted() -> None:
    assert LoginOff(user="bob; rm x").remedy == "licensekit users set 'bob; rm x' --login"
