"""Asking a reader every case, and judging its answers."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from licensekit_testkit.case_files import KitCase
from licensekit_testkit.judging import is_right
from licensekit_testkit.process import NoAnswerError, ReaderProcess

SILENT_IN_A_ROW: Final = 10  # cases without an answer, after which the others fail without being asked
HYBRID_LEVEL: Final = "L4"
HYBRID_SCHEME: Final = 2


class Outcome(Enum):
    """The outcome of a case."""

    PASSED = "passed"
    FAILED = "failed"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Result:
    """The outcome of a case, and the answer if it failed."""

    case: KitCase
    outcome: Outcome
    answer: Mapping[str, Any] | None = None  # if it was wrong
    reason: str = ""  # why there is no answer, or why the case was left out


@dataclass(frozen=True)
class Hello:
    """What a reader says about itself."""

    reader: str
    asks: frozenset[str]
    schemes: frozenset[int]


class NotAReaderError(Exception):
    """The command does not answer `hello` as a reader must; the text says what it did."""


def greet(process: ReaderProcess) -> Hello:
    """Ask what the reader can be asked; raise `NotAReaderError` for an invalid answer."""
    try:
        said = process.ask({"ask": "hello"})
    except NoAnswerError as error:
        raise NotAReaderError(f"hello: {error}") from error
    match said:
        case {"reader": str(name), "asks": [*asks], "schemes": [*schemes]} if _are(str, asks) and _are(int, schemes):
            return Hello(name, frozenset(asks), frozenset(schemes))
        case _:
            wanted = '{"reader": text, "asks": [texts], "schemes": [numbers]}'
            raise NotAReaderError(f"hello: answered {json.dumps(said)}, where {wanted} is expected")


def _are(kind: type, values: Iterable[object]) -> bool:
    """Return whether all values are of exactly this type: a boolean is not a number."""
    return all(type(value) is kind for value in values)


def results(process: ReaderProcess, hello: Hello, cases: Iterable[KitCase]) -> Iterator[Result]:
    """Yield the result of each case, in order."""
    silent = 0
    for case in cases:
        reason = _left_out(case, hello)
        if reason:
            yield Result(case, Outcome.LEFT_OUT, reason=reason)
        elif silent == SILENT_IN_A_ROW:
            yield Result(case, Outcome.FAILED, reason=f"not asked: {silent} cases in a row had no answer")
        else:
            result = _asked(process, case)
            silent = silent + 1 if result.outcome is Outcome.FAILED and result.answer is None else 0
            yield result


def _left_out(case: KitCase, hello: Hello) -> str:
    if case.ask not in hello.asks:
        return f"{case.ask!r} is not among the reader's asks"
    if case.level == HYBRID_LEVEL and HYBRID_SCHEME not in hello.schemes:
        return "2 is not among the reader's schemes"
    return ""


def _asked(process: ReaderProcess, case: KitCase) -> Result:
    try:
        answer = process.ask(case.line())
    except NoAnswerError as error:
        return Result(case, Outcome.FAILED, reason=str(error))
    if "unsupported" in answer:
        return Result(case, Outcome.LEFT_OUT, reason=f"the reader says: {answer['unsupported']}")
    if is_right(answer, case):
        return Result(case, Outcome.PASSED)
    return Result(case, Outcome.FAILED, answer)
