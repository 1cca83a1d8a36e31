"""The users of whom the application tells that they are there, kept in memory until they are written together."""

from collections import deque
from contextlib import suppress

from licensekit.database import Database
from licensekit.errors import EntryInvalid
from licensekit.runtime.holders import REMEMBERED
from licensekit.state.sightings import keep_sightings
from licensekit.text import names


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
        if today == self._day:
            return False
        self._day = today
        self.today.clear()
        return True

    def keep(self, database: Database, today: int) -> None:
        """Write what was noted; what cannot be written stays noted. Raises as `keep_sightings` does."""
        some: dict[str, int] = {}
        with suppress(IndexError):  # another thread may take some of them
            while True:
                some.update([self._new.popleft()])
        try:
            if some:
                keep_sightings(database, some, today)
        except BaseException:  # an interruption too must lose nothing
            self._new.extend(some.items())
            raise
