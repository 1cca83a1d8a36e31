"""Cases of chains: roots 1 to 4 in any order, under each of their pins, with gaps, forks and roots of others (F1.1)."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any, Final

from licensekit.trust.sign import sign
from licensekit.wire import armor
from tests import makers
from tests.makers import NOW
from tests.vectors.of_trust import root
from tests.vectors.vector import ADMITTED, STRANGER, VENDOR, Case, Ground, citing, file_of

KEYS: Final = [makers.key(f"chain-{n}") for n in range(5)]
"""The key of root n + 1."""


def link(version: int, **changes: Any) -> armor.Token:
    """Return root `version` of the chain, signed by its own key and that of the root before."""
    signers = KEYS[max(version - 2, 0) : version]
    return root(signers, [KEYS[version - 1]], version, **changes)


def trust_of(version: int, number: int = 1, **changes: Any) -> armor.Token:
    """Return a trust document of root `version`."""
    return sign(makers.trust(*ADMITTED, root_version=version, version=number, **changes), KEYS[version - 1])


ROOTS: Final = {version: link(version) for version in (1, 2, 3, 4)}
TRUSTS: Final = {version: trust_of(version) for version in (1, 2, 3, 4)}
BUNDLE: Final = makers.bundle()
TOKEN: Final = sign(BUNDLE, VENDOR)


def pinned(version: int, *, upto: int | None = None) -> Ground:
    """Return a pack whose pin is root `version`, with the roots from there on up to one, and its trust document."""
    newest = upto or version
    roots = [ROOTS[number] for number in range(version, newest + 1)]
    return Ground(makers.pin(ROOTS[version]), file_of(*roots, TRUSTS[newest]), newest, 1)


@citing("readers-4a", "readers-4b")
def orders() -> Iterator[Case]:
    """F1.1: roots 1 to 4 lead to the newest in any order, under any pin of them, in a file and in a pack."""
    for order in permutations((2, 3, 4)):
        file = file_of(*(ROOTS[number] for number in order), TRUSTS[4], TOKEN)
        words = "-".join(map(str, order))
        about = f"root 1 is shipped; a file has roots {', '.join(map(str, order))}"
        yield pinned(1).takes("F1.1", f"file-{words}", about, file, BUNDLE, state=(4, 1, {}))
        pack = file_of(*(ROOTS[number] for number in (*order, 1)), TRUSTS[4])
        ground = Ground(makers.pin(ROOTS[1]), pack, 4, 1)
        about = f"a pack has roots {', '.join(map(str, order))} and 1"
        yield ground.takes("Packs", f"pack-{words}", about, file_of(TOKEN), BUNDLE)
    everything = file_of(*reversed(ROOTS.values()), *TRUSTS.values(), TOKEN)
    for version in ROOTS:
        about = f"root {version} is pinned and shipped; a file has all roots and all trust documents"
        name = f"all-under-pin-{version}"
        yield pinned(version).takes("F1.1", name, about, everything, BUNDLE, state=(4, 1, {}))
        about = f"root {version} is pinned; a pack has all roots and all trust documents"
        pack = file_of(*ROOTS.values(), *TRUSTS.values())
        ground = Ground(makers.pin(ROOTS[version]), pack, 4, 1)
        yield ground.takes("Packs", f"all-in-pack-under-pin-{version}", about, file_of(TOKEN), BUNDLE)
    twice = file_of(ROOTS[2], ROOTS[3], ROOTS[2], TRUSTS[3], TRUSTS[3], TOKEN, ROOTS[3])
    about = "roots and the trust document are there twice"
    yield pinned(1).takes("R2.1", "twice", about, twice, BUNDLE, state=(3, 1, {}))
    no_newer = file_of(ROOTS[1], ROOTS[2], TOKEN)
    about = "roots that are all in the chain, and no trust document"
    yield pinned(1, upto=2).takes("R2.1", "known", about, no_newer, BUNDLE)


@citing("readers-4b")
def older() -> Iterator[Case]:
    """F1.1 and F1.2: under a pin above 1, what is older than the pin is passed over; under root 1 nothing is."""
    for version in (2, 3, 4):
        ground = pinned(version)
        about = f"root {version} is pinned: the root before it is passed over"
        file = file_of(ROOTS[version - 1], TOKEN)
        yield ground.takes("F1.1", f"root-before-{version}", about, file, BUNDLE)
        about = f"root {version} is pinned: the trust document of the root before is passed over"
        file = file_of(TRUSTS[version - 1], TOKEN)
        yield ground.takes("F1.2", f"trust-before-{version}", about, file, BUNDLE)
        about = f"root {version} is pinned: a root that nobody vouches for is worth nothing"
        file = file_of(root([STRANGER], [STRANGER], version + 1), TOKEN)
        yield ground.takes("F1.1", f"stranger-above-{version}", about, file, BUNDLE)
        about = f"root {version} is pinned: a trust document by a stranger is passed over"
        file = file_of(sign(makers.trust(*ADMITTED, root_version=version, version=9), STRANGER), TOKEN)
        yield ground.takes("F1.2", f"trust-by-a-stranger-{version}", about, file, BUNDLE)
        about = f"root {version} is pinned: one forged trust document of it refuses the file"
        file = file_of(makers.forged(trust_of(version, 2)), TOKEN)
        yield ground.refuses("T1.2", "signature-invalid", f"forged-trust-of-{version}", about, file)
        about = f"root {version} is pinned: a forged root that its own key vouches for refuses the file"
        file = file_of(makers.forged(link(version + 1)), TOKEN)
        yield ground.refuses("R2.3", "signature-invalid", f"forged-root-above-{version}", about, file)
    both = makers.root(KEYS[0], KEYS[1], version=2)
    below = sign(makers.root(KEYS[0], version=1), KEYS[1])
    third = sign(makers.root(KEYS[1], version=3), KEYS[0], KEYS[1])
    two = sign(both, KEYS[0])
    trust = sign(makers.trust(*ADMITTED, root_version=2), KEYS[1])
    ground = Ground(makers.pin(two), file_of(two, trust), 2, 1)
    about = "a root below the pinned one for which that one vouches changes nothing"
    yield ground.takes("R2.6", "vouched-and-below", about, file_of(below, TOKEN), BUNDLE)
    about = "the pinned root 2 has the key of root 1: both sign root 3"
    under = sign(makers.trust(*ADMITTED, root_version=3), KEYS[1])
    yield ground.takes("R2", "shared-keys", about, file_of(third, under, TOKEN), BUNDLE, state=(3, 1, {}))
    yield from _short_of_the_pinned_root()


def _short_of_the_pinned_root() -> Iterator[Case]:
    """Under a pin above 1, what one of two keys of the pinned root signed is worth nothing, and is passed over."""
    one, two, three = KEYS[:3]
    first = root([one, two], [one, two], 2, threshold=2)
    trust = sign(makers.trust(*ADMITTED, root_version=2), one, two)
    ground = Ground(makers.pin(first), file_of(first, trust), 2, 1)
    short = sign(makers.trust(*ADMITTED, root_version=2, version=9), one)
    about = "root 2 is pinned, two of two: a trust document by one of them is passed over"
    yield ground.takes("F1.2", "short-trust", about, file_of(short, TOKEN), BUNDLE)
    about = "root 2 is pinned, two of two: a trust document by one of them is forged"
    file = file_of(makers.forged(short), TOKEN)
    yield ground.refuses("T1.2", "signature-invalid", "short-and-forged", about, file, flags=("precedence",))
    about = "root 2 is pinned, two of two: a root 3 by one of them is passed over"
    third = root([one, three], [three], 3)
    yield ground.takes("F1.1", "short-root", about, file_of(third, TOKEN), BUNDLE)
    about = "root 2 is pinned, two of two: a root 3 by one of them is passed over, although it is forged"
    yield ground.takes("F1.1", "short-and-forged-root", about, file_of(makers.forged(third), TOKEN), BUNDLE)
    about = "root 2 is pinned, two of two, and a pack has no other trust document than one by one of them"
    pack = Ground(ground.root, file_of(first, short))
    yield pack.refuses("F1.4", "threshold-not-met", "short-trust-alone", about, file_of(TOKEN))
    about = "root 2 is pinned, and a pack has two trust documents that are passed over: the first one's code"
    unknown = sign(makers.trust(*ADMITTED, root_version=2, version=8), STRANGER)
    for name, order, code in (
        ("unknown-first", (unknown, short), "key-unknown"),
        ("short-first", (short, unknown), "threshold-not-met"),
    ):
        pack = Ground(ground.root, file_of(first, *order))
        flags = ("precedence",)
        yield pack.refuses("F1.4", code, name, f"{about}, {name.replace('-', ' ')}", file_of(TOKEN), flags=flags)
    stranger = sign(makers.trust(*ADMITTED, root_version=3), STRANGER)
    of_trust = {"list": sign(makers.revocations(), VENDOR), "catalog": sign(makers.catalog(), VENDOR)}
    for name, token in of_trust.items():
        about = (
            f"root 2 is pinned: root 3 comes with a stranger's trust document, and a {name} that none in force admits"
        )
        file = file_of(ROOTS[3], stranger, token)
        flags = ("precedence",)
        yield pinned(2).refuses("F1.4", "key-unknown", f"strangers-trust-before-{name}", about, file, flags=flags)


def missing() -> Iterator[Case]:
    """R2.2, R2.8 and T1: gaps in a chain, and trust documents of roots that are not there."""
    for gap in (2, 3):
        rest = [ROOTS[number] for number in (2, 3, 4) if number != gap]
        about = f"root 1 is shipped; root {gap} is missing in a file"
        file = file_of(*rest, TRUSTS[4], TOKEN)
        yield pinned(1).refuses("R2.2", "threshold-not-met", f"without-{gap}", about, file)
    for version in (3, 4, 2**32 - 1):
        about = f"root 1 vouches for a root {version}, and those between are missing"
        file = file_of(root([KEYS[0], KEYS[1]], [KEYS[1]], version), TOKEN)
        yield pinned(1).refuses("R2.8", "root-gap", f"gap-to-{version}", about, file)
    about = "two roots wait: the first because nobody vouches, the second because of a gap"
    file = file_of(root([STRANGER], [STRANGER], 2), root([KEYS[0], KEYS[1]], [KEYS[1]], 3))
    yield pinned(1).refuses("F1.1", "root-gap", "unvouched-and-gap", about, file, flags=("precedence",))
    about = "root 2 is pinned, and root 2 vouches for a root 4"
    file = file_of(root([KEYS[1], KEYS[3]], [KEYS[3]], 4), TOKEN)
    yield pinned(2).refuses("F1.1", "root-gap", "gap-above-the-pin", about, file)
    for version in (2, 3):
        about = f"root {version} is here, and its trust document is not"
        roots = [ROOTS[number] for number in range(2, version + 1)]
        file = file_of(*roots, TRUSTS[1], TOKEN)
        yield pinned(1).refuses("F1.4", "trust-missing", f"no-trust-of-{version}", about, file)
    about = "root 3 is here, and the trust document of root 2"
    file = file_of(ROOTS[2], ROOTS[3], TRUSTS[2], TOKEN)
    yield pinned(1).refuses("F1.4", "trust-missing", "trust-of-the-root-between", about, file)
    about = "root 1 is shipped, and a trust document of root 2 comes without that root"
    yield pinned(1).refuses("T1.1", "key-unknown", "trust-before-its-root", about, file_of(TRUSTS[2], TOKEN))
    about = "a trust document by the newest root names the root after it"
    file = file_of(sign(makers.trust(*ADMITTED, root_version=2, version=2), KEYS[0]))
    yield pinned(1).refuses("T1.7", "root-gap", "trust-names-the-next", about, file)
    about = "root 2 is pinned: a pack has it, a root that nobody vouches for and no trust document"
    ground = Ground(makers.pin(ROOTS[2]), file_of(ROOTS[2], root([STRANGER], [STRANGER], 3)))
    yield ground.refuses("F1.4", "threshold-not-met", "pack-of-strangers", about, file_of(TOKEN))
    about = "root 2 is pinned: a pack has an older root, an older trust document and no other"
    ground = Ground(makers.pin(ROOTS[2]), file_of(ROOTS[2], ROOTS[1], TRUSTS[1]))
    expected = "the root was passed over first"
    yield ground.refuses("F1.4", "threshold-not-met", "pack-of-older", f"{about}: {expected}", file_of(TOKEN))
    about = "root 3 comes to a pack of roots 1 and 2, and the trust document of root 2 is no longer in force"
    file = file_of(ROOTS[3], trust_of(2, 7), TOKEN)
    yield pinned(1, upto=2).refuses("R3", "trust-missing", "fallen-trust", about, file)


@citing("readers-4a", "readers-4b")
def forks() -> Iterator[Case]:
    """R2.7: another root of any version in the chain; and roots of other products and issuers."""
    for version in (1, 2, 3):
        other = _another(version)
        about = f"roots 1 to 3 are here, and another root {version}, which the one before it vouches for"
        file = file_of(other, TOKEN)
        yield pinned(1, upto=3).refuses("R2.7", "fork", f"fork-of-{version}", about, file)
    about = "two different roots 2 in a file, each vouched for"
    file = file_of(ROOTS[2], _another(2), TRUSTS[2])
    yield pinned(1).refuses("R2.7", "fork", "two-in-a-file", about, file)
    for name, changes in {"product": {"product": "demo-erp"}, "issuer": {"issuer": "acme"}}.items():
        about = f"root 1 vouches for root 2 of another {name}"
        file = file_of(link(2, **changes), TRUSTS[2], TOKEN)
        yield pinned(1).refuses("R2.5", "wrong-product", f"another-{name}", about, file)
    foreign = root([STRANGER], [STRANGER], product="demo-erp")
    about = "the first root of another product lies in a file"
    yield pinned(1).refuses("R2.2", "threshold-not-met", "first-of-another", about, file_of(foreign, TOKEN))
    about = "root 2 is pinned: the first root of another product lies in a file, and is passed over"
    yield pinned(2).takes("F1.1", "first-of-another-under-pin-2", about, file_of(foreign, TOKEN), BUNDLE)
    about = "a pack has the first root of another product in front of the pinned one"
    ground = Ground(makers.pin(ROOTS[1]), file_of(foreign, ROOTS[1], TRUSTS[1]))
    yield ground.refuses("R2.2", "threshold-not-met", "first-of-another-in-a-pack", about, file_of(TOKEN))
    about = "another product's root is pinned"
    ground = Ground(makers.pin(foreign), file_of(ROOTS[1], TRUSTS[1]))
    yield ground.refuses("R1", "root-mismatch", "pin-of-another", about, file_of(TOKEN))
    about = "the root before the pinned one is alone in a pack"
    ground = Ground(makers.pin(ROOTS[2]), file_of(ROOTS[1], TRUSTS[1]))
    yield ground.refuses("R1", "root-mismatch", "pin-of-the-next", about, file_of(TOKEN))
    about = "root 1 is run up to the highest trust document; root 2 begins with 1"
    high = Ground(makers.pin(ROOTS[1]), file_of(ROOTS[1], trust_of(1, 2**32 - 1)), 1, 2**32 - 1)
    file = file_of(ROOTS[2], TRUSTS[2], TOKEN)
    yield high.takes("O1", "past-a-run-up-version", about, file, BUNDLE, state=(2, 1, {}))


def _another(version: int) -> armor.Token:
    """Return another root of a version in the chain, vouched for by the root before it."""
    signers = KEYS[max(version - 2, 0) : version]
    return root(signers, [KEYS[version - 1]], version, extensions={"acme.note": "another"})


def trust_versions() -> Iterator[Case]:
    """F1.2 and F1.3: of several trust documents the highest is taken, and what it supersedes is passed over."""
    five = Ground(makers.pin(ROOTS[1]), file_of(ROOTS[1], trust_of(1, 5)), 1, 5)
    for order in permutations((6, 7, 8)):
        file = file_of(*(trust_of(1, number) for number in order), TOKEN)
        about = f"trust documents {', '.join(map(str, order))} in a file"
        name = "-".join(map(str, order))
        yield five.takes("F1.3", name, about, file, BUNDLE, state=(1, 8, {}))
    about = "the highest of several is the one that is in force"
    file = file_of(trust_of(1, 4), trust_of(1, 5), trust_of(1, 3), TOKEN)
    yield five.takes("F1.3", "highest-is-held", about, file, BUNDLE)
    about = "another one in place of one that is superseded is passed over with it"
    other = trust_of(1, 5, fresh_until=NOW)
    yield five.takes("F1.3", "superseded-fork", about, file_of(other, trust_of(1, 6), TOKEN), BUNDLE, state=(1, 6, {}))
    about = "another one in place of the one in force"
    yield five.refuses("O1.3", "fork", "fork", about, file_of(other, TOKEN))
    about = "one that is superseded, and names another product, refuses the file"
    file = file_of(trust_of(1, 6, product="demo-erp"), trust_of(1, 7), TOKEN)
    yield five.refuses("T1.6", "wrong-product", "superseded-of-another-product", about, file)
    about = "one that is superseded, and forged, refuses the file"
    file = file_of(makers.forged(trust_of(1, 6)), trust_of(1, 7), TOKEN)
    yield five.refuses("T1.2", "signature-invalid", "superseded-and-forged", about, file)
    about = "of two bad ones the first in the file is reported"
    file = file_of(makers.forged(trust_of(1, 6)), trust_of(1, 7, product="demo-erp"))
    yield five.refuses("F1.2", "signature-invalid", "first-of-two", about, file, flags=("precedence",))
    file = file_of(trust_of(1, 7, product="demo-erp"), makers.forged(trust_of(1, 6)))
    about = "of the same two in the other order the first is reported as well"
    yield five.refuses("F1.2", "wrong-product", "first-of-the-two", about, file, flags=("precedence",))
    about = "the one in force, signed by another key of the root, is the same"
    pair = root([KEYS[0]], [KEYS[0], KEYS[1]])
    held = makers.trust(*ADMITTED, version=5)
    ground = Ground(makers.pin(pair), file_of(pair, sign(held, KEYS[0])), 1, 5)
    file = file_of(sign(held, KEYS[1]), TOKEN)
    yield ground.takes("O1.1", "signed-again", about, file, BUNDLE)
    yield from _of_shared_keys()


def _of_shared_keys() -> Iterator[Case]:
    """T1: where roots share keys, the newest whose threshold is reached is the one that signed."""
    one, two, three = KEYS[:3]
    first = root([one], [one, two])
    second = root([one, two], [one, two, three], 2, threshold=2)
    held = sign(makers.trust(*ADMITTED, root_version=2), one, two)
    ground = Ground(makers.pin(first), file_of(first, second, held), 2, 1)
    by_one = sign(makers.trust(*ADMITTED, version=9), one)
    about = "one key signed, which is enough for root 1 and too little for root 2"
    yield ground.refuses("T1.4", "root-not-newest", "enough-for-root-1", about, file_of(by_one), alone=True)
    about = "in a file, one that is enough for root 1 alone is passed over"
    yield ground.takes("F1.2", "enough-for-root-1-in-a-file", about, file_of(by_one, TOKEN), BUNDLE)
    about = "two keys of both roots signed: root 2 did"
    both = sign(makers.trust(*ADMITTED, root_version=2, version=9), one, two)
    yield ground.takes("T1", "enough-for-both", about, file_of(both), state=(2, 9, {}))
    about = "two keys of both roots signed what names root 1"
    names_one = sign(makers.trust(*ADMITTED, version=9), one, two)
    yield ground.refuses("T1.7", "root-not-newest", "names-root-1", about, file_of(names_one), alone=True)
    about = "a key of root 2 alone signed, which is too little"
    by_three = file_of(sign(makers.trust(*ADMITTED, root_version=2, version=9), three))
    yield ground.refuses("T1.3", "threshold-not-met", "too-little-for-root-2", about, by_three, alone=True)
    forged = file_of(makers.forged(by_one))
    about = "one key signed, enough for root 1 alone, and the signature is forged"
    yield ground.refuses("T1.2", "signature-invalid", "forged-for-root-1", about, forged, alone=True)
