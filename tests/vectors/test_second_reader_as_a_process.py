"""The second reader answers every line, whatever is in it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vectors.second_reader.questions import ASKS, answer
from tests.vectors.test_vectors import CASES


def question_of(line: dict[str, Any]) -> str:
    """Return what a line asks, and about what."""
    return f"{line['ask']} {line.get('question', {}).get('about', '')}"


LINES: Final[dict[str, list[dict[str, Any]]]] = {}
"""What is asked to lines of a few cases that ask it."""
for _case in CASES:
    _of_this = LINES.setdefault(question_of(_case.line()), [])
    if len(_of_this) < 20 and len(str(_case.given)) < 20_000:
        _of_this.append(_case.line())

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["", "user", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


def mutated(data: st.DataObject, value: Any) -> Any:
    """Return a value in which one member, at any depth, is left out or anything else."""
    kind = type(value).__name__
    if kind not in {"dict", "list"} or not value or data.draw(st.integers(0, 3)) == 0:
        return data.draw(ANYTHING)
    names: list[Any] = sorted(value if kind == "dict" else range(len(value)))
    changed = data.draw(st.sampled_from(names))
    members: dict[Any, Any] = {name: value[name] for name in names if name != changed}
    if data.draw(st.booleans()):
        members[changed] = mutated(data, value[changed])
    return members if kind == "dict" else list(members.values())


@pytest.mark.parametrize("question", LINES)
@given(data=st.data())
def test_any_line_has_an_answer(question: str, data: st.DataObject) -> None:
    """The answer, a code, or why the line is not a question: always a JSON object, never an error."""
    line = data.draw(st.sampled_from(LINES[question]))
    json.dumps(answer(json.dumps(mutated(data, line)).encode()))


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"\xff", b"[]", b"1" * 5000, b"[" * 100_000, b'{"ask": "nothing"}', b"{}"]
)
def test_what_is_not_a_question_is_not_supported(line: bytes) -> None:
    assert "unsupported" in answer(line)


@pytest.mark.process
def test_the_process_answers_each_line_with_one() -> None:
    lines = [{"ask": "hello"}, {"ask": "pin", "pin": "lkroot1-"}, {"ask": "tokens"}]
    asked = "".join(json.dumps(line) + "\n" for line in lines)
    command = [sys.executable, "-m", "tests.vectors.second_reader"]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, cwd=root)
    hello, pin, tokens = map(json.loads, done.stdout.splitlines())
    assert ["hello", *hello["asks"]] == list(ASKS)
    assert pin == {"code": "root-pin-invalid"}
    assert "unsupported" in tokens
