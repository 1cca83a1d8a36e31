"""Vectors of trust: rules R1 to R5, T1 to T4, L1 to L3, S1 and F1."""

from collections.abc import Iterator, Sequence
from typing import Any

from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import KeyState, RootKey
from tests import makers, rare_keys
from tests.makers import NOW, PARTNER, SERIAL
from tests.vectors.vector import (
    ADMITTED,
    CATALOGS,
    FIRST,
    GROUND,
    PARTNERS,
    REVOKED,
    ROOT,
    SALES,
    STRANGER,
    TRUST,
    VENDOR,
    Ground,
    Vector,
    file_of,
)

A, B, C, D = (makers.key(f"root-{name}") for name in "abcd")
BUNDLE = makers.bundle()
TOKEN = sign(BUNDLE, VENDOR)


def root(
    signers: Sequence[SigningKey],
    keys: Sequence[SigningKey],
    version: int = 1,
    threshold: int = 1,
    **changes: Any,
) -> armor.Token:
    """Return a root of `keys`, signed by `signers`."""
    document = makers.root(*keys, version=version, threshold=threshold, **changes)
    return sign(document, *signers)


def unsound_root(*keys: RootKey) -> armor.Token:
    """Return a root that lists `keys`, signed by A."""
    return sign(makers.changed(makers.root(A), keys=list(keys)), A)


def trust(signers: Sequence[SigningKey], version: int, under: int = 1) -> armor.Token:
    """Return a trust document that admits the keys of `vector.ADMITTED`."""
    return sign(makers.trust(*ADMITTED, version=version, root_version=under), *signers)


ONE = root([A, B], [A, B, C], threshold=2)
ONE_TRUST = trust([A, B], 1)
SHARED = Ground(makers.pin(ONE), file_of(ONE, ONE_TRUST))
"""Root 1 of three keys, of which two must sign."""


def pins() -> Iterator[Vector]:
    """R1: the pinned root."""
    bundle = file_of(TOKEN)
    spellings = {
        "short": "lkroot1-aaaa",
        "upper-case": GROUND.root.upper(),
        "no-prefix": GROUND.root.removeprefix("lkroot1-"),
        "padded": GROUND.root + "====",
        "stray-bits": GROUND.root[:-1] + "b",
    }
    for name, pin in spellings.items():
        ground = Ground(pin, GROUND.pack)
        about = f"no pin, or one in another spelling: {name.replace('-', ' ')}"
        yield ground.refuses("R1", "root-pin-invalid", f"pin-{name}", about, bundle)
    ground = Ground(makers.pin(ONE), GROUND.pack)
    yield ground.refuses("R1", "root-mismatch", "another-root", "another root is pinned", bundle)
    weak = [RootKey(1, key) for key in (rare_keys.LOW_ORDER[0], rare_keys.NON_CANONICAL[0])]
    good = RootKey(1, A.verifying_key.public)
    long = RootKey(1, bytes(1984))
    colliding = [RootKey(1, key) for key in rare_keys.COLLIDING]
    unsound = {
        "threshold-short": ("threshold-not-met", root([A], [A, B, C], threshold=2)),
        "stranger-signed": ("key-unknown", root([A, STRANGER], [A])),
        "forged": ("signature-invalid", makers.forged(root([A], [A]))),
        "third-forged": ("signature-invalid", makers.forged(root([A, B, C], [A, B, C]), which=2)),
        "one-key-twice": ("duplicate-signature", root([A, A], [A, B], threshold=2)),
        "no-root": ("payload-invalid", makers.seal("root", b"\xc0", A)),
        "low-order-key": ("key-invalid", unsound_root(good, weak[0])),
        "non-canonical-key": ("key-invalid", unsound_root(good, weak[1])),
        "two-keys-of-one-id": ("key-id-collision", unsound_root(good, *colliding)),
        "key-as-long-as-a-hybrid": ("key-invalid", unsound_root(good, long)),
    }
    step = {"signature-invalid": "5", "duplicate-signature": "3", "payload-invalid": "6"}
    step |= {"key-invalid": "T4", "key-id-collision": "T4"}
    for name, (code, token) in unsound.items():
        ground = Ground(makers.pin(token), file_of(token, sign(makers.trust(), A)))
        about = f"the pinned root: {name.replace('-', ' ')}"
        yield ground.refuses(step.get(code, "R1"), code, f"pinned-{name}", about, bundle)


