"""Cases of sequences in which trust changes: lists that die with their key, rotations, and files that are refused."""

from collections.abc import Iterator
from typing import Any, Final

from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import AdmittedKey, KeyState, SignedType
from tests import makers
from tests.makers import ISSUED, PARTNER, SERIAL
from tests.vectors.of_clocks import SHIPPED
from tests.vectors.of_root_chains import BUNDLE, KEYS, ROOTS, TOKEN, trust_of
from tests.vectors.of_trust import root
from tests.vectors.sequence import Sequence
from tests.vectors.vector import ADMITTED, PARTNERS, STRANGER, VENDOR, Case, Ground, citing, file_of

STOLEN: Final = makers.key("stolen")
HUGE: Final = 2**32 - 1


def admitting(version: int, *keys: AdmittedKey, root_version: int = 1) -> armor.Token:
    """Return a trust document that admits the vendor, a partner and `keys`."""
    named = [ADMITTED[0], ADMITTED[2], *keys]
    return sign(makers.trust(*named, version=version, root_version=root_version), KEYS[root_version - 1])


def stolen(**changes: Any) -> AdmittedKey:
    """Return the admission of STOLEN."""
    return makers.admitted(STOLEN, **({"name": "stolen"} | changes))


def listed(number: int, under: int = 1, *, by: SigningKey = VENDOR, **changes: Any) -> armor.Token:
    """Return a revocation list under a trust document of root 1."""
    return sign(makers.revocations(trust_version=under, number=number, **changes), by)


GROUND: Final = Ground(SHIPPED.root, file_of(ROOTS[1], admitting(1, stolen())))
"""Root 1, and trust document 1, which admits STOLEN as well."""


def begun(name: str, rule: str, about: str, number: int = HUGE) -> Sequence:
    """Return a sequence that has taken a list by STOLEN."""
    begin = Sequence(name, rule, about, GROUND).state(lists={"demo": (1, 1, number)})
    return begin.takes(listed(number, by=STOLEN)).takes(TOKEN, shows=(BUNDLE,))


KILLS: Final[dict[str, tuple[str, tuple[AdmittedKey, ...]]]] = {
    "revoked": ("it is revoked", (stolen(state=KeyState.REVOKED),)),
    "left-out": ("nobody admits it any more", ()),
    "retired-before": ("it is retired before the list", (stolen(state=KeyState.RETIRED, valid_to=ISSUED),)),
    "window-before": ("its window ends before the list", (stolen(valid_to=ISSUED),)),
    "window-after": ("its window opens after the list", (stolen(valid_from=ISSUED + 1),)),
    "type": ("it signs bundles alone", (stolen(scope=makers.scope(types=[SignedType.BUNDLE])),)),
    "issuer": ("it signs for another issuer", (stolen(scope=makers.scope(issuers=["acme"])),)),
}
SPARES: Final[dict[str, tuple[str, tuple[AdmittedKey, ...]]]] = {
    "unchanged": ("nothing changes for its key", (stolen(),)),
    "retired-after": ("its key is retired a second after it", (stolen(state=KeyState.RETIRED, valid_to=ISSUED + 1),)),
    "narrowed": ("its key signs lists alone", (stolen(scope=makers.scope(types=[SignedType.REVOCATIONS], uses=[])),)),
    "renamed": ("its key has another name", (stolen(name="found"),)),
}


@citing("readers-7b")
def lists_and_keys() -> Iterator[Case]:
    """L2: a list ends with its key, is still required, and does not come back by itself."""
    for name, (what, keys) in KILLS.items():
        list_again = listed(HUGE, by=STOLEN)
        yield (
            begun(f"dies-{name}", "L2", f"the key of a list: {what}; later it is let again, and nothing comes back")
            .judges((TOKEN, None))
            .state(trust=2)
            .takes(admitting(2, *keys))
            .judges((TOKEN, "revocations-missing"))
            .refuses("revocations-missing", TOKEN)
            .restarts()
            .judges((TOKEN, "revocations-missing"))
            .state(trust=3)
            .takes(admitting(3, stolen()))
            .judges((TOKEN, "revocations-missing"))
            .restarts()
            .refuses("revocations-missing", TOKEN)
            .takes(list_again)
            .judges((TOKEN, None))
            .case
        )
    for name, (what, keys) in SPARES.items():
        yield (
            begun(f"stays-{name}", "L2", f"a list stays in force: {what}")
            .state(trust=2)
            .takes(admitting(2, *keys))
            .judges((TOKEN, None))
            .restarts()
            .takes(TOKEN, shows=(BUNDLE,))
            .case
        )
    yield from _lists_after_a_theft()


