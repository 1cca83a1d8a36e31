"""The commands of `licensekit`, and of what an application mounts, as a tree to walk."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import click

from licensekit.cli import customer_commands
from licensekit.cli.main import licensekit

APPLICATION: Final = ("acme", "license")


class Node(NamedTuple):
    """A command or a group, and the words that call it."""

    words: tuple[str, ...]
    command: click.Command

    @property
    def path(self) -> str:
        """The words below the program: the same for our command and an application's."""
        return " ".join(self.words[len(APPLICATION) if self.words[0] == APPLICATION[0] else 1 :])

    def __str__(self) -> str:
        return " ".join(self.words)


def every_command() -> Iterator[Node]:
    """Yield every command and group: our own, and those that an application mounts."""
    yield from _below(("licensekit",), licensekit)
    yield from _below(APPLICATION, customer_commands())


def _below(words: tuple[str, ...], command: click.Command) -> Iterator[Node]:
    yield Node(words, command)
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _below((*words, name), found)
