"""Cases of floors: what was seen before, for each order of documents (S1)."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from licensekit.trust.sign import sign
from licensekit.wire import armor
from tests import makers, rare_keys
from tests.makers import NOW
from tests.vectors.of_root_chains import BUNDLE, KEYS, ROOTS, TOKEN, TRUSTS, trust_of
from tests.vectors.of_trust import root
from tests.vectors.vector import STRANGER, VENDOR, Case, Ground, citing, file_of, shown_seen


def listed(number: int = 4, *, under: tuple[int, int] = (2, 3), **changes: object) -> armor.Token:
    """Return a revocation list of the vendor."""
    fields = {"root_version": under[0], "trust_version": under[1], "number": number} | changes
    return sign(makers.revocations(**fields), VENDOR)


def cataloged(version: int = 4, *, under: tuple[int, int] = (2, 3), **changes: object) -> armor.Token:
    """Return a catalog of the vendor."""
    fields = {"root_version": under[0], "trust_version": under[1], "version": version} | changes
    return sign(makers.catalog(**fields), VENDOR)


PLACE: Final = {"demo": (2, 3, 4)}
PACK: Final = file_of(ROOTS[1], ROOTS[2], trust_of(2, 3), listed(), cataloged())
GROUND: Final = Ground(makers.pin(ROOTS[1]), PACK, 2, 3, PLACE, PLACE)
"""Roots 1 and 2, trust document 3 of root 2, and list and catalog 4 under it."""


class Seen(NamedTuple):
    """A document that was seen before, and the code of it; none where the pack passes."""

    about: str
    token: armor.Token
    rule: str = "S1"
    code: str | None = None


def _another_trust(version: int) -> armor.Token:
    return trust_of(2, version, extensions={"acme.note": "another"})


FLOORS: Final = {
    "root-1": Seen("root 1", ROOTS[1]),
    "root-2": Seen("the very root 2", ROOTS[2]),
    "root-3": Seen("root 3", ROOTS[3], "S1.2", "rollback"),
    "another-root-1": Seen("another root 1", root([KEYS[0]], [KEYS[0], STRANGER]), "S1.1", "fork"),
    "another-root-2": Seen("another root 2", root([KEYS[1]], [KEYS[1], STRANGER], 2), "S1.1", "fork"),
    "another-root-3": Seen("another root 3", root([KEYS[1]], [STRANGER], 3), "S1.2", "rollback"),
    "trust-of-root-1": Seen("the highest trust document of root 1", trust_of(1, 2**32 - 1)),
    "trust-2": Seen("trust document 2", trust_of(2, 2)),
    "another-trust-2": Seen("another trust document 2", _another_trust(2)),
    "trust-3": Seen("the very trust document 3", trust_of(2, 3)),
    "another-trust-3": Seen("another trust document 3", _another_trust(3), "S1.3", "fork"),
    "trust-4": Seen("trust document 4", trust_of(2, 4), "S1.3", "rollback"),
    "trust-of-root-3": Seen("trust document 1 of root 3", TRUSTS[3], "S1.3", "rollback"),
    "list-3": Seen("list 3", listed(3)),
    "another-list-3": Seen("another list 3", listed(3, serials=["7"])),
    "list-4": Seen("the very list 4", listed()),
    "another-list-4": Seen("another list 4", listed(serials=["7"]), "S1.4", "fork"),
    "list-5": Seen("list 5", listed(5), "S1.4", "revocations-missing"),
    "list-of-trust-2": Seen("the highest list of trust document 2", listed(2**32 - 1, under=(2, 2))),
    "list-of-trust-4": Seen("list 1 of trust document 4", listed(1, under=(2, 4)), "S1.4", "revocations-missing"),
    "list-of-root-1": Seen("the highest list of root 1", listed(2**32 - 1, under=(1, 2**32 - 1))),
    "list-of-root-3": Seen("list 1 of root 3", listed(1, under=(3, 1)), "S1.4", "revocations-missing"),
    "catalog-3": Seen("catalog 3", cataloged(3)),
    "catalog-4": Seen("the very catalog 4", cataloged()),
    "another-catalog-4": Seen("another catalog 4", cataloged(urls={"buy": "x"}), "S1.5", "fork"),
}


@citing("readers-6")
def floors() -> Iterator[Case]:
    """S1: what was seen before is below, in or above the place of what is here, and the same or another."""
    for name, floor in FLOORS.items():
        kind = floor.token.type
        seen = shown_seen(demo=floor.token) if kind in {"revocations", "catalog"} else shown_seen(**{kind: floor.token})
        about = f"a bundle, where before {floor.about} was seen"
        file = file_of(TOKEN)
        if floor.code is None:
            yield GROUND.takes(floor.rule, name, about, file, BUNDLE, seen=seen, flags=("state",))
        else:
            yield GROUND.refuses(floor.rule, floor.code, name, about, file, seen=seen, flags=("state",))
    for name, token in {"catalog-5": cataloged(5), "catalog-of-root-3": cataloged(1, under=(3, 1))}.items():
        about = f"a bundle, where before {name.replace('-', ' ')} was seen: the pack's is not in force"
        seen = shown_seen(demo=token)
        yield GROUND.takes("S1.5", name, about, file_of(TOKEN), BUNDLE, seen=seen, catalogs={}, flags=("state",))
    yield from _two_floors()
    yield from _roots_beside_the_floor()
    yield from _forks_with_a_second_fault()
    yield from _ahead_in_the_pack()
    yield from _mended()


def _two_floors() -> Iterator[Case]:
    """Of two floors that are not kept, the first in the order of S1 is reported."""
    pairs = {
        "root-fork-before-trust": ("fork", shown_seen(root=root([KEYS[1]], [STRANGER], 2), trust=trust_of(2, 4))),
        "root-before-trust-fork": ("rollback", shown_seen(root=ROOTS[3], trust=_another_trust(3))),
        "trust-before-list-fork": ("rollback", shown_seen(trust=trust_of(2, 4), demo=listed(serials=["7"]))),
        "trust-fork-before-list": ("fork", shown_seen(trust=_another_trust(3), demo=listed(5))),
        "list-fork-before-bundle": ("fork", shown_seen(demo=listed(serials=["7"]))),
        "trust-before-catalog-fork": ("rollback", shown_seen(trust=trust_of(2, 4), demo=cataloged(urls={"buy": "x"}))),
    }
    rules = {"root": "S1.2", "trust": "S1.3", "list": "S1.4"}
    for name, (code, seen) in pairs.items():
        about = f"two floors: {name.replace('-', ' ')}"
        stranger = file_of(sign(BUNDLE, STRANGER))
        rule = "S1.1" if name.startswith("root-fork") else rules[name.split("-", maxsplit=1)[0]]
        yield GROUND.refuses(rule, code, name, about, stranger, seen=seen, flags=("state", "precedence"))


def _forks_with_a_second_fault() -> Iterator[Case]:
    """A document that differs from a lost one of the same version is a fork before anything later is judged."""
    weak = makers.admitted(VENDOR, public=rare_keys.LOW_ORDER[0])
    unsound = sign(makers.trust(weak, root_version=2, version=9), KEYS[1])
    higher = trust_of(2, 9)
    two: dict[str, tuple[str, str, dict[str, Any]]] = {
        "weak-key": ("it admits a key of low order", file_of(unsound), shown_seen(trust=higher)),
        "catalog": (
            "a catalog is refused",
            file_of(listed(5, serials=["7"]), makers.forged(cataloged(5))),
            shown_seen(demo=listed(5)),
        ),
        "trust-below": (
            "the trust document is below the one that was seen",
            file_of(listed(5, serials=["7"])),
            shown_seen(trust=higher, demo=listed(5)),
        ),
        "trust-below-a-catalog": (
            "the trust document is below the one that was seen, beside another catalog",
            file_of(cataloged(5, urls={"buy": "x"})),
            shown_seen(trust=higher, demo=cataloged(5)),
        ),
    }
    for name, (what, file, seen) in two.items():
        about = f"another document in place of one that was seen; and {what}"
        flags = ("state", "precedence")
        yield GROUND.refuses("O1.3", "fork", f"seen-fork-before-{name}", about, file, seen=seen, flags=flags)


def _ahead_in_the_pack() -> Iterator[Case]:
    """A document in force changes nothing when it comes again, whenever it was issued; S1 is still judged."""
    ahead = trust_of(2, 3, issued=NOW + 86_401)
    ground = Ground(GROUND.root, file_of(ROOTS[1], ROOTS[2], ahead), 2, 3)
    about = "the trust document of the pack, issued a day and a second ahead, comes again"
    yield ground.takes("O1.1", "ahead-in-the-pack", about, file_of(ahead, TOKEN), BUNDLE)
    about = f"{about}; another one in its place was seen"
    seen, flags = shown_seen(trust=trust_of(2, 3)), ("state", "precedence")
    yield ground.refuses("S1.3", "fork", "ahead-in-the-pack-and-fork", about, file_of(ahead), seen=seen, flags=flags)


def _roots_beside_the_floor() -> Iterator[Case]:
    """Another root than the one that was seen is a fork, whatever else is wrong with it; a gap is judged after that."""
    seen = shown_seen(root=ROOTS[3])
    wrong = {
        "own-threshold": root([KEYS[1]], [KEYS[2], STRANGER], 3),
        "stranger": root([KEYS[1], KEYS[2], STRANGER], [KEYS[2]], 3, extensions={"acme.note": "another"}),
    }
    for name, token in wrong.items():
        about = f"another root 3 than was seen, and a second fault: {name.replace('-', ' ')}"
        file = file_of(token)
        yield GROUND.refuses(
            "R2.7", "fork", f"seen-before-{name}", about, file, seen=seen, flags=("state", "precedence")
        )
    later = file_of(ROOTS[3], TRUSTS[3], TOKEN)
    about = "another root 2 than the pack's was seen, and the file brings root 3"
    another = shown_seen(root=root([KEYS[1]], [KEYS[1], STRANGER], 2))
    yield GROUND.refuses("S1.1", "fork", "another-root-2-below-root-3", about, later, seen=another, flags=("state",))
    other = file_of(root([KEYS[0], KEYS[1]], [KEYS[1]], 2, extensions={"acme.note": "another"}))
    about = "root 3 was seen, and the file brings another root 2 than the pack's"
    yield GROUND.refuses("R2.7", "fork", "another-root-2-below-seen", about, other, seen=seen, flags=("state",))
    four = root([KEYS[1], STRANGER], [STRANGER], 4)
    about = "another root 4 than was seen, and root 3 is missing"
    yield GROUND.refuses(
        "R2.7",
        "fork",
        "seen-before-gap",
        about,
        file_of(four),
        seen=shown_seen(root=ROOTS[4]),
        flags=("state", "precedence"),
    )


def _mended() -> Iterator[Case]:
    """A file that brings what was seen, or more, puts it right."""
    seen = shown_seen(root=ROOTS[3], trust=trust_of(3, 1), demo=listed(1, under=(3, 1)))
    file = file_of(ROOTS[3], trust_of(3, 1), listed(1, under=(3, 1)), TOKEN)
    about = "a file brings the very root, trust document and list that were seen"
    state = (3, 1, {"demo": (3, 1, 1)})
    yield GROUND.takes("S1", "mended", about, file, BUNDLE, state=state, seen=seen, flags=("state",))
    file = file_of(ROOTS[3], trust_of(3, 2), listed(2, under=(3, 1)), TOKEN)
    about = "a file brings a later trust document and list than were seen"
    state = (3, 2, {"demo": (3, 1, 2)})
    yield GROUND.takes("S1", "mended-by-later", about, file, BUNDLE, state=state, seen=seen, flags=("state",))
    about = "a file brings root and trust document, and not the list that was seen"
    file = file_of(ROOTS[3], trust_of(3, 1), TOKEN)
    yield GROUND.refuses("9.1", "revocations-missing", "half-mended", about, file, seen=seen, flags=("state",))
    about = "a file brings an older trust document than was seen, which is passed over"
    higher = shown_seen(trust=trust_of(2, 9))
    file = file_of(trust_of(2, 8), TOKEN)
    yield GROUND.refuses("S1.3", "rollback", "still-below", about, file, seen=higher, flags=("state",))
    about = "a file brings another trust document in place of the one that was seen"
    file = file_of(_another_trust(9), TOKEN)
    yield GROUND.refuses("O1.3", "fork", "another-for-seen", about, file, seen=higher, flags=("state",))
    first = Ground(makers.pin(ROOTS[1]), file_of(ROOTS[1], TRUSTS[1]))
    about = "root 3 was seen: a file brings root 2 with its trust document to a pack of root 1"
    file, root_3 = file_of(ROOTS[2], TRUSTS[2], TOKEN), shown_seen(root=ROOTS[3])
    yield first.refuses("S1.2", "rollback", "root-still-below", about, file, seen=root_3, flags=("state",))
    about = "a file brings another root in place of the one that was seen"
    other = root([KEYS[1], KEYS[2]], [KEYS[2]], 3, extensions={"acme.note": "another"})
    file = file_of(other, TRUSTS[3], TOKEN)
    yield GROUND.refuses(
        "R2.7", "fork", "another-root-for-seen", about, file, seen=shown_seen(root=ROOTS[3]), flags=("state",)
    )
