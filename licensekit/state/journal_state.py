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
    replaying = _Replay(before)
    for number, entry in enumerate(added, first):
        replaying.step(number, entry)
    return replaying.result()


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
            documents=self._documents,
            dropped=frozenset(self._dropped - {b""}),
        )

    def step(self, number: int, entry: Entry) -> None:  # noqa: C901  # one case an entry
        """Apply one entry."""
        match entry:
            case entries.BundleTaken() | entries.BundleSignedAgain() | entries.BundleEnded():
                self._step_bundle(entry)
            case entries.ResetUsed():
                self._resets.add(entry.nonce)
                if entry.what == ResetWhat.CLOCK:
                    latest = entry.issued - entry.elapsed
                    self._taken = {i: one.bounded(latest) for i, one in self._taken.items()}
                if entry.what == ResetWhat.SEQUENCE:
                    self._waiting[entry.nonce] = None
            case entries.ResetSpent():
                self._resets.add(entry.nonce)
                self._waiting.pop(entry.nonce, None)
            case entries.DocumentSeen():
                self._documents[entry.type, entry.issuer] = entry
            case entries.TimeFloor():
                is_accepted = self._state.clock_accepted or entry.reason == ACCEPTED
                self._state = self._state._replace(time=entry, clock_accepted=is_accepted)
                self._dropped.add(entry.base)
            case entries.Pinned():
                self._state = self._state._replace(pinned=entry)
            case entries.TroubleFound():
                found = {"restored": True} if entry.number is None else {"damaged": entry.number}
                self._state = self._state._replace(is_accepted=False, **found)
            case entries.TroubleAccepted():
                self._accept(number, entry)
            case entries.Created() | entries.Relocated():
                pass

    def _step_bundle(self, entry: entries.BundleEntry) -> None:
        identity = entry.identity
        known = self._bundles.get(identity)
        if isinstance(entry, entries.BundleTaken):
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
        elif isinstance(entry, entries.BundleEnded):
            if entry.state == RETURNED:
                self._returned.add(identity)
            if known is not None and known.state != RETURNED:
                self._bundles[identity] = known._replace(state=entry.state)
        elif known is not None:
            taken = self._taken[identity]
            self._taken[identity] = taken._replace(scheme=entry.scheme, key=entry.key)

    def _accept(self, number: int, entry: entries.TroubleAccepted) -> None:
        self._dropped.add(entry.base)
        after = max(self._state.resets_after, entry.at)
        state = self._state._replace(resets_after=after, acceptance=number, is_accepted=True)
        is_settled = entry.by == VENDOR
        self._state = state._replace(restored=False, damaged=None) if is_settled else state
