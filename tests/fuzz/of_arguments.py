"""Command lines, as far as a command is chosen and its options are read; no command is run."""

from collections.abc import Iterator
from functools import cache

import click

from licensekit.cli.main import licensekit
from tests.cli.command_tree import Node, every_command
from tests.fuzz.judging import NotMade


def arguments(data: bytes) -> None:
    """Parse words, one a line, as arguments of the command that the first two bytes choose."""
    if len(data) < 2 or b"\0" in data[2:]:  # no system passes a NUL
        raise NotMade
    node = _nodes()[int.from_bytes(data[:2], "big") % len(_nodes())]
    words = data[2:].decode(errors="surrogateescape").split("\n")
    _parsed(licensekit, [*node.words[1:], *words])


def _parsed(command: click.Command, words: list[str], parent: click.Context | None = None) -> None:
    name = command.name if parent else "licensekit"
    with command.make_context(name, words, parent=parent) as context:
        if isinstance(command, click.Group):
            chosen: list[str] = getattr(context, "_protected_args")  # noqa: B009  # private, and what `invoke` resolves
            rest = [*chosen, *context.args]
            _, found, rest = command.resolve_command(context, rest) if rest else (None, None, [])
            if found is not None:
                _parsed(found, rest, context)


@cache
def _nodes() -> tuple[Node, ...]:
    return tuple(node for node in every_command() if node.words[0] == "licensekit")


def arguments_seeds() -> Iterator[bytes]:
    """Yield every command with each of its options."""
    for number, node in enumerate(_nodes()):
        start = number.to_bytes(2, "big")
        yield start
        for option in node.command.params:
            if isinstance(option, click.Option) and option.opts:
                value = [] if option.is_flag else ["2027-01-01" if "TIME" in (option.metavar or "") else "a=1"]
                yield start + "\n".join([option.opts[0], *value]).encode()
