"""The journal: one short hash-chained log of what decides, from which the state is replayed.

Everything here is pure. Each entry carries the signature of the installation's own key over its place in the chain, and
the head carries one more, together with a digest of the observations of time (`docs/installation.md`, "Journal").

What does not verify grants nothing. Where the chain or a signature breaks, the entries before count in full; those
behind it only take away: a bundle that they say has ended stays so, and a reset that they say was used is used up.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from licensekit.chain import GENESIS, Head, link
from licensekit.errors import SignatureInvalid
from licensekit.keys.verifying import VerifyingKey
from licensekit.state.journal_entries import (
    ACCEPTED,
    KEPT,
    NOTHING_KNOWN,
    REPLACED,
    RETURNED,
    VENDOR,
    BundleEnded,
    BundleRecord,
    BundleSignedAgain,
    BundleTaken,
    DocumentSeen,
    Entry,
    Founded,
    JournalState,
    Pinned,
    Relocated,
    ResetSpent,
    ResetUsed,
    TimeFloor,
    TroubleAccepted,
    TroubleFound,
)
from licensekit.trust.order import Seen, SeenDocument
from licensekit.wire.documents import BASE, ResetWhat, Use

NOTHING_OBSERVED: Final = bytes(32)
"""The digest of the observations of time before the first one."""

_CONTEXT: Final = b"licensekit/journal\x00"


_KINDS: Final[Mapping[str, type[Entry]]] = {
    "founded": Founded,
    "pinned": Pinned,
    "taken": BundleTaken,
    "signed-again": BundleSignedAgain,
    "ended": BundleEnded,
    "reset": ResetUsed,
    "reset-spent": ResetSpent,
    "seen": DocumentSeen,
    "time": TimeFloor,
    "trouble": TroubleFound,
    "accepted": TroubleAccepted,
    "moved": Relocated,
}
"""What an entry says that it is, to its class."""
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}


class Row(NamedTuple):
    """An entry as it is kept; nothing about it is verified."""

    number: int
    entry: bytes
    hash: bytes
    signature: bytes
    """Over number and hash."""


class SignedHead(NamedTuple):
    """The head as the installation's key has signed it."""

    number: int
    observed: bytes
    """The digest of the observations of time."""
    signature: bytes
    """Over number, hash and signature of that entry, and `observed`."""


class JournalFault(NamedTuple):
    """How a journal does not hold."""

    reason: Literal["altered", "cut", "head"]
    """An entry was altered, added or removed; the newest are gone; or only the signature of the head does not hold."""
    number: int
    """The first entry that does not count."""


class Journal(NamedTuple):
    """A journal that was verified, as far as it holds."""

    state: JournalState
    """What counts."""
    hashes: tuple[bytes, ...]
    """Those of the entries that hold."""
    signature: bytes
    """That of the newest of them; empty before the first."""
    signed: SignedHead
    """The head as it is stored; it verifies where there is no fault."""
    fault: JournalFault | None = None
    rest: tuple[Entry, ...] = ()
    """What entries that do not hold take away."""

    @property
    def head(self) -> Head:
        """The newest entry that holds."""
        return Head(len(self.hashes), self.hashes[-1] if self.hashes else GENESIS)

    @property
    def observed(self) -> bytes:
        """The digest of the observations of time that were signed."""
        return self.signed.observed if self.fault is None else NOTHING_OBSERVED

    @property
    def end(self) -> bytes:
        """What the next entry is chained to: hash and signature of the newest that holds."""
        return self.head.hash + self.signature

    def has(self, head: Head) -> bool:
        """Return whether the entry of this number is there, with this hash."""
        return head.number == 0 or self.hashes[head.number - 1 : head.number] == (head.hash,)


def encode(entry: Entry) -> bytes:
    """Return an entry as it is kept: JSON with sorted names, and bytes in hexadecimal."""
    said = {n: v.hex() if isinstance(v, bytes) else v for n, v in entry._asdict().items()}
    said["did"] = _NAMES[type(entry)]
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def decode(data: object) -> Entry | None:
    """Return the entry that `encode` has made `data` from; None for any other bytes."""
    try:
        said: dict[str, Any] = json.loads(data) if isinstance(data, bytes) else {}
        make, readers = _READERS[said.pop("did")]
        entry: Entry = make(**{name: readers[name](value) for name, value in said.items()})
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return entry


