"""All that an evaluator takes ("Words and inputs")."""

from dataclasses import dataclass, replace
from typing import Any

from tests.vectors.second_reader.evaluation.bundles import Bundle
from tests.vectors.second_reader.evaluation.catalogs import Catalogs, Code
from tests.vectors.second_reader.trust import State


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
    """A site, and its slot among the satellites if it is one: that may be anything as well."""

    id: str
    is_satellite: bool
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
    believed: State
    catalogs: Catalogs
    bundles: tuple[Bundle, ...]
    """Those whose keys may still sign them, in the order of their activation."""
    released: int | None
    installation: Installation | None
    away_hours: float | None
    sites: dict[str, Site]
    users: dict[str, User]
    events: tuple[Event, ...]

    @property
    def vendor(self) -> str:
        """The issuer of the root."""
        return str(self.believed.root.held.says["issuer"])

    def at(self, moment: int) -> "World":
        """Return the same world at another moment."""
        return replace(self, now=moment)
