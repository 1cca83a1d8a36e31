"""Trials: each mutant in a fork of one process that has collected every test, so that none is paid for twice.

A change within a function takes the place of the code object of that function. A change of what runs at import
(`DECLARATIONS`) needs the package and the tests imported again, in the fork.
"""

import gc
import importlib.util
import io
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import types
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.mutation.coverage_map import CoverageMap
from tests.mutation.mutants import DECLARATIONS, ROOT, Module, Mutant

MEMORY: Final = 1 << 30
"""How much more memory a trial may take than the process that it was forked from."""
NICE: Final = 10
"""How far trials give way to other processes of the machine."""
CPU_SECONDS: Final = 4
CPU_FACTOR: Final = 10
"""A test has run into an endless loop after this many seconds, or this many times what it takes without a mutant."""
WALL_SECONDS: Final = 90
"""After this long, a test waits for something that will never happen; tests themselves give up after 60."""
COLLECTED: Final = 8
"""How many files of tests are collected again for a change of what runs at import."""
OPTIONS: Final = ("-o", "timeout=0", "-p", "no:cacheprovider", "--assert=plain", "--hypothesis-profile=mutation")
AHEAD: Final = 12
"""How many of the tests that killed other mutants of a module come first."""


class Outcome(NamedTuple):
    """How a trial ended."""

    status: str  # killed, timeout, survived, uncovered (no test runs the line) or unfit (cannot be tried)
    test: str = ""  # that killed it
    ran: int = 0  # how many tests were run
    whole: bool = True  # whether all that run the line were to be run


class _Swap(NamedTuple):
    function: types.FunctionType
    code: types.CodeType


class Plan(NamedTuple):
    """What is to be tried, and how."""

    todo: Sequence[Mutant]
    modules: Mapping[str, Module]  # by path
    coverage: CoverageMap
    budget: float  # seconds of tests for each mutant
    jobs: int  # trials in parallel
    tell: Callable[[Mutant, Outcome], None]
    is_open: Callable[[Mutant], bool]  # whether no other run has tried it in the meantime


