"""Verification of bundles, in the numbered steps of `docs/format.md`, "Verification".

1 size, 2 armor (`wire.armor.read`); 3 frame; 4 key known and allowed for this type; 5 signature; 6 decode; 7 key
allowed for this issuer, use and content at the time of issue; 8 product; 9 revocation.

Expiry and binding are not checked here, because an expired or foreign bundle must still be shown.
`licensekit.entitlements` decides what it grants.
"""

from bisect import bisect_left
from typing import TypeVar

from licensekit import errors
from licensekit.trust.signed import Verified
from licensekit.trust.state import TrustState, verify_signed
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, naming

S = TypeVar("S", bytes, str)


def verify_bundle(token: armor.Token, trust: TrustState, now: int) -> Verified[Bundle]:
    """Verify the bundle in `token`; raise a `FormatError` (steps 3 and 6) or a `TrustError`."""
    bundle = verify_signed(token, Bundle, trust, now)
    if refused := revocation_of(bundle, trust):
        raise refused
    return bundle


def revocation_of(bundle: Verified[Bundle], trust: TrustState) -> "errors.TrustError | None":
    """Return why a bundle is revoked (step 9), or None: it is on the list, or a list that was seen is missing."""
    document = bundle.document
    if trust.list_missing(document.issuer):
        return errors.RevocationsMissing(issuer=document.issuer)
    if (in_force := trust.lists.get(document.issuer)) is None:
        return None
    revocations, identities = in_force.document, in_force.document.identities
    is_taken_back = (
        (bool(identities) and _holds(identities, bundle.identity))  # hashed only if there are any
        or _holds(revocations.serials, document.serial)
        or document.sequence < revocations.lowest_of(document.serial, document.part, document.use)
    )
    return errors.BundleRevoked(**naming(document)) if is_taken_back else None


def _holds(ordered: list[S], item: S) -> bool:
    # Lists are sorted, and may be long.
    place = bisect_left(ordered, item)
    return place < len(ordered) and ordered[place] == item
