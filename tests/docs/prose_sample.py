"""A sample of what people read, before and after: `python -m tests.docs.prose_sample [REVISION]`.

It draws texts of `REVISION` at random, always the same, finds the texts of the same names in the tree, and writes both
at the end of `docs/decisions/0020-one-voice.md`, in place of the sample there.
"""

import ast
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from tests.docs.prose import ROOT, docstrings

BEFORE: Final = "c360083d6257ba98afb7aeb8081c2cb4f4428002"
"""The commit from which the texts are drawn by default: the last one before they were read in order."""
PAGE: Final = ROOT / "docs" / "decisions" / "0020-one-voice.md"
MARK: Final = "<!-- sample: python -m tests.docs.prose_sample -->\n"
PAGE_LINES: Final = 40
SEED: Final = 20
_HELPS: Final = """
import json
from tests.cli.command_tree import every_command

helps = {}
for node in every_command():
    helps[str(node)] = node.command.help or ""
    for one in node.command.params:
        helps[f"{node} {one.opts[0]}"] = getattr(one, "help", "") or ""
print(json.dumps({key: text for key, text in helps.items() if text and key.startswith("licensekit")}))
"""


def _docstrings(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((root / "licensekit").rglob("*.py")):
        for name, _, text in docstrings(ast.parse(path.read_text("utf-8"))):
            yield f"{path.relative_to(root).as_posix()} {name.lstrip('.')}".strip(), text


def _helps(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the helps of commands and options, which the program of that tree says itself."""
    environment = os.environ | {"PYTHONPATH": str(root)}
    ran = subprocess.run([sys.executable, "-c", _HELPS], cwd=root, env=environment, check=True, capture_output=True)
    yield from json.loads(ran.stdout).items()


def _texts(entry: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    for key, value in entry.items():
        if isinstance(value, str):
            yield f"{name} {key}", value
        else:
            yield from _texts(value, f"{name} {key}".strip())


def _messages(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((root / "licensekit").rglob("messages.toml")):
        yield from _texts(tomllib.loads(path.read_text("utf-8")), "")


def _pages(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((root / "docs").rglob("*.md")):
        if path.name != PAGE.name:
            text = "\n".join(path.read_text("utf-8").splitlines()[:PAGE_LINES])
            yield path.relative_to(root).as_posix(), text


class Group(NamedTuple):
    """A kind of text, of which some are drawn."""

    title: str
    size: int
    texts: Callable[[Path], Iterator[tuple[str, str]]]


GROUPS: Final = (
    Group("Docstrings", 60, _docstrings),
    Group("Help", 40, _helps),
    Group("Messages", 40, _messages),
    Group("Pages, their first 40 lines", 10, _pages),
)


def drawn(texts: Mapping[str, str], count: int) -> list[str]:
    """Return `count` names of texts, always the same."""
    return sorted(Random(SEED).sample(sorted(texts), count))  # noqa: S311  # a sample, and no secret


def cell(text: str) -> str:
    """Return a text that a table of Markdown shows as it is, with no link or name in it that a test would follow."""
    escaped = re.sub(r"([\\`*_\[\]<>|~])|(?<=\])(\()|(?<=\w)(\.)(?=\w)", r"\\\g<0>", text.strip())
    return "<br>".join(" ".join(line.split()) for line in escaped.splitlines())


def table(group: Group, before: Path, after: Path) -> str:
    """Return a table of the texts of one kind: name, before and after."""
    old, new = dict(group.texts(before)), dict(group.texts(after))
    rows = [
        (key, old[key], "(unchanged)" if new.get(key) == old[key] else new.get(key, "(gone)"))
        for key in drawn(old, group.size)
    ]
    changed = sum(1 for _, _, now in rows if now != "(unchanged)")
    head = f"**{group.title}**: {changed} of {len(rows)} have changed.\n\n| where | before | after |\n|---|---|---|\n"
    return head + "".join(f"| {' | '.join(cell(text) for text in row)} |\n" for row in rows)


def main(revision: str = BEFORE) -> None:
    """Write the sample into the page."""
    command = ["git", "archive", revision]
    packed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
        sample = "\n".join(table(group, Path(folder), ROOT) for group in GROUPS)
    said = PAGE.read_text("utf-8").partition(MARK)[0]
    PAGE.write_text(f"{said}{MARK}\n{sample}", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
