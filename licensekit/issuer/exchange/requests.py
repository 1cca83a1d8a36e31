"""Requests of installations: read, verified, or answered with a reset.

By a reset the vendor puts one installation right, once.
"""

from typing import NamedTuple

from licensekit.database import Connection
from licensekit.entitlements import Fingerprint
from licensekit.errors import ExchangeFileRefused, RequestAnswered, UnexpectedType, VendorOnly, WrongProduct
from licensekit.issuer.ledger import LedgerEntry, Record, answer_to, append, bundles, exchange_files
from licensekit.issuer.ledger.lookup import require_serial
from licensekit.issuer.output.attachments import Attach, AttachmentSource
from licensekit.issuer.output.license_file import ResetFile, reset_file
from licensekit.issuer.proposal import SignProposal
from licensekit.issuer.transaction import LedgerTransaction, require_signer
from licensekit.keys.signing import Signer
from licensekit.keys.verifying import sha256
from licensekit.proposals import Change
from licensekit.trust.signed import SelfSigned, self_signed
from licensekit.wire import armor
from licensekit.wire.documents import Request, Reset, ResetWhat, decode
from licensekit.wire.plain import word


class VerifiedRequest(NamedTuple):
    """A request whose signature holds, and who signed it."""

    signed: SelfSigned[Request]
    identity: bytes
    installation: bytes
    """SHA-256 of the public key."""

    @property
    def document(self) -> Request:
        """The request itself."""
        return self.signed.document

    @property
    def fingerprint(self) -> Fingerprint:
        """The installation and its machine, as a binding is matched against them."""
        return Fingerprint(self.installation, self.document.facts)

    def record(self, tx: LedgerTransaction) -> Record:
        """Return the record of the request, to be entered beside its answer."""
        return tx.record("answer", self.signed.token, self.document)


def read_request(data: bytes | str, product: str) -> VerifiedRequest:
    """Read the request in a file, whatever its time: a clock that is ahead may be what is wrong.

    Raises:
        FormatError: it is no file of this format, or holds something else than one request.
        KeyInvalid, TrustError: its signature does not hold.
        WrongProduct: it is for another product.
    """
    tokens = armor.read(data)
    token = next((one for one in tokens if one.type != "request"), tokens[0])
    if token.type == "request" and len(tokens) > 1:
        raise UnexpectedType(reason="several", wanted=("request",), count=len(tokens))
    signed = self_signed(token, Request)
    if signed.document.product != product:
        raise WrongProduct(reason="request", product=signed.document.product, expected=product)
    return VerifiedRequest(signed, signed.identity, sha256(signed.keys[0].public))


def answer_before(tx: LedgerTransaction, request: VerifiedRequest) -> LedgerEntry | None:
    """Return the answer that a request has had.

    Raises:
        RequestAnswered: another key has signed the same request, and was answered.
    """
    before = answer_to(tx.ledger, request.identity)
    known = exchange_files.number_of(tx.ledger, request.identity, request.installation)
    if before is not None and known is None:
        raise RequestAnswered(reason="installation")
    return before


ResetProposal = SignProposal[ResetFile, Signer | None]
"""The reset that would answer a request."""


def propose_reset(
    tx: LedgerTransaction, request: VerifiedRequest, what: ResetWhat, *, reason: str = "", attach: Attach = True
) -> ResetProposal:
    """Return the reset that answers a request, once for each; raises as `Customers.reset`."""
    repeated = _reset_before(tx, request, what, attach=attach)
    if repeated is None:
        _require_ours(tx, request)
    installation = request.installation.hex()
    change = Change(f"resets.{installation}", None, word(what))

    def enter(tx: LedgerTransaction, key: Signer | None) -> ResetFile:
        if repeated is not None:
            return repeated
        reset = Reset(tx.state.issuer, request.installation, what, request.document.nonce, tx.now, {})
        signed = tx.sign("answer", reset, require_signer(key))
        noted = signed._replace(request=request.identity, note=reason)
        append(tx.ledger, [request.record(tx), noted])
        return reset_file(AttachmentSource(tx, attach), signed.token, repeated=False)

    return SignProposal(
        enter=enter,
        changes=(change,) if repeated is None else (),
        about=f"installation {installation}",
        is_done=repeated is not None,
    )


def _reset_before(
    tx: LedgerTransaction, request: VerifiedRequest, what: ResetWhat, *, attach: Attach
) -> ResetFile | None:
    before = answer_before(tx, request)
    if before is None:
        return None
    if before.token.type != "reset":
        raise RequestAnswered(reason="license")
    reset = decode(Reset, before.token.payload)
    if reset.what is not what:
        raise RequestAnswered(reason="reset", effect=word(reset.what))
    return reset_file(AttachmentSource(tx, attach), before.token, repeated=True)


def _require_ours(tx: LedgerTransaction, request: VerifiedRequest) -> None:
    """Refuse the request of an installation that is not one of the customers'.

    Raises:
        VendorOnly: this is a third party's workspace.
        NotIssued: the request names a serial that nothing was issued for.
        ExchangeFileRefused: the serial is bound to another, or the installation is unknown.
    """
    if tx.state.is_partner:
        raise VendorOnly(reason="reset", vendor=tx.state.trust_store.issuer)
    serial = request.document.serial
    if serial is None:
        if not exchange_files.last_of_each(tx.ledger, None, request.installation):
            raise ExchangeFileRefused(reason="unknown", installation=request.installation)
        return
    require_serial(tx.ledger, serial)
    require_not_bound_elsewhere(tx.ledger, serial, request.installation)


def require_not_bound_elsewhere(ledger: Connection, serial: str, installation: bytes) -> None:
    """Raise `ExchangeFileRefused` if a serial is bound to another installation."""
    for one in bundles.active(ledger, serial):
        binding = one.bundle.binding
        if binding is not None and binding.installation not in {None, installation}:
            raise ExchangeFileRefused(reason="bound", installation=installation, bundle=one.label)
