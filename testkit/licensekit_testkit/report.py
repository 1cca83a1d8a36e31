"""Reports of a run: a table by level and group with the first failures, or JSON."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from licensekit_testkit.case_files import KitCase
from licensekit_testkit.judging import first_difference
from licensekit_testkit.running import Outcome, Result

SHOWN_FAILURES: Final = 20
SHOWN_CHARACTERS: Final = 300  # of an answer


def as_text(reader: str, results: Sequence[Result], ending: str) -> str:
    """Return the report of a run for people; `ending` is what was wrong with the end of the process."""
    parts = [reader, table(results), left_out(results), failures(results), ending]
    return "\n\n".join(part for part in parts if part)


def table(results: Sequence[Result]) -> str:
    """Return a table of outcomes by level, and by group if a case of it was asked."""
    counts = Counter((result.case.level, result.case.group, result.outcome) for result in results)
    asked = [result for result in results if result.outcome is not Outcome.LEFT_OUT]
    groups = list(dict.fromkeys((result.case.level, result.case.group) for result in asked))
    rows = [("level", "group", *(outcome.value for outcome in Outcome))]
    for level in dict.fromkeys(result.case.level for result in results):
        names = [name for of, name in groups if of == level]
        rows += [(level, name, *(str(counts[level, name, outcome]) for outcome in Outcome)) for name in names]
        rows.append((level, "all", *_sums(result for result in results if result.case.level == level)))
    rows.append(("all", "", *_sums(results)))
    return _aligned(rows)


def failures(results: Sequence[Result]) -> str:
    """Return the first failed cases, each with what it shows and the expected and actual answers."""
    failed = [result for result in results if result.outcome is Outcome.FAILED]
    shown = [_failure(result) for result in failed[:SHOWN_FAILURES]]
    if len(failed) > SHOWN_FAILURES:
        shown.append(f"and {len(failed) - SHOWN_FAILURES} more: --json shows all")
    return "\n\n".join(shown)


def left_out(results: Sequence[Result]) -> str:
    """Return the reasons why cases were left out, with the number of cases."""
    reasons = Counter(result.reason for result in results if result.outcome is Outcome.LEFT_OUT)
    return "\n".join(f"left out {times}: {reason}" for reason, times in reasons.most_common(SHOWN_FAILURES))


def as_json(reader: str, results: Sequence[Result], ending: str) -> str:
    """Return the report of a run as one JSON object."""
    outcomes = {outcome.value.replace(" ", "_"): outcome for outcome in Outcome}
    said = {
        "reader": reader,
        "ending": ending,
        **{name: sum(result.outcome is outcome for result in results) for name, outcome in outcomes.items()},
        "results": [_result(result) for result in results],
    }
    return json.dumps(said, indent=1)


def case_as_json(case: KitCase) -> str:
    """Return a case as it is in the kit, with the members of its ground."""
    return json.dumps({name: value for name, value in vars(case).items() if value is not None}, indent=1)


def _sums(results: Iterable[Result]) -> list[str]:
    counts = Counter(result.outcome for result in results)
    return [str(counts[outcome]) for outcome in Outcome]


def _aligned(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column <= 1 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _failure(result: Result) -> str:
    case = result.case
    got = result.reason if result.answer is None else _cut(result.answer)
    difference = "" if result.answer is None else first_difference(result.answer, case)
    return "\n".join(
        [
            f"{case.id}: {case.about}",
            f"    rule      {case.rule}",
            f"    expected  {_cut(case.expect)}",
            f"    got       {got}",
            *([f"    differs   {difference}"] if difference else []),
        ]
    )


def _result(result: Result) -> dict[str, Any]:
    said: dict[str, Any] = {"id": result.case.id, "outcome": result.outcome.value}
    if result.reason:
        said["reason"] = result.reason
    if result.answer is not None:
        said |= {"expected": result.case.expect, "got": result.answer}
    return said


def _cut(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}… ({len(text)} characters)"
