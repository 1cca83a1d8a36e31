"""Proposals of what a key signs, worked out again before they are entered; and the messages that they show."""

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
    """What would be signed with a key (`K`) and entered in the ledger; `sign` returns `R_co`."""

    enter: Callable[[LedgerTransaction, K], R_co] = field(compare=False)
    """Signs and enters it, in the transaction in which it was worked out."""
    is_done: bool = False
    """Whether the result exists already, and nothing is signed."""
    renews_pack: bool = False
    """Whether the pack is written afterwards."""
    again: Callable[..., R_co] = field(init=False, compare=False)
    """Works it out again and enters it in one transaction; set by `propose`."""

    def sign(self, key: K, *, who: str, confirm: bool = False) -> R_co:
        """Sign and enter it as `who`.

        Raises `ConfirmationNeeded` if `needs_confirmation` is not empty and `confirm` is false, `ProposalStale` if the
        outcome has changed since it was proposed.
        """
        self.require_confirmed(confirm=confirm)
        return self.again(key, who=who, shown=self)


def propose(store: WorkspaceStore, work_out: Callable[[LedgerTransaction], P], now: int) -> P:
    """Work out a proposal, to be reviewed and then signed."""

    def again(key: Any, *, who: str, shown: P) -> Any:
        with store.write(now, who) as tx:
            found = work_out(tx)
            if not found.is_done:  # if somebody else did it meanwhile, that is the result
                proposals.require_same(shown, found)
            result = found.enter(tx, key)
        if found.renews_pack:
            store.write_pack(now)
        return result

    with store.read(now) as tx:
        proposed = work_out(tx)
    object.__setattr__(proposed, "again", again)  # frozen, but nobody has it yet
    return proposed


class SoldIsChanged(Message):
    """A bundle that was sold changes: its next sequence replaces it."""

    bundle: str


class LicenseReplaced(Message):
    """A bundle has a license that another license has replaced."""

    license: str
    instead: str
    table: str
    count: int | str


class UnusualTerm(Message, reasons=True):
    """A date of a bundle is unusual."""

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
    """How many bundles in force a change at the key path `where` of a catalog concerns, and whose they are."""

    where: str
    bundles: int
    customers: int
    names: tuple[str, ...]  # of the customers with the most of these bundles


class UnboundReturn(Message):
    """A returned bundle is bound to no installation: it is taken back from everybody."""

    bundle: str


class ListEffect(Message, reasons=True):
    """What the next revocation list does to a bundle where it arrives."""

    bundle: str
    company: str
    state: str  # its state before


class ListDecides(Message, reasons=True):
    """What a new revocation list takes back or reinstates."""

    subjects: tuple[str, ...]


class HistoryDoubtful(Message, reasons=True):
    """An installation's files do not come from one history, or several installations use one serial."""

    installation: bytes = b""
    names: tuple[str, ...] = ()  # of the installation, if anybody named it
    count: int = 0


class CustomersMerge(Message, reasons=True):
    """One customer is merged into another."""

    gone: str
    into: str
    id: str | None  # the external id of the one that stays
    old: str | None  # that of the other
    serials: tuple[str, ...]  # in force


class AcceptsRestored(Message):
    """A restored ledger is accepted, with what the files contain."""

    number: int


class NotAbsorbed(Message, reasons=True):
    """Something in the file `name` is not entered again."""

    name: str
    error: errors.LicenseError | None = None
    issuer: str = ""
    what: str = ""


class BundlesVoid(Message):
    """The active bundles that a revoked key has signed become void."""

    count: int
