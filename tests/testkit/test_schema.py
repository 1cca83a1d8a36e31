"""Every file of cases, every line and every answer of the kit is of its JSON Schema."""

import json
from collections import defaultdict
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from licensekit_testkit.case_files import KitCase, all_cases, case_files

FOLDER = files("licensekit_testkit") / "schema"
CASE_FILE: dict[str, Any] = json.loads((FOLDER / "case-file.json").read_text("ascii"))
LINES: dict[str, Any] = json.loads((FOLDER / "lines.json").read_text("ascii"))

GROUPS: defaultdict[str, list[KitCase]] = defaultdict(list)
for _case in all_cases():
    GROUPS[_case.group].append(_case)


def violations(schema: dict[str, Any], value: Any) -> list[str]:
    """Return what is wrong with a value by a schema, shortly."""
    errors: Iterable[Any] = Draft202012Validator(schema).iter_errors(value)  # pyright: ignore[reportUnknownMemberType]  # open in its stub
    return [f"{error.json_path}: {error.message[:300]}" for error in errors]


def faults(name: str, value: Any) -> list[str]:
    """Return what is wrong with a value by a definition of the lines."""
    return violations({"$ref": f"#/$defs/{name}", "$defs": LINES["$defs"]}, value)


@pytest.mark.parametrize("schema", [CASE_FILE, LINES], ids=["case-file", "lines"])
def test_a_schema_is_one(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", case_files(), ids=lambda path: path.name)
def test_a_file_of_cases_is_of_the_schema(path: Any) -> None:
    file = json.loads(path.read_text("ascii"))
    assert violations(CASE_FILE, file) == []
    assert path.name == f"{file['group']}.json"
    assert {case["id"].partition("/")[0] for case in file["cases"]} == {file["group"]}


@pytest.mark.parametrize("group", GROUPS)
def test_the_lines_and_answers_of_a_group_are_of_the_schema(group: str) -> None:
    assert [(case.id, fault) for case in GROUPS[group] for fault in faults_of(case)] == []


def faults_of(case: KitCase) -> list[str]:
    """Return what is wrong with the line and the answers of a case; one that is not whole is judged by its names."""
    found = faults(f"ask-{case.ask}", case.line())
    for answer in case.answers():
        if case.compare is not None and "code" not in answer:
            found += [f"{name} is not compared" for name in answer if name not in case.compare]
        else:
            found += faults(f"answer-{case.ask}", answer)
    return found


@pytest.mark.parametrize(
    "line",
    [
        {"ask": "hello", "more": 1},
        {"ask": "pin"},
        {"ask": "tokens", "file": "a", "file_hex": "00"},
        {"ask": "frame", "type": "license", "frame": "00"},
        {"ask": "payload", "type": "root", "payload": "0G"},
        {"ask": "sequence", "root": "", "pack": "", "steps": [{"do": "restart"}]},
    ],
    ids=json.dumps,
)
def test_another_line_is_not_of_the_schema(line: dict[str, Any]) -> None:
    assert faults("question", line)


def test_every_ask_has_a_line_and_an_answer() -> None:
    asks = {*CASE_FILE["$defs"]["case"]["properties"]["ask"]["enum"], "hello"}
    assert {name.removeprefix("answer-") for name in LINES["$defs"] if name.startswith("answer-")} == asks
    assert faults("question", {"ask": "hello"}) == []
