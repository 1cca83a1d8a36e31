"""Cases of what one admitted key signs: every step for every type, and every two faults (steps 3 to 9, L1, C1, O1)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import TYPE_OF, Catalog, Document, KeyState, Revocations, SignedType, encode
from tests import makers
from tests.makers import NOW
from tests.vectors.faults import Fault, Faults, Spoiled, with_one, with_two
from tests.vectors.vector import FIRST, ROOT, VENDOR, Case, Ground, citing, file_of, shown_seen

SIGNER: Final = makers.key("signer")
"""The key of the trust document that a fault is about; VENDOR, beside it, signs what is there before."""
AHEAD: Final = NOW + 86_401
HELD_LIST: Final = sign(makers.revocations(trust_version=3, number=4), VENDOR)
HELD_CATALOG: Final = sign(makers.catalog(trust_version=3, version=4), VENDOR)


@dataclass(frozen=True)
class Signed:
    """A document, how it was signed, and what the trust document says of its signer."""

    document: Document
    admitted: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Fields of the admitted key that are not as usual."""
    scope: Mapping[str, Any] = field(default_factory=dict[str, Any])
    is_admitted: bool = True
    co_signed: bool = False
    is_forged: bool = False
    is_longer: bool = False
    """Whether a byte follows the payload."""
    in_long_form: bool = False
    """Whether its last map, the extensions, has a header that is longer than it must be."""
    is_newer: bool = False
    """Whether it has an extension that nobody understands."""
    is_cut: bool = False
    """Whether the frame ends before its payload."""
    is_listed: bool = False
    """Whether the list in force names its identity."""
    list_is_gone: bool = False
    """Whether a later list than the one in force was seen."""

    @property
    def payload(self) -> bytes:
        """The bytes that are signed."""
        count = int(self.is_newer)
        header = bytes([0xDE, 0, count]) if self.in_long_form else bytes([0x80 + count])
        extensions = header + b"\xa4!new\x01" * count
        return encode(self.document)[:-1] + extensions + b"\xc0" * self.is_longer

    @property
    def token(self) -> armor.Token:
        """What a reader is given."""
        signers = (SIGNER, VENDOR) if self.co_signed else (SIGNER,)
        token = makers.seal(TYPE_OF[type(self.document)], self.payload, *signers)
        if self.is_forged:
            token = makers.forged(token)
        if self.is_cut:
            token = armor.Token(token.type, token.frame[: -len(self.payload)])
        return token

    @property
    def ground(self) -> Ground:
        """The pack under which it is judged."""
        own = makers.admitted(SIGNER, "the signer", scope=makers.scope(**self.scope), **self.admitted)
        keys = [makers.admitted(VENDOR), *([own] if self.is_admitted else [])]
        trust = sign(makers.trust(*keys, version=3), ROOT)
        if self.is_listed:
            identity = makers.identity_of(makers.seal("bundle", self.payload, SIGNER))
            listed = sign(makers.revocations(trust_version=3, number=4, identities=[identity]), VENDOR)
        else:
            listed = HELD_LIST
        lists, catalogs = {"demo": (1, 3, 4)}, {"demo": (1, 3, 4)}
        pack = file_of(FIRST, trust, listed, HELD_CATALOG)
        return Ground(makers.pin(FIRST), pack, 1, 3, lists, catalogs)


def change(**changes: Any) -> Callable[[Signed], Signed]:
    """Return what replaces fields of the document."""
    return lambda signed: replace(signed, document=makers.changed(signed.document, **changes))


def admit(**changes: Any) -> Callable[[Signed], Signed]:
    """Return what replaces fields of the admitted key."""
    return lambda signed: replace(signed, admitted={**signed.admitted, **changes})


def narrow(**changes: Any) -> Callable[[Signed], Signed]:
    """Return what replaces fields of its scope."""
    return lambda signed: replace(signed, scope={**signed.scope, **changes})


def mark(**changes: Any) -> Callable[[Signed], Signed]:
    """Return what sets a flag of a signed document."""
    return lambda signed: replace(signed, **changes)


