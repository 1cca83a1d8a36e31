"""How commands declare options: several as one value, words of closed lists, times."""

import time
from collections.abc import Callable
from enum import IntEnum
from functools import wraps
from inspect import signature
from typing import Any, Final

import click

from licensekit.dates import parse_seconds
from licensekit.wire.plain import word

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def collected(
    name: str, form: Callable[..., object], *options: Decorator, prefix: str = ""
) -> Decorator:
    """Return what adds `options` to a command, which gets their values as one `form`.

    The command gets it as `name`. The options are called as the parameters of `form`, with
    `prefix` before them; the help has them in the order given.
    """
    fields = tuple(signature(form).parameters)

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def gathered(**given: Any) -> Any:
            value = form(**{field: given.pop(prefix + field) for field in fields})
            return command(**{name: value}, **given)

        with_options: Callable[..., Any] = gathered
        for option in reversed(options):
            with_options = option(with_options)
        return with_options

    return decorate


def before(check: Callable[..., None]) -> Decorator:
    """Call `check` with all options before the command does anything."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def checked(**given: Any) -> Any:
            check(**given)
            return command(**given)

        return checked

    return decorate


class WordChoice(click.Choice[str]):
    """A value of a closed list, typed as its word."""

    def __init__(self, values: type[IntEnum]) -> None:
        self.by_word = {word(value): value for value in values}
        super().__init__(list(self.by_word))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value that is meant."""
        return self.by_word[super().convert(value, param, ctx)]


def moment(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Read a time or date given to an option as seconds since 1970; None if none was given."""
    if value is None:
        return None
    try:
        return parse_seconds(value)
    except (ValueError, OverflowError):
        wanted = "a date like 2027-01-01 or a time like 2027-01-01T00:00:00Z"
        raise click.BadParameter(f"{value!r} is not {wanted}", ctx, param) from None


def clock() -> int:
    """Return the seconds since 1970."""
    return int(time.time())


def _now(ctx: click.Context, param: click.Parameter, value: str | None) -> int:
    seconds = moment(ctx, param, value)
    return clock() if seconds is None else seconds


now_option: Final[Decorator] = click.option(
    "--now",
    metavar="TIME",
    callback=_now,
    help="Answer as of this time: 2027-01-01T00:00:00Z.",
)
"""`--now`, as whole seconds since 1970; without it, the clock."""


def divided(written: str) -> tuple[str, str]:
    """Return the two sides of `KEY=VALUE`."""
    key, equals, text = written.partition("=")
    if not (key.strip() and equals and text.strip()):
        raise click.UsageError(f"{written!r} is not KEY=VALUE.")
    return key.strip(), text.strip()
