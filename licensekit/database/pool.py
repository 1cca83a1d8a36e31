"""Connections lent to one user at a time, in any thread, never across a fork.

A connection is made when none is idle. Connections of an earlier identity (before a fork, or of a file that was
replaced meanwhile) are never lent again. There is no thread behind it.
"""

from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field
from os import getpid
from threading import BoundedSemaphore, Lock
from typing import Final, Generic, TypeVar

from licensekit.errors import DatabaseBusy, DatabaseUnavailable

C = TypeVar("C")

CONNECTIONS: Final = 16
"""How many connections one pool lends at a time."""


class Generation(Generic[C]):
    """The idle connections of one process and identity."""

    __slots__ = ("idle", "lock", "open", "pid", "slots")

    def __init__(self, pid: int, slots: int) -> None:
        self.pid = pid
        self.slots = BoundedSemaphore(slots)
        self.lock = Lock()
        self.idle: list[C] = []
        self.open = True


_INHERITED: Final[list[object]] = []
"""What a parent process had open. Kept, because closing it here would disturb the parent."""


@dataclass(eq=False, repr=False)
class ConnectionPool(Generic[C]):
    """Lends connections, at most `slots` at a time.

    `is_usable` is asked before an idle connection is lent, and `identity` what is connected to now: when that changes,
    idle connections are of no use any more.
    """

    make: Callable[[], C]
    discard: Callable[[C], None]
    _: KW_ONLY
    location: str
    wait: float
    """Seconds after which a pool whose connections are all lent gives up."""
    is_usable: Callable[[C], bool] = lambda _: True
    identity: Callable[[], Hashable] = lambda: None
    slots: int = CONNECTIONS
    _closed: bool = field(default=False, init=False)
    _generations: dict[Hashable, Generation[C]] = field(default_factory=dict[Hashable, Generation[C]], init=False)

    @contextmanager
    def lend(self) -> Generator[C]:
        """Lend one connection for a block.

        Raises:
            DatabaseUnavailable: the pool is closed, or no connection can be made.
            DatabaseBusy: all connections stay lent for longer than `wait` seconds.
        """
        generation = self._generation()
        if not generation.slots.acquire(timeout=self.wait):
            raise DatabaseBusy(reason="threads", where=self.location)
        try:
            connection = self._from(generation)
        except BaseException:  # an interruption too must give the place back
            generation.slots.release()
            raise
        try:
            yield connection
        finally:
            self._take_back(generation, connection)

    def _take_back(self, generation: Generation[C], connection: C) -> None:
        if generation.pid != getpid():
            _INHERITED.append(connection)
            return
        with generation.lock:
            kept = generation.open and not self._closed
            if kept:
                generation.idle.append(connection)
        generation.slots.release()
        if not kept:
            self.discard(connection)

    def close(self) -> None:
        """Discard what is idle now, and what is lent when it comes back."""
        self._closed = True
        self._retire_all_but(None)

    def check_open(self) -> None:
        """Raise `DatabaseUnavailable` after `close`."""
        if self._closed:
            raise DatabaseUnavailable(reason="closed", where=self.location)

    def _generation(self) -> Generation[C]:
        self.check_open()
        pid = getpid()
        identity = (pid, self.identity())
        generation = self._generations.get(identity)
        if generation is None:
            # No lock of ours could be relied on here: a thread that held it may be lost in a fork.
            generation = self._generations.setdefault(identity, Generation(pid, self.slots))
            self._retire_all_but(identity)
        return generation

    def _retire_all_but(self, kept: Hashable) -> None:
        for identity in [key for key in list(self._generations) if key != kept]:
            generation = self._generations.pop(identity, None)
            if generation is None or generation.pid != getpid():
                _INHERITED.append(generation)
                continue
            with generation.lock:
                generation.open = False
                idle, generation.idle = generation.idle, []
            for connection in idle:
                self.discard(connection)

    def _from(self, generation: Generation[C]) -> C:
        while True:
            with generation.lock:
                if not generation.idle:
                    break
                connection = generation.idle.pop()
            if self.is_usable(connection):
                return connection
            self.discard(connection)
        self.check_open()
        return self.make()
