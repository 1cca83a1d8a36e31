"""The entries of a journal, one class for each kind of decision, and their encoding.

Times are in seconds since 1970.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, get_args

from licensekit.state.time import prove
from licensekit.wire.chain import canonical_json

KEPT: Final = "kept"  # may be in force, by the rules of `licensekit.entitlements.timeline`
REPLACED: Final = "replaced"  # out of use after a reset or a return; it only keeps lower sequences out
RETURNED: Final = "returned"
ACTIVE: Final = "active"  # the state shown for a kept bundle that is in force or waits for its start
VENDOR: Final = "vendor"
ADMINISTRATOR: Final = "administrator"  # who accepted a restored backup
ACCEPTED: Final = "accepted"  # the reason of a floor of time that was dropped


class Created(NamedTuple):
    """The installation was created, with this public key."""

    key: bytes


class Pinned(NamedTuple):
    """The root pin in force, and the SHA-256 of the stored pack."""

    root: str
    pack: bytes


class BundleTaken(NamedTuple):
    """A bundle was activated; the last fields serve to judge its floor again when only the journal is left."""

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
    most: int | None  # its highest count; None if one is unrestricted, or it has settings or replaces serials
    term: int | None  # days from its issue to the end of all that it grants; None if something does not end
    elapsed: int  # the time that had verifiably passed by then (`licensekit.state.time`)

    def bounded(self, latest: int) -> "BundleTaken":
        """Return a copy that proves no later time than `latest`."""
        return self._replace(elapsed=max(self.elapsed, prove(self.issued, self.at, latest)))


class BundleSignedAgain(NamedTuple):
    """The signature on a bundle was replaced by one of another key."""

    identity: bytes
    scheme: int
    key: bytes


class BundleEnded(NamedTuple):
    """A bundle is `replaced`, or `returned` for good."""

    identity: bytes
    state: str


class ResetUsed(NamedTuple):
    """A vendor's reset was applied."""

    nonce: bytes
    what: int
    issuer: str
    issued: int
    elapsed: int  # as in `BundleTaken`


class ResetSpent(NamedTuple):
    """A reset of the sequence has admitted its one bundle, or a reset in an invalid entry is used up."""

    nonce: bytes


class DocumentSeen(NamedTuple):
    """A root, trust document, list or catalog is the highest of its order."""

    type: str
    issuer: str  # empty for roots and trust documents
    version: tuple[int, ...]
    identity: bytes
    issued: int | None  # None for a root, and for a document that another one in the same file put out of force
    scheme: int
    key: bytes  # scheme and id of the first key that signed it


class TimeFloor(NamedTuple):
    """The floors of time, and the reason for them."""

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
    base: bytes  # as in `TimeFloor`: accepting uses up the drop of the soft floor


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
"""The stored name of each kind of entry, in the order of `Entry`."""
_KINDS: Final[Mapping[str, type[Entry]]] = dict(zip(_SAID.split(), get_args(Entry), strict=True))
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}


def encode(entry: Entry) -> bytes:
    """Encode an entry as JSON with sorted names, and bytes in hexadecimal."""
    said = {n: v.hex() if isinstance(v, bytes) else v for n, v in entry._asdict().items()}
    said["did"] = _NAMES[type(entry)]
    return canonical_json(said).encode()


def decode(data: object) -> Entry | None:
    """Decode an entry; return None for bytes that are not one."""
    try:
        said: dict[str, Any] = json.loads(data) if isinstance(data, bytes) else {}
        kind = _KINDS[said.pop("did")]
        types = kind.__annotations__
        entry: Entry = kind(**{name: _read(types[name], value) for name, value in said.items()})
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return entry


def _read(kind: Any, value: Any) -> Any:
    """Convert a JSON value to the type of its field; raise `TypeError` or `ValueError` if it does not fit."""
    if kind is bytes:
        return bytes.fromhex(value)
    if kind == tuple[int, ...]:
        return tuple(_read(int, one) for one in value)
    if isinstance(value, bool) or not isinstance(value, kind):
        raise TypeError
    return value
