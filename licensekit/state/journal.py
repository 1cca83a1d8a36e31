"""The journal: one short hash-chained log of what decides, from which the state is replayed.

Everything here is pure. Each entry carries the signature of the installation's own key over its place in the chain, and
the head carries one more, together with a digest of the observations of time (`docs/installation.md`, "Journal").

What does not verify grants nothing. Where the chain or a signature breaks, the entries before count in full; those
behind it only take away: a bundle that they say has ended stays so, and a reset that they say was used is used up.
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

NOTHING_OBSERVED: Final = bytes(32)  # the digest of the observations of time before the first one
_CONTEXT: Final = b"licensekit/journal\x00"


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
    """`kept`, `replaced` or `returned`; a kept bundle is shown as `active` or `replaced`."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {**self._asdict(), "identity": self.identity.hex(), "activated": format_seconds(self.activated)}

    @property
    def label(self) -> str:
        """Its name as text; see `Bundle.label`."""
        return label_of(self.serial, self.part, self.use.word, self.sequence)


class JournalState(NamedTuple):
    """What the entries of a journal say together; its dictionaries change in `replay` alone, which copies them."""

    bundles: dict[bytes, BundleRecord]  # identity to each bundle that was ever activated, in that order
    taken: dict[bytes, entries.BundleTaken]  # identity to what the floor of each is judged by again
    documents: dict[tuple[str, str], entries.DocumentSeen]  # type and issuer to what was seen
    returned: frozenset[bytes] = frozenset()  # the identities of all that were given back
    resets: frozenset[bytes] = frozenset()  # the nonces of the resets that were used
    waiting: tuple[bytes, ...] = ()  # the nonces of the resets that may still let a lower sequence in
    resets_after: int = 0  # resets issued before this are refused, in seconds since 1970
    time: entries.TimeFloor = entries.TimeFloor(0, 0, "", b"")
    clock_accepted: bool = False  # whether an administrator has dropped the soft floor since the last base bundle
    dropped: frozenset[bytes] = frozenset()  # the base bundles whose one drop of the soft floor was spent
    pinned: entries.Pinned | None = None
    restored: bool = False  # a backup was restored, and the vendor has not accepted it
    damaged: int | None = None  # the first entry that did not verify, unless the vendor has accepted that
    is_accepted: bool = True  # whether somebody has accepted the last of either
    acceptance: int = 0  # the number of the last entry by which anybody accepted either; 0 if there is none

    @property
    def seen(self) -> Seen:
        """The highest root, trust document, list and catalog that was seen."""
        return {order: SeenDocument(one.version, one.identity) for order, one in self.documents.items()}

    @property
    def base(self) -> bytes:
        """The identity of the base bundle that was activated last; empty if there was none."""
        return next((one.identity for one in reversed(tuple(self.bundles.values())) if one.part == BASE), b"")

    @property
    def time_seen(self) -> TimeSeen:
        """What the entries alone say of time: its floors, and what has passed at least."""
        hard, soft, *_ = self.time
        proofs = [prove(one.issued, one.at, one.elapsed) for one in self.taken.values()]
        return TimeSeen(max(0, hard - max(proofs, default=hard)), hard, soft)


NOTHING_KNOWN: Final = JournalState({}, {}, {})


def replay(added: Iterable[Entry], before: JournalState = NOTHING_KNOWN, first: int = 1) -> JournalState:
    """Return the state that entries make, from number `first` on, of the state `before` them."""
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
    state.bundles.pop(identity, None)  # taken again, it is the one that was activated last
    state.bundles[identity] = BundleRecord(*named, Use(entry.use), entry.sequence, number, entry.at, KEPT)
    # What it proves of time it has proved since it was first taken.
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
    """An entry as it is kept; nothing about it is verified."""

    number: int
    entry: bytes
    hash: bytes
    signature: bytes  # over number and hash


class SignedHead(NamedTuple):
    """The head as the installation's key has signed it."""

    number: int
    observed: bytes  # the digest of the observations of time
    signature: bytes  # over number, hash and signature of that entry, and `observed`


class JournalFault(NamedTuple):
    """How a journal does not hold."""

    reason: Literal["altered", "cut", "head"]
    """An entry was altered, added or removed; the newest are gone; or only the signature of the head does not hold."""
    number: int  # the first entry that does not count


class Journal(NamedTuple):
    """A journal that was verified, as far as it holds."""

    state: JournalState  # what counts
    hashes: tuple[bytes, ...]  # those of the entries that hold
    signature: bytes  # that of the newest of them; empty before the first
    signed: SignedHead  # the head as it is stored; it verifies where there is no fault
    fault: JournalFault | None = None
    rest: tuple[Entry, ...] = ()  # what entries that do not hold take away

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

    def extended(self, added: Sequence[Row], signed: SignedHead, key: VerifyingKey) -> "Journal | None":
        """Return this and the rows behind it, if all of them hold and the head is signed; else None."""
        sound, newest = list(_chained(added, self)), added[-1].signature if added else self.signature
        hashes = (*self.hashes, *(linked for _, linked in sound))
        message = head_message(Head(len(hashes), hashes[-1] if hashes else GENESIS), newest, signed.observed)
        is_whole = len(added) == len(sound) and len(hashes) == signed.number > 0
        if not (is_whole and _is_signed(key, message, signed.signature)):
            return None
        state = replay((entry for entry, _ in sound), self.state, len(self.hashes) + 1)
        return Journal(state, hashes, newest, signed)

    def has(self, head: Head) -> bool:
        """Return whether the entry of this number is there, with this hash."""
        return head.number == 0 or self.hashes[head.number - 1 : head.number] == (head.hash,)


EMPTY: Final = Journal(NOTHING_KNOWN, (), b"", SignedHead(0, NOTHING_OBSERVED, b""))
"""The journal before its first entry."""


def verify(rows: Iterable[Row], signed: SignedHead, key: VerifyingKey) -> Journal:
    """Return what holds of a journal: all of it, or the entries up to the last that verifies."""
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
    """Return what is signed of each entry: that the chain up to it is this installation's."""
    return b"%bentry\x00%b%b" % (_CONTEXT, head.number.to_bytes(8, "big"), head.hash)


def head_message(head: Head, signature: bytes, observed: bytes) -> bytes:
    """Return what is signed of the newest entry, with its own signature and what was observed."""
    return b"%bhead\x00%b%b%b%b" % (_CONTEXT, head.number.to_bytes(8, "big"), head.hash, signature, observed)


def _taking_away(rest: Iterable[Entry | None]) -> Iterator[Entry]:
    """Yield what entries that do not hold take away: bundles, and resets without their effect."""
    for entry in rest:
        if isinstance(entry, entries.BundleEnded) and entry.state in {REPLACED, RETURNED}:
            yield entry
        if isinstance(entry, entries.ResetEntry):
            yield entries.ResetSpent(entry.nonce)


def _chained(rows: Sequence[Row], known: Journal) -> Iterator[tuple[Entry, bytes]]:
    """Yield each entry that follows on the one before, with its hash, from the first behind a journal on."""
    previous = known.end
    for expected, row in enumerate(rows, start=len(known.hashes) + 1):
        if (entry := decode(row.entry)) is None or row.number != expected:
            return
        linked = link(previous, row.entry)
        if row.hash != linked:
            return
        yield entry, linked
        # The signatures are chained as well, so that one that was altered shows.
        previous = linked + row.signature


def _is_signed(key: VerifyingKey, message: bytes, signature: bytes) -> bool:
    with suppress(SignatureInvalid):
        key.verify(message, signature)
        return True
    return False
