"""What commands print: facts as tables or JSON on standard output, remarks on standard error."""

import os
import re
import shlex
import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from operator import methodcaller
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from licensekit import errors
from licensekit.cli.columns import GAP, Column, fit, pad, row_lines, text_width, wrap
from licensekit.cli.options import Decorator, option

T = TypeVar("T")
Columns = Mapping[str, Callable[[T], object]]  # the columns of a table: title to what a cell shows of an item
JSON_DUE: Final = "licensekit.json-due"
"""Key of `click.Context.meta`: `--json` was given, and no object was printed yet."""
_LEFT_OUT: Final = "licensekit.left-out"  # key of `click.Context.meta`: what was left out of files to find their tokens
OWN_NAME: Final = "licensekit.own-name"
"""Key of `click.Context.meta`: what an application says in place of a match of `_OURS`."""
_LEAST_ROOM: Final = 20  # the least width at which the values of facts wrap
json_option: Final[Decorator] = option("--json as_json", "Print one JSON object, also for a failure.")


def in_own_name(text: str) -> str:
    """Return a text of ours as these commands print it: with their own name, where an application has mounted them."""
    ctx = click.get_current_context(silent=True)
    rename = None if ctx is None else ctx.meta.get(OWN_NAME)
    return text if rename is None else _OURS.sub(rename, text)


_OURS: Final = re.compile(r'LICENSEKIT_HOME|(?P<quote>`|"remedy": ")licensekit (?P<command>[a-z-]+)')
"""What names us: the environment variable, and commands in sentences and in JSON."""


def command_line(remedy: str) -> str:
    """Return a command that helps as it is typed here: with the name of the application that has mounted it."""
    return in_own_name(f"`{remedy}`").strip("`")


def printing(
    show: Callable[[Any], object], plain: Callable[[Any], Mapping[str, Any]] = methodcaller("plain")
) -> Decorator:
    """Add `--json` to a command that returns what it found: `show` is for people, `plain` for JSON."""

    def decorate(command: Callable[..., Any]) -> Callable[..., None]:
        @json_option
        @wraps(command)
        def printed(*, as_json: bool, **given: Any) -> None:
            found = command(**given)
            emit_json(plain(found)) if as_json else show(found)

        return printed

    return decorate


def listing(name: str, columns: Columns[T]) -> Decorator:
    """Add `--json` to a command that returns a list; `name` says of what."""

    def show(found: Sequence[T]) -> None:
        show_rows(found, columns) if found else emit(f"no {name}")

    return printing(show, lambda found: {name: list(map(methodcaller("plain"), found))})


def typed(path: Path) -> str:
    """Quote a path as it is typed into a shell, for commands that are shown to be copied."""
    return shlex.quote(str(path))