def rotations() -> Iterator[Vector]:
    """R2 to R5."""
    new_trust = trust([D], 2, under=2)
    good = {
        "new-keys": ("all keys new", root([A, B, D], [D], 2)),
        "another-threshold": ("by two other keys of the old root", root([D, C, A], [D], 2)),
        "more-signatures": ("more than are needed", root([A, B, C, D], [D], 2)),
    }
    for name, (about, token) in good.items():
        file = file_of(token, new_trust, TOKEN)
        yield SHARED.takes("R2", name, about, file, BUNDLE, state=(2, 2, {}))
    three = [root([A, B, D], [D], 2), root([D, C], [C], 3)]
    file = file_of(three[1], trust([C], 5, under=3), three[0], TOKEN)
    yield SHARED.takes(
        "F1", "two-at-once", "two roots, the later first", file, BUNDLE, state=(3, 5, {})
    )
    middle = root([A, B, D], [D], 2)
    ground = Ground(makers.pin(middle), file_of(ONE, ONE_TRUST, middle, new_trust), 2, 2)
    about = "root 2 is pinned: signatures by keys of root 1 are not judged, older ones passed over"
    yield ground.takes("R1", "pinned-in-the-middle", about, file_of(TOKEN), BUNDLE)
    about = "with a new root the old trust document is no longer in force"
    yield SHARED.refuses("R5", "trust-missing", "no-new-trust", about, file_of(middle))
    wrong = {
        "old-short-by-one": ("R2", "threshold-not-met", root([A, D], [D], 2)),
        "old-not-at-all": ("R2", "threshold-not-met", root([D], [D], 2)),
        "new-not-at-all": ("R2", "threshold-not-met", root([A, B], [D], 2)),
        "new-short-by-one": ("R2", "threshold-not-met", root([A, B, D], [C, D], 2, 2)),
        "stranger-signed": ("R3", "key-unknown", root([A, B, D, STRANGER], [D], 2)),
        "one-key-twice": ("3", "duplicate-signature", root([A, A, D], [D], 2)),
        "old-forged": ("R3", "signature-invalid", makers.forged(root([A, B, D], [D], 2))),
        "new-forged": ("R3", "signature-invalid", makers.forged(root([A, B, D], [D], 2), 2)),
        "spliced": (
            "R3",
            "signature-invalid",
            makers.spliced(root([A, B, D], [D], 2), root([A, B, D], [D, C], 2)),
        ),
        "another-product": ("R2", "wrong-product", root([A, B, D], [D], 2, product="demo-erp")),
        "another-vendor": ("R2", "wrong-product", root([A, B, D], [D], 2, issuer="other")),
        "gap": ("R4", "root-gap", root([A, B, D], [D], 3)),
        "fork": ("R4", "root-fork", root([A, B], [A, B, C])),
    }
    for name, (step, code, token) in wrong.items():
        about = f"a later root: {name.replace('-', ' ')}"
        yield SHARED.refuses(step, code, name, about, file_of(token, new_trust))


