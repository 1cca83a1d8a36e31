"""The thread that keeps answers true: it swaps the snapshot when time or the database moves on.

It holds its subject weakly, so that a forgotten `Licensing` ends its own watcher, and it starts
anew in a forked child, which inherits no threads.
"""

import os
import weakref
from threading import Event, Thread
from typing import Final, Protocol

TICK_SECONDS: Final = 0.2
"""The longest that a change or a passed date goes unnoticed while the watcher runs."""


class Watched(Protocol):
    """What a watcher keeps up to date."""

    def catch_up(self, patience: float) -> None:
        """Wait for a change for up to `patience` seconds, and take it in."""
        ...


class Watcher:
    """A daemon thread that calls `catch_up` until it is stopped or its subject is gone."""

    def __init__(self, subject: Watched) -> None:
        self._subject = weakref.ref(subject)
        self._stop = Event()
        self._start()
        _running.add(self)

    def stop(self) -> None:
        """End the thread within a tick; does not wait for it."""
        self._stop.set()
        _running.discard(self)

    def restart(self) -> None:
        """Start again in a forked child."""
        self._stop = Event()
        self._start()

    def _start(self) -> None:
        thread = Thread(
            target=_watch, args=(self._subject, self._stop), name="licensekit-watcher", daemon=True
        )
        thread.start()


def _watch(reference: "weakref.ref[Watched]", stop: Event) -> None:
    while not stop.is_set():
        subject = reference()
        if subject is None:
            return
        subject.catch_up(TICK_SECONDS)
        del subject


_running: Final["weakref.WeakSet[Watcher]"] = weakref.WeakSet()


def _after_fork() -> None:
    for watcher in list(_running):
        watcher.restart()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_after_fork)
