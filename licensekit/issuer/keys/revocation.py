"""Taking back: the next revocation list, made from the one before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from licensekit import limits
from licensekit.errors import RevocationsFull
from licensekit.issuer.ledger import bundles
from licensekit.issuer.ledger.lookup import require_serial
from licensekit.issuer.ledger.projection import REVOKED
from licensekit.issuer.messages import TakenBack
from licensekit.issuer.proposal import SignProposal
from licensekit.issuer.transaction import LedgerTransaction, require_signer
from licensekit.keys.signing import Signer
from licensekit.proposals import Change
from licensekit.wire.documents import LowestOfUses, Revocations, Use


class Lowest(NamedTuple):
    """The lowest sequence of one use of a serial's part that is still valid."""

    serial: str
    part: str
    use: Use
    sequence: int


class Revoked(NamedTuple):
    """What a revocation list takes back beside what the one before it did."""

    identities: Sequence[bytes] = ()
    """Of bundles."""
    serials: Sequence[str] = ()
    lowest: Sequence[Lowest] = ()


@dataclass(frozen=True, kw_only=True, repr=False)
class RevokeProposal(SignProposal[Revocations, Signer | None]):
    """The next revocation list."""

    revocations: Revocations
    """The list, or the last one where that takes all of it back already."""
    reason: str

    def enter(self, tx: LedgerTransaction, key: Signer | None) -> Revocations:
        """Sign and enter the list, unless it is the one in force, and return it.

        Raises as `require_signer` and `tx.sign`.
        """
        if not self.is_done:
            signed = tx.sign("revoke", self.revocations, require_signer(key))
            tx.put_in_force([signed._replace(note=self.reason)])
        return self.revocations


def propose_revoke(tx: LedgerTransaction, revoked: Revoked, *, reason: str, fresh_until: int | None) -> RevokeProposal:
    """Return the list that takes back what is `revoked` as well.

    Where the one in force does, nothing is to be signed: so it can be asked for again. Raises as `require_serial` and
    `next_list`.
    """
    for serial in revoked.serials:
        require_serial(tx.ledger, serial)
    last, made = tx.state.last_list, next_list(tx, revoked, fresh_until)
    if last is not None and _says_nothing_new(tx, revoked, made, last):
        made = last
    issued = [(one, bundles.by_identity(tx.ledger, one)) for one in revoked.identities]
    states = {f"bundles.{identity.hex() if one is None else one.label}": one and one.state for identity, one in issued}
    for serial in revoked.serials:
        for one in bundles.active(tx.ledger, serial):
            states[f"bundles.{one.label}"] = one.state
    serials = [f"serials.{serial}" for serial in revoked.serials]
    taken_back = [] if made is last else [*states, *serials]
    changing = {path: state for path, state in states.items() if state != REVOKED}
    return RevokeProposal(
        changes=tuple(Change(path, state, REVOKED) for path, state in changing.items()),
        consequences=tuple(TakenBack(subject=one) for one in taken_back),
        about=", ".join(changing) or "the revocation list",
        is_done=made is last,
        renews_pack=True,
        store=tx.store,
        now=tx.now,
        again=partial(propose_revoke, revoked=revoked, reason=reason, fresh_until=fresh_until),
        revocations=made,
        reason=reason,
    )


def _says_nothing_new(tx: LedgerTransaction, revoked: Revoked, made: Revocations, last: Revocations) -> bool:
    """Return whether `last` takes back all that is named, and there is no reason to sign it again.

    One reason is a clock that was ahead when it was signed: installations do not take it yet.
    """
    if not any(revoked) or made.fresh_until is not None:
        return False
    if tx.state.lacks_list or last.issued > tx.now:
        return False
    return (made.identities, made.serials, made.lowest) == (last.identities, last.serials, last.lowest)


def next_list(tx: LedgerTransaction, revoked: Revoked, fresh_until: int | None = None) -> Revocations:
    """Make the list that follows the last one and takes back what is `revoked` as well.

    Raises:
        RevocationsFull: it would be longer than a list may be.
    """
    state, last = tx.state, tx.state.last_list
    made = Revocations(
        issuer=state.issuer,
        product=state.product,
        root_version=state.trust.root_version,
        trust_version=state.trust.version,
        number=1 if last is None else last.number + 1,
        issued=tx.now,
        fresh_until=fresh_until,
        identities=sorted({*(last.identities if last else ()), *revoked.identities}),
        serials=sorted({*(last.serials if last else ()), *revoked.serials}),
        lowest=_raised(last.lowest if last else {}, revoked.lowest),
        extensions={},
    )
    if max(len(made.identities), len(made.serials), len(made.lowest)) > limits.REVOKED:
        raise RevocationsFull(most=limits.REVOKED)
    return made


def _raised(
    before: Mapping[str, Mapping[str, LowestOfUses]], lowest: Iterable[Lowest]
) -> dict[str, dict[str, LowestOfUses]]:
    raised = {serial: dict(parts) for serial, parts in before.items()}
    for serial, part, use, sequence in lowest:
        parts = raised.setdefault(serial, {})
        parts[part] = LowestOfUses.raised(parts.get(part), use, sequence)
    return raised
