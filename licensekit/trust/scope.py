"""What a key may sign, when, and for whom (`docs/format.md`, steps 7 and 8)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from licensekit import errors
from licensekit.dates import day_at
from licensekit.keys.verifying import VerifyingKey, load
from licensekit.limits import ISSUED_AHEAD_SECONDS
from licensekit.trust.signed import Verified
from licensekit.wire.documents import AdmittedKey, Bundle, Catalog, KeyState, Reset, Revocations, Root, RootKey, Trust
from licensekit.wire.documents.bundle import AfterGrace, Kind

KeyReference = tuple[int, bytes]  # scheme and key id, as a frame names a key
SignedByVendor = Revocations | Catalog | Bundle | Reset
HOURS_OF_DAY: Final = 24


class AdmittedSigner(NamedTuple):
    """A loaded key, and its entry in the trust document."""

    key: VerifyingKey
    admitted: AdmittedKey
    types: frozenset[str]
    is_limited: bool


def require_type(signer: AdmittedSigner, kind: str) -> None:
    """Raise `KeyRevoked` or `KeyOutOfScope` unless a key may sign documents of type `kind` (step 4)."""
    if signer.admitted.state is KeyState.REVOKED:
        raise errors.KeyRevoked(key_id=signer.key.key_id, name=signer.admitted.name)
    if kind not in signer.types:
        raise _out_of_scope(signer, "type", document=kind)


def require_scope(signer: AdmittedSigner, document: SignedByVendor) -> None:
    """Raise `KeyOutOfWindow` or `KeyOutOfScope` unless a key may sign a document issued then (step 7, from 2 on)."""
    admitted, issued = signer.admitted, document.issued
    if issued < admitted.valid_from or (admitted.valid_to is not None and issued >= admitted.valid_to):
        raise errors.KeyOutOfWindow(key_id=signer.key.key_id, name=admitted.name, issued=issued)
    if document.issuer not in admitted.scope.issuers:
        raise _out_of_scope(signer, "issuer", issuer=document.issuer)
    if isinstance(document, Bundle):
        _require_bundle_scope(signer, document)


def admits(signer: AdmittedSigner, bundle: Bundle) -> bool:
    """Return whether the scope of a key allows a bundle of its issuer, whoever signed it."""
    try:
        _require_bundle_scope(signer, bundle)
    except errors.KeyOutOfScope:
        return False
    return True


def _require_bundle_scope(signer: AdmittedSigner, bundle: Bundle) -> None:
    scope = signer.admitted.scope
    if bundle.use not in scope.uses:
        raise _out_of_scope(signer, "use", use=bundle.use.word)
    if not signer.is_limited:
        return
    if scope.parts is not None and bundle.part not in scope.parts:
        raise _out_of_scope(signer, "part", part=bundle.part)
    if bundle.replaces:
        raise _out_of_scope(signer, "replaces")
    if scope.most is not None:
        _require_at_most(signer, bundle, scope.most)
    if scope.longest_term is not None:
        _require_end(signer, bundle, scope.longest_term)


def _require_at_most(signer: AdmittedSigner, bundle: Bundle, most: int) -> None:
    """Refuse unrestricted licenses, counts above `most`, and settings."""
    for kind in Kind:
        for code, count in bundle.counts(kind).items():
            if count is None:
                raise _out_of_scope(signer, "unrestricted", license=code)
            if count > most:
                raise _out_of_scope(signer, "most", license=code, most=most)
    if bundle.settings:
        raise _out_of_scope(signer, "settings")


def _require_end(signer: AdmittedSigner, bundle: Bundle, longest: int) -> None:
    """Refuse a bundle that may work longer than `longest` days after its issue."""
    # Measured from the issue and not from `starts`, so that a later start does not extend it.
    if (end := bundle.term_end) is None or end - day_at(bundle.issued) > longest:
        raise _out_of_scope(signer, "term", longest=longest)
    if bundle.after_grace is not AfterGrace.BLOCK:
        raise _out_of_scope(signer, "after-grace")
    if max(bundle.offline_hours, bundle.borrow_hours) > longest * HOURS_OF_DAY:
        raise _out_of_scope(signer, "hours", longest=longest)


def _out_of_scope(signer: AdmittedSigner, reason: str, **about: Any) -> "errors.KeyOutOfScope":
    return errors.KeyOutOfScope(reason=reason, key_id=signer.key.key_id, name=signer.admitted.name, **about)


def require_not_ahead(issued: int, now: int, kind: str = "document") -> None:
    """Raise `IssuedAhead` for a document issued more than a day after `now`."""
    if issued > now + ISSUED_AHEAD_SECONDS:
        raise errors.IssuedAhead(reason=kind, issued=issued)


def require_product(document: Root | Trust | Revocations | Catalog | Bundle, product: str) -> None:
    """Raise `WrongProduct` for a document of another product (step 8); one key may sign for several products."""
    if document.product != product:
        raise errors.WrongProduct(reason="document", product=document.product, expected=product)


def load_signers(trust: Trust) -> dict[KeyReference, AdmittedSigner]:
    """Load the keys that a trust document admits (T2); raises as `load_keys`."""
    signers: dict[KeyReference, AdmittedSigner] = {}
    for (reference, key), admitted in zip(load_keys(trust.keys, "trust").items(), trust.keys, strict=True):
        types = frozenset(kind.name.lower() for kind in admitted.scope.types)
        signers[reference] = AdmittedSigner(key, admitted, types, admitted.scope.is_limited)
    return signers


def load_keys(keys: Iterable[RootKey | AdmittedKey], where: str = "root") -> dict[KeyReference, VerifyingKey]:
    """Load the keys of a root or trust document; raise `KeyInvalid`, or `KeyIdCollision` if two have the same id."""
    loaded = [load(key.scheme, key.public) for key in keys]
    if len({key.key_id for key in loaded}) < len(loaded):
        raise errors.KeyIdCollision(reason=where)
    return {(key.scheme, key.key_id): key for key in loaded}


def may_still_sign(signers: Mapping[KeyReference, AdmittedSigner], document: Verified[SignedByVendor]) -> bool:
    """Return whether the key of a verified document may still sign it, according to `signers`.

    Steps 4 and 7 apply, except that the document may be issued in the future: turning the clock back must not remove an
    accepted document.
    """
    key = document.keys[0]
    if (signer := signers.get((key.scheme, key.key_id))) is None or signer.key.public != key.public:
        return False
    try:
        require_type(signer, document.token.type)
        require_scope(signer, document.document)
    except errors.TrustError:
        return False
    return True
