"""Command groups that load a command on first use, and how commands report errors.

An error is a line on standard error and an exit code. With `--json`, it is also an object on standard output, where a
script reads the answer.
"""

import os
import re
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, Final, NamedTuple

import click

from licensekit import errors
from licensekit.cli import streams
from licensekit.cli.options import Decorator, option
from licensekit.cli.output import JSON_DUE, emit_json, harmless

NO: Final = 1  # the command worked and the answer is no
USAGE: Final = 2
DEFECT: Final = 70  # licensekit itself failed; EX_SOFTWARE in sysexits.h
INTERRUPTED: Final = 130

_CODES: Final[Mapping[str, int]] = {  # by the name of a branch of the error tree: a command that works loads none
    "NotEntitled": NO,
    "QuestionError": USAGE,
    "FormatError": 3,
    "TrustError": 4,
    "FaultsError": 5,
    **dict.fromkeys(("RefusedError", "ProposalError", "WorkspaceError"), 6),
    "KeyFault": 7,
    "StateError": 8,
}

_HELP_DUE: Final = "licensekit.help-due"  # key of `click.Context.meta`: whether an option asks for help
TRACEBACK: Final = "LICENSEKIT_TRACEBACK"  # environment variable: if not empty, a defect is printed with its traceback

FILE_WORDS: Final = frozenset({"DIR", "FILE", "ORDERS", "PACK", "REQUEST"})  # metavars of paths


class Lazy(NamedTuple):
    """The module of a command, and the heading that lists it in the help."""

    section: str
    module: str  # has `rotate-root` as `rotate_root`; a name that Python uses ends in `_`: `list_`


def lazy(section: str, module: str, names: str) -> dict[str, Lazy]:
    """Return a table of the commands in a module; `names` are separated by spaces."""
    return dict.fromkeys(names.split(), Lazy(section, module))


