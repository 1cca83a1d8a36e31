"""Every command in a world in which it succeeds, with names that few encodings have."""

import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple
from unittest.mock import patch

import click

from tests.cli.command_tree import every_command
from tests.cli.invoking import Ran
from tests.disk_faults import worlds

UNUSED: Final[Mapping[str, str]] = {
    "update": "it asks a web server; what it prints and changes is what `activate` does",
    "ledger move": "it needs a database server; what it prints is what `move` does",
}
"""Commands that are in no world, and why."""
RENAMED: Final[Mapping[str, str]] = {
    "Fjord Shipping AS": "Żółw 日本 😀",
    "Nordlys Kraft AS": "Ærø 日本",
    "--name Anna": "--name Zażółć日本😀",
    "anna,Anna": "anna,Zażółć日本😀",
    "--name Robert": "--name Рόбт",
}
"""Names of the worlds, and what stands for them here."""


class Use(NamedTuple):
    """A command in its world."""

    name: str
    line: str
    template: Path
    """Where all is that it needs."""

    def run(self, folder: Path, how: Callable[..., Ran]) -> tuple[Ran, worlds.View]:
        """Run the command in a copy of its world, by a function such as `invoke`; return what is there then."""
        shutil.rmtree(folder, ignore_errors=True)
        worlds.copy_world(self.template, folder)
        return self.run_in(folder, how), view(folder)

    def run_in(self, folder: Path, how: Callable[..., Ran]) -> Ran:
        """Run the command where it stands."""
        with worlds.still(folder), patch.object(worlds, "invoke", how):
            return worlds.run(_renamed(self.line))


def used() -> Iterator[str]:
    """Yield the names of all uses; fail for a command that is in none, and not in `UNUSED`."""
    paths = {node.path for node in every_command() if not isinstance(node.command, click.Group)} - UNUSED.keys()
    words = {tuple(name.split()) for name in worlds.COMMANDS}
    missing = [path for path in paths if not any(one[: len(path.split())] == tuple(path.split()) for one in words)]
    assert not missing, f"have each succeed in a world, or say why not: {missing}"
    yield from worlds.COMMANDS


@contextmanager
def named_afar() -> Generator[None]:
    """Let worlds have names in several scripts."""
    files = {file: _renamed(text) for file, text in worlds.TABLE["files"].items()}
    with patch.dict(worlds.TABLE, files=files, world=[_renamed(line) for line in worlds.TABLE["world"]]):
        yield


def view(folder: Path) -> worlds.View:
    """Return the contents of each file of a world; of links to the console nothing, because they contain the time."""
    return {name: "" if name.endswith(".link") else found for name, found in worlds.view(folder).items()}


def make_world(folder: Path) -> Path:
    """Make the world that all uses begin with."""
    with named_afar():
        worlds.make_world(folder)
    return folder


def make_use(name: str, base: Path, folder: Path) -> Use:
    """Prepare a command in `folder`."""
    *before, line = worlds.COMMANDS[name]
    template = folder / "template"
    work = worlds.copy_world(base, folder / "work")
    with worlds.still(work):
        for one in before:
            worlds.prepare(_renamed(one))
    work.rename(template)
    return Use(name, line, template)


def _renamed(text: str) -> str:
    for name, other in RENAMED.items():
        text = text.replace(name, other)
    return text