def _without_own_type(signed: Signed) -> Signed:
    own = TYPE_OF[type(signed.document)]
    return narrow(types=[kind for kind in SignedType if kind.name.lower() != own])(signed)


def _replacing(signed: Signed) -> Signed:
    return narrow(types=[SignedType.BUNDLE], parts=["base"])(change(replaces=["7"])(signed))


BUNDLES_ALONE: Final = {"types": [SignedType.BUNDLE]}
OF_ALL: Final[Faults[Signed]] = {
    "cut": Fault("3", "frame-invalid", "the frame ends before a payload", mark(is_cut=True)),
    "co-signed": Fault("4.1", "signature-count", "a second admitted key signed as well", mark(co_signed=True)),
    "unknown": Fault("4.3", "key-unknown", "nobody admits the key", mark(is_admitted=False)),
    "revoked": Fault("4.4", "key-revoked", "the key is revoked", admit(state=KeyState.REVOKED)),
    "type": Fault("4.5", "key-out-of-scope", "the key signs the other three types", _without_own_type),
    "forged": Fault("5", "signature-invalid", "a bit of the signature changed", mark(is_forged=True)),
    "longer": Fault("6", "payload-invalid", "a byte behind the document", mark(is_longer=True)),
    "long-form": Fault("6", "not-canonical", "a map with a longer header", mark(in_long_form=True)),
    "newer": Fault("6", "newer-reader-needed", "an extension with an exclamation mark", mark(is_newer=True)),
}
"""What is judged of every type; of lists and catalogs O1 judges the time."""
AHEAD_OF_NOW: Final[Faults[Signed]] = {
    "ahead": Fault("7.1", "issued-ahead", "issued a day and a second ahead", change(issued=AHEAD))
}
ISSUER_AND_WINDOW: Final[Faults[Signed]] = {
    "window": Fault("7.2", "key-out-of-window", "the window is past", admit(valid_from=0, valid_to=1)),
    "issuer": Fault("7.3", "key-out-of-scope", "the key signs for another issuer", narrow(issuers=["other"])),
}
GRANTS: Final[Faults[Signed]] = {
    "use": Fault("7.4", "key-out-of-scope", "the key signs trials and demos", narrow(uses=[1, 2])),
    "part": Fault("7.5", "key-out-of-scope", "the key signs another part", narrow(**BUNDLES_ALONE, parts=["reports"])),
    "replaces": Fault("7.6", "key-out-of-scope", "a key of some parts replaces a serial", _replacing),
    "most": Fault("7.7", "key-out-of-scope", "more than the most", narrow(**BUNDLES_ALONE, parts=["base"], most=1)),
    "term": Fault("7.8", "key-out-of-scope", "a longer term", narrow(**BUNDLES_ALONE, longest_term=1)),
}
PRODUCT: Final[Faults[Signed]] = {"product": Fault("8", "wrong-product", "another product", change(product="demo-erp"))}
REVOKED: Final[Faults[Signed]] = {
    "list-gone": Fault("9.1", "revocations-missing", "a later list was seen", mark(list_is_gone=True)),
    "listed": Fault("9.2", "bundle-revoked", "the list names its identity", mark(is_listed=True)),
}


def _ordered(rule: str, number: str, fields: dict[str, Any]) -> Faults[Signed]:
    """Return what L1 or C1 and then O1 refuse of a list or catalog whose place is in the field `number`."""
    return {
        "to-come": Fault(rule, "document-ahead", "its trust document is not here", change(trust_version=4)),
        "ahead": Fault("O1.2", "issued-ahead", "issued a day and a second ahead", change(issued=AHEAD)),
        "fork": Fault("O1.3", "fork", "another one in place of the one in force", change(**{number: 4}, **fields)),
    }


ROLLBACK: Final[Faults[Signed]] = {"rollback": Fault("O1.4", "rollback", "below the one in force", change(number=3))}

