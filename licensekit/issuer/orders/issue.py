"""From order to license file: checked, signed, entered, and only then handed out."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypedDict

from licensekit.dates import day_at
from licensekit.errors import BundleRevoked, KeyRevoked, OrderConflict, OrderInvalid
from licensekit.errors.coded import Message
from licensekit.issuer.ledger import bundles
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.ledger.entries import LedgerEntry, append, entry_of_order
from licensekit.issuer.ledger.projection import Record
from licensekit.issuer.ledger.states import SUSPENDED
from licensekit.issuer.orders.bundle import CheckedOrder, check_order, differences, make_bundle
from licensekit.issuer.orders.doubts import doubts, unusual_dates
from licensekit.issuer.orders.numbering import Numbering
from licensekit.issuer.orders.order import OrderDraft, canonical, difference
from licensekit.issuer.output.attachments import Attach, AttachmentSource
from licensekit.issuer.output.license_file import LicenseFile, file_name, license_file
from licensekit.issuer.proposal import SignProposal
from licensekit.issuer.transaction import LedgerTransaction, require_signer
from licensekit.keys.signing import Signer
from licensekit.trust.signed import identity_of
from licensekit.trust.verify import verify_bundle
from licensekit.wire.documents import Bundle


class Issuance(NamedTuple):
    """What an order, a request or a change comes to: a bundle to sign, or one that is there."""

    action: str
    """`issue`, `renew`, `amend` or `answer`."""
    bundle: Bundle
    before: Issued | None = None
    """The bundle of the ledger that is the result already; then nothing is signed."""
    number: str | None = None
    """The vendor's own number of the order."""
    ordered: str | None = None
    """The order in its canonical text."""
    request: Record | None = None
    """The request that is answered, to be entered beside it."""
    is_new_serial: bool = False
    """Whether the serial was made for it: another order may take it first."""
    overridden: tuple[str, ...] = ()
    """The names of the doubts about it that were overridden."""


class Signing(TypedDict, total=False):
    """How the license file of a bundle is made."""

    attach: Attach
    """For which application the file is; default: as the ledger knows."""
    approve: Callable[[LicenseFile], object]
    """Called with the file before the ledger has it; what it raises undoes the signing."""


@dataclass(frozen=True, kw_only=True, repr=False)
class IssueProposal(SignProposal[LicenseFile, Signer | None]):
    """The bundle that an order, a request or a change comes to."""

    bundle: Bundle
    """The bundle that would be signed, or was."""
    repeated: LicenseFile | None
    """The file, where it was issued before: then nothing is signed, and no key is needed."""


def propose_order(tx: LedgerTransaction, draft: OrderDraft, signing: Signing) -> IssueProposal:
    """Check an order and make its bundle, unless it was issued before under its number.

    Raises as `ordered_before` and `check`.
    """
    order, ordered = draft.order, canonical(draft.order)
    before = ordered_before(tx, order.number, ordered)
    if before is not None:
        return proposal_of(tx, Issuance("issue", before.bundle, before), signing, draft.remarks)
    bundle, overridden = prepare_bundle(tx, draft)
    issuance = Issuance("issue", bundle, None, order.number, ordered, None, order.serial is None, overridden)
    return proposal_of(tx, issuance, signing, draft.remarks)


def proposal_of(
    tx: LedgerTransaction, issuance: Issuance, signing: Signing, remarks: tuple[Message, ...]
) -> IssueProposal:
    """Return the proposal of a bundle that is new in every value, or was issued before."""
    repeated, before = None, issuance.before
    if before is not None:
        source = AttachmentSource(tx, signing.get("attach", True))
        repeated = license_file(source, before.bundle, before.token, repeated=True)
    changes = () if repeated is not None else differences(None, issuance.bundle)
    return IssueProposal(
        enter=partial(_enter, issuance, signing, repeated),
        # Which serial is the next one is decided when it is signed.
        changes=tuple(one for one in changes if not (issuance.is_new_serial and one.path == "serial")),
        warnings=(*remarks, *unusual_dates(issuance.bundle, day_at(tx.now))),
        about=f"serial {issuance.bundle.serial}" if issuance.number is None else f"order {issuance.number}",
        is_done=repeated is not None,
        bundle=issuance.bundle,
        repeated=repeated,
    )


