"""Proposals of what a key of the workspace signs, worked out again before it is entered, and what people agree to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from licensekit import errors, proposals
from licensekit.errors.coded import Message
from licensekit.errors.faults import SoldReduced
from licensekit.issuer.transaction import LedgerTransaction, WorkspaceStore

R_co = TypeVar("R_co", covariant=True)
K = TypeVar("K")
P = TypeVar("P", bound="SignProposal[Any, Any]")


@dataclass(frozen=True, kw_only=True, repr=False)
class SignProposal(proposals.Proposal[R_co], Generic[R_co, K]):
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
        """Sign and enter it as `who`, who must `confirm` what needs it; else it raises `ConfirmationNeeded`.

        Raises `ProposalStale` if what it is about has changed since it was proposed.
        """
        self.require_confirmed(confirm=confirm)
        return self.again(key, who=who, shown=self)


def propose(store: WorkspaceStore, work_out: Callable[[LedgerTransaction], P], now: int) -> P:
    """Work a proposal out, to be looked at and then signed."""

    def again(key: Any, *, who: str, shown: P) -> Any:
        with store.write(now, who) as tx:
            found = work_out(tx)
            if not found.is_done:  # what is done meanwhile is the result for both
                proposals.require_same(shown, found)
            result = found.enter(tx, key)
        if found.renews_pack:
            store.write_pack(now)
        return result

    with store.read(now) as tx:
        proposed = work_out(tx)
    object.__setattr__(proposed, "again", again)  # nobody has seen it yet
    return proposed


class SoldIsChanged(Message):
    """A bundle that was sold is changed: its next sequence takes its place."""

    bundle: str


class LicenseReplaced(Message):
    """A bundle has a license that another took the place of."""

    license: str
    instead: str
    table: str
    count: int | str


class UnusualTerm(Message, reasons=True):
    """A date of a bundle is rarely meant so."""

    day: int


class MoreInUse(Message):
    """A customer has more of a license in use than would be sold."""

    license: str
    in_use: int
    sold: int
    missing: int


class TakesAway(Message):
    """The catalog takes something away from bundles that were sold."""

    fault: SoldReduced


class Concerned(Message, reasons=True):
    """How many bundles in force what is at the key path `where` of a catalog concerns, and whose they are."""

    where: str
    bundles: int
    customers: int
    names: tuple[str, ...]  # of the customers with the most of these bundles


class UnboundReturn(Message):
    """The return of a bundle that is bound to no installation takes it back from everybody."""

    bundle: str


class ListEffect(Message, reasons=True):
    """What the next revocation list does to a bundle where it arrives; or not, as it was taken back by itself."""

    bundle: str
    company: str
    state: str  # the one that it has in the ledger before


class ListDecides(Message, reasons=True):
    """What a new revocation list takes back or no longer takes back."""

    subjects: tuple[str, ...]


class HistoryDoubtful(Message, reasons=True):
    """What came from installations does not come from one history, or from several of one serial."""

    installation: bytes = b""
    names: tuple[str, ...] = ()  # what the installation is called, if anybody named it
    count: int = 0


class CustomersMerge(Message, reasons=True):
    """One customer becomes part of another: what that ends, and what it makes possible."""

    gone: str
    into: str
    id: str | None  # the external id of the one that stays, and the old one of the other
    old: str | None
    serials: tuple[str, ...]  # in force


class AcceptsRestored(Message):
    """A restored ledger is accepted, with what the files bring back."""

    number: int


class NotAbsorbed(Message, reasons=True):
    """Something in the file `name` is not entered again."""

    name: str
    error: errors.LicenseError | None = None
    issuer: str = ""
    what: str = ""


class BundlesVoid(Message):
    """Active bundles that a revoked key has signed are void."""

    count: int