class Trials:
    """A plugin of pytest that runs trials in place of the tests that were collected."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._items: dict[str, pytest.Item] = {}
        self._functions: dict[str, list[types.FunctionType]] = {}
        self._killers: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._sound: dict[tuple[str, bool], bool] = {}
        self._folder = Path()
        self._failed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run every trial."""
        self._items = {item.nodeid: item for item in session.items}
        self._functions = _functions({str(ROOT / path) for path in self._plan.modules})
        gc.collect()
        gc.freeze()
        os.nice(NICE - os.nice(0))
        room = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a folder of our own in it
        with tempfile.TemporaryDirectory(dir=room, prefix="mutation-") as folder:
            self._folder = Path(folder)
            self._run()
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note that a test failed, in a trial."""
        self._failed |= report.failed

    def _run(self) -> None:
        waiting = iter(self._plan.todo)
        running: dict[int, tuple[Mutant, list[str], bool]] = {}
        more = True
        while more or running:
            while more and len(running) < self._plan.jobs:
                mutant = next(waiting, None)
                if mutant is None:
                    more = False
                    break
                if not self._plan.is_open(mutant):
                    continue
                chosen, whole = self._chosen(mutant)
                if not chosen:
                    self._plan.tell(mutant, Outcome("uncovered"))
                    continue
                running[self._fork(mutant, chosen)] = mutant, chosen, whole
            if not running:
                break
            pid, status = os.wait()
            mutant, chosen, whole = running.pop(pid)
            self._judge(mutant, chosen, status, self._result(pid), whole=whole)

    def _judge(
        self, mutant: Mutant, chosen: Sequence[str], status: int, said: Mapping[str, Any], *, whole: bool
    ) -> None:
        cold = mutant.scope == DECLARATIONS
        test, ran = said.get("test", ""), said.get("ran", 0)
        if said.get("status") == "unfit":
            self._plan.tell(mutant, Outcome("unfit"))
        elif said.get("status") == "survived":
            self._plan.tell(mutant, Outcome("survived", "", ran, whole))
        elif test and not self._is_sound(test, cold=cold):
            # It fails alone, without a mutant, so it says nothing.
            rest = [one for one in chosen if one != test]
            pid = self._fork(mutant, rest)
            _, status = os.waitpid(pid, 0)
            self._judge(mutant, rest, status, self._result(pid), whole=whole)
        else:
            self._killers[mutant.path][test] += 1
            self._killers[f"{mutant.path}:{mutant.scope}"][test] += 1
            how = "timeout" if os.WIFSIGNALED(status) else "killed"
            self._plan.tell(mutant, Outcome(how, test, ran, whole))

    def _chosen(self, mutant: Mutant) -> tuple[list[str], bool]:
        """Return the tests to run, those first that killed others nearby, and whether they are all there are."""
        found = [one for one in relevant(mutant, self._plan.coverage) if one in self._items]
        found = [one for one in found if self._sound.get((one, False), True)]
        there = set(found)
        near = [one for one, _ in self._killers[f"{mutant.path}:{mutant.scope}"].most_common() if one in there]
        far = [one for one, _ in self._killers[mutant.path].most_common(AHEAD) if one in there]
        ordered = list(dict.fromkeys([*near, *far, *found]))
        if mutant.scope == DECLARATIONS:
            near_files = set(files(ordered)[:COLLECTED])
            ordered = [one for one in ordered if one.partition("::")[0] in near_files]
        chosen: list[str] = []
        spent = 0.0
        for one in ordered:
            if chosen and spent > self._plan.budget:
                break
            chosen.append(one)
            spent += self._plan.coverage.seconds[one]
        return chosen, len(chosen) == len(there)

    def _is_sound(self, test: str, *, cold: bool) -> bool:
        """Return whether a test passes alone, in a fork, without a mutant."""
        known = self._sound.get((test, cold))
        if known is None:
            pid = self._fork(None, [test], cold=cold)
            os.waitpid(pid, 0)
            known = self._sound[test, cold] = self._result(pid).get("status") == "survived"
        return known

    def _fork(self, mutant: Mutant | None, chosen: Sequence[str], *, cold: bool = False) -> int:
        sys.stdout.flush()
        if pid := os.fork():
            return pid
        with suppress(BaseException):
            _Trial(self._folder / str(os.getpid()), self._plan.coverage).run(self, mutant, chosen, cold=cold)
        os._exit(0)

    def _result(self, pid: int) -> Mapping[str, Any]:
        folder = self._folder / str(pid)
        said: dict[str, Any] = {}
        with suppress(OSError, ValueError):
            said = json.loads((folder / "result.json").read_text("utf-8"))
        shutil.rmtree(folder, ignore_errors=True)
        return said

    def run_warm(self, trial: "_Trial", mutant: Mutant | None, chosen: Sequence[str]) -> None:
        """Run tests as they were collected, with the functions of a mutant."""
        if mutant is not None:
            try:
                for function, code in _swaps(self._plan.modules[mutant.path], mutant, self._functions):
                    function.__code__ = code
            except (ValueError, SyntaxError, LookupError):
                trial.tell("unfit")
                return
        items = [self._items[one] for one in chosen]
        printer: Any = items[0].config.pluginmanager.get_plugin("terminalreporter")
        printer._tw._file = io.StringIO()
        factory: Any = items[0].config._tmp_path_factory  # type: ignore[attr-defined]  # no other way
        factory._basetemp = trial.folder
        for at, (item, following) in enumerate(zip(items, [*items[1:], None], strict=True), 1):
            trial.begin(item.nodeid, at)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                trial.tell("failed", item.nodeid, at)
                return
        trial.tell("survived", "", len(items))

    def run_cold(self, trial: "_Trial", mutant: Mutant | None, chosen: Sequence[str]) -> None:
        """Import the package with a mutant, and run tests that are collected again."""
        for name, module in list(sys.modules.items()):
            kept = name.startswith(("tests.mutation", "__main__"))
            if not kept and (getattr(module, "__file__", None) or "").startswith(f"{ROOT}{os.sep}"):
                del sys.modules[name]
                # A namespace package has no file, stays, and would lead to the module as it was.
                parent, _, child = name.rpartition(".")
                if parent in sys.modules:
                    vars(sys.modules[parent]).pop(child, None)
        if mutant is not None:
            try:
                code = compile(self._plan.modules[mutant.path].tree_of(mutant.number), str(ROOT / mutant.path), "exec")
            except (ValueError, SyntaxError):
                trial.tell("unfit")
                return
            name = mutant.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
            sys.meta_path.insert(0, _Finder(name, code))
        reporter = _Reporter(trial, chosen)
        options = ["-x", "-q", "--tb=no", "--basetemp", str(trial.folder / "tmp")]
        status = pytest.main([*OPTIONS, *options, *files(chosen)], plugins=[reporter])
        if reporter.failed or status != pytest.ExitCode.OK:
            # Where not even the tests could be imported, the first one stands for all.
            trial.tell("failed", reporter.failed or chosen[0], reporter.ran)
        else:
            trial.tell("survived", "", reporter.ran)


class _Trial:
    """What a fork writes, and its limits."""

    def __init__(self, folder: Path, coverage: CoverageMap) -> None:
        self.folder = folder
        self._coverage = coverage

    def run(self, trials: Trials, mutant: Mutant | None, chosen: Sequence[str], *, cold: bool) -> None:
        self.folder.mkdir()
        nothing = os.open(os.devnull, os.O_WRONLY)
        for descriptor in (1, 2):
            os.dup2(nothing, descriptor)
        used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
        for one in (signal.SIGALRM, signal.SIGPROF):
            signal.signal(one, signal.SIG_DFL)  # which ends the process, whatever it is doing
        if cold or (mutant is not None and mutant.scope == DECLARATIONS):
            trials.run_cold(self, mutant, chosen)
        else:
            trials.run_warm(self, mutant, chosen)

    def begin(self, test: str, at: int) -> None:
        self.tell("running", test, at)
        signal.alarm(WALL_SECONDS)
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS + CPU_FACTOR * self._coverage.seconds.get(test, 1))

    def tell(self, status: str, test: str = "", ran: int = 0) -> None:
        text = json.dumps({"status": status, "test": test, "ran": ran})
        (self.folder / "result.json").write_text(text, "utf-8")


class _Reporter:
    """A plugin of pytest for tests that are collected again."""

    def __init__(self, trial: _Trial, chosen: Sequence[str]) -> None:
        self.failed = ""
        self.ran = 0
        self._trial = trial
        self._chosen = {one: at for at, one in enumerate(chosen)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = (one for one in items if one.nodeid in self._chosen)
        items[:] = sorted(kept, key=lambda one: self._chosen[one.nodeid])

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.ran += 1
        self._trial.begin(nodeid, self.ran)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = report.nodeid


class _Finder(MetaPathFinder, Loader):
    """Imports a mutant in place of its module."""

    def __init__(self, name: str, code: types.CodeType) -> None:
        self._name, self._code = name, code

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        path = Path(self._code.co_filename)
        inside = [str(path.parent)] if path.name == "__init__.py" else None
        return importlib.util.spec_from_file_location(fullname, path, loader=self, submodule_search_locations=inside)

    def exec_module(self, module: types.ModuleType) -> None:
        exec(self._code, module.__dict__)  # noqa: S102  # that is what importing is


def run(tests: Sequence[str], plan: Plan) -> None:
    """Collect tests, and try mutants with those of them that concern each."""
    # A failure is enough; nobody reads the smallest example of it.
    phases, unhurried = (Phase.explicit, Phase.generate), [HealthCheck.too_slow]
    quick = settings(deadline=None, suppress_health_check=unhurried, max_examples=20, derandomize=True, phases=phases)
    settings.register_profile("mutation", quick)
    pytest.main([*OPTIONS, "-q", "--no-header", "--tb=native", *tests], plugins=[Trials(plan)])


def relevant(mutant: Mutant, map_: CoverageMap) -> list[str]:
    """Return the tests that may kill a mutant, quickest first; of a declaration, the nearest first."""
    if mutant.scope != DECLARATIONS:
        return map_.of_line(mutant.path, mutant.lines)
    found = set(map_.of_module(mutant.path))
    package = mutant.path.split("/")[1]
    nearest = {one for one in map_.seconds if one.startswith(f"tests/{package}/")}
    found = found | nearest if len(found) < len(nearest) else found
    return [*map_.sorted(found & nearest), *map_.sorted(found - nearest)]


def files(tests: Iterable[str]) -> list[str]:
    """Return the files that tests are in, each once, in order."""
    return list(dict.fromkeys(one.partition("::")[0] for one in tests))


def _functions(paths: set[str]) -> dict[str, list[types.FunctionType]]:
    """Return the functions of modules, by the path of the module: all that live, whatever holds them."""
    found: dict[str, list[types.FunctionType]] = defaultdict(list)
    for one in gc.get_objects():
        if isinstance(one, types.FunctionType) and one.__code__.co_filename in paths:
            found[one.__code__.co_filename].append(one)
    return found


def _swaps(module: Module, mutant: Mutant, functions: Mapping[str, Sequence[types.FunctionType]]) -> Iterator[_Swap]:
    """Yield the functions of a mutant that differ, each with its code."""
    path = str(ROOT / mutant.path)
    base = compile(module.source, path, "exec", dont_inherit=True)
    other = compile(module.tree_of(mutant.number), path, "exec", dont_inherit=True)
    instead = {one: changed for one, changed in _pairs(base, other) if one != changed}
    found = [_Swap(one, instead[one.__code__]) for one in functions[path] if one.__code__ in instead]
    if not found:
        raise LookupError(mutant.scope)
    yield from found


def _pairs(base: types.CodeType, other: types.CodeType) -> Iterator[tuple[types.CodeType, types.CodeType]]:
    yield base, other
    inner = [[one for one in code.co_consts if isinstance(one, types.CodeType)] for code in (base, other)]
    if len(inner[0]) == len(inner[1]):
        for one, changed in zip(*inner, strict=True):
            yield from _pairs(one, changed)
