"""An open installation, and its state at one moment, which answers every question."""

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
    """The state of an installation at one moment; immutable."""

    trust_store: TrustStore
    kept: tuple[Verified[Bundle], ...]
    """Every bundle that may be in force, in the order of activation. That includes replaced and revoked ones, because
    they count again when their successor is gone or they are reinstated."""
    unusable: tuple[UnusableDocument, ...]
    """Documents without a successor that no longer verify or were revoked."""
    entitlements: Entitlements
    in_use: Mapping[str, int]
    """License to how many are in use: assignments, sites for a license that limits them, or concurrent seats held."""
    now: int
    """The effective time, in seconds since 1970."""
    fingerprint: Fingerprint
    released: int | None
    """The date of the product version, in days since 1970."""
    stored: Stored
    """The contents of the database."""
    notices: tuple[Notice, ...] = ()
    """The most urgent first."""
    metered: Mapping[Period, int] = {}
    """Period of a meter to the units used in it."""
    unused: tuple[Notice, ...] = ()
    """Notices about licenses that are held but not used, as of the time of reading."""

    @property
    def used(self) -> Mapping[str, int]:
        """License to how many are in use; of a meter, the units used in its current periods."""
        return {**self.in_use, **units_used(self.entitlements.periods, self.metered)}

    @property
    def licenses(self) -> tuple[LicenseRow, ...]:
        """Every license of every catalog, in catalog order."""
        return rows(self.entitlements, self.used)

    @property
    def serial(self) -> str | None:
        """The serial of the installation; None if no bundle is in force or waiting."""
        return self.entitlements.serial

    @property
    def bundles(self) -> tuple[Verified[Bundle], ...]:
        """The active bundles: those in force, then those waiting for their start."""
        return self.entitlements.bundles

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the bundles in force, then of those waiting for their start."""
        return (*self.entitlements.parts, *self.entitlements.waiting)

    @property
    def companies(self) -> tuple[str, ...]:
        """The distinct companies that bundles name; more than one after a renaming or a merger."""
        return tuple(dict.fromkeys(part.bundle.company for part in self.parts))

    @property
    def product_name(self) -> str:
        """The name of the product in the vendor's catalog; its code if the catalog has no name."""
        vendor = self.trust_store.catalogs.get(self.trust_store.issuer)
        named = {} if vendor is None else vendor.document.names
        return named.get("product", self.trust_store.product)

    @property
    def summary(self) -> Summary:
        """Until when the product is licensed, or why not, and how many notices need attention."""
        return summarize(self.entitlements, self.notices, activated=bool(self.stored.bundles))

    @property
    def records(self) -> tuple[BundleRecord, ...]:
        """Every bundle ever activated, in order of activation; kept ones are `active` or `replaced`."""
        active = {one.identity.hex() for one in self.bundles}
        active |= {one.identity for one in self.unusable if one.type == "bundle"}
        return tuple(
            one._replace(state=ACTIVE if one.identity.hex() in active else REPLACED) if one.state == KEPT else one
            for one, _ in self.stored.every
        )

    @property
    def coming_dates(self) -> tuple[NextDate, ...]:
        """The coming dates of bundles, by day, without the ends of bundles that have a successor."""
        return coming_dates(self.entitlements)

    def plain(self) -> dict[str, Any]:
        """Return what is licensed, in use and due as plain JSON values."""
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
"""Stored trust and pack as read; the resulting trust store; unusable documents; and the bundles verified under it."""


class LastSeen:
    """The last known contents of an open installation, to notice another one in its place and to save work."""

    stored: Stored | None = None
    believed: Believed | None = None
    entitlements: Entitlements | None = None


@dataclass(frozen=True)
class OpenInstallation:
    """An installation as an application or a command has opened it."""

    database: Database
    clocks: Clocks
    root: str | None = None  # the root pin; default: the recorded one
    pack: bytes | str | None = None  # default: the recorded one
    released: int | None = None  # the date of the product version in days since 1970
    by: str = ""  # who makes the changes, for the audit log
    facts: Facts = field(default_factory=lambda: NO_FACTS)  # machine facts that the program supplies itself
    elapsed: Callable[[], float] = elapsed  # the clock that measures leases, in seconds
    local: Path | None = None  # the folder for this machine's own files; None: there is none
    last: LastSeen = field(default_factory=LastSeen)


class ReadTransaction(NamedTuple):
    """The contents of an installation in one transaction, and the time of reading them."""

    opened: OpenInstallation
    connection: Connection
    stored: Stored
    reading: Reading

    @property
    def now(self) -> int:
        """The effective time, in seconds since 1970."""
        return effective(self.stored.time, self.reading)

    @property
    def root(self) -> str:
        """The root pin: as given, as recorded, or of the given pack; raises `NotActivated` or as `pin_in_pack`."""
        if self.opened.root is not None:
            return self.opened.root
        return self.stored.recorded.root if self.stored.recorded is not None else pin_in_pack(self.pack)

    @property
    def pack(self) -> bytes | str:
        """The given pack, else the recorded one; raises `NotActivated`, or `HomeInvalid` if it was altered."""
        if self.opened.pack is not None:
            return self.opened.pack
        if self.stored.recorded is None:
            raise NotActivated(reason="no-pack")
        if not self.stored.recorded.pack:
            raise HomeInvalid(reason="pack-altered")
        return self.stored.recorded.pack

    def state(self, *, now: int | None = None) -> InstallationState:
        """Evaluate the installation now, or as it would be at `now` (seconds since 1970) without further changes.

        The database is not trusted: every signature that this program has not verified itself is verified again.
        Raises `NotActivated` without a pack, `HomeInvalid` for another root, and `FormatError` or `TrustError` if the
        pack cannot be trusted or a newer document was seen before.
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
        """Return the verified trust, from memory if nothing that it depends on has changed."""
        stored, known = self.stored, self.opened.last.believed
        given = self.root, self.pack, stored.trust, stored.seen, stored.recorded
        if known is not None and known[0] == given:
            return known
        trust_store, unusable = combine_trust(stored, self.root, self.pack)
        return given, at_floor(trust_store, stored.seen), unusable, {}

    def bundles(self) -> tuple[BundleRecord, ...]:
        """Return `InstallationState.records`; raises as `state` does."""
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
    """Read an installation, last `known` before the transaction began; raises as `follow`."""
    reading = opened.clocks()
    stored = read_stored(connection, mark, reading, None if known is None else known.journal)
    stored = follow(known, stored, connection, opened.database.location)
    if opened.last.stored is known:
        opened.last.stored = stored
    return ReadTransaction(opened, connection, stored, reading)


def state_at(state: InstallationState, now: int, *, clock: int, away_hours: float | None = None) -> InstallationState:
    """Return the state at another effective time and clock, without reading anything again; see `evaluate`."""
    store, kept, here = state.trust_store, state.kept, state.fingerprint
    granted = evaluate(
        store, kept, now, fingerprint=here, released=state.released, away_hours=away_hours, before=state.entitlements
    )
    moved = state._replace(now=now, entitlements=granted)
    return moved._replace(notices=_notices(moved, clock))


def _notices(state: InstallationState, clock: int) -> tuple[Notice, ...]:
    own = notices_of(state.stored, clock=clock, unusable=state.unusable)
    return by_urgency([*list_notices(state.entitlements, state.in_use), *own, *state.unused])
