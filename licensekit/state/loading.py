"""An installation as it was opened, and its state at one moment, from which every question is answered."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from licensekit.database import Connection, Database
from licensekit.dates import day_at, format_seconds
from licensekit.entitlements import Entitlements, Fingerprint, LicenseRow, Notice, Part, Summary, evaluate, rows
from licensekit.entitlements.amounts import Period, units_used
from licensekit.entitlements.assignment import without_requirement
from licensekit.entitlements.events import Event
from licensekit.entitlements.notices import by_urgency, list_notices, summarize
from licensekit.entitlements.questions import NextDate, coming_dates
from licensekit.errors import HomeInvalid, NotActivated
from licensekit.state.home import MarkRead, read_mark
from licensekit.state.journal import BundleRecord
from licensekit.state.journal_entries import ACTIVE, KEPT, REPLACED
from licensekit.state.machine import NO_FACTS, Facts
from licensekit.state.notices import UnusableDocument, notices_of
from licensekit.state.stored import Stored, follow, read_stored
from licensekit.state.time import Clocks, Reading, effective, elapsed
from licensekit.state.trust_store import KnownBundles, combine_trust, lost_bundles, verify_bundles
from licensekit.state.usage import read_used, unused
from licensekit.trust.pack import TrustStore, at_floor, pin_in_pack
from licensekit.trust.signed import Verified
from licensekit.wire.documents import Bundle


class InstallationState(NamedTuple):
    """What an installation is, has and may do at one moment; immutable."""

    trust_store: TrustStore
    kept: tuple[Verified[Bundle], ...]
    """Every bundle that may be in force, in the order of activation: what others replaced, and what was revoked, counts
    again when they are gone or it is reinstated."""
    unusable: tuple[UnusableDocument, ...]
    """Documents that do not verify any more, or were revoked, and have no successor."""
    entitlements: Entitlements
    in_use: Mapping[str, int]
    """License to how often it is assigned; one that limits sites, to how many there are; one of concurrent seats, to
    how many are held."""
    now: int
    """The time that counts, in seconds since 1970."""
    fingerprint: Fingerprint
    released: int | None
    """The date of the product version, in days since 1970."""
    stored: Stored
    """What the database says."""
    notices: tuple[Notice, ...] = ()
    """The most urgent first."""
    metered: Mapping[Period, int] = {}
    """How many units of meters were used, by period."""
    unused: tuple[Notice, ...] = ()
    """What there was to say, when this was read, of who holds licenses without using them."""

    @property
    def used(self) -> Mapping[str, int]:
        """License to how many are in use, with what was used of meters in the periods that run."""
        return {**self.in_use, **units_used(self.entitlements.periods, self.metered)}

    @property
    def licenses(self) -> tuple[LicenseRow, ...]:
        """Every license of every catalog, in the catalogs' order."""
        return rows(self.entitlements, self.used)

    @property
    def serial(self) -> str | None:
        """The serial that the installation is for; None where no bundle is in force or waits."""
        return self.entitlements.serial

    @property
    def bundles(self) -> tuple[Verified[Bundle], ...]:
        """The active bundles: those in force, then those that wait for their start."""
        return self.entitlements.bundles

    @property
    def parts(self) -> tuple[Part, ...]:
        """The bundles in force, and then those that wait for their start."""
        return (*self.entitlements.parts, *self.entitlements.waiting)

    @property
    def companies(self) -> tuple[str, ...]:
        """Whom the bundles name, each once: one, unless somebody was renamed or merged."""
        return tuple(dict.fromkeys(part.bundle.company for part in self.parts))

    @property
    def product_name(self) -> str:
        """The name of the product in the vendor's catalog; its code where that names none."""
        vendor = self.trust_store.catalogs.get(self.trust_store.issuer)
        named = {} if vendor is None else vendor.document.names
        return named.get("product", self.trust_store.product)

    @property
    def summary(self) -> Summary:
        """Until when the product is licensed, or why not, and how many notices need somebody."""
        return summarize(self.entitlements, self.notices, activated=bool(self.stored.bundles))

    @property
    def records(self) -> tuple[BundleRecord, ...]:
        """Every bundle that was ever activated, in that order; of those that are kept, whether they are active."""
        active = {one.identity.hex() for one in self.bundles}
        active |= {one.identity for one in self.unusable if one.type == "bundle"}
        return tuple(
            one._replace(state=ACTIVE if one.identity.hex() in active else REPLACED) if one.state == KEPT else one
            for one, _ in self.stored.every
        )

    @property
    def coming_dates(self) -> tuple[NextDate, ...]:
        """The dates of bundles that are still to come, by day: no ends of what is followed."""
        return coming_dates(self.entitlements)

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values: what is licensed, in use and due."""
        granted, key = self.entitlements, self.fingerprint.key
        logged = {"audit_entries": self.stored.head.number, "audit_head": self.stored.head.hash.hex()}
        return {
            "summary": self.summary.as_json(),
            "product": self.trust_store.product,
            "company": ", ".join(self.companies) or None,
            "serial": self.serial,
            "now": format_seconds(self.now),
            "covered_until": granted.product_coverage.shown_until,
            "parts": [one.plain(self.now) for one in granted.coverage],
            "next_date": next((one.plain(self.now) for one in self.coming_dates), None),
            "bundles": [part.plain(self.now) for part in self.parts],
            "licenses": [row.plain() for row in self.licenses],
            "settings": dict(granted.settings.values),
            "events": [event.plain() for event in self.events],
            "notices": [notice.as_json() for notice in self.notices],
            "installation": {"key": None if key is None else key.hex(), **logged, "restored": self.restored},
        }

    @property
    def events(self) -> tuple[Event, ...]:
        """The events in force."""
        return self.stored.events

    @property
    def restored(self) -> bool:
        """Whether the database is a restored backup that nobody has accepted."""
        return self.stored.restored


Believed = tuple[tuple[object, ...], TrustStore, tuple[UnusableDocument, ...], KnownBundles]
"""What is stored of trust, byte by byte; whom this program believes by it, and what it has verified so."""


class LastSeen:
    """What was last seen of an open installation: no other one takes its place unnoticed."""

    stored: Stored | None = None
    believed: Believed | None = None
    entitlements: Entitlements | None = None


@dataclass(frozen=True)
class OpenInstallation:
    """An installation as an application or a command opened it."""

    database: Database
    clocks: Clocks
    root: str | None = None  # the pin; None takes the recorded one
    pack: bytes | str | None = None  # None takes the recorded one
    released: int | None = None  # the date of the product version in days since 1970
    by: str = ""  # who makes the changes, for the audit log
    facts: Facts = field(default_factory=lambda: NO_FACTS)  # what the program knows better of its machine
    elapsed: Callable[[], float] = elapsed  # what leases are measured with, in seconds
    local: Path | None = None  # the folder of this machine's own files of the installation; None: nothing is kept there
    last: LastSeen = field(default_factory=LastSeen)


class ReadTransaction(NamedTuple):
    """What one transaction reads of an installation, and the time at which it does."""

    opened: OpenInstallation
    connection: Connection
    stored: Stored
    reading: Reading

    @property
    def now(self) -> int:
        """The time that counts, in seconds since 1970."""
        return effective(self.stored.time, self.reading)

    @property
    def root(self) -> str:
        """The root pin: the one given, or recorded, or of the given pack; raises `NotActivated` or as `pin_in_pack`."""
        if self.opened.root is not None:
            return self.opened.root
        return self.stored.recorded.root if self.stored.recorded is not None else pin_in_pack(self.pack)

    @property
    def pack(self) -> bytes | str:
        """The pack that was given, else the recorded one; raises `NotActivated`, or `HomeInvalid` if it was altered."""
        if self.opened.pack is not None:
            return self.opened.pack
        if self.stored.recorded is None:
            raise NotActivated(reason="no-pack")
        if not self.stored.recorded.pack:
            raise HomeInvalid(reason="pack-altered")
        return self.stored.recorded.pack

    def state(self, *, now: int | None = None) -> InstallationState:
        """Evaluate everything that the installation is, has and may do now.

        With `now` (seconds since 1970): what it would be then, if nothing is changed until then. Every signature is
        verified again that this program has not verified itself: the database is not believed. Raises `NotActivated`
        without a pack, `HomeInvalid` for another root, and `FormatError` or `TrustError` where the pack is not to be
        believed or something newer was seen before.
        """
        stored, released, last = self.stored, self.opened.released, self.opened.last
        _, trust_store, unusable, known = last.believed = self._believed()
        _, kept, refused = verify_bundles(stored.bundles, trust_store, self.now, known)
        fingerprint = stored.fingerprint(kept, self.opened.facts)
        last.entitlements = entitlements = evaluate(
            trust_store, kept, self.now, fingerprint=fingerprint, released=released, before=last.entitlements
        )
        lost = lost_bundles(stored.bundles, refused, entitlements) if refused else ()
        in_use, today = stored.used_of(entitlements.licenses), day_at(self.now if now is None else now)
        gone = without_requirement(entitlements, in_use)
        idle = tuple(unused(self.connection, stored.told_since, today, gone, in_use))
        granted = trust_store, kept, (*unusable, *lost), entitlements, in_use, self.now
        state = InstallationState(*granted, fingerprint, released, stored, unused=idle)
        clock = self.reading.clock
        state = state._replace(notices=_notices(state, clock)) if now is None else state_at(state, now, clock=clock)
        return state._replace(metered=read_used(self.connection, state.entitlements.periods))

    def _believed(self) -> Believed:
        """Return whom to believe; what this program has verified is not verified again while it is the same."""
        stored, known = self.stored, self.opened.last.believed
        given = self.root, self.pack, stored.trust, stored.seen, stored.recorded
        if known is not None and known[0] == given:
            return known
        trust_store, unusable = combine_trust(stored, self.root, self.pack)
        return given, at_floor(trust_store, stored.seen), unusable, {}

    def bundles(self) -> tuple[BundleRecord, ...]:
        """Return every bundle that was ever activated, as `InstallationState.records`; raises as `state` does."""
        return self.state().records if self.stored.every else ()


@contextmanager
def read_installation(opened: OpenInstallation) -> Generator[ReadTransaction]:
    """Open a snapshot of an installation."""
    mark, known = read_mark(opened.database.location), opened.last.stored
    with opened.database.read() as connection:
        yield read_transaction(opened, connection, mark, known)


def read_transaction(
    opened: OpenInstallation, connection: Connection, mark: MarkRead, known: Stored | None
) -> ReadTransaction:
    """Read what follows on `known`, which was seen before the transaction began; raises as `follow`."""
    reading = opened.clocks()
    stored = read_stored(connection, mark, reading, None if known is None else known.journal)
    stored = follow(known, stored, connection, opened.database.location)
    if opened.last.stored is known:
        opened.last.stored = stored
    return ReadTransaction(opened, connection, stored, reading)


def state_at(state: InstallationState, now: int, *, clock: int, away_hours: float | None = None) -> InstallationState:
    """Return the installation at another effective time and clock, with nothing read again; see `evaluate`."""
    store, kept, here = state.trust_store, state.kept, state.fingerprint
    granted = evaluate(
        store, kept, now, fingerprint=here, released=state.released, away_hours=away_hours, before=state.entitlements
    )
    moved = state._replace(now=now, entitlements=granted)
    return moved._replace(notices=_notices(moved, clock))


def _notices(state: InstallationState, clock: int) -> tuple[Notice, ...]:
    own = notices_of(state.stored, clock=clock, unusable=state.unusable)
    return by_urgency([*list_notices(state.entitlements, state.in_use), *own, *state.unused])
