"""Connections lent to one user at a time, in any thread, never across a fork.

A connection is made when none is idle that is still of use. Those from before a fork are never lent again. There is no
thread behind it.
"""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import KW_ONLY, dataclass, field
from os import getpid
from queue import Empty, LifoQueue
from typing import Final, Generic, TypeVar

from licensekit.errors import DatabaseBusy, DatabaseUnavailable

C = TypeVar("C")

CONNECTIONS: Final = 16
"""How many connections one pool lends at a time."""

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
    _free: dict[int, LifoQueue[C | None]] = field(default_factory=dict[int, LifoQueue[C | None]], init=False)
    """By process: the connections that are not lent, the last used first, and None for each that is not made yet."""

    @contextmanager
    def lend(self) -> Generator[C]:
        """Lend a connection for a block; raise `DatabaseUnavailable` if closed, `DatabaseBusy` after `wait` seconds."""
        self.check_open()
        pid, free = getpid(), self._of_process()
        try:
            idle = free.get(timeout=self.wait)
        except Empty as error:
            self.check_open()
            raise DatabaseBusy(reason="threads", where=self.location) from error
        connection: C | None = None
        try:
            connection = self._usable(idle)
            yield connection
        finally:  # an interruption too must give the place back
            if pid == getpid():
                free.put(connection)
                self._discard_if_closed(free)
            else:
                _INHERITED.append(connection)

    def close(self) -> None:
        """Discard what is idle now, and what is lent when it comes back."""
        self._closed = True
        self._discard_if_closed(self._of_process())

    def check_open(self) -> None:
        """Raise `DatabaseUnavailable` after `close`."""
        if self._closed:
            raise DatabaseUnavailable(reason="closed", where=self.location)

    def _discard_if_closed(self, free: LifoQueue[C | None]) -> None:
        with suppress(Empty):
            while self._closed:
                idle = free.get_nowait()
                if idle is not None:
                    self.discard(idle)

    def _of_process(self) -> LifoQueue[C | None]:
        pid = getpid()
        free = self._free.get(pid)
        if free is None:
            # No lock of ours could be relied on here: a thread that held it may be lost in a fork.
            _INHERITED.extend(self._free.values())
            fresh = LifoQueue[C | None]()
            for _ in range(self.slots):
                fresh.put(None)
            free = self._free.setdefault(pid, fresh)
        return free

    def _usable(self, idle: C | None) -> C:
        with ExitStack() as undo:
            if idle is not None:
                undo.callback(self.discard, idle)
                if self.is_usable(idle):
                    undo.pop_all()
                    return idle
        return self.make()
