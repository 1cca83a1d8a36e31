"""The customer's commands, for `licensekit` and for an application that mounts them."""

import os
import re
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from licensekit.cli import inputs, output
from licensekit.cli.groups import Lazy, LicenseGroup, lazy
from licensekit.cli.options import Decorator, option, together

if TYPE_CHECKING:
    from licensekit.installation import Installation

_SECTION: Final = "Commands for the customer, who uses them"
_HERE: Final = "licensekit.cli.customer"

CUSTOMER: Final[Mapping[str, Lazy]] = {
    **lazy(_SECTION, f"{_HERE}.activate", "activate update"),
    **lazy(_SECTION, f"{_HERE}.status", "status explain"),
    **lazy(_SECTION, f"{_HERE}.holders", "users sites"),
    **lazy(_SECTION, f"{_HERE}.events", "events leases"),
    **lazy(_SECTION, f"{_HERE}.exchange", "request return statement"),
    **lazy(_SECTION, f"{_HERE}.status", "accept-clock"),
    **lazy(_SECTION, f"{_HERE}.storage", "audit doctor backup restore move upgrade"),
    **lazy(_SECTION, f"{_HERE}.console", "console"),
}
BOTH: Final = lazy("Commands for both", "licensekit.cli.inspect", "inspect verify")


class BuiltIn(NamedTuple):
    """Values that an application builds into its customer commands; an option sets what is None."""

    root: str | None = None
    pack: bytes | str | None = None
    home: str | None = None
    released: date | None = None
    facts: Mapping[str, str | None] | None = None
    home_variable: str = "LICENSEKIT_HOME"
    folder: str | None = None  # of a workspace; an application has none: empty


_NOTHING: Final = BuiltIn()


def customer_commands(
    *,
    root: str | None = None,
    pack: bytes | str | None = None,
    home: str | os.PathLike[str] | None = None,
    home_variable: str = "LICENSEKIT_HOME",
    released: date | None = None,
    facts: Mapping[str, str | None] | None = None,
    name: str = "license",
) -> click.Group:
    """Return the customer's commands as a click group that an application mounts as its own.

    A value that is built in has no option, so nobody can replace the application's root pin. Without `home`, the
    environment variable `home_variable` names it. `released` is the release date of this version of the product, which
    maintenance must cover. `facts` replace machine facts that the application knows better.
    """
    built_in = BuiltIn(root, pack, None if home is None else os.fspath(home), released, facts, home_variable, "")
    offered = {called: one._replace(section="Commands") for called, one in {**CUSTOMER, **BOTH}.items()}

    @click.group(name=name, cls=LicenseGroup, lazy=offered)
    @click.pass_context
    def commands(ctx: click.Context) -> None:
        """Activate license files and assign licenses."""
        ctx.obj = built_in

        def rename(ours: re.Match[str]) -> str:
            called = ours["command"]
            if called is None:
                return home_variable
            return f"{ours['quote']}{ctx.command_path} {called}" if called in offered else f"the vendor's `{called}"

        ctx.meta[output.OWN_NAME] = rename

    return commands


class ApplicationOption(click.Option):
    """An option that does not exist if the application has built in its value."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the help; None if the value is built in."""
        record = None if self._is_built_in(ctx) else super().get_help_record(ctx)
        return record and (record[0], output.in_own_name(record[1]))

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """Refuse the option if its value is built in."""
        if self._is_built_in(ctx):
            if ctx.get_parameter_source(self.name or "") is click.core.ParameterSource.COMMANDLINE:
                raise click.NoSuchOption(self.opts[0], ctx=ctx)
            return None
        return super().process_value(ctx, value)

    def _is_built_in(self, ctx: click.Context) -> bool:
        return getattr(built_in_of(ctx), self.name or "") is not None


def built_in_of(ctx: click.Context) -> BuiltIn:
    """Return what the application built in; for `licensekit` itself, nothing."""
    return ctx.find_object(BuiltIn) or _NOTHING


home_option: Final[Decorator] = option(
    "--home DIR", "The installation: a folder, or a postgresql:// URL.  [env: LICENSEKIT_HOME]", cls=ApplicationOption
)


def in_installation(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--home`, and pass the open `installation`."""

    @home_option
    @wraps(command)
    def with_installation(*, home: str | None, **given: Any) -> Any:
        with opened(home) as installation:
            return command(installation=installation, **given)

    return with_installation


trust_options: Final[Decorator] = together(  # needed until the first activation records them
    option("--pack FILE", "The application's pack (.lkp), the first time.", cls=ApplicationOption),
    option("--root PIN", "The vendor's root pin, lkroot1-…, the first time.", cls=ApplicationOption),
)


def home_of(home: str | None, pack: bytes | str | None = None) -> str:
    """Return the folder or URL of the installation: built in, given, or the default of the product."""
    from licensekit.installation import locate  # noqa: PLC0415  # a vendor's command does not load it

    built_in = built_in_of(click.get_current_context())
    return locate(built_in.home or home or os.environ.get(built_in.home_variable), pack=built_in.pack or pack)


@contextmanager
def opened_first(*, home: str | None, pack: str | None, **given: Any) -> "Generator[Installation]":
    """Open an installation, which the command may create; `pack` is the path of a pack."""
    data = None if pack is None else inputs.read_tokens(pack, what="a pack")
    with opened(home, BuiltIn(pack=data, **given), create=True) as installation:
        with inputs.located(pack):
            warnings = installation.warnings
        for warning in warnings:
            output.warn(f"{warning.message}\n{warning.hint}")
        yield installation


@contextmanager
def opened(home: str | None, given: BuiltIn = _NOTHING, *, create: bool = False) -> "Generator[Installation]":
    """Open the installation, with what the application has built in, or else what is `given`."""
    from licensekit.installation import Installation  # noqa: PLC0415  # a vendor's command does not load it

    ours, place = built_in_of(click.get_current_context()), home_of(home, given.pack)
    known = {name: getattr(ours, name) or getattr(given, name) for name in ("root", "pack", "released")}
    with Installation.open(place, **known, facts=ours.facts or {}, by=inputs.account(), create=create) as installation:
        yield installation
