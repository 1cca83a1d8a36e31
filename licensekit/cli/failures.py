"""How a command that fails says so: a line on standard error, with `--json` one object, and its exit code.

The object goes to standard output, where a script reads the answer; the line and the exit code are the same with it
and without.
"""

import os
import traceback
from collections.abc import Sequence
from typing import Any, Final

import click

from licensekit import errors
from licensekit.cli.output import JSON_DUE, emit_json, harmless

NO: Final = 1
"""The command worked and the answer is no."""
USAGE: Final = 2
DEFECT: Final = 70
"""Licensekit itself failed; the number is that of EX_SOFTWARE in sysexits.h."""
INTERRUPTED: Final = 130

_CODES: Final[tuple[tuple[type[errors.LicenseError], int], ...]] = (
    (errors.NotEntitled, NO),
    (errors.QuestionError, USAGE),
    (errors.FormatError, 3),
    (errors.TrustError, 4),
    (errors.FaultsError, 5),
    (errors.RefusedError, 6),
    (errors.ProposalError, 6),
    (errors.WorkspaceError, 6),
    (errors.KeyFault, 7),
    (errors.StateError, 8),
)

TRACEBACK: Final = "LICENSEKIT_TRACEBACK"
"""An environment variable: if it is not empty, a defect is shown with its traceback."""


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Return whether `--json` is among the options; also of a command that was not understood."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options


def exit_code(error: errors.LicenseError) -> int:
    """Return the exit code for `error`: that of its branch of the error tree."""
    return next((code for branch, code in _CODES if isinstance(error, branch)), NO)


def report(error: errors.LicenseError, ctx: click.Context) -> click.exceptions.Exit:
    """Print what was wrong, where and what to do; return how the command exits."""
    for line in error_lines(error):
        complain(line, ctx)
    _print_json(error.as_json(), ctx)
    return click.exceptions.Exit(exit_code(error))


def report_usage(error: click.UsageError, ctx: click.Context) -> click.exceptions.Exit:
    """Print what was not understood, and where help is; return how the command exits."""
    message, hint = _usage(error)
    complain(usage_line(error), ctx)
    _print_json(_failure_json("usage", message, hint), ctx)
    return click.exceptions.Exit(USAGE)


def report_defect(error: Exception, arguments: Sequence[str]) -> int:
    """Print that licensekit itself failed, without a traceback unless asked; return the code."""
    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)
    message = harmless(f"unexpected {type(error).__name__}: {error}")
    hint = f"this is a defect: report it with what {TRACEBACK}=1 prints besides"
    complain(f"{message}; {hint}")
    if asks_for_json(arguments):
        emit_json({"error": _failure_json("defect", message, hint)})
    return DEFECT


def _failure_json(code: str, message: str, hint: str) -> dict[str, Any]:
    return {"code": code, "message": message, "data": {}, "hint": hint, "where": None}


def _print_json(shown: dict[str, Any], ctx: click.Context) -> None:
    if ctx.meta.get(JSON_DUE):
        emit_json({"error": shown})


def complain(line: str, ctx: click.Context | None = None) -> None:
    """Print a line about a failure, with the name of the program before it."""
    program = ctx.find_root().info_name if ctx else None
    click.echo(f"{program or 'licensekit'}: {line}", err=True)


def usage_line(error: click.UsageError) -> str:
    """Return in one line what was not understood, and where help is."""
    message, hint = _usage(error)
    return f"{message}{'' if message.endswith('?') else ';'} {hint}"


def _usage(error: click.UsageError) -> tuple[str, str]:
    message = harmless(" ".join(error.format_message().split())).rstrip(".")
    return message, f"see `{error.ctx.command_path if error.ctx else 'licensekit'} --help`"


def error_lines(error: errors.LicenseError) -> list[str]:
    """Return what there is to say of `error`: a line for each fault of a file or a change."""
    if isinstance(error, errors.FaultsError):
        lines = [str(fault.at(error.where)) for fault in error.faults]
        lines += [str(error)] if error.sums_up else []
    elif isinstance(error, errors.RefusedError):
        lines = [str(fault if fault.where else fault.at(error.where)) for fault in error.faults]
    else:
        lines = [str(error)]
    return [harmless(line) for line in lines]
