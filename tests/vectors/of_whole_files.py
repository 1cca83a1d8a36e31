"""Cases of whole files: all nine types, all or nothing, and which of several faults in a file is reported (F1)."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final, NamedTuple

from licensekit.trust.sign import sign
from licensekit.wire import armor, frame
from licensekit.wire.documents import Document
from tests import makers
from tests.makers import NOW, PARTNER
from tests.vectors.of_root_chains import KEYS, ROOTS, link, trust_of
from tests.vectors.vector import PARTNERS, REVOKED, STRANGER, VENDOR, Case, Ground, citing, file_of, shown_seen

INSTALLATION: Final = makers.key("installation", frame.INSTALLATION)
GROUND: Final = Ground(
    makers.pin(ROOTS[1]),
    file_of(
        ROOTS[1],
        trust_of(1, 3),
        sign(makers.revocations(trust_version=3, number=4), VENDOR),
        sign(makers.catalog(trust_version=3, version=4), VENDOR),
    ),
    1,
    3,
    {"demo": (1, 3, 4)},
    {"demo": (1, 3, 4)},
)
"""Root 1, trust document 3, and list and catalog 4 under it."""

CATALOG: Final = makers.catalog(root_version=2, version=9)
BUNDLE: Final = makers.bundle()
RESET: Final = makers.reset()
REQUEST: Final = makers.request()
RECEIPT: Final = makers.receipt()
STATEMENT: Final = makers.statement()
DOCUMENTS: Final[tuple[Document, ...]] = (CATALOG, BUNDLE, RESET, REQUEST, RECEIPT, STATEMENT)
EVERYTHING: Final = (
    ROOTS[2],
    trust_of(2),
    sign(makers.revocations(root_version=2, number=9), VENDOR),
    *(sign(one, VENDOR) for one in DOCUMENTS[:3]),
    *(sign(one, INSTALLATION) for one in DOCUMENTS[3:]),
)
"""A token of each type; all of them are taken."""


class Bad(NamedTuple):
    """A token that is refused, the rule that refuses it, and its code."""

    rule: str
    code: str
    token: armor.Token


FAULTY: Final = {
    "root": Bad("R2.12", "threshold-not-met", sign(makers.root(KEYS[1], version=2), KEYS[0])),
    "trust": Bad("T1.2", "signature-invalid", makers.forged(trust_of(1, 4))),
    "list": Bad("4.3", "key-unknown", sign(makers.revocations(trust_version=3, number=5), STRANGER)),
    "catalog": Bad("8", "wrong-product", sign(makers.catalog(trust_version=3, version=5, product="demo-erp"), VENDOR)),
    "bundle": Bad("7.3", "key-out-of-scope", sign(BUNDLE, PARTNERS)),
    "reset": Bad("4.4", "key-revoked", sign(RESET, REVOKED)),
    "request": Bad("5", "signature-invalid", makers.forged(sign(REQUEST, INSTALLATION))),
    "receipt": Bad("4", "signature-count", makers.sealed(sign(RECEIPT, INSTALLATION), INSTALLATION, KEYS[0])),
    "statement": Bad("6", "payload-invalid", makers.seal("statement", b"\x90", INSTALLATION)),
}
"""Each type in reading order, with a fault of its own."""


@citing("readers-1b", "readers-11")
def everything() -> Iterator[Case]:
    """F1: a token of every type in one file, in and against the reading order, and with one of them left out."""
    state, catalogs = (2, 1, {"demo": (2, 1, 9)}), {"demo": (2, 1, 9)}
    for name, tokens in {"in-order": EVERYTHING, "reversed": EVERYTHING[::-1]}.items():
        about = f"a file with a token of every type, {name.replace('-', ' ')}"
        file = file_of(*tokens)
        yield GROUND.takes("F1", name, about, file, *DOCUMENTS, state=state, catalogs=catalogs)
    for document, token in zip(DOCUMENTS, EVERYTHING[3:], strict=True):
        rest = [one for one in DOCUMENTS if one is not document]
        known = {"demo": (1, 3, 4)} if document is CATALOG else catalogs
        about = f"a file with a token of every type but {token.type}"
        file = file_of(*(one for one in EVERYTHING if one is not token))
        yield GROUND.takes("F1", f"without-{token.type}", about, file, *rest, state=state, catalogs=known)
    about = "all but the list: the one of root 1 stays in force until there is another"
    file = file_of(*(one for one in EVERYTHING if one.type != "revocations"))
    unchanged = (2, 1, {"demo": (1, 3, 4)})
    yield GROUND.takes("R3", "without-list", about, file, *DOCUMENTS, state=unchanged, catalogs=catalogs)


@citing("readers-1a", "readers-1b")
def faults_in_files() -> Iterator[Case]:
    """F1: one bad token refuses a file; of two, the type that is read first decides, wherever it stands."""
    good = sign(BUNDLE, VENDOR)
    for kind, bad in FAULTY.items():
        about = f"a file whose {kind} is refused, with a good bundle"
        yield GROUND.refuses(bad.rule, bad.code, kind, about, file_of(bad.token, good))
    for (first, one), (second, other) in combinations(FAULTY.items(), 2):
        if one.code != other.code:
            about = f"a file whose {second} and {first} are refused, in this order"
            file = file_of(other.token, one.token)
            name = f"{first}-before-{second}"
            yield GROUND.refuses(one.rule, one.code, name, about, file, flags=("precedence",))
    about = "of two bundles that are refused, the first in the file is reported"
    file = file_of(sign(BUNDLE, REVOKED), sign(BUNDLE, STRANGER))
    yield GROUND.refuses("4.4", "key-revoked", "first-bundle", about, file, flags=("precedence",))
    file = file_of(sign(BUNDLE, STRANGER), sign(BUNDLE, REVOKED))
    about = "of the same two bundles in the other order, the first is reported as well"
    yield GROUND.refuses("4.3", "key-unknown", "other-first-bundle", about, file, flags=("precedence",))


class Many(NamedTuple):
    """Numbers of the lists or catalogs of a file, where 4 is in force; and the one that is in force then."""

    numbers: tuple[int, ...]
    taken: int


OF_ONE_ISSUER: Final = {
    "next": Many((5,), 5),
    "far-ahead": Many((2**32 - 1,), 2**32 - 1),
    "two": Many((5, 6), 6),
    "two-descending": Many((6, 5), 6),
    "below": Many((3,), 4),
    "two-below": Many((1, 3), 4),
    "around": Many((3, 5, 4), 5),
    "again": Many((4,), 4),
    "again-twice": Many((4, 4), 4),
}


def numbers() -> Iterator[Case]:
    """F1.5 and F1.6: of the lists and catalogs of an issuer the highest is taken, and older ones are passed over."""
    for name, many in OF_ONE_ISSUER.items():
        lists = [makers.revocations(trust_version=3, number=number) for number in many.numbers]
        file = file_of(*(sign(one, VENDOR) for one in lists))
        about = f"lists {', '.join(map(str, many.numbers))} where list 4 is in force"
        state = (1, 3, {"demo": (1, 3, many.taken)})
        yield GROUND.takes("F1.5", f"lists-{name}", about, file, state=state)
        catalogs = [makers.catalog(trust_version=3, version=number) for number in many.numbers]
        file = file_of(*(sign(one, VENDOR) for one in catalogs))
        about = f"catalogs {', '.join(map(str, many.numbers))} where catalog 4 is in force"
        known = {"demo": (1, 3, many.taken)}
        yield GROUND.takes("F1.6", f"catalogs-{name}", about, file, *catalogs, catalogs=known)
    yield from _several_issuers()
    yield from _forks()
    yield from _full_versions()


def _several_issuers() -> Iterator[Case]:
    partners = makers.revocations(issuer=PARTNER, trust_version=3, number=1)
    about = "lists of two issuers are ordered by themselves"
    both = (1, 3, {"demo": (1, 3, 5), PARTNER: (1, 3, 1)})
    file = file_of(sign(partners, PARTNERS), sign(makers.revocations(trust_version=3, number=5), VENDOR))
    yield GROUND.takes("O1", "lists-of-two-issuers", about, file, state=both)
    catalog = makers.catalog(issuer=PARTNER, trust_version=3)
    own = makers.catalog(trust_version=3, version=5)
    about = "catalogs of two issuers are ordered by themselves"
    known = {"demo": (1, 3, 5), PARTNER: (1, 3, 1)}
    file = file_of(sign(catalog, PARTNERS), sign(own, VENDOR))
    yield GROUND.takes("O1", "catalogs-of-two-issuers", about, file, catalog, own, catalogs=known)
    about = "a list by a key that was revoked is passed over, and another one beside it is taken"
    revoked = sign(makers.revocations(trust_version=3, number=9), REVOKED)
    file = file_of(revoked, sign(makers.revocations(trust_version=3, number=5), VENDOR))
    yield GROUND.takes("F1.5", "beside-a-revoked-key", about, file, state=(1, 3, {"demo": (1, 3, 5)}))
    about = "a list by a key that was revoked is passed over, although it is forged"
    yield GROUND.takes("F1.5", "revoked-and-forged", about, file_of(makers.forged(revoked)))


def _forks() -> Iterator[Case]:
    for number, where in ((4, "the one in force"), (5, "another one in the file")):
        one = sign(makers.revocations(trust_version=3, number=number), VENDOR)
        other = sign(makers.revocations(trust_version=3, number=number, serials=["7"]), VENDOR)
        about = f"another list in place of {where}"
        yield GROUND.refuses("O1.3", "fork", f"list-{number}-fork", about, file_of(one, other))
        catalog = makers.catalog(trust_version=3, version=number)
        another = makers.catalog(trust_version=3, version=number, urls={"buy": "x"})
        file = file_of(sign(catalog, VENDOR), sign(another, VENDOR))
        about = f"another catalog in place of {where}"
        yield GROUND.refuses("O1.3", "fork", f"catalog-{number}-fork", about, file)
    late = makers.revocations(trust_version=3, number=6)
    five = [makers.revocations(trust_version=3, number=5, serials=serials) for serials in ([], ["7"])]
    about = "two different lists in one place, which a third one supersedes, are passed over"
    file = file_of(*(sign(one, VENDOR) for one in (*five, late)))
    yield GROUND.takes("F1.5", "superseded-fork", about, file, state=(1, 3, {"demo": (1, 3, 6)}))
    about = "the list in force, signed again by another key, is the same"
    held = makers.revocations(trust_version=3, number=4)
    second = makers.key("second-list-key")
    trust = sign(makers.trust(makers.admitted(VENDOR), makers.admitted(second), version=3), KEYS[0])
    ground = Ground(makers.pin(ROOTS[1]), file_of(ROOTS[1], trust, sign(held, VENDOR)), 1, 3, {"demo": (1, 3, 4)})
    yield ground.takes("O1.1", "list-signed-again", about, file_of(sign(held, second)))


def _full_versions() -> Iterator[Case]:
    """O1: the versions of root and trust document go before the number."""
    later = file_of(trust_of(1, 4))
    for kind, (trust_version, number) in {"list": (2, 9), "list-of-a-new-trust": (4, 1)}.items():
        one = sign(makers.revocations(trust_version=trust_version, number=number), VENDOR)
        taken = (1, 4, {"demo": (1, 4, 1) if trust_version == 4 else (1, 3, 4)})
        about = f"list {number} under trust document {trust_version}, where list 4 under 3 is in force"
        yield GROUND.takes("O1", kind, about, later + file_of(one), state=taken)
    old = makers.catalog(trust_version=2, version=9)
    about = "catalog 9 under trust document 2, where catalog 4 under 3 is in force"
    yield GROUND.takes("O1", "catalog", about, file_of(sign(old, VENDOR)), old)
    new = makers.catalog(trust_version=4, version=1)
    about = "catalog 1 under trust document 4, where catalog 4 under 3 is in force"
    file = later + file_of(sign(new, VENDOR))
    known = {"demo": (1, 4, 1)}
    yield GROUND.takes("O1", "catalog-of-a-new-trust", about, file, new, state=(1, 4, GROUND.lists), catalogs=known)
    for version in (4, 5):
        about = f"a list under trust document {version} comes without it"
        one = sign(makers.revocations(trust_version=version, number=1), VENDOR)
        yield GROUND.refuses("L1", "document-ahead", f"list-under-{version}", about, file_of(one))
    about = "a list under root 2 comes without that root"
    one = sign(makers.revocations(root_version=2, trust_version=1, number=1), VENDOR)
    yield GROUND.refuses("L1", "document-ahead", "list-under-root-2", about, file_of(one))
    about = "a list of an old trust document with a higher root version than is here"
    one = sign(makers.revocations(root_version=2**32 - 1, trust_version=1, number=1), VENDOR)
    yield GROUND.refuses("L1", "document-ahead", "list-under-the-highest-root", about, file_of(one))
    about = "under root 2, a list that names a trust document of root 1 above all that were there is an older list"
    file = file_of(ROOTS[2], trust_of(2), sign(makers.revocations(root_version=1, trust_version=9), VENDOR))
    yield GROUND.takes("O1", "list-of-root-1", about, file, state=(2, 1, {"demo": (1, 9, 1)}))


@citing("readers-7b")
def held() -> Iterator[Case]:
    """O1.1 and O1.2: what is held, or was seen, is known by its identity before anybody asks when it was issued."""
    later = NOW + 30 * 86_400
    trust = trust_of(1, 3, issued=later)
    one = sign(makers.revocations(trust_version=3, number=4, issued=later), VENDOR)
    catalog = makers.catalog(trust_version=3, version=4, issued=later)
    known = sign(catalog, VENDOR)
    pack = file_of(ROOTS[1], trust, one, known)
    place = {"demo": (1, 3, 4)}
    ground = Ground(makers.pin(ROOTS[1]), pack, 1, 3, place, place)
    for name, token, shown in (("trust", trust, []), ("list", one, []), ("catalog", known, [catalog])):
        about = f"the {name} in force comes again, long before it was issued"
        yield ground.takes("O1.1", f"held-{name}", about, file_of(token), *shown, flags=("time",))
    bare = Ground(makers.pin(ROOTS[1]), file_of(ROOTS[1], trust_of(1, 2)), 1, 2)
    about = "a trust document that was seen and is gone comes again, long before it was issued"
    file = file_of(trust)
    yield bare.takes("O1.2", "seen-trust", about, file, state=(1, 3, {}), seen=shown_seen(trust=trust), flags=("time",))
    shipped = Ground(makers.pin(ROOTS[1]), file_of(ROOTS[1], trust), 1, 3)
    about = "a list that was seen and is gone comes again, long before it was issued"
    state = (1, 3, place)
    yield shipped.takes(
        "O1.2", "seen-list", about, file_of(one), state=state, seen=shown_seen(demo=one), flags=("time",)
    )
    about = "a catalog that was seen and is gone comes again, long before it was issued"
    seen = shown_seen(demo=known)
    file = file_of(known)
    yield shipped.takes("O1.2", "seen-catalog", about, file, catalog, catalogs=place, seen=seen, flags=("time",))
    for name, token in (("trust", trust), ("list", one), ("catalog", known)):
        on = bare if name == "trust" else shipped
        about = f"a {name} that was not seen comes long before it was issued"
        yield on.refuses("O1.2", "issued-ahead", f"unseen-{name}", about, file_of(token), flags=("time",))


@citing("readers-1a")
def two_steps_of_a_file() -> Iterator[Case]:
    """F1 and S1: of two faults in different steps of a file the earlier one is reported."""
    floor = shown_seen(trust=trust_of(1, 9))
    below = {"list": file_of(FAULTY["list"].token), "catalog": file_of(FAULTY["catalog"].token)}
    for kind, file in below.items():
        bad = FAULTY[kind]
        about = f"a {kind} is refused, and the trust document is below the one that was seen"
        yield GROUND.refuses(bad.rule, bad.code, f"{kind}-before-floor", about, file, seen=floor, flags=("precedence",))
    about = "the trust document is below the one that was seen, and a bundle is refused"
    file = file_of(FAULTY["bundle"].token)
    yield GROUND.refuses("S1.3", "rollback", "floor-before-bundle", about, file, seen=floor, flags=("precedence",))
    about = "a later list is required, and a bundle is by a revoked key"
    later = shown_seen(demo=sign(makers.revocations(trust_version=3, number=9), VENDOR))
    file = file_of(sign(BUNDLE, REVOKED))
    yield GROUND.refuses("4.4", "key-revoked", "key-before-list", about, file, seen=later, flags=("precedence",))
    about = "a new root without a trust document, and a list that is refused"
    file = file_of(link(2), FAULTY["list"].token)
    yield GROUND.refuses("F1.4", "trust-missing", "trust-before-list", about, file, flags=("precedence",))
    about = "a trust document ahead of now, and a list that is refused"
    file = file_of(trust_of(1, 4, issued=NOW + 86_401), FAULTY["list"].token)
    yield GROUND.refuses("O1.2", "issued-ahead", "ahead-before-list", about, file, flags=("precedence",))
    about = "a list ahead of now, and a catalog that is refused"
    ahead = sign(makers.revocations(trust_version=3, number=5, issued=NOW + 86_401), VENDOR)
    file = file_of(ahead, FAULTY["catalog"].token)
    yield GROUND.refuses("O1.2", "issued-ahead", "list-before-catalog", about, file, flags=("precedence",))
    about = "two lists: one is ahead of now, and the other is refused by L1 before any is taken"
    file = file_of(ahead, FAULTY["list"].token)
    yield GROUND.refuses("4.3", "key-unknown", "judged-before-taken", about, file, flags=("precedence",))


def alone() -> Iterator[Case]:
    """One token by the rules of its type, without F1: roots, trust documents and lists; no other type."""
    root, trust, listed, *others = EVERYTHING
    about = "a root alone: the trust document of the one before is no longer in force"
    yield GROUND.takes("R3", "root", about, file_of(root), state=(2, None, GROUND.lists), alone=True)
    about = "a trust document alone, of a root that is not here"
    yield GROUND.refuses("T1.1", "key-unknown", "trust-of-root-2", about, file_of(trust), alone=True)
    about = "a list alone, under a root that is not here"
    yield GROUND.refuses("L1", "document-ahead", "list-of-root-2", about, file_of(listed), alone=True)
    for token in others:
        about = f"a {token.type} alone is no part of trust"
        yield GROUND.refuses("3", "unexpected-type", token.type, about, file_of(token), alone=True)
        damaged = armor.Token(token.type, b"\x00")
        about = f"a {token.type} alone is no part of trust, and its frame is damaged"
        flags = ("precedence",)
        file = file_of(damaged)
        yield GROUND.refuses("3", "unexpected-type", f"{token.type}-damaged", about, file, alone=True, flags=flags)
