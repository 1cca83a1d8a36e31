"""The cases of evaluation leave out no rule and no code of `docs/evaluation.md`, and our process answers them."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest
from licensekit_testkit.case_files import all_cases
from licensekit_testkit.judging import is_right

from tests.docs.tables import section, tables, text_of
from tests.vectors.make_vectors import FOLDER
from tests.vectors.our_reader.evaluation import ANSWERS, NOTICES

TEXT = text_of("evaluation.md")
CASES = [case for case in all_cases() if case.ask == "evaluate"]
ENOUGH = 3
"""Cases that each rule and each code has at least."""
RULED = {"Bundles that govern": "", "Why not": "", "Assignments": "Assignments "}
"""Section to the prefix of its rules in cases; `S1` is a rule of the format as well."""
NUMBERED = {"Access": 3, "Codes": 4, "Settings": 4, "Coverage": 4}
"""Section to how many rules it has in a numbered list."""
ANSWERED_ELSEWHERE = {"not-licensed", "not-held", "login-off", "kind", "event", "no-login", "not-in-catalog"}
"""Codes of "Why not" that `why` cannot answer: they are about logins, or licenses that no catalog has any more."""


def rules() -> Iterator[str]:
    """Yield every rule of the text, as cases name it."""
    for heading, before in RULED.items():
        for table in tables(section(TEXT, heading)):
            yield from (before + row[0] for row in table if re.fullmatch(r"[A-Z]\d+", row[0]))
    for heading, count in NUMBERED.items():
        assert len(re.findall(r"^\d\. ", section(TEXT, heading), re.MULTILINE)) == count, heading
        yield from (f"{heading} {number}" for number in range(1, count + 1))


@pytest.mark.parametrize("rule", list(rules()))
def test_every_rule_has_cases(rule: str) -> None:
    assert len([case for case in CASES if case.rule == rule]) >= ENOUGH


def words(answer: object, *members: str) -> set[str]:
    """Return the words that an answer has under these members, at any depth."""
    found = re.findall(r'"([a-z_]+)": "([^"]*)"', json.dumps(answer))
    return {word for name, word in found if name in members}


def of(about: str, *members: str) -> Counter[str]:
    """Return each word that answers to such questions have under these members, with the number of cases."""
    answers = (case.expect for case in CASES if case.given["question"]["about"] == about)
    return Counter(word for answer in answers for word in words(answer, *members))


def listed(heading: str, column: int = 0, table: int = 0) -> set[str]:
    """Return what a column of a table quotes."""
    return {word for row in tables(section(TEXT, heading))[table] for word in re.findall(r"`([a-z-]+)`", row[column])}


CODES = {
    "why not": (of("why", "code", "reason"), listed("Why not") | listed("Why not", 2) | listed("Why not", 2, 1)),
    "login": (of("login", "code"), listed("Login")),
    "assignments": (of("assign", "code"), set(re.findall(r"`([a-z]+-[a-z-]+)`", section(TEXT, "Assignments")))),
    "notices": (of("notices", "code"), set(NOTICES)),
    "states": (of("parts", "state"), listed("States")),
    "the base part": (of("base", "status"), listed("States")),
    "mistakes": (of("access", "code"), {"unknown-code", "wrong-kind"}),
}


@pytest.mark.parametrize("about", CODES)
def test_every_code_has_cases(about: str) -> None:
    found, codes = CODES[about]
    codes = codes - ANSWERED_ELSEWHERE if about == "why not" else codes
    assert len(codes) > 1
    assert {code: found[code] for code in codes if found[code] < ENOUGH} == {}


def test_every_question_is_asked() -> None:
    asked = Counter(case.given["question"]["about"] for case in CASES)
    assert set(asked) == set(ANSWERS)
    assert min(asked.values()) >= 10


def test_every_code_of_a_notice_is_one_of_the_text() -> None:
    assert set(NOTICES) < listed("Notices")


def test_every_must_of_an_evaluator_is_shown() -> None:
    musts = json.loads((FOLDER.parent / "musts.json").read_text("ascii"))
    of_evaluators = {must["id"] for must in musts if must["text"] == "docs/evaluation.md"}
    assert len(of_evaluators) > 8
    assert of_evaluators - {must for case in CASES for must in case.musts} == set()


@pytest.mark.process
def test_our_process_answers_every_case() -> None:
    asked = "".join(json.dumps(case.line()) + "\n" for case in CASES)
    command = [sys.executable, "-m", "tests.vectors.our_reader"]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = [case.id for case, answer in zip(CASES, answers, strict=True) if not is_right(answer, case)]
    assert wrong == []
