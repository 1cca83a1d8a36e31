"""The next revocation list, which takes back or reinstates bundles and serials of the last one."""

from collections.abc import Iterator, Sequence
from typing import TypedDict, Unpack

from licensekit import dates, errors, limits, proposals
from licensekit.issuer.ledger import bundles, lookup, states
from licensekit.issuer.ledger.states import LedgerBundle, Named
from licensekit.issuer.proposal import ListDecides, ListEffect, SignProposal
from licensekit.issuer.transaction import LedgerTransaction, require_signer
from licensekit.keys.signing import Signer
from licensekit.wire.documents import KeyState, LowestOfUses, Revocations, Use

Lowest = tuple[str, str, Use, int]  # serial, part, use, and the lowest sequence that is still valid
ListProposal = SignProposal[Revocations, Signer | None]
"""The next revocation list, or the last one if nothing is to be signed."""


class ListAsked(TypedDict, total=False):
    """The options of a new revocation list."""

    identities: Sequence[bytes]  # the bundles that it is about
    serials: Sequence[str]  # the serials that it is about
    reason: str  # for the ledger
    fresh_until: int | None  # when it starts to remind of a newer one, in seconds since 1970; None: never


def propose_list(tx: LedgerTransaction, action: str, **asked: Unpack[ListAsked]) -> ListProposal:
    """Return the list that `action` makes of the last one; as `Workspace.propose_revoke` and the like."""
    named = Named(asked.get("identities", ()), asked.get("serials", ()))
    fresh_until = asked.get("fresh_until")
    for serial in named.serials:
        lookup.require_serial(tx.ledger, serial)
    if action == "void":  # name each bundle: the serial may be sold again
        named = Named([*named.identities, *(one.identity for one in _of_serials(tx, named))])
    last = tx.state.last_list
    if action == states.REINSTATE:
        _require_reinstatable(tx, named)
        made = next_list(tx, fresh_until=fresh_until, but=named)
    else:
        made = next_list(tx, named, fresh_until=fresh_until)
    changed = _restated(tx, action, named, made)
    if last is not None and not changed and _says_nothing_new(tx, named, made, last):
        made = last
    shown = [(one, after) for one, after in changed.items() if _is_shown(one, after, named)]
    lost = (one for one, after in shown if one.state == states.ACTIVE and after in states.TAKEN_BACK)
    gained = (one for one, after in shown if after == states.ACTIVE)
    issued = ((one, bundles.by_identity(tx.ledger, one)) for one in named.identities)
    labels = (identity.hex() if one is None else one.label for identity, one in issued)
    subjects = (*labels, *(f"serial {one}" for one in named.serials))
    # Bundles of a reinstated serial that were taken back by themselves, or returned.
    of_serials = _of_serials(tx, named) if action == states.REINSTATE else ()
    stay = (one for one in of_serials if one.state in states.TAKEN_BACK and one not in changed)

    def enter(tx: LedgerTransaction, key: Signer | None) -> Revocations:
        if made is not last:
            signed = tx.sign(action, made, require_signer(key))
            tx.put_in_force([signed._replace(note=asked.get("reason", ""), order=named.text())])
        return made

    return SignProposal(
        enter=enter,
        changes=tuple(proposals.Change(f"bundles.{one.label}", one.state, after) for one, after in shown),
        consequences=tuple(
            ListEffect(reason=reason, bundle=one.label, company=one.company, state=one.state)
            for reason, some in (("taken-back", lost), ("counts-again", gained), ("stays", stay))
            for one in some
        ),
        needs_confirmation=(ListDecides(reason=action, subjects=subjects),) if subjects and made is not last else (),
        about=", ".join(subjects) or "the revocation list",
        is_done=made is last,
        renews_pack=True,
    )


def _restated(tx: LedgerTransaction, action: str, named: Named, made: Revocations) -> dict[LedgerBundle, str]:
    """Return the bundles whose state changes when a list is entered, each with the new state."""
    first = dict(states.restated(tx.ledger, action, named, made))
    by_number = {one.number: state for one, state in first.items()}
    settled = states.settled(tx.ledger, {one.serial for one in first}, by_number)
    return first | {one: state for one, (state, _) in settled.items() if state != one.state}


def _is_shown(one: LedgerBundle, after: str, named: Named) -> bool:
    """Return whether a preview shows a change: not for an older bundle, which grants nothing anyway."""
    both = {one.state, after}
    return states.ACTIVE in both or states.REPLACED not in both or one.identity in named.identities


def _of_serials(tx: LedgerTransaction, named: Named) -> Iterator[LedgerBundle]:
    return (one for serial in named.serials for one in states.stored(tx.ledger, "serial = ?", serial))


def _require_reinstatable(tx: LedgerTransaction, named: Named) -> None:
    """Refuse a bundle that would remain invalid without its entry on the list."""
    for identity in named.identities:
        issued = bundles.by_identity(tx.ledger, identity)
        if issued is not None and (why := _why_not(tx, issued)) is not None:
            raise errors.NotReinstated(reason=why, bundle=issued.label, serial=issued.bundle.serial)


def _why_not(tx: LedgerTransaction, issued: bundles.Issued) -> str | None:
    bundle, last = issued.bundle, tx.state.last_list
    if issued.state in {states.RETURNED, states.VOID}:
        return issued.state
    if last is not None and bundle.sequence < last.lowest_of(bundle.serial, bundle.part, bundle.use):
        return states.RETURNED
    signer = next((one for (_, key), one in tx.trust.signers.items() if key == issued.key_id), None)
    if signer is not None and signer.admitted.state is KeyState.REVOKED:
        return "key"
    return "serial" if last is not None and bundle.serial in last.serials else None


def _says_nothing_new(tx: LedgerTransaction, named: Named, made: Revocations, last: Revocations) -> bool:
    """Return whether `last` says the same as `made`, and need not be signed again."""
    is_ahead = last.issued > tx.now  # installations do not accept it yet
    if not any(named) or is_fresher(made.fresh_until, last) or tx.state.lacks_list or is_ahead:
        return False
    return (made.identities, made.serials, made.lowest) == (last.identities, last.serials, last.lowest)


def is_fresher(fresh_until: int | None, last: Revocations | None) -> bool:
    """Return whether `fresh_until` is on a later day than that of the last list."""
    if fresh_until is None or last is None or last.fresh_until is None:
        return fresh_until is not None
    return dates.day_at(fresh_until) > dates.day_at(last.fresh_until)


def next_list(
    tx: LedgerTransaction,
    named: Named = states.NOTHING,
    lowest: Sequence[Lowest] = (),
    *,
    fresh_until: int | None = None,
    but: Named = states.NOTHING,
) -> Revocations:
    """Return the list after the last one, with what is `named` and everything below `lowest`, and without `but`."""
    state, last = tx.state, tx.state.last_list
    raised = {serial: dict(parts) for serial, parts in last.lowest.items()} if last else {}
    for serial, part, use, sequence in lowest:
        parts = raised.setdefault(serial, {})
        parts[part] = LowestOfUses.raised(parts.get(part), use, sequence)
    under, number = (state.trust.root_version, state.trust.version), 1 if last is None else last.number + 1
    identities = sorted({*(last.identities if last else ()), *named.identities} - {*but.identities})
    serials = sorted({*(last.serials if last else ()), *named.serials} - {*but.serials})
    head = state.issuer, state.product, *under, number, tx.now, fresh_until
    made = Revocations(*head, identities, serials, raised, {})
    if max(len(made.identities), len(made.serials), len(made.lowest)) > limits.REVOKED:
        raise errors.RevocationsFull(most=limits.REVOKED)
    return made
