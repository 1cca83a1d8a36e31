"""Cases of hybrid keys of roots and of trust documents: nothing can be stripped to one half."""

from collections.abc import Iterator, Mapping
from typing import Final

from licensekit.trust.sign import sign
from licensekit.wire import armor, frame
from licensekit.wire.documents import AdmittedKey, KeyState, RootKey, SignedType
from tests import makers, rare_keys
from tests.vectors.of_documents import Spoiled, payload_of
from tests.vectors.of_hybrids import HALF
from tests.vectors.of_windows import OF_KEYS, taken, word
from tests.vectors.sequence import Sequence
from tests.vectors.vector import ADMITTED, FIRST, GROUND, ROOT, VENDOR, Case, Ground, Lists, citing, file_of

A: Final = makers.key("hybrid-a", frame.HYBRID)
B: Final = makers.key("hybrid-b", frame.HYBRID)
A_ALONE: Final = makers.key("hybrid-a")
"""The Ed25519 half of A as a key of its own."""
SIGNER: Final = makers.key("hybrid-signer", frame.HYBRID)
OTHER: Final = makers.key("other")
BUNDLE: Final = makers.bundle()
TOKEN: Final = sign(BUNDLE, VENDOR)
LONE: Final = sign(makers.root(A), A)
LONE_TRUST: Final = sign(makers.trust(*ADMITTED), A)
HYBRID: Final = Ground(makers.pin(LONE), file_of(LONE, LONE_TRUST))
"""Root 1 of the hybrid key A."""


def with_signature(token: armor.Token, place: int, data: bytes, scheme: int = frame.HYBRID) -> armor.Token:
    """Return a token in which the bytes of one signature are others."""
    opened = frame.read(token.frame)
    signatures = list(opened.signatures)
    signatures[place] = signatures[place]._replace(scheme=scheme, signature=data)
    return armor.Token(token.type, frame.write(opened._replace(signatures=tuple(signatures))))


def broken(token: armor.Token, place: int = 0) -> Mapping[str, armor.Token]:
    """Return a token with one or the other half of a hybrid signature broken, and why."""
    data = frame.read(token.frame).signatures[place].signature
    first, second = data[:HALF], data[HALF:]
    flipped = bytes([second[0] ^ 1]) + second[1:]
    return {
        "ed25519-half": with_signature(token, place, bytes([first[0] ^ 1]) + first[1:] + second),
        "ml-dsa-half": with_signature(token, place, first + flipped),
        "no-ed25519": with_signature(token, place, bytes(HALF) + second),
        "no-ml-dsa": with_signature(token, place, first + bytes(len(second))),
    }


@citing("readers-8b", flags=("hybrid",))
def hybrid_roots() -> Iterator[Case]:
    """R1, R2 and T1 with hybrid root keys: both halves of each signature verify."""
    file = file_of(TOKEN)
    yield HYBRID.takes("R1", "pinned", "the pinned root has one key, which is hybrid", file, BUNDLE)
    for name, token in broken(LONE).items():
        ground = Ground(HYBRID.root, file_of(token, LONE_TRUST))
        about = f"the pinned root, hybrid: {name.replace('-', ' ')} of its signature"
        yield ground.refuses("R1.5", "signature-invalid", f"pinned-{name}", about, file)
    second = sign(makers.trust(*ADMITTED, version=2), A)
    yield HYBRID.takes("T1", "trust", "a trust document by a hybrid root key", file_of(second), state=(1, 2, {}))
    for name, token in broken(second).items():
        about = f"a trust document by a hybrid root key: {name.replace('-', ' ')} of its signature"
        yield HYBRID.refuses("T1.2", "signature-invalid", f"trust-{name}", about, file_of(token))
    yield from _stripped(second)
    yield from _rotations()
    yield from _thresholds()


