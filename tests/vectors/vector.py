"""What a case is, and the small world that most of them live in (`README.md` beside this).

All keys are TEST KEYS that everybody can make from their labels, see `tests/makers.py`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Final

from licensekit.dates import format_seconds
from licensekit.trust.order import full_version
from licensekit.trust.sign import sign
from licensekit.trust.signed import identity_of
from licensekit.wire import armor
from licensekit.wire.documents import (
    CLASS_OF,
    TYPE_OF,
    Catalog,
    Document,
    KeyState,
    Revocations,
    Root,
    SignedType,
    Trust,
    Use,
    decode,
    encode,
)
from licensekit.wire.plain import plain
from tests import makers
from tests.makers import ISSUED, NOW, PARTNER

Lists = dict[str, tuple[int, int, int]]
"""Issuer to the full version of its list: root version, trust version and number."""
Catalogs = dict[str, tuple[int, int, int]]
"""Issuer to the full version of its catalog: root version, trust version and version."""


@dataclass(frozen=True)
class Case:
    """One question to a reader, and the answer (`testkit/README.md` names the members)."""

    name: str
    """Unique in its group; its id is `group/name`."""
    about: str
    """What it shows; of a refused one, its one fault."""
    rule: str
    """The rule or section that it shows; one that begins with a digit is a step of Verification."""
    ask: str
    given: dict[str, Any]
    """Members of the line that the reader is sent."""
    expect: dict[str, Any]
    flags: tuple[str, ...] = ()
    musts: tuple[str, ...] = ()
    """Ids of the MUSTs of the texts that it shows (`musts.json`)."""
    ground: dict[str, Any] | None = None
    """Members of the line that many cases have in common, such as a pin and a pack."""
    compare: tuple[str, ...] | None = None
    """The members of the answer that count, where the others would be too long to expect."""

    def as_json(self, group: str, grounds: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the object in the file of a group, whose grounds are `grounds`."""
        place = {} if self.ground is None else {"ground": grounds.index(self.ground)}
        return {
            "id": f"{group}/{self.name}",
            "about": self.about,
            "rule": f"Verification {self.rule}" if self.rule[0].isdigit() else self.rule,
            "flags": list(self.flags),
            "musts": list(self.musts),
            "ask": self.ask,
            **place,
            "given": self.given,
            "expect": self.expect,
            **({} if self.compare is None else {"compare": list(self.compare)}),
        }


Maker = Callable[[], Iterable[Case]]
"""What makes the cases of a group; its docstring says what they have in common."""


def citing(*musts: str, flags: tuple[str, ...] = ()) -> Callable[[Maker], Maker]:
    """Return a decorator for a maker whose cases all cite these MUSTs and have these flags beside their own."""

    def decorate(maker: Maker) -> Maker:
        @wraps(maker)
        def made() -> Iterator[Case]:
            for case in maker():
                new = tuple(flag for flag in flags if flag not in case.flags)
                yield replace(case, musts=(*case.musts, *musts), flags=(*case.flags, *new))

        return made

    return decorate


def text_members(name: str, text: str | bytes, repeat: tuple[str, int] | None = None) -> dict[str, Any]:
    """Return the member that stands for a text: in hexadecimal if it is bytes; `repeat` follows that many times."""
    if isinstance(text, bytes):
        return {f"{name}_hex": text.hex()}
    return {name: text if repeat is None else {"concat": [[text, 1], [*repeat]]}}


@dataclass(frozen=True)
class Ground:
    """A pin and a pack, and the numbers of the state that they establish."""

    root: str
    pack: str
    seen_root: int = 1
    seen_trust: int = 1
    lists: Lists = field(default_factory=dict[str, tuple[int, int, int]])
    catalogs: Catalogs = field(default_factory=dict[str, tuple[int, int, int]])

    def takes(
        self,
        rule: str,
        name: str,
        about: str,
        file: str | bytes,
        *documents: Document,
        state: tuple[int, int | None, Lists] | None = None,
        catalogs: Catalogs | None = None,
        **more: Any,
    ) -> Case:
        """Return a case whose file is taken; `documents` are those that it verifies, in order.

        `state` has the versions of root and trust document, and the lists. `more` is as in `case`.
        """
        root, trust, lists = state or (self.seen_root, self.seen_trust, self.lists)
        shown = [shown_document(document) for document in documents]
        known = self.catalogs if catalogs is None else catalogs
        expect = {"state": state_numbers(root, trust, lists, known), "documents": shown}
        return self.case(rule, name, about, file, expect, **more)

    def refuses(self, rule: str, code: str, name: str, about: str, file: str | bytes, **more: Any) -> Case:
        """Return a case whose file is refused by `rule` with `code`; `more` is as in `case`."""
        return self.case(rule, name, about, file, {"code": code}, **more)

    def case(
        self,
        rule: str,
        name: str,
        about: str,
        file: str | bytes,
        expect: dict[str, Any],
        *,
        now: int = NOW,
        seen: dict[str, Any] | None = None,
        repeat: tuple[str, int] | None = None,
        alone: bool = False,
        flags: tuple[str, ...] = (),
        musts: tuple[str, ...] = (),
    ) -> Case:
        """Return a case of a file on this ground.

        `seen` is what was seen before (S1); `repeat` is a text that follows the file, and how often; `alone` says that
        the one token of the file is taken by the rule of its type, without F1.
        """
        given = {"now": format_seconds(now), **text_members("file", file, repeat)}
        if seen is not None:
            given["seen"] = seen
        if alone:
            given["alone"] = True
        ground = {"root": self.root, "pack": self.pack}
        return Case(name, about, rule, "file", given, expect, flags, musts, ground)


