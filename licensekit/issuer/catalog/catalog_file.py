"""Reading of a catalog in TOML (`docs/reference/catalog.md`), and of the counts and settings that orders share with it.

The count `true` of a system license stays `True`: it is 1, and refused for a license that is sold by quantity.
"""

from collections.abc import Mapping
from typing import Final, cast

from licensekit import errors, limits
from licensekit.catalog.rules import Counts, as_numbers, missing_quantities, no_license, value_fault
from licensekit.catalog.rules import faults as rule_faults
from licensekit.catalog.tables import unsold_extension
from licensekit.text import values
from licensekit.text.tables import Table, in_file_order, parse_toml
from licensekit.wire import documents, plain
from licensekit.wire.documents import Catalog, Kind, License, RefusedField, Setting, SettingType, UserKind, Value

SETTING_KEYS: Final = ("type", "name", "lowest", "highest", "choices", "default", "combine")
_setting_type: Final = values.word({plain.word(kind): kind for kind in SettingType})
_combine: Final = values.word({plain.word(combine): combine for combine in documents.Combine})
_bound: Final = values.whole(-limits.VALUE, limits.VALUE)
FILE_KEYS: Final = ("product", "product_name", "issuer", "licenses", "settings", "access", "editions")
ISSUER_KEYS: Final = ("code", "name", "buy", "support", "update")
LICENSE_KEYS: Final = (
    "kind", "name", "description", "plan", "hidden", "full_with", "includes", "requires", "seats", "limits", "quantity",
    "per", "replaced_by", "sold", "names",
)  # fmt: skip
ACCESS_KEYS: Final = ("all", "users")
_NOT_EMPTY: Final = {"all": "the licenses that a login needs", "users": "the kinds of users that may log in this way"}
EDITION_KEYS: Final = ("name", "system", "sites", "users", "settings", "replaced_by", "sold")
TrustVersion = tuple[int, int]  # the versions of the root and the trust document in force
_kind: Final = values.word({plain.word(kind): kind for kind in Kind})
_seats: Final = values.word({plain.word(seats): seats for seats in documents.SeatKind})
_user_kind: Final = values.word({plain.word(kind): kind for kind in UserKind})
_period: Final = values.word({plain.word(period): period for period in documents.MeterPeriod})
_limits: Final = values.word({"sites": True})
_UNKNOWN: Final = "unknown"  # replaces an unreadable product or issuer, so that the rest can be checked


def read_counts(table: Table) -> Counts:
    """Return the counts under `system`, `sites` and `users`."""
    sites, users = (_counts(table, kind.plural, values.count) for kind in (Kind.SITE, Kind.USER))
    return Counts(_system(table), sites, users)


def read_settings(table: Table) -> dict[str, Value]:
    """Return the settings under `settings`."""
    inner = table.table("settings")
    read = ((code, inner.read(code, values.setting)) for code in inner.codes(limits.SETTINGS))
    return {code: value for code, value in read if value is not None}


def _system(table: Table) -> dict[str, int | None]:
    key = Kind.SYSTEM.plural
    if not isinstance(table.content.get(key), list):
        return _counts(table, key, values.system_count)
    # An array of codes means `true` for each.
    return dict.fromkeys(table.items(key, values.code, limits.LICENSES), True)


def _counts(table: Table, key: str, reader: values.Reader[int | None]) -> dict[str, int | None]:
    inner = table.table(key)
    found: dict[str, int | None] = {}
    for code in inner.codes(limits.LICENSES):
        try:
            found[code] = reader(inner.content[code])
        except values.FaultyValue as error:
            inner.refuse(code, error.fault)
            found[code] = 1  # the license itself is not missing
    return found


