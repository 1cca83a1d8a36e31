"""`licensekit-testkit list|show|run`."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from fnmatch import fnmatchcase

from licensekit_testkit import report
from licensekit_testkit.case_files import LEVELS, KitCase, all_cases
from licensekit_testkit.process import NoAnswerError, ReaderProcess
from licensekit_testkit.running import NotAReaderError, Outcome, greet, results

FAILED = 1
USAGE = 2


class UsageError(Exception):
    """The command makes no sense: the text says why."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; end with 0, with 1 if a case failed, or with 2 if the command makes no sense."""
    asked = _parser().parse_args(arguments)
    try:
        sys.exit(asked.run(asked))
    except BrokenPipeError:  # what reads our output has read enough, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except UsageError as error:
        print(f"licensekit-testkit: {error}", file=sys.stderr)
        sys.exit(USAGE)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="licensekit-testkit", description="Ask a reader of the license format lk1 every case.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="list the cases, each with what it shows")
    _add_selection(listing)
    listing.set_defaults(run=_list)
    showing = commands.add_parser("show", help="show one case: what is given and what is expected")
    showing.add_argument("id", metavar="ID", help="the id of a case, as in `list`")
    showing.set_defaults(run=_show)
    running = commands.add_parser(
        "run", help="ask a reader every case", usage="licensekit-testkit run [OPTIONS] -- COMMAND [ARGUMENT ...]"
    )
    _add_selection(running)
    running.add_argument("--seconds", type=float, default=10.0, help="time limit for each answer (default: 10)")
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
        help="only cases whose id is like GROUP/NAME*, or all of GROUP; may be repeated",
    )


def _selected(asked: Namespace) -> list[KitCase]:
    patterns = [one if "/" in one else f"{one}/*" for one in asked.only or ["*/*"]]
    selected = [
        case
        for case in all_cases()
        if case.level in (asked.level or LEVELS) and any(fnmatchcase(case.id, pattern) for pattern in patterns)
    ]
    if not selected:
        raise UsageError("no case is like that; `licensekit-testkit list` shows all")
    return selected


def _list(asked: Namespace) -> int:
    for case in _selected(asked):
        print(f"{case.level}  {case.id}: {case.about}")
    return 0


def _show(asked: Namespace) -> int:
    found = [case for case in all_cases() if case.id == asked.id]
    if not found:
        raise UsageError(f"there is no case {asked.id!r}; `licensekit-testkit list` shows all")
    print(report.case_as_json(found[0]))
    return 0


def _run(asked: Namespace) -> int:
    cases = _selected(asked)
    process = ReaderProcess(asked.command, asked.seconds)
    try:
        hello = greet(process)
        done = list(results(process, hello, cases))
        ending = _ending(process)
    except (OSError, NotAReaderError) as error:
        raise UsageError(str(error)) from error
    finally:
        process.stop()
    if asked.json:
        print(report.as_json(hello.reader, done, ending))
    else:
        print(report.as_text(hello.reader, done, ending))
    return FAILED if ending or any(result.outcome is Outcome.FAILED for result in done) else 0


def _ending(process: ReaderProcess) -> str:
    """Let the process end, and return what is wrong with how it does; nothing if it ends with 0."""
    try:
        process.finish()
    except NoAnswerError as error:
        return f"the process {error}"
    return ""
