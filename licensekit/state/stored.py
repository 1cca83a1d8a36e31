"""What the database says, and the rows of bundles; nothing that is read is verified yet."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple

from licensekit.database import Connection
from licensekit.dates import format_seconds
from licensekit.entitlements import Fingerprint
from licensekit.entitlements.events import Event, EventScope
from licensekit.errors import HomeInvalid, NotActivated
from licensekit.keys.signing import SigningKey
from licensekit.state import audit
from licensekit.state.audit import Head
from licensekit.state.machine import hashed, machine_facts
from licensekit.state.time import Reading, TimeSeen, effective, judge, lease_time, read_time
from licensekit.trust.order import Seen, SeenDocument
from licensekit.trust.signed import Verified
from licensekit.wire import armor, frame
from licensekit.wire.documents import Bundle, License, Use, label_of

_SELECT_EVENTS: Final = (
    "SELECT number, kind, scope, subject, message, expected_end, started, started_by, ended,"
    " ended_by FROM events"
)
_EVENTS: Final = _SELECT_EVENTS + " ORDER BY number"
_EVENTS_IN_FORCE: Final = _SELECT_EVENTS + " WHERE ended IS NULL ORDER BY number"


_VERSIONS: Final = {"root": 1, "trust": 2}
"""How many numbers order the documents of a type; three where nothing else is said."""

KEPT: Final = "kept"
"""May be in force, by the rules of `licensekit.entitlements.timeline`."""
REPLACED: Final = "replaced"
"""Put away by a reset or a return; it holds back lower sequences and nothing else."""
RETURNED: Final = "returned"
ACTIVE: Final = "active"
"""As people are told of one that is kept, and is in force or waits for its start."""


class BundleRecord(NamedTuple):
    """What is remembered of one bundle."""

    identity: bytes
    issuer: str
    serial: str
    part: str
    use: Use
    sequence: int
    number: int
    """Its number in the order of activation."""
    activated: int
    """Seconds since 1970."""
    state: str
    """`kept`, `replaced` or `returned`; people are told `active` or `replaced` where it is kept."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        at = format_seconds(self.activated)
        return {**self._asdict(), "identity": self.identity.hex(), "activated": at}

    @property
    def label(self) -> str:
        """Its name as text; see `Bundle.label`."""
        return label_of(self.serial, self.part, self.use.word, self.sequence)


class StoredBundle(NamedTuple):
    """A bundle as it is stored."""

    record: BundleRecord
    token: armor.Token


def stored_bundles(connection: Connection) -> tuple[StoredBundle, ...]:
    """Return every bundle that was ever activated, in the order of activation."""
    rows = connection.rows(
        "SELECT frame, identity, issuer, serial, part, use, sequence, number, activated, state"
        " FROM bundles ORDER BY number"
    )
    return tuple(
        StoredBundle(
            BundleRecord(identity, issuer, serial, part, Use(use), *rest),
            armor.Token("bundle", framed),
        )
        for framed, identity, issuer, serial, part, use, *rest in rows
    )


def add_bundle(connection: Connection, verified: Verified[Bundle], now: int, proof: int) -> None:
    """Write a bundle as the one activated last, whether or not it was before.

    `proof` is what it proves of time (`licensekit.state.time.prove`).
    """
    bundle = verified.document
    connection.run(
        "INSERT INTO bundles (identity, frame, issuer, serial, part, use, sequence, number,"
        " activated, proof, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(number), 0) + 1 FROM bundles), ?, ?, ?)"
        " ON CONFLICT (identity) DO UPDATE SET frame = excluded.frame, state = excluded.state,"
        " number = excluded.number, activated = excluded.activated",
        verified.identity,
        verified.token.frame,
        bundle.issuer,
        bundle.serial,
        bundle.part,
        bundle.use,
        bundle.sequence,
        now,
        proof,
        KEPT,
    )


