"""From a request to a reset: the vendor puts one installation right, once."""

from dataclasses import dataclass
from functools import partial

from licensekit.database import Connection
from licensekit.errors import ExchangeFileRefused, RequestAnswered, VendorOnly
from licensekit.issuer.exchange.requests import VerifiedRequest, answer_before
from licensekit.issuer.ledger import append, bundles, exchange_files
from licensekit.issuer.ledger.lookup import require_serial
from licensekit.issuer.output.attachments import Attach, AttachmentSource
from licensekit.issuer.output.license_file import ResetFile, reset_file
from licensekit.issuer.proposal import SignProposal
from licensekit.issuer.transaction import LedgerTransaction, require_signer
from licensekit.keys.signing import Signer
from licensekit.proposals import Change
from licensekit.wire.documents import Reset, ResetWhat, decode
from licensekit.wire.plain import word


@dataclass(frozen=True, kw_only=True, repr=False)
class ResetProposal(SignProposal[ResetFile, Signer | None]):
    """The reset that would answer a request."""

    request: VerifiedRequest
    what: ResetWhat
    reason: str
    attach: Attach
    repeated: ResetFile | None
    """The file, where the request was answered with it before: then nothing is signed."""

    def enter(self, tx: LedgerTransaction, key: Signer | None) -> ResetFile:
        """Sign a reset, enter it beside the request, and return its file; raises as `tx.sign`."""
        if self.repeated is not None:
            return self.repeated
        request, nonce = self.request, self.request.document.nonce
        reset = Reset(tx.state.issuer, request.installation, self.what, nonce, tx.now, {})
        signed = tx.sign("answer", reset, require_signer(key))
        noted = signed._replace(request=request.identity, note=self.reason)
        append(tx.ledger, [request.record(tx), noted])
        return reset_file(AttachmentSource(tx, self.attach), signed.token, repeated=False)


def propose_reset(
    tx: LedgerTransaction, request: VerifiedRequest, what: ResetWhat, *, reason: str = "", attach: Attach = True
) -> ResetProposal:
    """Return the reset that answers a request, once for each; raises as `Customers.reset`."""
    repeated = _reset_before(tx, request, what, attach=attach)
    if repeated is None:
        _require_ours(tx, request)
    installation = request.installation.hex()
    change = Change(f"resets.{installation}", None, word(what))
    return ResetProposal(
        changes=(change,) if repeated is None else (),
        about=f"installation {installation}",
        is_done=repeated is not None,
        store=tx.store,
        now=tx.now,
        again=partial(propose_reset, request=request, what=what, reason=reason, attach=attach),
        request=request,
        what=what,
        reason=reason,
        attach=attach,
        repeated=repeated,
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
        if not exchange_files.of_installation(tx.ledger, request.installation):
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
