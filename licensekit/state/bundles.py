"""The bundles that were ever activated here, in rows."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from licensekit.database import Connection
from licensekit.trust.signed import Verified
from licensekit.wire.documents import Bundle

ACTIVE: Final = "active"
REPLACED: Final = "replaced"
RETURNED: Final = "returned"


class BundleRecord(NamedTuple):
    """What is remembered of one bundle."""

    identity: bytes
    issuer: str
    serial: str
    part: str
    sequence: int
    activated: int
    """Seconds since 1970."""
    state: str
    """`active`, `replaced` or `returned`."""

    @property
    def line(self) -> tuple[str, str, str]:
        """Issuer, serial and part: within these, sequences grow."""
        return self.issuer, self.serial, self.part


def bundle_records(connection: Connection) -> tuple[BundleRecord, ...]:
    """Return every bundle that was ever activated, the oldest first."""
    rows = connection.rows(
        "SELECT identity, issuer, serial, part, sequence, activated, state FROM bundles"
        " ORDER BY activated, sequence, identity"
    )
    return tuple(BundleRecord(*row) for row in rows)


def add_bundle(connection: Connection, verified: Verified[Bundle], now: int) -> None:
    """Write a bundle as active, whether or not it was before."""
    bundle = verified.document
    connection.run(
        "INSERT INTO bundles (identity, frame, issuer, serial, part, sequence, activated, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'active')"
        " ON CONFLICT (identity) DO UPDATE SET state = 'active', activated = excluded.activated",
        verified.identity,
        verified.token.frame,
        bundle.issuer,
        bundle.serial,
        bundle.part,
        bundle.sequence,
        now,
    )


def replace_bundles(connection: Connection, identities: Iterable[bytes]) -> None:
    """Take bundles out of force."""
    connection.run_many(
        "UPDATE bundles SET state = 'replaced' WHERE identity = ? AND state = 'active'",
        [(identity,) for identity in identities],
    )
