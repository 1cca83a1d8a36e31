"""The journal: a short hash-chained log of decisions, from which the state of an installation is replayed.

Everything here is pure. Each entry has a signature of the installation's own key over its place in the chain. The head
has one more, which also covers a digest of the observations of time (`docs/installation.md`, "Journal").

What does not verify grants nothing. Where the chain or a signature breaks, the entries before count in full, and those
after it can only take away: a bundle that they end stays ended, and a reset that they use stays used.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final, Literal, NamedTuple

from licensekit.dates import format_seconds
from licensekit.errors import SignatureInvalid
from licensekit.keys.verifying import VerifyingKey
from licensekit.state import journal_entries as entries
from licensekit.state.journal_entries import KEPT, REPLACED, RETURNED, Entry, decode
from licensekit.state.time import TimeSeen, prove
from licensekit.trust.order import Seen, SeenDocument
from licensekit.wire.chain import GENESIS, Head, link
from licensekit.wire.documents import BASE, ResetWhat, Use, label_of

NOTHING_OBSERVED: Final = bytes(32)  # in place of the digest before the first observation of time
_CONTEXT: Final = b"licensekit/journal\x00"


class BundleRecord(NamedTuple):
    """A bundle as the journal knows it."""

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
    """`kept`, `replaced` or `returned`; a kept bundle is shown as `active` or `replaced`."""

    def plain(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return {**self._asdict(), "identity": self.identity.hex(), "activated": format_seconds(self.activated)}

    @property
    def label(self) -> str:
        """The bundle's name as text; see `Bundle.label`."""
        return label_of(self.serial, self.part, self.use.word, self.sequence)


class JournalState(NamedTuple):
    """The state that the entries of a journal add up to; only `replay` changes its dictionaries, in copies."""

    bundles: dict[bytes, BundleRecord]  # identity to record of every bundle ever activated, in order of activation
    taken: dict[bytes, entries.BundleTaken]  # identity to the entry by which the hard floor is judged again
    documents: dict[tuple[str, str], entries.DocumentSeen]  # type and issuer to the highest document seen
    returned: frozenset[bytes] = frozenset()  # identities of all returned bundles
    resets: frozenset[bytes] = frozenset()  # nonces of used resets
    waiting: tuple[bytes, ...] = ()  # nonces of the resets that may still admit a lower sequence
    resets_after: int = 0  # resets issued before this are refused, in seconds since 1970
    time: entries.TimeFloor = entries.TimeFloor(0, 0, "", b"")
    clock_accepted: bool = False  # whether an administrator has dropped the soft floor since the last base bundle
    dropped: frozenset[bytes] = frozenset()  # base bundles whose one drop of the soft floor is used up
    pinned: entries.Pinned | None = None
    restored: bool = False  # a backup was restored, and the vendor has not accepted that
    damaged: int | None = None  # the first entry that did not verify, unless the vendor has accepted that
    is_accepted: bool = True  # whether the latest restore or damage was accepted by anybody
    acceptance: int = 0  # the number of the latest entry that accepts either; 0 if there is none

    @property
    def seen(self) -> Seen:
        """The highest root, trust document, list and catalog seen."""
        return {order: SeenDocument(one.version, one.identity) for order, one in self.documents.items()}

    @property
    def base(self) -> bytes:
        """The identity of the base bundle that was activated last; empty if there was none."""
        return next((one.identity for one in reversed(tuple(self.bundles.values())) if one.part == BASE), b"")

    @property
    def time_seen(self) -> TimeSeen:
        """What the entries alone prove about time: the floors, and the least time that has passed."""
        hard, soft, *_ = self.time
        proofs = [prove(one.issued, one.at, one.elapsed) for one in self.taken.values()]
        return TimeSeen(max(0, hard - max(proofs, default=hard)), hard, soft)


NOTHING_KNOWN: Final = JournalState({}, {}, {})


def replay(added: Iterable[Entry], before: JournalState = NOTHING_KNOWN, first: int = 1) -> JournalState:
    """Apply entries, numbered from `first`, to the state `before` them and return the new state."""
    bundles, taken, documents = {**before.bundles}, {**before.taken}, {**before.documents}
    state = before._replace(bundles=bundles, taken=taken, documents=documents)
    for number, entry in enumerate(added, first):
        state = _step(state, number, entry)
    return state


