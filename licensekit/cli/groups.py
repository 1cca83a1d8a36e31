"""Command groups that load a command when it is used, and report errors in one line each."""

from collections.abc import Iterable, Mapping, MutableMapping
from importlib import import_module
from typing import Any, NamedTuple

import click

from licensekit.cli.exits import exit_code
from licensekit.cli.output import harmless
from licensekit.errors import FaultsError, LicenseError, RefusedError


class Lazy(NamedTuple):
    """Where a command lives and under which heading the help lists it."""

    section: str
    module: str
    attribute: str
    hidden: bool = False


def report(error: LicenseError, program: str) -> None:
    """Print what was wrong, where and what to do, on standard error."""
    for line in error_lines(error):
        click.echo(f"{program}: {line}", err=True)


def error_lines(error: LicenseError) -> list[str]:
    """Return what there is to say of `error`: a line for each fault of a file or a change."""
    if isinstance(error, FaultsError) and error.faults:
        place = f"{error.where}: " if error.where else ""
        lines = [f"{place}{fault}" for fault in error.faults]
    elif isinstance(error, RefusedError):
        lines = [str(fault if fault.where else fault.at(error.where)) for fault in error.faults]
    else:
        lines = [str(error)]
    return [harmless(line) for line in lines]


class LicenseGroup(click.Group):
    """A group of commands, some of them loaded when they are used."""

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy] | None = None, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.lazy: MutableMapping[str, Lazy] = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click gives it
        """Return the names in the order of the table, then those added directly in theirs."""
        return [*self.lazy, *(name for name in self.commands if name not in self.lazy)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, loading its module if it is the first use."""
        entry = self.lazy.get(cmd_name)
        if entry is None:
            return super().get_command(ctx, cmd_name)
        command = getattr(import_module(entry.module), entry.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.module}.{entry.attribute} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under the heading of who uses them."""
        sections: dict[str, list[str]] = {}
        for name in self.list_commands(ctx):
            entry = self.lazy.get(name)
            if entry is None or not entry.hidden:
                sections.setdefault(entry.section if entry else "Commands", []).append(name)
        for section, names in sections.items():
            with formatter.section(section):
                formatter.write_dl(self._help_rows(ctx, names), col_max=16)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; report a `LicenseError` and exit with its code."""
        try:
            return super().invoke(ctx)
        except LicenseError as error:
            report(error, ctx.find_root().info_name or "licensekit")
            raise click.exceptions.Exit(exit_code(error)) from error

    def _help_rows(self, ctx: click.Context, names: Iterable[str]) -> list[tuple[str, str]]:
        commands = [(name, self.get_command(ctx, name)) for name in names]
        return [(n, c.get_short_help_str(limit=200)) for n, c in commands if c and not c.hidden]
