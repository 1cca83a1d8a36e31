"""Cases of vouching: roots that have keys in common, and signatures beyond those that are needed."""

from collections.abc import Iterator
from typing import Final

from licensekit.trust.sign import sign
from tests import makers
from tests.vectors.of_root_chains import BUNDLE, KEYS, TOKEN
from tests.vectors.of_roots import ONE, ROTATED, E
from tests.vectors.of_trust import A, B, C, D, root
from tests.vectors.vector import ADMITTED, Case, Ground, file_of

LASTING: Final = KEYS[0]
SAME: Final = {version: root([LASTING], [LASTING], version) for version in (1, 2, 3)}
"""Roots 1 to 3 of one key: each vouches for all that follow it."""
UNDER: Final = {version: sign(makers.trust(*ADMITTED, root_version=version), LASTING) for version in SAME}

EITHER: Final = root([A, B, D], [D, E], 2)
OF_TWO: Final = Ground(
    ROTATED.root, file_of(ONE, EITHER, sign(makers.trust(*ADMITTED, root_version=2, version=5), D)), 2, 5
)
"""Root 1 of A, B and C, of which two must sign; root 2 of D and E, of which one must sign."""


def vouching() -> Iterator[Case]:
    """R1, R2 and T1: roots with keys in common, and signatures beyond those that are needed."""
    yield from _of_one_key()
    yield from _beyond_the_threshold()
    yield from _by_older_keys()
    yield from _two_faults()


def _of_one_key() -> Iterator[Case]:
    first = Ground(makers.pin(SAME[1]), file_of(SAME[1], UNDER[1]))
    second = Ground(makers.pin(SAME[1]), file_of(SAME[1], SAME[2], UNDER[2]), 2, 1)
    about = "roots 1 and 2 have one and the same key: root 2 is the newest that vouches for root 3"
    file = file_of(SAME[3], UNDER[3], TOKEN)
    yield second.takes("R2", "same-key", about, file, BUNDLE, state=(3, 1, {}))
    about = "root 3 is in front of root 2: root 1 vouches for it and it leaves a gap, so it waits"
    file = file_of(SAME[3], SAME[2], UNDER[3], TOKEN)
    yield first.takes("F1.1", "gap-that-is-filled", about, file, BUNDLE, state=(3, 1, {}))


def _beyond_the_threshold() -> Iterator[Case]:
    third = root([D, E, C], [C], 3)
    about = "both keys of root 2 sign root 3, and one would do"
    yield OF_TWO.takes("R2", "both-keys", about, file_of(third), state=(3, None, {}), alone=True)
    about = "both keys of root 2 sign root 3, and one would do: the second signature is forged"
    file = file_of(makers.forged(third, 1))
    yield OF_TWO.refuses("R2.3", "signature-invalid", "both-keys-one-forged", about, file, alone=True)
    trust = sign(makers.trust(*ADMITTED, root_version=2, version=6), D, E)
    about = "both keys of root 2 sign a trust document, and one would do"
    yield OF_TWO.takes("T1", "trust-by-both-keys", about, file_of(trust), state=(2, 6, {}))
    for place, which in enumerate(("first", "second")):
        about = f"both keys of root 2 sign a trust document, and one would do: the {which} signature is forged"
        file = file_of(makers.forged(trust, place))
        yield OF_TWO.refuses("T1.2", "signature-invalid", f"trust-by-both-keys-{which}-forged", about, file)


def _by_older_keys() -> Iterator[Case]:
    about = "root 2 vouches for root 3, which a key of root 1 signed as well"
    file = file_of(root([A, D, E], [E], 3))
    yield ROTATED.refuses("R2.11", "key-unknown", "key-of-root-1-beside", about, file, alone=True)
    about = "root 2 vouches for root 3, which has a key of root 1 again"
    file = file_of(root([D, A], [A], 3))
    yield ROTATED.takes("R2.11", "key-of-root-1-again", about, file, state=(3, None, {}), alone=True)
    pinned = root([D, A], [D, E], 2, threshold=2)
    trust = sign(makers.trust(*ADMITTED, root_version=2), D, E)
    ground = Ground(makers.pin(pinned), file_of(pinned, trust))
    about = "the pinned root 2 is two of two, and a key of root 1 signed it in place of one of them"
    yield ground.refuses("R1.4", "threshold-not-met", "pinned-by-an-older-key", about, file_of(TOKEN))
    pinned = root([D, A, E], [D, E], 2, threshold=2)
    ground = Ground(makers.pin(pinned), file_of(pinned, trust), 2, 1)
    about = "the pinned root 2 is two of two, and a key of root 1 signed it beside them"
    yield ground.takes("R1.3", "pinned-by-an-older-key-too", about, file_of(TOKEN), BUNDLE)


def _two_faults() -> Iterator[Case]:
    """Of two faults the first in the order of R2 is the one that is reported."""
    another = "demo-erp"
    pinned = Ground(makers.pin(SAME[2]), file_of(SAME[2], UNDER[2]), 2, 1)
    older = root([LASTING], [LASTING], product=another)
    two = {
        "forged-beyond-before-product": (
            "R2.3",
            "signature-invalid",
            "a signature by the voucher's second key is forged, and it is of another product",
            OF_TWO,
            makers.forged(root([D, E, C], [C], 3, product=another), 1),
        ),
        "product-before-forged-older-key": (
            "R2.5",
            "wrong-product",
            "it is of another product, and its own key, which root 1 had, signed wrongly",
            ROTATED,
            makers.forged(root([D, A], [A], 3, product=another), 1),
        ),
        "own-short-before-own-forged": (
            "R2.12",
            "threshold-not-met",
            "one of its own two signatures is missing, and the other is forged",
            ROTATED,
            makers.forged(root([D, E], [E, C], 3, threshold=2), 1),
        ),
        "product-before-below-the-pin": (
            "R2.5",
            "wrong-product",
            "it is of another product, and below the pinned root, whose key vouches for it",
            pinned,
            older,
        ),
    }
    for name, (rule, code, about, ground, token) in two.items():
        yield ground.refuses(rule, code, name, f"a root: {about}", file_of(token), alone=True, flags=("precedence",))
