"""The records of customers and of their installations, looked up and changed; no document says what is in them."""

from functools import partial

from licensekit.issuer.ledger import bundles, customers, installations
from licensekit.issuer.ledger.customers import Customer, customer_named, serials_of
from licensekit.issuer.ledger.installations import Installation
from licensekit.issuer.proposal import CustomersMerge, IdIsGone, SerialsToJoin, SignProposal, propose
from licensekit.issuer.transaction import LedgerTransaction, WorkspacePart
from licensekit.limits import REPLACED
from licensekit.proposals import Change, changes_between

MergeProposal = SignProposal[Customer, None]
"""One customer as a part of another."""


class CustomerRecords(WorkspacePart):
    """Who the customers are. What is not found raises `NotIssued`."""

    def find(self, text: str = "", *, limit: int, after: int | None = None) -> tuple[list[Customer], int | None]:
        """Return the first `limit` customers that have every word of a text, by its beginning, ordered by name.

        `after` is the number of the last customer of the page before. The second result is that of the next page; None:
        there are no more.
        """
        with self._store.database.read() as ledger:
            found = customers.customers_found(ledger, text, limit=limit + 1, after=after)
        return found[:limit], found[limit - 1].number if len(found) > limit else None

    def get(self, name: str) -> Customer:
        """Return the customer of this external id, else of this name, else the only one that a search finds."""
        with self._store.database.read() as ledger:
            return customer_named(ledger, name)

    def put(self, customer: Customer) -> Customer:
        """Keep what is known of a customer now; of number 0 it is a new one. Return it with its number.

        Raises:
            EntryTaken: another customer has its external id.
            EntryInvalid: it has no name, or a text that cannot be kept.
        """
        with self._store.database.write() as ledger:
            return customers.put(ledger, customer)

    def installations(self, customer: Customer) -> list[Installation]:
        """Return the installations of a customer, by name."""
        with self._store.database.read() as ledger:
            return installations.installations_of(ledger, customer.number)

    def put_installation(self, name: str, *, called: str | None = None, purpose: str | None = None) -> Installation:
        """Name an installation, or say what it is for, one of `PURPOSES`; None: as it is.

        `name` is its serial, or its hash by 8 hex digits or more. Raises `EntryInvalid` for what is no name.
        """
        with self._store.database.write() as ledger:
            return installations.put(ledger, name, called, purpose)

    def propose_merge(self, name: str, into: str, *, now: int) -> MergeProposal:
        """Return what making one customer a part of another would do; it must be confirmed."""
        return propose(self._store, partial(_propose_merge, name=name, into=into), now)


def _propose_merge(tx: LedgerTransaction, name: str, into: str) -> MergeProposal:
    gone, kept = (customer_named(tx.ledger, one) for one in (name, into))
    merged, serials = customers.merged_of(gone, kept), serials_of(tx.ledger, gone.number)
    active = [one for one in (*serials_of(tx.ledger, kept.number), *serials) if bundles.active(tx.ledger, one)]
    ids = gone.external, kept.external
    is_done = gone == kept
    return SignProposal(
        enter=lambda tx, _: kept if is_done else customers.merge(tx.ledger, gone, kept),
        about=gone.name,
        is_done=is_done,
        changes=(
            *(Change(f"serials.{one}", gone.name, kept.name) for one in serials if not is_done),
            *changes_between(kept.plain(), merged.plain()),
        ),
        needs_confirmation=() if is_done else (CustomersMerge(gone=gone.name, into=kept.name),),
        warnings=(
            *(SerialsToJoin(into=kept.name, serials=tuple(active), most=REPLACED) for _ in active[1:2]),
            *(IdIsGone(external=ids[0], kept=ids[1]) for _ in ids[:1] if None not in ids and not is_done),
        ),
    )
