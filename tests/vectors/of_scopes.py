"""Cases of scopes: what a key may sign, on every type (4.5, 7.3 to 7.7)."""

from collections.abc import Iterator
from typing import Final

from licensekit.trust.sign import sign
from licensekit.wire.documents import AfterGrace, Bundle, Scope, SignedType, Use
from tests import makers
from tests.makers import ISSUED_DAY, PARTNER
from tests.vectors.of_windows import OF_KEYS, SIGNER, admitting, taken, word
from tests.vectors.vector import Case, Ground, file_of

FEW: Final = {"system": {"server": 1}, "sites": {"satellite": 2}, "users": {"user": 5}}
"""Counts of a bundle of which the highest is 5."""
SHORT: Final = {"expiry": ISSUED_DAY + 5, "warning": None, "grace": None, "after_grace": AfterGrace.BLOCK}


def within(scope: Scope) -> Ground:
    """Return a pack whose trust document admits SIGNER with `scope`."""
    return admitting(makers.admitted(SIGNER, "the signer", scope=scope))


def types() -> Iterator[Case]:
    """4.5: a key signs the types of its scope alone, each of the four."""
    for kind in SignedType:
        own = kind.name.lower()
        ground = within(makers.scope(types=[kind]))
        for document in OF_KEYS:
            name = f"{word(document)}-by-a-key-for-{own}"
            file = file_of(sign(document, SIGNER))
            if own == word(document):
                yield taken(ground, "4.5", name, f"a key for {own} alone signs one", document)
            else:
                about = f"a key for {own} alone signs a {word(document)}"
                yield ground.refuses("4.5", "key-out-of-scope", name, about, file)


ISSUERS: Final = {
    "one": (["demo"], True),
    "first-of-two": (["demo", "partner"], True),
    "last-of-two": (["acme", "demo"], True),
    "another": (["partner"], False),
    "neither-of-two": (["demo-2", "partner"], False),
    "longer": (["demo-1"], False),
    "shorter": (["dem"], False),
}
"""Issuers of a scope, and whether a document of the issuer `demo` is in it."""


def issuers() -> Iterator[Case]:
    """7.3: a key signs in the name of the issuers of its scope, on every type."""
    for name, (allowed, is_in) in ISSUERS.items():
        ground = within(makers.scope(issuers=allowed))
        for document in OF_KEYS:
            file = file_of(sign(document, SIGNER))
            about = f"a {word(document)} of demo by a key for {' and '.join(allowed)}"
            if is_in:
                yield taken(ground, "7.3", f"{word(document)}-{name}", about, document)
            else:
                yield ground.refuses("7.3", "key-out-of-scope", f"{word(document)}-{name}", about, file)
    partners = makers.bundle(issuer=PARTNER)
    about = "a key for two issuers signs for the one that is not the vendor"
    ground = within(makers.scope(issuers=["demo", "partner"]))
    yield ground.takes("7.3", "bundle-of-the-partner", about, file_of(sign(partners, SIGNER)), partners)


def uses() -> Iterator[Case]:
    """7.4: every use, by keys of none, one or two uses."""
    for allowed in ([], [Use.PRODUCTION], [Use.TRIAL], [Use.DEMO], [Use.PRODUCTION, Use.DEMO]):
        words = " and ".join(use.name.lower() for use in allowed) or "no use"
        ground = within(makers.scope(uses=allowed))
        for use in Use:
            document = makers.bundle(use=use)
            name = f"{use.name.lower()}-by-a-key-for-{words.replace(' ', '-')}"
            about = f"a bundle for {use.name.lower()} by a key for {words}"
            file = file_of(sign(document, SIGNER))
            if use in allowed:
                yield ground.takes("7.4", name, about, file, document)
            else:
                yield ground.refuses("7.4", "key-out-of-scope", name, about, file)
    ground = within(makers.scope(uses=[]))
    for other in OF_KEYS[1:]:
        about = f"uses are about bundles alone: a {word(other)} by a key for no use"
        yield taken(ground, "7.4", f"{word(other)}-of-no-use", about, other)