def _setting(table: Table) -> Setting | None:
    table.refuse_others(SETTING_KEYS)
    table.require("type", "name")
    kind = table.read("type", _setting_type)
    name = table.read("name", values.line) or ""
    lowest, highest = table.read("lowest", _bound), table.read("highest", _bound)
    choices = sorted(table.items("choices", values.setting_text, limits.CHOICES))
    default = table.read("default", values.setting)
    combine = table.read("combine", _combine) or documents.Combine.LATEST
    if kind is None:
        return None
    if kind is not SettingType.NUMBER:
        for key in ("lowest", "highest", *(["combine"] if combine is not documents.Combine.LATEST else [])):
            _refuse_present(table, key, errors.SettingWrong(reason="only-number"))
        lowest, highest, combine = None, None, documents.Combine.LATEST
    if kind is not SettingType.TEXT:
        _refuse_present(table, "choices", errors.SettingWrong(reason="only-text"))
        choices = []
    if lowest is not None and highest is not None and lowest > highest:
        table.refuse("highest", errors.SettingWrong(reason="bounds"))
        highest = None
    bounds = (kind, name, lowest, highest, choices)
    if default is not None and (fault := value_fault(Setting(*bounds, None, combine), default)):
        table.refuse("default", fault)
        default = None
    return Setting(*bounds, default, combine)


def _refuse_present(table: Table, key: str, fault: errors.SettingWrong) -> None:
    if table.content.get(key) is not None:
        table.refuse(key, fault)


def read_catalog(
    text: bytes,
    *,
    version: int,
    issued: int,
    under: TrustVersion = (1, 1),
    issuer: str | None = None,
    others: Mapping[str, Catalog] = {},
) -> Catalog:
    """Return the catalog in `text`, checked by the rules of `licensekit.catalog.rules`.

    `issued` is in seconds since 1970. `under` has the versions of root and trust document in force. `issuer` is the
    issuer that the catalog must name; None: any. `others` (issuer to catalog) have licenses that it may require. Raises
    `CatalogInvalid` with all faults by key path, or with the first syntax error by line.
    """
    content = parse_toml(text)
    if isinstance(content, errors.SyntaxInvalid):
        raise errors.CatalogInvalid(faults=(content,))
    file = Table("", content, [])
    try:
        catalog = _catalog(file, version, issued, issuer, under)
    except RefusedField as error:
        raise errors.CatalogInvalid(faults=(*file.faults, errors.CatalogRefused(why=(error.rule,)))) from error
    if found := [*file.faults, *rule_faults(catalog, others)]:
        raise errors.CatalogInvalid(faults=tuple(in_file_order(found, content)[: values.FAULTS]))
    return catalog


def _catalog(file: Table, version: int, issued: int, issuer: str | None, under: TrustVersion) -> Catalog:
    file.refuse_others(FILE_KEYS)
    file.require("product", "issuer")
    code, names, urls = _head(file, issuer)
    licenses, unread, unsold = _licenses(file)
    read = ((code, _setting(table)) for code, table in file.tables("settings", limits.SETTINGS))
    settings = {code: one for code, one in read if one is not None}
    editions, replaced = _editions(file, licenses, unread, frozenset(settings))
    extensions = {**unsold_extension("licenses", unsold), **unsold_extension("editions", replaced)}
    for name, said in extensions.items():
        if len(said) > limits.TEXT_LENGTH:
            file.refuse(name.removeprefix("unsold-"), errors.TableInvalid(reason="unsold", most=limits.TEXT_LENGTH))
    product, access = file.read("product", values.code) or _UNKNOWN, _access(file, unread)
    head = code, product, *under, version, issued, names, urls
    return Catalog(*head, licenses, settings, access, editions, dict(extensions))


def _head(file: Table, expected: str | None) -> tuple[str, dict[str, str], dict[str, str]]:
    """Return the code of the issuer, and the names and addresses of issuer and product."""
    table = file.table("issuer")
    table.refuse_others(ISSUER_KEYS)
    if file.content.get("issuer") is not None:
        table.require("code")
    code = table.read("code", values.code)
    if code is not None and expected is not None and code != expected:
        table.refuse("code", errors.NameUnknown(reason="another", name=code, issuer=expected))
    names = {"issuer": table.read("name", values.line), "product": file.read("product_name", values.line)}
    urls = {name: table.read(name, values.address) for name in ("buy", "support")}
    urls["update"] = table.read("update", values.web_address)
    return code or expected or _UNKNOWN, _present(names), _present(urls)


def _present(texts: Mapping[str, str | None]) -> dict[str, str]:
    return {key: text for key, text in texts.items() if text is not None}


