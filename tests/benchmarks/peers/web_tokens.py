"""Tokens of the web: PyJWT, joserfc, pyseto and cwt."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tests.benchmarks.peers import claims

if TYPE_CHECKING:
    from collections.abc import Callable

REQUIRED = ["iss", "aud", "sub", "iat", "nbf", "exp"]


def _ed25519() -> Any:
    return import_module("cryptography.hazmat.primitives.asymmetric.ed25519")


def pyjwt_issuer(secret: bytes) -> Callable[[], bytes]:
    """Return how PyJWT signs."""
    jwt, key = import_module("jwt"), _ed25519().Ed25519PrivateKey.from_private_bytes(secret)
    return lambda: jwt.encode(claims.NAMED, key, algorithm="EdDSA").encode()


def pyjwt_verifier(public: bytes) -> Callable[[bytes], object]:
    """Return how PyJWT verifies."""
    jwt, key = import_module("jwt"), _ed25519().Ed25519PublicKey.from_public_bytes(public)
    algorithms, options = ["EdDSA"], {"require": REQUIRED}
    return lambda text: jwt.decode(
        text, key, algorithms=algorithms, audience=claims.PRODUCT, issuer=claims.ISSUER, options=options
    )


def _okp(part: str, key: bytes) -> dict[str, str]:
    """Return a key as a JSON Web Key; `x` is the public half, which a secret one needs as well."""
    return {"kty": "OKP", "crv": "Ed25519", part: urlsafe_b64encode(key).rstrip(b"=").decode()}


def joserfc_issuer(secret: bytes) -> Callable[[], bytes]:
    """Return how joserfc signs."""
    jwt, jwk = import_module("joserfc.jwt"), import_module("joserfc.jwk")
    public = _ed25519().Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    key = jwk.OKPKey.import_key({**_okp("x", public), **_okp("d", secret)})
    header, algorithms = {"alg": "Ed25519"}, ["Ed25519"]
    return lambda: jwt.encode(header, claims.NAMED, key, algorithms=algorithms).encode()


def joserfc_verifier(public: bytes) -> Callable[[bytes], object]:
    """Return how joserfc verifies."""
    jwt, jwk = import_module("joserfc.jwt"), import_module("joserfc.jwk")
    key, algorithms = jwk.OKPKey.import_key(_okp("x", public)), ["Ed25519"]
    required: dict[str, dict[str, object]] = {name: {"essential": True} for name in REQUIRED}
    required["iss"]["value"], required["aud"]["value"] = claims.ISSUER, claims.PRODUCT
    registry = jwt.JWTClaimsRegistry(**required)

    def verify(text: bytes) -> object:
        token = jwt.decode(text, key, algorithms=algorithms)
        registry.validate(token.claims)
        return token.claims

    return verify


def _pem(key: Any, *, secret: bool) -> bytes:
    forms = import_module("cryptography.hazmat.primitives.serialization")
    if secret:
        plain = forms.NoEncryption()
        return bytes(key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, plain))
    return bytes(key.public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo))


def pyseto_issuer(secret: bytes) -> Callable[[], bytes]:
    """Return how pyseto signs; its dates are text."""
    pyseto = import_module("pyseto")
    private = _ed25519().Ed25519PrivateKey.from_private_bytes(secret)
    key, processor = pyseto.Key.new(4, "public", _pem(private, secret=True)), pyseto.Paseto.new()
    dates = {name: claims.iso(int(str(claims.NAMED[name]))) for name in ("iat", "nbf", "exp")}
    named = {**claims.NAMED, **dates}
    compact = import_module("tests.benchmarks.peers.compact_json")
    return lambda: bytes(processor.encode(key, named, serializer=compact))


def pyseto_verifier(public: bytes) -> Callable[[bytes], object]:
    """Return how pyseto verifies."""
    pyseto, json = import_module("pyseto"), import_module("json")
    loaded = _ed25519().Ed25519PublicKey.from_public_bytes(public)
    key, processor = pyseto.Key.new(4, "public", _pem(loaded, secret=False)), pyseto.Paseto.new()
    return lambda text: processor.decode(key, text, deserializer=json, aud=claims.PRODUCT).payload


CWT_CLAIMS = {1: claims.ISSUER, 2: claims.SERIAL, 3: claims.PRODUCT, 4: claims.EXPIRY_SECONDS} | {
    5: claims.STARTS_SECONDS,
    6: claims.ISSUED,
    -70_001: list(claims.REST.values()),
}
"""By their numbers; what has none is an array without names under one of our own."""


def cwt_issuer(secret: bytes) -> Callable[[], bytes]:
    """Return how cwt signs; its token is binary, so it is written in base64."""
    cwt = import_module("cwt")
    private = _ed25519().Ed25519PrivateKey.from_private_bytes(secret)
    key, processor = cwt.COSEKey.from_pem(_pem(private, secret=True), kid="1"), cwt.CWT.new()
    return lambda: urlsafe_b64encode(processor.encode(CWT_CLAIMS, key))


def cwt_verifier(public: bytes) -> Callable[[bytes], object]:
    """Return how cwt verifies."""
    cwt = import_module("cwt")
    loaded = _ed25519().Ed25519PublicKey.from_public_bytes(public)
    key, processor = cwt.COSEKey.from_pem(_pem(loaded, secret=False), kid="1"), cwt.CWT.new()
    return lambda text: processor.decode(urlsafe_b64decode(text), key)
