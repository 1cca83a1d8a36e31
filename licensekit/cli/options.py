"""Declaring options: several as one value, checks of what is given, and types of values."""

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
    """Return a decorator that adds `options` to a command and passes their values as one `form` called `name`.

    The options are named like the parameters of `form`, after `prefix`. The help lists them in the order given.
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
    """Return a decorator that adds several options to a command; the help lists them in the order given."""
    return lambda command: reduce(lambda made, add: add(made), reversed(options), command)


def option(written: str, text: str, **more: Any) -> Decorator:
    """Return an option, `written` as the help shows it: `-o --output FILE`, `--key KEY...`.

    A word in capitals is the metavar, and dots after it allow repetition. Without a metavar and a type, the option is a
    flag. A word in lower case names the parameter. The help is `text` and the default; `more` is for `click.option`.
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
    """Return a decorator that raises the usage error `said` if `when` is true of the options of a command."""

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
        """Return the word for a value."""
        return word(choice) if isinstance(choice, IntEnum) else choice


class Checked(click.ParamType[Any]):
    """A value parsed by `read`, which raises `ValueError` for what is not `wanted`."""

    name = "value"

    def __init__(self, read: Callable[[str], object], wanted: str) -> None:
        self.read, self.wanted = read, wanted

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse what is typed; a default is a value already."""
        if not isinstance(value, str):
            return value
        try:
            return self.read(value)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not {self.wanted}", param, ctx)


def whole(least: int, most: int | None = None) -> Checked:
    """Return the type of whole numbers from `least` on, at most `most` if given."""
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
    """Return the key and the value of each `KEY=VALUE`."""
    found: list[tuple[str, str]] = []
    for one in given:
        key, equals, text = one.partition("=")
        if not (key.strip() and equals and text.strip()):
            raise click.UsageError(f"{one!r} is not KEY=VALUE.")
        found.append((key.strip(), text.strip()))
    return found
