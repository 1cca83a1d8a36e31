"""licensekit itself, with Ed25519 and with hybrid keys."""

# ruff: noqa: PLC0415  # each process loads what it measures

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.benchmarks.peers import claims

if TYPE_CHECKING:
    from collections.abc import Callable

    from licensekit import VerifiedBundle
    from licensekit.wire.documents import License
    from tests.benchmarks.peers.material import Material

FOREVER: dict[str, Any] = {"valid_from": 0, "valid_to": None}


def keys(scheme: int) -> Material:
    """Return a secret key, and what an application ships: pin, and pack of root, trust, list and catalog."""
    from licensekit.keys.signing import SigningKey
    from licensekit.trust.sign import sign
    from tests import makers
    from tests.benchmarks.peers.material import Material

    vendor, root_key = SigningKey.generate(scheme), makers.key("root")
    names = {"issuer": claims.ISSUER, "product": claims.PRODUCT}
    root = sign(makers.root(root_key, **names), root_key)
    admitted = makers.admitted(vendor, **FOREVER, scope=makers.scope(issuers=[claims.ISSUER]))
    trust = sign(makers.trust(admitted, product=claims.PRODUCT, issued=claims.ISSUED), root_key)
    revoked = sign(makers.revocations(**names, issued=claims.ISSUED), vendor)
    catalog = sign(makers.catalog(**names, issued=claims.ISSUED, licenses=sold(), access={}), vendor)
    pack = makers.file_of(root, trust, revoked, catalog)
    return Material(bytes([scheme]) + vendor.reveal_secret(), f"{makers.pin(root)}\n{pack}".encode())


def sold() -> dict[str, License]:
    """Return the catalog's licenses, for the codes of the claims."""
    from licensekit.wire.documents import Kind
    from tests import makers

    kinds = ((Kind.SYSTEM, claims.SYSTEM), (Kind.SITE, claims.SITES), (Kind.USER, claims.USERS))
    return {code: makers.license_entry(kind, code) for kind, counts in kinds for code in counts}


def ed25519_keys() -> Material:
    """Return what a vendor and an application have, with Ed25519."""
    return keys(1)


def hybrid_keys() -> Material:
    """Return the same with a hybrid key for the license; the root is of Ed25519."""
    return keys(2)


def issuer(secret: bytes) -> Callable[[], bytes]:
    """Build, check, encode and sign one bundle; without an order, a ledger or documents attached."""
    from licensekit.keys.signing import SigningKey
    from licensekit.trust.sign import sign
    from licensekit.wire import armor
    from licensekit.wire.documents import AfterGrace, Bundle, Use

    key = SigningKey.from_secret(secret[0], secret[1:])

    def issue() -> bytes:
        bundle = Bundle(
            issuer=claims.ISSUER,
            product=claims.PRODUCT,
            serial=claims.SERIAL,
            part=claims.PART,
            sequence=1,
            replaces=[],
            company=claims.COMPANY,
            use=Use.PRODUCTION,
            issued=claims.ISSUED,
            starts=claims.STARTS,
            warning=claims.WARNING,
            expiry=claims.EXPIRY,
            grace=claims.GRACE,
            maintenance=claims.MAINTENANCE,
            next_check=None,
            system=claims.SYSTEM,
            sites=claims.SITES,
            users=claims.USERS,
            settings={},
            binding=None,
            after_grace=AfterGrace.READ_ONLY,
            offline_hours=24,
            borrow_hours=0,
            extensions={},
        )
        return armor.write(sign(bundle, key)).encode()

    return issue


def verifier(public: bytes) -> Callable[[bytes], VerifiedBundle]:
    """Verify with `Verifier.verify`."""
    from datetime import UTC, datetime

    from licensekit import Verifier

    pin, _, pack = public.partition(b"\n")
    ours = Verifier(root=pin.decode(), pack=pack)
    return lambda text: ours.verify(text, now=datetime.now(UTC))


def judging_verifier(public: bytes) -> Callable[[bytes], object]:
    """Verify, and ask whether a license is allowed today, which evaluates all that the file grants."""
    verify = verifier(public)

    def allowed(text: bytes) -> object:
        bundle = verify(text)
        if not bundle.allows("server"):
            raise ValueError(text)
        return bundle

    return allowed
