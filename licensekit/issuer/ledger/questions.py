"""Questions to the ledger of a workspace: what was issued, to whom, and what came back."""

from collections.abc import Iterator
from typing import NamedTuple

from licensekit.database import Database
from licensekit.dates import day_at
from licensekit.issuer.exchange import usage
from licensekit.issuer.exchange.usage import UsageReport
from licensekit.issuer.keys.documents import key_id
from licensekit.issuer.ledger import LedgerEntry, bundles, head, listing, lookup
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.ledger.entries import stream
from licensekit.issuer.ledger.histories import History, history_of
from licensekit.issuer.ledger.listing import Filters, Listed
from licensekit.issuer.ledger.lookup import LookupResult
from licensekit.issuer.ledger.verification import LedgerReport, Progress, verify
from licensekit.issuer.transaction import reading
from licensekit.wire.documents import AdmittedKey


class Ledger(NamedTuple):
    """The ledger of a workspace. Its questions raise `NotIssued` for what it does not have."""

    database: Database

    def bundle(self, name: str) -> Issued:
        """Return the bundle named as `serial-part-sequence` or by its identity in hex."""
        with self.database.read() as ledger:
            return lookup.bundle_named(ledger, name)

    def bundles(
        self, filters: Filters, *, now: int, limit: int | None = None, after: int | None = None
    ) -> Iterator[Listed]:
        """Yield the bundles that pass `filters`, in the order of `listing.page`.

        Without `limit` all of them, in constant memory. `after` is the entry of the last bundle
        that was seen already.
        """
        with self.database.read() as ledger:
            yield from listing.listed(ledger, filters, today=day_at(now), limit=limit, after=after)

    def look_up(self, name: str) -> list[LookupResult]:
        """Return everything about an entry, serial, order or bundle of this name, oldest first."""
        with self.database.read() as ledger:
            numbers = lookup.entries_named(ledger, name)
            return [lookup.lookup(ledger, number) for number in numbers]

    def require_serial(self, serial: str) -> None:
        """Refuse a serial that nothing was issued for; the message says if it looks mistyped."""
        with self.database.read() as ledger:
            lookup.require_serial(ledger, serial)

    def history(self, installation: bytes) -> History:
        """Return whether all that an installation has sent comes from one history.

        `installation` is the SHA-256 of its public key.
        """
        with self.database.read() as ledger:
            return history_of(ledger, installation)

    def usage_of(self, serial: str, *, now: int) -> UsageReport:
        """Return what a serial has bought, and what its newest statement says is in use."""
        with reading(self.database, now) as tx:
            return usage.usage_of(tx, serial)

    def usage(self, *, now: int) -> Iterator[UsageReport]:
        """Yield the same of every serial that a statement was entered for, in constant memory."""
        with reading(self.database, now) as tx:
            yield from usage.usage(tx)

    def entries(self) -> Iterator[LedgerEntry]:
        """Yield every entry, oldest first, in constant memory."""
        with self.database.read() as ledger:
            yield from stream(ledger)

    def count_entries(self) -> int:
        """Return how many entries there are."""
        with self.database.read() as ledger:
            return head(ledger)[0]

    def count_signed_by(self, key: AdmittedKey) -> int:
        """Return how many active bundles a key has signed."""
        with self.database.read() as ledger:
            return bundles.count_of_key(ledger, bytes.fromhex(key_id(key)))

    def verify(self, progress: Progress = lambda _: None) -> LedgerReport:
        """Verify the whole ledger: every link, every signature, every table drawn from it.

        Raises:
            LedgerDamaged: with the number of the first entry that is not as it was.
        """
        with self.database.read() as ledger:
            return verify(ledger, progress)