def state_numbers(root: int, trust: int | None, lists: Lists, catalogs: Catalogs) -> dict[str, Any]:
    """Return what is in force, and which lists were seen, as vectors show it."""
    return {
        "root": [root],
        "trust": None if trust is None else [root, trust],
        "lists": {issuer: list(version) for issuer, version in lists.items()},
        "catalogs": {issuer: list(version) for issuer, version in catalogs.items()},
    }


def shown_seen(
    root: armor.Token | None = None, trust: armor.Token | None = None, **issuers: armor.Token
) -> dict[str, Any]:
    """Return what was seen before, as vectors show it; `issuers` has a list or catalog of each."""
    shown: dict[str, Any] = {"root": None, "trust": None, "lists": {}, "catalogs": {}}
    for name, token in (("root", root), ("trust", trust)):
        if token is not None:
            shown[name] = _shown_place(token)
    for issuer, token in issuers.items():
        group = "lists" if token.type == "revocations" else "catalogs"
        shown[group][issuer] = _shown_place(token)
    return shown


def _shown_place(token: armor.Token) -> dict[str, Any]:
    document = decode(CLASS_OF[token.type], makers.payload_of(token))
    assert isinstance(document, Root | Trust | Revocations | Catalog)
    version = list(full_version(document))
    return {"version": version, "identity": makers.identity_of(token).hex()}


def shown_document(document: Document) -> dict[str, Any]:
    """Return type, identity and fields of a document, as vectors show them."""
    kind = TYPE_OF[type(document)]
    identity = identity_of(kind, encode(document)).hex()
    return {"type": kind, "identity": identity, "document": plain(document)}


def file_of(*tokens: armor.Token) -> str:
    """Return a file of these tokens."""
    return makers.file_of(*tokens)


ROOT: Final = makers.key("root")
VENDOR: Final = makers.key("vendor")
SALES: Final = makers.key("sales")
PARTNERS: Final = makers.key("partners")
RETIRED: Final = makers.key("retired")
REVOKED: Final = makers.key("revoked")
CATALOGS: Final = makers.key("catalogs")
ADD_ONS: Final = makers.key("add-ons")
BASES: Final = makers.key("bases")
STRANGER: Final = makers.key("stranger")

ADMITTED: Final = (
    makers.admitted(VENDOR, "vendor"),
    makers.admitted(SALES, "sales: trials of at most 60 days", scope=makers.limited(uses=[Use.TRIAL], longest_term=60)),
    makers.admitted(PARTNERS, "a partner", scope=makers.scope(issuers=[PARTNER])),
    makers.admitted(RETIRED, "retired at the start of 2027", state=KeyState.RETIRED, valid_to=ISSUED),
    makers.admitted(REVOKED, "revoked", state=KeyState.REVOKED),
    makers.admitted(CATALOGS, "catalogs only", scope=makers.scope(types=[SignedType.CATALOG], uses=[])),
    makers.admitted(ADD_ONS, "add-ons of at most 25", scope=makers.limited(parts=["reports", "storage"], most=25)),
    makers.admitted(BASES, "the base alone", scope=makers.limited(parts=["base"])),
)
FIRST: Final = sign(makers.root(ROOT), ROOT)
TRUST: Final = sign(makers.trust(*ADMITTED), ROOT)
GROUND: Final = Ground(makers.pin(FIRST), file_of(FIRST, TRUST))
"""Root 1 of the TEST KEY `root`, and trust document 1, which admits the keys above."""