def cap_proofs(connection: Connection, seen: TimeSeen) -> None:
    """Let no bundle prove a later time than the vendor's reset, which is the soft floor."""
    latest = seen.soft - seen.elapsed
    connection.run("UPDATE bundles SET proof = ? WHERE proof > ?", latest, latest)


def judge_time(
    connection: Connection, seen: TimeSeen, verified: Iterable[Verified[Bundle]]
) -> TimeSeen:
    """Return what was seen of time, with the hard floor of the bundles that still verify."""
    proofs: dict[bytes, int] = dict(connection.rows("SELECT identity, proof FROM bundles"))
    return judge(seen, [proofs[one.identity] for one in verified])


def sign_bundle_again(connection: Connection, verified: Verified[Bundle]) -> None:
    """Write another signature on a bundle in place of the one that is stored."""
    connection.run(
        "UPDATE bundles SET frame = ? WHERE identity = ?", verified.token.frame, verified.identity
    )


def put_away(connection: Connection, identities: Iterable[bytes]) -> None:
    """Make bundles count no more, other than against lower sequences."""
    connection.run_many(
        "UPDATE bundles SET state = ? WHERE identity = ? AND state = ?",
        [(REPLACED, identity, KEPT) for identity in identities],
    )


class Recorded(NamedTuple):
    """The root pin and the pack that the first activation recorded."""

    root: str
    pack: bytes


class Stored(NamedTuple):
    """The rows of an installation that every state is made from."""

    seed: bytes
    """Of the installation's signing key."""
    secret: bytes
    """Under which machine facts are hashed."""
    recorded: Recorded | None
    time: TimeSeen
    accepted: Mapping[bytes, int]
    """Identity of a base bundle to when an administrator accepted the clock."""
    seen: Seen
    restored: bool
    """Whether a change was made after a backup was restored, and no reset has accepted it yet."""
    trust: tuple[armor.Token, ...]
    """Roots, trust documents, lists and catalogs, in reading order."""
    bundles: tuple[StoredBundle, ...]
    """Those that are kept, in the order of activation."""
    in_use: Mapping[str, int]
    """License to how often it is assigned."""
    leased: Mapping[str, int]
    """License to how many of its concurrent seats are held."""
    satellites: int
    """How many sites there are besides the central one."""
    events: tuple[Event, ...]
    """The events in force."""
    head: Head
    """The newest entry of the audit log."""
    marked: bytes | None
    """The hash of the entry where the mark stands; None if there is no such entry."""

    def pack(self, given: bytes | str | None) -> bytes | str:
        """Return the pack that was given, or the recorded one in place of None.

        Raises:
            NotActivated: there is neither.
        """
        if given is not None:
            return given
        if self.recorded is None:
            raise NotActivated(reason="no-pack")
        return self.recorded.pack

    def fingerprint(self, bundles: Iterable[Verified[Bundle]]) -> Fingerprint:
        """Return what bound bundles are compared with; only for them the machine is examined."""
        public = SigningKey.from_secret(frame.INSTALLATION, self.seed).verifying_key.public
        bindings = [b.document.binding for b in bundles if b.document.binding is not None]
        asks_for_facts = any(binding.facts for binding in bindings)
        facts = hashed(machine_facts(), self.secret) if asks_for_facts else {}
        return Fingerprint(sha256(public).digest(), facts)

    def used_of(self, licenses: Mapping[str, License]) -> dict[str, int]:
        """Return license to how many are in use: assigned, held, or of what limits sites, defined.

        `licenses` are those of every catalog.
        """
        limiting = [code for code, one in licenses.items() if one.limits_sites]
        defined = dict.fromkeys(limiting, self.satellites) if self.satellites else {}
        # A catalog may have made seats of what was assigned before.
        leased = {code: held + self.in_use.get(code, 0) for code, held in self.leased.items()}
        return {**self.in_use, **leased, **defined}


