"""Cases of trust: the rules about roots, trust documents and files."""

from collections.abc import Iterator, Sequence
from typing import Any

from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import RootKey
from tests import makers, rare_keys
from tests.makers import NOW, PARTNER
from tests.vectors.vector import ADMITTED, GROUND, ROOT, STRANGER, TRUST, VENDOR, Case, Ground, Lists, file_of

A, B, C, D = (makers.key(f"root-{name}") for name in "abcd")
BUNDLE = makers.bundle()
TOKEN = sign(BUNDLE, VENDOR)


def root(
    signers: Sequence[SigningKey], keys: Sequence[SigningKey], version: int = 1, threshold: int = 1, **changes: Any
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


def pins() -> Iterator[Case]:
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
        "one-key-twice": ("signature-count", root([A, A], [A, B], threshold=2)),
        "no-root": ("payload-invalid", makers.seal("root", b"\xc0", A)),
        "low-order-key": ("key-invalid", unsound_root(good, weak[0])),
        "non-canonical-key": ("key-invalid", unsound_root(good, weak[1])),
        "two-keys-of-one-id": ("key-id-collision", unsound_root(good, *colliding)),
        "key-as-long-as-a-hybrid": ("key-invalid", unsound_root(good, long)),
    }
    step = {"signature-invalid": "5", "signature-count": "3", "payload-invalid": "6"}

    for name, (code, token) in unsound.items():
        ground = Ground(makers.pin(token), file_of(token, sign(makers.trust(), A)))
        about = f"the pinned root: {name.replace('-', ' ')}"
        yield ground.refuses(step.get(code, "R1"), code, f"pinned-{name}", about, bundle)


def rotations() -> Iterator[Case]:
    """R2 and R3."""
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
    yield SHARED.takes("F1", "two-at-once", "two roots, the later first", file, BUNDLE, state=(3, 5, {}))
    middle = root([A, B, D], [D], 2)
    pinned = Ground(makers.pin(middle), file_of(ONE, ONE_TRUST, middle, new_trust), 2, 2)
    about = "root 2 is pinned: signatures by keys of root 1 are not judged, older ones passed over"
    yield pinned.takes("R1", "pinned-in-the-middle", about, file_of(TOKEN), BUNDLE)
    about = "a file with a root and no trust document of it"
    yield SHARED.refuses("F1", "trust-missing", "no-new-trust", about, file_of(middle))
    about = "with a new root the old trust document is no longer in force"
    lone = file_of(middle)
    yield SHARED.takes("R3", "lone-root", about, lone, alone=True, state=(2, None, {}))
    for number in (1, 2**32 - 1):
        about = f"a later root begins with trust version {number}"
        file = file_of(middle, trust([D], number, under=2), TOKEN)
        state = (2, number, Lists())
        yield SHARED.takes("O1", f"begins-with-{number}", about, file, BUNDLE, state=state)
    about = "the highest trust version that there is, and the way back"
    run_up = Ground(makers.pin(ONE), file_of(ONE, trust([A, B], 2**32 - 1)), 1, 2**32 - 1)
    file = file_of(middle, trust([D], 1, under=2), trust([A, B], 2**32 - 1), TOKEN)
    yield run_up.takes("O1", "run-up-trust-version", about, file, BUNDLE, state=(2, 1, {}))
    wrong = {
        "old-short-by-one": ("R2", "threshold-not-met", root([A, D], [D], 2)),
        "old-not-at-all": ("R2", "threshold-not-met", root([D], [D], 2)),
        "new-not-at-all": ("R2", "threshold-not-met", root([A, B], [D], 2)),
        "new-short-by-one": ("R2", "threshold-not-met", root([A, B, D], [C, D], 2, 2)),
        "stranger-signed": ("R2", "key-unknown", root([A, B, D, STRANGER], [D], 2)),
        "one-key-twice": ("3", "signature-count", root([A, A, D], [D], 2)),
        "old-forged": ("R2", "signature-invalid", makers.forged(root([A, B, D], [D], 2))),
        "new-forged": ("R2", "signature-invalid", makers.forged(root([A, B, D], [D], 2), 2)),
        "spliced": ("R2", "signature-invalid", makers.spliced(root([A, B, D], [D], 2), root([A, B, D], [D, C], 2))),
        "no-root": ("R2", "payload-invalid", makers.seal("root", b"\x90", A, B, D)),
        "another-product": ("R2", "wrong-product", root([A, B, D], [D], 2, product="demo-erp")),
        "another-issuer": ("R2", "wrong-product", root([A, B, D], [D], 2, issuer=PARTNER)),
        "gap": ("R2", "root-gap", root([A, B, D], [D], 3)),
        "fork": ("R2", "fork", root([A, B], [A, B, C])),
        "weak-key": (
            "R2",
            "key-invalid",
            sign(makers.root(D, version=2, keys=[RootKey(1, rare_keys.LOW_ORDER[0])]), A, B),
        ),
    }
    for name, (step, code, token) in wrong.items():
        about = f"a later root: {name.replace('-', ' ')}"
        yield SHARED.refuses(step, code, name, about, file_of(token, new_trust))
    yield from _first_fault()
    yield from _above_the_first(pinned, middle)


