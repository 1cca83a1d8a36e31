"""What a new catalog changes, and what that takes away from bundles already sold.

A bundle names licenses; what they mean is looked up in the newest catalog known. So whatever makes a license give less,
or need more, reaches back to what was sold before.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from typing import Any, Final, NamedTuple, cast

from licensekit.errors.faults import SoldReduced
from licensekit.wire.documents import Catalog, Combine, Document, License, LoginRule, SeatKind, Setting
from licensekit.wire.plain import word


class CatalogChange(NamedTuple):
    """One key of a catalog that was added, removed or changed."""

    where: str
    """The key path; a license, access rule or edition that comes or goes is one difference."""
    before: str | None
    """What was there, as people read it; None: it was added."""
    after: str | None
    """What is there now, as people read it; None: it was removed."""
    takes_away: bool
    """Whether it takes something away from bundles already sold."""


def takes_away(old: Catalog, new: Catalog) -> list[SoldReduced]:
    """Return what `new` takes away from bundles sold under `old`, by key path."""
    faults = [
        SoldReduced(reason="other", before=before, after=after, where=where)
        for where, before, after in (("product", old.product, new.product), ("issuer.code", old.issuer, new.issuer))
        if before != after
    ]
    had, has = old.closure(), new.closure()
    for code, license_ in old.licenses.items():
        path = f"licenses.{code}"
        if code not in new.licenses:
            faults.append(SoldReduced(reason="license", where=path))
            continue
        successor = license_.replaced_by
        if successor is not None and successor not in {new.licenses[code].replaced_by, *has[code]}:
            faults.append(SoldReduced(reason="replaced-by", names=(successor,), where=f"{path}.replaced_by"))
        if lost := had[code] - has[code] - {successor}:
            faults.append(SoldReduced(reason="includes", names=tuple(sorted(lost)), where=f"{path}.includes"))
        faults += _of_license(path, license_, new.licenses[code])
    for code, setting in old.settings.items():
        faults += _of_setting(f"settings.{code}", setting, new.settings.get(code))
    for way, access in old.access.items():
        faults += _of_access(f"access.{way}", access, new.access.get(way))
    return faults


def differences(old: Catalog, new: Catalog) -> list[CatalogChange]:
    """Return every difference between two catalogs, in the order of the new one, removed ones last.

    What is taken away only through another license is no difference of its own; `takes_away` names it.
    """
    taking = {fault.where for fault in takes_away(old, new)}
    before, after = _flat(old), _flat(new)
    found: list[CatalogChange] = []
    for where in [*after, *(path for path in before if path not in after)]:
        was, now = before.get(where), after.get(where)
        if was is None or now is None:
            found.append(CatalogChange(where, _title(was), _title(now), where in taking))
            continue
        found += [
            CatalogChange(f"{where}{key}", was.get(key), now.get(key), f"{where}{key}" in taking)
            for key in [*now, *(key for key in was if key not in now)]
            if was.get(key) != now.get(key)
        ]
    return found


_UNSET: Final = {".seats": "named seats", ".limits": "no limit", ".quantity": "no quantity", ".per": "once and for all"}
"""Key that says what a count means, to how people read it unset."""


def _of_license(path: str, old: License, new: License) -> Iterator[SoldReduced]:
    if old.kind is not new.kind:
        yield SoldReduced(reason="kind", before=word(old.kind), after=word(new.kind), where=f"{path}.kind")
    if needed := sorted(set(new.requires) - set(old.requires)):
        yield SoldReduced(reason="requires", names=tuple(needed), where=f"{path}.requires")
    if new.plan and not old.plan:
        yield SoldReduced(reason="plan", where=f"{path}.plan")
    if new.full_with not in (None, old.full_with):
        yield SoldReduced(reason="full-with", names=(new.full_with,), where=f"{path}.full_with")
    was, now = _fields(old), _fields(new)
    for key, unset in _UNSET.items():
        before, after = was.get(key, unset), now.get(key, unset)
        if before != after:
            yield SoldReduced(reason="count", before=before, after=after, where=f"{path}{key}")


def _of_setting(path: str, old: Setting, new: Setting | None) -> Iterator[SoldReduced]:
    if new is None:
        yield SoldReduced(reason="setting", where=path)
        return
    if old.type is not new.type:
        yield SoldReduced(reason="setting-type", before=word(old.type), after=word(new.type), where=f"{path}.type")
        return
    if old.combine is not new.combine:
        before, after = word(old.combine), word(new.combine)
        yield SoldReduced(reason="count", before=before, after=after, where=f"{path}.combine")
    if new.lowest is not None and (old.lowest is None or old.lowest < new.lowest):
        yield SoldReduced(reason="setting-fits", before=f"below {new.lowest}", where=f"{path}.lowest")
    if new.highest is not None and (old.highest is None or old.highest > new.highest):
        yield SoldReduced(reason="setting-fits", before=f"above {new.highest}", where=f"{path}.highest")
    if new.choices and not old.choices:
        yield SoldReduced(reason="setting-fits", before="of any text", where=f"{path}.choices")
    if new.choices and (names := tuple(one for one in old.choices if one not in new.choices)):
        yield SoldReduced(reason="setting-choices", names=names, where=f"{path}.choices")


def _of_access(path: str, old: LoginRule, new: LoginRule | None) -> Iterator[SoldReduced]:
    if new is None:
        yield SoldReduced(reason="way", where=path)
        return
    if needed := sorted(set(new.all) - set(old.all)):
        yield SoldReduced(reason="login-needs", names=tuple(needed), where=f"{path}.all")
    if shut_out := tuple(word(kind) for kind in old.users if kind not in new.users):
        yield SoldReduced(reason="login-kinds", names=shut_out, where=f"{path}.users")


def _title(fields: Mapping[str, str] | None) -> str | None:
    return None if fields is None else fields.get(".name", next(iter(fields.values()), ""))


def _flat(catalog: Catalog) -> dict[str, dict[str, str]]:
    """Return every table of a catalog by its key path, as key to what people read."""
    names = {"issuer": "issuer.name", "product": "product_name"}
    head = {"product": catalog.product, "issuer.code": catalog.issuer}
    head |= {names.get(what, f"names.{what}"): name for what, name in catalog.names.items()}
    head |= {f"issuer.{purpose}": url for purpose, url in catalog.urls.items()}
    tables = [(name, getattr(catalog, name)) for name in ("licenses", "settings", "access", "editions")]
    return {"": head, **{f"{name}.{code}": _fields(one) for name, table in tables for code, one in table.items()}}


_UNSAID: Final = {
    "plan": False,
    "hidden": False,
    "seats": SeatKind.NAMED,
    "limits_sites": False,
    "combine": Combine.LATEST,
}
"""Field to the value that it has where the catalog file says nothing; of others it is empty."""
_WRITTEN: Final = {"seats": "concurrent seats", "limits_sites": "sites"}
"""Field to how people read its other value, where its name and a word would not say it."""


def _fields(table: Document) -> dict[str, str]:
    """Return a table of a catalog as key to what people read; what the catalog file leaves out has no key."""
    said: dict[str, str] = {}
    for name in table.__struct_fields__:
        value, key = getattr(table, name), f".{name.removesuffix('_sites')}"
        if isinstance(value, dict):
            said |= {f"{key}.{code}": _said(one) for code, one in cast("Mapping[str, Any]", value).items()}
        elif value not in (None, "", []) and value != _UNSAID.get(name):
            said[key] = _WRITTEN.get(name) or _said(value)
    return said


def _said(value: Any) -> str:
    match value:
        case None:
            return "unrestricted"
        case bool():
            return str(value).lower()
        case IntEnum():
            return word(value)
        case list():
            return ", ".join(map(_said, cast("Iterable[Any]", value)))
        case _:
            return str(value)
