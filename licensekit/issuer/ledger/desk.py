"""Questions to the ledger of a workspace."""

from collections.abc import Iterator

from licensekit.dates import day_at
from licensekit.issuer.keys.documents import key_id
from licensekit.issuer.ledger import LedgerEntry, bundles, found, head, listing
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.ledger.entries import stream
from licensekit.issuer.ledger.finding import bundle_named, entries_named, require_serial
from licensekit.issuer.ledger.found import LookupResult
from licensekit.issuer.ledger.listing import Filters, Listed
from licensekit.issuer.ledger.verification import LedgerReport, Progress, verify
from licensekit.issuer.opened import OpenWorkspace
from licensekit.wire.documents import AdmittedKey


class WorkspaceLedger(OpenWorkspace):
    """Where it is looked up what was issued."""

    __slots__ = ()

    def bundle(self, name: str) -> Issued:
        """Give the bundle named as `serial-part-sequence` or by its identity in hex.

        Raises:
            NotIssued: there is none such.
        """
        with self.ledger.read() as ledger:
            return bundle_named(ledger, name)

    def bundles(
        self, filters: Filters, *, now: int, limit: int | None = None, after: int | None = None
    ) -> Iterator[Listed]:
        """Give the bundles that `filters` leave, in the order of `listing.page`.

        Without `limit` all of them, in constant memory. `after` is the entry of the last one that
        was seen already.

        Raises:
            NotIssued: `after` is no bundle's entry.
        """
        with self.ledger.read() as ledger:
            yield from listing.found(ledger, filters, today=day_at(now), limit=limit, after=after)

    def look_up(self, name: str) -> list[LookupResult]:
        """Give everything about an entry, serial, order or bundle of this name, oldest first.

        Raises:
            NotIssued: the ledger has nothing of that name.
        """
        with self.ledger.read() as ledger:
            return [found.lookup(ledger, number) for number in entries_named(ledger, name)]

    def entries(self) -> Iterator[LedgerEntry]:
        """Give every entry, oldest first, in constant memory."""
        with self.ledger.read() as ledger:
            yield from stream(ledger)

    def count_entries(self) -> int:
        """Give how many entries there are."""
        with self.ledger.read() as ledger:
            return head(ledger)[0]

    def verify_ledger(self, progress: Progress = lambda _: None) -> LedgerReport:
        """Verify the whole ledger: see `ledger.verifying`.

        Raises:
            LedgerDamaged: with the number of the first entry that is not as it was.
        """
        with self.ledger.read() as ledger:
            return verify(ledger, progress)

    def require_serial(self, serial: str) -> None:
        """Refuse a serial that nothing was issued for.

        Raises:
            NotIssued: nothing was; the message says if it looks mistyped.
        """
        with self.ledger.read() as ledger:
            require_serial(ledger, serial)

    def count_signed_by(self, key: AdmittedKey) -> int:
        """Give how many current bundles a key has signed."""
        with self.ledger.read() as ledger:
            return bundles.count_of_key(ledger, bytes.fromhex(key_id(key)))
