"""Which key may sign what, when and for whom: steps 7 and 8 of `docs/format.md`."""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from licensekit.dates import day_at
from licensekit.errors import (
    IssuedAhead,
    KeyIdCollision,
    KeyOutOfScope,
    KeyOutOfWindow,
    KeyRevoked,
    TrustError,
    WrongProduct,
)
from licensekit.keys.verifying import VerifyingKey, load
from licensekit.limits import ISSUED_AHEAD_SECONDS
from licensekit.trust.signed import Verified
from licensekit.wire.documents import (
    AdmittedKey,
    Bundle,
    Catalog,
    KeyState,
    Reset,
    Revocations,
    Root,
    Trust,
)

KeyReference = tuple[int, bytes]
"""Scheme and key id, as a frame names a key."""

L = TypeVar("L", Revocations, Catalog)

SignedByVendor = Revocations | Catalog | Bundle | Reset


class AdmittedSigner(NamedTuple):
    """A loaded key and what the trust document says of it."""

    key: VerifyingKey
    admitted: AdmittedKey
    types: frozenset[str]
    """The token types that it may sign."""


def require_type(signer: AdmittedSigner, kind: str) -> None:
    """Refuse a revoked key, and a key that may not sign documents of type `kind` (step 4).

    Raises:
        KeyRevoked, KeyOutOfScope: as their names say.
    """
    if signer.admitted.state is KeyState.REVOKED:
        raise KeyRevoked(key_id=signer.key.key_id, name=signer.admitted.name)
    if kind not in signer.types:
        raise KeyOutOfScope(
            reason="type",
            key_id=signer.key.key_id,
            name=signer.admitted.name,
            document=kind,
        )


def require_scope(signer: AdmittedSigner, document: SignedByVendor, now: int) -> None:
    """Refuse what the key may not say, at the document's own issue time (step 7).

    Raises:
        IssuedAhead: issued more than a day after `now`.
        KeyOutOfWindow: issued before or after the key's window.
        KeyOutOfScope: another issuer's, or a use or term that the key may not sign.
    """
    require_not_ahead(document.issued, now)
    admitted = signer.admitted
    if document.issued < admitted.valid_from or (
        admitted.valid_to is not None and document.issued >= admitted.valid_to
    ):
        raise KeyOutOfWindow(key_id=signer.key.key_id, name=admitted.name, issued=document.issued)
    if document.issuer not in admitted.scope.issuers:
        raise KeyOutOfScope(
            reason="issuer",
            key_id=signer.key.key_id,
            name=signer.admitted.name,
            issuer=document.issuer,
        )
    if isinstance(document, Bundle):
        _require_bundle_scope(signer, document)


def _require_bundle_scope(signer: AdmittedSigner, bundle: Bundle) -> None:
    scope = signer.admitted.scope
    if bundle.use not in scope.uses:
        raise KeyOutOfScope(
            reason="use",
            key_id=signer.key.key_id,
            name=signer.admitted.name,
            use=bundle.use.name.lower(),
        )
    if scope.longest_term is None:
        return
    # Measured from the issue, not from `starts`: a term that begins later does not reach further.
    end = bundle.last_day
    if end is None or end - day_at(bundle.issued) > scope.longest_term:
        raise KeyOutOfScope(
            reason="term",
            key_id=signer.key.key_id,
            name=signer.admitted.name,
            longest=scope.longest_term,
        )


def require_not_ahead(issued: int, now: int) -> None:
    """Refuse what was issued more than a day after `now`.

    Raises:
        IssuedAhead: it was.
    """
    if issued > now + ISSUED_AHEAD_SECONDS:
        raise IssuedAhead(reason="document", issued=issued)


def require_product(document: Root | Trust | Revocations | Catalog | Bundle, product: str) -> None:
    """Refuse what was made for another product than `product`, the pinned root's (step 8).

    One key may serve several products; without this, what it signed for one would count for all.

    Raises:
        WrongProduct: it was.
    """
    if document.product != product:
        raise WrongProduct(reason="document", product=document.product, expected=product)


def load_signers(trust: Trust) -> dict[KeyReference, AdmittedSigner]:
    """Load the keys that a trust document admits (T4).

    Raises:
        KeyInvalid: one is malformed, non-canonical or of low order.
        KeyIdCollision: two have one key id.
    """
    signers = [
        AdmittedSigner(
            load(admitted.scheme, admitted.public),
            admitted,
            frozenset(kind.token_type for kind in admitted.scope.types),
        )
        for admitted in trust.keys
    ]
    if len({signer.key.key_id for signer in signers}) < len(signers):
        raise KeyIdCollision(reason="trust")
    return {(signer.key.scheme, signer.key.key_id): signer for signer in signers}


def still_signed(
    signers: Mapping[KeyReference, AdmittedSigner], held: Mapping[str, Verified[L]]
) -> dict[str, Verified[L]]:
    """Return those lists or catalogs in force that would be taken again under these keys (L3).

    Their signatures were verified with the keys that they name, and are not verified again.
    """
    return {issuer: one for issuer, one in held.items() if _may_sign(signers, one)}


def _may_sign(signers: Mapping[KeyReference, AdmittedSigner], held: Verified[L]) -> bool:
    key = held.keys[0]
    signer = signers.get((key.scheme, key.key_id))
    if signer is None or signer.key.public != key.public:
        return False
    try:
        require_type(signer, held.token.type)
        require_scope(signer, held.document, held.document.issued)
    except TrustError:
        return False
    return True
