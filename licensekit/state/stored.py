"""The contents of an installation's database, as read; only the journal is verified."""

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final, NamedTuple

from licensekit.database import Connection, read_queries
from licensekit.entitlements import Fingerprint
from licensekit.entitlements.events import Event, EventScope
from licensekit.errors import HomeInvalid, OtherInstallation
from licensekit.keys.signing import SigningKey
from licensekit.state import slots
from licensekit.state.home import LOST, Mark, MarkRead
from licensekit.state.journal import NOTHING_OBSERVED, BundleRecord, Journal, JournalFault, SignedHead
from licensekit.state.journal_entries import KEPT
from licensekit.state.logs import audit_head, key_of, read_journal
from licensekit.state.machine import NO_FACTS, Facts, hashed, machine_facts
from licensekit.state.time import Reading, TimeSeen, effective, is_observed, read_time
from licensekit.trust.order import Seen
from licensekit.trust.signed import Verified
from licensekit.wire import armor
from licensekit.wire.chain import Head
from licensekit.wire.documents import Bundle, Kind, License

SQL: Final = read_queries(__file__)
ESTABLISHED: Final = 1  # how many audit entries a new installation has


class StoredBundle(NamedTuple):
    """A bundle that the journal knows, with its stored token."""

    record: BundleRecord
    token: armor.Token  # with an empty frame if the bundle is not stored any more


def store_bundle(connection: Connection, verified: Verified[Bundle]) -> None:
    """Store a bundle as it was received, and replace an older signature of it."""
    connection.run(SQL["store"], verified.identity, verified.token.frame)


class Recorded(NamedTuple):
    """The root pin and the pack that the first activation recorded."""

    root: str
    pack: bytes  # empty if the stored pack is not the recorded one


class Stored(NamedTuple):
    """The rows of an installation from which its state is evaluated."""

    seed: bytes  # of the installation's signing key
    secret: bytes  # the key for hashing machine facts
    recorded: Recorded | None
    time: TimeSeen
    journal: Journal
    trust: tuple[armor.Token, ...]  # roots, trust documents, lists and catalogs, in reading order
    every: tuple[StoredBundle, ...]  # every bundle ever activated, in the order of activation
    in_use: Mapping[str, int]  # license to its highest slot, which is the number of its assignments
    leased: Mapping[str, int]  # license to the number of its concurrent seats held
    satellites: int  # the number of sites besides the central one
    events: tuple[Event, ...]  # the events in force
    head: Head  # the newest entry of the audit log
    mark: MarkRead
    marked: bytes | None  # the hash of the audit entry with the number of the mark; None if there is no such entry
    told_since: int | None  # the first day, since 1970, on which the application reported users; None: it never did
    read_only: bool  # whether the database cannot be written
    gone: Mark | None = None  # the newest entries that this program saw before a rollback; None: there was none

    @property
    def bundles(self) -> tuple[StoredBundle, ...]:
        """The kept bundles, in the order of activation."""
        return tuple(one for one in self.every if one.record.state == KEPT)

    @property
    def seen(self) -> Seen:
        """The highest root, trust document, list and catalog seen."""
        return self.journal.state.seen

    @property
    def is_noted(self) -> bool:
        """Whether the journal notes a restored backup that nobody has accepted yet."""
        return self.journal.state.restored and not self.journal.state.is_accepted

    @property
    def is_behind(self) -> bool:
        """Whether the database lacks the entries of its mark, or has lost its mark."""
        if not isinstance(self.mark, Mark):
            return False
        if self.mark == LOST:
            return self.head.number > 1
        # A faulty journal is reported by itself.
        is_older = self.journal.fault is None and not self.journal.has(self.mark.journal)
        return is_older or self.marked != self.mark.audit.hash

    @property
    def restored(self) -> bool:
        """Whether the database is a restored backup that nobody has accepted."""
        return self.is_noted or self.is_behind

    @property
    def key(self) -> SigningKey:
        """The installation's own key."""
        return key_of(self.seed)

    def fingerprint(self, bundles: Iterable[Verified[Bundle]], given: Facts = NO_FACTS) -> Fingerprint:
        """Return what bound bundles are compared with; the machine is examined only if one of them needs its facts."""
        public = self.key.verifying_key.public
        bindings = [b.document.binding for b in bundles if b.document.binding is not None]
        asks_for_facts = any(binding.facts for binding in bindings)
        facts = hashed(machine_facts(given=given), self.secret) if asks_for_facts else {}
        return Fingerprint(sha256(public).digest(), facts)

    def used_of(self, licenses: Mapping[str, License]) -> dict[str, int]:
        """Return license to how many are in use: assignments, seats held, or sites for a license that limits them."""
        limiting = [code for code, one in licenses.items() if one.limits_sites]
        defined = dict.fromkeys(limiting, self.satellites) if self.satellites else {}
        # A license that was assigned may be one of concurrent seats in a newer catalog.
        leased = {code: held + self.in_use.get(code, 0) for code, held in self.leased.items()}
        return {**self.in_use, **leased, **defined}