def counted(number: int, one: str) -> str:
    """Format a number with what it counts: `1 bundle`, `2 bundles`."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def emit_json(facts: Mapping[str, Any]) -> None:
    """Print `facts` as one JSON object, names in the order given."""
    _json_is_printed()
    ctx = click.get_current_context(silent=True)
    left_out = ctx.meta.get(_LEFT_OUT) if ctx else None
    click.echo(_dump({**facts, "left_out": left_out} if left_out else facts, indent=2))


def print_line(item: Mapping[str, Any]) -> None:
    """Print an object as a line of JSON; several lines may wait to be written together."""
    sys.stdout.write(f"{_dump(item)}\n")


def stream_json(name: str, items: Iterable[Mapping[str, Any]]) -> None:
    """Print a list of any length as one JSON object, an item a line; where reading fails, it ends with the error."""
    _json_is_printed()
    click.echo(f'{{"{name}": [', nl=False)
    separator = "\n"
    try:
        for item in items:
            click.echo(separator + _dump(item), nl=False)
            separator = ",\n"
    except errors.LicenseError as error:
        click.echo(f'\n], "error": {_dump(error.as_json())}}}')
        raise
    click.echo("\n]}")


def _json_is_printed() -> None:
    """Note that there is an object on standard output: an error prints no second one."""
    ctx = click.get_current_context(silent=True)
    if ctx is not None:
        ctx.meta.pop(JSON_DUE, None)


def _dump(value: object, *, indent: int | None = None) -> str:
    """Return `value` as JSON that the output can hold, in which nothing moves the cursor or turns the text."""
    import json  # noqa: PLC0415  # what is for people costs none

    is_unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    text = in_own_name(json.dumps(value, ensure_ascii=not is_unicode, indent=indent))
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def emit(text: str = "") -> None:
    """Print a line of facts."""
    click.echo(harmless(text))


def emit_utf8(lines: Iterable[str]) -> None:
    """Print lines of a format that is UTF-8 wherever it goes: CSV, metrics."""
    sys.stdout.flush()
    sys.stdout.buffer.writelines(line.encode() for line in lines)
    sys.stdout.flush()


@contextmanager
def says(reason: str) -> Generator[None]:
    """Let output that cannot be written inside say this of a change, and not that it was made: see `OutputFailed`."""
    try:
        yield
    except errors.OutputFailed as error:
        raise error.replace(reason=reason) from error


def remark(text: str) -> None:
    """Print a line that is no fact asked for: a reminder, a next step."""
    click.echo(text, err=True)


def remark_left_out(left_out: "Sequence[errors.Message]", where: str) -> None:
    """Remark what was left out of a file to find its tokens; the object of `--json` has it as `left_out`."""
    remark(f"{harmless(where)}: found its tokens, and left out {', '.join(one.message for one in left_out)}")
    ctx = click.get_current_context(silent=True)
    if ctx is not None:
        ctx.meta.setdefault(_LEFT_OUT, []).extend({"file": where, **one.as_json()} for one in left_out)


def warn(text: str) -> None:
    """Print a line that should not be missed, on standard error."""
    click.secho(in_own_name(text), err=True, fg="yellow", bold=True)


def separated(items: Iterable[T]) -> Iterable[T]:
    """Yield the items, and print an empty line between them."""
    for number, item in enumerate(items):
        if number:
            emit()
        yield item


def heading(text: str) -> None:
    """Print a heading over facts."""
    click.secho(harmless(text), bold=True)


@contextmanager
def progress(label: str, length: int) -> Generator[Callable[..., None]]:
    """Show on a terminal how much is done: call what is yielded with how much more that is, and the new length."""
    hidden = not (length and sys.stderr.isatty())
    with click.progressbar(length=length, label=label, file=sys.stderr, hidden=hidden) as bar:

        def advance(done: int, of: int = length) -> None:
            bar.length = of
            bar.update(done)

        yield advance


def facts(*pairs: tuple[str, object], fg: str | None = None) -> None:
    """Print names and values in two columns; a value of None is left out. `fg` is the color of the first pair."""
    present = [(name, harmless(str(value))) for name, value in pairs if value is not None]
    limit, width = _limit(), max((text_width(name) for name, _ in present), default=0)
    room = None if limit is None else max(limit - width - len(GAP), _LEAST_ROOM)
    for number, (name, value) in enumerate(present):
        first, *more = [value] if room is None else wrap(value, room)
        for line in (f"{pad(name, width)}{GAP}{first}", *(f"{' ' * width}{GAP}{line}" for line in more)):
            click.secho(line, fg=fg, bold=True) if fg and not number else emit(line)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under columns that are not empty; a column name that begins with `>` is aligned to the right.

    On a terminal long cells wrap; where a row does not fit all the same, it is printed as facts.
    """
    cells = [["" if cell is None else harmless(str(cell)) for cell in row] for row in rows]
    shown = [
        Column(title.removeprefix(">"), under, to_right=title.startswith(">"))
        for title, *under in zip(columns, *cells, strict=True)
        if any(under) or not cells
    ]
    titles = [column.title for column in shown]
    rows_shown = zip(*(column.cells for column in shown), strict=True)
    widths = fit(shown, _limit())
    if widths is None:
        for row in separated(rows_shown):
            facts(*(pair for pair in zip(titles, row, strict=True) if pair[1]))
        return
    for line in row_lines(shown, widths, titles):
        heading(line)
    for row in rows_shown:
        for line in row_lines(shown, widths, row):
            emit(line)


def show_rows(items: Iterable[T], columns: Columns[T]) -> None:
    """Print items as the rows of a table, as `table` does."""
    table(list(columns), ([cell(one) for cell in columns.values()] for one in items))


def show_below(items: Sequence[T], columns: Columns[T]) -> None:
    """Print items as a table below what was printed, with an empty line between; nothing without items."""
    if items:
        emit()
        show_rows(items, columns)


def _limit() -> int | None:
    """Return how wide tables may be: the terminal, or `COLUMNS`; None in a file or a pipe."""
    asked = os.environ.get("COLUMNS", "")
    if not (sys.stdout.isatty() or (asked.isdecimal() and int(asked))):
        return None
    import shutil  # noqa: PLC0415  # a pipe needs no width

    return shutil.get_terminal_size().columns


_JOINERS: Final = "\u200c\u200d"


def harmless(text: str) -> str:
    """Return `text` in our own name, with what moves the cursor or turns the text escaped, but for joiners."""
    text = in_own_name(text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _JOINERS else c.encode("unicode_escape").decode() for c in text)