def _first_fault() -> Iterator[Case]:
    """Of two faults the first in the order of R2 is the one that is reported."""
    two = {
        "forged-and-no-root": ("signature-invalid", makers.forged(makers.seal("root", b"\x90", A, B))),
        "product-and-fork": ("wrong-product", root([A, B], [A, B], product="demo-erp")),
        "product-and-gap": ("wrong-product", root([A, B], [D], 3, product="demo-erp")),
        "fork-and-own-threshold": ("fork", root([A, B], [D])),
        "gap-and-own-threshold": ("root-gap", root([A, B], [D], 3)),
        "product-and-stranger": ("wrong-product", root([A, B, STRANGER], [D], 2, product="demo-erp")),
    }
    for name, (code, token) in two.items():
        about = f"a later root with two faults: {name.replace('-', ' ')}"
        yield SHARED.refuses("R2", code, name, about, file_of(token), alone=True)
    about = "the root's fault comes before that of its trust document"
    file = file_of(trust([D], 2, under=2), root([A, B], [D], 2))
    yield SHARED.refuses("F1", "threshold-not-met", "bad-root-and-its-trust", about, file)


def _above_the_first(ground: Ground, middle: armor.Token) -> Iterator[Case]:
    """Where root 2 is pinned, only what no root here vouches for is passed over."""
    passed = {
        "older-root": root([A, B, C], [A, B, C]),
        "unvouched-root": root([STRANGER], [STRANGER], 3),
        "older-trust": ONE_TRUST,
    }
    for name, token in passed.items():
        about = f"older than the pin, or a forgery: {name.replace('-', ' ')}"
        file = file_of(token, TOKEN)
        yield ground.takes("F1", f"pinned-above-{name}", about, file, BUNDLE)
    wrong = {
        "own-threshold": ("threshold-not-met", root([D], [A, B], 3, 2)),
        "fork": ("fork", root([D], [D, A], 2)),
        "gap": ("root-gap", root([D], [A], 4)),
        "another-product": ("wrong-product", root([D, A], [A], 3, product="demo-erp")),
        "stranger-signed": ("key-unknown", root([D, A, STRANGER], [A], 3)),
    }
    for name, (code, token) in wrong.items():
        about = f"vouched for by the pinned root 2: {name.replace('-', ' ')}"
        yield ground.refuses("F1", code, f"pinned-above-{name}", about, file_of(token, TOKEN))
    about = "root 2 is pinned, and a trust document of it is forged"
    forged = makers.forged(trust([D], 3, under=2))
    yield ground.refuses("T1", "signature-invalid", "pinned-above-forged", about, file_of(forged))
    alone = Ground(makers.pin(middle), file_of(middle, ONE_TRUST))
    about = "root 2 is pinned, and nothing but an older trust document is here"
    yield alone.refuses("F1", "key-unknown", "pinned-above-older-alone", about, file_of(TOKEN))