def trust_documents() -> Iterator[Vector]:
    """T1 to T4."""
    yield SHARED.takes(
        "T1", "next", "the next version", file_of(trust([C, A], 2)), state=(1, 2, {})
    )
    yield SHARED.takes("T3", "same-again", "it changes nothing", file_of(ONE_TRUST, TOKEN), BUNDLE)
    pair = [makers.admitted(VENDOR, public=key) for key in rare_keys.COLLIDING]
    weak = makers.admitted(VENDOR, public=rare_keys.LOW_ORDER[0])
    thief = makers.trust(makers.admitted(STRANGER), version=2)

    def changed(**changes: object) -> armor.Token:
        return sign(makers.trust(*ADMITTED, **({"version": 2} | changes)), A, B)

    wrong = {
        "short-by-one": ("T1", "threshold-not-met", trust([A], 2)),
        "by-an-admitted-key": ("T1", "key-unknown", trust([VENDOR], 2)),
        "stranger-signed": ("T1", "key-unknown", trust([A, B, STRANGER], 2)),
        "one-key-twice": ("3", "duplicate-signature", trust([A, A], 2)),
        "forged": ("5", "signature-invalid", makers.forged(trust([A, B], 2), which=1)),
        "delegation-spliced": (
            "5",
            "signature-invalid",
            makers.spliced(sign(thief, A, B), trust([A, B], 2)),
        ),
        "root-labeled-as-trust": ("5", "signature-invalid", makers.relabeled(ONE, "trust")),
        "another-product": ("T2", "wrong-product", changed(product="demo-erp")),
        "root-to-come": ("T2", "root-gap", changed(root_version=2)),
        "ahead": ("T2", "issued-ahead", changed(issued=NOW + 86_401)),
        "fork": ("T3", "trust-fork", changed(version=1, fresh_until=NOW)),
        "weak-key": ("T4", "key-invalid", changed(keys=[weak])),
        "two-keys-of-one-id": ("T4", "key-id-collision", changed(keys=pair)),
        "no-trust-document": ("6", "payload-invalid", makers.seal("trust", b"\x90", A, B)),
    }
    for name, (step, code, token) in wrong.items():
        about = f"a trust document: {name.replace('-', ' ')}"
        yield SHARED.refuses(step, code, name, about, file_of(token))
    later = Ground(makers.pin(ONE), file_of(ONE, trust([A, B], 5)), 1, 5)
    about = "alone, an older one is refused"
    old = file_of(ONE_TRUST)
    yield later.refuses("T3", "trust-rollback", "rollback", about, old, alone=True)
    about = "in a file, an older one is passed over"
    yield later.takes("F1", "rollback-in-a-file", about, old + file_of(TOKEN), BUNDLE)
    rotated = file_of(ONE, root([A, B, D], [D], 2), trust([D], 6, under=2))
    newest = Ground(makers.pin(ONE), rotated, 2, 6)
    about = "alone, one of a root that was replaced is refused"
    old = file_of(trust([A, B], 99))
    yield newest.refuses("T1", "root-not-newest", "old-root", about, old, alone=True)
    about = "in a file, one of a root that was replaced is passed over"
    yield newest.takes("F1", "old-root-in-a-file", about, old + file_of(TOKEN), BUNDLE)
    about = "a later root does not begin again with version 1"
    again = file_of(root([A, B, D], [D], 2), trust([D], 1, under=2))
    yield SHARED.refuses("T3", "trust-missing", "version-from-the-start", about, again)


def lists() -> Iterator[Vector]:
    """L1 to L3, and S1."""
    seen = (3, 4)

    def made(number: int, signer: SigningKey = VENDOR, **changes: object) -> armor.Token:
        fields = {"trust_version": 3, "number": number} | changes
        return sign(makers.revocations(**fields), signer)

    pack = file_of(FIRST, trust([ROOT], 3), made(4))
    ground = Ground(GROUND.root, pack, 1, 3, {"demo": seen})
    takes, refuses = ground.takes, ground.refuses
    yield takes("L2", "next", "the next number", file_of(made(5)), state=(1, 3, {"demo": (3, 5)}))
    yield takes("L2", "same-again", "it changes nothing", file_of(made(4)))
    wrong = {
        "stranger": ("4", "key-unknown", made(5, STRANGER)),
        "revoked-key-alone": ("4", "key-revoked", made(5, REVOKED)),
        "key-for-bundles": ("4", "key-out-of-scope", made(5, SALES)),
        "key-for-catalogs": ("4", "key-out-of-scope", made(5, CATALOGS)),
        "of-the-vendor-by-a-partner": ("7", "key-out-of-scope", made(5, PARTNERS)),
        "another-product": ("8", "wrong-product", made(5, product="demo-erp")),
        "trust-to-come": ("L1", "revocations-ahead", made(5, trust_version=4)),
        "rollback-alone": ("L2", "revocations-rollback", made(3)),
        "huge-number-of-an-older-trust": (
            "L2",
            "revocations-rollback",
            made(2**32 - 1, trust_version=2),
        ),
        "fork": ("L2", "revocations-fork", made(4, serials=[SERIAL])),
    }
    for name, (step, code, token) in wrong.items():
        about = f"a list: {name.replace('-', ' ')}"
        yield refuses(step, code, name, about, file_of(token), alone=True)
    about = "in a file, an older list is passed over"
    yield takes("F1", "rollback-in-a-file", about, file_of(made(3), TOKEN), BUNDLE)
    about = "in a file, a list by a revoked key is passed over"
    yield takes("F1", "revoked-key-in-a-file", about, file_of(made(5, REVOKED), TOKEN), BUNDLE)
    yield from _stolen()
    partners = made(1, PARTNERS, issuer=PARTNER)
    both: dict[str, tuple[int, int]] = {"demo": seen, PARTNER: (3, 1)}
    about = "each issuer has an order of its own"
    yield takes("L2", "partner", about, file_of(partners, TOKEN), BUNDLE, state=(1, 3, both))
    floors: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("seen-root", "root-rollback", {"root": 2, "trust": 3, "lists": {}}),
        ("seen-trust", "trust-rollback", {"root": 1, "trust": 4, "lists": {}}),
        ("seen-list", "revocations-missing", {"root": 1, "trust": 3, "lists": {"demo": [3, 5]}}),
    )
    for name, code, floor in floors:
        about = f"something higher was seen before: {name.removeprefix('seen-')}"
        yield refuses("S1", code, name, about, file_of(TOKEN), seen=floor)


