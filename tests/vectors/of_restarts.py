"""Cases of sequences with restarts: other packs, and documents that were lost, over floors that stay (S1)."""

from collections.abc import Iterator
from typing import Any, Final

from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import Catalog
from tests import makers
from tests.makers import NOW
from tests.vectors.of_clocks import SHIPPED, listed
from tests.vectors.of_root_chains import BUNDLE, KEYS, ROOTS, TOKEN, trust_of
from tests.vectors.of_trust import root
from tests.vectors.sequence import Sequence
from tests.vectors.vector import ADMITTED, STRANGER, VENDOR, Case, Ground, Lists, citing, file_of

LIST_SIGNER: Final = makers.key("list-signer")
FOUR: Final[Lists] = {"demo": (1, 2, 4)}


def catalog_of(version: int, under: int = 2, **changes: Any) -> Catalog:
    """Return a catalog of the vendor under a trust document of root 1."""
    return makers.catalog(trust_version=under, version=version, **changes)


def another_trust(number: int, root_version: int = 1) -> armor.Token:
    """Return a trust document of the same version as `trust_of`, but with other contents."""
    return trust_of(root_version, number, extensions={"acme.note": "another"})


CATALOG: Final = catalog_of(4)
WHOLE: Final = (trust_of(1, 2), listed(4, 2), sign(CATALOG, VENDOR))
NEWER: Final = Ground(SHIPPED.root, file_of(ROOTS[1], *WHOLE), 1, 2, FOUR, FOUR)
"""Root 1, trust document 2, and list and catalog 4 under it."""


def begun(name: str, rule: str, about: str) -> Sequence:
    """Return a sequence on the older pack that has taken trust document 2, and list and catalog 4."""
    begin = Sequence(name, rule, about, SHIPPED).state(trust=2, lists=FOUR, catalogs=FOUR)
    return begin.takes(*WHOLE, shows=(CATALOG,))


@citing("readers-6", "readers-7a")
def other_packs() -> Iterator[Case]:
    """Restarts under packs that are older or newer than what was kept, fork from it, or are refused."""
    yield begun("same-pack", "S1", "what was taken is there after a restart").restarts().restarts().case
    yield (
        Sequence("newer-pack", "S1", "a newer pack is taken, and the older one changes nothing", SHIPPED)
        .state(trust=2, lists=FOUR, catalogs=FOUR)
        .restarts(pack=NEWER.pack)
        .restarts(pack=SHIPPED.pack)
        .takes(listed(3, 2))
        .case
    )
    yield (
        Sequence("newest-of-both", "S1", "of pack and what was kept, the newest of each is in force", SHIPPED)
        .state(trust=2, lists=FOUR)
        .takes(trust_of(1, 2), listed(4, 2))
        .state(trust=3, catalogs={"demo": (1, 3, 1)})
        .restarts(pack=file_of(ROOTS[1], trust_of(1, 3), sign(catalog_of(1, 3), VENDOR)))
        .state(lists={"demo": (1, 3, 1)})
        .restarts(pack=file_of(ROOTS[1], trust_of(1, 3), listed(1, 3)))
        .case
    )
    rotated = file_of(ROOTS[1], ROOTS[2], trust_of(2, 1))
    yield (
        begun("rotated-pack", "R3", "a pack with a new root: its trust document, and what it still admits")
        .state(root=2, trust=1)
        .restarts(pack=rotated)
        .restarts(pack=SHIPPED.pack)
        .takes(trust_of(1, 9))
        .case
    )
    forking: dict[str, tuple[str, str, str]] = {
        "trust": ("S1.3", "another trust document", file_of(ROOTS[1], another_trust(2))),
        "list": ("S1.4", "another list", file_of(ROOTS[1], trust_of(1, 2), listed(4, 2, serials=["7"]))),
        "catalog": (
            "S1.5",
            "another catalog",
            file_of(ROOTS[1], trust_of(1, 2), sign(catalog_of(4, urls={"buy": "x"}), VENDOR)),
        ),
    }
    for name, (rule, what, pack) in forking.items():
        yield (
            begun(f"{name}-fork", rule, f"a pack has {what} in place of what was kept")
            .restarts(pack=pack, code="fork")
            .restarts(pack=SHIPPED.pack)
            .case
        )
    other = root([KEYS[0], KEYS[1]], [KEYS[1]], 2, extensions={"acme.note": "another"})
    yield (
        Sequence("root-fork", "S1.1", "a pack has another root 2 than was kept", SHIPPED)
        .state(root=2)
        .takes(ROOTS[2], trust_of(2, 1))
        .restarts(pack=file_of(ROOTS[1], other, trust_of(2, 1)), code="fork")
        .restarts(pack=SHIPPED.pack)
        .case
    )
    yield (
        begun("fork-under-a-kept-root", "S1.5", "a pack has another catalog; the root that was kept is not left out")
        .state(root=2, trust=1)
        .takes(ROOTS[2], trust_of(2, 1))
        .restarts(pack=forking["catalog"][2], code="fork")
        .restarts(pack=SHIPPED.pack)
        .case
    )
    yield from _refused_packs()
    yield from _of_keys_in_packs()


