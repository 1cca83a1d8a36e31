"""Cases of packs, and of catalogs in files."""

from collections.abc import Iterator

from licensekit.trust.sign import sign
from licensekit.wire import armor
from tests import makers
from tests.makers import NOW
from tests.vectors.of_verification import BUNDLE, TOKEN, by
from tests.vectors.vector import (
    ADMITTED,
    CATALOGS,
    FIRST,
    GROUND,
    REVOKED,
    ROOT,
    TRUST,
    VENDOR,
    Case,
    Ground,
    Lists,
    file_of,
    shown_seen,
)


def packs() -> Iterator[Case]:
    """Packs, and catalogs in files: C1, C2 and S1."""
    catalog = makers.catalog(version=2)
    whole = sign(catalog, CATALOGS)
    pack = file_of(FIRST, TRUST, whole)
    ground = Ground(GROUND.root, pack, catalogs={"demo": (1, 1, 2)})
    bundle = file_of(TOKEN)
    yield ground.takes("Packs", "pack-with-catalog", "a whole pack", bundle, BUNDLE)
    older = makers.catalog(version=1)
    about = "an older catalog is genuine, and changes nothing"
    yield ground.takes("O1", "older-catalog", about, by(CATALOGS, older), older)
    fork = by(CATALOGS, makers.catalog(version=2, urls={"buy": "https://example.com/"}))
    about = "another catalog of the version in force"
    yield ground.refuses("O1", "fork", "fork", about, fork)
    by_revoked = file_of(FIRST, TRUST, sign(catalog, REVOKED))
    about = "a catalog by a key that was revoked since is passed over"
    passing_over = Ground(GROUND.root, by_revoked)
    yield passing_over.takes("F1", "catalog-by-a-revoked-key", about, bundle, BUNDLE)
    left = [key for key in ADMITTED if key.name != "catalogs only"]
    narrowed = sign(makers.trust(*left, version=2), ROOT)
    about = "the trust document in the file admits the catalog's key no more"
    file = file_of(narrowed, TOKEN)
    state = (1, 2, Lists())
    yield ground.takes("C2", "forgotten", about, file, BUNDLE, state=state, catalogs={})
    yield from _catalogs_under_newer_trust(ground, narrowed)
    newer = makers.catalog(version=3)
    about = "a newer catalog rides in a license file"
    file = file_of(sign(newer, CATALOGS), TOKEN)
    now_newer = {"demo": (1, 1, 3)}
    yield ground.takes("C1", "newer-catalog", about, file, newer, BUNDLE, catalogs=now_newer)
    yield from _ahead()
    yield from _catalog_floors(ground, whole)
    wrong = {
        "bundle-in-pack": ("unexpected-type", "a pack holds no bundle", GROUND.pack + bundle),
        "no-trust-document": ("trust-missing", "a pack of a root alone", file_of(FIRST)),
        "forged-catalog": (
            "signature-invalid",
            "a catalog in a pack is judged like any other",
            file_of(FIRST, TRUST, makers.forged(whole)),
        ),
    }
    steps = {"signature-invalid": "5"}
    for name, (code, about, spoiled) in wrong.items():
        spoiled_ground = Ground(GROUND.root, spoiled)
        yield spoiled_ground.refuses(steps.get(code, "Packs"), code, name, about, bundle)


def _catalogs_under_newer_trust(ground: Ground, newer: armor.Token) -> Iterator[Case]:
    """A catalog names root and trust document, and is ordered by them."""
    under = {"under-a-trust-to-come": (1, 2), "under-a-root-to-come": (2, 1)}
    for name, (root_version, trust_version) in under.items():
        ahead = makers.catalog(version=3, root_version=root_version, trust_version=trust_version)
        about = f"a catalog {name.replace('-', ' ')}"
        yield ground.refuses("C1", "document-ahead", name, about, by(CATALOGS, ahead))
    first = makers.catalog(version=1, trust_version=2)
    about = "a lower version under a newer trust document is newer"
    file = file_of(newer, sign(first, VENDOR))
    state = (1, 2, Lists())
    known = {"demo": (1, 2, 1)}
    yield ground.takes("O1", "first-of-trust", about, file, first, state=state, catalogs=known)


def _ahead() -> Iterator[Case]:
    """What a pack holds, and what a file supersedes, may have been issued by a clock ahead."""
    later = NOW + 30 * 86_400
    trust = sign(makers.trust(*ADMITTED, version=2, issued=later), ROOT)
    listed = sign(makers.revocations(issued=later), VENDOR)
    catalog = makers.catalog(version=2, issued=later)
    signed = sign(catalog, CATALOGS)
    lists = {"demo": (1, 1, 1)}
    known = {"demo": (1, 1, 2)}
    ground = Ground(GROUND.root, file_of(FIRST, trust, listed, signed), 1, 2, lists, known)
    bundle = file_of(TOKEN)
    about = "a pack that was signed by a clock ahead"
    yield ground.takes("Packs", "issued-ahead", about, bundle, BUNDLE)
    about = "what is held comes again in a file, and a clock that is right is before it"
    file = file_of(trust, listed, signed, TOKEN)
    yield ground.takes("O1", "held-and-ahead", about, file, catalog, BUNDLE)
    third = sign(makers.trust(*ADMITTED, version=3), ROOT)
    next_list = sign(makers.revocations(number=2), VENDOR)
    next_catalog = makers.catalog(version=3)
    after = sign(next_catalog, CATALOGS)
    superseding = {"trust": (trust, third), "list": (listed, next_list), "catalog": (signed, after)}
    for name, (ahead, newer) in superseding.items():
        about = f"alone in a file, a {name} is ahead"
        yield GROUND.refuses("O1", "issued-ahead", f"{name}-ahead", about, file_of(ahead))
        about = f"in a file with a newer one, a {name} that is ahead is passed over"
        shown = [catalog, next_catalog] if name == "catalog" else []
        yield GROUND.takes(
            "F1",
            f"{name}-ahead-superseded",
            about,
            file_of(ahead, newer, TOKEN),
            *shown,
            BUNDLE,
            state=(1, 3 if name == "trust" else 1, {"demo": (1, 1, 2)} if name == "list" else {}),
            catalogs={"demo": (1, 1, 3)} if name == "catalog" else {},
        )


def _catalog_floors(ground: Ground, held: armor.Token) -> Iterator[Case]:
    """S1: the catalog that was seen is gone."""
    bundle = file_of(TOKEN)
    higher = shown_seen(demo=sign(makers.catalog(version=3), CATALOGS))
    about = "a lower catalog than one that was seen is not in force"
    yield ground.takes("S1", "below-floor", about, bundle, BUNDLE, seen=higher, catalogs={})
    other = shown_seen(demo=sign(makers.catalog(version=2, urls={"a": "b"}), CATALOGS))
    about = "another catalog was seen in place of the pack's"
    yield ground.refuses("S1", "fork", "pack-beside-floor", about, bundle, seen=other)
    about = "another catalog was seen in place of the file's"
    file = file_of(held, TOKEN)
    yield GROUND.refuses("O1", "fork", "file-beside-floor", about, file, seen=other)
    newer = makers.catalog(version=4)
    about = "a catalog above the floor, with another one in the pack"
    file = file_of(sign(newer, CATALOGS), TOKEN)
    known = {"demo": (1, 1, 4)}
    yield ground.takes("S1", "above-floor", about, file, newer, BUNDLE, seen=other, catalogs=known)
