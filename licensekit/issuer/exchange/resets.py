"""From a request to a reset: the vendor puts one installation right, once."""

from licensekit.database import Connection
from licensekit.errors import ExchangeFileRefused, RequestAnswered, WorkspaceError
from licensekit.issuer.attachments import attachments_of
from licensekit.issuer.exchange.requests import VerifiedRequest, answer_before
from licensekit.issuer.ledger import append, bundles, exchange_files
from licensekit.issuer.ledger.lookup import require_serial
from licensekit.issuer.output.license_file import ResetFile, reset_file
from licensekit.issuer.signing import require_signer
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.keys.signing import Signer
from licensekit.wire.documents import Reset, ResetWhat, decode
from licensekit.wire.frame import read
from licensekit.wire.plain import word


def check_reset(
    tx: LedgerTransaction, request: VerifiedRequest, what: ResetWhat, *, attach: bool
) -> ResetFile | None:
    """Check the request for a reset; return the file if it was answered with this reset before.

    Raises:
        RequestAnswered: it was answered with something else.
        WorkspaceError, NotIssued, ExchangeFileRefused: as `_require_ours`.
    """
    before = answer_before(tx, request)
    if before is None:
        _require_ours(tx, request)
        return None
    if before.token.type != "reset":
        raise RequestAnswered("this request was answered with a license")
    reset = decode(Reset, read(before.token.frame).payload)
    if reset.what is not what:
        raise RequestAnswered(f"this request was answered with a reset ({word(reset.what)})")
    return reset_file(before.token, attachments_of(tx, attach=attach), repeated=True)


def sign_reset(
    tx: LedgerTransaction,
    request: VerifiedRequest,
    what: ResetWhat,
    signer: Signer | None,
    *,
    reason: str,
    attach: bool,
) -> ResetFile:
    """Sign a reset, enter it beside the request, and return its file; once for each request.

    Raises:
        RequestAnswered, WorkspaceError, NotIssued, ExchangeFileRefused: as `check_reset`.
        KeyMissing: there is no signer, and something to sign.
        KeyOutOfScope, KeyOutOfWindow, KeyRevoked, KeyUnknown: the key may not sign it.
    """
    before = check_reset(tx, request, what, attach=attach)
    if before is not None:
        return before
    nonce = request.document.nonce
    reset = Reset(tx.state.issuer, request.installation, what, nonce, tx.now, {})
    signed = tx.sign("answer", reset, require_signer(signer))
    append(
        tx.ledger,
        [request.record(tx), signed._replace(request=request.identity, note=reason)],
    )
    return reset_file(signed.token, attachments_of(tx, attach=attach), repeated=False)


def _require_ours(tx: LedgerTransaction, request: VerifiedRequest) -> None:
    """Refuse the request of an installation that is not one of the customers'.

    Raises:
        WorkspaceError: this is a third party's workspace.
        NotIssued: the request names a serial that nothing was issued for.
        ExchangeFileRefused: the serial is bound to another, or the installation is unknown.
    """
    if tx.state.is_partner:
        raise WorkspaceError(
            "only the vendor resets an installation",
            hint="send the request to the vendor of the product",
        )
    serial = request.document.serial
    if serial is None:
        if not exchange_files.of_installation(tx.ledger, request.installation):
            raise ExchangeFileRefused(
                "the request names no serial, and nothing ever came from its installation",
                hint="activate a license there first",
            )
        return
    require_serial(tx.ledger, serial)
    require_not_bound_elsewhere(tx.ledger, serial, request.installation)


def require_not_bound_elsewhere(ledger: Connection, serial: str, installation: bytes) -> None:
    """Refuse what an installation says of a serial that is bound to another.

    Raises:
        ExchangeFileRefused: it is.
    """
    for one in bundles.active(ledger, serial):
        binding = one.bundle.binding
        if binding is not None and binding.installation not in {None, installation}:
            raise ExchangeFileRefused(
                f"it is signed by another installation than the one that {one.label} is bound to",
                installation=installation.hex(),
            )