def _refused_packs() -> Iterator[Case]:
    refused = {
        "forged": ("T1.2", "signature-invalid", file_of(ROOTS[1], makers.forged(trust_of(1, 3)))),
        "of-another": ("R1", "root-mismatch", file_of(root([STRANGER], [STRANGER]), trust_of(1, 3))),
        "with-a-bundle": ("Packs", "unexpected-type", SHIPPED.pack + file_of(TOKEN)),
        "without-trust": ("F1.4", "trust-missing", file_of(ROOTS[1])),
    }
    for name, (rule, code, pack) in refused.items():
        about = f"a pack that is refused changes nothing: {name.replace('-', ' ')}"
        yield (
            begun(f"pack-{name}", rule, about)
            .restarts(pack=pack, code=code)
            .takes(TOKEN, shows=(BUNDLE,))
            .restarts()
            .case
        )


def _of_keys_in_packs() -> Iterator[Case]:
    nobody = sign(makers.trust(version=3), KEYS[0])
    yield (
        begun("pack-admits-nobody", "L2", "a newer pack no longer admits the key of list and catalog")
        .state(trust=3, catalogs={})
        .restarts(pack=file_of(ROOTS[1], nobody))
        .restarts(pack=SHIPPED.pack)
        .state(trust=4)
        .takes(trust_of(1, 4))
        .refuses("revocations-missing", TOKEN)
        .state(lists=FOUR)
        .takes(listed(4, 2), TOKEN, shows=(BUNDLE,))
        .case
    )
    by_another = sign(makers.revocations(trust_version=2, number=4), LIST_SIGNER)
    admitting = sign(makers.trust(*ADMITTED, makers.admitted(LIST_SIGNER, "lists"), version=2), KEYS[0])
    yield (
        Sequence("pack-refuses-one", "S1", "a newer pack no longer admits the key of the list alone", SHIPPED)
        .state(trust=2, lists=FOUR, catalogs=FOUR)
        .takes(admitting, by_another, WHOLE[2], shows=(CATALOG,))
        .state(trust=3)
        .restarts(pack=file_of(ROOTS[1], trust_of(1, 3)))
        .refuses("revocations-missing", TOKEN)
        .case
    )
    revoking = file_of(ROOTS[1], trust_of(1, 2), listed(5, 2, serials=[BUNDLE.serial]))
    yield (
        begun("pack-revokes", "9.2", "a newer pack has a list that names a bundle that was taken")
        .takes(TOKEN, shows=(BUNDLE,))
        .judges((TOKEN, None))
        .state(lists={"demo": (1, 2, 5)})
        .restarts(pack=revoking)
        .judges((TOKEN, "bundle-revoked"))
        .restarts(pack=SHIPPED.pack)
        .judges((TOKEN, "bundle-revoked"))
        .case
    )


