"""Signed envelopes for any content: DSSE of securesystemslib, and Biscuit with its Datalog."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tests.benchmarks.peers import claims

if TYPE_CHECKING:
    from collections.abc import Callable

DSSE_TYPE = "application/vnd.benchmark.license+json"


def dsse_issuer(secret: bytes) -> Callable[[], bytes]:
    """Return how securesystemslib signs an envelope of JSON."""
    dsse, signer = import_module("securesystemslib.dsse"), import_module("securesystemslib.signer")
    json = import_module("tests.benchmarks.peers.compact_json")
    ed25519 = import_module("cryptography.hazmat.primitives.asymmetric.ed25519")
    key = signer.CryptoSigner(ed25519.Ed25519PrivateKey.from_private_bytes(secret))

    def issue() -> bytes:
        envelope = dsse.Envelope(json.dumps(claims.NAMED).encode(), DSSE_TYPE, {})
        envelope.sign(key)
        return bytes(json.dumps(envelope.to_dict()).encode())

    return issue


def dsse_verifier(public: bytes) -> Callable[[bytes], object]:
    """Return how securesystemslib verifies an envelope; who uses it compares the type of its content."""
    dsse, signer = import_module("securesystemslib.dsse"), import_module("securesystemslib.signer")
    json = import_module("json")
    ed25519 = import_module("cryptography.hazmat.primitives.asymmetric.ed25519")
    keys = [signer.SSlibKey.from_crypto(ed25519.Ed25519PublicKey.from_public_bytes(public))]

    def verify(text: bytes) -> object:
        envelope = dsse.Envelope.from_dict(json.loads(text))
        envelope.verify(keys, 1)
        if envelope.payload_type != DSSE_TYPE:
            raise ValueError(envelope.payload_type)
        return json.loads(envelope.payload)

    return verify


FACTS = """
issuer({issuer}); serial({serial}); company({company}); part({part}); use({use});
issued({issued}); warning({warning}); grace({grace}); maintenance({maintenance});
check if time($now), $now >= {starts}, $now < {expiry};
check if product({product});
"""
DECODED = ("issuer", "serial", "company", "part", "use", "issued", "warning", "grace", "maintenance")


def _biscuit_key(kind: str, key: bytes) -> Any:
    biscuit = import_module("biscuit_auth")
    return getattr(biscuit, kind).from_bytes(key, biscuit.Algorithm.Ed25519)


def biscuit_issuer(secret: bytes) -> Callable[[], bytes]:
    """Return how biscuit-python signs: claims are facts, term and product are checks that the token brings along."""
    biscuit, key = import_module("biscuit_auth"), _biscuit_key("PrivateKey", secret)
    counts = {"system": claims.SYSTEM, "sites": claims.SITES, "users": claims.USERS}
    licenses = "".join(f'{kind}("{c}",{n});' for kind, codes in counts.items() for c, n in codes.items())
    code = FACTS + licenses
    datetime = import_module("datetime")
    moment = datetime.datetime.fromtimestamp
    parameters = {
        "issuer": claims.ISSUER,
        "serial": claims.SERIAL,
        "company": claims.COMPANY,
        "part": claims.PART,
        "use": claims.USE,
        "issued": claims.ISSUED,
        "warning": claims.WARNING,
        "grace": claims.GRACE,
        "maintenance": claims.MAINTENANCE,
        "product": claims.PRODUCT,
        "starts": moment(claims.STARTS_SECONDS, datetime.UTC),
        "expiry": moment(claims.EXPIRY_SECONDS, datetime.UTC),
    }
    return lambda: str(biscuit.BiscuitBuilder(code, parameters).build(key).to_base64()).encode()


def biscuit_verifier(public: bytes) -> Callable[[bytes], object]:
    """Return how biscuit-python verifies, runs the checks and reads the facts."""
    biscuit, datetime = import_module("biscuit_auth"), import_module("datetime")
    key = _biscuit_key("PublicKey", public)
    policy = "time({now}); product({product}); allow if true;"
    fields = ", ".join(f"${name}" for name in DECODED)
    head = biscuit.Rule(f"claims({fields}) <- {', '.join(f'{name}(${name})' for name in DECODED)}")
    counts = [biscuit.Rule(f"counts($code, $count) <- {kind}($code, $count)") for kind in ("system", "sites", "users")]

    patience = datetime.timedelta(seconds=10)  # by default a millisecond, which is too short on a busy machine

    def verify(text: bytes) -> object:
        token = biscuit.Biscuit.from_base64(text.decode(), key)
        parameters = {"now": datetime.datetime.now(datetime.UTC), "product": claims.PRODUCT}
        builder = biscuit.AuthorizerBuilder(policy, parameters)
        limits = builder.limits()
        limits.max_time = patience
        builder.set_limits(limits)
        authorizer = builder.build(token)
        authorizer.authorize()
        (found,) = authorizer.query(head)
        return found.terms, [{one.terms[0]: one.terms[1] for one in authorizer.query(rule)} for rule in counts]

    return verify
