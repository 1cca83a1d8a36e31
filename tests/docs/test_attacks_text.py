"""Each promise of the threat model has attacks, each attack has tests, and `docs/attacks.md` names them all."""

import ast
import re
from collections import Counter
from typing import Final

from tests.docs.attacks import PAGE, ROOT, THREATS, marked, marks, page, promises, remaining
from tests.docs.tables import DOCS, section, tables

PROMISES: Final = promises()
TESTS: Final = marked()
ATTACKS: Final = [name for promise in PROMISES for name in promise.attacks]
MODEL: Final = (DOCS / THREATS).read_text("utf-8")


def bold(heading: str) -> list[str]:
    """Return what each point below a heading of the threat model begins with."""
    return re.findall(r"^- \*\*(.+?)\*\*", section(MODEL, heading), re.MULTILINE)


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(TESTS), "run `python -m tests.docs.attacks`"


def test_each_attack_has_a_test() -> None:
    assert [name for name in ATTACKS if name not in TESTS] == []


def test_each_mark_is_of_an_attack_that_is_known() -> None:
    assert {name: tests for name, tests in TESTS.items() if name not in ATTACKS} == {}, "write it into the table"


def test_an_attack_has_one_name_and_one_promise() -> None:
    assert [name for name, times in Counter(ATTACKS).items() if times > 1] == []
    assert [name for name in ATTACKS if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


def test_all_that_the_threat_model_says_is_prevented_is_promised() -> None:
    [table] = tables(section(MODEL, "What is prevented?"))
    assert sorted(row for promise in PROMISES for row in promise.rows) == sorted(row[0] for row in table)


def test_all_that_the_threat_model_says_is_reported_is_promised() -> None:
    assert sorted(note for promise in PROMISES for note in promise.notes) == sorted(bold("What is reported?"))


def test_each_promise_says_what_remains() -> None:
    assert all(promise.attacks and promise.remains.endswith(".") for promise in PROMISES)


def test_what_nothing_prevents_is_shown_by_a_test() -> None:
    for one in remaining():
        path, _, name = one.test.partition("::")
        module = ast.parse((ROOT / "tests" / f"{path}.py").read_text("utf-8"))
        assert name in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}, one.test


def test_marks_are_found_wherever_pytest_takes_them() -> None:
    module = ast.parse(
        'pytestmark = [pytest.mark.process, pytest.mark.attack("a")]\n'
        '@pytest.mark.attack("b")\n'
        '@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.attack("c"))])\n'
        "def test_one(x): ...\n"
        'def test_two(): "no mark of its own"\n'
        'def other(): pytest.mark.attack("d")\n'
    )
    assert sorted(marks(module)) == [("test_one", "a"), ("test_one", "b"), ("test_one", "c"), ("test_two", "a")]
