"""Connections lent to one user at a time, in any thread, never across a fork.

A connection is made when none is idle that is still of use. Those from before a fork are never lent again. There is no
thread behind it.
"""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import KW_ONLY, dataclass, field
from os import getpid
from threading import BoundedSemaphore, Lock
from typing import Final, Generic, TypeVar

from licensekit.errors import DatabaseBusy, DatabaseUnavailable

C = TypeVar("C")

CONNECTIONS: Final = 16
"""How many connections one pool lends at a time."""


class Generation(Generic[C]):
    """The idle connections of one process."""

    __slots__ = ("idle", "lock", "pid", "slots")

    def __init__(self, pid: int, slots: int) -> None:
        self.pid = pid
        self.slots = BoundedSemaphore(slots)
        self.lock = Lock()
        self.idle: list[C] = []


_INHERITED: Final[list[object]] = []
"""What a parent process had open. Kept, because closing it here would disturb the parent."""


@dataclass(eq=False, repr=False)
class ConnectionPool(Generic[C]):
    """Lends connections, at most `slots` at a time; `is_usable` is asked before an idle one is lent."""

    make: Callable[[], C]
    discard: Callable[[C], None]
    _: KW_ONLY
    location: str
    wait: float
    """Seconds after which a pool whose connections are all lent gives up."""
    is_usable: Callable[[C], bool] = lambda _: True
    slots: int = CONNECTIONS
    _closed: bool = field(default=False, init=False)
    _generations: dict[int, Generation[C]] = field(default_factory=dict[int, Generation[C]], init=False)

    @contextmanager
    def lend(self) -> Generator[C]:
        """Lend one connection for a block.

        Raises:
            DatabaseUnavailable: the pool is closed, or no connection can be made.
            DatabaseBusy: all connections stay lent for longer than `wait` seconds.
        """
        self.check_open()
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
            is_closed = self._closed
            if not is_closed:
                generation.idle.append(connection)
        generation.slots.release()
        if is_closed:
            self.discard(connection)

    def close(self) -> None:
        """Discard what is idle now, and what is lent when it comes back."""
        self._closed = True
        generation = self._generation()
        with generation.lock:
            idle, generation.idle = generation.idle, []
        for connection in idle:
            self.discard(connection)

    def check_open(self) -> None:
        """Raise `DatabaseUnavailable` after `close`."""
        if self._closed:
            raise DatabaseUnavailable(reason="closed", where=self.location)

    def _generation(self) -> Generation[C]:
        pid = getpid()
        generation = self._generations.get(pid)
        if generation is None:
            # No lock of ours could be relied on here: a thread that held it may be lost in a fork.
            _INHERITED.extend(self._generations.values())
            generation = self._generations.setdefault(pid, Generation(pid, self.slots))
        return generation

    def _from(self, generation: Generation[C]) -> C:
        while True:
            with generation.lock:
                if not generation.idle:
                    break
                connection = generation.idle.pop()
            with ExitStack() as undo:
                undo.callback(self.discard, connection)
                if self.is_usable(connection):
                    undo.pop_all()
                    return connection
        self.check_open()
        return self.make()
