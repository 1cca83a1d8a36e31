"""The two threads of a process that keep answers up to date: one follows time, the other databases.

They start with the first question in a process, so a process that only opens and forks has none, and end when nothing
is left to follow. The thread for time never waits. If a database hangs, the thread that waits for it is left behind,
and a new one follows all others. Subjects are referenced weakly, so a forgotten `Licensing` is not followed any more.
"""

import os
import sys
import threading
import weakref
from collections.abc import Callable
from math import inf
from threading import Event, Lock, Thread, current_thread
from time import monotonic
from typing import Final, Protocol, TypeVar

T = TypeVar("T")
TICK_SECONDS: Final = 0.2  # the pause between two readings of the clock; no date goes unnoticed for longer
LOOK_SECONDS: Final = 0.3  # the least time between two looks at one database
RETRY_SECONDS: Final = 0.5  # how soon a database that is away is tried again
HANG_SECONDS: Final = 1.0  # how long one database may delay the others
_EARLY_SECONDS: Final = 0.01


class Survivor(Protocol):
    """An object that continues in a forked child."""

    def after_fork(self) -> None:
        """Continue in a forked child, which has no threads, and whose locks may never be released."""
        ...


class Watched(Protocol):
    """An object that the threads keep up to date."""

    def pass_time(self) -> None:
        """Apply the passing of time; must not wait for anything."""
        ...

    def follow(self) -> float:
        """Apply changes in the database; return the seconds until the next look."""
        ...


class Watchers:
    """The two threads of a process and their subjects."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Begin with nothing to follow, also in a forked child."""
        self._lock = Lock()
        self._due: weakref.WeakKeyDictionary[Watched, float] = weakref.WeakKeyDictionary()
        """Subject to the time of the next look at its database; infinite during a look."""
        self._awake = Event()
        self._end: Event | None = None
        """Ends the threads; None while none run."""
        self._follower: Thread | None = None
        self._since = inf  # when the follower began its present look at a database

    def watch(self, subject: Watched) -> None:
        """Keep a subject up to date from now on, until it is garbage or `unwatch` is called."""
        with self._lock:
            self._due.setdefault(subject, 0)
            if self._end is None:
                self._end = Event()
                _start("licensekit-clock", self._keep_time, self._end)
                self._start_follower(self._end)
        self._awake.set()

    def unwatch(self, subject: Watched) -> None:
        """Stop following a subject; does not wait for a step that is running."""
        with self._lock:
            self._due.pop(subject, None)

    def _keep_time(self, end: Event) -> None:
        while not end.wait(TICK_SECONDS):
            self._tick(end)

    def _tick(self, end: Event) -> None:
        with self._lock:
            if not (subjects := list(self._due)):
                end.set()
                self._end = None
            elif monotonic() - self._since > HANG_SECONDS:
                self._start_follower(end)
        for subject in subjects:
            _run_safely(subject.pass_time, None)

    def _start_follower(self, end: Event) -> None:
        self._since = inf
        self._follower = _start("licensekit-database", self._follow, end)

    def _follow(self, end: Event) -> None:
        begin = monotonic()
        while not end.is_set():
            self._awake.clear()
            if not self._look(begin):
                return
            # A new subject does not shift the common rhythm, so that the thread wakes rarely.
            if not self._awake.wait(max(0.0, begin + LOOK_SECONDS - monotonic())):
                begin = monotonic()

    def _look(self, begin: float) -> bool:
        """Look at each database that is due; return False if another thread has taken over."""
        with self._lock:
            due = [weakref.ref(subject) for subject, at in self._due.items() if at <= begin + _EARLY_SECONDS]
        for reference in due:
            subject = reference()
            with self._lock:
                if self._follower is not current_thread():
                    return False
                if subject is None or self._due.get(subject, inf) == inf:
                    continue
                self._due[subject] = inf
                self._since = monotonic()
            pause = _run_safely(subject.follow, LOOK_SECONDS)
            with self._lock:
                if subject in self._due:
                    self._due[subject] = begin + pause
                if self._follower is current_thread():
                    self._since = inf
            subject = None  # do not keep it alive during the look at the next one
        return True


def _start(name: str, work: Callable[[Event], None], end: Event) -> Thread:
    thread = Thread(target=work, args=(end,), name=name, daemon=True)
    thread.start()
    return thread


def _run_safely(step: Callable[[], T], otherwise: T) -> T:
    """Run a step; if it raises, pass that to `threading.excepthook` and return `otherwise`."""
    try:
        return step()
    except Exception:  # noqa: BLE001  # a bug must not stop the thread, or grants would live past their end
        threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), current_thread())))
        return otherwise


WATCHERS: Final = Watchers()  # of this process
_SURVIVORS: Final["weakref.WeakSet[Survivor]"] = weakref.WeakSet()


def survive_forks(subject: Survivor) -> None:
    """Call `after_fork` of the subject in every forked child."""
    _SURVIVORS.add(subject)


def continue_after_fork() -> None:
    """Continue in a child that was just forked."""
    WATCHERS.begin()
    for subject in list(_SURVIVORS):
        subject.after_fork()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=continue_after_fork)