LIMITS: Final = {
    "parts": makers.limited(parts=["base"]),
    "most": makers.limited(parts=["base"], most=5),
    "term": makers.limited(longest_term=5),
    "all": makers.limited(parts=["base"], most=5, longest_term=5),
}
"""Each limit of a scope alone, and all of them."""


def limits() -> Iterator[Case]:
    """7.5 to 7.7: parts, replacing and the most, under each limit alone and under all of them."""
    fitting = makers.bundle(**FEW, **SHORT)
    for name, scope in LIMITS.items():
        ground = within(scope)
        about = f"a bundle within the limit: {name}"
        yield ground.takes("7", f"within-{name}", about, file_of(sign(fitting, SIGNER)), fitting)
        replacing = file_of(sign(makers.changed(fitting, replaces=["7"]), SIGNER))
        about = f"it replaces a serial under the limit: {name}"
        yield ground.refuses("7.6", "key-out-of-scope", f"replaces-under-{name}", about, replacing)
        for changed, rule, fields in (
            ("part", "7.5", {"part": "reports"}),
            ("count", "7.7", {"users": {"user": 6}}),
            ("unrestricted", "7.7", {"users": {"user": None}}),
            ("setting", "7.7", {"settings": {"brand": "x"}}),
            ("perpetual", "7.8", {"expiry": None}),
        ):
            bundle = makers.changed(fitting, **fields)
            file = file_of(sign(bundle, SIGNER))
            if _is_beyond(changed, scope):
                about = f"beyond the limit {name}: {changed}"
                yield ground.refuses(rule, "key-out-of-scope", f"{changed}-beyond-{name}", about, file)
            else:
                about = f"no limit of {changed}: {name}"
                yield ground.takes(rule, f"{changed}-under-{name}", about, file, bundle)
    replacing_freely = makers.bundle(replaces=["7"])
    about = "a key without a limit replaces a serial"
    yield within(makers.scope(types=[SignedType.BUNDLE])).takes(
        "7.6", "replaces-without-a-limit", about, file_of(sign(replacing_freely, SIGNER)), replacing_freely
    )


def _is_beyond(what: str, scope: Scope) -> bool:
    """Return whether a scope has the limit that is exceeded."""
    if what == "part":
        return scope.parts is not None
    return scope.longest_term is not None if what == "perpetual" else scope.most is not None


COUNTS: Final = {"system": "a quantity", "sites": "sites", "users": "users"}


COUNTED: Final = ("bound",)


def most() -> Iterator[Case]:
    """7.7: both sides of the most, for each kind of license, for the lowest and the highest that there is."""
    none: dict[str, dict[str, int]] = {kind: {} for kind in COUNTS}
    for highest in (1, 25, 4_294_967_295):
        ground = within(makers.limited(parts=["base", "storage"], most=highest))
        for kind, words in COUNTS.items():
            document = makers.bundle(**(none | {kind: {"a": 1, "b": highest}}))
            about = f"of at most {highest}: {words} as many as that"
            yield ground.takes(
                "7.7", f"{kind}-{highest}", about, file_of(sign(document, SIGNER)), document, flags=COUNTED
            )
            if highest < 4_294_967_295:
                beyond = makers.bundle(**(none | {kind: {"a": 1, "b": highest + 1}}))
                about = f"of at most {highest}: {words} one more than that"
                file = file_of(sign(beyond, SIGNER))
                yield ground.refuses("7.7", "key-out-of-scope", f"{kind}-above-{highest}", about, file, flags=COUNTED)
            open_end = makers.bundle(**(none | {kind: {"a": 1, "b": None}}))
            about = f"of at most {highest}: {words} without a limit"
            file = file_of(sign(open_end, SIGNER))
            yield ground.refuses("7.7", "key-out-of-scope", f"{kind}-unrestricted-{highest}", about, file)
    nothing: Bundle = makers.bundle(**none)
    about = "a bundle of no license at all is within any most"
    ground = within(makers.limited(parts=["base"], most=1))
    yield ground.takes("7.7", "no-counts", about, file_of(sign(nothing, SIGNER)), nothing)
