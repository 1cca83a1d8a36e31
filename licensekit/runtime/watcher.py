"""The threads that keep answers true: they swap the snapshot when time or the database moves on.

There are two, so that a database that keeps one waiting does not hold up time. They hold their subject weakly, so that
a forgotten `Licensing` ends its own threads.
"""

import os
import weakref
from collections.abc import Callable
from threading import Event, Thread
from typing import Final, Protocol

TICK_SECONDS: Final = 0.2
"""The pause between two readings of the clock: no date goes unnoticed for longer."""

PATIENCE_SECONDS: Final = 1.0
"""The longest wait for a change at a time: a forgotten subject is kept for no longer."""


class Watched(Protocol):
    """What a watcher keeps up to date."""

    def pass_time(self) -> None:
        """Apply what the passing of time changes; does not wait for anything."""
        ...

    def follow(self, patience: float) -> None:
        """Wait for a change of the database for up to `patience` seconds, and apply it."""
        ...

    def after_fork(self) -> None:
        """Continue in a forked child, which has no threads, and locks that nobody may release."""
        ...


class Watcher:
    """Two daemon threads, which run until they are stopped or their subject is gone."""

    def __init__(self, subject: Watched) -> None:
        self._subject = weakref.ref(subject)
        self.start()

    def start(self) -> None:
        """Start the threads: for the first time, or in a forked child, which inherits none."""
        self._stop = Event()
        steps: tuple[tuple[str, _Step, float], ...] = (
            ("licensekit-clock", lambda subject: subject.pass_time(), TICK_SECONDS),
            ("licensekit-database", lambda subject: subject.follow(PATIENCE_SECONDS), 0),
        )
        for name, step, pause in steps:
            _start(name, self._subject, self._stop, step, pause)

    def stop(self) -> None:
        """End the threads within a second; does not wait for them."""
        self._stop.set()


_SURVIVORS: Final["weakref.WeakSet[Watched]"] = weakref.WeakSet()


def survive_forks(subject: Watched) -> None:
    """Let `after_fork` be called in every child that this process forks."""
    _SURVIVORS.add(subject)


def continue_after_fork() -> None:
    """Let everything that this process has open continue in it, which was forked just now."""
    for subject in list(_SURVIVORS):
        subject.after_fork()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=continue_after_fork)


_Step = Callable[[Watched], None]
_Reference = weakref.ref[Watched]


def _start(name: str, reference: _Reference, stop: Event, step: _Step, pause: float) -> None:
    arguments = (name, reference, stop, step, pause)
    Thread(target=_watch, args=arguments, name=name, daemon=True).start()


def _watch(name: str, reference: _Reference, stop: Event, step: _Step, pause: float) -> None:
    """Take steps to the end; where a step raises, this thread ends and a new one continues.

    That can only be a mistake in the program, such as a clock that raises. The thread's hook shows it; nothing may live
    past its end because of it.
    """
    is_over = False
    try:
        while not stop.wait(pause):
            subject = reference()
            if subject is None:
                break
            step(subject)
            del subject
        is_over = True
    finally:
        if not is_over and not stop.wait(TICK_SECONDS):
            _start(name, reference, stop, step, pause)