def _stripped(second: armor.Token) -> Iterator[Case]:
    """The Ed25519 half passes for no key of scheme 1, in whatever way it is put."""
    (signature,) = frame.read(second.frame).signatures
    relabeled = with_signature(second, 0, signature.signature[:HALF], frame.ED25519)
    about = "a trust document: the Ed25519 half under the hybrid's key id as scheme 1"
    yield HYBRID.refuses("T1.1", "key-unknown", "trust-relabeled", about, file_of(relabeled))
    alone = sign(makers.trust(*ADMITTED, version=2), A_ALONE)
    about = "a trust document: signed by the Ed25519 half as a key of its own"
    yield HYBRID.refuses("T1.1", "key-unknown", "trust-by-a-half", about, file_of(alone))
    root = sign(makers.root(A), A_ALONE)
    about = "the pinned root: signed by the Ed25519 half as a key of its own"
    ground = Ground(HYBRID.root, file_of(root, LONE_TRUST))
    yield ground.refuses("R1.3", "key-unknown", "pinned-by-a-half", about, file_of(TOKEN))
    cut = with_signature(second, 0, signature.signature[:HALF])
    about = "a trust document: the Ed25519 half alone as scheme 2"
    yield HYBRID.refuses("3", "frame-invalid", "trust-cut", about, file_of(cut))


def _rotations() -> Iterator[Case]:
    new = makers.root(B, version=2)
    trust = sign(makers.trust(*ADMITTED, root_version=2), B)
    state: tuple[int, int, Lists] = (2, 1, {})
    rotated = sign(new, A, B)
    about = "a hybrid root vouches for a hybrid root"
    yield HYBRID.takes("R2", "rotated", about, file_of(rotated, trust, TOKEN), BUNDLE, state=state)
    for place, whose, rule in ((0, "old", "R2.3"), (1, "new", "R2.13")):
        for name, token in broken(rotated, place).items():
            about = f"a hybrid root vouches for a hybrid root: {name.replace('-', ' ')} of the {whose} one's signature"
            file = file_of(token, trust)
            yield HYBRID.refuses(rule, "signature-invalid", f"{whose}-{name}", about, file)
    about = "a root of scheme 1 vouches for a hybrid one"
    file = file_of(sign(new, ROOT, B), trust, TOKEN)
    yield GROUND.takes("R2", "to-hybrid", about, file, BUNDLE, state=state)
    about = "a hybrid root vouches for one of scheme 1"
    plain = sign(makers.root(OTHER, version=2), A, OTHER)
    file = file_of(plain, sign(makers.trust(*ADMITTED, root_version=2), OTHER), TOKEN)
    yield HYBRID.takes("R2", "from-hybrid", about, file, BUNDLE, state=state)
    about = "the Ed25519 half of the old key alone vouches"
    by_half = sign(new, A_ALONE, B)
    yield HYBRID.refuses("R2.2", "threshold-not-met", "voucher-half", about, file_of(by_half, trust))
    about = "a root of scheme 1 vouches, and its key id stands beside scheme 2"
    by_another_scheme = with_signature(sign(new, ROOT, B), 0, bytes(HALF + frame.MLDSA65_SIGNATURE_BYTES))
    file = file_of(by_another_scheme, trust)
    yield GROUND.refuses("R2.2", "threshold-not-met", "voucher-as-hybrid", about, file)


def _thresholds() -> Iterator[Case]:
    """One hybrid key and one of scheme 1, of which both must sign."""
    both = makers.root(A, OTHER, threshold=2)
    pinned = sign(both, A, OTHER)
    trust = makers.trust(*ADMITTED)
    ground = Ground(makers.pin(pinned), file_of(pinned, sign(trust, OTHER, A)))
    yield ground.takes("T1.3", "of-both", "a hybrid key and another, both of which sign", file_of(TOKEN), BUNDLE)
    later = makers.changed(trust, version=2)
    for name, signers in {"hybrid-alone": (A,), "other-alone": (OTHER,)}.items():
        about = f"two of two, and one signs: {name.replace('-', ' ')}"
        yield ground.refuses("T1.3", "threshold-not-met", name, about, file_of(sign(later, *signers)))
    about = "two of two, and the hybrid's half stands in for the other"
    yield ground.refuses("T1.1", "key-unknown", "half-for-the-other", about, file_of(sign(later, A, A_ALONE)))


