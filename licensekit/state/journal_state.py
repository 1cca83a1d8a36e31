"""What the entries of a journal say together, worked out one entry after the other."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from licensekit.dates import format_seconds
from licensekit.state import journal_entries as entries
from licensekit.state.journal_entries import ACCEPTED, KEPT, RETURNED, VENDOR, Entry
from licensekit.state.time import TimeSeen, prove
from licensekit.trust.order import Seen, SeenDocument
from licensekit.wire.documents import BASE, ResetWhat, Use, label_of


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
        at = format_seconds(self.activated)
        return {**self._asdict(), "identity": self.identity.hex(), "activated": at}

    @property
    def label(self) -> str:
        """Its name as text; see `Bundle.label`."""
        return label_of(self.serial, self.part, self.use.word, self.sequence)


class JournalState(NamedTuple):
    """What the entries of a journal say together; immutable."""

    bundles: Mapping[bytes, BundleRecord] = {}
    """Identity to each bundle that was ever activated, in the order of activation."""
    taken: Mapping[bytes, entries.BundleTaken] = {}
    """Identity to what the floor of each is judged by again."""
    returned: frozenset[bytes] = frozenset()
    """The identities of all that were given back."""
    resets: frozenset[bytes] = frozenset()
    """The nonces of the resets that were used."""
    waiting: tuple[bytes, ...] = ()
    """The nonces of the resets that may still let a lower sequence in."""
    resets_after: int = 0
    """Resets issued before this are refused, in seconds since 1970."""
    documents: Mapping[tuple[str, str], entries.DocumentSeen] = {}
    """Type and issuer to what was seen, with what its floor is judged by again."""
    time: entries.TimeFloor = entries.TimeFloor(0, 0, "", b"")
    clock_accepted: bool = False
    """Whether an administrator has dropped the soft floor since the last base bundle."""
    dropped: frozenset[bytes] = frozenset()
    """The base bundles whose one drop of the soft floor was spent."""
    pinned: entries.Pinned | None = None
    restored: bool = False
    """A backup was restored, and the vendor has not accepted it."""
    damaged: int | None = None
    """The first entry that did not verify, if there was one and the vendor has not accepted it."""
    is_accepted: bool = True
    """Whether somebody has accepted the last of either."""
    acceptance: int = 0
    """The number of the last entry by which anybody accepted either; 0 if there is none."""

    @property
    def seen(self) -> Seen:
        """The highest root, trust document, list and catalog that was seen."""
        return {order: SeenDocument(one.version, one.identity) for order, one in self.documents.items()}

    @property
    def base(self) -> bytes:
        """The identity of the base bundle that was activated last; empty if there was none."""
        bases = [one for one in self.bundles.values() if one.part == BASE]
        return bases[-1].identity if bases else b""

    @property
    def time_seen(self) -> TimeSeen:
        """What the entries alone say of time: its floors, and what has passed at least."""
        hard, soft, *_ = self.time
        proofs = [prove(one.issued, one.at, one.elapsed) for one in self.taken.values()]
        return TimeSeen(max(0, hard - max(proofs, default=hard)), hard, soft)


NOTHING_KNOWN: Final = JournalState()


def replay(added: Iterable[Entry], before: JournalState = NOTHING_KNOWN, first: int = 1) -> JournalState:
    """Return the state that entries make, from number `first` on, of the state `before` them."""
    state = before
    for number, entry in enumerate(added, first):
        state = _step(state, number, entry)
    return state


def _step(state: JournalState, number: int, entry: Entry) -> JournalState:  # noqa: C901  # one case an entry
    """Return the state after one more entry."""
    match entry:
        case entries.BundleTaken():
            state = _take(state, entry)
        case entries.BundleSignedAgain(identity) if identity in state.taken:
            again = state.taken[identity]._replace(scheme=entry.scheme, key=entry.key)
            state = state._replace(taken={**state.taken, identity: again})
        case entries.BundleEnded():
            state = _end(state, entry)
        case entries.ResetUsed():
            state = _reset(state, entry)
        case entries.ResetSpent(nonce):
            waiting = tuple(one for one in state.waiting if one != nonce)
            state = state._replace(resets=state.resets | {nonce}, waiting=waiting)
        case entries.DocumentSeen():
            state = state._replace(documents={**state.documents, (entry.type, entry.issuer): entry})
        case entries.TimeFloor():
            is_accepted = state.clock_accepted or entry.reason == ACCEPTED
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
            if entry.by == VENDOR:
                state = state._replace(restored=False, damaged=None)
        case _:
            pass  # no other entry changes what counts
    return state


def _take(state: JournalState, entry: entries.BundleTaken) -> JournalState:
    identity, number = entry.identity, 1 + max((one.number for one in state.bundles.values()), default=0)
    named = (identity, entry.issuer, entry.serial, entry.part, Use(entry.use))
    # Taken again, it is the one that was activated last.
    others = {i: one for i, one in state.bundles.items() if i != identity}
    # What it proves of time it has proved since it was first taken.
    first = state.taken.get(identity, entry)
    return state._replace(
        bundles={**others, identity: BundleRecord(*named, entry.sequence, number, entry.at, KEPT)},
        taken={**state.taken, identity: entry._replace(elapsed=min(first.elapsed, entry.elapsed))},
        clock_accepted=state.clock_accepted and entry.part != BASE,
    )


def _end(state: JournalState, entry: entries.BundleEnded) -> JournalState:
    identity, bundles = entry.identity, state.bundles
    known = bundles.get(identity)
    if known is not None and known.state != RETURNED:
        bundles = {**bundles, identity: known._replace(state=entry.state)}
    returned = state.returned | {identity} if entry.state == RETURNED else state.returned
    return state._replace(bundles=bundles, returned=returned)


def _reset(state: JournalState, entry: entries.ResetUsed) -> JournalState:
    taken, waiting = state.taken, state.waiting
    if entry.what == ResetWhat.CLOCK:
        latest = entry.issued - entry.elapsed
        taken = {identity: one.bounded(latest) for identity, one in taken.items()}
    if entry.what == ResetWhat.SEQUENCE:
        waiting = tuple(dict.fromkeys((*waiting, entry.nonce)))
    return state._replace(resets=state.resets | {entry.nonce}, taken=taken, waiting=waiting)
