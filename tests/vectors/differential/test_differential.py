"""Generated questions are the same every time, a split is made small, and the readers do not part."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.vectors.differential import asking
from tests.vectors.differential.__main__ import MIX, outcome, question
from tests.vectors.differential.shrinking import shrunk

Line = dict[str, Any]


def test_a_question_depends_on_its_seed_and_number_alone() -> None:
    first = [question(7, number) for number in range(40)]
    assert [question(7, number) for number in reversed(range(40))] == first[::-1]
    assert [question(8, number) for number in range(40)] != first


def test_every_question_can_be_written_as_a_line() -> None:
    lines = [json.dumps(question(1, number)) for number in range(200)]
    assert all("\n" not in line for line in lines)
    assert len(MIX) == 8


def test_a_split_is_shrunk_to_what_parts_the_readers() -> None:
    line: Line = {
        "ask": "sequence",
        "pack": "lk1-root.AA\nlk1-trust.BB\n",
        "seen": {"root": {"version": [1]}},
        "steps": [{"do": "take", "file": f"lk1-bundle.{n}\nlk1-catalog.{n}"} for n in range(9)],
    }

    def parts(one: Line) -> bool:
        return any("lk1-catalog.4" in step["file"] for step in one["steps"])

    small = shrunk(line, parts)
    assert small["steps"] == [{"do": "take", "file": "lk1-catalog.4"}]
    assert "seen" not in small
    assert small["pack"].count("lk1-") == 1


@pytest.mark.parametrize(
    ("answers", "part"),
    [
        ([{"code": "fork"}, {"code": "fork"}], False),
        ([{"code": "fork"}, {"code": "rollback"}], True),
        ([{"total": 1}, {"total": True}], True),
        ([{"no answer": "ended"}, {"no answer": "ended"}], True),
        ([], False),
    ],
)
def test_readers_part_where_answers_differ_or_there_is_none(answers: list[Line], part: bool) -> None:  # noqa: FBT001  # drawn
    assert asking.is_split({str(place): answer for place, answer in enumerate(answers)}) is part


@pytest.mark.process
def test_ours_and_the_second_reader_do_not_part() -> None:
    readers = asking.started(["ours", "second"])
    mix: set[str] = set()
    try:
        with ThreadPoolExecutor(len(readers)) as pool:
            for number in range(300):
                line = question(3, number)
                found = asking.answers(pool, readers, line)
                assert not asking.is_split(found), (number, found)
                mix.add(outcome(found))
    finally:
        for reader in readers:
            reader.process.stop()
    assert len(mix) > 10
    assert "taken" in mix
