"""Which tests run which lines of the modules that are mutated, and how much CPU each test takes.

Lines that run while modules are imported belong to no test.
"""

import json
import time
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import coverage
import pytest

ROOT: Final = Path(__file__).parents[2]


class CoverageMap(NamedTuple):
    """What a run of all tests without a mutant has shown."""

    seconds: Mapping[str, float]  # test to its CPU time; those that passed
    lines: Mapping[str, Mapping[int, set[str]]]  # path of a module, line of it, the tests that run it

    def of_line(self, path: str, lines: Iterable[int]) -> list[str]:
        """Return the tests that run any of these lines, quickest first."""
        found: set[str] = set()
        for line in lines:
            found |= self.lines.get(path, {}).get(line, set())
        return self.sorted(found)

    def of_module(self, path: str) -> list[str]:
        """Return the tests that run any line of a module, quickest first."""
        return self.of_line(path, self.lines.get(path, {}))

    def sorted(self, tests: Iterable[str]) -> list[str]:
        """Return those of `tests` that pass without a mutant, quickest first."""
        return sorted((one for one in tests if one in self.seconds), key=lambda one: (self.seconds[one], one))


class _Recorder:
    """A plugin of pytest that records lines by test."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self.coverage = coverage.Coverage(
            data_file=None, config_file=False, include=[str(one) for one in paths], concurrency=["thread"]
        )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        self.coverage.switch_context(item.nodeid)
        began = time.process_time()
        result = yield
        self.seconds[item.nodeid] = round(time.process_time() - began, 4)
        self.coverage.switch_context("")
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self.failed.add(report.nodeid)


def record(paths: Iterable[Path], tests: Iterable[str], into: Path) -> None:
    """Run all tests once, and write what they show."""
    every = [one.resolve() for one in paths]
    recorder = _Recorder(every)
    recorder.coverage.start()
    options = ["-q", "--no-header", "-o", "timeout=0", "-p", "no:cacheprovider", "--assert=plain"]
    pytest.main([*options, *tests], plugins=[recorder])
    recorder.coverage.stop()
    data = recorder.coverage.get_data()
    names = {test: str(at) for at, test in enumerate(recorder.seconds)}
    lines: dict[str, dict[int, list[str]]] = defaultdict(dict)
    for path in every:
        for line, contexts in data.contexts_by_lineno(str(path)).items():
            lines[str(path.relative_to(ROOT))][line] = [names[one] for one in contexts if one in names]
    seconds = {test: one for test, one in recorder.seconds.items() if test not in recorder.failed}
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text(json.dumps({"names": list(names), "seconds": seconds, "lines": lines}), "utf-8")


def load(folder: Path) -> CoverageMap:
    """Read what `record` has written into a folder."""
    seconds: dict[str, float] = {}
    lines: defaultdict[str, defaultdict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in sorted(folder.glob("*.json")):
        part = json.loads(path.read_text("utf-8"))
        names: list[str] = part["names"]
        seconds |= part["seconds"]
        for module, of_module in part["lines"].items():
            for line, tests in of_module.items():
                lines[module][int(line)].update(names[int(one)] for one in tests)
    return CoverageMap(seconds, {module: dict(of_module) for module, of_module in lines.items()})
