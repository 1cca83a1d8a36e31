"""Documents as people read them: the facts first, then tables."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, cast

from licensekit.cli.output import counted, emit, facts, table
from licensekit.cli.views import spelling
from licensekit.entitlements.states import DATES
from licensekit.keys.verifying import load
from licensekit.trust.roots import pin_of
from licensekit.wire import documents
from licensekit.wire.plain import plain, word

Facts = Iterable[tuple[str, object]]
Tables = Callable[[Any, Mapping[str, documents.License]], None]


def show(document: documents.Document, first: Facts = (), licenses: Mapping[str, documents.License] = {}) -> None:
    """Print the facts `first`, then those of `document`, then its tables; `licenses` have the units of counts."""
    view, tables = _VIEWS.get(type(document), (_fields, None))
    facts(*first, *view(document))
    if tables is not None:
        emit()
        tables(document, licenses)


def _bundle(bundle: documents.Bundle) -> Facts:
    shown = plain(bundle)
    dates = {name.replace("_", " "): shown[name] for name in DATES}
    dates["expiry"] = spelling.expiry(bundle.expiry)
    return [
        ("company", bundle.company),
        ("serial", f"{bundle.serial}, {bundle.part}, sequence {bundle.sequence}"),
        ("replaces", ", ".join(bundle.replaces) or None),
        ("product", f"{bundle.product}, sold by {bundle.issuer}"),
        ("use", shown["use"]),
        ("issued", shown["issued"]),
        *dates.items(),
        ("after grace", None if bundle.expiry is None else shown["after_grace"]),
        ("bound to", bound_to(bundle)),
        ("offline", counted(bundle.offline_hours, "hour")),
        ("borrow", counted(bundle.borrow_hours, "hour") if bundle.borrow_hours else None),
        *(("setting", _value(name, value)) for name, value in bundle.settings.items()),
        *_extensions(bundle.extensions),
    ]


def _table_of_bundle(bundle: documents.Bundle, licenses: Mapping[str, documents.License]) -> None:
    counts = [(spelling.name_of(kind), *item) for kind in documents.Kind for item in bundle.counts(kind).items()]
    rows = [(kind, code, spelling.amount_of(count, licenses.get(code))) for kind, code, count in counts]
    table(["kind", "license", ">count"], rows)


def bound_to(bundle: documents.Bundle) -> str | None:
    """Describe which installation a bundle is bound to; None: any."""
    binding = bundle.binding
    if binding is None:
        return None
    by_key = None if binding.installation is None else f"installation {binding.installation.hex()}"
    by_facts = f"{binding.needed} of {len(binding.facts)} machine facts" if binding.facts else None
    return " and ".join(part for part in (by_key, by_facts) if part)


def _catalog(catalog: documents.Catalog) -> Facts:
    return [
        *spelling.facts_of(catalog, "product issuer version issued"),
        *((f"{purpose} name", name) for purpose, name in catalog.names.items()),
        *((purpose, url) for purpose, url in catalog.urls.items()),
        *((f"login by {way}", ", ".join(a.all)) for way, a in catalog.access.items()),
        *_extensions(catalog.extensions),
    ]


def _table_of_catalog(catalog: documents.Catalog, _: object) -> None:
    from licensekit.catalog.tables import unsold  # noqa: PLC0415  # few files contain a catalog

    gone, replaced = unsold(catalog, "licenses"), unsold(catalog, "editions")
    sold = sorted(catalog.licenses.items(), key=lambda entry: entry[1].kind)
    rows = [(spelling.name_of(one.kind), code, one.name, _remarks(one, is_sold=code not in gone)) for code, one in sold]
    table(["kind", "license", "name", "remarks"], rows)
    if catalog.settings:
        emit()
        rows = [(code, s.name, spelling.name_of(s.type), _of_setting(s)) for code, s in catalog.settings.items()]
        table(["setting", "name", "type", "remarks"], rows)
    if catalog.editions:
        emit()
        said = {code: f"replaced by {instead}" if instead else "no longer sold" for code, instead in replaced.items()}
        editions = catalog.editions.items()
        rows = [(code, e.name, _contents(e, catalog.licenses), said.get(code, "")) for code, e in editions]
        table(["edition", "name", "contents", "remarks"], rows)


def _contents(edition: documents.Edition, licenses: Mapping[str, documents.License]) -> str:
    counts = [*edition.system.items(), *edition.sites.items(), *edition.users.items()]
    counted = [spelling.counted_license(code, n, licenses.get(code)) for code, n in counts]
    return ", ".join([*counted, *(_value(name, value) for name, value in edition.settings.items())])


def _of_setting(setting: documents.Setting) -> str:
    said = [
        ("from", setting.lowest),
        ("to", setting.highest),
        ("one of", ", ".join(setting.choices) or None),
        ("default", setting.default),
        ("combined by", None if setting.combine is documents.Combine.LATEST else word(setting.combine)),
    ]
    return "; ".join(f"{name} {spelling.value(one)}" for name, one in said if one is not None)


def _remarks(license_: documents.License, *, is_sold: bool) -> str:
    said = [
        ("no longer sold", not is_sold),
        ("plan", license_.plan),
        ("hidden", license_.hidden),
        (f"by {license_.quantity}", license_.quantity),
        (f"per {license_.per and word(license_.per)}", license_.per),
        *((f"{language}: {name}", True) for language, name in license_.names.items()),
        (f"replaced by {license_.replaced_by}", license_.replaced_by),
        (f"full with {license_.full_with}", license_.full_with),
        (f"includes {', '.join(license_.includes)}", license_.includes),
        (f"requires {', '.join(license_.requires)}", license_.requires),
    ]
    return "; ".join(text for text, applies in said if applies)


def _root(root: documents.Root) -> Facts:
    return [
        *spelling.facts_of(root, "product issuer version"),
        ("pin", pin_of(documents.encode(root))),
        ("signatures", f"{root.threshold} of {len(root.keys)} keys must sign"),
        *(("key", _compared(key)) for key in root.keys),
        *_extensions(root.extensions),
    ]


def _trust(trust: documents.Trust) -> Facts:
    return [
        ("version", f"{trust.version}, under root {trust.root_version}"),
        *spelling.facts_of(trust, "issued fresh_until"),
        *_extensions(trust.extensions),
    ]


def _table_of_trust(trust: documents.Trust, _: object) -> None:
    table(["key id", "name", "state", "from", "to", "issuers", "signs", "uses", "limits"], map(_row_of_key, trust.keys))
    emit()
    table(["name", "fingerprint"], [(key.name, _compared(key)) for key in trust.keys])


def _compared(key: documents.AdmittedKey | documents.RootKey) -> str:
    return spelling.fingerprint(load(key.scheme, key.public).fingerprint)


def _row_of_key(key: documents.AdmittedKey) -> tuple[object, ...]:
    shown = plain(key)
    return (
        load(key.scheme, key.public).key_id.hex(),
        *(shown[name] for name in ("name", "state", "valid_from", "valid_to")),
        *(", ".join(shown["scope"][name]) for name in ("issuers", "types", "uses")),
        spelling.listed(spelling.limits_of(key.scope)),
    )


def _fields(document: documents.Document) -> Facts:
    """Yield the facts of any other document: a fact for each field, or for each entry of a map."""
    for name, value in plain(document).items():
        label = name.replace("_", " ")
        if isinstance(value, dict):
            yield from ((f"{label} {key}", _inline(item)) for key, item in cast("dict[str, Any]", value).items())
        elif isinstance(value, list):
            yield label, spelling.listed(cast("list[object]", value)) or spelling.EMPTY
        else:
            yield label, value


def _inline(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    entries = cast("dict[str, Any]", value)
    return ", ".join(f"{key.replace('_', ' ')} {spelling.amount(item)}" for key, item in entries.items())


def _value(name: str, value: object) -> str:
    return f"{name} = {spelling.value(value)}"


def _extensions(extensions: dict[str, Any]) -> Iterable[tuple[str, str]]:
    return (("extension", _value(name, value)) for name, value in extensions.items())


_VIEWS: Final[dict[type[documents.Document], tuple[Callable[[Any], Facts], Tables | None]]] = {
    documents.Bundle: (_bundle, _table_of_bundle),
    documents.Catalog: (_catalog, _table_of_catalog),
    documents.Root: (_root, None),
    documents.Trust: (_trust, _table_of_trust),
}
