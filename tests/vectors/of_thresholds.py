"""Cases of thresholds: which signatures are enough, on a pinned root, a later root and a trust document."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import Root, Trust
from tests import makers
from tests.vectors.of_trust import root
from tests.vectors.vector import ADMITTED, STRANGER, Case, Ground, file_of

NAMED: Final = {letter: makers.key(f"root-{letter.lower()}") for letter in "ABCDEFGHIJKLMNOP"} | {"X": STRANGER}
"""Letters stand for root keys; X is a stranger to all of them."""


class Signed(NamedTuple):
    """A threshold of keys, who signs, and the code; none if that is enough."""

    threshold: int
    keys: str
    signers: str
    code: str | None = None

    @property
    def about(self) -> str:
        """What it is in words."""
        several = "no key" if not self.signers else " ".join(self.signers).replace("X", "a stranger")
        return f"{self.threshold} of {len(self.keys)}: signed by {several}"


SHORT: Final = "threshold-not-met"
UNKNOWN: Final = "key-unknown"
TWICE: Final = "signature-count"
SIXTEEN: Final = "ABCDEFGHIJKLMNOP"
TABLE: Final = (
    Signed(1, "A", "A"),
    Signed(1, "A", "X", UNKNOWN),
    Signed(1, "A", "AX", UNKNOWN),
    Signed(1, "A", "XA", UNKNOWN),
    Signed(1, "A", "AA", TWICE),
    Signed(1, "ABC", "C"),
    Signed(1, "ABC", "CB"),
    Signed(2, "ABC", "AB"),
    Signed(2, "ABC", "CA"),
    Signed(2, "ABC", "BCA"),
    Signed(2, "ABC", "A", SHORT),
    Signed(2, "ABC", "C", SHORT),
    Signed(2, "ABC", "AX", UNKNOWN),
    Signed(2, "ABC", "ABX", UNKNOWN),
    Signed(2, "ABC", "AA", TWICE),
    Signed(2, "ABC", "ABA", TWICE),
    Signed(3, "ABC", "ABC"),
    Signed(3, "ABC", "BC", SHORT),
    Signed(16, SIXTEEN, SIXTEEN),
    Signed(16, SIXTEEN, SIXTEEN[1:], SHORT),
    Signed(15, SIXTEEN, SIXTEEN[1:]),
)


def by(document: Root | Trust, letters: str) -> armor.Token:
    """Return a document signed by the keys that letters stand for."""
    return sign(document, *(NAMED[letter] for letter in letters))


def thresholds() -> Iterator[Case]:
    """R1 and T1: thresholds of a root's own keys, from one of one to sixteen of sixteen."""
    for entry in TABLE:
        keys = [NAMED[letter] for letter in entry.keys]
        document = makers.root(*keys, threshold=entry.threshold)
        name = f"{entry.threshold}-of-{len(keys)}-by-{entry.signers.lower()}"
        pinned = by(document, entry.signers)
        enough = file_of(by(makers.trust(*ADMITTED), entry.keys))
        ground = Ground(makers.pin(pinned), file_of(pinned) + enough)
        about = f"a pinned root, {entry.about}"
        if entry.code is None:
            yield ground.takes("R1.4", f"pinned-{name}", about, enough)
        else:
            yield ground.refuses(_rule(entry.code, "R1"), entry.code, f"pinned-{name}", about, enough)
        sound = by(document, entry.keys)
        ground = Ground(makers.pin(sound), file_of(sound) + enough)
        about = f"a trust document, {entry.about}"
        second = file_of(by(makers.trust(*ADMITTED, version=2), entry.signers))
        if entry.code is None:
            yield ground.takes("T1.3", f"trust-{name}", about, second, state=(1, 2, {}))
        else:
            yield ground.refuses(_rule(entry.code, "T1"), entry.code, f"trust-{name}", about, second)


def _rule(code: str, of: str) -> str:
    """Return the item of R1 or T1 that refuses with a code; two signatures by one key are refused by step 3."""
    if code == TWICE:
        return "3"
    return {("R1", UNKNOWN): "R1.3", ("R1", SHORT): "R1.4", ("T1", UNKNOWN): "T1.1", ("T1", SHORT): "T1.3"}[of, code]


ROTATIONS: Final = (
    (Signed(2, "AB", "AC"), SHORT),
    (Signed(1, "AD", "AC"), None),
    (Signed(2, "AB", "ABC"), None),
    (Signed(2, "ABC", "CAB"), None),
    (Signed(2, "DEF", "ACD"), SHORT),
    (Signed(2, "DEF", "ACDF"), None),
    (Signed(2, "DEF", "DFAC"), None),
    (Signed(2, "DEF", "DFAB"), None),
    (Signed(2, "DEF", "DFA"), SHORT),
    (Signed(2, "DEF", "DEF"), SHORT),
    (Signed(3, "CDE", "ABCDE"), None),
    (Signed(3, "CDE", "ABDE"), SHORT),
    (Signed(1, "A", "ABX"), UNKNOWN),
    (Signed(1, "D", "XD"), SHORT),
    (Signed(1, "C", "AC"), None),
    (Signed(1, "D", "ABCD"), None),
    (Signed(1, "D", "AABD"), TWICE),
)
"""What root 2 has and who signs it, where root 1 is two of A, B and C; and the code, none if that is enough."""


def rotated_thresholds() -> Iterator[Case]:
    """R2: a later root is signed by a threshold of the one before and by one of its own; a key may count for both."""
    first = root([NAMED["A"], NAMED["B"]], [NAMED[letter] for letter in "ABC"], threshold=2)
    ground = Ground(makers.pin(first), file_of(first, by(makers.trust(*ADMITTED), "AB")))
    for entry, code in ROTATIONS:
        keys = [NAMED[letter] for letter in entry.keys]
        second = by(makers.root(*keys, version=2, threshold=entry.threshold), entry.signers)
        under = by(makers.trust(*ADMITTED, root_version=2, version=2), entry.keys)
        about = f"root 2 is {entry.threshold} of {' '.join(entry.keys)}, signed by {' '.join(entry.signers)}"
        name = f"{entry.threshold}-of-{entry.keys.lower()}-by-{entry.signers.lower()}"
        file = file_of(second, under)
        if code is None:
            yield ground.takes("R2", name, about, file, state=(2, 2, {}))
        else:
            rule = "3" if code == TWICE else "R2"
            yield ground.refuses(rule, code, name, about, file)