def trust_documents() -> Iterator[Case]:
    """T1 and T2."""
    yield SHARED.takes("T1", "next", "the next version", file_of(trust([C, A], 2)), state=(1, 2, {}))
    yield SHARED.takes("O1", "same-again", "it changes nothing", file_of(ONE_TRUST, TOKEN), BUNDLE)
    pair = [makers.admitted(VENDOR, public=key) for key in rare_keys.COLLIDING]
    weak = makers.admitted(VENDOR, public=rare_keys.LOW_ORDER[0])
    thief = makers.trust(makers.admitted(STRANGER), version=2)

    def changed(**changes: object) -> armor.Token:
        return sign(makers.trust(*ADMITTED, **({"version": 2} | changes)), A, B)

    wrong = {
        "short-by-one": ("T1", "threshold-not-met", trust([A], 2)),
        "by-an-admitted-key": ("T1", "key-unknown", trust([VENDOR], 2)),
        "stranger-signed": ("T1", "key-unknown", trust([A, B, STRANGER], 2)),
        "one-key-twice": ("3", "signature-count", trust([A, A], 2)),
        "forged": ("5", "signature-invalid", makers.forged(trust([A, B], 2), which=1)),
        "delegation-spliced": ("5", "signature-invalid", makers.spliced(sign(thief, A, B), trust([A, B], 2))),
        "root-labeled-as-trust": ("5", "signature-invalid", makers.relabeled(ONE, "trust")),
        "another-product": ("T1", "wrong-product", changed(product="demo-erp")),
        "root-to-come": ("T1", "root-gap", changed(root_version=2)),
        "fork": ("O1", "fork", changed(version=1, fresh_until=NOW)),
        "weak-key": ("T2", "key-invalid", changed(keys=[weak])),
        "two-keys-of-one-id": ("T2", "key-id-collision", changed(keys=pair)),
        "no-trust-document": ("6", "payload-invalid", makers.seal("trust", b"\x90", A, B)),
        "forged-and-short": ("T1", "signature-invalid", makers.forged(trust([A], 2))),
        "short-and-no-document": ("T1", "threshold-not-met", makers.seal("trust", b"\x90", A)),
        "product-and-ahead": ("T1", "wrong-product", changed(product="demo-erp", issued=NOW + 86_401)),
    }
    for name, (step, code, token) in wrong.items():
        about = f"a trust document: {name.replace('-', ' ')}"
        yield SHARED.refuses(step, code, name, about, file_of(token))
    about = "issued a day ahead"
    file = file_of(changed(issued=NOW + 86_400))
    yield SHARED.takes("O1", "a-day-ahead", about, file, state=(1, 2, {}))
    later = Ground(makers.pin(ONE), file_of(ONE, trust([A, B], 5)), 1, 5)
    about = "alone, an older one is refused"
    old = file_of(ONE_TRUST)
    yield later.refuses("O1", "rollback", "rollback", about, old, alone=True)
    about = "alone, an older one that is ahead is refused as that"
    ahead = file_of(changed(issued=NOW + 86_401))
    yield later.refuses("O1", "issued-ahead", "rollback-and-ahead", about, ahead, alone=True)
    about = "in a file, an older one that is ahead is passed over as older"
    yield later.takes("F1", "older-and-ahead-in-a-file", about, ahead + file_of(TOKEN), BUNDLE)
    about = "in a file, an older one is passed over"
    yield later.takes("F1", "rollback-in-a-file", about, old + file_of(TOKEN), BUNDLE)
    about = "in a file, one that another supersedes is passed over, whatever keys it names"
    file = file_of(changed(version=6, keys=[weak]), trust([A, B], 7), TOKEN)
    yield later.takes("F1", "superseded-in-a-file", about, file, BUNDLE, state=(1, 7, {}))
    about = "two different ones of the highest version in a file"
    file = file_of(changed(version=6), changed(version=6, fresh_until=NOW), TOKEN)
    yield later.refuses("O1", "fork", "fork-in-a-file", about, file)
    yield from _older_root()


def _older_root() -> Iterator[Case]:
    """A trust document of a root that was replaced is told apart before it is decoded."""
    rotated = file_of(ONE, root([A, B, D], [D], 2), trust([D], 6, under=2))
    newest = Ground(makers.pin(ONE), rotated, 2, 6)
    old = {
        "old-root": trust([A, B], 99),
        "old-root-unreadable": makers.seal("trust", b"\x90", A, B),
        "new-root-names-the-old": trust([D], 99, under=1),
    }
    for name, token in old.items():
        about = f"alone, one of a root that was replaced is refused: {name.replace('-', ' ')}"
        yield newest.refuses("T1", "root-not-newest", name, about, file_of(token), alone=True)
        about = f"in a file, one of a root that was replaced is passed over: {name}"
        file = file_of(token, TOKEN)
        musts = ("readers-3",) if name == "old-root-unreadable" else ()
        yield newest.takes("F1", f"{name}-in-a-file", about, file, BUNDLE, musts=musts)
    about = "one of a root that was replaced, and too few of its keys"
    file = file_of(trust([A], 99))
    yield newest.refuses("T1", "threshold-not-met", "old-root-short", about, file)
    about = "keys of both roots"
    yield newest.refuses("T1", "key-unknown", "both-roots", about, file_of(trust([A, D], 99)))


def files() -> Iterator[Case]:
    """F1: all of a file, or none of it."""
    keys = [makers.key(f"chain-{n}") for n in range(4)]
    roots = [root([*keys[n - 1 : n], keys[n]] if n else [keys[0]], [keys[n]], n + 1) for n in range(4)]
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
