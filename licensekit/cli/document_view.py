"""Documents as people read them: the facts first, then tables."""

from collections.abc import Callable, Iterable
from typing import Any, Final, cast

from licensekit.cli.output import emit, facts, table
from licensekit.dates import format_days, format_seconds
from licensekit.keys.verifying import load
from licensekit.wire.documents import Bundle, Catalog, Document, Kind, License, Root, Trust
from licensekit.wire.plain import plain, word


def show(document: Document) -> None:
    """Print `document`."""
    view: Callable[[Any], None] = _VIEWS.get(type(document), _show_fields)
    view(document)


def amount(count: int | None) -> str:
    """Give a count as it is shown."""
    return "unrestricted" if count is None else str(count)


def _show_bundle(bundle: Bundle) -> None:
    dates = {n: None if day is None else format_days(day) for n, day in _dates(bundle)}
    dates["expiry"] = dates["expiry"] or "none: perpetual"
    facts(
        [
            ("company", bundle.company),
            ("serial", f"{bundle.serial}, {bundle.part}, sequence {bundle.sequence}"),
            ("replaces", bundle.replaces),
            ("product", f"{bundle.product}, sold by {bundle.issuer}"),
            ("use", word(bundle.use)),
            ("issued", format_seconds(bundle.issued)),
            *dates.items(),
            ("after grace", None if bundle.expiry is None else word(bundle.after_grace)),
            ("bound to", _binding(bundle)),
            ("offline", f"{bundle.offline_hours} hours"),
            ("borrow", f"{bundle.borrow_hours} hours" if bundle.borrow_hours else None),
            *(("value", f"{name} = {value}") for name, value in bundle.values.items()),
            *_extensions(bundle.extensions),
        ]
    )
    emit()
    rows = [
        (kind.name.lower(), code, amount(count))
        for kind in Kind
        for code, count in (bundle.system, bundle.sites, bundle.users)[kind].items()
    ]
    table(["kind", "license", ">count"], rows)


def _dates(bundle: Bundle) -> list[tuple[str, int | None]]:
    return [
        ("starts", bundle.starts),
        ("warning", bundle.warning),
        ("expiry", bundle.expiry),
        ("grace", bundle.grace),
        ("maintenance", bundle.maintenance),
        ("next check", bundle.next_check),
    ]


def _binding(bundle: Bundle) -> str | None:
    binding = bundle.binding
    if binding is None:
        return None
    by_key = None if binding.installation is None else f"installation {binding.installation.hex()}"
    by_facts = f"{binding.needed} of {len(binding.facts)} machine facts" if binding.facts else None
    return " and ".join(part for part in (by_key, by_facts) if part)


def _show_catalog(catalog: Catalog) -> None:
    facts(
        [
            ("product", catalog.product),
            ("issuer", catalog.issuer),
            ("version", catalog.version),
            ("issued", format_seconds(catalog.issued)),
            *((f"{purpose} name", name) for purpose, name in catalog.names.items()),
            *((purpose, url) for purpose, url in catalog.urls.items()),
            *((f"login by {way}", ", ".join(a.all)) for way, a in catalog.access.items()),
            *((f"edition {code}", edition.name) for code, edition in catalog.editions.items()),
            *_extensions(catalog.extensions),
        ]
    )
    emit()
    table(
        ["kind", "license", "name", "remarks"],
        [
            (license_.kind.name.lower(), code, license_.name, _remarks(license_))
            for kind in Kind
            for code, license_ in catalog.licenses.items()
            if license_.kind is kind
        ],
    )


def _remarks(license_: License) -> str:
    marks = [("plan", license_.plan), ("hidden", license_.hidden)]
    lists = [
        ("full with", [license_.full_with] if license_.full_with else []),
        ("includes", license_.includes),
        ("requires", license_.requires),
    ]
    words = [name for name, is_set in marks if is_set]
    return "; ".join([*words, *(f"{name} {', '.join(codes)}" for name, codes in lists if codes)])


def _show_root(root: Root) -> None:
    facts(
        [
            ("product", root.product),
            ("issuer", root.issuer),
            ("version", root.version),
            ("signatures", f"{root.threshold} of {len(root.keys)} keys must sign"),
            *(("key", load(key.scheme, key.public).key_id.hex()) for key in root.keys),
            *_extensions(root.extensions),
        ]
    )


def _show_trust(trust: Trust) -> None:
    facts(
        [
            ("version", f"{trust.version}, under root {trust.root_version}"),
            ("issued", format_seconds(trust.issued)),
            ("fresh until", trust.fresh_until and format_seconds(trust.fresh_until)),
            *_extensions(trust.extensions),
        ]
    )
    emit()
    table(
        ["key id", "name", "state", "from", "to", "issuers", "signs", "uses", "longest term"],
        [
            (
                load(key.scheme, key.public).key_id.hex(),
                key.name,
                word(key.state),
                format_seconds(key.valid_from),
                "" if key.valid_to is None else format_seconds(key.valid_to),
                ", ".join(key.scope.issuers),
                ", ".join(map(word, key.scope.types)),
                ", ".join(map(word, key.scope.uses)),
                "" if key.scope.longest_term is None else f"{key.scope.longest_term} days",
            )
            for key in trust.keys
        ],
    )


def _show_fields(document: Document) -> None:
    """Print any other document: a line for each field, a line for each entry of a collection."""
    for name, value in plain(document).items():
        label = name.replace("_", " ")
        if isinstance(value, dict):
            entries = cast("dict[str, Any]", value)
            for key, item in entries.items():
                emit(f"{label} {key}: {_inline(item)}")
        elif isinstance(value, list):
            items = cast("list[object]", value)
            emit(f"{label}: {', '.join(map(str, items)) or 'none'}")
        elif value is not None:
            emit(f"{label}: {value}")


def _inline(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    entries = cast("dict[str, Any]", value)
    return ", ".join(f"{key.replace('_', ' ')} {amount(item)}" for key, item in entries.items())


def _extensions(extensions: dict[str, Any]) -> Iterable[tuple[str, str]]:
    return (("extension", f"{name} = {value}") for name, value in extensions.items())


_VIEWS: Final[dict[type[Document], Callable[[Any], None]]] = {
    Bundle: _show_bundle,
    Catalog: _show_catalog,
    Root: _show_root,
    Trust: _show_trust,
}
