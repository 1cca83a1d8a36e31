"""Cases of packs: what may be in one, in what order, and that no clock matters (Packs, R1)."""

from collections.abc import Iterator
from itertools import permutations
from typing import Final

from licensekit.trust.sign import sign
from licensekit.wire import armor, frame
from tests import makers
from tests.makers import NOW
from tests.vectors.of_root_chains import BUNDLE, KEYS, ROOTS, TOKEN, TRUSTS, trust_of
from tests.vectors.vector import REVOKED, STRANGER, VENDOR, Case, Catalogs, Ground, Lists, citing, file_of

FILE: Final = file_of(TOKEN)
LISTED: Final = sign(makers.revocations(number=4), VENDOR)
SOLD: Final = sign(makers.catalog(version=4), VENDOR)
PLACE: Final = {"demo": (1, 1, 4)}
PIN: Final = makers.pin(ROOTS[1])
BY_INSTALLATION: Final = makers.key("installation", frame.INSTALLATION)


def pack_of(*tokens: armor.Token) -> Ground:
    """Return a pack under the pin of root 1."""
    return Ground(PIN, file_of(*tokens))


@citing("readers-4a")
def pack_files() -> Iterator[Case]:
    """Packs are files of the same tokens, in any order and issued at any time; a fault in one refuses all of it."""
    for order in permutations((ROOTS[1], TRUSTS[1], LISTED, SOLD)):
        name = "-".join(token.type for token in order)
        ground = Ground(PIN, file_of(*order), 1, 1, PLACE, PLACE)
        about = f"a pack in this order: {name.replace('-', ', ')}"
        yield ground.takes("Packs", name, about, FILE, BUNDLE)
    yield from _other_types()
    yield from _refused()
    yield from _pinned_twice()
    yield from _passed_over()
    yield from _ahead()


def _other_types() -> Iterator[Case]:
    whole = (ROOTS[1], TRUSTS[1])
    others = {
        "reset": sign(makers.reset(), VENDOR),
        "request": sign(makers.request(), BY_INSTALLATION),
        "receipt": sign(makers.receipt(), BY_INSTALLATION),
        "statement": sign(makers.statement(), BY_INSTALLATION),
    }
    for kind, token in others.items():
        about = f"a pack holds no {kind}"
        yield pack_of(*whole, token).refuses("Packs", "unexpected-type", kind, about, FILE)
    about = "a pack holds a bundle, and its pinned root is missing"
    ground = pack_of(TRUSTS[1], TOKEN)
    yield ground.refuses("Packs", "unexpected-type", "type-before-root", about, FILE, flags=("precedence",))
    about = "a pack holds no pinned root, and its trust document is forged"
    ground = pack_of(makers.forged(TRUSTS[1]))
    yield ground.refuses("R1", "root-mismatch", "root-before-trust", about, FILE, flags=("precedence",))


def _refused() -> Iterator[Case]:
    refused = {
        "trust-forged": ("T1.2", "signature-invalid", makers.forged(trust_of(1, 2))),
        "trust-by-a-stranger": ("T1.1", "key-unknown", sign(makers.trust(version=2), STRANGER)),
        "trust-of-another": ("T1.6", "wrong-product", trust_of(1, 2, product="demo-erp")),
        "trust-fork": ("O1.3", "fork", trust_of(1, 1, fresh_until=NOW)),
        "list-forged": ("5", "signature-invalid", makers.forged(sign(makers.revocations(number=5), VENDOR))),
        "list-by-a-stranger": ("4.3", "key-unknown", sign(makers.revocations(number=5), STRANGER)),
        "list-of-another": ("8", "wrong-product", sign(makers.revocations(number=5, product="demo-erp"), VENDOR)),
        "list-fork": ("O1.3", "fork", sign(makers.revocations(number=4, serials=["7"]), VENDOR)),
        "list-to-come": ("L1", "document-ahead", sign(makers.revocations(number=5, trust_version=2), VENDOR)),
        "catalog-by-a-stranger": ("4.3", "key-unknown", sign(makers.catalog(version=5), STRANGER)),
        "catalog-of-another": ("8", "wrong-product", sign(makers.catalog(version=5, product="demo-erp"), VENDOR)),
        "catalog-fork": ("O1.3", "fork", sign(makers.catalog(version=4, urls={"buy": "x"}), VENDOR)),
        "catalog-to-come": ("C1", "document-ahead", sign(makers.catalog(version=5, trust_version=2), VENDOR)),
        "root-gap": ("R2.8", "root-gap", sign(makers.root(KEYS[0], version=3), KEYS[0])),
    }
    for name, (rule, code, token) in refused.items():
        about = f"a pack with a fault beside all that is good: {name.replace('-', ' ')}"
        yield pack_of(ROOTS[1], TRUSTS[1], LISTED, SOLD, token).refuses(rule, code, name, about, FILE)


