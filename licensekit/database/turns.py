"""Turns: first come, first served among the processes and threads of one host that share a database file.

SQLite has one writer at a time and lets who waits look again now and then, so that some get nothing. Therefore each
draws a ticket first: a file beside the database, named for the moment at which it was drawn. Whose ticket is the oldest
goes first. Tickets only make an order: the database keeps the count, so in doubt nobody waits.

Who has a ticket and waits sets its time, by the clock of `time.monotonic`, which all processes of a host share and
nobody sets. A ticket whose time stands still belongs to a process that was killed or stopped, and whoever comes next
removes it. A process that continues gets its old place back.
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

_NEXT_SECONDS, _STEP_SECONDS, _LONGEST_SECONDS = 0.0003, 0.001, 0.02
"""The pause of who is next, what each further place adds to it, and the longest one."""


class Ticket:
    """A place in the line of one name at the database at `location`; on a server and in memory, always the first.

    A ticket is out of date once it was not looked at for `patience` seconds. Without `create`, there is a line only
    where somebody else has made one.
    """

    def __init__(self, location: str, name: str, *, patience: float, create: bool) -> None:
        folder = Path(location).with_suffix(".queue")
        self._line = f"{name}."
        self._path = folder / f"{self._line}{monotonic_ns():020}.{token_hex(4)}"
        self._patience = round(patience * 1e9)
        self._is_alone = "://" in location
        if create and not self._is_alone:
            with suppress(OSError):
                folder.mkdir(PRIVATE_FOLDER)
                hand_over(folder, folder.parent)

    def ahead(self) -> int:
        """Return how many come first; to be asked again and again until it is 0."""
        if not self._is_alone:
            with suppress(OSError, FileUnusable):  # no line can be made there
                self._renew()
                drawn = sorted(one for one in names_in(self._path.parent) if one.startswith(self._line))
                older = drawn[: bisect_left(drawn, self._path.name)]
                return sum(1 for _ in dropwhile(self._is_abandoned, older))
        return 0

    def close(self) -> None:
        """Leave the line."""
        if not self._is_alone:
            with suppress(OSError):
                self._path.unlink()

    def _renew(self) -> None:
        now = monotonic_ns()
        try:
            os.utime(self._path, ns=(now, now))
        except FileNotFoundError:  # at first, or it looked abandoned
            self._path.touch(PRIVATE)
            os.utime(self._path, ns=(now, now))

    def _is_abandoned(self, name: str) -> bool:
        """Return whether nobody looks at a ticket any more, which is removed then."""
        path = self._path.with_name(name)
        try:
            # One that was left before the machine started has any time.
            if abs(monotonic_ns() - path.stat().st_mtime_ns) <= self._patience:
                return False
            path.unlink()
        except OSError:
            pass
        return True


@contextmanager
def turn(location: str, name: str, *, patience: float, end: float) -> Generator[None]:
    """Run a block when it is its turn, or at `end`, a time of `time.monotonic`."""
    with closing(Ticket(location, name, patience=patience, create=False)) as ticket:
        while (ahead := ticket.ahead()) and monotonic() < end:
            sleep(min(_NEXT_SECONDS + (ahead - 1) * _STEP_SECONDS, _LONGEST_SECONDS))
        yield
