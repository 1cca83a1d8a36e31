"""Mutants run over the cases of the kit, those that show the rule first, until one case fails."""

import json
import re
import signal
from collections.abc import Iterator
from functools import cache
from multiprocessing import get_context
from types import FrameType
from typing import Any, Final, NamedTuple

from licensekit_testkit.case_files import KitCase, all_cases
from licensekit_testkit.judging import is_right

from tests.vectors.mutants.loading import Answer, answer_of
from tests.vectors.mutants.mutant import Mutant

SECONDS: Final = 30
"""A reader that takes longer over a case gives no answer."""


class Result(NamedTuple):
    """What became of a mutant."""

    killed_by: str | None
    """The first case that it fails; None if it passes all."""
    crash: str | None = None
    """The error with which it failed, where it gave no answer."""


class Asked(NamedTuple):
    """A case as it is asked."""

    case: KitCase
    line: dict[str, Any]
    cost: int
    """How long it takes, roughly: dear cases come last."""


def results_of(mutants: list[Mutant], processes: int) -> Iterator[tuple[Mutant, Result]]:
    """Yield each mutant with what became of it, in the order of the table."""
    asked()  # once, before the processes are forked
    with get_context("fork").Pool(processes, _OF_PROCESS.extend, (mutants,)) as pool:
        yield from zip(mutants, pool.imap(_result_at, range(len(mutants))), strict=True)


_OF_PROCESS: Final[list[Mutant]] = []
"""The mutants as a forked process has them: their patches cannot be sent to it."""


def _result_at(place: int) -> Result:
    return result_of(_OF_PROCESS[place])


def result_of(mutant: Mutant | None) -> Result:
    """Return what becomes of a mutant, or of the reader as it is."""
    answer = answer_of(mutant)
    for one in sorted(_asked_of(mutant), key=lambda one: (_distance(one.case, mutant), one.cost)):
        try:
            given = _in_time(answer, one.line)
        except (NameError, SyntaxError):
            raise  # the table is wrong: this is not a mutant of the rule
        except Exception as error:  # noqa: BLE001  # whatever a broken reader raises, it is not an answer
            return Result(one.case.id, f"{type(error).__name__}: {error}")
        if not is_right(given, one.case):
            return Result(one.case.id)
    return Result(None)


@cache
def asked() -> list[Asked]:
    """Return all cases of the kit as they are asked."""
    found: list[Asked] = []
    for case in all_cases():
        line = case.line()
        cost = len(json.dumps(line)) // 50_000 + (1000 if "passphrase" in line else 0)
        found.append(Asked(case, line, cost))
    return found


_OF_DOCUMENTS: Final = {"payload", "write", "sign", "file", "sequence", "evaluate"}
_ASKS_OF: Final = {
    "fields": _OF_DOCUMENTS,
    "rules": _OF_DOCUMENTS,
    "evaluation": {"evaluate"},
    "sequences": {"sequence"},
    "key_files": {"key_file"},
    "chains": {"chain", "ledger_entry", "audit_entry"},
    "files": {"file", "sequence", "evaluate"},
    "trust": {"file", "sequence", "evaluate", "pin", "payload"},
}
"""Modules of the second reader that are of use for some questions alone."""


def _asked_of(mutant: Mutant | None) -> list[Asked]:
    """Return the cases that what is changed has a part in."""
    asks = None if mutant is None else _ASKS_OF.get(mutant.module.partition(".")[0])
    return [one for one in asked() if asks is None or one.case.ask in asks]


def _distance(case: KitCase, mutant: Mutant | None) -> int:
    """Return how far a case is from what a mutant breaks: it is shown by it, its rule, its section, another one."""
    if mutant is None or _shows(case, mutant.shown_by):
        return 0
    if case.rule == mutant.rule:
        return 1
    return 2 if _section(case.rule) == _section(mutant.rule) else 3


def _shows(case: KitCase, shown_by: str) -> bool:
    if not shown_by:
        return False
    return shown_by in {case.rule, *case.flags} or case.id.partition("/")[2].startswith(shown_by)


def _section(rule: str) -> str:
    return re.split(r"[ .]", rule)[0]


def _in_time(answer: Answer, line: dict[str, Any]) -> dict[str, Any]:
    signal.signal(signal.SIGALRM, _too_slow)
    signal.alarm(SECONDS)
    try:
        return answer(line)
    finally:
        signal.alarm(0)


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError
