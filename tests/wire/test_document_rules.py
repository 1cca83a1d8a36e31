"""What a document may not say, field by field (`docs/format.md`, "Fields" and below)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.msgpack import decode as decode_plain
from msgspec.msgpack import encode as encode_plain

from licensekit import limits
from licensekit.errors import PayloadInvalid, RuleBroken
from licensekit.wire.documents import (
    TYPE_OF,
    Binding,
    Combine,
    Document,
    Edition,
    KeyState,
    LoginRule,
    LowestOfUses,
    MeterPeriod,
    Root,
    RootKey,
    Setting,
    SettingType,
    SignedType,
    Usage,
    Use,
    UserKind,
    closure_of,
    dates_fault,
    decode,
    encode,
)
from tests import makers
from tests.any_document import codes

BUNDLE = makers.bundle()
CATALOG = makers.catalog()
ROOT = makers.root(makers.key("root"), makers.key("second"))
TRUST = makers.trust(makers.admitted(makers.key("vendor")))
LIST = makers.revocations()
RESET, REQUEST, RECEIPT, STATEMENT = makers.reset(), makers.request(), makers.receipt(), makers.statement()

THRESHOLD = Root.__struct_fields__.index("threshold")

CODES_WRONG = ["A", "a_b", "-a", "a-", "å", "a b", "a\nb", "a\n", "\na", ".", "a.b", ""]
SERIALS_WRONG = ["-1", "1-", "1 2", "é", "1\n2", "1.2", "", "1" * 33]


def scoped(**changes: Any) -> dict[str, Any]:
    """Return the change of a trust document whose one key has another scope."""
    key = makers.admitted(makers.key("vendor"), scope=makers.scope(**changes))
    return {"keys": [key]}


def keyed(**changes: Any) -> dict[str, Any]:
    """Return the change of a trust document whose one key is described in another way."""
    return {"keys": [makers.admitted(makers.key("vendor"), **changes)]}


def listed(**changes: Any) -> dict[str, Any]:
    """Return the change of a catalog that has one license of another description."""
    return {"licenses": {"sale": makers.license_entry(**changes)}}


def setting(kind: SettingType = SettingType.NUMBER, **changes: Any) -> dict[str, Any]:
    """Return the change of a catalog that has one setting of another description."""
    given: dict[str, Any] = {
        "lowest": None,
        "highest": None,
        "choices": [],
        "default": None,
        "combine": Combine.LATEST,
        **changes,
    }
    return {"settings": {"rows": Setting(kind, "Rows", **given)}}


Rule = tuple[Document, Callable[[], Mapping[str, Any]], str]


def facts(number: int) -> dict[str, bytes]:
    return {f"f{n}": bytes(16) for n in range(number)}


RULES: dict[str, Rule] = {
    "binding to nothing": (BUNDLE, lambda: {"binding": Binding(None, 0, {})}, "no installation"),
    "binding that needs more facts than it has": (
        BUNDLE,
        lambda: {"binding": Binding(None, 3, facts(2))},
        "at least one of its facts",
    ),
    "binding that needs none of its facts": (
        BUNDLE,
        lambda: {"binding": Binding(bytes(32), 0, facts(2))},
        "at least one of its facts",
    ),
    "fact that is no code": (BUNDLE, lambda: {"binding": Binding(None, 1, {"A": bytes(16)})}, "is not a code"),
    "bundle that replaces its own serial": (BUNDLE, lambda: {"replaces": [makers.SERIAL]}, "own serial"),
    "replaced serial that is none": (BUNDLE, lambda: {"replaces": ["-"]}, "is not a serial"),
    "serials replaced out of order": (BUNDLE, lambda: {"replaces": ["b", "a"]}, "sorted"),
    "add-on that replaces a serial": (BUNDLE, lambda: {"replaces": ["a"], "part": "storage"}, "only a base bundle"),
    "meter without a quantity": (CATALOG, lambda: listed(per=MeterPeriod.DAY), "quantity"),
    "name in no language": (CATALOG, lambda: listed(names={"NB": "x"}), "is not a code"),
    "license replaced by another issuer's": (CATALOG, lambda: listed(replaced_by="a.b"), "is not a code"),
    "text with bounds": (CATALOG, lambda: setting(SettingType.TEXT, lowest=1), "only numbers"),
    "sum of texts": (CATALOG, lambda: setting(SettingType.TEXT, combine=Combine.SUM), "only num"),
    "choices of numbers": (CATALOG, lambda: setting(choices=["a"]), "only texts can have choices"),
    "choices out of order": (CATALOG, lambda: setting(SettingType.TEXT, choices=["b", "a"]), "sorted"),
    "licenses that give too much between them": (
        CATALOG,
        lambda: {"licenses": {one: makers.license_entry(includes=given) for one, given in chain_of(201).items()}},
        "more than 20000",
    ),
    "lowest above highest": (CATALOG, lambda: setting(lowest=2, highest=1), "above the highest"),
    "default of another type": (CATALOG, lambda: setting(default=True), "not an allowed value"),
    "default below the lowest": (CATALOG, lambda: setting(lowest=2, default=1), "not an allowed value"),
    "default above the highest": (CATALOG, lambda: setting(highest=2, default=3), "not an allowed value"),
    "default that is no choice": (
        CATALOG,
        lambda: setting(SettingType.TEXT, choices=["a"], default="b"),
        "not an allowed value",
    ),
    "limited key for catalogs": (
        TRUST,
        lambda: scoped(types=[SignedType.CATALOG, SignedType.BUNDLE], parts=["base"]),
        "may sign only bundles",
    ),
    "key of a term for everything": (TRUST, lambda: scoped(longest_term=60), "may sign only bundles"),
    "parts of a scope out of order": (TRUST, lambda: scoped(types=[SignedType.BUNDLE], parts=["b", "a"]), "sorted"),
    "highest count in every part": (TRUST, lambda: scoped(types=[SignedType.BUNDLE], most=5), "must name its parts"),
    "highest count for two issuers": (
        TRUST,
        lambda: scoped(types=[SignedType.BUNDLE], most=5, parts=["base"], issuers=["a", "b"]),
        "one issuer",
    ),
    "lowest sequence of no use": (
        LIST,
        lambda: {"lowest": {"1": {"base": LowestOfUses(None, None, None)}}},
        "lowest sequence is missing",
    ),
    "grace without expiry": (BUNDLE, lambda: {"expiry": None}, "need an expiry"),
    "expiry before its start": (BUNDLE, lambda: {"starts": 30_000}, "starts is after warning"),
    "control character in a company": (BUNDLE, lambda: {"company": "a\x1b[2Jb"}, "control"),
    "control character in a value": (BUNDLE, lambda: {"settings": {"a": "\x00"}}, "control"),
    "control character in an extension name": (BUNDLE, lambda: {"extensions": {"\x07": 1}}, "control"),
    **{
        f"control character in an extension of a {TYPE_OF[type(one)]}": (
            one,
            lambda: {"extensions": {"a": "\r"}},
            "control",
        )
        for one in (ROOT, TRUST, LIST, CATALOG, BUNDLE, RESET, REQUEST, RECEIPT, STATEMENT)
    },
    "company not in NFC": (BUNDLE, lambda: {"company": "A\u030angstrom"}, "form C"),
    "license included twice": (CATALOG, lambda: listed(includes=["a", "a"]), "repeats"),
    "licenses included out of order": (CATALOG, lambda: listed(includes=["b", "a"]), "sorted"),
    "another issuer's license included": (CATALOG, lambda: listed(includes=["a.b"]), "not a code"),
    "requirement of three parts": (CATALOG, lambda: listed(requires=["a.b.c"]), "issuer.code"),
    "requirements out of order": (CATALOG, lambda: listed(requires=["b", "a.z"]), "sorted"),
    "completion that is no code": (CATALOG, lambda: listed(full_with="A"), "issuer.code"),
    "control character in a quantity": (CATALOG, lambda: listed(quantity="\u202e"), "control"),
    "another issuer's license defined": (
        CATALOG,
        lambda: {"licenses": {"demo.sale": makers.license_entry()}},
        "not a code",
    ),
    "access by nothing": (CATALOG, lambda: {"access": {"web": LoginRule([], [])}}, "length >= 1"),
    "access rules out of order": (
        CATALOG,
        lambda: {"access": {"web": LoginRule(["b", "a"], [UserKind.ASSOCIATE])}},
        "sorted",
    ),
    "kinds of users out of order": (
        CATALOG,
        lambda: {"access": {"web": LoginRule(["a"], [UserKind.SYSTEM, UserKind.ASSOCIATE])}},
        "not sorted",
    ),
    "edition of no codes": (
        CATALOG,
        lambda: {"editions": {"basic": Edition("Basic", {"A": 1}, {}, {}, {})}},
        "not a code",
    ),
    "edition with a control character": (
        CATALOG,
        lambda: {"editions": {"basic": Edition("\u2028", {}, {}, {}, {})}},
        "control",
    ),
    "name with a control character": (CATALOG, lambda: {"names": {"issuer": "\t"}}, "control"),
    "threshold above the number of keys": (ROOT, lambda: {"threshold": 3}, "above the number"),
    "threshold of none": (ROOT, lambda: {"threshold": 0}, ">= 1"),
    "root of no keys": (ROOT, lambda: {"keys": []}, "above the number"),
    "root key twice": (ROOT, lambda: {"keys": [ROOT.keys[0]] * 2}, "occurs twice"),
    "root key of an installation's scheme": (
        ROOT,
        lambda: {"keys": [RootKey(3, ROOT.keys[0].public)], "threshold": 1},
        "<= 2",
    ),
    "root key too short": (ROOT, lambda: {"keys": [RootKey(1, bytes(31))], "threshold": 1}, "length >= 32"),
    "key admitted twice": (TRUST, lambda: {"keys": [TRUST.keys[0]] * 2}, "occurs twice"),
    "retired key without an end": (TRUST, lambda: keyed(state=KeyState.RETIRED, valid_to=None), "needs the end"),
    "window that ends before it begins": (TRUST, lambda: keyed(valid_from=2, valid_to=1), "before it begins"),
    "key name with a control character": (TRUST, lambda: keyed(name="\u2066"), "control"),
    "scope of no types": (TRUST, lambda: scoped(types=[]), "length >= 1"),
    "scope of types out of order": (TRUST, lambda: scoped(types=[SignedType.BUNDLE, SignedType.CATALOG]), "not sorted"),
    "scope of a use twice": (TRUST, lambda: scoped(uses=[Use.TRIAL, Use.TRIAL]), "repeats"),
    "scope of no issuer": (TRUST, lambda: scoped(issuers=[]), "length >= 1"),
    "scope of issuers out of order": (TRUST, lambda: scoped(issuers=["b", "a"]), "sorted"),
    "scope of an issuer that is no code": (TRUST, lambda: scoped(issuers=["A"]), "not a code"),
    "scope of a term of no days": (TRUST, lambda: scoped(types=[SignedType.BUNDLE], longest_term=0), ">= 1"),
    "identities out of order": (LIST, lambda: {"identities": [b"\x01" * 16, bytes(16)]}, "sorted"),
    "identity of another length": (LIST, lambda: {"identities": [bytes(15)]}, "length >= 16"),
    "revoked serials out of order": (LIST, lambda: {"serials": ["a", "B"]}, "sorted"),
    "revoked serial that is none": (LIST, lambda: {"serials": ["-"]}, "not a serial"),
    "lowest sequence of no serial": (LIST, lambda: {"lowest": {"-": {"base": 1}}}, "not a serial"),
    "lowest sequence of no part": (LIST, lambda: {"lowest": {"1": {"-": 1}}}, "not a code"),
    "lowest sequences of nothing": (LIST, lambda: {"lowest": {"1": {}}}, "length >= 1"),
    "fact in a request that is no code": (makers.request(), lambda: {"facts": {"A": bytes(16)}}, "not a code"),
    "summary with a control character": (makers.request(), lambda: {"summary": {"Host": "\x9b"}}, "control"),
    "usage of a license that is no code": (
        makers.statement(),
        lambda: {"usage": {"a.b.c": Usage(1, 1)}},
        "issuer.code",
    ),
    "notice with a control character": (makers.statement(), lambda: {"notices": ["\ufeff"]}, "control"),
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_document_against_the_rules_is_never_written_or_read(rule: Rule) -> None:
    """Bounds check a single field, and the constructor checks rules between fields."""
    document, changes, reason = rule
    with pytest.raises((ValueError, PayloadInvalid)) as caught:
        encode(makers.changed(document, **changes()))
    error = caught.value
    assert re.search(reason, error.detail if isinstance(error, PayloadInvalid) else str(error))


CODE_FIELDS = [
    (BUNDLE, "issuer"),
    (BUNDLE, "product"),
    (BUNDLE, "part"),
    (CATALOG, "issuer"),
    (CATALOG, "product"),
    (ROOT, "issuer"),
    (ROOT, "product"),
    (TRUST, "product"),
    (LIST, "issuer"),
    (LIST, "product"),
    (makers.reset(), "issuer"),
    (makers.request(), "product"),
]
CODE_MAPS = [
    (BUNDLE, "system"),
    (BUNDLE, "sites"),
    (BUNDLE, "users"),
    (BUNDLE, "settings"),
    (CATALOG, "names"),
    (CATALOG, "urls"),
    (CATALOG, "licenses"),
    (CATALOG, "settings"),
    (CATALOG, "access"),
    (CATALOG, "editions"),
]
LOWEST = LowestOfUses(1, None, None)
ENTRY = {
    "names": "x",
    "urls": "x",
    "licenses": makers.license_entry(),
    "access": LoginRule(["a"], [UserKind.ASSOCIATE]),
    "editions": Edition("Basic", {}, {}, {}, {}),
    "settings": Setting(SettingType.BOOLEAN, "", None, None, [], None, Combine.LATEST),
}


@pytest.mark.parametrize("code", [*CODES_WRONG, "a" * 65])
@pytest.mark.parametrize(("document", "field"), CODE_FIELDS)
def test_a_field_for_a_code_takes_nothing_else(document: Document, field: str, code: str) -> None:
    with pytest.raises((ValueError, PayloadInvalid)):
        encode(makers.changed(document, **{field: code}))


@pytest.mark.parametrize("code", [*CODES_WRONG, "a" * 65])
@pytest.mark.parametrize(("document", "field"), CODE_MAPS)
def test_a_map_of_codes_takes_nothing_else(document: Document, field: str, code: str) -> None:
    entries = {"a": ENTRY.get(field, 1), code: ENTRY.get(field, 1)}
    with pytest.raises((ValueError, PayloadInvalid)):
        encode(makers.changed(document, **{field: entries}))


@pytest.mark.parametrize("serial", SERIALS_WRONG)
@pytest.mark.parametrize("document", [BUNDLE, makers.request(), makers.statement()])
def test_a_field_for_a_serial_takes_nothing_else(document: Document, serial: str) -> None:
    with pytest.raises((ValueError, PayloadInvalid)):
        encode(makers.changed(document, serial=serial))


NUMBERS: list[tuple[Document, str, int, int]] = [
    (BUNDLE, "sequence", 1, limits.VERSION),
    (BUNDLE, "issued", 0, limits.SECONDS),
    (BUNDLE, "maintenance", 0, limits.DAYS),
    (BUNDLE, "next_check", 0, limits.DAYS),
    (BUNDLE, "offline_hours", 0, limits.HOURS),
    (BUNDLE, "borrow_hours", 0, limits.HOURS),
    (BUNDLE, "use", 0, 2),
    (BUNDLE, "after_grace", 0, 2),
    (CATALOG, "root_version", 1, limits.VERSION),
    (CATALOG, "trust_version", 1, limits.VERSION),
    (CATALOG, "version", 1, limits.VERSION),
    (CATALOG, "issued", 0, limits.SECONDS),
    (ROOT, "version", 1, limits.VERSION),
    (TRUST, "version", 1, limits.VERSION),
    (TRUST, "root_version", 1, limits.VERSION),
    (TRUST, "issued", 0, limits.SECONDS),
    (TRUST, "fresh_until", 0, limits.SECONDS),
    (LIST, "root_version", 1, limits.VERSION),
    (LIST, "trust_version", 1, limits.VERSION),
    (LIST, "number", 1, limits.VERSION),
    (LIST, "issued", 0, limits.SECONDS),
    (LIST, "fresh_until", 0, limits.SECONDS),
    (makers.reset(), "what", 0, 2),
    (makers.reset(), "issued", 0, limits.SECONDS),
    (makers.request(), "issued", 0, limits.SECONDS),
    (makers.receipt(), "issued", 0, limits.SECONDS),
    (makers.statement(), "issued", 0, limits.SECONDS),
]


@pytest.mark.attack("huge-number")
@pytest.mark.parametrize(("document", "field", "least", "most"), NUMBERS)
def test_a_number_reaches_to_its_bounds_and_no_further(document: Document, field: str, least: int, most: int) -> None:
    assert encode(makers.changed(document, **{field: least}))
    assert encode(makers.changed(document, **{field: most}))
    for beyond in (least - 1, most + 1):
        with pytest.raises(PayloadInvalid):
            encode(makers.changed(document, **{field: beyond}))


def numbered(count: int, entry: object) -> dict[str, Any]:
    return {f"c{n}": entry for n in range(count)}


LENGTHS: list[tuple[Document, str, int, Callable[[int], Any]]] = [
    (BUNDLE, "company", limits.NAME_LENGTH, lambda n: "å" * n),
    (BUNDLE, "issuer", limits.CODE_LENGTH, lambda n: "a" * n),
    (BUNDLE, "serial", limits.SERIAL_LENGTH, lambda n: "A" * n),
    (BUNDLE, "system", limits.LICENSES, lambda n: numbered(n, 1)),
    (BUNDLE, "settings", limits.SETTINGS, lambda n: numbered(n, "x")),
    (BUNDLE, "extensions", limits.EXTENSIONS, lambda n: numbered(n, "x")),
    (BUNDLE, "binding", limits.FACTS, lambda n: Binding(None, 1, facts(n))),
    (CATALOG, "names", limits.URLS, lambda n: numbered(n, "x")),
    (CATALOG, "urls", limits.URLS, lambda n: numbered(n, "x")),
    (CATALOG, "licenses", limits.LICENSES, lambda n: numbered(n, makers.license_entry())),
    (CATALOG, "settings", limits.SETTINGS, lambda n: numbered(n, ENTRY["settings"])),
    (
        CATALOG,
        "settings",
        limits.CHOICES,
        lambda n: setting(SettingType.TEXT, choices=sorted(numbered(n, 0)))["settings"],
    ),
    (CATALOG, "licenses", limits.LANGUAGES, lambda n: listed(names=numbered(n, "x"))["licenses"]),
    (BUNDLE, "replaces", limits.REPLACED, lambda n: sorted(numbered(n, 0))),
    (CATALOG, "access", limits.URLS, lambda n: numbered(n, ENTRY["access"])),
    (CATALOG, "editions", limits.EDITIONS, lambda n: numbered(n, ENTRY["editions"])),
    (CATALOG, "licenses", limits.INCLUDES, lambda n: {"a": makers.license_entry(includes=sorted(numbered(n, 0)))}),
    (CATALOG, "licenses", limits.TEXT_LENGTH, lambda n: {"a": makers.license_entry(description="x" * n)}),
    (
        TRUST,
        "keys",
        limits.KEYS,
        lambda n: [makers.admitted(makers.key("vendor"), public=i.to_bytes(32, "big")) for i in range(n)],
    ),
    (ROOT, "keys", limits.ROOT_KEYS, lambda n: [RootKey(1, i.to_bytes(32, "big")) for i in range(n)]),
    (LIST, "serials", limits.REVOKED, lambda n: sorted(str(i) for i in range(n))),
    (LIST, "identities", limits.REVOKED, lambda n: [i.to_bytes(16, "big") for i in range(n)]),
    (LIST, "lowest", limits.REVOKED, lambda n: {str(i): {"base": LOWEST} for i in range(n)}),
    (LIST, "lowest", limits.PARTS, lambda n: {"1": numbered(n, LOWEST)}),
    (TRUST, "keys", limits.PARTS, lambda n: scoped(types=[SignedType.BUNDLE], parts=sorted(numbered(n, 0)))["keys"]),
    (makers.request(), "facts", limits.FACTS, facts),
    (makers.request(), "summary", limits.FACTS, lambda n: numbered(n, "x")),
    (makers.statement(), "usage", limits.LICENSES, lambda n: numbered(n, Usage(0, 0))),
    (makers.statement(), "notices", limits.NOTICES, lambda n: ["x"] * n),
]


@pytest.mark.parametrize(("document", "field", "most", "make"), LENGTHS)
def test_a_collection_or_text_reaches_to_its_bound_and_no_further(
    document: Document, field: str, most: int, make: Callable[[int], Any]
) -> None:
    assert encode(makers.changed(document, **{field: make(most)}))
    with pytest.raises((PayloadInvalid, ValueError)):
        encode(makers.changed(document, **{field: make(most + 1)}))


@pytest.mark.parametrize(
    ("dates", "fault"),
    [
        ((None, None, None, None), None),
        ((1, None, None, None), None),
        ((1, 1, 1, 1), None),
        ((1, 2, 3, 4), None),
        ((None, 2, None, None), "warning and grace need an expiry"),
        ((None, None, None, 2), "warning and grace need an expiry"),
        ((4, None, 3, None), "starts is after expiry"),
        ((None, 4, 3, None), "warning is after expiry"),
        ((None, None, 3, 2), "expiry is after grace"),
        ((3, 2, 4, None), "starts is after warning"),
    ],
)
def test_dates_must_be_in_order(dates: tuple[int | None, ...], fault: str | None) -> None:
    found = dates_fault(*dates)
    assert (None if found is None else str(found)) == fault


def test_what_is_decoded_against_a_rule_is_refused_with_the_rule() -> None:
    """The message names the rule, or the field whose bound is broken, and not what msgspec says."""
    fields = decode_plain(encode(ROOT))
    fields[THRESHOLD] = 3
    with pytest.raises(PayloadInvalid, match="the threshold is above the number of keys") as caught:
        decode(Root, encode_plain(fields))
    assert caught.value.rule == RuleBroken(reason="threshold")
    fields[THRESHOLD] = 0
    with pytest.raises(PayloadInvalid) as caught:
        decode(Root, encode_plain(fields))
    assert caught.value.rule is None
    assert caught.value.message == "not a valid root: its field `threshold` has a value that is not allowed"


@pytest.mark.parametrize(
    ("kind", "payload", "said"),
    [
        (Root, encode(ROOT)[:-3], "not a valid root: it was cut off"),
        (Root, b"", "not a valid root: it was cut off"),
        (Root, b"\xc0", "not a valid root: it does not have the fields of this type"),
        (type(BUNDLE), b"\x91\xa4demo", "not a valid bundle: it does not have the fields of this type"),
    ],
)
def test_what_is_not_a_document_is_reported_in_our_own_words(kind: type[Document], payload: bytes, said: str) -> None:
    with pytest.raises(PayloadInvalid) as caught:
        decode(kind, payload)
    assert caught.value.message == said
    assert "send it as an attachment" in caught.value.hint


def test_a_root_with_one_key_needs_nothing_else() -> None:
    document = makers.root(makers.key("root"))
    assert isinstance(document, Root)
    assert encode(document)


def chain_of(count: int) -> dict[str, list[str]]:
    """Return licenses each of which includes the next: pairs grow with the square of `count`."""
    return {f"l{n}": [f"l{n + 1}"] for n in range(count)}


@pytest.mark.attack("costly-to-evaluate")
def test_licenses_may_reach_as_many_others_as_the_bound_says_and_no_more() -> None:
    closure_of(chain_of(200))  # 200 * 199 / 2 pairs
    with pytest.raises(ValueError, match="more than 20000"):
        closure_of(chain_of(201))


@given(st.dictionaries(codes, st.lists(codes, max_size=4), max_size=8))
def test_what_a_license_reaches_is_what_walking_its_inclusions_finds(includes: dict[str, list[str]]) -> None:
    """A plain walk is the model; codes that are not there and circles change nothing."""
    for code, reached in closure_of(includes).items():
        found, waiting = set[str](), list(includes[code])
        while waiting:
            inner = waiting.pop()
            if inner in includes and inner not in found:
                found.add(inner)
                waiting += includes[inner]
        assert reached == found - {code}


def test_a_catalog_in_which_too_much_includes_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = {"a": ["b"], "b": ["c"], "c": []}
    licenses = {code: makers.license_entry(includes=includes) for code, includes in chain.items()}
    assert makers.catalog(licenses=licenses, access={}).closure["a"] == {"b", "c"}
    monkeypatch.setattr(limits, "CLOSURE", 2)
    with pytest.raises(ValueError, match="its licenses grant more than 2 others in all"):
        makers.catalog(licenses=licenses, access={})


@pytest.mark.parametrize("parts", [["more", "base"], ["base", "base"]])
def test_the_parts_of_a_scope_ascend(parts: list[str]) -> None:
    assert makers.limited(parts=sorted(set(parts))).is_limited
    with pytest.raises(ValueError, match="a list is not sorted, or repeats an item"):
        makers.limited(parts=parts)
