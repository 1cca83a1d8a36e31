"""A renewal or another change of what was sold, proposed within one transaction on the ledger."""

from typing import NamedTuple

from licensekit.database import Connection
from licensekit.dates import day_at
from licensekit.errors import NotCurrent, NotIssued
from licensekit.issuer.exchange.usage import UsageRow, shortfalls
from licensekit.issuer.ledger import bundles
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.ledger.lookup import require_serial
from licensekit.issuer.ledger.projection import ACTIVE, REPLACED
from licensekit.issuer.orders.amendment import Amendment, BundleChange, amended, differences
from licensekit.issuer.orders.bundle import replace_fields
from licensekit.issuer.orders.issue import Issuance, ordered_before, prepare_bundle
from licensekit.issuer.orders.numbering import Numbering
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.wire.documents import Bundle


class ChangeProposal(NamedTuple):
    """What a change makes of a bundle; nothing is signed yet."""

    before: Issued
    """What is in force; or what was signed for the same order number before."""
    after: Bundle
    differences: tuple[BundleChange, ...]
    """None: there is nothing to sign, and what is in force is the result."""
    short: tuple[UsageRow, ...] = ()
    """Licenses of which the newest statement has more in use than would be sold."""

    def issuance(self, asked: Amendment) -> Issuance:
        """Return what is to be signed, if anything is."""
        before = None if self.differences else self.before
        bundle = self.after if self.differences else self.before.bundle
        return Issuance(asked.action, bundle, before, asked.number, asked.ordered)


def propose_change(tx: LedgerTransaction, asked: Amendment) -> ChangeProposal:
    """Return what a change makes of the bundle in force.

    Raises:
        NotIssued: nothing was issued for the serial or its part; a mistyped one is named as such.
        NotCurrent: what was issued was revoked, returned, or replaced by another serial.
        OrderConflict: something else was signed under its order number.
        OrderInvalid: with all faults of what is asked for.
    """
    done = ordered_before(tx, asked.number, asked.ordered)
    if done is not None:
        return ChangeProposal(done, done.bundle, ())
    require_serial(tx.ledger, asked.serial)
    before = in_force(tx.ledger, asked.serial, asked.part)
    draft = amended(asked, before.bundle, tx.state.signed_catalog, day_at(tx.now))
    made = prepare_bundle(tx, draft, Numbering(tx))
    kept = before.bundle
    after = replace_fields(made, binding=kept.binding, extensions=kept.extensions)
    short = shortfalls(tx, before.bundle, after)
    return ChangeProposal(before, after, differences(before.bundle, after), short)


def require_as_shown(proposed: ChangeProposal, shown: ChangeProposal | None) -> None:
    """Refuse what differs from what somebody was shown and has agreed to.

    Raises:
        NotCurrent: something else was signed meanwhile.
    """
    if shown is not None and (shown.before.identity, shown.differences) != (
        proposed.before.identity,
        proposed.differences,
    ):
        raise NotCurrent(
            f"{shown.before.label} is no longer in force: another change came first",
            hint="review the changes again",
        )


def in_force(ledger: Connection, serial: str, part: str) -> Issued:
    """Return the bundle of a part that is in force.

    Raises:
        NotIssued: nothing was issued for the part.
        NotCurrent: what was issued last is not in force.
    """
    issued = bundles.of_serial(ledger, serial)
    found = [one for one in issued if one.bundle.part == part]
    active = [one for one in found if one.state == ACTIVE]
    if active:
        return active[-1]
    if not found:
        parts = sorted({one.bundle.part for one in issued})
        raise NotIssued(f"serial {serial} has no part `{part}`, but {', '.join(parts)}")
    last = found[-1]
    why = "replaced by another serial" if last.state == REPLACED else last.state
    raise NotCurrent(
        f"{last.label} was {why}: nothing of this part is in force",
        hint="`licensekit issue` with a new order sells it again",
    )
