"""The Python module that an application imports: a pack with its root, and the codes of its catalogs as types."""

import keyword
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from json import dumps
from pathlib import Path
from string import Template
from typing import Final

from licensekit.errors import PlaceTaken
from licensekit.issuer.ledger.documents import WorkspaceState
from licensekit.trust.pack import TrustStore, open_pack, pin_in_pack
from licensekit.wire import armor, plain
from licensekit.wire.documents import Kind, Setting, SettingType

_TEXT: Final = Path(__file__).with_name("texts") / "product_module.txt"
_WIDTH: Final = 80
_WRITTEN: Final = re.compile(
    r'^ROOT: Final = "(?P<root>lkroot1-\w+)"$.*^    released=(?P<released>None|date\(\d+, \d+, \d+\)),$',
    re.ASCII | re.DOTALL | re.MULTILINE,
)
"""Finds root and release date in a module that was written."""
_TYPES: Final = {SettingType.TEXT: "str", SettingType.NUMBER: "int", SettingType.BOOLEAN: "bool"}


def product_module(pack: bytes | str, *, released: date | None = None, before: str = "") -> str:
    """Return the text of a module with the `Product` of a pack, formatted and typed.

    Its root is the oldest root of the pack: compare the pin with the issuer's. `released` is the release date of the
    product version that ships the module; default: the date in the module `before`, which it replaces. Raises
    `PlaceTaken` if `before` is another text, `FormatError` or `TrustError` if the pack does not verify.
    """
    root, written = pin_in_pack(pack), _WRITTEN.search(before)
    if before.strip() and (written is None or written["root"] != root):
        raise PlaceTaken(reason="module")
    day = "None" if written is None else written["released"]
    if released is not None:
        day = f"date({released.year}, {released.month}, {released.day})"
    return _module(open_pack(pack, root), root, pack, day)


def _module(store: TrustStore, root: str, pack: bytes | str, released: str) -> str:
    codes = {kind: _literal(_licenses(store, kind)) for kind in Kind}
    owned = [(issuer, catalog.document) for issuer, catalog in store.catalogs.items()]
    ways = _literal([store.qualify(issuer, way) for issuer, catalog in owned for way in catalog.access])
    settings = {store.qualify(i, code): one for i, catalog in owned for code, one in catalog.settings.items()}
    name, module = module_name(store.product), module_file(store.product).removesuffix(".py")
    class_name = f"{name.title().replace('_', '')}Licensing"
    example = dumps(next(iter(_licenses(store, Kind.SYSTEM)), "..."))
    typing, methods = ", ".join(_typing_names({*codes.values(), ways}, settings)), "".join(_setting_methods(settings))
    named = {"module": module, "name": name, "class_name": class_name, "product": store.product, "example": example}
    typed = {"typing": typing, **{plain.word(kind): codes[kind] for kind in Kind}, "ways": ways, "settings": methods}
    shipped = {"root": root, "pack": "\n".join(_chunks(pack)), "released": released}
    return Template(_TEXT.read_text("utf-8")).substitute(named | typed | shipped)


def renewed_module(text: str, state: WorkspaceState) -> str | None:
    """Return a module written again from the pack of its workspace; None if it is a module of another pack."""
    written = _WRITTEN.search(text)
    # A partner has no module, because the application is the vendor's.
    if written is None or written["root"] != state.pin or state.is_partner:
        return None
    return _module(state.trust_store, state.pin, state.pack, written["released"])


def module_file(product: str) -> str:
    """Return the file name of a product's module: `acme_crm_licensing.py`."""
    return f"{module_name(product)}_licensing.py"


def module_name(product: str) -> str:
    """Return the Python name of a product: `acme_crm` for `acme-crm`."""
    name = product.replace("-", "_")
    return f"product_{name}" if name[0].isdigit() or keyword.iskeyword(name) else name


def _licenses(store: TrustStore, kind: Kind) -> list[str]:
    owned = ((issuer, catalog.document.licenses) for issuer, catalog in store.catalogs.items())
    return [store.qualify(i, code) for i, licenses in owned for code, one in licenses.items() if one.kind is kind]


def _literal(texts: Collection[str]) -> str:
    """Return the `Literal` type of these texts, formatted."""
    if len(texts) > 1:
        return "Literal[\n" + "".join(f"    {dumps(text, ensure_ascii=False)},\n" for text in texts) + "]"
    return f"Literal[{dumps(*texts, ensure_ascii=False)}]" if texts else "Never"


def _setting_methods(settings: Mapping[str, Setting]) -> Iterator[str]:
    overload = "    @overload\n" if len(settings) > 1 else ""
    for code, setting in settings.items():
        kind = _TYPES[setting.type] if setting.default is not None else f"{_TYPES[setting.type]} | None"
        yield f"{overload}    def setting(self, code: Literal[{dumps(code)}]) -> {kind}: ...\n"


def _typing_names(types: Collection[str], settings: Mapping[str, Setting]) -> list[str]:
    """Return the names that the module imports from `typing`, sorted."""
    has_literals = bool(settings) or any(one.startswith("Literal") for one in types)
    is_used = {"Literal": has_literals, "Never": "Never" in types, "overload": len(settings) > 1}
    return sorted({"Final", "Protocol", "Self", "TypeAlias", "TypeVar", *(one for one in is_used if is_used[one])})


def _chunks(pack: bytes | str) -> Iterator[str]:
    """Yield the string literals of the pack, one for each line of the module."""
    for token in armor.read(pack):
        text = armor.write(token)
        pieces = [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]
        yield from (f'    "{piece}"' for piece in pieces[:-1])
        yield f'    "{pieces[-1]}\\n"'
