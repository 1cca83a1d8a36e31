"""Proposals of what a key of the workspace signs, worked out again before it is entered."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from licensekit.issuer.transaction import LedgerTransaction, WorkspaceStore
from licensekit.proposals import Proposal, require_same

R = TypeVar("R")
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
    """Works it out again and enters it, once `propose` has returned it; as `sign_proposed`."""

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
    with store.read(now) as tx:
        proposed = work_out(tx)
    again = partial(sign_proposed, store, work_out, now=now)
    object.__setattr__(proposed, "again", again)  # nobody has seen it yet
    return proposed


def sign_proposed(
    store: WorkspaceStore,
    work_out: Callable[[LedgerTransaction], SignProposal[R, K]],
    key: K,
    *,
    who: str,
    now: int,
    confirm: bool = False,
    shown: SignProposal[Any, Any] | None = None,
) -> R:
    """Work a proposal out, sign and enter it in one transaction, and return its result.

    `shown` is what somebody has agreed to already. What is done meanwhile is the result for both.

    Raises:
        ConfirmationNeeded: it needs a confirmation, nothing was `shown` and `confirm` is false.
        ProposalStale: it is not what was shown.
    """
    with store.write(now, who) as tx:
        proposed = work_out(tx)
        if shown is None:
            proposed.require_confirmed(confirm=confirm)
        elif not proposed.is_done:
            require_same(shown, proposed)
        result = proposed.enter(tx, key)
    if proposed.renews_pack:
        store.write_pack(now)
    return result
