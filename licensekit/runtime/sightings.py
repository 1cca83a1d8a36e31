"""The users of whom the application tells that they are there, kept in memory until they are written together."""

from collections import deque
from contextlib import suppress
from typing import Final

from licensekit.database import Database
from licensekit.errors import EntryInvalid
from licensekit.runtime.holders import REMEMBERED
from licensekit.state.sightings import keep_sightings
from licensekit.text import names

_TOGETHER: Final = 10_000
"""How many are written in one transaction."""


class Sightings:
    """Who was seen. Safe for threads, and in a forked child: no step needs a lock."""

    def __init__(self, day: int) -> None:
        self.today: set[str] = set()
        """The ids of whom the application has told on `day`, as it wrote them."""
        self._day = day
        self._new: deque[tuple[str, int]] = deque(maxlen=REMEMBERED)

    def note(self, user_id: str, day: int) -> None:
        """Note that a user was seen on a day, in days since 1970."""
        if len(self.today) >= REMEMBERED:
            self.today.clear()
        self.today.add(user_id)
        with suppress(EntryInvalid):  # nobody has such an id
            self._new.append((names.check_id(names.folded(user_id), "user id"), day))

    def begin(self, today: int) -> bool:
        """Return whether this is another day, on which everybody is noted again."""
        is_another = today != self._day
        if is_another:
            self._day = today
            self.today.clear()
        return is_another

    def keep(self, database: Database, today: int) -> None:
        """Write what was noted; what cannot be written now stays noted.

        Raises:
            StateError: the database cannot be written.
        """
        while some := self._some():
            try:
                keep_sightings(database, dict(some), today)
            except BaseException:  # an interruption too must lose nothing
                self._new.extend(some)
                raise

    def _some(self) -> list[tuple[str, int]]:
        some: list[tuple[str, int]] = []
        with suppress(IndexError):  # another thread may write some of them
            while len(some) < _TOGETHER:
                some.append(self._new.popleft())
        return some
