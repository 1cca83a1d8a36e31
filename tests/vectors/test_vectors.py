"""The committed cases are what the makers make, our reader passes them, no rule is left out."""

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from licensekit_testkit.case_files import all_cases
from licensekit_testkit.judging import is_right

from tests.docs.grammar import TYPES
from tests.docs.tables import section, tables, text_of
from tests.vectors.make_vectors import AT_RANDOM, FOLDER, GROUPS, LEVEL, path_of
from tests.vectors.make_vectors import text_of as made_text
from tests.vectors.our_reader.asks import answer

Line = dict[str, Any]
FORMAT = text_of("format.md")
CASES = all_cases()


@pytest.mark.parametrize("group", [group for group in LEVEL if group not in AT_RANDOM])
def test_the_committed_file_is_what_the_maker_makes(group: str) -> None:
    assert path_of(group).read_text("ascii") == made_text(group)


@pytest.mark.parametrize("group", sorted(AT_RANDOM))
def test_what_is_signed_at_random_differs_from_what_is_committed_in_nothing_else(group: str) -> None:
    assert without_signed(made_text(group)) == without_signed(path_of(group).read_text("ascii"))


def without_signed(text: str) -> str:
    """Return a file of cases with the length of each text that is long enough to hold a signature in its place."""
    return re.sub(r'"[^"]{1000,}"', lambda long: str(len(long[0])), text)


def test_there_are_no_other_files() -> None:
    there = {path for path in FOLDER.rglob("*") if path.is_file()}
    assert there == {path_of(group) for group in LEVEL}


def test_a_group_has_one_level() -> None:
    assert len(LEVEL) == sum(len(groups) for groups in GROUPS.values())


@pytest.mark.parametrize("group", LEVEL)
def test_our_reader_answers_as_the_cases_of_a_group_expect(group: str) -> None:
    assert wrong_answers(group, answer) == {}


def wrong_answers(group: str, ask: Callable[[Line], Line]) -> dict[str, Line]:
    """Return what a reader answers to the cases of a group that expect something else, by their ids."""
    cases = [case for case in CASES if case.group == group]
    assert cases
    answers = [(case, ask(case.line())) for case in cases]
    return {case.id: said for case, said in answers if not is_right(said, case)}


def test_the_one_fault_of_every_refused_case_is_its_own() -> None:
    """No two say the same of themselves in a group, and none is another's input again."""
    said = Counter((case.group, case.about) for case in CASES)
    assert [about for about, times in said.items() if times > 1] == []
    ids = Counter(case.id for case in CASES)
    assert [name for name, times in ids.items() if times > 1] == []
    inputs = Counter(json.dumps([case.ask, case.given], sort_keys=True) for case in CASES)
    assert [item[:200] for item, times in inputs.items() if times > 1] == []


def test_every_step_and_rule_of_the_format_has_a_vector() -> None:
    steps = {row[0] for row in tables(section(FORMAT, "Verification"))[0]}
    rules = set(re.findall(r"^\*\*([A-Z]\d)\.", section(FORMAT, "Trust"), re.MULTILINE))
    assert len(steps) == 9
    assert len(rules) == 12
    shown = {case.rule for case in CASES}
    assert {step for step in steps if f"Verification {step}" not in shown} == set()
    assert {rule for rule in rules if not any(re.match(rf"{rule}\b", of) for of in shown)} == set()


def test_every_code_that_a_rule_names_has_a_vector() -> None:
    parts = ("Tokens", "Frames", "Schemes", "Identities", "Payloads", "Fields", "Extensions")
    judged = (*parts, "Verification", "Trust", "Packs")
    text = "".join(section(FORMAT, part) for part in judged)
    named = set(re.findall(r"\(`([a-z-]+)`[),; ]", text))
    for row in tables(section(FORMAT, "Verification"))[0]:
        named |= set(re.findall(r"`([a-z-]+)`", row[2]))
    assert len(named) > 24
    # No case can make a machine lack ML-DSA-65.
    assert named - {"scheme-unavailable"} <= {case.expect.get("code") for case in CASES}


def test_every_type_of_document_is_read_and_refused() -> None:
    files = [case for case in CASES if case.ask == "file"]
    read = {shown["type"] for case in files for shown in case.expect.get("documents", [])}
    assert read == {"catalog", "bundle", "reset", "request", "receipt", "statement"}
    refused = {
        kind
        for case in files
        if "code" in case.expect
        for kind in re.findall(r"lk1-(\w+)\.", case.given["pack"] + case.line().get("file", ""))
    }
    assert set(TYPES) <= refused
