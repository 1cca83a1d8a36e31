"""Turns: first come, first served among the processes and threads of one host that share a database file.

Waiters for SQLite's one writer only poll, so some may starve. Therefore each draws a ticket, a file named after the
moment at which it was drawn, and the oldest goes first. That is an order and not a lock: the database is what protects
the data, so in doubt nobody waits.

A waiter keeps updating the modification time of its ticket, by the clock of `time.monotonic`, which all processes of a
host share and nobody can set. A ticket that is not updated belongs to a process that was killed or stopped, and the
next in line removes it. A stopped process that continues gets its old place back.
"""

import os
from bisect import bisect_left
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from itertools import dropwhile
from pathlib import Path
from secrets import token_hex
from time import monotonic, monotonic_ns, sleep

from licensekit.errors import FileUnusable
from licensekit.files import PRIVATE, PRIVATE_FOLDER, hand_over, names_in

_PATIENCE, _GRACE = 1.0, 0.8
"""Seconds: how long others wait for a writer, and for how long all newcomers may try at the same time.

That is far quicker than strictly one after the other; after the grace period, a writer goes before newcomers.
"""
_STEP_SECONDS, _LONGEST_SECONDS = 0.001, 0.02  # the pause for each waiter ahead, and the longest pause
_FOLDER = ".queue"


class Ticket:
    """A place in a named line at the database at `location`; on a server and in memory, it is always the first.

    It goes before later ones once it is `grace` seconds old. A ticket that does not ask for `patience` seconds loses
    its place. Without `create`, there is a line only if another ticket created it.
    """

    def __init__(self, location: str, name: str, *, patience: float, grace: float = 0, create: bool = False) -> None:
        # No file can be created below a device.
        folder = Path(os.devnull, "none") if "://" in location else Path(location).with_suffix(_FOLDER)
        self._line = f"{name}."
        self._path = folder / f"{self._line}{monotonic_ns():020}.{token_hex(4)}"
        self._patience, self._grace = round(patience * 1e9), round(grace * 1e9)
        with suppress(OSError):
            if create:
                folder.mkdir(PRIVATE_FOLDER)
                hand_over(folder, folder.parent)

    def ahead(self) -> int:
        """Return how many are ahead; ask again until it is 0."""
        with suppress(OSError, FileUnusable):  # nothing can be created there
            if not self._path.exists():  # the first call, or another removed it as abandoned
                self._path.touch(PRIVATE)
            now = monotonic_ns()
            os.utime(self._path, ns=(now, now))
            drawn = sorted(one for one in names_in(self._path.parent) if one.startswith(self._line))
            limit = min(self._path.name, f"{self._line}{monotonic_ns() - self._grace:020}")
            older = drawn[: bisect_left(drawn, limit)]
            return len(list(dropwhile(self._is_abandoned, older)))
        return 0

    def close(self) -> None:
        """Leave the line."""
        with suppress(OSError):
            self._path.unlink()

    def _is_abandoned(self, name: str) -> bool:
        """Return whether the owner of a ticket is gone; if so, remove the ticket."""
        path = self._path.with_name(name)
        with suppress(OSError):
            # After a restart of the machine, an old ticket may have a time in the future.
            if abs(monotonic_ns() - path.stat().st_mtime_ns) <= self._patience:
                return False
            path.unlink()
        return True


@contextmanager
def writing(location: str, end: float) -> Generator[None]:
    """Wait for the turn to write, or until `end`, a time of `time.monotonic`, then run the block."""
    if not Path(location).with_suffix(_FOLDER).is_dir():  # nobody has ever queued here
        yield
        return
    with closing(Ticket(location, "write", patience=_PATIENCE, grace=_GRACE)) as ticket:
        while (ahead := ticket.ahead()) and monotonic() < end:
            sleep(min(ahead * _STEP_SECONDS, _LONGEST_SECONDS))
        yield
