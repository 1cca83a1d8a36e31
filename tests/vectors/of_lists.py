"""Cases of revocation lists: L1, L2, their order, and what was seen."""

from collections.abc import Iterator
from typing import Any

from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import KeyState
from tests import makers
from tests.makers import NOW, PARTNER, SERIAL
from tests.vectors.of_trust import BUNDLE, TOKEN, D, root, trust
from tests.vectors.vector import (
    ADMITTED,
    CATALOGS,
    FIRST,
    GROUND,
    PARTNERS,
    REVOKED,
    ROOT,
    SALES,
    STRANGER,
    VENDOR,
    Case,
    Ground,
    file_of,
    shown_seen,
)


def lists() -> Iterator[Case]:
    """L1, L2, and S1."""
    seen = (1, 3, 4)

    def made(number: int, signer: SigningKey = VENDOR, **changes: object) -> armor.Token:
        fields = {"trust_version": 3, "number": number} | changes
        return sign(makers.revocations(**fields), signer)

    held = made(4)
    pack = file_of(FIRST, trust([ROOT], 3), held)
    ground = Ground(GROUND.root, pack, 1, 3, {"demo": seen})
    takes, refuses = ground.takes, ground.refuses
    state = (1, 3, {"demo": (1, 3, 5)})
    yield takes("L1", "next", "the next number", file_of(made(5)), state=state)
    yield takes("O1", "same-again", "it changes nothing", file_of(held))
    ahead = NOW + 86_401
    wrong = {
        "stranger": ("4", "key-unknown", made(5, STRANGER)),
        "revoked-key-alone": ("4", "key-revoked", made(5, REVOKED)),
        "key-for-bundles": ("4", "key-out-of-scope", made(5, SALES)),
        "key-for-catalogs": ("4", "key-out-of-scope", made(5, CATALOGS)),
        "of-the-vendor-by-a-partner": ("7", "key-out-of-scope", made(5, PARTNERS)),
        "another-product": ("8", "wrong-product", made(5, product="demo-erp")),
        "trust-to-come": ("L1", "document-ahead", made(5, trust_version=4)),
        "root-to-come": ("L1", "document-ahead", made(5, root_version=2, trust_version=1)),
        "rollback-alone": ("O1", "rollback", made(3)),
        "huge-number-of-an-older-trust": ("O1", "rollback", made(2**32 - 1, trust_version=2)),
        "fork": ("O1", "fork", made(4, serials=[SERIAL])),
        "fork-and-ahead": ("O1", "issued-ahead", made(4, issued=ahead)),
        "trust-to-come-and-ahead": ("L1", "document-ahead", made(5, trust_version=4, issued=ahead)),
    }
    for name, (step, code, token) in wrong.items():
        about = f"a list: {name.replace('-', ' ')}"
        yield refuses(step, code, name, about, file_of(token), alone=True)
    about = "in a file, an older list is passed over"
    yield takes("F1", "rollback-in-a-file", about, file_of(made(3), TOKEN), BUNDLE)
    about = "in a file, a list by a revoked key is passed over"
    yield takes("F1", "revoked-key-in-a-file", about, file_of(made(5, REVOKED), TOKEN), BUNDLE)
    yield from _stolen()
    partners = made(1, PARTNERS, issuer=PARTNER)
    both = {"demo": seen, PARTNER: (1, 3, 1)}
    about = "each issuer has an order of its own"
    yield takes("O1", "partner", about, file_of(partners, TOKEN), BUNDLE, state=(1, 3, both))
    bundle = file_of(TOKEN)
    about = "alone, a type that is no part of trust"
    yield refuses("3", "unexpected-type", "bundle-alone", about, bundle, alone=True)
    other = made(4, serials=[SERIAL])
    floors: tuple[tuple[str, str, armor.Token], ...] = (
        ("higher-root", "rollback", root([ROOT, D], [D], 2)),
        ("higher-trust", "rollback", trust([ROOT], 4)),
        ("trust-of-a-higher-root", "rollback", trust([ROOT], 1, under=2)),
        ("higher-list", "revocations-missing", made(5)),
        ("list-of-a-higher-trust", "revocations-missing", made(1, trust_version=4)),
        ("another-root", "fork", root([ROOT], [ROOT, D])),
        ("another-trust", "fork", sign(makers.trust(version=3), ROOT)),
        ("another-list", "fork", other),
    )
    for name, code, token in floors:
        about = f"what was seen before: {name.replace('-', ' ')}"
        yield refuses("S1", code, name, about, bundle, seen=_floor(token))
    yield from _deleted(held, other)


def _floor(token: armor.Token) -> dict[str, Any]:
    """Return the floor that one document makes."""
    if token.type == "root":
        return shown_seen(root=token)
    return shown_seen(trust=token) if token.type == "trust" else shown_seen(demo=token)


def _deleted(held: armor.Token, other: armor.Token) -> Iterator[Case]:
    """S1: the list that was seen is gone."""
    gone = Ground(GROUND.root, file_of(FIRST, trust([ROOT], 3)), 1, 3)
    seen = _floor(held)
    state = (1, 3, {"demo": (1, 3, 4)})
    about = "the very list that was seen comes again, before a clock that was turned back"
    file = file_of(held)
    yield gone.takes("O1", "seen-again", about, file, state=state, seen=seen, now=0)
    about = "another list in place of the one that was seen"
    file = file_of(other, TOKEN)
    yield gone.refuses("O1", "fork", "other-for-seen", about, file, seen=seen)
    about = "an older list than the one that was seen is passed over, and none is here"
    old = file_of(sign(makers.revocations(trust_version=3, number=3), VENDOR), TOKEN)
    yield gone.refuses("F1", "revocations-missing", "older-for-seen", about, old, seen=seen)
    about = "a later list than the one that was seen"
    late = file_of(sign(makers.revocations(trust_version=3, number=5), VENDOR), TOKEN)
    state = (1, 3, {"demo": (1, 3, 5)})
    yield gone.takes("S1", "later-for-seen", about, late, BUNDLE, state=state, seen=seen)


def _stolen() -> Iterator[Case]:
    """A list key is stolen; the thief's list dies with the next trust document."""
    thief = makers.key("stolen")

    def trust_with(state: KeyState, version: int) -> armor.Token:
        key = makers.admitted(thief, "stolen", state=state)
        return sign(makers.trust(*ADMITTED, key, version=version), ROOT)

    huge = sign(makers.revocations(trust_version=3, number=2**32 - 1), thief)
    pack = file_of(FIRST, trust_with(KeyState.ACTIVE, 3), huge)
    place = {"demo": (1, 3, 2**32 - 1)}
    ground = Ground(GROUND.root, pack, 1, 3, place)
    revoked = trust_with(KeyState.REVOKED, 4)
    about = "the thief's list counts while his key may sign"
    yield ground.takes("L2", "stolen-key", about, file_of(TOKEN), BUNDLE)
    about = "his key is revoked: his list goes, and its absence is not an empty list"
    file = file_of(revoked, TOKEN)
    yield ground.refuses("L2", "revocations-missing", "stolen-key-revoked", about, file)
    fresh = sign(makers.revocations(trust_version=4, number=1), VENDOR)
    about = "a new list under the new trust document has a higher place"
    file = file_of(revoked, fresh, huge, TOKEN)
    state = (1, 4, {"demo": (1, 4, 1)})
    yield ground.takes("O1", "stolen-key-replaced", about, file, BUNDLE, state=state)
