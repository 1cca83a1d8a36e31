"""The runner and readers of every manner: what is passed, failed and left out, and that the run continues."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from licensekit_testkit import cli
from licensekit_testkit.case_files import KitCase
from licensekit_testkit.judging import is_right, is_same
from licensekit_testkit.process import ReaderProcess
from licensekit_testkit.report import SHOWN_FAILURES, failures, table
from licensekit_testkit.running import SILENT_IN_A_ROW, Hello, NotAReaderError, Outcome, Result, greet, results

ODD = [sys.executable, str(Path(__file__).parent / "odd_reader.py")]
KIT = Path(__file__).parents[2] / "testkit"
SECONDS = {"hangs": 5}
"""Time limits, long enough for a busy machine to start a process again; of what answers, longer."""


def kit_case(name: str, **changes: Any) -> KitCase:
    """Return a case that refuses a pin."""
    given, expect = {"pin": name}, {"code": "root-pin-invalid"}
    case = KitCase(f"pins/{name}", "L0", name, "R1", (), (), "pin", given, expect, None)
    return replace(case, **changes)


CASES = [kit_case(f"n{number}") for number in range(4)]


def outcomes(how: str) -> tuple[list[str], str]:
    """Return what becomes of four cases with an odd reader, and the reason that the second one has."""
    process = ReaderProcess([*ODD, how], SECONDS.get(how, 30))
    try:
        done = list(results(process, greet(process), CASES))
    finally:
        process.stop()
    return [result.outcome.value for result in done], done[1].reason


PASSED, FAILED, LEFT_OUT = (outcome.value for outcome in Outcome)
MANNERS = {
    "rightly": (PASSED, ""),
    "wrong": (FAILED, ""),
    "unsupported": (LEFT_OUT, "no pins"),
    "another-id": (FAILED, "another id: 'pins/other'"),
    "hangs": (FAILED, "no answer within 5 s"),
    "dies": (FAILED, "the process ended with status 3"),
    "not-json": (FAILED, "is not a JSON object"),
    "chats": (FAILED, "'debug: here'"),
}


@pytest.mark.process
@pytest.mark.parametrize("how", MANNERS)
def test_what_a_reader_does_at_one_case_is_not_another_cases_fault(how: str) -> None:
    """A process that was started again misbehaves no earlier than at its third line."""
    found, reason = outcomes(how)
    outcome, said = MANNERS[how]
    assert (found[0], found[1]) == (PASSED, outcome)
    assert found[2] == PASSED
    assert said in reason


@pytest.mark.process
def test_what_prints_a_banner_is_not_a_reader() -> None:
    process = ReaderProcess([*ODD, "banner"], 30)
    with pytest.raises(NotAReaderError, match="printed 'Welcome!'"):
        greet(process)


HELLOS = {"no-hello": '{"code": "armor-invalid"}, where', "schemes-are-texts": '"schemes": ["1"]}, where'}


@pytest.mark.process
@pytest.mark.parametrize("how", HELLOS)
def test_what_answers_hello_otherwise_is_not_a_reader(how: str) -> None:
    process = ReaderProcess([*ODD, how], 30)
    try:
        with pytest.raises(NotAReaderError, match=re.escape(HELLOS[how])):
            greet(process)
    finally:
        process.stop()


@pytest.mark.process
def test_what_keeps_its_answers_to_itself_is_asked_whether_it_flushes() -> None:
    process = ReaderProcess([sys.executable, "-c", "import sys; sys.stdin.read()"], 0.5)
    with pytest.raises(NotAReaderError, match="flush each answer"):
        greet(process)


@pytest.mark.process
def test_an_ask_that_is_not_in_the_kit_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", "--only", "pins/pin-*", "--", *ODD, "misspelled-ask") == 0
    assert "'pins' is not a question of the kit; these are: audit_entry, " in capsys.readouterr().err


class Silent(ReaderProcess):
    """A process that ends whenever it is asked."""

    def __init__(self) -> None:
        super().__init__([sys.executable, "-c", ""], 30)


@pytest.mark.process
def test_a_reader_that_stays_silent_is_not_asked_for_ever() -> None:
    cases = [kit_case(f"n{number}") for number in range(SILENT_IN_A_ROW + 2)]
    done = list(results(Silent(), Hello("silent", frozenset({"pin"}), frozenset()), cases))
    assert {result.outcome for result in done} == {Outcome.FAILED}
    assert [result.reason.startswith("not asked") for result in done] == [False] * SILENT_IN_A_ROW + [True] * 2


@pytest.mark.parametrize("case", [kit_case("other", ask="file"), kit_case("hybrid", level="L4")])
def test_what_the_reader_has_not_is_left_out(case: KitCase) -> None:
    hello = Hello("small", frozenset({"pin"}), frozenset({1, 3}))
    (result,) = results(Silent(), hello, [case])
    assert result.outcome is Outcome.LEFT_OUT
    assert "is not among the reader's " in result.reason


RIGHT: list[tuple[Any, Any, Any]] = [
    ({"code": "a"}, {"code": "a", "message": "b"}, None),
    ({"any_of": [{"code": "a"}, {"x": 1}]}, {"x": 1}, None),
    ({"x": 1.0}, {"x": 1}, None),
    ({"x": {"concat": [["ab", 2], ["%%", 3, 9]]}}, {"x": "abab091011"}, None),
    ({"x": 1}, {"x": 1, "y": 2}, ("x",)),
    ({"x": {"a": 1, "b": [None]}}, {"x": {"b": [None], "a": 1}}, None),
]
WRONG: list[tuple[Any, Any, Any]] = [
    ({"code": "a"}, {"code": "b"}, None),
    ({"code": "a"}, {"code": "a", "x": 1}, None),
    ({"x": 1}, {"x": True}, None),
    ({"x": [1]}, {"x": [1, 1]}, None),
    ({"x": 1}, {"x": 1, "y": 2}, None),
    ({"x": 1}, {"x": 1, "message": "b"}, None),
    ({"x": 1}, {"code": "a"}, ("x",)),
    ({"x": None}, {}, None),
]


@pytest.mark.parametrize(("expect", "answer", "compare"), RIGHT)
def test_these_answers_are_right(expect: Any, answer: Any, compare: Any) -> None:
    assert is_right(answer, kit_case("right", expect=expect, compare=compare))


@pytest.mark.parametrize(("expect", "answer", "compare"), WRONG)
def test_these_answers_are_wrong(expect: Any, answer: Any, compare: Any) -> None:
    assert not is_right(answer, kit_case("wrong", expect=expect, compare=compare))


def test_true_is_not_1_at_any_depth() -> None:
    assert not is_same([{"a": [0]}], [{"a": [False]}])


DIFFERENCES: list[tuple[Any, Any, Any, str]] = [
    ({"x": "5a5a"}, {"x": "5A5A"}, None, 'x, from character 1: expected "a5a", got "A5A"'),
    ({"x": {"concat": [["5a", 64]]}}, {"x": ""}, None, 'x: expected "' + "5a" * 19 + '5…, got ""'),
    ({"x": "ab"}, {"x": "abc"}, None, 'x, from character 2: expected "", got "c"'),
    ({"x": [{"y": 1}, {"y": 2}]}, {"x": [{"y": 1}, {"y": True}]}, None, "x[1].y: expected 2, got true"),
    ({"x": [1]}, {"x": [1, 2]}, None, "x: expected length 1, got 2"),
    ({"x": {"a": 1, "b": 2}}, {"x": {"a": 1}}, None, "x.b is missing"),
    ({"x": 1}, {"y": 2, "x": 1}, None, "y is not expected"),
    ({"x": 1}, {"y": 2, "x": 3}, ("x",), "x: expected 1, got 3"),
    ({"x": {}}, {"x": []}, None, "x: expected {}, got []"),
    ({"any_of": [{"x": 1}, {"x": 2}]}, {"x": 3}, None, ""),
    ({"code": "a"}, {"code": "b"}, None, ""),
    ({"x": 1}, {"code": "b"}, None, ""),
]


@pytest.mark.parametrize(("expect", "answer", "compare", "difference"), DIFFERENCES)
def test_the_first_difference_is_shown(expect: Any, answer: Any, compare: Any, difference: str) -> None:
    failed = Result(kit_case("other", expect=expect, compare=compare), Outcome.FAILED, answer)
    _, _, shown = failures([failed]).partition("    differs   ")
    assert shown == difference


def test_a_group_of_which_nothing_was_asked_has_no_line() -> None:
    asked, left = (kit_case("n", id=f"{group}/n") for group in ("pins", "files"))
    shown = table(
        [
            Result(asked, Outcome.PASSED),
            Result(left, Outcome.LEFT_OUT),
            Result(kit_case("n", level="L1"), Outcome.LEFT_OUT),
        ]
    )
    assert [line.split() for line in shown.splitlines()[1:]] == [
        ["L0", "pins", "1", "0", "0"],
        ["L0", "all", "1", "0", "1"],
        ["L1", "all", "0", "0", "1"],
        ["all", "1", "0", "2"],
    ]


def test_only_the_first_failures_are_shown_and_the_others_counted() -> None:
    failed = [Result(kit_case(f"n{number}"), Outcome.FAILED, {"code": "b"}) for number in range(SHOWN_FAILURES + 3)]
    shown = failures(failed)
    assert shown.count("expected") == SHOWN_FAILURES
    assert "3 more" in shown


def test_a_long_answer_is_cut() -> None:
    assert len(failures([Result(CASES[0], Outcome.FAILED, {"file": "A" * 10_000})])) < 1000


def run(*arguments: str) -> int:
    """Return the status with which the command ends."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.process
