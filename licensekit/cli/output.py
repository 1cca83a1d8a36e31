"""What commands print: facts as tables or JSON on standard output, remarks on standard error."""

import os
import re
import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from operator import methodcaller
from typing import Any, Final, TypeVar

import click

from licensekit import errors
from licensekit.cli.columns import GAP, Column, fit, pad, row_lines, text_width, wrap
from licensekit.cli.options import Decorator, option

T = TypeVar("T")
Columns = Mapping[str, Callable[[T], object]]  # the columns of a table: title to what a cell shows of an item
JSON_DUE: Final = "licensekit.json-due"  # key of `click.Context.meta`: `--json` is given, and nothing printed yet
_LEFT_OUT: Final = "licensekit.left-out"  # key of `click.Context.meta`: what was left out of files to find their tokens
OWN_NAME: Final = "licensekit.own-name"  # key of `click.Context.meta`: renames a match of `_OURS`
_LEAST_ROOM: Final = 20  # the least width at which the values of facts wrap
json_option: Final[Decorator] = option("--json as_json", "Print one JSON object, also for a failure.")


def in_own_name(text: str) -> str:
    """Replace our own names in `text` by those of the application that has mounted the commands, if one has."""
    rename = _meta().get(OWN_NAME)
    return text if rename is None else _OURS.sub(rename, text)


def _meta() -> dict[str, Any]:
    ctx = click.get_current_context(silent=True)
    return {} if ctx is None else ctx.meta


_OURS: Final = re.compile(r'LICENSEKIT_HOME|(?P<quote>`|"remedy": ")licensekit (?P<command>[a-z-]+)')
"""Our own names: the environment variable, and commands in sentences and in JSON."""


def command_line(remedy: str) -> str | None:
    """Return the command `remedy` under the name that it has here; None if it is empty."""
    return in_own_name(f"`{remedy}`").strip("`") or None


def printing(
    show: Callable[[Any], object], plain: Callable[[Any], Mapping[str, Any]] = methodcaller("plain")
) -> Decorator:
    """Add `--json` to a command that returns a result: `show` prints it for people, `plain` turns it into JSON."""

    def decorate(command: Callable[..., Any]) -> Callable[..., None]:
        @json_option
        @wraps(command)
        def printed(*, as_json: bool, **given: Any) -> None:
            found = command(**given)
            emit_json(plain(found)) if as_json else show(found)

        return printed

    return decorate


def listing(name: str, columns: Columns[T]) -> Decorator:
    """Add `--json` to a command that returns a list; `name` is its name in JSON."""

    def show(found: Sequence[T]) -> None:
        show_rows(found, columns) if found else emit(f"no {name}")

    return printing(show, lambda found: {name: list(map(methodcaller("plain"), found))})


def counted(number: int, one: str) -> str:
    """Format a number with what it counts: `1 bundle`, `2 bundles`."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def emit_json(facts: Mapping[str, Any]) -> None:
    """Print `facts` as one JSON object, in the order given."""
    _meta().pop(JSON_DUE, None)
    left_out = _meta().get(_LEFT_OUT)
    click.echo(_dump({**facts, "left_out": left_out} if left_out else facts, indent=2))


def print_line(item: Mapping[str, Any]) -> None:
    """Print an object as a line of JSON, buffered."""
    sys.stdout.write(f"{_dump(item)}\n")


def stream_json(name: str, items: Iterable[Mapping[str, Any]]) -> None:
    """Print a list of any length as one JSON object, an item per line; if reading fails, it ends with the error."""
    _meta().pop(JSON_DUE, None)
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


def _dump(value: object, *, indent: int | None = None) -> str:
    """Return `value` as JSON that the output can encode, with control and direction characters escaped."""
    import json  # noqa: PLC0415  # only JSON needs it

    is_unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    text = in_own_name(json.dumps(value, ensure_ascii=not is_unicode, indent=indent))
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def emit(text: str = "") -> None:
    """Print a line of facts."""
    click.echo(harmless(text))


def emit_utf8(lines: Iterable[str]) -> None:
    """Print lines of a format that is always UTF-8: CSV, metrics."""
    sys.stdout.flush()
    sys.stdout.buffer.writelines(line.encode() for line in lines)
    sys.stdout.flush()


@contextmanager
def failing_as(reason: str) -> Generator[None]:
    """Set the reason of an `OutputFailed` raised inside, which otherwise says that the change was made."""
    try:
        yield
    except errors.OutputFailed as error:
        raise error.replace(reason=reason) from error


def remark(text: str) -> None:
    """Print a reminder or a next step, on standard error."""
    click.echo(text, err=True)


def remark_left_out(left_out: "Sequence[errors.Message]", where: str) -> None:
    """Print what was left out of a file to find its tokens; `--json` has it as `left_out`."""
    remark(f"{harmless(where)}: found its tokens, and left out {', '.join(one.message for one in left_out)}")
    _meta().setdefault(_LEFT_OUT, []).extend({"file": where, **one.as_json()} for one in left_out)


def warn(text: str) -> None:
    """Print a warning, on standard error."""
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
    """Show progress on a terminal; yield a function to call with the amount done since, and with a new length."""
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
    """Print a table without its empty columns; a column whose name begins with `>` is aligned to the right.

    On a terminal, long cells wrap. If rows still do not fit, each is printed as facts.
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
    """Print items as a table."""
    table(list(columns), ([cell(one) for cell in columns.values()] for one in items))


def show_below(items: Sequence[T], columns: Columns[T]) -> None:
    """Print an empty line and items as a table; nothing without items."""
    if items:
        emit()
        show_rows(items, columns)


def _limit() -> int | None:
    """Return the largest width of a table: of the terminal, or `COLUMNS`; None in a file or a pipe."""
    asked = os.environ.get("COLUMNS", "")
    if not (sys.stdout.isatty() or (asked.isdecimal() and int(asked))):
        return None
    import shutil  # noqa: PLC0415  # a pipe needs no width

    return shutil.get_terminal_size().columns


_JOINERS: Final = "\u200c\u200d"


def harmless(text: str) -> str:
    """Return `text` as `in_own_name`, with control and direction characters escaped, but not joiners."""
    text = in_own_name(text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _JOINERS else c.encode("unicode_escape").decode() for c in text)