BY_TYPE: Final[dict[str, tuple[Document, Faults[Signed]]]] = {
    "bundle": (makers.bundle(), {**OF_ALL, **AHEAD_OF_NOW, **ISSUER_AND_WINDOW, **GRANTS, **PRODUCT, **REVOKED}),
    "reset": (makers.reset(), {**OF_ALL, **AHEAD_OF_NOW, **ISSUER_AND_WINDOW}),
    "revocations": (
        makers.revocations(trust_version=3, number=5),
        {**OF_ALL, **ISSUER_AND_WINDOW, **PRODUCT, **_ordered("L1", "number", {"serials": ["7"]}), **ROLLBACK},
    ),
    "catalog": (
        makers.catalog(trust_version=3, version=5),
        {**OF_ALL, **ISSUER_AND_WINDOW, **PRODUCT, **_ordered("C1", "version", {"urls": {"buy": "x"}})},
    ),
}
"""Type to a document of it, and its faults in the order of the text."""

OF_THE_ADMISSION: Final = ("revoked", "type", "window", "issuer", "use", "part", "replaces", "most", "term")
OF_THE_PAYLOAD: Final = tuple(name for name in BY_TYPE["bundle"][1] if name not in OF_THE_ADMISSION)
UNDONE: Final = {
    # Nothing is admitted of a key that nobody admits.
    *(("unknown", other) for other in OF_THE_ADMISSION),
    # The list names a payload, of which nothing is left.
    *(
        ("cut", other)
        for other in (*OF_THE_PAYLOAD, "to-come", "fork", "rollback")
        if other not in {"co-signed", "unknown"}
    ),
    # A document has one place, above, in or below that of the one in force.
    *(("to-come", other) for other in ("fork", "rollback")),
    ("fork", "rollback"),
}


@citing("conventions-1", "readers-1a")
def steps_of_bundles() -> Iterator[Case]:
    """Bundles: a fault of each step, and each two of them."""
    return _steps_of("bundle")


@citing("conventions-1", "readers-1a")
def steps_of_resets() -> Iterator[Case]:
    """Resets: a fault of each step, and each two of them."""
    return _steps_of("reset")


@citing("conventions-1", "readers-1a")
def steps_of_lists() -> Iterator[Case]:
    """Revocation lists: a fault of each step, of L1 and of O1, and each two of them."""
    return _steps_of("revocations")


@citing("conventions-1", "readers-1a")
def steps_of_catalogs() -> Iterator[Case]:
    """Catalogs: a fault of each step, of C1 and of O1, and each two of them."""
    return _steps_of("catalog")


def _steps_of(kind: str) -> Iterator[Case]:
    """Yield a document that passes, with each fault alone, and with two."""
    document, faults = BY_TYPE[kind]
    good = Signed(document)
    yield _passed(kind, good)
    for spoiled in with_one(faults, good):
        yield _refused(kind, spoiled)
    for spoiled in with_two(faults, good, UNDONE):
        yield _refused(kind, spoiled, flags=("precedence",))


def _passed(kind: str, good: Signed) -> Case:
    ground, about = good.ground, f"a {kind} without a fault"
    file = file_of(good.token)
    match good.document:
        case Revocations():
            return ground.takes("L1", kind, about, file, state=(1, 3, {"demo": (1, 3, 5)}), alone=True)
        case Catalog():
            return ground.takes("C1", kind, about, file, good.document, catalogs={"demo": (1, 3, 5)})
        case _:
            return ground.takes("7", kind, about, file, good.document)


def _refused(kind: str, spoiled: Spoiled[Signed], **more: Any) -> Case:
    subject = spoiled.subject
    more |= {"alone": True} if kind == "revocations" else {}
    if subject.list_is_gone:
        more["seen"] = shown_seen(demo=sign(makers.revocations(trust_version=3, number=5), VENDOR))
    about = f"a {kind}: {spoiled.about}"
    return subject.ground.refuses(spoiled.step, spoiled.code, spoiled.name, about, file_of(subject.token), **more)
