"""The catalog as a vendor writes it (`docs/reference/catalog.md`): TOML in, a sound `Catalog` out."""

from collections.abc import Collection, Mapping
from typing import Final, cast

from licensekit import limits
from licensekit.catalog.rules import as_numbers, missing_quantities, no_license
from licensekit.catalog.rules import faults as rule_faults
from licensekit.errors import CatalogInvalid, CatalogRefused, CountWrong, NameUnknown, SyntaxInvalid, TableInvalid
from licensekit.issuer.catalog.tables import declared_settings, read_counts, read_settings
from licensekit.text import values
from licensekit.text.tables import Table, in_file_order
from licensekit.text.toml import parse_toml
from licensekit.wire import documents
from licensekit.wire.documents import Catalog, Edition, Kind, License, LoginRule, RefusedField, SeatKind, UserKind
from licensekit.wire.plain import word

FILE_KEYS: Final = ("product", "product_name", "issuer", "licenses", "settings", "access", "editions")
ISSUER_KEYS: Final = ("code", "name", "buy", "update")
LICENSE_KEYS: Final = (
    "kind", "name", "description", "plan", "hidden", "full_with", "includes", "requires", "seats", "limits", "quantity",
    "per", "replaced_by", "names",
)  # fmt: skip
ACCESS_KEYS: Final = ("all", "users")
_NOT_EMPTY: Final = {"all": "the licenses that a login needs", "users": "the kinds of users that may come this way"}
EDITION_KEYS: Final = ("name", "system", "sites", "users", "settings")

TrustVersion = tuple[int, int]
"""The versions of the root and of the trust document that are in force."""

_kind: Final = values.word({word(kind): kind for kind in Kind})
_seats: Final = values.word({word(seats): seats for seats in SeatKind})
_user_kind: Final = values.word({word(kind): kind for kind in UserKind})
_period: Final = values.word({word(period): period for period in documents.MeterPeriod})
_limits: Final = values.word({"sites": True})
_UNKNOWN: Final = "unknown"
"""Stands for a product or issuer that could not be read, so that the rest can be judged."""


def read_catalog(
    text: bytes,
    *,
    version: int,
    issued: int,
    under: TrustVersion = (1, 1),
    issuer: str | None = None,
    others: Mapping[str, Catalog] = {},
) -> Catalog:
    """Return the catalog that `text` describes, with every rule of `licensekit.catalog.rules` kept.

    `issued` is in seconds since 1970. `under` names the root and the trust document in force, by their versions.
    `issuer` is the one that the catalog must be of; None: any. `others` are the catalogs of other issuers (issuer to
    catalog) whose licenses it may require.

    Raises:
        CatalogInvalid: with all faults, by key path, or the first fault of the TOML, by line.
    """
    content = parse_toml(text)
    if isinstance(content, SyntaxInvalid):
        raise CatalogInvalid(faults=(content,))
    file = Table("", content, [])
    try:
        catalog = _catalog(file, version, issued, issuer, under)
    except RefusedField as error:
        raise CatalogInvalid(faults=(*file.faults, CatalogRefused(why=(error.rule,)))) from error
    found = [*file.faults, *rule_faults(catalog, others)]
    if found:
        raise CatalogInvalid(faults=tuple(in_file_order(found, content)))
    return catalog


def _catalog(file: Table, version: int, issued: int, issuer: str | None, under: TrustVersion) -> Catalog:
    file.refuse_others(FILE_KEYS)
    file.require("product", "issuer")
    code, names, urls = _head(file, issuer)
    licenses, unread = _licenses(file)
    settings = declared_settings(file)
    return Catalog(
        issuer=code,
        product=file.read("product", values.code) or _UNKNOWN,
        root_version=under[0],
        trust_version=under[1],
        version=version,
        issued=issued,
        names=names,
        urls=urls,
        licenses=licenses,
        settings=settings,
        access=_access(file, unread),
        editions=_editions(file, licenses, unread, frozenset(settings)),
        extensions={},
    )


def _head(file: Table, expected: str | None) -> tuple[str, dict[str, str], dict[str, str]]:
    """Return the issuer, and the names and addresses of issuer and product."""
    table = file.table("issuer")
    table.refuse_others(ISSUER_KEYS)
    if file.content.get("issuer") is not None:
        table.require("code")
    code = table.read("code", values.code)
    if code is not None and expected is not None and code != expected:
        table.refuse("code", NameUnknown(reason="another", name=code, issuer=expected))
    names = {"issuer": table.read("name", values.line), "product": file.read("product_name", values.line)}
    urls = {"buy": table.read("buy", values.address), "update": table.read("update", values.web_address)}
    return code or expected or _UNKNOWN, _present(names), _present(urls)


