"""A renewal or another change of what was sold, proposed within one transaction on the ledger."""

from dataclasses import dataclass
from typing import Any, Final

from licensekit.database import Connection
from licensekit.dates import day_at
from licensekit.errors import NotCurrent, NotIssued
from licensekit.issuer.exchange.usage import UsageRow, shortfalls
from licensekit.issuer.ledger import bundles
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.ledger.lookup import require_serial
from licensekit.issuer.ledger.states import ACTIVE
from licensekit.issuer.messages import MoreInUse, SoldIsChanged
from licensekit.issuer.orders.amendment import Amendment, amended
from licensekit.issuer.orders.bundle import differences
from licensekit.issuer.orders.issue import Issuance, IssueProposal, Signing, ordered_before, prepare_bundle, proposal_of
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.wire.documents import Bundle
from licensekit.wire.documents.fields import replace_fields

_RENAMED: Final = frozenset({"other-company"})


@dataclass(frozen=True, kw_only=True, repr=False)
class ChangeProposal(IssueProposal):
    """What a change makes of a bundle. Without `changes`, what is in force is the result."""

    before: Issued
    """What is in force; or what was signed for the same order number before."""

    def as_json(self) -> dict[str, Any]:
        """Return the preview as plain JSON values, with the place of the bundle."""
        named = {
            "serial": self.bundle.serial,
            "part": self.bundle.part,
            "use": self.before.bundle.use.word,
            "new_use": self.bundle.use.word,
            "sequence": self.before.bundle.sequence,
            "new_sequence": self.bundle.sequence,
        }
        return {**named, **super().as_json()}


def propose_change(tx: LedgerTransaction, asked: Amendment, signing: Signing) -> ChangeProposal:
    """Return what a change makes of the bundle in force; raises as `Workspace.propose_change`."""
    done = ordered_before(tx, asked.number, asked.ordered)
    before, after, overridden = (done, done.bundle, ()) if done is not None else _changed(tx, asked)
    changes = differences(before.bundle, after)
    issuance = Issuance(
        asked.action,
        after if changes else before.bundle,
        None if changes else before,
        asked.number,
        asked.ordered,
        overridden=overridden,
    )
    short = shortfalls(tx, before.bundle, after) if changes else ()
    proposed = proposal_of(tx, issuance, signing, tuple(map(_warning, short)))
    agreed = (SoldIsChanged(bundle=after.label),) if changes else ()
    shown: dict[str, Any] = {**vars(proposed), "changes": changes, "needs_confirmation": agreed}
    return ChangeProposal(**shown, before=before)


def _changed(tx: LedgerTransaction, asked: Amendment) -> tuple[Issued, Bundle, tuple[str, ...]]:
    require_serial(tx.ledger, asked.serial)
    before = in_force(tx.ledger, asked.serial, asked.part)
    draft = amended(asked, before.bundle, tx.state.signed_catalog, day_at(tx.now))
    # Its serial was named, and the new name of a company is shown among the changes.
    made, overridden = prepare_bundle(tx, draft, _RENAMED)
    overridden = tuple(one for one in overridden if one not in _RENAMED)
    kept = before.bundle
    extensions = {**kept.extensions, **made.extensions}
    after = replace_fields(made, binding=kept.binding, extensions=extensions)
    return before, after, overridden


def _warning(row: UsageRow) -> MoreInUse:
    return MoreInUse(license=row.license, in_use=row.in_use or 0, sold=row.sold or 0, missing=row.missing)


def in_force(ledger: Connection, serial: str, part: str) -> Issued:
    """Return the bundle of a part that is in force; raises as `Workspace.propose_change`."""
    issued = bundles.of_serial(ledger, serial)
    found = [one for one in issued if one.bundle.part == part]
    active = [one for one in found if one.state == ACTIVE]
    if active:
        return active[-1]
    if not found:
        parts = sorted({one.bundle.part for one in issued})
        raise NotIssued(reason="part", name=serial, part=part, parts=tuple(parts))
    last = found[-1]
    raise NotCurrent(reason=last.state, bundle=last.label)
