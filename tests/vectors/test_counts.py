"""What the cases show of the texts, counted: codes, bounds, sentences with MUST, and how many cases there are."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from typing import Any, Final, cast

import pytest
from licensekit_testkit.case_files import KitCase, all_cases

from tests.docs.tables import DOCS, section, tables, text_of
from tests.vectors.sides_of_bounds import OF_OTHERS, SIDES

CASES: Final = all_cases()
BY_ID: Final = {case.id: case for case in CASES}
FORMAT: Final = text_of("format.md")
EVALUATION: Final = text_of("evaluation.md")
MUSTS: Final[list[dict[str, str]]] = json.loads((files("licensekit_testkit") / "musts.json").read_text("ascii"))

CODES_HAVE: Final = 3
OF_INSTALLATIONS: Final = frozenset(
    "unusable-document not-activated license-not-taken database-away clock-behind damaged-journal restored-backup "  # noqa: SIM905  # shorter
    "read-only unreadable-mark time-not-kept clock-accepted clock-ahead seats-taken kept-in-memory "
    "bundle-refused not-entitled no-login not-in-catalog idle-users unusable-licenses rolled-back failed-over".split()
)
"""What the text names of what an installation keeps or does: no question of the kit is about it."""
NO_CODES: Final = frozenset({"no-travel"})
"""Kinds of events in parentheses."""


def test_there_are_as_many_cases_as_were_promised() -> None:
    assert len(CASES) >= 1200


def values_named(said: Any, names: frozenset[str]) -> Iterator[Any]:
    """Yield the value of every member with one of the names, at any depth."""
    if isinstance(said, list):
        for item in cast("Sequence[Any]", said):
            yield from values_named(item, names)
    if isinstance(said, dict):
        for name, value in cast("dict[str, Any]", said).items():
            if name in names:
                yield value
            yield from values_named(value, names)


def shown_codes(case: KitCase) -> set[str]:
    """Return the codes in the answers of a case."""
    return {value for value in values_named(case.answers(), frozenset({"code", "reason"})) if isinstance(value, str)}


def codes_of_format() -> set[str]:
    """Return every code that the format names for readers."""
    codes = {row[0].strip("`") for row in tables(section(FORMAT, "Conventions"))[0]}
    for row in tables(section(FORMAT, "Verification"))[0]:
        codes |= set(re.findall(r"`([a-z-]+)`", row[2]))
    for part in ("Verification", "Trust", "Packs"):
        codes |= set(re.findall(r"\((?:[^()`]*; )?`([a-z-]+)`[),; ]", section(FORMAT, part)))
    return codes


def codes_of_evaluation() -> set[str]:
    """Return every code and reason that the text of evaluation names."""
    codes = set(re.findall(r"\(`([a-z]+-[a-z-]+)`[),; ]", EVALUATION))
    for heading, columns in {"Why not": (0, 2), "Login": (0,), "Notices": (0,), "Assignments": (2,)}.items():
        for row in tables(section(EVALUATION, heading))[0]:
            codes |= set(re.findall(r"`([a-z-]+)`", " ".join(row[column] for column in columns if column < len(row))))
    return codes - OF_INSTALLATIONS - NO_CODES


CODES: Final = sorted(codes_of_format() | codes_of_evaluation())


def test_the_codes_are_found_in_both_texts() -> None:
    assert {"armor-invalid", "root-gap", "wrong-product", "passphrase-wrong", "rollback"} <= codes_of_format()
    assert {"wrong-kind", "beyond-sold", "setting-unfit", "issuer-absent"} <= codes_of_evaluation()
    assert len(CODES) > 60


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_cases(code: str) -> None:
    assert sum(code in shown_codes(case) for case in CASES) >= CODES_HAVE


BOUNDS: Final = {row[0].strip("`") for table in tables(section(FORMAT, "Bounds")) for row in table}


def test_every_bound_is_in_the_table_of_sides() -> None:
    assert set(SIDES) == BOUNDS - OF_OTHERS


@pytest.mark.parametrize("bound", SIDES)
def test_a_bound_has_a_case_on_each_side(bound: str) -> None:
    within, beyond, why = SIDES[bound]
    assert "code" not in BY_ID[within].expect
    assert "bound" in BY_ID[within].flags
    if beyond is None:
        assert why
    else:
        assert "code" in BY_ID[beyond].expect
        assert "bound" in BY_ID[beyond].flags


def flat(text: str) -> str:
    """Return a text with its white space collapsed, as quotes are."""
    return " ".join(text.split())


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, those in lists and tables included."""
    blocks = re.split(r"\n\n|\n(?=\d+\. |- |\||#)", text)
    return [one for block in blocks for one in re.split(r"(?<=[.:;])\s+(?=[A-Z`*])", flat(block))]


TO_OTHERS: Final = (
    "The key words MUST, MUST NOT, REQUIRED",
    "The words MUST, MUST NOT, SHOULD and MAY are those",
    "and a writer MUST NOT sign more",
    "the application MUST NOT pass it for more",
)
"""Sentences that define the words, or address a writer or an application."""


@pytest.mark.parametrize("name", ["format.md", "evaluation.md"])
def test_every_must_for_readers_and_evaluators_is_in_the_table(name: str) -> None:
    text = text_of(name)
    if name == "format.md":
        text = text.replace(section(text, "Requirements for writers"), "")
    quotes = [must["quote"] for must in MUSTS if must["text"] == f"docs/{name}"]
    found = [one for one in sentences(text) if re.search(r"\bMUST\b", one) and not any(to in one for to in TO_OTHERS)]
    assert found
    assert [one for one in found if not any(quote in one for quote in quotes)] == []
    assert [quote for quote in quotes if not any(quote in one for one in found)] == []


def test_quotes_are_of_the_section_that_is_named() -> None:
    assert len({must["id"] for must in MUSTS}) == len(MUSTS)
    for must in MUSTS:
        text = (DOCS.parent / must["text"]).read_text("utf-8")
        assert must["quote"] in flat(section(text, must["section"])), must["id"]


NO: Final[dict[str, Callable[[Any], bool]]] = {
    "code": lambda value: value is not None,
    "broken_at": bool,
    "verifies": lambda value: value is False,
    "access": lambda value: value == "none",
    "allowed": lambda value: value is False,
    "reason": lambda value: value is not None,
    **dict.fromkeys(("coverage", "notices", "losses", "events", "parts"), lambda value: value == []),
}
"""Member of an answer to whether its value says no."""


def is_no(answer: Any) -> bool:
    """Return whether an answer, or a step of it, says no."""
    return any(says_no(value) for name, says_no in NO.items() for value in values_named(answer, frozenset({name})))


def is_yes(answer: Any) -> bool:
    """Return whether an answer, or a step of it, says yes."""
    return any(not is_no(step) for step in answer.get("steps", [answer]))


SHOWN: Final = defaultdict[str, Counter[str]](Counter)
"""Id of a MUST to how many of the cases that cite it are accepted, and refused."""
for _case in CASES:
    for _must in _case.musts:
        SHOWN[_must]["accepted"] += any(map(is_yes, _case.answers()))
        SHOWN[_must]["refused"] += any(map(is_no, _case.answers()))


@pytest.mark.parametrize("must", MUSTS, ids=lambda must: must["id"])
def test_a_must_is_shown_from_both_sides(must: dict[str, str]) -> None:
    if "not_shown" not in must:
        assert SHOWN[must["id"]]["accepted"] > 0
        assert SHOWN[must["id"]]["refused"] > 0


def test_only_musts_of_the_table_are_cited() -> None:
    assert set(SHOWN) <= {must["id"] for must in MUSTS}
