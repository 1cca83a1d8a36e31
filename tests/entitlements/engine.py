"""The engine on bundles and catalogs of a test's choice."""

from typing import Any

from licensekit.access import Access
from licensekit.entitlements import Entitlements, Fingerprint, Holding, evaluate, held_access
from licensekit.trust.pack import TrustStore, open_pack
from licensekit.trust.sign import sign
from licensekit.trust.signed import Verified
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Catalog, Kind, License
from tests import homes, makers

SYSTEM, SITE, USER = Kind.SYSTEM, Kind.SITE, Kind.USER


def catalog(**licenses: License) -> Catalog:
    """Return the vendor's catalog; `_` in a name stands for `-` in the code."""
    return makers.catalog(licenses={c.replace("_", "-"): one for c, one in licenses.items()})


def trust_store(*catalogs: Catalog, partner: str | None = None) -> TrustStore:
    """Return what the pack of these catalogs establishes."""
    return open_pack(pack_of(*catalogs, partner=partner), homes.PIN)


def pack_of(*catalogs: Catalog, partner: str | None = None) -> str:
    """Return a pack with these catalogs; a partner's is signed by its own key."""
    keys = [makers.admitted(makers.key("vendor"))]
    if partner:
        scope = makers.scope(issuers=[partner])
        keys.append(makers.admitted(makers.key("partner"), "partner", scope=scope))
    trust = sign(makers.trust(*keys), makers.key("root"))
    signed = [homes.signed(c, _signer(c)) for c in catalogs]
    return makers.file_of(homes.ROOT, trust, *signed)


def verified(on: TrustStore, *bundles: Bundle) -> list[Verified[Bundle]]:
    """Sign and verify bundles."""
    tokens: list[armor.Token] = [homes.signed(b, _signer(b)) for b in bundles]
    return [verify_bundle(token, on.trust, makers.NOW) for token in tokens]


def _signer(document: Catalog | Bundle) -> str:
    return "vendor" if document.issuer == makers.ISSUER else "partner"


def granted(
    on: TrustStore,
    *bundles: Bundle,
    now: int = makers.NOW,
    fingerprint: Fingerprint | None = None,
    released: int | None = None,
) -> Entitlements:
    """Evaluate bundles at a moment."""
    return evaluate(on, verified(on, *bundles), now, fingerprint=fingerprint, released=released)


def bare(sequence: int = 1, **changes: Any) -> Bundle:
    """Return a bundle that sells only what is given, and is perpetual by default."""
    never = dict.fromkeys(("starts", "warning", "expiry", "grace"))
    nothing: dict[str, Any] = {"system": {}, "sites": {}, "users": {}}
    return makers.bundle(**{"sequence": sequence, **never, **nothing, **changes})


def access(entitlements: Entitlements, *held: str, at_site: tuple[str, ...] = ()) -> dict[str, Access]:
    """Return what a holder of these licenses may do."""
    return held_access(entitlements, [Holding(c, 1) for c in held], [Holding(c, 1) for c in at_site])
