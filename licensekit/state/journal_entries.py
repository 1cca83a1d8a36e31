"""What a journal holds: an entry for each decision, and what the entries say together.

Times are in seconds since 1970.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from licensekit.dates import format_seconds
from licensekit.state.time import TimeSeen, prove
from licensekit.trust.order import NOTHING_SEEN, Seen
from licensekit.wire.documents import BASE, Use, label_of

KEPT: Final = "kept"
"""May be in force, by the rules of `licensekit.entitlements.timeline`."""
REPLACED: Final = "replaced"
"""Put away by a reset or a return; it holds back lower sequences and nothing else."""
RETURNED: Final = "returned"

ACTIVE: Final = "active"
"""As people are told of a bundle that is kept, and is in force or waits for its start."""

VENDOR: Final = "vendor"
ADMINISTRATOR: Final = "administrator"
"""Who accepts a restored backup."""


ACCEPTED: Final = "accepted"
"""Why a floor of time was dropped."""


class Founded(NamedTuple):
    """The installation was made, with this public key."""

    key: bytes


class Pinned(NamedTuple):
    """The root pin that counts, and SHA-256 of the pack that is stored beside it."""

    root: str
    pack: bytes


class BundleTaken(NamedTuple):
    """A bundle was activated, as the last one; the rest is what its floor is judged by again."""

    identity: bytes
    issuer: str
    serial: str
    part: str
    use: int
    sequence: int
    at: int
    issued: int
    scheme: int
    key: bytes
    """The id of the key that signed it."""
    most: int | None
    """Its highest count; None where one is unrestricted, or it has settings or replaces serials."""
    term: int | None
    """Days from its issue to the end of all it grants; None where something does not end."""
    elapsed: int
    """The time that had verifiably passed by then (`licensekit.state.time`)."""

    def bounded(self, latest: int) -> "BundleTaken":
        """Return the same, proving no later time than `latest`."""
        return self._replace(elapsed=max(self.elapsed, prove(self.issued, self.at, latest)))


class BundleSignedAgain(NamedTuple):
    """The signature of another key took the place of the one on a bundle."""

    identity: bytes
    scheme: int
    key: bytes


class BundleEnded(NamedTuple):
    """A bundle is `replaced`, or `returned` for good."""

    identity: bytes
    state: str


class ResetUsed(NamedTuple):
    """A reset of the vendor was applied."""

    nonce: bytes
    what: int
    issuer: str
    issued: int
    elapsed: int
    """As in `BundleTaken`."""


class ResetSpent(NamedTuple):
    """A reset of the sequence has let its one bundle in, or one that does not hold is used up."""

    nonce: bytes


class DocumentSeen(NamedTuple):
    """A root, trust document, list or catalog is the highest of its order."""

    type: str
    issuer: str
    """Empty for roots and trust documents."""
    version: tuple[int, ...]
    identity: bytes
    issued: int | None
    """None for a root, and for what was put out of force again by what came with it."""
    scheme: int
    key: bytes
    """Scheme and id of the first key that signed it."""


class TimeFloor(NamedTuple):
    """The floors of time, and why they are what they are."""

    hard: int
    soft: int
    reason: str
    base: bytes
    """The identity of the base bundle whose one drop of the soft floor this is; empty if none."""


class TroubleFound(NamedTuple):
    """The database is a restored backup; or entries from `number` on did not verify."""

    at: int
    number: int | None
    """None for a restored backup."""


class TroubleAccepted(NamedTuple):
    """A restored backup, or a damaged journal, is accepted as the present state."""

    at: int
    by: str
    base: bytes
    """As in `TimeFloor`: accepting spends the drop of the soft floor."""


class Relocated(NamedTuple):
    """The installation has moved from one location to another."""

    at: int
    origin: str
    target: str


Entry = (
    Founded
    | Pinned
    | BundleTaken
    | BundleSignedAgain
    | BundleEnded
    | ResetUsed
    | ResetSpent
    | DocumentSeen
    | TimeFloor
    | TroubleFound
    | TroubleAccepted
    | Relocated
)


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


class JournalState(NamedTuple):
    """What the entries of a journal say together; immutable."""

    bundles: Mapping[bytes, BundleRecord] = {}
    """Identity to each bundle that was ever activated, in the order of activation."""
    taken: Mapping[bytes, BundleTaken] = {}
    """Identity to what the floor of each is judged by again."""
    returned: frozenset[bytes] = frozenset()
    """The identities of all that were given back."""
    resets: frozenset[bytes] = frozenset()
    """The nonces of the resets that were used."""
    waiting: tuple[bytes, ...] = ()
    """The nonces of the resets that may still let a lower sequence in."""
    resets_after: int = 0
    """Resets issued before this are refused, in seconds since 1970."""
    seen: Seen = NOTHING_SEEN
    """The highest of each trust document, list and catalog that was seen."""
    documents: Mapping[tuple[str, str], DocumentSeen] = {}
    """Type and issuer to what was seen, with what its floor is judged by again."""
    time: TimeFloor = TimeFloor(0, 0, "", b"")
    clock_accepted: bool = False
    """Whether an administrator has dropped the soft floor since the last base bundle."""
    dropped: frozenset[bytes] = frozenset()
    """The base bundles whose one drop of the soft floor was spent."""
    pinned: Pinned | None = None
    restored: bool = False
    """A backup was restored, and the vendor has not accepted it."""
    damaged: int | None = None
    """The first entry that did not verify, if there was one and the vendor has not accepted it."""
    is_accepted: bool = True
    """Whether somebody has accepted the last of either."""
    acceptance: int = 0
    """The number of the last entry by which anybody accepted either; 0 if there is none."""

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