@citing("readers-8b", flags=("hybrid",))
def hybrid_signers() -> Iterator[Case]:
    """Steps 4 and 5 with a hybrid key, for every type that signing keys sign."""
    trust = sign(makers.trust(makers.admitted(SIGNER)), ROOT)
    ground = Ground(makers.pin(FIRST), file_of(FIRST, trust))
    for document in OF_KEYS:
        kind, token = word(document), sign(document, SIGNER)
        yield taken(ground, "5", kind, f"a {kind} by a hybrid key", document, by=SIGNER)
        for name, wrong in broken(token).items():
            about = f"a {kind} by a hybrid key: {name.replace('-', ' ')} of its signature"
            yield ground.refuses("5", "signature-invalid", f"{kind}-{name}", about, file_of(wrong))
        half = file_of(sign(document, makers.key("hybrid-signer")))
        about = f"a {kind} by the Ed25519 half as a key of its own"
        yield ground.refuses("4.3", "key-unknown", f"{kind}-by-a-half", about, half)
        (signature,) = frame.read(token.frame).signatures
        relabeled = with_signature(token, 0, signature.signature[:HALF], frame.ED25519)
        about = f"a {kind}: the Ed25519 half under the hybrid's key id as scheme 1"
        yield ground.refuses("4.3", "key-unknown", f"{kind}-relabeled", about, file_of(relabeled))
    yield from _two_faults(ground)


def _two_faults(ground: Ground) -> Iterator[Case]:
    other = makers.bundle(product="demo-erp")
    wrong = broken(sign(other, SIGNER))["ml-dsa-half"]
    about = "the ML-DSA half is broken, and the product is another"
    yield ground.refuses("5", "signature-invalid", "half-before-product", about, file_of(wrong), flags=("precedence",))
    narrow = makers.admitted(SIGNER, scope=makers.scope(types=[SignedType.CATALOG]))
    scoped = Ground(ground.root, file_of(FIRST, sign(makers.trust(narrow), ROOT)))
    wrong = broken(sign(BUNDLE, SIGNER))["ml-dsa-half"]
    about = "the type is out of scope, and the ML-DSA half is broken"
    file = file_of(wrong)
    yield scoped.refuses("4.5", "key-out-of-scope", "scope-before-half", about, file, flags=("precedence",))


def _key_cases() -> Mapping[str, tuple[str, str, list[RootKey]]]:
    """Return codes, descriptions and keys of roots that list a hybrid key that is unsound."""
    public = A.verifying_key.public
    ed25519, ml_dsa = public[:32], public[32:]
    second = B.verifying_key.public
    return {
        "short": ("key-invalid", "scheme 2 with the Ed25519 half alone", [RootKey(2, OTHER.verifying_key.public)]),
        "shorter": ("key-invalid", "scheme 2, a byte too short", [RootKey(2, second[:-1])]),
        "as-scheme-1": ("key-invalid", "scheme 1 with both halves", [RootKey(1, second)]),
        "low-order": (
            "key-invalid",
            "an Ed25519 half of low order",
            [RootKey(2, rare_keys.LOW_ORDER[0] + second[32:])],
        ),
        "non-canonical": (
            "key-invalid",
            "an Ed25519 half in a second spelling",
            [RootKey(2, rare_keys.NON_CANONICAL[0] + second[32:])],
        ),
        "no-point": ("key-invalid", "an Ed25519 half on no point", [RootKey(2, rare_keys.NO_POINT + second[32:])]),
        "half-twice": ("payload-invalid", "its Ed25519 half as a key of its own beside it", [RootKey(1, ed25519)]),
        "ml-dsa-twice": ("payload-invalid", "its ML-DSA half in two keys", [RootKey(2, second[:32] + ml_dsa)]),
        "ed25519-twice": ("payload-invalid", "its Ed25519 half in two keys", [RootKey(2, ed25519 + second[32:])]),
    }


@citing(flags=("hybrid",))
def hybrid_trust_keys() -> Iterator[Case]:
    """Schemes, R1.2 and T2.1: which hybrid keys are sound, and which are distinct."""
    for name, (code, about, more) in _key_cases().items():
        keys = [*makers.root(A).keys, *more]
        token = _root_of(keys)
        ground = Ground(makers.pin(token), file_of(token, LONE_TRUST))
        rule = "R1.2" if code == "key-invalid" else "6"
        yield ground.refuses(rule, code, f"root-{name}", f"a root with {about}", file_of(TOKEN))
        admitted = [
            makers.admitted(A, "first"),
            *(makers.admitted(OTHER, scheme=k.scheme, public=k.public) for k in more),
        ]
        file = file_of(_trust_of(admitted))
        rule = "T2.1" if code == "key-invalid" else "6"
        yield HYBRID.refuses(rule, code, f"trust-{name}", f"a trust document with {about}", file)
    zeros = makers.admitted(OTHER, "zeros", scheme=2, public=OTHER.verifying_key.public + bytes(1952))
    about = "any 1952 bytes are an ML-DSA key"
    file = file_of(_trust_of([makers.admitted(A, "first"), zeros]))
    yield HYBRID.takes("Schemes", "any-ml-dsa-half", about, file, state=(1, 2, {}))
    for label in ("hybrid-a", "hybrid-b"):
        for scheme in (1, 2):
            key = makers.key(label, scheme).verifying_key
            about = f"the key id of {label} under scheme {scheme}"
            given = {"scheme": scheme, "public": key.public.hex()}
            expect = {"key_id": key.key_id.hex()}
            yield Case(f"id-{label}-{scheme}", about, "Schemes", "public", given, expect, ("crypto",))


