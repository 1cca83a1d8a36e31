"""Cases of documents: each type with all that it can hold, and spoiled in one field (step 6)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.wire import frame
from licensekit.wire.documents import (
    TYPE_OF,
    Binding,
    Catalog,
    Combine,
    Document,
    Edition,
    Kind,
    LoginRule,
    LowestOfUses,
    MeterPeriod,
    ResetWhat,
    Root,
    SeatKind,
    Setting,
    SettingType,
    Trust,
    UserKind,
)
from tests import makers
from tests.makers import ISSUED_DAY
from tests.vectors.vector import ADMITTED, CATALOGS, GROUND, ROOT, TRUST, VENDOR, Case, Ground, file_of

INSTALLATION = makers.key("installation", frame.INSTALLATION)

BUNDLE = makers.bundle(
    replaces=["TRIAL-6", "TRIAL-7"],
    maintenance=ISSUED_DAY + 365,
    next_check=ISSUED_DAY + 300,
    settings={"brand": "Blå", "mails-per-day": -1, "on-call": False},
    binding=Binding(bytes(range(32)), 2, {"host": b"\x11" * 16, "machine-id": b"\x22" * 16}),
    borrow_hours=72,
    extensions={"acme.note": "as agreed"},
)
CATALOG = makers.catalog(
    urls={"buy": "https://example.com/buy"},
    licenses={
        "calls": makers.license_entry(
            Kind.SYSTEM, "Calls", quantity="calls", per=MeterPeriod.MONTH, replaced_by="disk"
        ),
        "disk": makers.license_entry(Kind.SYSTEM, "Disk", quantity="GB", names={"nb": "Disk", "zh-hant": "磁碟"}),
        "sale": makers.license_entry(Kind.SYSTEM, "Sale", full_with="sale-cal"),
        "sale-cal": makers.license_entry(name="Sale", hidden=True, requires=["other.base", "user"]),
        "sales-pro": makers.license_entry(plan=True, includes=["sale", "sale-cal"]),
        "satellite": makers.license_entry(Kind.SITE, "Satellite", limits_sites=True),
        "service": makers.license_entry(description="At work", seats=SeatKind.CONCURRENT),
        "user": makers.license_entry(),
    },
    settings={
        "max-rows": Setting(SettingType.NUMBER, "Rows", 0, 1_000_000, [], 1000, Combine.MOST),
        "on-call": Setting(SettingType.BOOLEAN, "On call", None, None, [], False, Combine.LATEST),
        "theme": Setting(SettingType.TEXT, "Theme", None, None, ["dark", "light"], "light", Combine.LATEST),
    },
    access={"web": LoginRule(["other.base", "user"], [UserKind.ASSOCIATE, UserKind.ANONYMOUS])},
    editions={"basic": Edition("Basic", {"disk": 10}, {"satellite": 1}, {"user": None}, {"a": 1})},
)


class Spoiled(NamedTuple):
    """A document with a value in one place that is not allowed there."""

    document: Document
    path: tuple[str | int, ...]
    """Names of fields, places in lists, keys of maps."""
    value: Any


def documents() -> Iterator[Case]:
    """Step 6: every document type with all that it can hold, and spoiled in one field each."""
    good: dict[str, Document] = {
        "bundle": BUNDLE,
        "catalog": CATALOG,
        "reset": makers.reset(what=ResetWhat.RESTORE),
        "request": makers.request(serial=None, facts={}, summary={"Vert": "crm-01 på Høyden"}),
        "receipt": makers.receipt(nonce=bytes(range(16))),
        "statement": makers.statement(notices=["expires in 3 days"]),
    }
    for name, document in good.items():
        catalogs = {"demo": (1, 1, 1)} if isinstance(document, Catalog) else {}
        about = f"a {name} with what the others leave out"
        file = file_of(sign(document, signer_of(document)))
        yield GROUND.takes("6", f"whole-{name}", about, file, document, catalogs=catalogs)
    for name, spoiled in SPOILED.items():
        payload = payload_of(spoiled)
        token = makers.seal(TYPE_OF[type(spoiled.document)], payload, signer_of(spoiled.document))
        ground, file = GROUND, file_of(token)
        if isinstance(spoiled.document, Root):
            ground = Ground(makers.pin(token), file_of(token, TRUST))
        about = name.replace("-", " ")
        yield ground.refuses("6", "payload-invalid", name, about, file)


def signer_of(document: Document) -> SigningKey:
    """Return a key that may sign documents of this type."""
    if isinstance(document, Root | Trust):
        return ROOT
    if isinstance(document, Catalog):
        return CATALOGS
    by_installation = TYPE_OF[type(document)] in {"request", "receipt", "statement"}
    return INSTALLATION if by_installation else VENDOR


def payload_of(spoiled: Spoiled) -> bytes:
    """Return the payload, as no writer makes it."""
    whole = _replaced(spoiled.document, spoiled.path, spoiled.value)
    return msgspec.msgpack.encode(whole, order="sorted")


def _replaced(node: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    step, *rest = path
    if isinstance(node, Document):
        fields = {name: getattr(node, name) for name in node.__struct_fields__}
        return list((fields | {str(step): _replaced(fields[str(step)], tuple(rest), value)}).values())
    inner = _replaced(node[step], tuple(rest), value)
    if isinstance(step, int):
        return [*node[:step], inner, *node[step + 1 :]]
    return {**node, step: inner}


ROOT_OF_TWO = makers.root(ROOT, makers.key("second"))
ADMITTING = makers.trust(*ADMITTED, version=2)
LIST = makers.revocations(
    identities=[bytes(16), b"\xff" * 16], serials=["1010000014"], lowest={"7": {"base": LowestOfUses(2, None, None)}}
)
REQUEST = makers.request()
STATEMENT = makers.statement()

DENSE = {f"l{n}": makers.license_entry(includes=sorted(f"l{m}" for m in range(n))) for n in range(201)}
"""201 licenses, each of which includes all before it: 20100 pairs."""
HALF_OF_ANOTHER = makers.admitted(makers.key("sales", frame.HYBRID))

SPOILED: dict[str, Spoiled] = {
    "bundle-grace-before-expiry": Spoiled(BUNDLE, ("grace",), ISSUED_DAY + 364),
    "bundle-warning-before-start": Spoiled(BUNDLE, ("warning",), ISSUED_DAY - 1),
    "bundle-day-after-the-last": Spoiled(BUNDLE, ("maintenance",), 2_932_897),
    "bundle-second-after-the-last": Spoiled(BUNDLE, ("issued",), 253_402_300_800),
    "bundle-sequence-too-high": Spoiled(BUNDLE, ("sequence",), 2**32),
    "bundle-hours-too-many": Spoiled(BUNDLE, ("offline_hours",), 87_841),
    "bundle-after-grace-unknown": Spoiled(BUNDLE, ("after_grace",), 3),
    "bundle-company-of-201-characters": Spoiled(BUNDLE, ("company",), "x" * 201),
    "bundle-part-of-65-characters": Spoiled(BUNDLE, ("part",), "x" * 65),
    "bundle-serial-of-33-characters": Spoiled(BUNDLE, ("serial",), "1" * 33),
    "bundle-201-settings": Spoiled(BUNDLE, ("settings",), {f"v{n}": 1 for n in range(201)}),
    "bundle-that-replaces-its-own-serial": Spoiled(BUNDLE, ("replaces",), [makers.SERIAL]),
    "bundle-that-replaces-9-serials": Spoiled(BUNDLE, ("replaces",), [f"TRIAL-{n}" for n in range(1, 10)]),
    "bundle-that-replaces-one-serial-twice": Spoiled(BUNDLE, ("replaces",), ["T-1", "T-1"]),
    "add-on-that-replaces-a-serial": Spoiled(BUNDLE, ("part",), "storage"),
    "bundle-51-extensions": Spoiled(BUNDLE, ("extensions",), {f"e{n}": 1 for n in range(51)}),
    "bundle-value-of-a-list": Spoiled(BUNDLE, ("settings", "brand"), []),
    "binding-to-nothing": Spoiled(BUNDLE, ("binding",), [None, 0, {}]),
    "binding-that-needs-none-of-its-facts": Spoiled(BUNDLE, ("binding", "needed"), 0),
    "binding-that-needs-more-than-it-has": Spoiled(BUNDLE, ("binding", "needed"), 3),
    "binding-to-31-bytes": Spoiled(BUNDLE, ("binding", "installation"), bytes(31)),
    "binding-with-a-field-too-many": Spoiled(BUNDLE, ("binding",), [bytes(32), 0, {}, None]),
    "catalog-license-of-another-issuer": Spoiled(CATALOG, ("licenses",), {"other.base": makers.license_entry()}),
    "catalog-kind-unknown": Spoiled(CATALOG, ("licenses", "user", "kind"), 3),
    "catalog-includes-another-issuers": Spoiled(CATALOG, ("licenses", "sales-pro", "includes"), ["other.base"]),
    "catalog-includes-not-ascending": Spoiled(CATALOG, ("licenses", "sales-pro", "includes"), ["sale-cal", "sale"]),
    "catalog-includes-twice": Spoiled(CATALOG, ("licenses", "sales-pro", "includes"), ["sale", "sale"]),
    "catalog-requires-three-parts": Spoiled(CATALOG, ("licenses", "sales-pro", "requires"), ["a.b.c"]),
    "catalog-full-with-no-code": Spoiled(CATALOG, ("licenses", "sale", "full_with"), "other."),
    "catalog-access-by-nothing": Spoiled(CATALOG, ("access", "web", "all"), []),
    "catalog-access-of-nobody": Spoiled(CATALOG, ("access", "web", "users"), []),
    "catalog-access-users-not-ascending": Spoiled(CATALOG, ("access", "web", "users"), [1, 0]),
    "catalog-meter-of-no-quantity": Spoiled(CATALOG, ("licenses", "calls", "quantity"), None),
    "catalog-meter-unknown": Spoiled(CATALOG, ("licenses", "disk", "per"), 4),
    "catalog-replaced-by-another-issuers": Spoiled(CATALOG, ("licenses", "user", "replaced_by"), "other.base"),
    "catalog-name-of-no-language": Spoiled(CATALOG, ("licenses", "user", "names"), {"": "Bruker"}),
    "catalog-setting-default-not-among-its-choices": Spoiled(CATALOG, ("settings", "theme", "default"), "green"),
    "catalog-setting-choices-of-numbers": Spoiled(CATALOG, ("settings", "max-rows", "choices"), ["many"]),
    "catalog-setting-lowest-above-highest": Spoiled(CATALOG, ("settings", "max-rows", "lowest"), 1_000_001),
    "catalog-setting-default-of-another-type": Spoiled(CATALOG, ("settings", "max-rows", "default"), True),
    "catalog-setting-sum-of-texts": Spoiled(CATALOG, ("settings", "theme", "combine"), 1),
    "catalog-with-too-many-inclusions": Spoiled(CATALOG, ("licenses",), DENSE),
    "catalog-21-urls": Spoiled(CATALOG, ("urls",), {f"u{n}": "" for n in range(21)}),
    "catalog-edition-count-zero": Spoiled(CATALOG, ("editions", "basic", "system", "disk"), 0),
    "reset-what-unknown": Spoiled(makers.reset(), ("what",), 3),
    "reset-nonce-of-15-bytes": Spoiled(makers.reset(), ("nonce",), bytes(15)),
    "root-threshold-above-its-keys": Spoiled(ROOT_OF_TWO, ("threshold",), 3),
    "root-threshold-zero": Spoiled(ROOT_OF_TWO, ("threshold",), 0),
    "root-version-zero": Spoiled(ROOT_OF_TWO, ("version",), 0),
    "root-of-no-keys": Spoiled(ROOT_OF_TWO, ("keys",), []),
    "root-one-key-twice": Spoiled(ROOT_OF_TWO, ("keys",), [ROOT_OF_TWO.keys[0]] * 2),
    "root-key-of-scheme-3": Spoiled(ROOT_OF_TWO, ("keys", 1, "scheme"), 3),
    "root-key-of-31-bytes": Spoiled(ROOT_OF_TWO, ("keys", 1, "public"), bytes(31)),
    "trust-one-key-twice": Spoiled(ADMITTING, ("keys",), [ADMITTED[0], ADMITTED[0]]),
    "trust-state-unknown": Spoiled(ADMITTING, ("keys", 0, "state"), 3),
    "trust-retired-without-an-end": Spoiled(ADMITTING, ("keys", 3, "valid_to"), None),
    "trust-window-ends-before-it-begins": Spoiled(ADMITTING, ("keys", 0, "valid_to"), 0),
    "trust-scope-of-no-types": Spoiled(ADMITTING, ("keys", 0, "scope", "types"), []),
    "trust-scope-types-not-ascending": Spoiled(ADMITTING, ("keys", 0, "scope", "types"), [2, 1]),
    "trust-scope-type-unknown": Spoiled(ADMITTING, ("keys", 0, "scope", "types"), [4]),
    "trust-scope-of-no-issuer": Spoiled(ADMITTING, ("keys", 0, "scope", "issuers"), []),
    "trust-scope-issuers-not-ascending": Spoiled(ADMITTING, ("keys", 0, "scope", "issuers"), ["demo", "acme"]),
    "trust-scope-use-twice": Spoiled(ADMITTING, ("keys", 0, "scope", "uses"), [1, 1]),
    "trust-scope-term-zero": Spoiled(ADMITTING, ("keys", 0, "scope", "longest_term"), 0),
    "list-identities-not-ascending": Spoiled(LIST, ("identities",), [b"\xff" * 16, bytes(16)]),
    "list-identity-twice": Spoiled(LIST, ("identities",), [bytes(16), bytes(16)]),
    "list-identity-of-15-bytes": Spoiled(LIST, ("identities", 0), bytes(15)),
    "list-serials-not-ascending": Spoiled(LIST, ("serials",), ["a", "B"]),
    "trust-one-key-as-half-of-another": Spoiled(ADMITTING, ("keys", 0), HALF_OF_ANOTHER),
    "trust-scope-of-parts-with-a-catalog": Spoiled(ADMITTING, ("keys", 0, "scope", "parts"), ["base"]),
    "trust-scope-of-counts-without-parts": Spoiled(
        ADMITTING, ("keys", 0, "scope"), [[2], ["demo"], [0], None, None, 5]
    ),
    "trust-scope-of-counts-for-two-issuers": Spoiled(
        ADMITTING, ("keys", 0, "scope"), [[2], ["acme", "demo"], [0], None, ["base"], 5]
    ),
    "list-lowest-of-no-use": Spoiled(LIST, ("lowest", "7", "base"), [None, None, None]),
    "list-lowest-of-no-part": Spoiled(LIST, ("lowest", "7"), {}),
    "list-lowest-of-65-parts": Spoiled(LIST, ("lowest", "7"), {f"p{n}": [1, None, None] for n in range(65)}),
    "list-lowest-of-no-serial": Spoiled(LIST, ("lowest",), {"-": {"base": [1, None, None]}}),
    "request-fact-no-code": Spoiled(REQUEST, ("facts",), {"Host": bytes(16)}),
    "request-33-facts": Spoiled(REQUEST, ("facts",), {f"f{n}": bytes(16) for n in range(33)}),
    "request-summary-control": Spoiled(REQUEST, ("summary", "Host"), "a\x1b[2J"),
    "receipt-head-of-16-bytes": Spoiled(makers.receipt(), ("audit_head",), bytes(16)),
    "statement-license-of-three-parts": Spoiled(STATEMENT, ("usage",), {"a.b.c": STATEMENT.usage["user"]}),
    "statement-usage-below-zero": Spoiled(STATEMENT, ("usage", "user", "in_use"), -1),
    "statement-notice-control": Spoiled(STATEMENT, ("notices",), ["\u202e"]),
}
