"""What commands print: facts as tables or JSON on standard output, remarks on standard error."""

import json
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from unicodedata import combining, east_asian_width

import click

json_option: Final[Callable[[Callable[..., Any]], Callable[..., Any]]] = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object."
)
"""`--json`, wherever facts are printed."""


def typed(path: Path) -> str:
    """Quote a path as it is typed into a shell, for commands that are shown to be copied."""
    return shlex.quote(str(path))


def counted(number: int, one: str) -> str:
    """Format a number with what it counts: `1 bundle`, `2 bundles`."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def emit_json(facts: Mapping[str, Any]) -> None:
    """Print `facts` as one JSON object, names in the order given."""
    click.echo(json.dumps(facts, ensure_ascii=False, indent=2))


def stream_json(name: str, items: Iterable[Mapping[str, Any]]) -> None:
    """Print a list of any length as one JSON object, an item a line."""
    click.echo(f'{{"{name}": [', nl=False)
    separator = "\n"
    for item in items:
        click.echo(separator + json.dumps(item, ensure_ascii=False), nl=False)
        separator = ",\n"
    click.echo("\n]}")


def emit(text: str = "") -> None:
    """Print a line of facts."""
    click.echo(harmless(text))


def remark(text: str) -> None:
    """Print a line that is no fact asked for: a reminder, a next step."""
    click.echo(text, err=True)


def warn(text: str) -> None:
    """Print a line that should not be missed, on standard error."""
    click.secho(text, err=True, fg="yellow", bold=True)


def heading(text: str) -> None:
    """Print a heading over facts."""
    click.secho(harmless(text), bold=True)


def facts(pairs: Iterable[tuple[str, object]]) -> None:
    """Print names and values in two columns; a value of None is left out."""
    present = [(name, str(value)) for name, value in pairs if value is not None]
    width = max((len(name) for name, _ in present), default=0)
    for name, value in present:
        emit(f"{name.ljust(width)}  {value}")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under columns; a column name that begins with `>` is aligned to the right.

    A column in which nothing stands is left out.
    """
    cells = [["" if cell is None else harmless(str(cell)) for cell in row] for row in rows]
    padded = [
        _padded(title.removeprefix(">"), under, to_right=title.startswith(">"))
        for title, *under in zip(columns, *cells, strict=True)
        if any(under) or not cells
    ]
    for number, line in enumerate(zip(*padded, strict=True)):
        show = emit if number else heading
        show("  ".join(line).rstrip())


def _padded(title: str, cells: Sequence[str], *, to_right: bool) -> list[str]:
    texts = [title, *cells]
    width = max(map(_width, texts))
    spaces = [" " * (width - _width(text)) for text in texts]
    if to_right:
        return [space + text for space, text in zip(spaces, texts, strict=True)]
    return [text + space for space, text in zip(spaces, texts, strict=True)]


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(combining(character) > 0 for character in text)


def harmless(text: str) -> str:
    """Escape everything in `text` that could move the cursor or turn the text."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
