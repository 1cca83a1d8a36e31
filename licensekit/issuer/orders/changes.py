"""A renewal or another change within one transaction on the ledger: proposed, then signed."""

from typing import NamedTuple

from licensekit.database import Connection
from licensekit.dates import day_at
from licensekit.errors import NotCurrent, NotIssued
from licensekit.issuer.exchange.usage import UsageRow, shortfalls
from licensekit.issuer.ledger import Record, append, bundles
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.ledger.finding import require_serial
from licensekit.issuer.orders.amendment import Amendment, BundleChange, amended, differences
from licensekit.issuer.orders.bundle import make_bundle
from licensekit.issuer.orders.issue import check, ordered_before
from licensekit.issuer.orders.numbering import Numbering
from licensekit.issuer.orders.reissue import changed
from licensekit.issuer.signing import sign_admitted
from licensekit.issuer.state import WorkspaceState
from licensekit.keys.signing import Signer
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle


class ChangeProposal(NamedTuple):
    """What a change makes of a bundle; nothing is signed yet."""

    before: Issued
    """What is in force; or what was signed for the same order number before."""
    after: Bundle
    differences: tuple[BundleChange, ...]
    """None: there is nothing to sign, and what is in force is the answer."""
    short: tuple[UsageRow, ...] = ()
    """Licenses of which the newest statement has more in use than would be sold."""


def propose(
    ledger: Connection, state: WorkspaceState, asked: Amendment, now: int
) -> ChangeProposal:
    """Give what a change makes of the bundle in force.

    Raises:
        NotIssued: nothing was issued for the serial or its part; a mistyped one is told as such.
        NotCurrent: what was issued was revoked, returned, or replaced by another serial.
        OrderConflict: something else was signed under its order number.
        OrderInvalid: with all faults of what is asked for.
    """
    done = ordered_before(ledger, state, asked.number, asked.ordered, now)
    if done is not None:
        return ChangeProposal(done, done.bundle, ())
    require_serial(ledger, asked.serial)
    before = in_force(ledger, asked.serial, asked.part)
    draft = amended(asked, before.bundle, state.signed_catalog, day_at(now))
    places = Numbering(ledger, state)
    checked = check(state, draft, places)
    made = make_bundle(
        checked,
        serial=asked.serial,
        sequence=places.sequence(draft.order, asked.serial),
        issued=now,
        binding=before.bundle.binding,
    )
    after = changed(made, extensions=before.bundle.extensions)
    short = shortfalls(ledger, state, before.bundle, after)
    return ChangeProposal(before, after, differences(before.bundle, after), short)


def sign_change(
    ledger: Connection,
    state: WorkspaceState,
    asked: Amendment,
    signer: Signer,
    proposed: ChangeProposal,
    *,
    who: str,
    now: int,
) -> Token:
    """Sign and enter what was proposed in the same transaction.

    Raises:
        KeyOutOfScope, KeyOutOfWindow, KeyRevoked, KeyUnknown: the key may not sign it.
    """
    token = sign_admitted(proposed.after, signer, state.trust_store.trust, now)
    ordered = asked.ordered
    append(ledger, [Record(asked.action, now, who, token, proposed.after, asked.number, ordered)])
    return token


def require_as_shown(proposed: ChangeProposal, shown: ChangeProposal | None) -> None:
    """Refuse what is not what somebody was shown and has agreed to.

    Raises:
        NotCurrent: something else was signed meanwhile.
    """
    if shown is not None and (shown.before.identity, shown.differences) != (
        proposed.before.identity,
        proposed.differences,
    ):
        raise NotCurrent(
            f"{shown.before.label} is no longer in force: another change came first",
            hint="look at the difference again",
        )


def in_force(ledger: Connection, serial: str, part: str) -> Issued:
    """Give the bundle of a part that is in force.

    Raises:
        NotIssued: nothing was issued for the part.
        NotCurrent: what was issued last is not in force.
    """
    found = [one for one in bundles.of_serial(ledger, serial) if one.bundle.part == part]
    current = [one for one in found if one.standing == "current"]
    if current:
        return current[-1]
    if not found:
        parts = sorted({one.bundle.part for one in bundles.of_serial(ledger, serial)})
        raise NotIssued(f"serial {serial} has no part `{part}`, but {', '.join(parts)}")
    last = found[-1]
    why = "replaced by another serial" if last.standing == "replaced" else last.standing
    raise NotCurrent(
        f"{last.label} was {why}: nothing of this part is in force",
        hint="`licensekit issue` with a new order sells it anew",
    )
