"""Whether commands print in color: what the environment and the command say."""

from collections.abc import Mapping
from typing import Final

import click

from licensekit.cli.options import Decorator, option


def color_wanted(environment: Mapping[str, str]) -> bool | None:
    """Return whether to print in color; None is on a terminal only.

    `NO_COLOR` (if not empty) and `TERM=dumb` turn color off; so does `CLICOLOR=0`. `CLICOLOR_FORCE` and `FORCE_COLOR`
    (if neither empty nor 0) turn it on, also in a pipe; `NO_COLOR` wins.
    """
    if environment.get("NO_COLOR"):
        return False
    if any(environment.get(name, "0") not in {"", "0"} for name in _FORCE):
        return True
    if environment.get("TERM") == "dumb" or environment.get("CLICOLOR") == "0":
        return False
    return None


_FORCE: Final = ("CLICOLOR_FORCE", "FORCE_COLOR")


def _set_color(ctx: click.Context, _: click.Parameter, value: bool | None) -> None:  # noqa: FBT001  # click passes it by place
    if value is not None:
        ctx.color = value


color_option: Final[Decorator] = option(
    "--color/--no-color",
    "Print in color, or do not.  [default: on a terminal, unless NO_COLOR is set]",
    default=None,
    expose_value=False,
    is_eager=True,
    callback=_set_color,
)
"""`--color` and `--no-color`, before the command."""
