"""How commands declare options: several as one value, and what a value must be."""

import time
from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import reduce, wraps
from inspect import signature
from pathlib import Path
from typing import Any, Final

import click

from licensekit import dates, limits
from licensekit.text import values
from licensekit.wire.plain import word

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def collected(name: str, form: Callable[..., object], *options: Decorator, prefix: str = "") -> Decorator:
    """Return what adds `options` to a command, which gets their values as one `form` called `name`.

    The options are called as the parameters of `form`, with `prefix` before them; the help has them in the order given.
    """
    fields = tuple(signature(form).parameters)

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def gathered(**given: Any) -> Any:
            value = form(**{field: given.pop(prefix + field) for field in fields})
            return command(**{name: value}, **given)

        return together(*options)(gathered)

    return decorate


def together(*options: Decorator) -> Decorator:
    """Return what adds several options to a command; the help has them in the order given."""
    return lambda command: reduce(lambda made, add: add(made), reversed(options), command)


def option(written: str, text: str, **more: Any) -> Decorator:
    """Return the option that is `written` as in its help: `-o --output FILE`, `--key KEY...`.

    A word in capitals stands for its value, and dots behind it say that it may be repeated; without one, and without a
    type, it is a flag. A word in lower case is the parameter that gets the value. `text` is the help, which shows a
    default as well, and `more` is for `click.option`.
    """
    words = written.split()
    shown = next((word for word in words if word[0] != "-" and word.isupper()), "")
    if shown.endswith("..."):
        more["multiple"] = True
    if not (shown or "type" in more or "/" in written):
        more["is_flag"] = True
    default = more.get("default")
    more.setdefault("show_default", bool(default) and not isinstance(default, bool))
    names = (word for word in words if word != shown)
    return click.option(*names, metavar=shown.removesuffix("...") or None, help=text, **more)


def refuse(said: str, when: Callable[[dict[str, Any]], object]) -> Decorator:
    """Refuse the values of all options that `when` holds for, with what is `said` of them, before anything is done."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def checked(**given: Any) -> Any:
            if when(given):
                raise click.UsageError(said.format(**given))
            return command(**given)

        return checked

    return decorate


class WordChoice(click.Choice[IntEnum]):
    """A value of a closed list, typed as its word."""

    def normalize_choice(self, choice: Any, ctx: click.Context | None) -> str:  # noqa: ARG002  # the signature is click's
        """Return how a value is typed."""
        return word(choice) if isinstance(choice, IntEnum) else choice


class Checked(click.ParamType[Any]):
    """A value that `read` makes of what is typed; it raises `ValueError` for all but `wanted`."""

    name = "value"

    def __init__(self, read: Callable[[str], object], wanted: str) -> None:
        self.read, self.wanted = read, wanted

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value that is meant; a default is one already."""
        if not isinstance(value, str):
            return value
        try:
            return self.read(value)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not {self.wanted}", param, ctx)


def whole(least: int, most: int | None = None) -> Checked:
    """Return the type of whole numbers from `least` on, or to `most`."""
    read = values.whole(least, limits.VALUE if most is None else most)
    span = f"from {least} {'on' if most is None else f'to {most}'}"
    return Checked(lambda text: read(int(text)), f"a whole number {span}")


PATH: Final = click.Path(path_type=Path)
MOMENT: Final = Checked(dates.parse_seconds, "a date like 2027-01-01 or a time like 2027-01-01T00:00:00Z")
"""A time or a date, as seconds since 1970."""
DAY: Final = Checked(lambda text: dates.date_of(values.day(text)), "a date like 2027-01-01")
CODE: Final = Checked(values.code, "a code: at most 64 lower-case letters, digits and inner dashes")


def clock() -> int:
    """Return the seconds since 1970."""
    return int(time.time())


now_option: Final[Decorator] = option("--now TIME", "Answer as of this time: 2027-01-01T00:00:00Z.", type=MOMENT)


def pairs(_ctx: click.Context, _param: click.Parameter, given: Sequence[str]) -> list[tuple[str, str]]:
    """Return the two sides of each `KEY=VALUE` that is given."""
    found: list[tuple[str, str]] = []
    for one in given:
        key, equals, text = one.partition("=")
        if not (key.strip() and equals and text.strip()):
            raise click.UsageError(f"{one!r} is not KEY=VALUE.")
        found.append((key.strip(), text.strip()))
    return found
