"""Cases of what an issuer has taken back: step 9, and lists that are required (L2)."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from licensekit.trust.sign import sign
from licensekit.wire.documents import Bundle, LowestOfUses, Use
from tests import makers
from tests.makers import PARTNER, SERIAL
from tests.vectors.of_root_chains import BUNDLE, KEYS, ROOTS, TOKEN, trust_of
from tests.vectors.vector import PARTNERS, VENDOR, Case, Ground, file_of, shown_seen


class Counted(NamedTuple):
    """A list's lowest sequences of SERIAL, and a bundle's part, use and sequence; and whether it still counts."""

    lowest: dict[str, LowestOfUses]
    part: str
    use: Use
    sequence: int
    counts: bool


BASE_7: Final = {"base": LowestOfUses(7, None, None)}
BY_USE: Final = {"base": LowestOfUses(7, 5, 3)}
OF_TWO_PARTS: Final = {"base": LowestOfUses(1, None, None), "reports": LowestOfUses(9, None, None)}
LOWEST: Final = {
    "at": Counted(BASE_7, "base", Use.PRODUCTION, 7, counts=True),
    "above": Counted(BASE_7, "base", Use.PRODUCTION, 8, counts=True),
    "below": Counted(BASE_7, "base", Use.PRODUCTION, 6, counts=False),
    "another-part": Counted(BASE_7, "reports", Use.PRODUCTION, 1, counts=True),
    "trial-of-production": Counted(BASE_7, "base", Use.TRIAL, 1, counts=True),
    "demo-of-production": Counted(BASE_7, "base", Use.DEMO, 1, counts=True),
    "production-of-three": Counted(BY_USE, "base", Use.PRODUCTION, 6, counts=False),
    "trial-of-three": Counted(BY_USE, "base", Use.TRIAL, 4, counts=False),
    "trial-at": Counted(BY_USE, "base", Use.TRIAL, 5, counts=True),
    "demo-of-three": Counted(BY_USE, "base", Use.DEMO, 2, counts=False),
    "demo-at": Counted(BY_USE, "base", Use.DEMO, 3, counts=True),
    "second-part": Counted(OF_TWO_PARTS, "reports", Use.PRODUCTION, 8, counts=False),
    "first-of-two-parts": Counted(OF_TWO_PARTS, "base", Use.PRODUCTION, 1, counts=True),
    "highest": Counted({"base": LowestOfUses(2**32 - 1, None, None)}, "base", Use.PRODUCTION, 2**32 - 2, counts=False),
    "at-the-highest": Counted(
        {"base": LowestOfUses(2**32 - 1, None, None)}, "base", Use.PRODUCTION, 2**32 - 1, counts=True
    ),
}


def taken_back() -> Iterator[Case]:
    """9.2: identities, serials and the lowest sequences of each serial, part and use."""
    ground = Ground(makers.pin(ROOTS[1]), file_of(ROOTS[1], trust_of(1, 3)), 1, 3)
    state = (1, 3, {"demo": (1, 3, 1)})

    def file_with(bundle: Bundle, **changes: Any) -> str:
        one = makers.revocations(trust_version=3, **changes)
        return file_of(sign(one, VENDOR), sign(bundle, VENDOR))

    for name, case in LOWEST.items():
        bundle = makers.bundle(part=case.part, use=case.use, sequence=case.sequence)
        about = f"the lowest sequence of each part and use: {name.replace('-', ' ')}"
        file = file_with(bundle, lowest={SERIAL: case.lowest})
        if case.counts:
            yield ground.takes("9.2", f"lowest-{name}", about, file, bundle, state=state, flags=("bound",))
        else:
            yield ground.refuses("9.2", "bundle-revoked", f"lowest-{name}", about, file, flags=("bound",))
    identity = makers.identity_of(TOKEN)
    around = sorted([identity, bytes(16), b"\xff" * 16])
    near = bytes([*identity[:-1], identity[-1] ^ 1])
    serials = ["1010000013", SERIAL, "1010000015"]
    refused: dict[str, dict[str, Any]] = {
        "identity-alone": {"identities": [identity]},
        "identity-first": {"identities": sorted([identity, b"\xff" * 16])},
        "identity-last": {"identities": sorted([bytes(16), identity])},
        "identity-among": {"identities": around},
        "serial-alone": {"serials": [SERIAL]},
        "serial-among": {"serials": serials},
        "serial-and-lowest": {"serials": [SERIAL], "lowest": {SERIAL: {"base": LowestOfUses(1, None, None)}}},
    }
    for name, changes in refused.items():
        about = f"a list names the bundle: {name.replace('-', ' ')}"
        yield ground.refuses("9.2", "bundle-revoked", name, about, file_with(BUNDLE, **changes))
    passed: dict[str, dict[str, Any]] = {
        "identity-beside": {"identities": [near]},
        "serial-longer": {"serials": [SERIAL + "0"]},
        "serial-shorter": {"serials": [SERIAL[:-1]]},
        "lowest-of-another-serial": {"lowest": {"7": {"base": LowestOfUses(9, 9, 9)}}},
        "nothing": {},
    }
    for name, changes in passed.items():
        about = f"a list does not name the bundle: {name.replace('-', ' ')}"
        yield ground.takes("9.2", name, about, file_with(BUNDLE, **changes), BUNDLE, state=state)
    again = sign(BUNDLE, makers.key("second"))
    trust = sign(makers.trust(makers.admitted(VENDOR), makers.admitted(makers.key("second")), version=4), KEYS[0])
    one = sign(makers.revocations(trust_version=3, identities=[identity]), VENDOR)
    about = "a list names the identity of a bundle that another key signed again"
    yield ground.refuses("9.2", "bundle-revoked", "signed-again", about, file_of(trust, one, again))


def required() -> Iterator[Case]:
    """9.1 and L2: a list that was seen is required, of each issuer by itself."""
    ground = Ground(makers.pin(ROOTS[1]), file_of(ROOTS[1], trust_of(1, 3)), 1, 3)
    seen = shown_seen(demo=sign(makers.revocations(trust_version=3, number=4), VENDOR))
    place = {"demo": (1, 3, 4)}
    partners = makers.bundle(issuer=PARTNER)
    about = "the vendor's list is missing: a partner's bundle is taken"
    file = file_of(sign(partners, PARTNERS))
    yield ground.takes("9.1", "of-another-issuer", about, file, partners, state=(1, 3, place), seen=seen)
    about = "the vendor's list is missing: a bundle for a demo is refused as well"
    file = file_of(sign(makers.bundle(use=Use.DEMO, part="reports"), VENDOR))
    yield ground.refuses("9.1", "revocations-missing", "any-use-and-part", about, file, seen=seen)
    about = "the vendor's list is missing: a reset and a catalog are taken"
    catalog, reset = makers.catalog(trust_version=3), makers.reset()
    file = file_of(sign(catalog, VENDOR), sign(reset, VENDOR))
    known = {"demo": (1, 3, 1)}
    yield ground.takes(
        "9.1", "other-types", about, file, catalog, reset, state=(1, 3, place), catalogs=known, seen=seen
    )
    for number, code in ((3, "revocations-missing"), (5, None), (4, None)):
        one = sign(makers.revocations(trust_version=3, number=number), VENDOR)
        about = f"list 4 is missing, and list {number} comes with a bundle"
        file = file_of(one, TOKEN)
        if code is None:
            state = (1, 3, {"demo": (1, 3, number)})
            yield ground.takes("L2", f"list-{number}", about, file, BUNDLE, state=state, seen=seen)
        else:
            yield ground.refuses("L2", code, f"list-{number}", about, file, seen=seen)
    about = "list 4 is missing, and a list by a revoked key comes with a bundle"
    revoked = sign(makers.revocations(trust_version=3, number=9), makers.key("revoked"))
    file = file_of(revoked, TOKEN)
    yield ground.refuses("L2", "revocations-missing", "list-by-a-revoked-key", about, file, seen=seen)
    about = "a partner's list is missing, and the vendor's is here"
    theirs = shown_seen(partner=sign(makers.revocations(issuer=PARTNER, trust_version=3), PARTNERS))
    file = file_of(sign(partners, PARTNERS), sign(makers.revocations(trust_version=3), VENDOR))
    yield ground.refuses("9.1", "revocations-missing", "of-a-partner", about, file, seen=theirs)
