"""What a journal holds: an entry for each decision, and how it is written.

Times are in seconds since 1970.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, get_args

from licensekit.state.time import prove
from licensekit.wire.chain import canonical_json

KEPT: Final = "kept"  # may be in force, by the rules of `licensekit.entitlements.timeline`
REPLACED: Final = "replaced"  # put away by a reset or a return; it holds back lower sequences and nothing else
RETURNED: Final = "returned"
ACTIVE: Final = "active"  # the state shown for a kept bundle that is in force or waits for its start
VENDOR: Final = "vendor"
ADMINISTRATOR: Final = "administrator"  # who accepts a restored backup
ACCEPTED: Final = "accepted"  # why a floor of time was dropped


class Created(NamedTuple):
    """The installation was created, with this public key."""

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
    key: bytes  # the id of the key that signed it
    most: int | None  # its highest count; None where one is unrestricted, or it has settings or replaces serials
    term: int | None  # days from its issue to the end of all it grants; None where something does not end
    elapsed: int  # the time that had verifiably passed by then (`licensekit.state.time`)

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
    elapsed: int  # as in `BundleTaken`


class ResetSpent(NamedTuple):
    """A reset of the sequence has let its one bundle in, or one that does not hold is used up."""

    nonce: bytes


class DocumentSeen(NamedTuple):
    """A root, trust document, list or catalog is the highest of its order."""

    type: str
    issuer: str  # empty for roots and trust documents
    version: tuple[int, ...]
    identity: bytes
    issued: int | None  # None for a root, and for what was put out of force again by what came with it
    scheme: int
    key: bytes  # scheme and id of the first key that signed it


class TimeFloor(NamedTuple):
    """The floors of time, and why they are what they are."""

    hard: int
    soft: int
    reason: str
    base: bytes  # the identity of the base bundle whose one drop of the soft floor this is; empty if none


class TroubleFound(NamedTuple):
    """The database is a restored backup; or entries from `number` on did not verify."""

    at: int
    number: int | None  # None for a restored backup


class TroubleAccepted(NamedTuple):
    """A restored backup, or a damaged journal, is accepted as the present state."""

    at: int
    by: str
    base: bytes  # as in `TimeFloor`: accepting spends the drop of the soft floor


class Relocated(NamedTuple):
    """The installation has moved from one location to another."""

    at: int
    origin: str
    target: str


BundleEntry = BundleTaken | BundleSignedAgain | BundleEnded
ResetEntry = ResetUsed | ResetSpent
Entry = (
    Created | Pinned | BundleEntry | ResetEntry | DocumentSeen | TimeFloor | TroubleFound | TroubleAccepted | Relocated
)

_SAID: Final = "created pinned taken signed-again ended reset reset-spent seen time trouble accepted moved"
"""What each entry says that it is, in the order of `Entry`."""
_KINDS: Final[Mapping[str, type[Entry]]] = dict(zip(_SAID.split(), get_args(Entry), strict=True))
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}


def encode(entry: Entry) -> bytes:
    """Return an entry as it is kept: JSON with sorted names, and bytes in hexadecimal."""
    said = {n: v.hex() if isinstance(v, bytes) else v for n, v in entry._asdict().items()}
    said["did"] = _NAMES[type(entry)]
    return canonical_json(said).encode()


def decode(data: object) -> Entry | None:
    """Return the entry that `encode` has made `data` from; None for any other bytes."""
    try:
        said: dict[str, Any] = json.loads(data) if isinstance(data, bytes) else {}
        kind = _KINDS[said.pop("did")]
        types = kind.__annotations__
        entry: Entry = kind(**{name: _read(types[name], value) for name, value in said.items()})
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return entry


def _read(kind: Any, value: Any) -> Any:
    """Return the value of a field of this type; raise `TypeError` or `ValueError` for another."""
    if kind is bytes:
        return bytes.fromhex(value)
    if kind == tuple[int, ...]:
        return tuple(_read(int, one) for one in value)
    if isinstance(value, bool) or not isinstance(value, kind):
        raise TypeError
    return value
