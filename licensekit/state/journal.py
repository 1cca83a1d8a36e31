"""The journal: one short hash-chained log of what decides, from which the state is replayed.

Everything here is pure. Each entry carries the signature of the installation's own key over its place in the chain, and
the head carries one more, together with a digest of the observations of time (`docs/installation.md`, "Journal").

What does not verify grants nothing. Where the chain or a signature breaks, the entries before count in full; those
behind it only take away: a bundle that they say has ended stays so, and a reset that they say was used is used up.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

from licensekit.chain import GENESIS, Head, link
from licensekit.errors import SignatureInvalid
from licensekit.keys.verifying import VerifyingKey
from licensekit.state.journal_entries import REPLACED, RETURNED, BundleEnded, Entry, ResetEntry, ResetSpent, decode
from licensekit.state.journal_state import JournalState, replay

NOTHING_OBSERVED: Final = bytes(32)
"""The digest of the observations of time before the first one."""

_CONTEXT: Final = b"licensekit/journal\x00"


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


def _taking_away(rest: Iterable[Entry | None]) -> Iterator[Entry]:
    """Yield what entries that do not hold take away: bundles, and resets without their effect."""
    for entry in rest:
        if isinstance(entry, BundleEnded) and entry.state in {REPLACED, RETURNED}:
            yield entry
        if isinstance(entry, ResetEntry):
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
