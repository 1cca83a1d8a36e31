"""The programs whose instructions are counted do their work, and the count is the same every time."""

from collections.abc import Callable, Generator
from pathlib import Path
from shutil import which

import pytest

from licensekit import limits
from licensekit.keys import keyfile
from tests.benchmarks.instructions import trees
from tests.benchmarks.instructions.counting import Program, ProgramFailed, count
from tests.benchmarks.instructions.programs import cold, customer, floors, issuer, prepare
from tests.benchmarks.instructions.programs.marks import Loop

CALLS = 2


@pytest.fixture(scope="module", autouse=True)
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)
        patch.chdir(tmp_path_factory.mktemp("prepared"))
        prepare.everything(trees.TOP)
        yield


@pytest.mark.parametrize(
    "program",
    [
        customer.verify,
        customer.opening,
        customer.allows,
        issuer.issue,
        floors.verify,
        floors.opening,
        floors.allows,
        floors.issue,
    ],
    ids=lambda program: f"{program.__module__}.{program.__name__}",
)
def test_each_program_makes_its_calls(program: Callable[[], Loop]) -> None:
    program()(CALLS)


@pytest.mark.parametrize("program", [cold.ours, cold.floor], ids=lambda program: program.__name__)
def test_each_process_does_its_work(program: Callable[[], None]) -> None:
    program()


@pytest.mark.process
@pytest.mark.skipif(which("valgrind") is None, reason="needs valgrind")
def test_a_call_takes_the_same_however_many_are_counted(tmp_path: Path) -> None:
    tree = trees.working_tree(tmp_path)
    tree.prepared.mkdir()
    few, many = (count(Program("floors.allows", calls), tree) for calls in (100, 1000))
    assert 100 < few.least < 10_000
    assert max(few.noise, many.noise) < 0.01
    assert many.least == pytest.approx(few.least, rel=0.05)


@pytest.mark.process
@pytest.mark.skipif(which("valgrind") is None, reason="needs valgrind")
def test_a_program_that_fails_says_why(tmp_path: Path) -> None:
    tree = trees.working_tree(tmp_path)
    tree.prepared.mkdir()
    with pytest.raises(ProgramFailed, match="FileNotFoundError"):
        count(Program("customer.verify", 1), tree)
