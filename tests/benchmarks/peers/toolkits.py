"""Toolkits for licenses: keyright, supso-project and licensing (Cryptolens).

keyright and licensing only read: what signs for them here writes by hand, with `cryptography`, what they read.
"""

# ruff: noqa: PLC0415  # each process loads what it measures

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tests.benchmarks.peers import claims

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.peers.material import Material

COUNTS = claims.SYSTEM | claims.SITES | claims.USERS
DATES = {"warning": claims.WARNING, "grace": claims.GRACE, "maintenance": claims.MAINTENANCE}
RSA_BITS = 2048


def _rsa_key(secret: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    return load_der_private_key(secret, None)


def _rsa_signature(key: Any, message: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    return b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def _new_rsa_key() -> tuple[Any, bytes]:
    """Return a new RSA key, and its secret half."""
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = generate_private_key(65_537, RSA_BITS)
    return key, key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def keyright_keys() -> Material:
    """Return an RSA key as keyright reads it, and a revocation list signed with it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from tests.benchmarks.peers.compact_json import dumps
    from tests.benchmarks.peers.material import Material

    key, secret = _new_rsa_key()
    public = b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    issued = claims.iso(claims.ISSUED)
    signature = _rsa_signature(key, f"krrevlist1|{claims.PRODUCT}|{issued}|1010000022".encode())
    revoked = {"product": claims.PRODUCT, "issuedUtc": issued, "revokedIds": ["1010000022"], "signature": signature}
    return Material(secret, public + b"\n" + dumps(revoked).encode())


def keyright_issuer(secret: bytes) -> Callable[[], bytes]:
    """Write what keyright reads; what it has no field for is an entitlement."""
    build_payload = import_module("keyright").build_payload
    dumps, key = import_module("tests.benchmarks.peers.compact_json").dumps, _rsa_key(secret)
    told = {"issuer": claims.ISSUER, "part": claims.PART, "use": claims.USE, "issued": claims.ISSUED}
    told |= {"starts": claims.STARTS, **DATES, **COUNTS}
    license_ = {
        "licensee": claims.COMPANY,
        "expiryUtc": claims.iso(claims.EXPIRY_SECONDS),
        "product": claims.PRODUCT,
        "licenseId": claims.SERIAL,
        "entitlements": {name: str(value) for name, value in told.items()},
    }

    def issue() -> bytes:
        return bytes(dumps({**license_, "signature": _rsa_signature(key, build_payload(license_))}).encode())

    return issue


def keyright_verifier(public: bytes) -> Callable[[bytes], object]:
    """Verify with `validate_license`, and look the license up in the verified revocation list."""
    keyright, json = import_module("keyright"), import_module("json")
    spki, _, listed = public.partition(b"\n")
    keys = [keyright.RsaPublicKey.from_spki_base64(spki.decode())]
    options = keyright.ValidationOptions(expected_product=claims.PRODUCT)
    revocations = keyright.RevocationList.from_dict(json.loads(listed))
    if not revocations.verify(keys):
        raise ValueError(listed)
    revoked = revocations.to_set()

    def verify(text: bytes) -> object:
        info = keyright.validate_license(json.loads(text), keys, options)
        if not info.is_valid or info.license_id in revoked:
            raise ValueError(info.message)
        return info

    return verify


def supso_keys() -> Material:
    """Return an Ed25519 key and an ML-DSA-44 key, which is not of OpenSSL but of `dilithium_py`."""
    from tests.benchmarks.peers.floors import ed25519_keys
    from tests.benchmarks.peers.material import Material

    ed25519 = ed25519_keys()
    public, secret = import_module("dilithium_py.ml_dsa").ML_DSA_44.keygen()
    return Material(ed25519.secret + secret, ed25519.public + public)


def supso_issuer(secret: bytes) -> Callable[[], bytes]:
    """Write the certificate that supso-project reads; it has no call that signs."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from tests.benchmarks.peers.compact_json import dumps
    from tests.benchmarks.peers.floors import KEY_BYTES

    ed25519 = Ed25519PrivateKey.from_private_bytes(secret[:KEY_BYTES])
    mldsa = import_module("dilithium_py.ml_dsa").ML_DSA_44
    project = {"id": "1", "slug": claims.PRODUCT, "name": "SuperOffice"}
    named = {"issuer": claims.ISSUER, "issued": claims.ISSUED, "starts": claims.STARTS, **claims.REST}
    certificate = {
        "v": 1,
        "organization": {"id": "1", "name": named.pop("company")},
        "order": {"id": claims.SERIAL, "expires_at": claims.iso(claims.EXPIRY_SECONDS)},
        "metadata": {"project": project, **named},
    }

    def encoded(part: bytes) -> bytes:
        return urlsafe_b64encode(part).rstrip(b"=")

    def issue() -> bytes:
        signed = encoded(dumps(certificate).encode())
        return b".".join((signed, encoded(ed25519.sign(signed)), encoded(mldsa.sign(secret[KEY_BYTES:], signed))))

    return issue


def supso_verifier(public: bytes) -> Callable[[bytes], object]:
    """Verify with `verify_token_with`."""
    supso, datetime = import_module("supso"), import_module("datetime")
    keys = supso.IssuerKeys.from_hex([public[:32].hex()], [public[32:].hex()])
    return lambda text: supso.verify_token_with(
        text.decode(), claims.PRODUCT, keys, datetime.datetime.now(datetime.UTC)
    )


def cryptolens_keys() -> Material:
    """Return an RSA key as .NET writes it."""
    from tests.benchmarks.peers.material import Material

    key, secret = _new_rsa_key()
    numbers = key.public_key().public_numbers()
    modulus = b64encode(numbers.n.to_bytes(RSA_BITS // 8)).decode()
    return Material(
        secret, f"<RSAKeyValue><Modulus>{modulus}</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>".encode()
    )


def cryptolens_issuer(secret: bytes) -> Callable[[], bytes]:
    """Write what the server of Cryptolens hands out: a license with every field that there is."""
    dumps, key = import_module("tests.benchmarks.peers.compact_json").dumps, _rsa_key(secret)
    told = {"issuer": claims.ISSUER, "part": claims.PART, **DATES, **COUNTS}
    objects = [
        {"Id": n, "Name": name, "StringValue": str(value), "IntValue": value if isinstance(value, int) else 0}
        for n, (name, value) in enumerate(told.items(), 1)
    ]
    license_ = {
        "ProductId": 1,
        "ID": 1,
        "Key": claims.SERIAL,
        "Created": claims.STARTS_SECONDS,
        "Expires": claims.EXPIRY_SECONDS,
        "Period": claims.EXPIRY - claims.STARTS,
        **{f"F{n}": False for n in range(1, 9)},
        "Notes": f"{claims.PRODUCT} {claims.USE}",
        "Block": False,
        "GlobalId": 1,
        "Customer": {"Id": 1, "Name": claims.COMPANY, "Email": "", "CompanyName": claims.COMPANY},
        "ActivatedMachines": [],
        "TrialActivation": False,
        "MaxNoOfMachines": 0,
        "AllowedMachines": "",
        "DataObjects": objects,
        "SignDate": claims.ISSUED,
    }

    def issue() -> bytes:
        signed = dumps(license_).encode()
        answer = {"licenseKey": b64encode(signed).decode(), "signature": _rsa_signature(key, signed)}
        return bytes(dumps({**answer, "result": 0, "message": ""}).encode())

    return issue


def cryptolens_verifier(public: bytes) -> Callable[[bytes], object]:
    """Verify with `LicenseKey.load_from_string`, which returns None for whatever it refuses."""
    license_key, xml = import_module("licensing.models").LicenseKey, public.decode()

    def verify(text: bytes) -> object:
        if (loaded := license_key.load_from_string(xml, text.decode())) is None:
            raise ValueError(text)
        return loaded

    return verify