def replay(entries: Iterable[Entry], before: JournalState = NOTHING_KNOWN, first: int = 1) -> JournalState:
    """Return the state that entries make, from number `first` on, of the state `before` them."""
    replaying = _Replay(before)
    for number, entry in enumerate(entries, first):
        replaying.step(number, entry)
    return replaying.result()


def verify(rows: Iterable[Row], signed: SignedHead, key: VerifyingKey) -> Journal:
    """Return what holds of a journal: all of it, or the entries up to the last that verifies."""
    stored = list(rows)
    sound = list(_chained(stored))
    hashes = tuple(linked for _, linked in sound)
    if len(stored) == len(sound) == signed.number > 0:
        newest = stored[-1].signature
        message = head_message(Head(len(sound), hashes[-1]), newest, signed.observed)
        if _is_signed(key, message, signed.signature):
            return Journal(replay(entry for entry, _ in sound), hashes, newest, signed)
    kept = len(sound)
    while kept and not _is_signed(key, entry_message(Head(kept, hashes[kept - 1])), stored[kept - 1].signature):
        kept -= 1
    rest = tuple(_taking_away(map(decode, (row.entry for row in stored[kept:]))))
    state = replay((*(entry for entry, _ in sound[:kept]), *rest))
    reason: Literal["altered", "cut", "head"] = "altered"
    if kept == len(stored):
        reason = "head" if signed.number == kept else "cut"
    newest = stored[kept - 1].signature if kept else b""
    return Journal(state, hashes[:kept], newest, signed, JournalFault(reason, kept + 1), rest)


def entry_message(head: Head) -> bytes:
    """Return what is signed of each entry: that the chain up to it is this installation's."""
    return b"%bentry\x00%b%b" % (_CONTEXT, head.number.to_bytes(8, "big"), head.hash)


def head_message(head: Head, signature: bytes, observed: bytes) -> bytes:
    """Return what is signed of the newest entry, with its own signature and what was observed."""
    number = head.number.to_bytes(8, "big")
    return b"%bhead\x00%b%b%b%b" % (_CONTEXT, number, head.hash, signature, observed)