def _present(texts: Mapping[str, str | None]) -> dict[str, str]:
    return {key: text for key, text in texts.items() if text is not None}


def _licenses(file: Table) -> tuple[dict[str, License], frozenset[str]]:
    """Return the licenses, and the codes of those whose kind could not be read.

    Nothing can be said about what refers to one of the latter.
    """
    tables = dict(file.tables("licenses", limits.LICENSES))
    kinds = {code: table.read("kind", _kind) for code, table in tables.items()}
    unread = frozenset(code for code, kind in kinds.items() if kind is None)
    licenses = {code: _license(table, kinds[code], unread) for code, table in tables.items()}
    for code in unread:
        _refuse_unknown(tables[code], licenses[code], tables)
    return {code: one for code, one in licenses.items() if code not in unread}, unread


def _refuse_unknown(table: Table, license_: License, known: Collection[str]) -> None:
    """Refuse what a license of an unread kind, which the rules never see, refers to in vain."""
    for key, names in (("includes", license_.includes), ("requires", license_.requires)):
        for name in names:
            if "." not in name and name not in known:
                table.refuse(key, no_license(name, known))


def _license(table: Table, kind: Kind | None, unread: frozenset[str]) -> License:
    table.refuse_others(LICENSE_KEYS)
    table.require("kind", "name")
    full_with = table.read("full_with", values.qualified_code)
    quantity = table.read("quantity", values.line)
    per = table.read("per", _period)
    if per is not None and table.content.get("quantity") is None:
        table.refuse("per", CountWrong(reason="per"))
    successor = table.read("replaced_by", values.code)
    return License(
        kind=Kind.USER if kind is None else kind,
        name=table.read("name", values.line) or "",
        description=table.read("description", values.description) or "",
        plan=table.read("plan", values.flag) or False,
        hidden=table.read("hidden", values.flag) or False,
        full_with=None if full_with in unread else full_with,
        includes=_codes(table, "includes", values.code, unread),
        requires=_codes(table, "requires", values.qualified_code, unread),
        seats=table.read("seats", _seats) or SeatKind.NAMED,
        limits_sites=table.read("limits", _limits) or False,
        quantity=quantity,
        per=None if quantity is None else per,
        replaced_by=None if successor in unread else successor,
        names=_names(table),
    )


def _names(table: Table) -> dict[str, str]:
    """Return the names in other languages, by language."""
    names = table.table("names")
    languages = names.codes(limits.LANGUAGES)
    return _present({language: names.read(language, values.line) for language in languages})


def _access(file: Table, unread: frozenset[str]) -> dict[str, LoginRule]:
    found: dict[str, LoginRule] = {}
    for way, table in file.tables("access", limits.URLS):
        table.refuse_others(ACCESS_KEYS)
        table.require("all")
        for key, what in _NOT_EMPTY.items():
            if table.content.get(key) == []:
                table.refuse(key, TableInvalid(reason="empty", wanted=what))
        users = [UserKind.ASSOCIATE]
        if "users" in table.content:
            users = sorted(table.items("users", _user_kind))
        found[way] = LoginRule(_codes(table, "all", values.qualified_code, unread), users)
    return found


def _editions(
    file: Table, licenses: Mapping[str, License], unread: frozenset[str], settings: frozenset[str]
) -> dict[str, Edition]:
    found: dict[str, Edition] = {}
    given = file.content.get("settings")
    written = cast("dict[str, object]", given) if isinstance(given, dict) else {}
    for code, table in file.tables("editions", limits.EDITIONS):
        table.refuse_others(EDITION_KEYS)
        table.require("name")
        system, sites, users = (
            {license_: n for license_, n in counts.items() if license_ not in unread} for counts in read_counts(table)
        )
        table.faults.extend(missing_quantities(system, licenses, f"{table.path}."))
        name = table.read("name", values.line) or ""
        sold = {
            setting: value
            for setting, value in read_settings(table).items()
            if setting in settings or setting not in written
        }
        found[code] = Edition(name, as_numbers(system), sites, users, sold)
    return found


def _codes(table: Table, key: str, reader: values.Reader[str], unread: frozenset[str]) -> list[str]:
    """Return the codes under `key`, sorted as documents want them."""
    return sorted(code for code in table.items(key, reader) if code not in unread)
