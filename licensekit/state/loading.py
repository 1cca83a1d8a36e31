"""The state of an installation at one moment: everything that questions are answered from."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from licensekit.database import Database
from licensekit.dates import format_seconds
from licensekit.entitlements import (
    Entitlements,
    Fingerprint,
    NextDate,
    Notice,
    Part,
    by_urgency,
    evaluate,
    list_notices,
    next_date,
    rows,
)
from licensekit.entitlements.events import Event
from licensekit.state.logs import JournalWriter
from licensekit.state.machine import NO_FACTS, Facts
from licensekit.state.mark import Mark, MarkRead, read_mark, write_mark
from licensekit.state.messages import UnusableDocument
from licensekit.state.notices import notices_of
from licensekit.state.stored import Stored, is_restored, read_stored, require_same
from licensekit.state.time import Clocks, Reading, effective, is_due, observe
from licensekit.state.trust_store import keep_trust, load_trust, lost_bundles, verify_bundles
from licensekit.trust.pack import TrustStore
from licensekit.trust.signed import Verified
from licensekit.wire.documents import Bundle

REMEMBER_SECONDS: Final = 600
"""How often a running application keeps the time: more is not lost when it is killed."""


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
    notices: tuple[Notice, ...]
    """The most urgent first."""
    released: int | None
    """The date of the product version, in days since 1970."""
    stored: Stored
    """What the database says."""
    mark: MarkRead
    """What the mark beside the database says, or why it cannot be read; None where none is kept."""

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
    def next_date(self) -> NextDate | None:
        """The nearest date of a bundle that is still to come: no end of what is followed."""
        return next_date(self.parts, self.now, self.entitlements.is_followed)

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values: what is licensed, in use and due."""
        granted, coming, key = self.entitlements, self.next_date, self.fingerprint.key
        return {
            "product": self.trust_store.product,
            "company": ", ".join(self.companies) or None,
            "serial": self.serial,
            "now": format_seconds(self.now),
            "covered_until": granted.product_coverage.shown_until,
            "parts": [one.plain(self.now) for one in granted.coverage],
            "next_date": None if coming is None else coming.plain(self.now),
            "bundles": [part.plain(self.now) for part in self.parts],
            "licenses": [row.plain() for row in rows(granted, self.in_use)],
            "settings": dict(granted.settings.values),
            "events": [event.plain() for event in self.events],
            "notices": [notice.as_json() for notice in self.notices],
            "installation": {
                "key": None if key is None else key.hex(),
                "audit_entries": self.stored.head.number,
                "audit_head": self.stored.head.hash.hex(),
                "restored": self.restored,
            },
        }

    @property
    def events(self) -> tuple[Event, ...]:
        """The events in force."""
        return self.stored.events

    @property
    def restored(self) -> bool:
        """Whether the database is a restored backup that nobody has accepted."""
        return self.stored.restored or is_restored(self.stored, self.mark)


def load_state(
    database: Database,
    *,
    root: str,
    pack: bytes | str | None,
    reading: Reading,
    released: int | None = None,
    facts: Facts = NO_FACTS,
    known: InstallationState | None = None,
) -> InstallationState:
    """Read an installation and return its state at what the clocks show.

    Everything is read in one transaction and verified again: the database is not believed. `pack` is what the
    application ships; None takes the one that the first activation recorded. `released` is the date of the product
    version in days since 1970, `facts` what the program knows better of its machine, and `known` the state that was
    loaded before, which this one must follow on.

    Raises:
        OtherInstallation: another installation, or an older state, has taken its place.
        NotActivated: `pack` is None, and none was recorded yet.
        HomeInvalid: the installation belongs to another root.
        FormatError, TrustError: the pack is not to be believed, or something newer was seen before.
        StateError: the database cannot be read.
    """
    mark = read_mark(database.location)  # before the snapshot, or a change would look like a loss
    with database.read() as connection:
        stored = read_stored(connection, mark, reading)
    require_same(None if known is None else known.stored, stored, database.location)
    return evaluate_state(stored, mark, root=root, pack=pack, reading=reading, released=released, facts=facts)