def _lists_after_a_theft() -> Iterator[Case]:
    revoked = admitting(2, stolen(state=KeyState.REVOKED))
    yield (
        begun("replaced", "L2", "any list under the new trust document is above the one that died")
        .state(trust=2)
        .takes(revoked)
        .takes(listed(HUGE, by=STOLEN))
        .refuses("revocations-missing", TOKEN)
        .state(lists={"demo": (1, 2, 1)})
        .takes(listed(1, 2), TOKEN, shows=(BUNDLE,))
        .takes(listed(HUGE, by=STOLEN))
        .restarts()
        .takes(listed(HUGE))
        .judges((TOKEN, None))
        .case
    )
    yield (
        begun("another-in-its-place", "O1.3", "another list in place of one that died is a fork", 4)
        .state(trust=2)
        .takes(revoked)
        .refuses("fork", listed(4, serials=["7"]))
        .takes(listed(3))
        .refuses("revocations-missing", TOKEN)
        .case
    )
    held = makers.revocations(number=4)
    yield (
        begun("signed-again", "O1.1", "the very list that died comes again, signed by another key", 4)
        .takes(sign(held, VENDOR))
        .state(trust=2)
        .takes(revoked)
        .refuses("revocations-missing", TOKEN)
        .takes(sign(held, VENDOR), TOKEN, shows=(BUNDLE,))
        .restarts()
        .judges((TOKEN, None))
        .case
    )
    yield (
        begun("in-one-file", "L2", "one file revokes the key and brings the list signed by another", 4)
        .state(trust=2)
        .takes(revoked, sign(held, VENDOR), TOKEN, shows=(BUNDLE,))
        .judges((TOKEN, None))
        .case
    )
    yield (
        begun("and-a-new-root", "R3", "a new root cancels no list that is required")
        .state(root=2, trust=1)
        .takes(ROOTS[2], admitting(1, root_version=2))
        .refuses("revocations-missing", TOKEN)
        .state(root=3)
        .takes(ROOTS[3], admitting(1, root_version=3))
        .judges((TOKEN, "revocations-missing"))
        .state(lists={"demo": (3, 1, 1)})
        .takes(listed(1, root_version=3), TOKEN, shows=(BUNDLE,))
        .case
    )
    theirs = makers.bundle(issuer=PARTNER)
    partner = sign(theirs, PARTNERS)
    both = {"demo": (1, 1, 4), PARTNER: (1, 1, 1)}
    yield (
        begun("of-a-partner", "L2", "the vendor's list dies; a partner's stays, and so do its bundles", 4)
        .state(lists=both)
        .takes(listed(1, by=PARTNERS, issuer=PARTNER), partner, shows=(theirs,))
        .state(trust=2)
        .takes(revoked)
        .judges((TOKEN, "revocations-missing"), (partner, None))
        .case
    )


