"""Turns: first come, first served among the processes and threads of one host that share a database file.

SQLite lets who waits for its one writer look again now and then, so that some starve. Therefore each draws a ticket, a
file named for the moment at which it was drawn; the oldest goes first. That is an order and no lock: the database keeps
the count, so in doubt nobody waits.

Who waits sets the time of its ticket, by the clock of `time.monotonic`, which the processes of a host share and nobody
sets. A ticket whose time stands still is of a process that was killed or stopped, and whoever comes next removes it; a
process that continues gets its old place back.
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
"""Seconds: for how long one that writes keeps others waiting, and for how long all who want to write may try together.

That is far quicker than strictly one after the other; whoever has tried for longer goes before newcomers.
"""
_STEP_SECONDS, _LONGEST_SECONDS = 0.001, 0.02  # the pause for each who is ahead, and the longest one
_FOLDER = ".queue"


class Ticket:
    """A place in the line of one name at the database at `location`; on a server and in memory, always the first.

    It is before those who came later once it is `grace` seconds old. Who does not ask for `patience` seconds is passed.
    Without `create`, there is a line only where another made one.
    """

    def __init__(self, location: str, name: str, *, patience: float, grace: float = 0, create: bool = False) -> None:
        # Nothing can be made in what is no folder.
        folder = Path(os.devnull, "none") if "://" in location else Path(location).with_suffix(_FOLDER)
        self._line = f"{name}."
        self._path = folder / f"{self._line}{monotonic_ns():020}.{token_hex(4)}"
        self._patience, self._grace = round(patience * 1e9), round(grace * 1e9)
        with suppress(OSError):
            if create:
                folder.mkdir(PRIVATE_FOLDER)
                hand_over(folder, folder.parent)

    def ahead(self) -> int:
        """Return how many come first; to be asked again and again until it is 0."""
        with suppress(OSError, FileUnusable):  # no line can be made there
            if not self._path.exists():  # at first, or it looked abandoned
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
        """Return whether a ticket is of nobody any more; then it is removed."""
        path = self._path.with_name(name)
        with suppress(OSError):
            # One that was left before the machine started has any time.
            if abs(monotonic_ns() - path.stat().st_mtime_ns) <= self._patience:
                return False
            path.unlink()
        return True


@contextmanager
def writing(location: str, end: float) -> Generator[None]:
    """Run a block when it is its turn to write, or at `end`, a time of `time.monotonic`."""
    if not Path(location).with_suffix(_FOLDER).is_dir():  # nobody has ever stood in line here
        yield
        return
    with closing(Ticket(location, "write", patience=_PATIENCE, grace=_GRACE)) as ticket:
        while (ahead := ticket.ahead()) and monotonic() < end:
            sleep(min(ahead * _STEP_SECONDS, _LONGEST_SECONDS))
        yield