class _Replay:
    """A state that is being worked out."""

    def __init__(self, state: JournalState) -> None:
        self._state = state
        self._bundles = dict(state.bundles)
        self._taken = dict(state.taken)
        self._returned = set(state.returned)
        self._resets = set(state.resets)
        self._waiting = dict.fromkeys(state.waiting)
        self._documents = dict(state.documents)
        self._dropped = set(state.dropped)
        self._activations = max((one.number for one in self._bundles.values()), default=0)

    def result(self) -> JournalState:
        """Return what it is now."""
        return self._state._replace(
            bundles=self._bundles,
            taken=self._taken,
            returned=frozenset(self._returned),
            resets=frozenset(self._resets),
            waiting=tuple(self._waiting),
            seen=_seen(self._documents),
            documents=self._documents,
            dropped=frozenset(self._dropped - {b""}),
        )

    def step(self, number: int, entry: Entry) -> None:  # noqa: C901  # one case an entry
        """Apply one entry."""
        match entry:
            case BundleTaken() | BundleSignedAgain() | BundleEnded():
                self._step_bundle(entry)
            case ResetUsed():
                self._resets.add(entry.nonce)
                if entry.what == ResetWhat.CLOCK:
                    latest = entry.issued - entry.elapsed
                    self._taken = {i: one.bounded(latest) for i, one in self._taken.items()}
                if entry.what == ResetWhat.SEQUENCE:
                    self._waiting[entry.nonce] = None
            case ResetSpent():
                self._resets.add(entry.nonce)
                self._waiting.pop(entry.nonce, None)
            case DocumentSeen():
                self._documents[entry.type, entry.issuer] = entry
            case TimeFloor():
                is_accepted = self._state.clock_accepted or entry.reason == ACCEPTED
                self._state = self._state._replace(time=entry, clock_accepted=is_accepted)
                self._dropped.add(entry.base)
            case Pinned():
                self._state = self._state._replace(pinned=entry)
            case TroubleFound():
                found = {"restored": True} if entry.number is None else {"damaged": entry.number}
                self._state = self._state._replace(is_accepted=False, **found)
            case TroubleAccepted():
                self._accept(number, entry)
            case Founded() | Relocated():
                pass

    def _step_bundle(self, entry: BundleTaken | BundleSignedAgain | BundleEnded) -> None:
        identity = entry.identity
        known = self._bundles.get(identity)
        if isinstance(entry, BundleTaken):
            self._activations += 1
            named = (identity, entry.issuer, entry.serial, entry.part, Use(entry.use))
            # Taken again, it is the one that was activated last.
            self._bundles.pop(identity, None)
            self._bundles[identity] = BundleRecord(*named, entry.sequence, self._activations, entry.at, KEPT)
            # What it proves of time it has proved since it was first taken.
            first = self._taken.get(identity, entry)
            self._taken[identity] = entry._replace(elapsed=min(first.elapsed, entry.elapsed))
            if entry.part == BASE:
                self._state = self._state._replace(clock_accepted=False)
        elif isinstance(entry, BundleEnded):
            if entry.state == RETURNED:
                self._returned.add(identity)
            if known is not None and known.state != RETURNED:
                self._bundles[identity] = known._replace(state=entry.state)
        elif known is not None:
            taken = self._taken[identity]
            self._taken[identity] = taken._replace(scheme=entry.scheme, key=entry.key)

    def _accept(self, number: int, entry: TroubleAccepted) -> None:
        self._dropped.add(entry.base)
        after = max(self._state.resets_after, entry.at)
        state = self._state._replace(resets_after=after, acceptance=number, is_accepted=True)
        is_settled = entry.by == VENDOR
        self._state = state._replace(restored=False, damaged=None) if is_settled else state


def _seen(documents: Mapping[tuple[str, str], DocumentSeen]) -> Seen:
    found = {place: SeenDocument(one.version, one.identity) for place, one in documents.items()}
    return Seen(
        found.get(("root", "")),
        found.get(("trust", "")),
        {issuer: one for (kind, issuer), one in found.items() if kind == "revocations"},
        {issuer: one for (kind, issuer), one in found.items() if kind == "catalog"},
    )


def _taking_away(rest: Iterable[Entry | None]) -> Iterator[Entry]:
    """Yield what entries that do not hold take away: bundles, and resets without their effect."""
    for entry in rest:
        if isinstance(entry, BundleEnded) and entry.state in {REPLACED, RETURNED}:
            yield entry
        if isinstance(entry, ResetUsed | ResetSpent):
            yield ResetSpent(entry.nonce)


def _chained(rows: Sequence[Row]) -> Iterator[tuple[Entry, bytes]]:
    """Yield each entry that follows on the one before, with its hash, from the first on."""
    previous = GENESIS
    for expected, row in enumerate(rows, start=1):
        entry = decode(row.entry)
        if entry is None or row.number != expected:
            return
        linked = link(previous, row.entry)
        if row.hash != linked:
            return
        yield entry, linked
        # The signatures are chained as well, so that one that was altered shows.
        previous = linked + row.signature


def _is_signed(key: VerifyingKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(message, signature)
    except SignatureInvalid:
        return False
    return True


def _only(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError
        return value

    return read


_integer: Final = _only(int)
_READ: Final[Mapping[Any, Callable[[Any], Any]]] = {
    int: _integer,
    str: _only(str),
    bytes: bytes.fromhex,
    int | None: lambda value: None if value is None else _integer(value),
    tuple[int, ...]: lambda value: tuple(map(_integer, value)),
}
"""Type of a field to what reads it."""
_READERS: Final[Mapping[str, tuple[Callable[..., Entry], Mapping[str, Callable[[Any], Any]]]]] = {
    name: (kind, {field: _READ[kind.__annotations__[field]] for field in kind._fields}) for name, kind in _KINDS.items()
}