def rotations_over_time() -> Iterator[Case]:
    """R2, R3 and O1: roots one after the other, numbers that were run up, and what the old root still signs."""
    steps = Sequence("one-by-one", "R2", "three rotations, one in each file", SHIPPED)
    for version in (2, 3, 4):
        steps.state(root=version).takes(ROOTS[version], trust_of(version, 1))
    yield steps.takes(TOKEN, shows=(BUNDLE,)).restarts().case
    yield (
        Sequence("several-at-once", "F1.1", "two roots come together after the first", SHIPPED)
        .state(root=2)
        .takes(ROOTS[2], trust_of(2, 1))
        .refuses("threshold-not-met", ROOTS[4], trust_of(4, 1))
        .state(root=4)
        .takes(trust_of(4, 1), ROOTS[4], ROOTS[3], ROOTS[2], ROOTS[1])
        .case
    )
    yield (
        Sequence("run-up-trust", "O1", "a trust document was run up to the highest number", SHIPPED)
        .state(trust=HUGE)
        .takes(trust_of(1, HUGE))
        .takes(trust_of(1, 7))
        .state(root=2, trust=1)
        .takes(ROOTS[2], trust_of(2, 1))
        .takes(trust_of(1, HUGE))
        .state(trust=2)
        .takes(trust_of(2, 2))
        .restarts()
        .case
    )
    yield (
        Sequence("run-up-list", "O1", "a list and a catalog were run up to the highest number", SHIPPED)
        .state(lists={"demo": (1, 1, HUGE)}, catalogs={"demo": (1, 1, HUGE)})
        .takes(
            listed(HUGE, serials=[SERIAL]),
            sign(makers.catalog(version=HUGE), VENDOR),
            shows=(makers.catalog(version=HUGE),),
        )
        .refuses("bundle-revoked", TOKEN)
        .state(trust=2, lists={"demo": (1, 2, 1)}, catalogs={"demo": (1, 2, 1)})
        .takes(
            trust_of(1, 2),
            listed(1, 2),
            sign(makers.catalog(trust_version=2), VENDOR),
            TOKEN,
            shows=(makers.catalog(trust_version=2), BUNDLE),
        )
        .case
    )
    yield (
        Sequence("lone-root", "F1.4", "a root without a trust document is refused, and the old one stays", SHIPPED)
        .refuses("trust-missing", ROOTS[2])
        .refuses("trust-missing", ROOTS[2], trust_of(1, 5), TOKEN)
        .takes(TOKEN, shows=(BUNDLE,))
        .state(trust=5)
        .takes(trust_of(1, 5))
        .state(root=2, trust=1)
        .takes(ROOTS[2], trust_of(2, 1))
        .case
    )
    by_the_first = root([KEYS[0], KEYS[2]], [KEYS[2]], 3)
    yield (
        Sequence("voucher-that-was-replaced", "R2.9", "a root that was replaced vouches for none any more", SHIPPED)
        .state(root=2)
        .takes(ROOTS[2], trust_of(2, 1))
        .refuses("threshold-not-met", by_the_first, trust_of(3, 1))
        .refuses("fork", root([KEYS[0], STRANGER], [STRANGER], 2))
        .takes(trust_of(1, 9))
        .restarts()
        .refuses("threshold-not-met", by_the_first)
        .case
    )
    pinned = Ground(makers.pin(ROOTS[2]), file_of(ROOTS[2], trust_of(2, 1)), 2, 1)
    yield (
        Sequence("pinned-in-the-middle", "F1.1", "under the pin of root 2 what is older is passed over", pinned)
        .takes(ROOTS[1], trust_of(1, 9), TOKEN, shows=(BUNDLE,))
        .state(root=3)
        .takes(ROOTS[1], ROOTS[3], trust_of(1, 9), trust_of(3, 1))
        .restarts()
        .takes(ROOTS[1], ROOTS[2], trust_of(2, 9))
        .case
    )


@citing("readers-1b")
def refused_files() -> Iterator[Case]:
    """F1: a file that is refused leaves everything as it was, floors and bundles as well."""
    bad = sign(makers.bundle(sequence=9), STRANGER)
    other = trust_of(1, 2, fresh_until=ISSUED)
    catalog, another = makers.catalog(), makers.catalog(urls={"buy": "x"})
    place = {"demo": (1, 1, 1)}
    yield (
        Sequence("trust", "F1", "a trust document beside a bad bundle is not taken, nor seen", SHIPPED)
        .refuses("key-unknown", trust_of(1, 2), bad)
        .state(trust=2)
        .takes(other)
        .refuses("fork", trust_of(1, 2))
        .case
    )
    fork = root([KEYS[0], KEYS[1]], [KEYS[1]], 2, extensions={"acme.note": "another"})
    yield (
        Sequence("root", "F1", "a root beside a forged list is not taken, nor seen", SHIPPED)
        .refuses("signature-invalid", ROOTS[2], trust_of(2, 1), makers.forged(listed(1)))
        .state(root=2)
        .takes(fork, trust_of(2, 1))
        .refuses("fork", ROOTS[2])
        .case
    )
    yield (
        Sequence("list", "F1", "a list beside a bad bundle is not taken, nor required", SHIPPED)
        .refuses("key-unknown", listed(1, serials=[SERIAL]), bad)
        .takes(TOKEN, shows=(BUNDLE,))
        .state(lists=place)
        .takes(listed(1))
        .case
    )
    yield (
        Sequence("catalog", "F1", "a catalog beside a bad bundle is not taken, nor seen", SHIPPED)
        .refuses("key-unknown", sign(catalog, VENDOR), bad)
        .state(catalogs=place)
        .takes(sign(another, VENDOR), shows=(another,))
        .refuses("fork", sign(catalog, VENDOR))
        .case
    )
    yield (
        Sequence("bundles", "F1", "of two bundles the second is bad, and neither is taken", SHIPPED)
        .refuses("key-unknown", TOKEN, bad)
        .judges()
        .takes(TOKEN, shows=(BUNDLE,))
        .judges((TOKEN, None))
        .case
    )
    yield (
        Sequence("list-that-revokes", "F1", "a list and the bundle that it names: neither is taken", SHIPPED)
        .refuses("bundle-revoked", listed(1, serials=[SERIAL]), TOKEN)
        .takes(TOKEN, shows=(BUNDLE,))
        .restarts()
        .judges((TOKEN, None))
        .case
    )
