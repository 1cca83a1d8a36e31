"""`licensekit-testkit list|show|run`."""

import json
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from fnmatch import fnmatchcase

from licensekit_testkit import report
from licensekit_testkit.case_files import LEVELS, KitCase, all_cases
from licensekit_testkit.process import NoAnswerError, ReaderProcess
from licensekit_testkit.running import Hello, NotAReaderError, Outcome, greet, results

FAILED = 1
USAGE = 2
RUN_USAGE = "licensekit-testkit run [OPTIONS] -- COMMAND [ARGUMENT ...]"
MOST_SECONDS = 86_400


class UsageError(Exception):
    """The command line is invalid; the text says why."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; exit with 0, with 1 if a case failed, or with 2 if the command line is invalid."""
    parser = _parser()
    asked, unknown = parser.parse_known_args(arguments)
    if unknown:
        hint = f"; write `--` before the command of the reader: {RUN_USAGE}" if asked.run is _run else ""
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    try:
        status, text = asked.run(asked)
    except UsageError as error:
        print(f"licensekit-testkit: {error}", file=sys.stderr)
        sys.exit(USAGE)
    try:
        print(text, flush=True)
    except BrokenPipeError:  # the reader of our output, such as `head`, has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="licensekit-testkit", description="Ask a reader of the license format lk1 every case.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="list the cases, each with what it shows")
    _add_selection(listing)
    listing.set_defaults(run=_list)
    showing = commands.add_parser("show", help="show one case: what is given and what is expected")
    showing.add_argument("id", metavar="ID", help="the id of a case, as in `list`")
    showing.add_argument("--line", action="store_true", help="print the line that the reader is sent, and nothing else")
    showing.set_defaults(run=_show)
    running = commands.add_parser("run", help="ask a reader every case", usage=RUN_USAGE)
    _add_selection(running)
    running.add_argument("--seconds", type=_seconds, default=10.0, help="time limit for each answer (default: 10)")
    running.add_argument("--json", action="store_true", help="print every result as one JSON object")
    running.add_argument("command", nargs="+", metavar="COMMAND", help="the command that starts the reader")
    running.set_defaults(run=_run)
    return parser


def _add_selection(parser: ArgumentParser) -> None:
    parser.add_argument("--level", action="append", choices=LEVELS, help="only cases of this level; may be repeated")
    parser.add_argument(
        "--only",
        action="append",
        metavar="PATTERN",
        help="only cases whose id matches PATTERN, such as 'pins/pin-*', or all cases of a group; may be repeated",
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MOST_SECONDS:
        raise ArgumentTypeError(f"{text!r} is not a number of seconds above 0 and up to {MOST_SECONDS}")
    return seconds


def _selected(asked: Namespace) -> list[KitCase]:
    """Return the selected cases; raise `UsageError` for a pattern that matches none, even if others do."""
    cases = [case for case in all_cases() if case.level in (asked.level or LEVELS)]
    if not asked.only:
        return cases
    patterns = {given: given if "/" in given else f"{given}/*" for given in asked.only}
    for given, pattern in patterns.items():
        if not any(fnmatchcase(case.id, pattern) for case in cases):
            of_levels = f" of {' or '.join(asked.level)}" if asked.level else ""
            raise UsageError(f"no case{of_levels} matches --only {given!r}; `licensekit-testkit list` shows all cases")
    return [case for case in cases if any(fnmatchcase(case.id, pattern) for pattern in patterns.values())]


def _list(asked: Namespace) -> tuple[int, str]:
    return 0, "\n".join(f"{case.level}  {case.id}: {case.about}" for case in _selected(asked))


def _show(asked: Namespace) -> tuple[int, str]:
    found = [case for case in all_cases() if case.id == asked.id]
    if not found:
        raise UsageError(f"there is no case {asked.id!r}; `licensekit-testkit list` shows all")
    return 0, json.dumps(found[0].line()) if asked.line else report.case_as_json(found[0])


def _run(asked: Namespace) -> tuple[int, str]:
    cases = _selected(asked)
    process = ReaderProcess(asked.command, asked.seconds)
    try:
        hello = greet(process)
        _warn_of_unknown_asks(hello)
        done = list(results(process, hello, cases))
        ending = _ending(process)
    except OSError as error:
        raise UsageError(_not_started(asked.command[0], error)) from error
    except NotAReaderError as error:
        raise UsageError(str(error)) from error
    finally:
        process.stop()
    text = (report.as_json if asked.json else report.as_text)(hello.reader, done, ending)
    return FAILED if ending or any(result.outcome is Outcome.FAILED for result in done) else 0, text


def _warn_of_unknown_asks(hello: Hello) -> None:
    """Warn of asks that are in no case: if one is misspelled, its cases are left out."""
    known = sorted({case.ask for case in all_cases()})
    for ask in sorted(hello.asks.difference(known)):
        message = f"hello: {ask!r} is not a question of the kit; these are: {', '.join(known)}"
        print(f"licensekit-testkit: {message}", file=sys.stderr)


def _not_started(program: str, error: OSError) -> str:
    hint = "; pass the program and each argument separately, not in one pair of quotes" if " " in program else ""
    return f"{program!r} cannot be started: {error.strerror}{hint}"


def _ending(process: ReaderProcess) -> str:
    """Let the process end, and return what is wrong with its end; empty if it ends with 0."""
    try:
        process.finish()
    except NoAnswerError as error:
        return f"the process {error}"
    return ""
