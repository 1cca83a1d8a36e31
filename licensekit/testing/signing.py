"""A throw-away issuer: keys that exist as long as the process, and license files that they sign."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from json import dumps
from typing import Any, Final, Literal, NamedTuple, TypedDict, cast

from licensekit.errors import OrderIncomplete
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.issuer.keys.changes import admitted, first_root, first_trust
from licensekit.issuer.orders.bundle import check_order, make_bundle
from licensekit.issuer.orders.order import TABLES
from licensekit.issuer.orders.order_file import draft_from
from licensekit.keys.signing import SigningKey
from licensekit.text.values import UNRESTRICTED
from licensekit.trust.pack import open_pack
from licensekit.trust.roots import pin_of
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import Catalog, Document, Kind, Scope, SignedType, Use, Value, replace_fields
from licensekit.wire.frame import ED25519
from licensekit.wire.plain import word

MARK: Final = "licensekit.testing"  # the extension of a throw-away root
_CODE: Final = "test"  # product and vendor of a test without a product
_TYPES: Final = {bool: "boolean", int: "number", str: "text"}  # the names of these types in a catalog
Counts = Iterable[str] | Mapping[str, int | None]
"""Codes; or code to count, where None is unrestricted, and 0 is in the catalog but not sold."""
Span = timedelta | int  # a duration; a number means days


class Sold(TypedDict, total=False):
    """The terms of a sale, as in an order; `expiry` and `grace` may be spans (`docs/how-to/testing.md`)."""

    system: Counts
    sites: Counts
    users: Counts
    settings: Mapping[str, Value]
    edition: str
    expiry: date | Span | None
    grace: date | Span | None
    after_grace: Literal["read-only", "block", "advisory"]
    maintenance: date
    use: Literal["production", "trial", "demo"]
    company: str
    offline_hours: int
    borrow_hours: int


NOTHING: Final[Mapping[str, Any]] = {"company": "Test company", **{table: {} for table in TABLES}}
"""Terms with nothing sold."""


def merged(before: Mapping[str, Any], terms: Sold, today: date) -> dict[str, Any]:
    """Return the terms `before`, overridden by `terms`."""
    given: dict[str, Any] = {**before, **terms}
    tables = {table: {**before[table], **_counted(terms.get(table, {}))} for table in TABLES}
    if isinstance(given.get("expiry"), Span):
        given["expiry"] = today + span_of(given["expiry"])
    if "grace" in terms:
        given["grace_days"] = span_of(given.pop("grace")).days if isinstance(terms["grace"], Span) else None
    return {key: value for key, value in (given | tables).items() if value is not None}


def span_of(span: Span) -> timedelta:
    """Return a span as a timedelta."""
    return timedelta(days=span) if isinstance(span, int) else span


def _counted(codes: Any) -> Mapping[str, Any]:
    if isinstance(codes, Mapping):
        return cast("Mapping[str, Any]", codes)
    return dict.fromkeys([codes] if isinstance(codes, str) else codes, 1)


class Issuer(NamedTuple):
    """A throw-away issuer that replaces a vendor and its partners."""

    product: str
    vendor: str
    catalogs: Mapping[str, Catalog]  # by issuer; empty: made from the terms
    root: str  # the pin of its root
    pack: str

    def file(self, terms: Mapping[str, Any], *, number: int, now: int) -> str:
        """Return the license file for `terms`; numbers must ascend. Raises `CatalogInvalid`, `OrderInvalid`."""
        own = {} if self.catalogs else {self.vendor: _catalog_of(terms, number)}
        documents: list[Document] = list(own.values())
        for issuer, catalog in (self.catalogs or own).items():
            named = {table: self._own(issuer, terms[table]) for table in TABLES}
            if issuer == self.vendor or any(named.values()):
                tables = [(kind.plural, named[kind.plural].items()) for kind in Kind]
                sold = {table: {c: UNRESTRICTED if n is None else n for c, n in of if n != 0} for table, of in tables}
                draft = draft_from({**terms, **named, **sold})
                faults = tuple(fault for fault in draft.faults if not isinstance(fault, OrderIncomplete))
                checked = check_order(draft._replace(faults=faults), catalog)
                documents.append(make_bundle(checked, serial="TEST", sequence=number, issued=now))
        return armor.write_file(sign(one, throw_away_keys()[1]) for one in documents)

    def _own(self, issuer: str, codes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the codes of an issuer, without its prefix; unknown codes are the vendor's, which refuses them."""
        found: dict[str, Any] = {}
        for code, value in codes.items():
            owner, _, bare = code.rpartition(".")
            if (owner or self.vendor) == issuer:
                found[bare] = value
            elif issuer == self.vendor and owner not in self.catalogs:
                found[code] = value
        return found


def _catalog_of(terms: Mapping[str, Any], number: int) -> Catalog:
    """Return a catalog of exactly the codes in `terms`."""
    tables = {"": f'product = "{_CODE}"\nissuer.code = "{_CODE}"'}
    for code, value in terms["settings"].items():
        tables[f"settings.{dumps(code)}"] = f'type = "{_TYPES[type(value)]}"'
    for kind in Kind:
        for code, count in terms[kind.plural].items():
            quantity = '\nquantity = "units"' if kind is Kind.SYSTEM and count not in {0, 1} else ""
            tables[f"licenses.{dumps(code)}"] = f'kind = "{word(kind)}"{quantity}'
    head, *rest = tables.items()
    text = "\n".join([head[1], *(f"[{name}]\nname = {name.partition('.')[2]}\n{keys}" for name, keys in rest)])
    return read_catalog(text.encode(), version=number, issued=0)


@cache
def issuer_for(pack: bytes | str | None = None, root: str = "") -> Issuer:
    """Return an issuer that replaces those of a pack, or one without a catalog; raises as `open_pack`."""
    store = None if pack is None else open_pack(pack, root)
    product, vendor = (_CODE, _CODE) if store is None else (store.product, store.issuer)
    catalogs = {} if store is None else store.catalog_documents
    root_key, key = throw_away_keys()
    own_root = replace_fields(first_root(product, vendor, [root_key.verifying_key], 1), extensions={MARK: True})
    scope = Scope(list(SignedType), sorted({vendor, *catalogs}), list(Use), None, None, None)
    trust = first_trust(product, [admitted(key.verifying_key, MARK, scope, 0)], 0)
    under = [replace_fields(one, root_version=1, trust_version=1) for one in catalogs.values()]
    first = sign(own_root, root_key)
    written = armor.write_file([first, sign(trust, root_key), *(sign(one, key) for one in under)])
    return Issuer(product, vendor, catalogs, pin_of(first.payload), written)


@cache
def throw_away_keys() -> tuple[SigningKey, SigningKey]:
    """Return the root key and the signing key of this process."""
    return SigningKey.generate(ED25519), SigningKey.generate(ED25519)