def _step(state: JournalState, number: int, entry: Entry) -> JournalState:  # noqa: C901  # one case an entry
    """Return the state after one more entry."""
    match entry:
        case entries.BundleTaken():
            state = _take(state, entry)
        case entries.BundleSignedAgain(identity) if identity in state.taken:
            state.taken[identity] = state.taken[identity]._replace(scheme=entry.scheme, key=entry.key)
        case entries.BundleEnded():
            state = _end(state, entry)
        case entries.ResetUsed():
            state = _reset(state, entry)
        case entries.ResetSpent(nonce):
            waiting = tuple(one for one in state.waiting if one != nonce)
            state = state._replace(resets=state.resets | {nonce}, waiting=waiting)
        case entries.DocumentSeen():
            state.documents[entry.type, entry.issuer] = entry
        case entries.TimeFloor():
            is_accepted = state.clock_accepted or entry.reason == entries.ACCEPTED
            dropped = state.dropped | {entry.base} - {b""}
            state = state._replace(time=entry, clock_accepted=is_accepted, dropped=dropped)
        case entries.Pinned():
            state = state._replace(pinned=entry)
        case entries.TroubleFound():
            found = {"restored": True} if entry.number is None else {"damaged": entry.number}
            state = state._replace(is_accepted=False, **found)
        case entries.TroubleAccepted():
            after, dropped = max(state.resets_after, entry.at), state.dropped | {entry.base} - {b""}
            state = state._replace(resets_after=after, dropped=dropped, acceptance=number, is_accepted=True)
            if entry.by == entries.VENDOR:
                state = state._replace(restored=False, damaged=None)
        case _:
            pass  # no other entry changes what counts
    return state


def _take(state: JournalState, entry: entries.BundleTaken) -> JournalState:
    identity, last = entry.identity, next(reversed(state.bundles.values()), None)
    number, named = 1 if last is None else last.number + 1, (identity, entry.issuer, entry.serial, entry.part)
    state.bundles.pop(identity, None)  # a bundle that is activated again moves to the end
    state.bundles[identity] = BundleRecord(*named, Use(entry.use), entry.sequence, number, entry.at, KEPT)
    # Its proof of time dates from its first activation.
    first = state.taken.get(identity, entry)
    state.taken[identity] = entry._replace(elapsed=min(first.elapsed, entry.elapsed))
    return state._replace(clock_accepted=state.clock_accepted and entry.part != BASE)


def _end(state: JournalState, entry: entries.BundleEnded) -> JournalState:
    identity = entry.identity
    if (known := state.bundles.get(identity)) is not None and known.state != RETURNED:
        state.bundles[identity] = known._replace(state=entry.state)
    returned = state.returned | {identity} if entry.state == RETURNED else state.returned
    return state._replace(returned=returned)


def _reset(state: JournalState, entry: entries.ResetUsed) -> JournalState:
    taken, waiting = state.taken, state.waiting
    if entry.what == ResetWhat.CLOCK:
        latest = entry.issued - entry.elapsed
        taken = {identity: one.bounded(latest) for identity, one in taken.items()}
    if entry.what == ResetWhat.SEQUENCE:
        waiting = tuple(dict.fromkeys((*waiting, entry.nonce)))
    return state._replace(resets=state.resets | {entry.nonce}, taken=taken, waiting=waiting)


class Row(NamedTuple):
    """An entry as it is stored; nothing about it is verified."""

    number: int
    entry: bytes
    hash: bytes
    signature: bytes  # over number and hash


class SignedHead(NamedTuple):
    """The signed head of a journal."""

    number: int
    observed: bytes  # the digest of the observations of time
    signature: bytes  # over number, hash and signature of that entry, and `observed`


class JournalFault(NamedTuple):
    """Why a journal does not verify."""

    reason: Literal["altered", "cut", "head"]
    """An entry was altered, added or removed; the newest are gone; or only the signature of the head is wrong."""
    number: int  # the first entry that does not count


