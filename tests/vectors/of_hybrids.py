"""Cases of scheme 2. ML-DSA signs at random: these are checked, and made again only on demand."""

from collections.abc import Iterator
from dataclasses import replace

from licensekit.trust.sign import sign
from licensekit.wire import armor, frame
from licensekit.wire.documents import Document, RootKey
from tests import makers, rare_keys
from tests.vectors.vector import FIRST, GROUND, ROOT, TRUST, Case, Ground, citing, file_of

HALF = frame.ED25519_SIGNATURE_BYTES


def hybrid_keys_named() -> Iterator[Case]:
    """Hybrid keys in documents that other keys signed: a reader without ML-DSA-65 refuses each that names one."""
    bundle = makers.bundle()
    file = file_of(sign(bundle, makers.key("vendor")))
    vendor = makers.admitted(makers.key("vendor"))
    for name in ("spare", "second"):
        hybrid = makers.key(name, frame.HYBRID)
        first = sign(makers.root(ROOT, hybrid), ROOT)
        ground = Ground(makers.pin(first), file_of(first, sign(makers.trust(vendor), ROOT)))
        about = f"a root names the hybrid key `{name}`, which signed nothing"
        yield _named(ground, f"root-{name}", about, file, bundle)
        trust = sign(makers.trust(vendor, makers.admitted(hybrid, name)), ROOT)
        ground = Ground(GROUND.root, file_of(FIRST, trust))
        about = f"a trust document admits the hybrid key `{name}`, which signed nothing"
        yield _named(ground, f"trust-{name}", about, file, bundle)
    for number, public in enumerate(rare_keys.LOW_ORDER):
        weak = RootKey(frame.HYBRID, public + bytes(frame.MLDSA65_KEY_BYTES))
        first = sign(makers.changed(makers.root(ROOT), keys=[*makers.root(ROOT).keys, weak]), ROOT)
        ground = Ground(makers.pin(first), file_of(first, TRUST))
        about = f"a root names a hybrid key whose Ed25519 half is of low order: point {number}"
        codes = {"any_of": [{"code": "key-invalid"}, {"code": "scheme-unavailable"}]}
        yield ground.case("R1.2", f"low-order-{number}", about, file, codes, flags=FLAGS, musts=("readers-8a",))


FLAGS = ("hybrid", "may")


def _named(ground: Ground, name: str, about: str, file: str, bundle: Document) -> Case:
    """Return a case that a reader with ML-DSA-65 takes and one without refuses."""
    taken = ground.takes("Schemes", name, about, file, bundle, flags=FLAGS, musts=("readers-8a",))
    return replace(taken, expect={"any_of": [taken.expect, {"code": "scheme-unavailable"}]})


@citing("readers-8b", flags=("hybrid",))
def hybrids() -> Iterator[Case]:
    """Both halves must verify, over just this document."""
    vendor = makers.key("vendor", frame.HYBRID)
    trust = sign(makers.trust(makers.admitted(vendor)), ROOT)
    ground = Ground(makers.pin(FIRST), file_of(FIRST, trust))
    bundle = makers.bundle()
    token = sign(bundle, vendor)
    (mine,) = frame.read(token.frame).signatures
    (its,) = frame.read(sign(makers.bundle(sequence=2), vendor).frame).signatures

    def under(scheme: int, data: bytes) -> str:
        signature = frame.Signature(scheme, mine.key, data)
        signed = frame.Frame((signature,), makers.payload_of(token))
        return file_of(armor.Token("bundle", frame.write(signed)))

    first, second = mine.signature[:HALF], mine.signature[HALF:]
    flipped = second[:-1] + bytes([second[-1] ^ 1])
    yield ground.takes("5", "both", "both halves", file_of(token), bundle)
    wrong = {
        "ed25519-forged": ("a bit of the Ed25519 half", file_of(makers.forged(token))),
        "ml-dsa-forged": ("a bit of the ML-DSA half", under(2, first + flipped)),
        "ed25519-of-another": ("one half of another bundle", under(2, its.signature[:HALF] + second)),
        "ml-dsa-of-another": ("the other of another bundle", under(2, first + its.signature[HALF:])),
        "ed25519-alone": ("zeros for the ML-DSA half", under(2, first + bytes(len(second)))),
        "ml-dsa-alone": ("zeros for the Ed25519 half", under(2, bytes(HALF) + second)),
    }
    for name, (about, file) in wrong.items():
        yield ground.refuses("5", "signature-invalid", name, about, file)
    cut = under(2, first)
    yield ground.refuses("3", "frame-invalid", "cut", "the Ed25519 half and no more", cut)
    about = "scheme 1 under the hybrid's key id"
    yield ground.refuses("4", "key-unknown", "scheme-1", about, under(1, first))
    about = "the Ed25519 half as a key of its own"
    alone = file_of(sign(bundle, makers.key("vendor")))
    yield ground.refuses("4", "key-unknown", "ed25519-key-of-its-own", about, alone)