def _stolen() -> Iterator[Vector]:
    """A list key is stolen; the thief's list dies with the next trust document."""
    thief = makers.key("stolen")

    def trust_with(state: KeyState, version: int) -> armor.Token:
        key = makers.admitted(thief, "stolen", state=state)
        return sign(makers.trust(*ADMITTED, key, version=version), ROOT)

    huge = sign(makers.revocations(trust_version=3, number=2**32 - 1), thief)
    pack = file_of(FIRST, trust_with(KeyState.ACTIVE, 3), huge)
    place = {"demo": (3, 2**32 - 1)}
    ground = Ground(GROUND.root, pack, 1, 3, place)
    revoked = trust_with(KeyState.REVOKED, 4)
    about = "the thief's list counts while his key may sign"
    yield ground.takes("L3", "stolen-key", about, file_of(TOKEN), BUNDLE)
    about = "his key is revoked: his list goes, and its absence is not an empty list"
    file = file_of(revoked, TOKEN)
    yield ground.refuses("L3", "revocations-missing", "stolen-key-revoked", about, file)
    fresh = sign(makers.revocations(trust_version=4, number=1), VENDOR)
    about = "a new list under the new trust document has a higher place"
    file = file_of(revoked, fresh, huge, TOKEN)
    state = (1, 4, {"demo": (4, 1)})
    yield ground.takes("L3", "stolen-key-replaced", about, file, BUNDLE, state=state)


def files() -> Iterator[Vector]:
    """F1: all of a file, or none of it."""
    keys = [makers.key(f"chain-{n}") for n in range(4)]
    roots = [
        root([*keys[n - 1 : n], keys[n]] if n else [keys[0]], [keys[n]], n + 1) for n in range(4)
    ]
    trusts = [trust([keys[n]], n + 1, under=n + 1) for n in range(4)]
    shipped = Ground(makers.pin(roots[0]), file_of(roots[0], trusts[0]))
    about = "shipped with root 1, and three rotations later"
    file = file_of(TOKEN, trusts[3], *reversed(roots))
    yield shipped.takes("F1", "three-rotations", about, file, BUNDLE, state=(4, 4, {}))
    about = "root 3 is missing in between"
    file = file_of(TOKEN, trusts[3], roots[3], roots[1], roots[0])
    yield shipped.refuses("R2", "threshold-not-met", "root-missing", about, file)
    about = "the chain is missing"
    file = file_of(trusts[3], TOKEN)
    yield shipped.refuses("T1", "key-unknown", "chain-missing", about, file)
    newest = Ground(makers.pin(roots[3]), file_of(roots[3], trusts[3]), 4, 4)
    about = "root 4 is pinned, and an old file brings old roots and an old trust document"
    file = file_of(*roots[:2], trusts[1], TOKEN)
    yield newest.takes("F1", "older-than-the-pin", about, file, BUNDLE)
    about = "all good but the list: nothing is taken"
    broken = makers.forged(sign(makers.revocations(), VENDOR))
    file = file_of(trust([ROOT], 2), broken)
    yield GROUND.refuses("5", "signature-invalid", "one-of-them-forged", about, file)
    about = "an unknown key's trust document is refused where root 1 is pinned"
    file = file_of(trust([STRANGER], 2), TRUST)
    yield GROUND.refuses("T1", "key-unknown", "trust-by-a-stranger", about, file)
