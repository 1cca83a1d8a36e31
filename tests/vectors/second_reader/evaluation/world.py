"""All that an evaluator takes ("Words and inputs")."""

from dataclasses import dataclass, replace
from typing import Any

from tests.vectors.second_reader.evaluation.bundles import Bundle
from tests.vectors.second_reader.evaluation.catalogs import Catalogs, Code


@dataclass(frozen=True)
class Installation:
    """What the installation can show to a bound bundle."""

    digest: str
    facts: dict[str, str]


@dataclass(frozen=True)
class Assignment:
    """A license that a holder is assigned, in a slot that may be anything."""

    license: Code
    slot: Any


@dataclass(frozen=True)
class Site:
    """A site, and its slot among the satellites if it is one."""

    id: str
    satellite: Any
    licenses: tuple[Assignment, ...]


@dataclass(frozen=True)
class User:
    """A user."""

    id: str
    kind: str
    can_log_in: bool
    is_administrator: bool
    is_retired: bool
    groups: tuple[str, ...]
    licenses: tuple[Assignment, ...]


@dataclass(frozen=True)
class Event:
    """An event in force."""

    number: int
    kind: str
    scope: str
    subject: str


@dataclass(frozen=True, eq=False)
class World:
    """What an answer is a function of."""

    now: int
    vendor: str
    catalogs: Catalogs
    bundles: tuple[Bundle, ...]
    """Those whose keys may still sign them, in the order of their activation."""
    released: int | None
    installation: Installation | None
    away_hours: float | None
    sites: dict[str, Site]
    users: dict[str, User]
    events: tuple[Event, ...]

    def at(self, moment: int) -> "World":
        """Return the same world at another moment."""
        return replace(self, now=moment)

    def user(self, name: str) -> User | None:
        """Return a user who is known and not retired."""
        user = self.users.get(name)
        return None if user is None or user.is_retired else user