@pytest.mark.parametrize(("how", "status"), [("rightly", 0), ("wrong", 1), ("ends-with-5", 1), ("banner", 2)])
def test_the_status_says_how_it_went(how: str, status: int) -> None:
    assert run("run", "--only", "pins/pin-*", "--", *ODD, how) == status


@pytest.mark.process
@pytest.mark.parametrize(("how", "status"), [("rightly", 0), ("wrong", 1)])
def test_the_status_is_the_same_when_nobody_reads_the_output(how: str, status: int) -> None:
    command = [sys.executable, "-m", "licensekit_testkit", "run", "--only", "pins/pin-*", "--", *ODD, how]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(command, cwd=KIT, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (status, "")


MISTAKES: dict[tuple[str, ...], str] = {
    (): "required: COMMAND",
    ("run",): "required: COMMAND",
    ("run", "--level", "L9", "--", "x"): "'L9'",
    ("run", "--seconds", "0", "--", "x"): "'0' is not a number of seconds above 0",
    ("run", "--seconds", "inf", "--", "x"): "'inf' is not a number of seconds",
    ("run", "--seconds", "soon", "--", "x"): "'soon' is not a number of seconds",
    ("run", "java", "-cp", ".", "Reader"): "write `--` before the command of the reader",
    ("run", "--", "/no/such/reader"): "'/no/such/reader' cannot be started: No such file or directory\n",
    ("run", "--", "/no/such/reader --fast"): "pass the program and each argument separately",
    ("list", "--short"): "unrecognized arguments: --short\n",
    ("list", "--only", "nothing"): "no case matches --only 'nothing'",
    ("list", "--only", "pins", "--only", "pins/x*"): "no case matches --only 'pins/x*'",
    ("list", "--level", "L0", "--level", "L1", "--only", "pins"): "no case of L0 or L1 matches --only 'pins'",
    ("show", "x/y"): "there is no case 'x/y'",
}
"""Arguments that make no sense, and the error that they end with."""


@pytest.mark.parametrize("arguments", MISTAKES, ids=" ".join)
def test_what_makes_no_sense_ends_with_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == 2
    assert MISTAKES[arguments] in capsys.readouterr().err


def test_a_case_is_listed_and_shown_as_it_is_in_the_kit(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--only", "pins/another-root") == 0
    assert capsys.readouterr().out == "L2  pins/another-root: another root is pinned\n"
    assert run("show", "pins/another-root") == 0
    assert json.loads(capsys.readouterr().out)["expect"] == {"code": "root-mismatch"}


def test_the_line_of_a_case_has_its_texts_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "--line", "divided-frames/one-signature-of-scheme-1") == 0
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    assert json.loads(line)["frame"] == "01010000000000000001" + "5a" * 64 + "90"