def _enter(
    issuance: Issuance, signing: Signing, file: LicenseFile | None, tx: LedgerTransaction, key: Signer | None
) -> LicenseFile:
    """Sign and enter a bundle, beside the request that it answers, unless its `file` is there already."""
    if file is None:
        request = issuance.request
        signed = tx.sign(issuance.action, issuance.bundle, require_signer(key))._replace(
            order_number=issuance.number,
            order=issuance.ordered,
            request=None if request is None else identity_of(request.token.type, request.token.payload),
            note=note_of(issuance.overridden),
        )
        append(tx.ledger, [signed] if request is None else [request, signed])
        source = AttachmentSource(tx, signing.get("attach", True))
        file = license_file(source, issuance.bundle, signed.token, repeated=False)
    if approve := signing.get("approve"):
        approve(file)
    return file


def prepare_bundle(
    tx: LedgerTransaction, draft: OrderDraft, overrides: Collection[str] = ()
) -> tuple[Bundle, tuple[str, ...]]:
    """Check an order, and return its bundle and which doubts were overridden.

    `overrides` are names of doubts beside those that the workspace overrides. Raises as `check`.
    """
    numbering = Numbering(tx)
    checked = check(tx, draft, numbering, overrides)
    serial = numbering.serial(draft.order)
    sequence = numbering.sequence(draft.order, serial)
    extensions = numbering.pickup(draft.order, serial)
    bundle = make_bundle(checked, serial=serial, sequence=sequence, issued=tx.now, extensions=extensions)
    return bundle, checked.overridden


def ordered_before(tx: LedgerTransaction, number: str | None, ordered: str) -> Issued | None:
    """Return what was issued under an order number, which must be for what is `ordered` now.

    Raises:
        OrderConflict: it was another order, or one that was bound to installations, or what was issued is no longer
            valid.
    """
    before = None if number is None else entry_of_order(tx.ledger, number)
    if before is None:
        return None
    if before.request is not None:
        raise OrderConflict(reason="bound", order=number, entry=before.number)
    require_same_order(before, ordered)
    issued = bundles.by_number(tx.ledger, before.number)
    if issued is not None:
        require_genuine(tx, issued)
    return issued


def require_same_order(before: LedgerEntry, ordered: str) -> None:
    """Raise `OrderConflict`, with what differs, if another order of its number was entered."""
    if ordered != before.order:
        changes = difference(before.order or "{}", ordered)
        raise OrderConflict(reason="other", order=before.order_number, entry=before.number, changes=changes)


def require_genuine(tx: LedgerTransaction, issued: Issued) -> None:
    """Raise `OrderConflict` for what every customer would refuse: it is suspended, or it or its key was revoked."""
    if issued.state == SUSPENDED:
        name = file_name(issued.bundle)
        raise OrderConflict(reason="suspended", order=issued.order_number, entry=issued.number, bundle=name)
    try:
        verify_bundle(issued.token, tx.trust, tx.now)
    except (BundleRevoked, KeyRevoked) as error:
        raise OrderConflict(
            reason="void-answer" if issued.order_number is None else "void",
            order=issued.order_number,
            entry=issued.number,
            bundle=file_name(issued.bundle),
            why=(error,),
        ) from error


def check(
    tx: LedgerTransaction, draft: OrderDraft, numbering: Numbering, overrides: Collection[str] = ()
) -> CheckedOrder:
    """Check an order against the catalog, the ledger and the clock.

    Raises:
        OrderInvalid: with all its faults; or with all doubts that nobody has overridden.
        WorkspaceInvalid: no catalog was signed yet.
    """
    found = OrderDraft(draft.order, (*draft.faults, *numbering.faults(draft.order)))
    already = numbering.granted_by_other_parts(draft.order)
    checked = check_order(found, tx.state.signed_catalog, already)
    doubtful = tuple(doubts(tx, checked))
    if refused := [one for one in doubtful if one.reason not in {*overrides, *tx.store.overrides}]:
        raise OrderInvalid(faults=tuple(refused))
    return checked._replace(overridden=tuple(dict.fromkeys(one.reason for one in doubtful)))


def note_of(overridden: Collection[str]) -> str:
    """Return what the ledger keeps of doubts that were overridden."""
    return f"overridden: {', '.join(overridden)}" if overridden else ""
