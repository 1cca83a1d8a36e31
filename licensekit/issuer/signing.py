"""Signing in the name of the workspace: only what those who verify will accept."""

from licensekit.errors import KeyMissing, KeyUnknown
from licensekit.keys.signing import Signer
from licensekit.trust.scope import AdmittedSigner, SignedByVendor, require_scope, require_type
from licensekit.trust.sign import sign
from licensekit.trust.state import TrustState
from licensekit.wire.armor import Token
from licensekit.wire.documents import TYPE_OF


def sign_admitted(document: SignedByVendor, signer: Signer, trust: TrustState, now: int) -> Token:
    """Sign `document` and return its token, if `signer` may sign it now.

    Raises:
        KeyUnknown, KeyRevoked, KeyOutOfWindow, KeyOutOfScope: it may not.
        PayloadInvalid: the document has a field out of its bounds.
        SignerUnavailable: the key lives elsewhere and cannot be reached.
    """
    admitted = admission(signer, trust)
    require_type(admitted, TYPE_OF[type(document)])
    require_scope(admitted, document, now)
    return sign(document, signer)


def admission(signer: Signer, trust: TrustState) -> AdmittedSigner:
    """Return what the trust document says of the key of `signer`.

    Raises:
        KeyUnknown: nothing.
    """
    key = signer.verifying_key
    found = trust.signers.get((key.scheme, key.key_id))
    if found is None:
        raise KeyUnknown(reason="signer", key_id=key.key_id)
    return found


def require_signer(signer: Signer | None) -> Signer:
    """Return the signer, where something is to be signed.

    Raises:
        KeyMissing: there is none.
    """
    if signer is None:
        raise KeyMissing(reason="not-given")
    return signer
