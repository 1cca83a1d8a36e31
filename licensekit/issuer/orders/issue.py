"""From order to license file: checked, signed, entered, and only then handed out."""

from collections.abc import Callable
from typing import NamedTuple

from licensekit.database import Connection
from licensekit.errors import BundleRevoked, KeyRevoked, OrderConflict
from licensekit.issuer.attachments import Attachments
from licensekit.issuer.ledger import LedgerEntry, Record, append, bundles, entry_of_order
from licensekit.issuer.ledger.bundles import Issued, Named
from licensekit.issuer.orders.bundle import CheckedOrder, check_order, make_bundle
from licensekit.issuer.orders.canonical import canonical, difference
from licensekit.issuer.orders.numbering import Numbering
from licensekit.issuer.orders.order import OrderDraft
from licensekit.issuer.signing import sign_admitted
from licensekit.issuer.state import WorkspaceState, file_of
from licensekit.keys.signing import Signer
from licensekit.trust.verify import verify_bundle
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle


class LicenseFile(NamedTuple):
    """A signed bundle, ready to be handed out."""

    bundle: Bundle
    token: Token
    data: bytes
    """The file: the bundle and what rides along."""
    is_repeated: bool
    """Whether the same order was issued before: then this is the same bundle again."""

    @property
    def name(self) -> str:
        """How the file is called: serial, part and sequence."""
        return file_name(self.bundle)


Approve = Callable[[LicenseFile], object]
"""Looks at a license file before it is entered; what it raises undoes the signing."""


def agreed(_: LicenseFile) -> None:
    """Approve of every file."""


def file_name(bundle: Bundle | Named) -> str:
    """Give the name of a bundle's file: `1010000014-base-1.lic`."""
    return f"{bundle.serial}-{bundle.part}-{bundle.sequence}.lic"


def license_file(
    bundle: Bundle, token: Token, riders: Attachments, *, repeated: bool
) -> LicenseFile:
    """Give the file of a signed bundle."""
    return LicenseFile(bundle, token, file_of([*riders.beside(bundle), token]), repeated)


def issued_before(
    ledger: Connection, state: WorkspaceState, draft: OrderDraft, now: int
) -> Issued | None:
    """Give what was issued for the order of this number.

    Raises:
        OrderConflict: it was another order, or what was issued counts no more.
    """
    return ordered_before(ledger, state, draft.order.number, canonical(draft.order), now)


def ordered_before(
    ledger: Connection, state: WorkspaceState, number: str | None, ordered: str, now: int
) -> Issued | None:
    """Give what was issued under an order number, which must be for what is `ordered` now.

    Raises:
        OrderConflict: it was another order, or one that was bound to installations, or what was
            issued counts no more.
    """
    before = None if number is None else entry_of_order(ledger, number)
    if before is None:
        return None
    if before.request is not None:
        raise OrderConflict(
            f"order {number} was bound to the installation that asked for it",
            hint="`licensekit answer` binds it; give what is not bound its own number",
            number=before.number,
        )
    require_same_order(before, ordered)
    issued = bundles.by_number(ledger, before.number)
    if issued is not None:
        require_genuine(issued, state, now)
    return issued


def require_same_order(before: LedgerEntry, ordered: str) -> None:
    """Refuse what is `ordered` now if another order of its number was entered before.

    Raises:
        OrderConflict: it was; the message says what differs.
    """
    if ordered != before.order:
        changes = difference(before.order or "{}", ordered)
        raise OrderConflict(
            f"there is another order {before.order_number} already: {changes}",
            hint="give a changed order its own number",
            number=before.number,
        )


def require_genuine(issued: Issued, state: WorkspaceState, now: int) -> None:
    """Refuse to hand out once more what every customer would refuse.

    Raises:
        OrderConflict: the bundle or its key was revoked.
    """
    try:
        verify_bundle(issued.token, state.trust_store.trust, now)
    except (BundleRevoked, KeyRevoked) as error:
        raise OrderConflict(
            f"order {issued.order_number} was issued as {file_name(issued.bundle)}, which counts no"
            f" more: {error.what}",
            hint="give the order a number of its own, or send what was signed in its place",
        ) from error


def check(state: WorkspaceState, draft: OrderDraft, places: Numbering) -> CheckedOrder:
    """Hold an order against the catalog and the ledger.

    Raises:
        OrderInvalid: with all its faults.
        WorkspaceInvalid: no catalog was signed yet.
    """
    found = OrderDraft(draft.order, (*draft.faults, *places.faults(draft.order)))
    already = places.granted_by_other_parts(draft.order)
    return check_order(found, state.signed_catalog, already)


def issue(
    ledger: Connection,
    state: WorkspaceState,
    draft: OrderDraft,
    signer: Signer,
    *,
    who: str,
    now: int,
) -> tuple[Bundle, Token]:
    """Sign the bundle of an order that was not issued before, and enter it.

    Raises:
        OrderInvalid: with all faults of the order.
        KeyOutOfScope, KeyOutOfWindow, KeyRevoked, KeyUnknown: the key may not sign it.
    """
    places = Numbering(ledger, state)
    checked = check(state, draft, places)
    serial = places.serial(draft.order)
    bundle = make_bundle(
        checked,
        serial=serial,
        sequence=places.sequence(draft.order, serial),
        issued=now,
    )
    token = sign_admitted(bundle, signer, state.trust_store.trust, now)
    order = draft.order
    append(ledger, [Record("issue", now, who, token, bundle, order.number, canonical(order))])
    places.settle()
    return bundle, token