def is_unchanged(database: Database, state: InstallationState, reading: Reading) -> bool:
    """Return whether nothing was changed since `state` was loaded, or nothing but leases.

    Who takes and frees seats all day changes the database with each of them, where there is no server to tell one
    change from another.

    Raises:
        StateError: the database cannot be read.
    """
    mark = read_mark(database.location)
    with database.read() as connection:
        stored = read_stored(connection, mark, reading, state.stored.journal)
    return (stored._replace(leased=state.stored.leased), mark) == (state.stored, state.mark)


def remember(database: Database, state: InstallationState, clocks: Clocks, pause: int = REMEMBER_SECONDS) -> bool:
    """Keep what a running application has seen, if it is worth a write; return whether it was.

    That is the time, if the last observation is `pause` seconds old, and what its pack has newer than the installation.
    Call it after `load`, and now and then while the state stays the same.

    Raises:
        StateError: the database cannot be written; what was there is as it was.
    """
    has_news = _has_news(state.stored, state)
    if not (has_news or is_due(state.stored.time, clocks(), pause)):
        return False
    mark = read_mark(database.location)
    with database.write() as connection:
        # Not before the lock: while others were waited for, time has passed. The server must agree (C4).
        reading = clocks()._replace(server=connection.now())
        stored = read_stored(connection, mark, reading, state.stored.journal)
        require_same(state.stored, stored, database.location)
        if stored.journal.fault is not None:
            return False  # whoever makes the next change puts that on record first
        journal = JournalWriter(connection, stored.key, stored.journal)
        time = observe(stored.time, reading)
        # Somebody else may have brought what is newer still.
        if has_news and stored.trust == state.stored.trust and stored.seen == state.stored.seen:
            keep_trust(journal, stored, state.trust_store)
            every = verify_bundles(stored.every, state.trust_store, effective(time, reading))
            time = journal.judge_time(time, every.verified)
        journal.keep_time(time, "clock")
    if not is_restored(stored, mark):
        write_mark(database.location, Mark(stored.head, journal.journal.head))
    return True


def _has_news(stored: Stored, state: InstallationState) -> bool:
    """Only an activated installation keeps documents: before that, its pack says everything."""
    return stored.recorded is not None and (
        state.trust_store.tokens != stored.trust or state.trust_store.trust.seen != stored.seen
    )


def evaluate_state(
    stored: Stored,
    mark: MarkRead,
    *,
    root: str,
    pack: bytes | str | None,
    reading: Reading,
    released: int | None,
    facts: Facts = NO_FACTS,
) -> InstallationState:
    """Return the state that stored documents and rows make; raises as `load_state` does."""
    now = effective(stored.time, reading)
    trust_store, unusable = load_trust(stored, root, stored.pack(pack))
    verified = verify_bundles(stored.bundles, trust_store, now)
    kept = verified.kept
    fingerprint = stored.fingerprint(kept, facts)
    entitlements = evaluate(trust_store, kept, now, fingerprint=fingerprint, released=released)
    in_force = [part.verified for part in entitlements.parts]
    lost = lost_bundles(stored.bundles, in_force, verified.unusable, trust_store.trust)
    state = InstallationState(
        trust_store=trust_store,
        kept=kept,
        unusable=(*unusable, *lost),
        entitlements=entitlements,
        in_use=stored.used_of(entitlements.licenses),
        now=now,
        fingerprint=fingerprint,
        notices=(),
        released=released,
        stored=stored,
        mark=mark,
    )
    return state._replace(notices=_notices(state, reading.clock))


def state_at(state: InstallationState, now: int, *, clock: int, away_hours: float | None = None) -> InstallationState:
    """Return the same installation at another moment.

    `now` is the time that counts and `clock` the one that the clock shows; `away_hours` is for how long the database
    has been away, if it is. Nothing is read or verified again.
    """
    entitlements = evaluate(
        state.trust_store,
        state.kept,
        now,
        fingerprint=state.fingerprint,
        released=state.released,
        away_hours=away_hours,
    )
    moved = state._replace(now=now, entitlements=entitlements)
    return moved._replace(notices=_notices(moved, clock))


def _notices(state: InstallationState, clock: int) -> tuple[Notice, ...]:
    own = notices_of(state.stored, state.mark, clock=clock, unusable=state.unusable)
    return by_urgency([*list_notices(state.entitlements, state.in_use), *own])