@citing("readers-6", "readers-7a")
def lost_documents() -> Iterator[Case]:
    """Restarts after documents were lost: below what was seen nothing goes, and the newest file puts it right."""
    yield (
        begun("trust", "S1.3", "the trust document is lost, and comes again")
        .restarts("trust", code="rollback")
        .refuses("rollback", TOKEN)
        .takes(*WHOLE, TOKEN, shows=(CATALOG, BUNDLE))
        .restarts()
        .case
    )
    yield (
        begun("trust-twice", "S1.3", "the trust document is lost, and another start does not bring it back")
        .restarts("trust", code="rollback")
        .restarts(code="rollback")
        .refuses("rollback", TOKEN)
        .takes(*WHOLE, TOKEN, shows=(CATALOG, BUNDLE))
        .case
    )
    yield (
        begun("trust-and-later", "S1.3", "the trust document is lost, and a later one comes")
        .restarts("trust", code="rollback")
        .state(trust=3)
        .takes(trust_of(1, 3), *WHOLE[1:], shows=(CATALOG,))
        .case
    )
    yield (
        begun("trust-and-newer-pack", "S1.3", "the trust document is lost, and the next pack has it")
        .restarts("trust", code="rollback")
        .restarts(pack=NEWER.pack)
        .case
    )
    yield (
        begun("trust-and-another", "O1.3", "the trust document is lost, and another one in its place is a fork")
        .restarts("trust", code="rollback")
        .refuses("fork", another_trust(2))
        .refuses("rollback", trust_of(1, 1))
        .takes(*WHOLE, shows=(CATALOG,))
        .case
    )
    yield from _lost_roots()
    yield from _lost_lists()
    yield from _lost_catalogs()
    yield from _lost_floors()


def _lost_roots() -> Iterator[Case]:
    other = root([KEYS[0], KEYS[1]], [KEYS[1]], 2, extensions={"acme.note": "another"})
    rotated = Sequence("root", "S1.2", "root 2 is lost, and comes again", SHIPPED).state(root=2)
    yield (
        rotated.takes(ROOTS[2], trust_of(2, 1))
        .restarts("root", code="rollback")
        .refuses("rollback", TOKEN)
        .refuses("trust-missing", ROOTS[2])
        .refuses("key-unknown", trust_of(2, 1))
        .takes(ROOTS[2], trust_of(2, 1), TOKEN, shows=(BUNDLE,))
        .restarts()
        .case
    )
    forked = Sequence("root-and-another", "R2.7", "root 2 is lost, and another root 2 is a fork", SHIPPED)
    yield (
        forked.state(root=2)
        .takes(ROOTS[2], trust_of(2, 1))
        .restarts("root", "trust", code="rollback")
        .refuses("fork", other, trust_of(2, 1))
        .state(root=3)
        .takes(ROOTS[2], ROOTS[3], trust_of(3, 1))
        .case
    )
    yield (
        Sequence("trust-of-a-new-root", "S1.2", "root 2 is kept, and its trust document is lost", SHIPPED)
        .state(root=2)
        .takes(ROOTS[2], trust_of(2, 1))
        .restarts("trust", code="rollback")
        .refuses("rollback", TOKEN)
        .restarts(pack=file_of(ROOTS[1], ROOTS[2], trust_of(2, 1)))
        .takes(TOKEN, shows=(BUNDLE,))
        .case
    )
    yield (
        Sequence("trust-and-a-pack-between", "S1.2", "root 3 is kept without trust; the pack has root 2", SHIPPED)
        .state(root=3)
        .takes(ROOTS[2], ROOTS[3], trust_of(3, 1))
        .restarts("trust", pack=file_of(ROOTS[1], ROOTS[2], trust_of(2, 1)), code="rollback")
        .refuses("rollback", TOKEN)
        .takes(ROOTS[2], ROOTS[3], trust_of(3, 1), TOKEN, shows=(BUNDLE,))
        .case
    )
    everything = ("root", "trust", "revocations:demo", "catalog:demo")
    yield (
        begun("everything", "S1.3", "everything but the floor is lost, and the newest file puts it right")
        .restarts(*everything, code="rollback")
        .refuses("rollback", TOKEN)
        .takes(*WHOLE, TOKEN, shows=(CATALOG, BUNDLE))
        .restarts()
        .case
    )