class LicenseGroup(click.Group):
    """A command group that loads some of its commands on first use."""

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy] | None = None, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # the signature is click's
        """Return the lazy commands in the order of their table, then those that were added directly."""
        return [*self.lazy, *(name for name in self.commands if name not in self.lazy)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; load its module on first use."""
        entry = self.lazy.get(cmd_name)
        if entry is None:
            return _explained(ctx, super().get_command(ctx, cmd_name))
        module, name = import_module(entry.module), cmd_name.replace("-", "_")
        command = getattr(module, f"{name}_", None) or getattr(module, name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.module}.{name} is not a command")
        return _explained(ctx, command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; refuse an option given twice or, when a shell completes, let it complete file names."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            check = _complete_files if ctx.resilient_parsing else _require_once
            check(click.Context(command, ctx, name), rest)
        return name, command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings."""
        sections: dict[str, list[str]] = {}
        for name in self.list_commands(ctx):
            entry = self.lazy.get(name)
            sections.setdefault(entry.section if entry else "Commands", []).append(name)
        for section, names in sections.items():
            with formatter.section(section):
                commands = [(name, self.get_command(ctx, name)) for name in names]
                formatter.write_dl([(n, c.get_short_help_str(limit=200)) for n, c in commands if c], col_max=16)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; note whether JSON and color are wanted, for all commands below."""
        ctx.meta.setdefault(JSON_DUE, asks_for_json(args))
        ctx.meta.setdefault(_HELP_DUE, any(one.startswith("-") and "h" in one for one in args))
        if ctx.color is None:
            ctx.color = color_wanted(os.environ)
        with self._reporting(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; report an error and exit with its code."""
        with self._reporting(ctx):
            return super().invoke(ctx)

    @contextmanager
    def _reporting(self, ctx: click.Context) -> Generator[None]:
        """Report an error raised inside; a usage error only with `--json`, because otherwise the caller reports it."""
        with streams.watched():
            try:
                try:
                    yield
                    sys.stdout.flush()
                except click.UsageError as error:
                    if not ctx.meta.get(JSON_DUE):
                        raise
                    complain(usage_line(error), ctx)
                    emit_json({"error": _failure_json("usage", *_usage(error))})
                    raise click.exceptions.Exit(USAGE) from error
            except errors.LicenseError as error:
                raise report(error, ctx) from error


def _explained(ctx: click.Context, command: click.Command | None) -> click.Command | None:
    """Return a command with its full help: its function's docstring, and what `help.toml` beside the module adds."""
    function = command and command.callback
    if command is not None and function is not None and ctx.meta.get(_HELP_DUE, True):
        module = function.__module__
        beside = errors.messages_beside(module, "help.toml").get(module.rpartition(".")[2], {})
        if added := beside.get(function.__name__):
            command.help = f"{function.__doc__}\n\n{added}"
    return command


def _complete_files(ctx: click.Context, _: list[str]) -> None:
    for one in ctx.command.params:
        if one.type is click.STRING and not FILE_WORDS.isdisjoint(re.findall("[A-Z]+", one.make_metavar(ctx))):
            one.type = click.Path()


def _require_once(ctx: click.Context, arguments: list[str]) -> None:
    """Refuse a single-value option that is given twice: click would silently use the last."""
    try:
        _, _, given = ctx.command.make_parser(ctx).parse_args(list(arguments))
    except click.UsageError:  # the command itself says so
        return
    options = [one for one in given if isinstance(one, click.Option)]
    for one in options:
        if options.count(one) > 1 and not (one.multiple or one.is_flag):
            raise click.UsageError(f"{max(one.opts, key=len)} is given twice.", ctx)


def color_wanted(environment: Mapping[str, str]) -> bool | None:
    """Return whether to print in color; None: only on a terminal.

    `NO_COLOR` wins. `CLICOLOR_FORCE` and `FORCE_COLOR` turn it on even in a pipe, `TERM=dumb` and `CLICOLOR=0` off.
    """
    if environment.get("NO_COLOR"):
        return False
    if any(environment.get(name, "0") not in {"", "0"} for name in ("CLICOLOR_FORCE", "FORCE_COLOR")):
        return True
    return False if environment.get("TERM") == "dumb" or environment.get("CLICOLOR") == "0" else None


def _set_color(ctx: click.Context, _: click.Parameter, value: bool | None) -> None:  # noqa: FBT001  # click passes it by position
    if value is not None:
        ctx.color = value


_COLOR: Final = "Whether to print in color.  [default: on a terminal, unless NO_COLOR is set]"
color_option: Final[Decorator] = option(
    "--color/--no-color", _COLOR, default=None, expose_value=False, is_eager=True, callback=_set_color
)


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Return whether `--json` is among the options, even if the command cannot be parsed."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options


def exit_code(error: "errors.LicenseError") -> int:
    """Return the exit code for `error`: that of its branch of the error tree."""
    if isinstance(error, errors.OutputFailed):
        return streams.GONE if error.reason == "gone" else streams.LOST
    return next((_CODES[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in _CODES), NO)


def report(error: "errors.LicenseError", ctx: click.Context) -> click.exceptions.Exit:
    """Print what is wrong, where, and what to do; return the exit of the command."""
    code = exit_code(error)
    for line in () if code == streams.GONE else error_lines(error):
        complain(line, ctx)
    try:
        if ctx.meta.get(JSON_DUE):
            emit_json({"error": error.as_json()})
    except errors.OutputFailed as lost:
        return report(lost, ctx)
    return click.exceptions.Exit(code)


def report_defect(error: Exception, arguments: Sequence[str]) -> int:
    """Print that licensekit itself failed, with a traceback only if asked; return the exit code."""
    if os.environ.get(TRACEBACK):
        import traceback  # noqa: PLC0415  # few ask for it

        traceback.print_exception(error)
    message = harmless(f"unexpected {type(error).__name__}: {error}")
    hint = f"this is a defect: report it, with the traceback that {TRACEBACK}=1 adds"
    complain(f"{message}; {hint}")
    if asks_for_json(arguments):
        with suppress(errors.OutputFailed):
            emit_json({"error": _failure_json("defect", message, hint)})
    return DEFECT


def _failure_json(code: str, message: str, hint: str) -> dict[str, Any]:
    return {"code": code, "message": message, "data": {}, "hint": hint, "where": None}


def complain(line: str, ctx: click.Context | None = None) -> None:
    """Print an error line that starts with the name of the program."""
    program = ctx.find_root().info_name if ctx else None
    click.echo(f"{program or 'licensekit'}: {line}", err=True)


def usage_line(error: click.UsageError) -> str:
    """Return a usage error, and where to find help, as one line."""
    message, hint = _usage(error)
    return f"{message}{'' if message.endswith('?') else ';'} {hint}"


def _usage(error: click.UsageError) -> tuple[str, str]:
    message = harmless(" ".join(error.format_message().split())).rstrip(".")
    return message, f"see `{error.ctx.command_path if error.ctx else 'licensekit'} --help`"


def error_lines(error: "errors.LicenseError") -> list[str]:
    """Return the lines to print for `error`: one for each fault of a file or a change."""
    if isinstance(error, errors.FaultsError):
        lines = [str(fault.at(error.where)) for fault in error.faults]
        lines += [str(error)] if error.sums_up else []
    elif isinstance(error, errors.RefusedError):
        lines = [str(fault if fault.where else fault.at(error.where)) for fault in error.faults]
    else:
        lines = [str(error)]
    return [harmless(line) for line in lines]
