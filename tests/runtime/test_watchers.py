"""Two threads follow whatever a process has open; what hangs, raises or is forgotten harms nothing else."""

import gc
import threading
import weakref
from collections.abc import Callable, Iterator

import pytest

from licensekit.runtime import watcher
from licensekit.runtime.watcher import Watchers
from tests.runtime.conftest import comes


class Subject:
    """Counts its steps, and does in each what a test asks for."""

    def __init__(self, follow: Callable[[], object] = int, pass_time: Callable[[], object] = int) -> None:
        self._follow, self._pass_time = follow, pass_time
        self.looks, self.ticks = 0, 0

    def follow(self) -> float:
        """See `Watched`."""
        self.looks += 1
        self._follow()
        return 0.01

    def pass_time(self) -> None:
        """See `Watched`."""
        self.ticks += 1
        self._pass_time()

    def after_fork(self) -> None:
        """Nothing here is forked."""

    def is_followed(self) -> bool:
        """Return whether it is looked after from now on."""
        looks, ticks = self.looks, self.ticks
        return comes(lambda: self.looks > looks + 1 and self.ticks > ticks + 1)


@pytest.fixture
def watchers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watchers]:
    """Watchers of their own, which are in a hurry, whose threads end with the test."""
    for name, seconds in (("TICK_SECONDS", 0.01), ("LOOK_SECONDS", 0.01), ("HANG_SECONDS", 0.1)):
        monkeypatch.setattr(watcher, name, seconds)
    assert comes(lambda: not threads())
    yield Watchers()
    assert comes(lambda: not threads())


def watch_all(watchers: Watchers, subjects: list[Subject]) -> None:
    """Watch several, and hold none of them."""
    for subject in subjects:
        watchers.watch(subject)


def threads() -> list[str]:
    """Return the names of the threads that follow something."""
    names = (one.name for one in threading.enumerate())
    return sorted(name for name in names if name in {"licensekit-clock", "licensekit-database"})


def test_one_pair_of_threads_follows_everything_until_nothing_is_left(watchers: Watchers) -> None:
    subjects = [Subject() for _ in range(20)]
    for _ in range(2):  # again after all was over
        assert threads() == []
        for subject in subjects:
            watchers.watch(subject)
            watchers.watch(subject)
        assert threads() == ["licensekit-clock", "licensekit-database"]
        assert all(subject.is_followed() for subject in subjects)
        for subject in subjects:
            watchers.unwatch(subject)
            watchers.unwatch(subject)
        assert comes(lambda: not threads())


def test_what_is_forgotten_is_followed_no_longer(watchers: Watchers) -> None:
    subjects = [Subject() for _ in range(3)]
    watch_all(watchers, subjects)
    assert all(subject.is_followed() for subject in subjects)
    subjects.clear()
    gc.collect()
    assert comes(lambda: not threads())


def test_what_hangs_keeps_its_own_thread_and_nothing_else(watchers: Watchers) -> None:
    hanging, over = threading.Semaphore(0), threading.Event()

    def hang() -> None:
        hanging.release()
        over.wait(60)

    stuck = [Subject(hang) for _ in range(3)]
    sound = [Subject() for _ in range(10)]
    for subject in (*stuck, *sound):
        watchers.watch(subject)
    for _ in stuck:
        assert hanging.acquire(timeout=60)
    assert all(subject.is_followed() for subject in sound)
    assert [subject.looks for subject in stuck] == [1, 1, 1]
    assert threads() == ["licensekit-clock", *["licensekit-database"] * 4]
    assert all(subject.ticks for subject in stuck)
    watchers.unwatch(stuck[0])
    over.set()
    assert all(subject.is_followed() for subject in stuck[1:])
    assert comes(lambda: len(threads()) == 2)
    assert stuck[0].looks == 1
    for subject in (*stuck, *sound):
        watchers.unwatch(subject)


def test_what_another_one_has_ended_in_the_same_round_is_not_followed(watchers: Watchers) -> None:
    last = Subject()
    first = Subject(lambda: watchers.unwatch(last))
    watch_all(watchers, [first, last])
    assert first.is_followed()
    looks = last.looks
    assert looks <= 1
    assert first.is_followed()
    assert last.looks == looks
    watchers.unwatch(first)


def test_what_is_forgotten_behind_one_that_hangs_is_let_go(watchers: Watchers) -> None:
    hanging, over = threading.Event(), threading.Event()

    def hang() -> None:
        hanging.set()
        over.wait(60)

    subjects = [Subject(hang), *(Subject() for _ in range(9))]
    gone = [weakref.ref(subject) for subject in subjects[1:]]
    watch_all(watchers, subjects)
    assert hanging.wait(60)
    assert all(subject.is_followed() for subject in subjects[1:])
    watchers.unwatch(subjects[0])
    subjects.clear()
    gc.collect()
    assert comes(lambda: not any(reference() for reference in gone))
    assert comes(lambda: threads() == ["licensekit-database"])
    over.set()


@pytest.mark.parametrize("step", ["follow", "pass_time"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_raises_is_shown_and_everything_goes_on(
    watchers: Watchers, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[type[BaseException]] = []

    def show(args: threading.ExceptHookArgs) -> None:
        shown.append(args.exc_type)

    monkeypatch.setattr(threading, "excepthook", show)

    def fail() -> None:
        raise ZeroDivisionError

    subjects = [Subject(**{step: fail}), Subject()]
    for subject in subjects:
        watchers.watch(subject)
    assert all(subject.is_followed() for subject in subjects)
    assert set(shown) == {ZeroDivisionError}
    for subject in subjects:
        watchers.unwatch(subject)


def test_a_forked_child_begins_with_nothing(watchers: Watchers) -> None:
    subject = Subject()
    watchers.watch(subject)
    watchers.unwatch(subject)
    assert comes(lambda: not threads())
    watchers.begin()
    other = Subject()
    watchers.watch(other)
    assert other.is_followed()
    watchers.unwatch(other)