def read_stored(connection: Connection, mark: Head | None, reading: Reading) -> Stored:
    """Read what a state is made from; `mark` was read before the snapshot was taken.

    `reading` is what the clocks of this machine show: where there is no server, leases live by it.

    Raises:
        HomeInvalid: the database has lost its one row.
        StateError: see `Connection`.
    """
    row = connection.one("SELECT seed, secret, root, pack, restored FROM installation")
    if row is None:
        raise HomeInvalid(reason="key-lost")
    seed, secret, root, pack, restored = row
    time = read_time(connection, reading)
    return Stored(
        seed=seed,
        secret=secret,
        recorded=None if root is None or pack is None else Recorded(root, pack),
        time=time,
        accepted=dict(connection.rows("SELECT bundle, accepted FROM accepted_clocks")),
        seen=_seen(connection),
        restored=bool(restored),
        trust=_trust(connection),
        bundles=tuple(one for one in stored_bundles(connection) if one.record.state == KEPT),
        in_use=dict(connection.rows("SELECT license, in_use FROM usage WHERE in_use > 0")),
        leased=seats_in_use(connection, lease_time(connection, effective(time, reading))),
        satellites=_satellites(connection),
        events=read_events(connection),
        head=audit.head(connection),
        marked=None if mark is None else _hash_at(connection, mark.number),
    )


def seats_in_use(connection: Connection, now: int) -> Mapping[str, int]:
    """Return license to how many of its seats are held."""
    rows = connection.rows(
        "SELECT license, count(*) FROM leases WHERE expires > ? GROUP BY license", now
    )
    return dict(rows)


def keep_seen(connection: Connection, seen: Seen) -> None:
    """Write which documents were the highest that were seen."""
    found = [("root", "", seen.root), ("trust", "", seen.trust)]
    found += [("revocations", issuer, one) for issuer, one in seen.lists.items()]
    found += [("catalog", issuer, one) for issuer, one in seen.catalogs.items()]
    connection.run_many(
        "INSERT INTO seen (type, issuer, root_version, trust_version, number, identity)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (type, issuer) DO UPDATE SET"
        " root_version = excluded.root_version, trust_version = excluded.trust_version,"
        " number = excluded.number, identity = excluded.identity",
        [
            (kind, issuer, *one.version, *(0,) * (3 - len(one.version)), one.identity)
            for kind, issuer, one in found
            if one is not None
        ],
    )


def read_recorded(connection: Connection) -> Recorded | None:
    """Read the root pin and the pack that the first activation recorded, if there was one."""
    row = connection.one("SELECT root, pack FROM installation WHERE root IS NOT NULL")
    return None if row is None else Recorded(row[0], row[1])


def read_events(connection: Connection, *, ended: bool = False) -> tuple[Event, ...]:
    """Read the events in force, with `ended` all that there ever were; the oldest first."""
    rows = connection.rows(_EVENTS if ended else _EVENTS_IN_FORCE)
    return tuple(
        Event(number, kind, EventScope(scope), *rest) for number, kind, scope, *rest in rows
    )


def _trust(connection: Connection) -> tuple[armor.Token, ...]:
    rows = connection.rows("SELECT type, frame FROM trust_documents ORDER BY place")
    return tuple(armor.Token(kind, framed) for kind, framed in rows)


def _seen(connection: Connection) -> Seen:
    rows = connection.rows(
        "SELECT type, issuer, root_version, trust_version, number, identity FROM seen"
    )
    found = {
        (kind, issuer): SeenDocument(tuple(version[: _VERSIONS.get(kind, 3)]), identity)
        for kind, issuer, *version, identity in rows
    }
    return Seen(
        found.get(("root", "")),
        found.get(("trust", "")),
        {issuer: one for (kind, issuer), one in found.items() if kind == "revocations"},
        {issuer: one for (kind, issuer), one in found.items() if kind == "catalog"},
    )


def _satellites(connection: Connection) -> int:
    row = connection.one("SELECT count(*) FROM sites WHERE central = 0")
    return row[0] if row else 0


def _hash_at(connection: Connection, number: int) -> bytes | None:
    row = connection.one("SELECT hash FROM audit WHERE number = ?", number)
    return None if row is None else row[0]
