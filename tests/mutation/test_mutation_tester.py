"""The mutation tester itself: what it changes, and that it tells a mutant that is found from one that is not."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.mutants import DECLARATIONS, ROOT, TARGETS, Module, every_module, sample
from tests.mutation.report import judgments, wilson

SMALL = ROOT / "licensekit" / "wire" / "frame.py"


def test_every_mutant_is_another_program_and_has_a_name_of_its_own() -> None:
    module = Module(SMALL)
    mutants = list(module.mutants())
    programs = {ast.unparse(module.tree_of(one.number)) for one in mutants}
    assert ast.unparse(ast.parse(module.source)) not in programs
    assert len({one.identity for one in mutants}) == len(programs) == len(mutants)
    for one in mutants:
        compile(module.tree_of(one.number), "mutant", "exec")


def test_a_mutant_leaves_the_module_as_it_was() -> None:
    module = Module(SMALL)
    before = ast.dump(module.tree)
    module.tree_of(next(module.mutants()).number)
    assert ast.dump(module.tree) == before


def test_lines_above_a_function_do_not_rename_its_mutants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.mutation.mutants.ROOT", tmp_path)
    path = tmp_path / "module.py"
    path.write_text("def first(a):\n    return a < 1\n")
    names = [one.identity for one in Module(path).mutants()]
    path.write_text("ONE = 1\n\n\ndef first(a):\n    return a < 1\n")
    moved = [one.identity for one in Module(path).mutants() if one.scope == "first"]
    assert moved == names


def test_a_function_that_changes_takes_only_its_own_mutants_out_of_the_sample() -> None:
    mutants = list(Module(SMALL).mutants())
    chosen = {one.identity for one in sample(mutants, 20, 1)}
    gone = mutants[0]
    others = {one.identity for one in sample(mutants[1:], 20, 1)}
    assert len(chosen) == len(others) == 20
    assert len(chosen - others - {gone.identity}) == 0


@pytest.mark.parametrize(
    ("good", "of", "low", "high"), [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)]
)
def test_the_interval_is_that_of_wilson(good: int, of: int, low: float, high: float) -> None:
    assert wilson(good, of) == pytest.approx((good / of, low, high), abs=0.0001)


def test_every_pattern_names_modules_that_are_there() -> None:
    for pattern in TARGETS:
        assert list(ROOT.glob(pattern)), pattern


def test_each_judgment_has_a_reason_and_is_about_a_mutant_that_is_there() -> None:
    there_are = {one.identity for module in every_module() for one in module.mutants()}
    for one in judgments().values():
        assert one.equivalent, one.where
        assert one.mutant in there_are, f"{one.where} has changed: try it again, and judge it again or take it out"


@pytest.mark.process
def test_a_trial_tells_found_mutants_from_those_that_survive(tmp_path: Path) -> None:
    """One test of a function looks at what is returned, and comes by neither its bounds nor its refusals."""
    command = [sys.executable, "-m", "tests.mutation", "--sample", "100000", "--kept", str(tmp_path)]
    test = "tests/wire/test_dates.py::test_a_date_means_its_first_second"
    for more in (["cover", test], ["run", "--only", "dates.py:parse_seconds"]):
        subprocess.run([*command, *more], cwd=ROOT, check=True, capture_output=True)
    lines = (tmp_path / "results.jsonl").read_text("utf-8").splitlines()
    status = {one["identity"]: one["status"] for one in map(json.loads, lines)}
    mutants = [one for one in Module(ROOT / "licensekit" / "dates.py").mutants() if one.scope == "parse_seconds"]
    assert {status[one.identity] for one in mutants if one.operator == "return"} == {"killed"}
    assert {status[one.identity] for one in mutants if one.operator == "statement removed"} == {"uncovered"}
    assert "survived" in {status[one.identity] for one in mutants if one.operator == "comparison"}


@pytest.mark.process
def test_a_constant_that_a_test_does_not_look_at_is_not_found_by_it(tmp_path: Path) -> None:
    """The package and all that tests share are imported again, so that nothing of it is as it was before."""
    command = [sys.executable, "-m", "tests.mutation", "--sample", "100000", "--kept", str(tmp_path)]
    tests = [
        "tests/wire/test_dates.py::test_a_date_means_its_first_second",
        "tests/entitlements/test_parts.py::test_a_date_counts_to_the_end_of_its_day",
    ]
    mutants = [one for one in Module(ROOT / "licensekit" / "dates.py").mutants() if one.scope == DECLARATIONS]
    latest, day = (next(one for one in mutants if said in one.after) for said in ("9998", "86401"))
    for more in (["cover", *tests], *(["run", "--only", f":{one.identity}"] for one in (latest, day))):
        subprocess.run([*command, *more], cwd=ROOT, check=True, capture_output=True)
    lines = (tmp_path / "results.jsonl").read_text("utf-8").splitlines()
    status = {one["identity"]: (one["status"], one["ran"] > 1) for one in map(json.loads, lines)}
    assert status[day.identity][0] == "killed"
    assert status[latest.identity] == ("survived", True)