def _root_of(keys: list[RootKey]) -> armor.Token:
    """Return a root that lists any keys, signed by A: no writer would make it."""
    return makers.seal("root", payload_of(Spoiled(makers.root(A), ("keys",), keys)), A)


def _trust_of(keys: list[AdmittedKey]) -> armor.Token:
    """Return a trust document that admits any keys, signed by A."""
    return makers.seal("trust", payload_of(Spoiled(makers.trust(version=2), ("keys",), keys)), A)


def _signed_again() -> Iterator[Case]:
    both = [makers.admitted(VENDOR), makers.admitted(SIGNER, "hybrid")]
    ground = Ground(GROUND.root, file_of(FIRST, sign(makers.trust(*both), ROOT)))
    revoking = sign(makers.trust(makers.admitted(VENDOR, state=KeyState.REVOKED), both[1], version=2), ROOT)
    again = sign(BUNDLE, SIGNER)
    yield (
        Sequence("to-hybrid", "Identities", "a key is revoked, and a hybrid one signs its bundle again", ground)
        .takes(TOKEN, shows=(BUNDLE,))
        .state(trust=2)
        .takes(revoking)
        .judges((TOKEN, "key-revoked"))
        .takes(again, shows=(BUNDLE,))
        .judges((again, None))
        .restarts()
        .refuses("signature-invalid", broken(again)["ml-dsa-half"])
        .judges((again, None))
        .case
    )


@citing("readers-8b", flags=("hybrid",))
def hybrid_sequences() -> Iterator[Case]:
    """Sequences with hybrid keys: rotations to and from them, and what was signed again."""
    yield from _signed_again()
    hybrid = sign(makers.root(B, version=2), ROOT, B)
    trust = sign(makers.trust(*ADMITTED, root_version=2), B)
    back = sign(makers.root(OTHER, version=3), B, OTHER)
    last = sign(makers.trust(*ADMITTED, root_version=3), OTHER)
    yield (
        Sequence("there-and-back", "R2", "a root of scheme 1, a hybrid one, and one of scheme 1 again", GROUND)
        .refuses("signature-invalid", broken(hybrid, 1)["ml-dsa-half"], trust)
        .refuses("signature-invalid", hybrid, broken(trust)["ed25519-half"])
        .state(root=2)
        .takes(hybrid, trust)
        .restarts()
        .refuses("signature-invalid", broken(back)["no-ml-dsa"], last)
        .state(root=3)
        .takes(back, last, TOKEN, shows=(BUNDLE,))
        .restarts("root", code="rollback")
        .takes(hybrid, back, last, TOKEN, shows=(BUNDLE,))
        .case
    )
    one = sign(makers.revocations(), SIGNER)
    admitting = sign(makers.trust(makers.admitted(VENDOR), makers.admitted(SIGNER, "hybrid")), ROOT)
    revoked = makers.admitted(SIGNER, "hybrid", state=KeyState.REVOKED)
    ground = Ground(GROUND.root, file_of(FIRST, admitting))
    yield (
        Sequence("list", "L2", "the list of a hybrid key dies with it", ground)
        .state(lists={"demo": (1, 1, 1)})
        .takes(one)
        .takes(TOKEN, shows=(BUNDLE,))
        .state(trust=2)
        .takes(sign(makers.trust(makers.admitted(VENDOR), revoked, version=2), ROOT))
        .judges((TOKEN, "revocations-missing"))
        .takes(sign(makers.revocations(), VENDOR))
        .judges((TOKEN, None))
        .case
    )
