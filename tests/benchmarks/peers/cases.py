"""Every case: what it is made with, and in words what its verification checks and what it does better than ours."""

from typing import Final, NamedTuple

from tests.benchmarks.peers import envelopes, floors, ours, toolkits, web_tokens
from tests.benchmarks.peers.material import Issuer, Make, Verifier

CHECKS: Final = {
    "signature": "the signature, by a key of the scheme that the reader expects",
    "type": "a document of another type, signed with the same key, is refused",
    "fields": "every field has the right type and is within its bounds",
    "issuer": "",
    "product": "",
    "ahead": "a license issued ahead of the clock is refused",
    "start": "",
    "expiry": "",
    "key": "the term and the scope of the key that signed",
    "revoked": "a signed list of revoked licenses",
    "machine": "a license bound to another machine is refused",
}
"""Each check that one of the implementations makes, and what it means where the word does not say it."""
OF_VERIFIER: Final = ("signature", "type", "fields", "issuer", "product", "ahead", "key", "revoked")
"""What `Verifier.verify` checks. A term that has ended is a state and no refusal: `state` and `allows` judge it."""
DATES: Final = ("start", "expiry")


class Case(NamedTuple):
    """One implementation with one scheme."""

    name: str
    package: str
    """The distribution on PyPI whose version is shown."""
    scheme: str
    make: Make
    issuer: Issuer
    verifier: Verifier
    checks: tuple[str, ...]
    better: str = ""
    """What it does better than licensekit."""
    floor: str = "floor"
    """The case that it is compared with."""
    binary: bool = False
    """Whether what is signed is binary, and base64 alone makes a text of it."""

    def size(self, text: bytes) -> int:
        """Return how many bytes a file has before base64, where that is only a wrapping."""
        return len(text.rpartition(b".")[2].rstrip(b"=")) * 3 // 4 if self.binary else len(text)


JWT_CHECKS: Final = ("signature", "issuer", "product", *DATES, "ahead")
ED25519: Final = "Ed25519"
OURS: Final = "licensekit-files"
WITH_LICENSEKIT: Final = (
    Case(
        "floor",
        "cryptography",
        ED25519,
        floors.ed25519_keys,
        floors.floor_issuer,
        floors.floor_verifier,
        ("signature",),
        binary=True,
    ),
    Case("licensekit", OURS, ED25519, ours.ed25519_keys, ours.issuer, ours.verifier, OF_VERIFIER, binary=True),
    Case(
        "licensekit, judged",
        OURS,
        ED25519,
        ours.ed25519_keys,
        ours.issuer,
        ours.judging_verifier,
        (*OF_VERIFIER, *DATES, "machine"),
        binary=True,
    ),
)
PEERS: Final = (
    Case(
        "PyJWT",
        "pyjwt",
        ED25519,
        floors.ed25519_keys,
        web_tokens.pyjwt_issuer,
        web_tokens.pyjwt_verifier,
        JWT_CHECKS,
        "a standard that every language reads",
    ),
    Case(
        "joserfc",
        "joserfc",
        ED25519,
        floors.ed25519_keys,
        web_tokens.joserfc_issuer,
        web_tokens.joserfc_verifier,
        JWT_CHECKS,
        "the whole of JOSE: encryption, key sets, many algorithms",
    ),
    Case(
        "pyseto",
        "pyseto",
        ED25519,
        floors.ed25519_keys,
        web_tokens.pyseto_issuer,
        web_tokens.pyseto_verifier,
        ("signature", "product", *DATES),
        "an open standard with readers in many languages; also encrypts",
    ),
    Case(
        "cwt",
        "cwt",
        ED25519,
        floors.ed25519_keys,
        web_tokens.cwt_issuer,
        web_tokens.cwt_verifier,
        ("signature", *DATES),
        "a standard, small; also encrypts",
        binary=True,
    ),
    Case(
        "biscuit-python",
        "biscuit-python",
        ED25519,
        floors.ed25519_keys,
        envelopes.biscuit_issuer,
        envelopes.biscuit_verifier,
        ("signature", "product", *DATES),
        "starts in a fraction of the time; holders can narrow a token without the issuer; rules travel in the token",
        binary=True,
    ),
    Case(
        "securesystemslib",
        "securesystemslib",
        ED25519,
        floors.ed25519_keys,
        envelopes.dsse_issuer,
        envelopes.dsse_verifier,
        ("signature", "type"),
        "thresholds of several signatures over any content; keys in clouds and hardware",
    ),
    Case(
        "keyright",
        "keyright",
        "RSA-2048",
        toolkits.keyright_keys,
        toolkits.keyright_issuer,
        toolkits.keyright_verifier,
        ("signature", "product", "expiry", "machine", "revoked"),
        "activation and leases over a server; the same in .NET; RSA verifies fast",
    ),
    Case(
        "licensing",
        "licensing",
        "RSA-2048",
        toolkits.cryptolens_keys,
        toolkits.cryptolens_issuer,
        toolkits.cryptolens_verifier,
        ("signature",),
        "a hosted service: activation, analytics, payment; needs no compiled package",
    ),
)
HYBRID_FLOOR: Final = "hybrid floor"
HYBRID: Final = (
    Case(
        HYBRID_FLOOR,
        "cryptography",
        "Ed25519 and ML-DSA-65",
        floors.hybrid_keys,
        floors.hybrid_floor_issuer,
        floors.hybrid_floor_verifier,
        ("signature",),
        floor=HYBRID_FLOOR,
        binary=True,
    ),
    Case(
        "licensekit, hybrid",
        OURS,
        "Ed25519 and ML-DSA-65",
        ours.hybrid_keys,
        ours.issuer,
        ours.verifier,
        OF_VERIFIER,
        floor=HYBRID_FLOOR,
        binary=True,
    ),
    Case(
        "supso-project",
        "supso-project",
        "Ed25519 and ML-DSA-44",
        toolkits.supso_keys,
        toolkits.supso_issuer,
        toolkits.supso_verifier,
        ("signature", "product", "expiry"),
        "smaller files, with signatures of a lower security level; needs no OpenSSL that knows ML-DSA",
        HYBRID_FLOOR,
    ),
)
CASES: Final = {case.name: case for case in (*WITH_LICENSEKIT, *PEERS, *HYBRID)}