def _pinned_twice() -> Iterator[Case]:
    """R1: the first token whose digest is pinned counts; the same root again changes nothing."""
    forged = makers.forged(ROOTS[1])
    about = "the pinned root twice, and the first is forged"
    yield pack_of(forged, ROOTS[1], TRUSTS[1]).refuses("R1.5", "signature-invalid", "forged-first", about, FILE)
    about = "the pinned root twice, and the second is forged"
    yield pack_of(ROOTS[1], forged, TRUSTS[1]).takes("R2.1", "forged-second", about, FILE, BUNDLE)
    damaged = armor.Token("root", b"\x01\x01")
    for name, order in {"before": (damaged, ROOTS[1]), "behind": (ROOTS[1], damaged)}.items():
        about = f"a root whose frame is damaged stands {name} the pinned one"
        yield pack_of(*order, TRUSTS[1]).refuses("3", "frame-invalid", f"damaged-{name}", about, FILE)


def _passed_over() -> Iterator[Case]:
    """F1: what a pack passes over."""
    whole = (ROOTS[1], TRUSTS[1], LISTED, SOLD)
    more = {
        "older-list": sign(makers.revocations(number=3), VENDOR),
        "older-catalog": sign(makers.catalog(version=3), VENDOR),
        "list-by-a-revoked-key": sign(makers.revocations(number=9), REVOKED),
        "catalog-by-a-revoked-key": sign(makers.catalog(version=9), REVOKED),
        "everything-twice": SOLD,
    }
    for name, token in more.items():
        ground = Ground(PIN, file_of(token, *whole), 1, 1, PLACE, PLACE)
        about = f"a pack passes over: {name.replace('-', ' ')}"
        yield ground.takes("F1", name, about, FILE, BUNDLE)


def _ahead() -> Iterator[Case]:
    """O1.2: each document of a pack may have been issued long after now; a bundle in a file may not."""
    later = NOW + 1000 * 86_400
    trust = trust_of(1, 2, issued=later)
    listed = sign(makers.revocations(number=5, issued=later - 900 * 86_400), VENDOR)
    sold = sign(makers.catalog(version=5, issued=later - 900 * 86_400), VENDOR)
    ahead: dict[str, tuple[tuple[armor.Token, ...], tuple[int, int, Lists], Catalogs]] = {
        "trust-ahead": ((ROOTS[1], trust), (1, 2, {}), {}),
        "list-ahead": ((ROOTS[1], TRUSTS[1], listed), (1, 1, {"demo": (1, 1, 5)}), {}),
        "catalog-ahead": ((ROOTS[1], TRUSTS[1], sold), (1, 1, {}), {"demo": (1, 1, 5)}),
    }
    for name, (tokens, (root, number, lists), catalogs) in ahead.items():
        ground = Ground(PIN, file_of(*tokens), root, number, lists, catalogs)
        about = f"a document of a pack was issued long after now: {name.removesuffix('-ahead')}"
        yield ground.takes("O1.2", name, about, FILE, BUNDLE, flags=("time",))
        about = f"so was a bundle in a file, beside the {name.removesuffix('-ahead')} of the pack"
        bundle = file_of(sign(makers.bundle(issued=NOW + 100 * 86_400), VENDOR))
        yield ground.refuses("7.1", "issued-ahead", f"{name}-and-a-bundle", about, bundle, flags=("time",))
