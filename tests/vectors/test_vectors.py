"""The committed vectors are what the makers make, our reader passes them, no rule is left out."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from tests.docs.grammar import TYPES
from tests.docs.tables import section, tables, text_of
from tests.vectors import conformance
from tests.vectors.make_vectors import AT_RANDOM, FOLDER, GROUPS
from tests.vectors.make_vectors import text_of as made_text

README = (FOLDER.parent / "README.md").read_text("utf-8")
FORMAT = text_of("format.md")


def committed(group: str) -> dict[str, Any]:
    """Return a file of vectors."""
    whole: dict[str, Any] = json.loads((FOLDER / f"{group}.json").read_text("ascii"))
    return whole


FILES = {group: committed(group) for group in GROUPS}
ALL = [
    pytest.param(group, vector, id=f"{group}-{vector['name']}")
    for group, file in FILES.items()
    for vector in file["vectors"]
]
EVERY: list[dict[str, Any]] = [vector for file in FILES.values() for vector in file["vectors"]]


@pytest.mark.parametrize("group", [group for group in GROUPS if group != AT_RANDOM])
def test_the_committed_file_is_what_the_maker_makes(group: str) -> None:
    assert (FOLDER / f"{group}.json").read_text("ascii") == made_text(group)


def test_what_is_signed_at_random_differs_from_what_is_committed_in_nothing_else() -> None:
    made = json.loads(made_text(AT_RANDOM))
    assert [without_signatures(vector) for vector in made["vectors"]] == [
        without_signatures(vector) for vector in FILES[AT_RANDOM]["vectors"]
    ]


def without_signatures(vector: dict[str, Any]) -> dict[str, Any]:
    """Return a vector with the length of its file in place of the file."""
    return vector | {"file": len(vector["file"])}


def test_there_are_no_other_files() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{group}.json" for group in GROUPS}


@pytest.mark.parametrize(("group", "vector"), ALL)
def test_our_reader_makes_of_it_what_the_vector_says(group: str, vector: dict[str, Any]) -> None:
    ground = FILES[group]["grounds"][vector["ground"]]
    assert conformance.run(vector, ground) == vector["expect"]


def test_the_one_fault_of_every_refused_vector_is_its_own() -> None:
    """No two say the same of themselves in a file, and none is another's input once more."""
    inputs: Counter[str] = Counter()
    for group, file in FILES.items():
        faults = Counter(vector["about"] for vector in file["vectors"] if "code" in vector["expect"])
        assert [fault for fault, times in faults.items() if times > 1] == [], group
        names = [vector["name"] for vector in file["vectors"]]
        assert len(names) == len(set(names)), group
        for vector in file["vectors"]:
            said = {"name": "", "about": "", "rule": "", "expect": ""}
            ground = file["grounds"][vector["ground"]]
            inputs[json.dumps(vector | said | {"ground": ground}, sort_keys=True)] += 1
    assert [item for item, times in inputs.items() if times > 1] == []


def test_every_step_and_rule_of_the_format_has_a_vector() -> None:
    steps = {row[0] for row in tables(section(FORMAT, "Verification"))[0]}
    rules = set(re.findall(r"^\*\*([A-Z]\d)\.", section(FORMAT, "Trust"), re.MULTILINE))
    assert len(steps) == 9
    assert len(rules) == 12
    assert {vector["rule"] for vector in EVERY} == steps | rules | {"Verification", "Packs"}


def test_every_code_that_a_rule_names_has_a_vector() -> None:
    parts = ("Tokens", "Frames", "Schemes", "Identities", "Payloads", "Fields", "Extensions")
    judged = (*parts, "Verification", "Trust", "Packs")
    text = "".join(section(FORMAT, part) for part in judged)
    named = set(re.findall(r"\(`([a-z-]+)`[),; ]", text))
    for row in tables(section(FORMAT, "Verification"))[0]:
        named |= set(re.findall(r"`([a-z-]+)`", row[2]))
    assert len(named) > 24
    assert named <= {vector["expect"].get("code") for vector in EVERY}


def test_every_type_of_document_is_read_and_refused() -> None:
    read = {shown["type"] for vector in EVERY for shown in vector["expect"].get("documents", [])}
    assert read == {"catalog", "bundle", "reset", "request", "receipt", "statement"}
    refused = {
        kind
        for vector in EVERY
        if "code" in vector["expect"] and "file" in vector
        for kind in re.findall(r"lk1-(\w+)\.", vector["file"])
    }
    grounds = (ground for file in FILES.values() for ground in file["grounds"])
    refused |= {kind for ground in grounds for kind in re.findall(r"lk1-(\w+)\.", ground["pack"])}
    assert set(TYPES) <= refused


def test_the_readme_names_every_member_of_a_vector() -> None:
    members = {member for vector in EVERY for member in vector}
    members |= {member for vector in EVERY for member in vector["expect"]}
    members |= {member for file in FILES.values() for member in file}
    assert {member for member in members if f"`{member}`" not in README} <= {"code"}
    assert '{"code"' in README
