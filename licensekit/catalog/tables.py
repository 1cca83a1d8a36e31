"""A catalog as the tables of its file (`docs/reference/catalog.md`), and the changes between two catalogs.

A bundle only names licenses; the newest catalog says what they mean. So a catalog in which a license gives less, or
requires more, also affects bundles sold before.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, cast

from licensekit.errors.faults import SoldReduced
from licensekit.text.values import UNRESTRICTED
from licensekit.wire.documents import Catalog, Edition, License, LoginRule, Setting, is_code
from licensekit.wire.plain import plain, word

_FLAGS: Final = ("plan", "hidden", "limits_sites")
_USUAL: Final = {"description": "", "seats": "named", "combine": "latest", **dict.fromkeys(_FLAGS, False)}
"""Field to its default in the file; other fields are absent or empty by default."""
_WIDTH: Final = 100
_UNSET: Final = {".seats": "named seats", ".limits": "no limit", ".quantity": "no quantity", ".per": "once and for all"}
"""Key that affects the meaning of a count, to its description if unset."""
_WRITTEN: Final = {"seats": "concurrent seats"}  # key to the description of its only other value


def file_tables(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """Return each table of the file by key path: key to value, None for unrestricted, without defaults."""
    names, whole = catalog.names, {code for code, one in catalog.licenses.items() if one.quantity is None}
    found: dict[str, dict[str, Any]] = {
        "": {"product": catalog.product, "product_name": names.get("product")},
        "issuer": {"code": catalog.issuer, "name": names.get("issuer"), **catalog.urls},
    }
    for table in ("licenses", "settings", "access", "editions"):
        gone = unsold(catalog, table)
        for code, one in getattr(catalog, table).items():
            keys = {key.removesuffix("_sites"): v for key, v in plain(one).items() if v != _USUAL.get(key)}
            if "limits" in keys:
                keys["limits"] = "sites"
            if isinstance(one, Edition):
                keys["system"] |= dict.fromkeys(one.system.keys() & whole, True)
            if code in gone:
                keys |= {"replaced_by": gone[code]} if gone[code] else {"sold": False}
            found[f"{table}.{code}"] = keys
    return {path: {key: one for key, one in keys.items() if one not in (None, [])} for path, keys in found.items()}


def catalog_text(catalog: Catalog) -> str:
    """Return the text of a catalog file, without defaults and comments."""
    return "\n".join("".join(_lines(path, keys)) for path, keys in file_tables(catalog).items())


def _lines(path: str, keys: Mapping[str, Any]) -> Iterator[str]:
    if path:
        yield f"[{path}]\n"
    for key, value in keys.items():
        if isinstance(value, dict):
            said = cast("Mapping[str, Any]", value).items()
            yield from _lines("", {f"{key}.{code}": UNRESTRICTED if one is None else one for code, one in said})
        else:
            # An array that is too long for a line has a line for each entry.
            is_long = isinstance(value, list) and len(json.dumps(value, ensure_ascii=False)) > _WIDTH
            yield f"{key} = {json.dumps(value, ensure_ascii=False, indent=4 if is_long else None)}\n"


def unsold(catalog: Catalog, table: str) -> dict[str, str]:
    """Return the `licenses` or `editions` that are no longer sold: code to replacement, or to an empty text."""
    said = catalog.extensions.get(f"unsold-{table}")
    is_formed = isinstance(said, str) and all(map(is_code, said.replace("/", " ").split(" ")))
    words = str(said).split() if is_formed else ()
    found = {code: instead for code, _, instead in (word.partition("/") for word in words)}
    if table == "licenses":
        found |= {code: one.replaced_by for code, one in catalog.licenses.items() if one.replaced_by}
    return found


def unsold_extension(table: str, codes: Mapping[str, str]) -> dict[str, str]:
    """Return the extension that `unsold` reads; empty if nothing is unsold."""
    words = (f"{code}/{instead}" if instead else code for code, instead in sorted(codes.items()))
    return {f"unsold-{table}": " ".join(words)} if codes else {}


class CatalogChange(NamedTuple):
    """One key of a catalog that was added, removed or changed."""

    where: str  # the key path; of a license, login rule or edition that was added or removed, only its own
    before: str | None  # as people read it; None if it was added
    after: str | None  # as people read it; None if it was removed
    takes_away: bool  # whether it takes something away from bundles already sold


def takes_away(old: Catalog, new: Catalog) -> list[SoldReduced]:
    """Return what `new` takes away from bundles sold under `old`."""
    heads = (("product", old.product, new.product), ("issuer.code", old.issuer, new.issuer))
    faults = [SoldReduced(reason="other", before=was, after=now, where=key) for key, was, now in heads if was != now]
    had, has = old.closure, new.closure
    before, after = _flat(old), _flat(new)
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
        faults += [*_of_license(path, license_, new.licenses[code]), *_of_counts(path, before[path], after[path])]
    for code, setting in old.settings.items():
        faults += _of_setting(f"settings.{code}", setting, new.settings.get(code))
    for way, access in old.access.items():
        faults += _of_access(f"access.{way}", access, new.access.get(way))
    return faults


def differences(old: Catalog, new: Catalog) -> list[CatalogChange]:
    """Return the differences between two catalogs, in the order of the new one, with removed tables last."""
    taking = {fault.where for fault in takes_away(old, new)}
    before, after = _flat(old), _flat(new)
    found: list[CatalogChange] = []
    for where in {**after, **before}:
        was, now = before.get(where), after.get(where)
        if was is None or now is None:
            found.append(CatalogChange(where, _title(was), _title(now), where in taking))
            continue
        found += [
            CatalogChange(f"{where}{key}", was.get(key), now.get(key), f"{where}{key}" in taking)
            for key in {**now, **was}
            if was.get(key) != now.get(key)
        ]
    return found


def _of_license(path: str, old: License, new: License) -> Iterator[SoldReduced]:
    if old.kind is not new.kind:
        yield SoldReduced(reason="kind", before=word(old.kind), after=word(new.kind), where=f"{path}.kind")
    if needed := sorted(set(new.requires) - set(old.requires)):
        yield SoldReduced(reason="requires", names=tuple(needed), where=f"{path}.requires")
    if new.plan and not old.plan:
        yield SoldReduced(reason="plan", where=f"{path}.plan")
    if new.full_with not in (None, old.full_with):
        yield SoldReduced(reason="full-with", names=(new.full_with,), where=f"{path}.full_with")


def _of_counts(path: str, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[SoldReduced]:
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
        yield SoldReduced(reason="count", before=word(old.combine), after=word(new.combine), where=f"{path}.combine")
    if new.lowest is not None and (old.lowest is None or old.lowest < new.lowest):
        yield SoldReduced(reason="setting-below", before=str(new.lowest), where=f"{path}.lowest")
    if new.highest is not None and (old.highest is None or old.highest > new.highest):
        yield SoldReduced(reason="setting-above", before=str(new.highest), where=f"{path}.highest")
    if new.choices and not old.choices:
        yield SoldReduced(reason="setting-any", where=f"{path}.choices")
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
    """Return every table of a catalog by key path, as `_fields`."""
    return {path: _fields(keys, "." if path else "") for path, keys in file_tables(catalog).items()}


def _fields(keys: Mapping[str, Any], lead: str = ".") -> dict[str, str]:
    """Return a table of the file as people read it; `lead` is put before each key."""
    said: dict[str, str] = {}
    for key, value in keys.items():
        if isinstance(value, dict):
            said |= _fields(cast("dict[str, Any]", value), f"{lead}{key}.")
        else:
            said[f"{lead}{key}"] = _WRITTEN.get(key) or _said(value)
    return said


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(cast("list[str]", value))
    return UNRESTRICTED if value is None else str(value).lower() if isinstance(value, bool) else str(value)
