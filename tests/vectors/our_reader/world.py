"""The installation that a line of the ask `evaluate` describes, as the package's own types.

Questions about users and sites go to the classes that an application asks (`User`, `Holder`). These get users, sites
and events from the line instead of a database.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar, cast

from licensekit.dates import days_of, moment_of, parse_seconds
from licensekit.entitlements import Entitlements, Fingerprint, Holding, evaluate
from licensekit.entitlements.events import Event, EventScope
from licensekit.entitlements.holdings import NO_SLOT
from licensekit.entitlements.login import UserFacts
from licensekit.errors import LicenseError
from licensekit.runtime.holders import Holder, User
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.snapshot import Snapshot
from licensekit.state.loading import InstallationState
from licensekit.state.slots import slot_of
from licensekit.state.users import SiteFacts
from licensekit.text import names
from licensekit.trust.pack import TrustStore, add_documents, at_floor, open_pack
from licensekit.trust.signed import Verified, identity_of
from licensekit.trust.state import verify_signed
from licensekit.wire import armor, frame
from licensekit.wire.documents import Bundle, Kind, UserKind
from tests.vectors.our_reader.files import seen_of

Line = dict[str, Any]
T = TypeVar("T")


class World(NamedTuple):
    """An installation at one moment."""

    line: Line
    store: TrustStore
    now: int
    bundles: tuple[Verified[Bundle], ...]
    evaluated: Callable[[Iterable[Verified[Bundle]], int], Entitlements]
    """What bundles grant at a moment."""
    entitlements: Entitlements
    users: Mapping[str, UserFacts]
    """Those who are retired hold nothing."""
    sites: Mapping[str, SiteFacts]
    in_use: Mapping[str, int]
    events: tuple[Event, ...]

    def user(self, user_id: str, site: str | None, licenses: Iterable[str] | None = None) -> User:
        """Return a user as applications ask one."""
        return User(self._live, user_id, site, None if licenses is None else tuple(licenses))

    def site(self, site_id: str) -> Holder:
        """Return a site as applications ask one."""
        return Holder(self._live, site_id)

    def holder(self, kind: Kind, holder_id: str) -> UserFacts | SiteFacts | None:
        """Return what is known of a user or a site; None: there is none."""
        return self.users.get(holder_id) if kind is Kind.USER else self.sites.get(holder_id)

    @property
    def _live(self) -> LiveSnapshot:
        state = cast("InstallationState", _Evaluated(self.entitlements, self.events, self.now))
        live = _Live(Snapshot(state), _Known(self.users), _Known(self.sites))
        return cast("LiveSnapshot", live)


class _Evaluated(NamedTuple):
    """What snapshots read of the state of an installation."""

    entitlements: Entitlements
    events: tuple[Event, ...]
    now: int


@dataclass(frozen=True)
class _Known(Generic[T]):
    """Lookups of users, or of sites."""

    of_id: Mapping[str, T]

    def find(self, holder: str, _: Snapshot) -> T | None:
        """Return what is known of a user or site; None: no one has that id."""
        return self.of_id.get(holder)


class _Live(NamedTuple):
    """What holders read of a live snapshot."""

    snapshot: Snapshot
    known_users: _Known[UserFacts]
    known_sites: _Known[SiteFacts]


def world_of(line: Line) -> World:
    """Return the installation of a line."""
    floor = seen_of(line.get("seen"))
    store = at_floor(add_documents(open_pack(line["pack"], line["root"]), (), None, floor), floor)
    released = None if line.get("released") is None else days_of(moment_of(parse_seconds(line["released"])).date())
    fingerprint = _fingerprint(line.get("installation"))

    def evaluated(bundles: Iterable[Verified[Bundle]], now: int) -> Entitlements:
        away = line.get("away_hours")
        return evaluate(store, bundles, now, fingerprint=fingerprint, released=released, away_hours=away)

    now, bundles = parse_seconds(line["now"]), tuple(verified(line["bundles"], store))
    entitlements = evaluated(bundles, now)
    users = [one | {"licenses": []} if one["retired"] else one for one in line.get("users", [])]
    sites: list[Line] = line.get("sites", [])
    slots = {Kind.USER: _Slots(users), Kind.SITE: _Slots(sites)}
    satellites = _Slots(
        [{"licenses": [{"license": "", "slot": one["satellite"]}]} for one in sites if "satellite" in one]
    )
    return World(
        line=line,
        store=store,
        now=now,
        bundles=bundles,
        evaluated=evaluated,
        entitlements=entitlements,
        users={names.folded(one["id"]): _user(one, slots[Kind.USER]) for one in users},
        sites={names.folded(one["id"]): _site(one, slots[Kind.SITE], satellites) for one in sites},
        in_use=dict(_in_use(entitlements, slots, satellites.highest.get("", 0))),
        events=tuple(_event(one) for one in line.get("events", [])),
    )


def _fingerprint(said: Line | None) -> Fingerprint:
    if said is None:
        return Fingerprint()
    facts = {name: bytes.fromhex(value) for name, value in said["facts"].items()}
    return Fingerprint(bytes.fromhex(said["digest"]), facts)


def verified(tokens: Iterable[str], store: TrustStore) -> Iterator[Verified[Bundle]]:
    """Yield the bundles that verify; of tokens with equal payloads the last one, in the position of the first."""
    last: dict[bytes, armor.Token] = {}
    for text in tokens:
        (token,) = armor.read(text)
        last[identity_of(token.type, frame.read(token.frame).payload)] = token
    for token in last.values():
        try:
            yield verify_signed(token, Bundle, store.trust)
        except LicenseError:
            continue  # what its key may not sign any more is as if it had never been there


class _Slots:
    """The slots of the assignments of one kind of holders, as a database is read: no two have the same."""

    def __init__(self, holders: Iterable[Line]) -> None:
        held = [(one["license"], _slot(one["slot"])) for holder in holders for one in holder["licenses"]]
        self._holders = Counter(held)
        self.highest: dict[str, int] = {}
        for code, slot in held:
            self.highest[code] = max(slot, self.highest.get(code, 0))

    def of(self, code: str, said: object) -> int:
        """Return the slot of an assignment; one that is none, or that two have, is `NO_SLOT`."""
        slot = _slot(said)
        return slot if self._holders[code, slot] == 1 else NO_SLOT

    def holdings(self, holder: Line, satellite: int | None = None) -> tuple[Holding, ...]:
        """Return what a holder is assigned, by code, as a database yields it."""
        held = sorted(holder["licenses"], key=lambda one: one["license"])
        return tuple(Holding(one["license"], self.of(one["license"], one["slot"]), satellite) for one in held)


def _slot(said: object) -> int:
    return NO_SLOT if isinstance(said, bool) else slot_of(said)


def _in_use(entitlements: Entitlements, slots: Mapping[Kind, _Slots], satellites: int) -> Iterator[tuple[str, int]]:
    for code, license_ in entitlements.licenses.items():
        if license_.limits_sites:
            yield code, satellites
        elif license_.kind in slots and (highest := slots[license_.kind].highest.get(code, 0)):
            yield code, highest


def _user(said: Line, slots: _Slots) -> UserFacts:
    return UserFacts(
        id=names.folded(said["id"]),
        kind=UserKind[said["kind"].upper()],
        can_log_in=said["can_log_in"],
        administrator=said["administrator"],
        retired=said["retired"],
        groups=tuple(said["groups"]),
        holdings=slots.holdings(said),
    )


def _site(said: Line, slots: _Slots, satellites: _Slots) -> SiteFacts:
    satellite = satellites.of("", said["satellite"]) if "satellite" in said else None
    return SiteFacts(said["id"], said["id"], said["id"], satellite is None, slots.holdings(said, satellite))


def _event(said: Line) -> Event:
    scope, subject, message = EventScope(said["scope"]), said["subject"], said["message"]
    return Event(said["number"], said["kind"], scope, subject, message, None, started=0, started_by="")
