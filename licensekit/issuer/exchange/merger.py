"""One customer as a part of another, after their companies have merged."""

from licensekit.issuer.ledger import bundles, customers
from licensekit.issuer.ledger.customers import Customer, customer_named, serials_of
from licensekit.issuer.proposal import CustomersMerge, SignProposal
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.proposals import Change, changes_between

MergeProposal = SignProposal[Customer, None]
"""What merging two customers would do."""


def propose_merge(tx: LedgerTransaction, name: str, into: str) -> MergeProposal:
    """Return what making one customer a part of another would do; raises as `customer_named`."""
    gone, kept = customer_named(tx.ledger, name), customer_named(tx.ledger, into)
    moved, own = serials_of(tx.ledger, gone.number), serials_of(tx.ledger, kept.number)
    if gone == kept:
        return SignProposal(enter=lambda _, __: kept, about=kept.name, is_done=True)
    active = tuple(one for one in (*own, *moved) if bundles.active(tx.ledger, one))
    reasons = {"merge": True, "join": len(active) > 1, "id": None not in (gone.external, kept.external)}
    agreed, *warnings = (
        CustomersMerge(
            reason=reason, gone=gone.name, into=kept.name, id=kept.external, old=gone.external, serials=active
        )
        for reason, holds in reasons.items()
        if holds
    )
    return SignProposal(
        enter=lambda tx, _: customers.merge(tx.ledger, gone, kept),
        about=gone.name,
        changes=(
            *(Change(f"serials.{one}", gone.name, kept.name) for one in moved),
            *changes_between(kept.plain(), kept.with_rest_of(gone).plain()),
        ),
        needs_confirmation=(agreed,),
        warnings=tuple(warnings),
    )