def _lost_lists() -> Iterator[Case]:
    lost = begun("list", "S1.4", "the list is lost: its absence is not an empty list")
    yield (
        lost.restarts("revocations:demo")
        .refuses("revocations-missing", TOKEN)
        .takes(listed(3, 2))
        .refuses("revocations-missing", listed(3, 2), TOKEN)
        .refuses("fork", listed(4, 2, serials=["7"]))
        .restarts()
        .refuses("revocations-missing", TOKEN)
        .takes(listed(4, 2), TOKEN, shows=(BUNDLE,))
        .case
    )
    yield (
        begun("list-and-later", "S1.4", "the list is lost, and a later one comes")
        .restarts("revocations:demo")
        .state(lists={"demo": (1, 2, 5)})
        .takes(listed(5, 2), TOKEN, shows=(BUNDLE,))
        .case
    )
    below = Ground(SHIPPED.root, file_of(ROOTS[1], trust_of(1, 2), listed(3, 2)), 1, 2, {"demo": (1, 2, 3)})
    yield (
        Sequence("list-of-the-pack", "S1.4", "a list is lost, and the pack's is below it", below)
        .state(lists=FOUR)
        .takes(listed(4, 2), TOKEN, shows=(BUNDLE,))
        .restarts("revocations:demo")
        .judges((TOKEN, "revocations-missing"))
        .takes(listed(4, 2))
        .judges((TOKEN, None))
        .case
    )
    yield (
        Sequence("list-in-the-pack", "S1.4", "a list that the pack has as well is not lost", NEWER)
        .takes(TOKEN, shows=(BUNDLE,))
        .restarts("revocations:demo", "catalog:demo", "trust", "root")
        .judges((TOKEN, None))
        .case
    )


def _lost_catalogs() -> Iterator[Case]:
    older, later = catalog_of(3), catalog_of(5)
    yield (
        begun("catalog", "S1.5", "the catalog is lost: an older one is not taken in its place")
        .state(catalogs={})
        .restarts("catalog:demo")
        .takes(sign(older, VENDOR), shows=(older,))
        .refuses("fork", sign(catalog_of(4, urls={"buy": "x"}), VENDOR))
        .state(catalogs=FOUR)
        .takes(WHOLE[2], shows=(CATALOG,))
        .state(catalogs={"demo": (1, 2, 5)})
        .takes(sign(later, VENDOR), shows=(later,))
        .case
    )
    pack = file_of(ROOTS[1], trust_of(1, 2), sign(older, VENDOR))
    ground = Ground(SHIPPED.root, pack, 1, 2, {}, {"demo": (1, 2, 3)})
    yield (
        Sequence("catalog-of-the-pack", "S1.5", "a catalog is lost, and the pack's is below it", ground)
        .state(catalogs=FOUR)
        .takes(WHOLE[2], shows=(CATALOG,))
        .state(catalogs={})
        .restarts("catalog:demo")
        .state(catalogs=FOUR)
        .takes(WHOLE[2], shows=(CATALOG,))
        .case
    )


def _lost_floors() -> Iterator[Case]:
    yield (
        begun("floor-alone", "S1", "the floor is lost, and what was kept makes it again")
        .restarts("seen")
        .takes(listed(3, 2))
        .refuses("fork", listed(4, 2, serials=["7"]))
        .case
    )
    yield (
        begun("floor-and-everything", "S1", "with the floor everything is lost: the pack is all that is believed")
        .state(trust=1, lists={}, catalogs={})
        .restarts("root", "trust", "revocations:demo", "catalog:demo", "seen")
        .state(trust=2)
        .takes(another_trust(2))
        .case
    )
    yield (
        begun("floor-and-list", "L2", "without floor and list nothing says that a list is required")
        .state(lists={})
        .restarts("revocations:demo", "seen")
        .takes(TOKEN, shows=(BUNDLE,))
        .state(lists={"demo": (1, 2, 3)})
        .takes(listed(3, 2))
        .case
    )
    yield (
        begun("floor-of-time", "S1", "a floor does not fall with time")
        .at(NOW + 1000 * 86_400)
        .restarts("trust", code="rollback")
        .refuses("rollback", TOKEN)
        .takes(*WHOLE, shows=(CATALOG,))
        .case
    )
