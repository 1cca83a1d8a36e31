"""The fuzzer itself, and what it keeps: every target takes its seeds and its corpus without a finding."""

import ast
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any, Final

import pytest

from licensekit.errors import ArmorInvalid, LicenseError
from licensekit.wire import frame
from tests import makers
from tests.fuzz import __main__ as runner
from tests.fuzz import judging, kept_inputs, structure, totals, worker
from tests.fuzz.targets import BY_NAME, TARGETS, Target

PACKAGE: Final = Path(__file__).parents[2] / "licensekit"
TRIED: Final = 30
"""Seeds of a target, and inputs that are kept of it, that a test tries; the fuzzer begins with all of them."""
READING: Final = ("read", "parse", "decode", "open", "load", "peek", "import", "find", "divide", "check")
FED_ELSEWHERE: Final = {
    "issuer.exchange.customers.read_request": "calls the one in `requests`, which is fed",
    "keys.keyfile.open_": "is `peek`, which is fed, and a derivation of the key that costs what the file asks for",
}


def some(inputs: list[bytes]) -> list[bytes]:
    """Return some of many, spread evenly."""
    return inputs[:: len(inputs) // TRIED + 1]


def tried(target: Target) -> list[bytes]:
    """Return inputs of a target for a test."""
    return [b"", b"\0", *some(list(target.seeds())), *some(kept_inputs.kept(target.name))]


@pytest.mark.attack("any-bytes")
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_seed_and_nothing_that_is_kept_is_a_finding(target: Target) -> None:
    for data in tried(target):
        verdict = judging.judge(target.run, data)
        assert not verdict.finding, (data, verdict.details)


def raising(error: BaseException) -> Callable[[bytes], None]:
    def run(_: bytes) -> None:
        raise error

    return run


@pytest.mark.parametrize("error", [ArmorInvalid(reason="no-token"), judging.NotMade()])
def test_what_is_refused_is_not_a_finding(error: Exception) -> None:
    assert not judging.judge(raising(error), b"").finding


@pytest.mark.parametrize("error", [ValueError("x"), AssertionError(), RecursionError(), MemoryError(), KeyError(1)])
def test_anything_else_is_a_finding_that_says_where(error: Exception) -> None:
    verdict = judging.judge(raising(error), b"")
    assert verdict.finding == f"{type(error).__name__} at test_fuzzing.py:run"
    assert "Traceback" in verdict.details


class _Unshown(LicenseError):
    code = "test-unshown"
    template = "\x1b is shown as it is"

    @property
    def message(self) -> str:
        return ""


def test_an_error_that_says_nothing_is_a_finding() -> None:
    assert judging.judge(raising(_Unshown()), b"").finding.startswith("AssertionError")


def nothing(_: bytes) -> None:
    pass


def test_an_input_that_takes_more_than_a_second_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([5.0, 6.1, 7.0, 7.9])
    monkeypatch.setattr(judging, "process_time", lambda: next(times))
    assert judging.judge(nothing, b"").finding == "slow"
    assert not judging.judge(nothing, b"").finding


def test_a_tree_becomes_tokens_that_are_signed() -> None:
    document = makers.payload_of(makers.first_trust())
    (token,) = structure.tokens_of(structure.file_of(structure.described("trust", document, 1)))
    assert token == makers.first_trust()
    (odd,) = structure.tokens_of(structure.bytes_of([[4, 0, b"no payload"]]))
    assert (odd.type, frame.read(odd.frame).payload) == ("bundle", b"no payload")


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x01", b"\x91\x01", b"\x91\x90", b"\x91\x93\x01\xa1a\x90"])
def test_what_describes_no_tokens_is_not_made(data: bytes) -> None:
    with pytest.raises(judging.NotMade):
        structure.tokens_of(data)


def test_changed_trees_are_trees_and_most_of_them_differ() -> None:
    whole = b"p" + next(BY_NAME["bundles"].seeds())
    made = [structure.changed(whole, 1, seed, lambda data: data + b"x") for seed in range(2000)]
    assert all(one[:1] == b"p" for one in made)
    assert sum(structure.bytes_of(structure.tree_of(one[1:])) == one[1:] for one in made if one != whole + b"x") > 1000
    assert len(set(made)) > 700
    assert structure.changed(b"p\xc1", 1, 1, lambda data: data + b"x") == b"p\xc1x"


class _Failing(Target):
    """A target with a defect that random bytes soon find."""

    @property
    def run(self) -> Callable[[bytes], None]:
        def fails(data: bytes) -> None:
            if len(data) > 3:
                raise ZeroDivisionError

        return fails

    @property
    def seeds(self) -> Callable[[], Iterator[bytes]]:
        return lambda: iter([b"a", b"bc"])


@pytest.mark.process
def test_a_finding_is_written_down_once_and_the_search_goes_on(tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    one = runner.prepared(_Failing("tokens", ""), tmp_path, 60)
    process = worker.start(one.target, tmp_path, ["-runs=2000", *one.arguments])
    ran = runner.ended({process: one})
    assert ran.inputs >= 2000
    (finding,) = ran.findings
    assert finding.startswith("ZeroDivisionError at test_fuzzing.py:fails (finding-")
    (kept,) = [path for path in tmp_path.glob("finding-*") if not path.suffix]
    assert len(kept.read_bytes()) > 3


@pytest.mark.process
def test_a_process_that_ends_in_another_way_is_a_finding(tmp_path: Path) -> None:
    one = runner.prepared(_Failing("tokens", ""), tmp_path, 60)
    process = os.fork()
    if not process:
        os._exit(9)
    (finding,) = runner.ended({process: one}).findings
    assert "ended with 9" in finding


def test_what_goes_no_new_way_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_inputs, "FOLDER", tmp_path / "corpus")
    found = tmp_path / "found"
    found.mkdir()
    (found / "new").write_bytes(b"lk1-bundle.A=")
    (found / "longer").write_bytes(b"lk1-bundle.A==")
    (found / "old").write_bytes(b"")

    class Tokens(Target):
        @property
        def seeds(self) -> Callable[[], Iterator[bytes]]:
            return lambda: iter([b""])

    assert kept_inputs.keep(Tokens("tokens", "of_files"), found) == 1
    assert kept_inputs.kept("tokens") == [b"lk1-bundle.A="]


def test_totals_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "total.toml"
    assert totals.read(path) == {}
    first = totals.Total().plus(100, 2, 0.25)
    assert first == (100, 2, 0, 0.25)
    second = first.plus(50, 0, 0.1)
    assert second == (150, 2, 50, 0.25)
    totals.write({"tokens": second}, ["tokens", "users"], path)
    assert totals.read(path) == {"tokens": second, "users": totals.Total()}


def test_every_target_is_in_the_running_total_and_nothing_took_long() -> None:
    known = totals.read()
    assert list(known) == list(BY_NAME)
    assert all(one.slowest <= judging.MOST_SECONDS for one in known.values())


def readers() -> Iterator[str]:
    """Yield each public function of the package that takes bytes to read them, as `trust.pack.open_pack`."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and _reads(node):
                yield f"{module}.{node.name}"


def _reads(node: ast.FunctionDef) -> bool:
    taken = [one for one in node.args.args if one.arg not in {"self", "cls"}]
    kind = ast.unparse(taken[0].annotation) if taken and taken[0].annotation else ""
    return node.name.split("_")[0] in READING and "bytes" in kind.replace("Callable", "")


@pytest.mark.attack("any-bytes")
def test_every_reader_of_bytes_is_fed_or_named_with_a_reason() -> None:
    called = set[tuple[str, str]]()

    def enter(frame: FrameType, event: str, _given: Any) -> None:
        if event == "call":
            called.add((frame.f_code.co_filename, frame.f_code.co_name))

    for target in TARGETS:
        for data in Random(1).sample(inputs := tried(target), len(inputs)):  # noqa: S311  # an order, the same each time
            sys.setprofile(enter)
            with suppress(Exception):
                judging.judge(target.run, data)
            sys.setprofile(None)
    names = {f"{'.'.join(Path(file).relative_to(PACKAGE).with_suffix('').parts)}.{name}" for file, name in called
             if Path(file).is_relative_to(PACKAGE)}  # fmt: skip
    assert sorted(set(readers()) - names - set(FED_ELSEWHERE)) == []
