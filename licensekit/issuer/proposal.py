"""Proposals of what a key of the workspace signs, worked out again before it is entered."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from licensekit.issuer.transaction import LedgerTransaction, WorkspaceStore
from licensekit.proposals import Proposal, require_same

R_co = TypeVar("R_co", covariant=True)
K = TypeVar("K")


@dataclass(frozen=True, kw_only=True, repr=False)
class SignProposal(Proposal[R_co], Generic[R_co, K]):
    """What would be signed with a key (`K`) and entered in the ledger; then `R_co` is returned."""

    enter: Callable[[LedgerTransaction, K], R_co] = field(compare=False)
    """Signs and enters it in the transaction in which it was worked out."""
    is_done: bool = False
    """Whether the result is there already, so that nothing is to be signed."""
    renews_pack: bool = False
    """Whether the pack is written from the ledger, once it is entered."""
    again: Callable[..., R_co] = field(init=False, compare=False)
    """Works it out again and enters it in one transaction, once `propose` has returned it."""

    def sign(self, key: K, *, who: str, confirm: bool = False) -> R_co:
        """Sign and enter it as `who`, who must `confirm` what needs a confirmation.

        Raises:
            ConfirmationNeeded: nobody did.
            ProposalStale: what it is about has changed since it was proposed.
        """
        self.require_confirmed(confirm=confirm)
        return self.again(key, who=who, shown=self)


P = TypeVar("P", bound=SignProposal[Any, Any])


def propose(store: WorkspaceStore, work_out: Callable[[LedgerTransaction], P], now: int) -> P:
    """Work a proposal out, to be looked at and then signed."""

    def again(key: Any, *, who: str, shown: P) -> Any:
        with store.write(now, who) as tx:
            found = work_out(tx)
            if not found.is_done:  # what is done meanwhile is the result for both
                require_same(shown, found)
            result = found.enter(tx, key)
        if found.renews_pack:
            store.write_pack(now)
        return result

    with store.read(now) as tx:
        proposed = work_out(tx)
    object.__setattr__(proposed, "again", again)  # nobody has seen it yet
    return proposed