def _licenses(file: Table) -> tuple[dict[str, License], frozenset[str], dict[str, str]]:
    """Return the licenses, the codes without a readable kind, and the licenses that are not sold (`unsold`)."""
    tables = dict(file.tables("licenses", limits.LICENSES))
    kinds = {code: table.read("kind", _kind) for code, table in tables.items()}
    unread = frozenset(code for code, kind in kinds.items() if kind is None)
    licenses = {code: _license(table, kinds[code], unread) for code, table in tables.items()}
    guess = values.LimitedNearest()
    for code in unread:  # the rules do not see these licenses, so their references are checked here
        for key, names in (("includes", licenses[code].includes), ("requires", licenses[code].requires)):
            for name in (name for name in names if "." not in name and name not in tables):
                tables[code].refuse(key, no_license(name, tables, guess))
    named = [code for code, table in tables.items() if table.read("sold", values.flag) is False]
    unsold = {code: "" for code in named if licenses[code].replaced_by is None}
    return {code: one for code, one in licenses.items() if code not in unread}, unread, unsold


def _license(table: Table, kind: Kind | None, unread: frozenset[str]) -> License:
    table.refuse_others(LICENSE_KEYS)
    table.require("kind", "name")
    full_with = table.read("full_with", values.qualified_code)
    quantity = table.read("quantity", values.line)
    per = table.read("per", _period)
    if per is not None and table.content.get("quantity") is None:
        table.refuse("per", errors.CountWrong(reason="per"))
    successor = table.read("replaced_by", values.code)
    names = table.table("names")
    return License(
        kind=Kind.USER if kind is None else kind,
        name=table.read("name", values.line) or "",
        description=table.read("description", values.description) or "",
        plan=table.read("plan", values.flag) or False,
        hidden=table.read("hidden", values.flag) or False,
        full_with=None if full_with in unread else full_with,
        includes=_codes(table, "includes", values.code, unread),
        requires=_codes(table, "requires", values.qualified_code, unread),
        seats=table.read("seats", _seats) or documents.SeatKind.NAMED,
        limits_sites=table.read("limits", _limits) or False,
        quantity=quantity,
        per=None if quantity is None else per,
        replaced_by=None if successor in unread else successor,
        names=_present({language: names.read(language, values.line) for language in names.codes(limits.LANGUAGES)}),
    )


def _access(file: Table, unread: frozenset[str]) -> dict[str, documents.LoginRule]:
    found: dict[str, documents.LoginRule] = {}
    for way, table in file.tables("access", limits.URLS):
        table.refuse_others(ACCESS_KEYS)
        table.require("all")
        for key, what in _NOT_EMPTY.items():
            if table.content.get(key) == []:
                table.refuse(key, errors.TableInvalid(reason="empty", wanted=what))
        users = sorted(table.items("users", _user_kind)) if "users" in table.content else [UserKind.ASSOCIATE]
        found[way] = documents.LoginRule(_codes(table, "all", values.qualified_code, unread), users)
    return found


def _editions(
    file: Table, licenses: Mapping[str, License], unread: frozenset[str], settings: frozenset[str]
) -> tuple[dict[str, documents.Edition], dict[str, str]]:
    """Return the editions, and the codes of those that are not sold (`unsold`)."""
    found: dict[str, documents.Edition] = {}
    unsold: dict[str, str] = {}
    given = file.content.get("settings")
    written = cast("dict[str, object]", given) if isinstance(given, dict) else {}
    for code, table in file.tables("editions", limits.EDITIONS):
        table.refuse_others(EDITION_KEYS)
        table.require("name")
        system, sites, users = ({c: n for c, n in counts.items() if c not in unread} for counts in read_counts(table))
        table.faults.extend(missing_quantities(system, licenses, f"{table.path}."))
        name = table.read("name", values.line) or ""
        # A setting whose type could not be read is not checked.
        sold = {c: value for c, value in read_settings(table).items() if c in settings or c not in written}
        found[code] = documents.Edition(name, as_numbers(system), sites, users, sold)
        instead = table.read("replaced_by", values.code)
        if table.read("sold", values.flag) is False or instead:
            unsold[code] = instead or ""
    return found, unsold


def _codes(table: Table, key: str, reader: values.Reader[str], unread: frozenset[str]) -> list[str]:
    """Return the codes under `key`, sorted as documents require."""
    return sorted(code for code in table.items(key, reader) if code not in unread)