def read_stored(connection: Connection, mark: MarkRead, reading: Reading, known: Journal | None = None) -> Stored:
    """Read the rows of an installation; a `known` journal is not verified again if its head is still there."""
    row = connection.one(SQL["installation"])
    if row is None:
        raise HomeInvalid(reason="key-lost")
    told_since, seed, secret, pack, observations, *head = row
    journal = read_journal(connection, key_of(seed), SignedHead(*head), known)
    if journal.observed != NOTHING_OBSERVED and not is_observed(observations, journal.observed):
        journal = journal._replace(fault=JournalFault("head", journal.head.number + 1))
    time = read_time(observations, journal.observed, journal.state.time_seen)
    number = mark.audit.number if isinstance(mark, Mark) else 0
    marked = connection.one(SQL["audited"], number)
    frames: dict[bytes, bytes] = dict(connection.rows(SQL["bundles"]))
    of_sites = slots.highest(connection, Kind.SITE)
    satellites = of_sites.pop(slots.SATELLITE, 0)
    known_bundles = journal.state.bundles.items()
    return Stored(
        *(seed, secret, _recorded(journal, pack), time, journal),
        trust=tuple(armor.Token(*row) for row in connection.rows(SQL["trust"])),
        every=tuple(StoredBundle(one, armor.Token("bundle", frames.get(i, b""))) for i, one in known_bundles),
        in_use=dict(Counter(slots.highest(connection, Kind.USER)) | Counter(of_sites)),
        leased=seats_in_use(connection, effective(time, reading)),
        satellites=satellites,
        events=read_events(connection),
        head=audit_head(connection),
        mark=mark,
        marked=None if marked is None else marked[0],
        told_since=told_since,
        read_only=connection.one("SELECT is_read_only()") == (1,),
    )


def follow(known: Stored | None, found: Stored, connection: Connection, where: str) -> Stored:
    """Return `found` with what it has lost since `known`; raise `OtherInstallation` if it is another installation."""
    if known is None or known.head.number <= ESTABLISHED:  # before the first change, nothing can be lost
        return found
    if known.seed != found.seed:
        raise OtherInstallation(where=where)
    seen, journal = known.gone or Mark(known.head, known.journal.head), found.journal
    number = journal.state.acceptance
    is_accepted = number > 0 and not known.journal.has(Head(number, journal.hashes[number - 1]))
    is_there = found.head == seen.audit or connection.one(SQL["audited"], seen.audit.number) == (seen.audit.hash,)
    # A faulty journal is reported by itself.
    is_known = journal.fault is not None or (is_there and journal.has(seen.journal))
    return found._replace(gone=None if is_accepted or is_known else seen)


def _recorded(journal: Journal, pack: bytes | None) -> Recorded | None:
    if (pinned := journal.state.pinned) is None:
        return None
    return Recorded(pinned.root, pack if pack is not None and sha256(pack).digest() == pinned.pack else b"")


def seats_in_use(connection: Connection, now: int) -> Mapping[str, int]:
    """Return license to the number of its seats held."""
    return dict(connection.rows(SQL["seats_in_use"], now))


def read_events(connection: Connection, *, ended: bool = False) -> tuple[Event, ...]:
    """Read the events in force, with `ended` also past ones; oldest first."""
    rows = connection.rows(SQL["events_ever" if ended else "events_in_force"])
    return tuple(Event(number, kind, EventScope(scope), *rest) for number, kind, scope, *rest in rows)
