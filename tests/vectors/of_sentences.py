"""Cases of the sentences under the tables of documents: what must hold between fields, on both sides."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final, NamedTuple

from tests import rare_keys
from tests.vectors.document_samples import DAY, SECOND, SIXTEEN, changed
from tests.vectors.field_trials import BAD
from tests.vectors.payload_cases import of_record, slug
from tests.vectors.spelled import Many, Record, Run, header, pack, written_out
from tests.vectors.vector import Case


class Row(NamedTuple):
    """A document of a table with some fields changed, and whether it breaks a sentence."""

    table: str
    what: str
    changes: dict[str, Any]
    code: str | None = None
    flags: tuple[str, ...] = ()


def sentences() -> Iterator[Case]:
    """What the sentences under the tables of documents ask for, kept and broken."""
    tables = (_ROOTS, _KEYS, _SCOPES, _LOWEST, _LICENSES, _SETTINGS, _BUNDLES, _BINDINGS, _UNBOUND, _closures())
    for row in chain.from_iterable(tables):
        name, about = slug(f"{row.table} {row.what}"), f"{row.table}: {row.what}"
        record = changed(row.table, **row.changes)
        yield of_record(name, about, row.table, record, row.code, rule="Documents", flags=row.flags)


def _root_key(scheme: int, public: bytes) -> Record:
    return changed("root key", scheme=scheme, public=public)


def _admitted(scheme: int, public: bytes) -> Record:
    return changed("admitted key", scheme=scheme, public=public)


ONE: Final = bytes([1]) * 32
TWO: Final = bytes([2]) * 32
HALF: Final = bytes([3]) * 1952
"""Bytes as long as a key of ML-DSA-65; short ones stand for it where any length shows the rule."""
SHORT: Final = bytes([4]) * 32

DISTINCT: Final[dict[str, tuple[list[tuple[int, bytes]], str | None]]] = {
    "two keys that share nothing": ([(1, ONE), (1, TWO)], None),
    "a hybrid key and another one that share nothing": ([(1, ONE), (2, TWO + HALF)], None),
    "one key twice": ([(1, ONE), (1, ONE)], BAD),
    "a key that is the Ed25519 half of a hybrid as well": ([(2, ONE + HALF), (1, ONE)], BAD),
    "two hybrids of one Ed25519 half": ([(2, ONE + SHORT), (2, ONE + SHORT[::-1] + b"\0")], BAD),
    "two hybrids of one ML-DSA half": ([(2, ONE + SHORT), (2, TWO + SHORT)], BAD),
    "two ML-DSA halves that differ in their first byte": ([(2, ONE + SHORT), (2, TWO + b"\5" + SHORT[1:])], None),
    "two ML-DSA halves that differ in their last byte": ([(2, ONE + SHORT), (2, TWO + SHORT[1:] + b"\5")], None),
    "two Ed25519 keys that differ in their last byte": ([(1, ONE), (1, ONE[1:] + b"\5")], None),
    "one ML-DSA half under two schemes": ([(1, ONE + SHORT), (2, TWO + SHORT)], BAD),
    "two keys of one key id, which the rules of trust refuse": ([(1, key) for key in rare_keys.COLLIDING], None),
    "a key as long as a hybrid under scheme 1, which the rules of trust refuse": ([(1, ONE + HALF)], None),
    "a key as short as Ed25519 under scheme 2, which the rules of trust refuse": ([(2, ONE)], None),
    "a key of low order, which the rules of trust refuse": ([(1, bytes(32))], None),
}
"""Keys as (scheme, public), and with which code a list of them is refused."""

_ROOTS: Final = [
    Row("root", "a threshold of 2 and two keys", {"threshold": 2, "keys": [_root_key(1, ONE), _root_key(1, TWO)]}),
    Row("root", "a threshold of 2 and one key", {"threshold": 2}, BAD),
    Row("root", "a threshold of 3 and two keys", {"threshold": 3, "keys": [_root_key(1, ONE), _root_key(1, TWO)]}, BAD),
    *(Row("root", what, {"keys": [_root_key(*key) for key in keys]}, code) for what, (keys, code) in DISTINCT.items()),
]
_KEYS: Final = [
    *(Row("trust", what, {"keys": [_admitted(*key) for key in keys]}, code) for what, (keys, code) in DISTINCT.items()),
    Row("admitted key", "`valid_to` in the second of `valid_from`", {"valid_to": SECOND}),
    Row("admitted key", "`valid_to` a second before `valid_from`", {"valid_to": SECOND - 1}, BAD),
    Row("admitted key", "retired, with `valid_to`", {"state": 1}),
    Row("admitted key", "retired, without `valid_to`", {"state": 1, "valid_to": None}, BAD),
    Row("admitted key", "revoked, without `valid_to`", {"state": 2, "valid_to": None}),
    Row("trust", "`fresh_until` before `issued`, which nothing forbids", {"fresh_until": SECOND - 1}),
]

_NO_LIMITS: Final[dict[str, Any]] = {"longest_term": None, "parts": None, "most": None}
_LIMITS: Final[dict[str, dict[str, Any]]] = {
    "a longest term": {"longest_term": 30},
    "`parts`": {"parts": ["base"]},
    "`most`": {"parts": ["base"], "most": 5},
}
_SCOPES: Final = [
    *(Row("scope", f"{limit} and bundles alone", {**_NO_LIMITS, **fields}) for limit, fields in _LIMITS.items()),
    *(
        Row("scope", f"{limit} and {kinds}", {**_NO_LIMITS, **fields, "types": types}, BAD)
        for limit, fields in _LIMITS.items()
        for kinds, types in {"catalogs as well": [1, 2], "bundles and resets": [2, 3], "lists alone": [0]}.items()
    ),
    Row("scope", "`most` without `parts`", {"parts": None}, BAD),
    Row("scope", "`most` and two issuers", {"issuers": ["demo", "partner"]}, BAD),
    Row("scope", "`parts` and two issuers, without `most`", {"issuers": ["demo", "partner"], "most": None}),
    Row("scope", "catalogs and all uses", {**_NO_LIMITS, "types": [1], "uses": [0, 1, 2]}),
]
_LOWEST: Final = [
    Row("lowest", "none of the three is there", dict.fromkeys(("production", "trial", "demo")), BAD),
    *(
        Row("lowest", f"`{use}` alone", {**dict.fromkeys(("production", "trial", "demo")), use: 1})
        for use in ("production", "trial")
    ),
    Row("revocations", "a serial in `serials` and in `lowest`", {"serials": ["1010000014"]}),
]
_LICENSES: Final = [
    Row("license", "`per` and a quantity", {"per": 1}),
    Row("license", "`per` and an empty quantity", {"per": 1, "quantity": ""}),
    Row("license", "`per` without a quantity", {"per": 1, "quantity": None}, BAD),
    Row("license", "`per` of 0 without a quantity", {"per": 0, "quantity": None}, BAD),
    Row("license", "it includes and requires itself", {"includes": ["storage"], "requires": ["storage"]}),
    Row("license", "includes what the catalog does not have", {"includes": ["nowhere"], "replaced_by": "gone"}),
    Row("license", "full with a license of another issuer", {"full_with": "partner.user"}),
]

_TEXT: Final[dict[str, Any]] = {"type": 0, "lowest": None, "highest": None, "default": None}
_BOOLEAN: Final[dict[str, Any]] = {**_TEXT, "type": 2}
_SETTINGS: Final = [
    Row("setting", "text with a lowest", {**_TEXT, "lowest": 1}, BAD),
    Row("setting", "text with a highest", {**_TEXT, "highest": 1}, BAD),
    Row("setting", "boolean with a lowest of 0", {**_BOOLEAN, "lowest": 0}, BAD),
    Row("setting", "boolean with a highest", {**_BOOLEAN, "highest": 1}, BAD),
    Row("setting", "lowest and highest are one", {"lowest": 3, "highest": 3}),
    Row("setting", "highest one below lowest", {"lowest": 4, "highest": 3, "default": None}, BAD),
    Row("setting", "number with choices", {"choices": ["3"]}, BAD),
    Row("setting", "boolean with choices", {**_BOOLEAN, "choices": ["true"]}, BAD),
    Row("setting", "text with choices", {**_TEXT, "choices": ["a", "b"], "default": "b"}),
    Row("setting", "text whose default is none of the choices", {**_TEXT, "choices": ["a", "b"], "default": "c"}, BAD),
    Row("setting", "text without choices, with any default", {**_TEXT, "default": "c"}),
    Row("setting", "default at the lowest", {"default": -5}),
    Row("setting", "default below the lowest", {"default": -6}, BAD),
    Row("setting", "default at the highest", {"default": 10}),
    Row("setting", "default above the highest", {"default": 11}, BAD),
    Row("setting", "default below a lowest of 0", {"lowest": 0, "default": -1}, BAD),
    Row("setting", "default above a highest of 0", {"highest": 0, "default": 1}, BAD),
    Row("setting", "number with a boolean as default", {"lowest": None, "highest": None, "default": True}, BAD),
    Row("setting", "number with a text as default", {"lowest": None, "highest": None, "default": "3"}, BAD),
    Row("setting", "boolean with 1 as default", {**_BOOLEAN, "default": 1}, BAD),
    Row("setting", "boolean with a text as default", {**_BOOLEAN, "default": "true"}, BAD),
    Row("setting", "text with a number as default", {**_TEXT, "default": 3}, BAD),
    *(Row("setting", f"text that combines by {combine}", {**_TEXT, "combine": combine}, BAD) for combine in (1, 2)),
    *(
        Row("setting", f"boolean that combines by {combine}", {**_BOOLEAN, "combine": combine}, BAD)
        for combine in (1, 2)
    ),
    Row("setting", "number that combines by 1", {"combine": 1}),
]


def _dates(starts: int | None, warning: int | None, expiry: int | None, grace: int | None) -> dict[str, Any]:
    days = {"starts": starts, "warning": warning, "expiry": expiry, "grace": grace}
    return {name: None if day is None else DAY + day for name, day in days.items()}


_BUNDLES: Final = [
    Row("bundle", "its own serial in `replaces`", {"replaces": ["1010000014"]}, BAD),
    Row("bundle", "its own serial in another case in `replaces`", {"serial": "a", "replaces": ["A"]}),
    Row("bundle", "`replaces` in the part `base`", {"replaces": ["1010000022"]}),
    Row("bundle", "`replaces` in another part", {"replaces": ["1010000022"], "part": "reports"}, BAD),
    Row("bundle", "a warning without an expiry", _dates(None, 5, None, None), BAD),
    Row("bundle", "a grace without an expiry", _dates(None, None, None, 5), BAD),
    Row("bundle", "a start without an expiry", _dates(5, None, None, None)),
    Row("bundle", "four dates on one day", _dates(5, 5, 5, 5)),
    Row("bundle", "four dates that ascend", _dates(5, 6, 7, 8)),
    Row("bundle", "the warning a day before the start", _dates(5, 4, 7, 8), BAD),
    Row("bundle", "the expiry a day before the warning", _dates(5, 7, 6, 8), BAD),
    Row("bundle", "the grace a day before the expiry", _dates(5, 6, 8, 7), BAD),
    Row("bundle", "the expiry a day before the start, no warning", _dates(5, None, 4, None), BAD),
    Row("bundle", "the expiry before the start, the grace behind it", _dates(5, None, 4, 9), BAD),
    Row("bundle", "the grace a day before the expiry, nothing else", _dates(None, None, 5, 4), BAD),
    Row(
        "bundle",
        "maintenance before the start, next check behind the grace",
        {"maintenance": 0, "next_check": DAY + 900},
    ),
    Row("bundle", "a license as system and as user license", {"system": {"a": 1}, "users": {"a": 1}}),
]
_BINDINGS: Final = [
    Row("binding", "neither installation nor facts", {"installation": None, "needed": 0, "facts": {}}, BAD),
    Row("binding", "a fact, and none needed", {"needed": 0}, BAD),
    Row("binding", "a fact, and two needed", {"needed": 2}, BAD),
    Row("binding", "no fact, and one needed", {"facts": {}}, BAD),
    Row("binding", "two facts, and one needed", {"facts": {"a": SIXTEEN, "b": SIXTEEN}}),
    Row("binding", "two facts, and two needed", {"needed": 2, "facts": {"a": SIXTEEN, "b": SIXTEEN}}),
]
_UNBOUND: Final = [
    Row("usage", "more in use than in total", {"in_use": 9, "total": 3}),
    Row("receipt", "with the nonce of a request", {"nonce": SIXTEEN}),
    Row("catalog", "a license that no edition and no rule names", {"access": {}, "editions": {}}),
    Row("reset", "a nonce and an installation of zero bytes", {"nonce": bytes(16), "installation": bytes(32)}),
]

LEAVES: Final = [f"a{number:02}" for number in range(100)]
"""Codes of licenses that include nothing."""


def _including(*codes: str, replaced_by: str | None = None) -> Record:
    return changed("license", quantity=None, names={}, name="", includes=list(codes), replaced_by=replaced_by)


def _catalog_of(*groups: tuple[str, int, Record]) -> dict[str, Any]:
    """Return the licenses of a catalog: the leaves, then groups of up to 100 whose codes begin with a letter."""
    every = [("a", 100, _including()), *groups]
    runs = (
        Run(f"a3{letter.encode().hex()}3%3%{written_out(pack(entry)).hex()}", count, 0)
        for letter, count, entry in every
    )
    return {"licenses": Many(header("map", sum(count for _, count, _ in every)), tuple(runs))}


def _closures() -> Iterator[Row]:
    """Yield catalogs with as many pairs of a license and one that it reaches as `CLOSURE`, and with one more."""
    leaves = _including(*LEAVES)
    full = (("b", 100, leaves), ("c", 100, leaves))
    others = [f"b{number:02}" for number in range(100)]
    own = _including(*LEAVES, *others)
    lost = _including(*LEAVES, "nowhere")
    through = _including(replaced_by="z00")
    ways: dict[str, tuple[tuple[str, int, Record], ...]] = {
        "by inclusion": full,
        "which include themselves too": (("b", 100, own), ("c", 1, leaves)),
        "which include what the catalog does not have": (("b", 100, lost), ("c", 100, lost)),
        "through the one that took their place": (
            *(("b", 100, through), ("c", 97, through)),
            *(("d", 1, _including(*LEAVES[:3])), ("z", 1, leaves)),
        ),
    }
    for what, groups in ways.items():
        yield Row("catalog", f"20000 pairs of licenses {what}", _catalog_of(*groups), None, ("bound",))
        one_more = *groups[:-1], ("e", 1, _including("a00")), groups[-1]
        ordered = sorted(one_more, key=lambda group: group[0])
        yield Row("catalog", f"20001 pairs of licenses {what}", _catalog_of(*ordered), BAD, ("bound",))
    twice = ("d", 1, _including()), ("d", 1, _including(*LEAVES, "b00"))
    yield Row(
        "catalog",
        "a license twice, the last of which makes the pairs 20001",
        _catalog_of(full[0], ("c", 99, leaves), *twice),
        BAD,
        ("precedence",),
    )