class Journal(NamedTuple):
    """A verified journal, up to its first fault."""

    state: JournalState
    hashes: tuple[bytes, ...]  # of the valid entries
    signature: bytes  # of the newest valid entry; empty before the first
    signed: SignedHead  # the head as it is stored; it is valid if there is no fault
    fault: JournalFault | None = None
    rest: tuple[Entry, ...] = ()  # what the invalid entries take away

    @property
    def head(self) -> Head:
        """The newest valid entry."""
        return Head(len(self.hashes), self.hashes[-1] if self.hashes else GENESIS)

    @property
    def observed(self) -> bytes:
        """The signed digest of the observations of time."""
        return self.signed.observed if self.fault is None else NOTHING_OBSERVED

    @property
    def end(self) -> bytes:
        """What the next entry is chained to: hash and signature of the newest valid one."""
        return self.head.hash + self.signature

    def extended(self, added: Sequence[Row], signed: SignedHead, key: VerifyingKey) -> "Journal | None":
        """Return this journal with the rows that follow it; None unless all are valid and the head is signed."""
        sound, newest = list(_chained(added, self)), added[-1].signature if added else self.signature
        hashes = (*self.hashes, *(linked for _, linked in sound))
        message = head_message(Head(len(hashes), hashes[-1] if hashes else GENESIS), newest, signed.observed)
        is_whole = len(added) == len(sound) and len(hashes) == signed.number > 0
        if not (is_whole and _is_signed(key, message, signed.signature)):
            return None
        state = replay((entry for entry, _ in sound), self.state, len(self.hashes) + 1)
        return Journal(state, hashes, newest, signed)

    def has(self, head: Head) -> bool:
        """Return whether the journal contains the entry with this number and hash."""
        return head.number == 0 or self.hashes[head.number - 1 : head.number] == (head.hash,)


EMPTY: Final = Journal(NOTHING_KNOWN, (), b"", SignedHead(0, NOTHING_OBSERVED, b""))
"""The journal before its first entry."""


def verify(rows: Iterable[Row], signed: SignedHead, key: VerifyingKey) -> Journal:
    """Verify a journal, and return it up to the last valid entry."""
    stored = list(rows)
    if (found := EMPTY.extended(stored, signed, key)) is not None:
        return found
    sound = list(_chained(stored, EMPTY))
    hashes = tuple(linked for _, linked in sound)
    kept = len(sound)
    while kept and not _is_signed(key, entry_message(Head(kept, hashes[kept - 1])), stored[kept - 1].signature):
        kept -= 1
    rest = tuple(_taking_away(map(decode, (row.entry for row in stored[kept:]))))
    state = replay((*(entry for entry, _ in sound[:kept]), *rest))
    whole: Literal["head", "cut"] = "head" if signed.number == kept else "cut"
    fault = JournalFault(whole if kept == len(stored) else "altered", kept + 1)
    newest = stored[kept - 1].signature if kept else b""
    return Journal(state, hashes[:kept], newest, signed, fault, rest)


def entry_message(head: Head) -> bytes:
    """Return the message that is signed for each entry; it covers the chain up to there."""
    return b"%bentry\x00%b%b" % (_CONTEXT, head.number.to_bytes(8, "big"), head.hash)


def head_message(head: Head, signature: bytes, observed: bytes) -> bytes:
    """Return the message that is signed for the head: the newest entry, its signature, and the digest `observed`."""
    return b"%bhead\x00%b%b%b%b" % (_CONTEXT, head.number.to_bytes(8, "big"), head.hash, signature, observed)


def _taking_away(rest: Iterable[Entry | None]) -> Iterator[Entry]:
    """Yield what invalid entries take away: they end bundles, and use up resets without their effect."""
    for entry in rest:
        if isinstance(entry, entries.BundleEnded) and entry.state in {REPLACED, RETURNED}:
            yield entry
        if isinstance(entry, entries.ResetEntry):
            yield entries.ResetSpent(entry.nonce)


def _chained(rows: Sequence[Row], known: Journal) -> Iterator[tuple[Entry, bytes]]:
    """Yield the entries that continue the chain of a journal, each with its hash, up to the first that does not."""
    previous = known.end
    for expected, row in enumerate(rows, start=len(known.hashes) + 1):
        if (entry := decode(row.entry)) is None or row.number != expected:
            return
        linked = link(previous, row.entry)
        if row.hash != linked:
            return
        yield entry, linked
        # Signatures are part of the chain, so that an altered one is noticed.
        previous = linked + row.signature


def _is_signed(key: VerifyingKey, message: bytes, signature: bytes) -> bool:
    with suppress(SignatureInvalid):
        key.verify(message, signature)
        return True
    return False
