"""What `init` writes for people to read and change: a catalog, an order that fits it, and what git is to ignore."""

from pathlib import Path
from string import Template
from typing import Final

from licensekit import files, limits
from licensekit.catalog.tables import unsold
from licensekit.issuer.layout import Layout
from licensekit.wire.documents import Catalog, Kind

_TEXTS: Final = Path(__file__).with_name("texts")
_SERIAL: Final = 'serial = "{serial}"        # the one that the vendor has sold to this company\n'
_PER_KIND: Final = 2
_COUNTS: Final = {Kind.SYSTEM: "true", Kind.SITE: "3", Kind.USER: "25"}
_QUANTITY: Final = "100"


def catalog_text(*, product: str, issuer: str, name: str) -> str:
    """Return a first catalog, commented."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return _template("catalog.toml").substitute(product=product, issuer=issuer, name=quoted)


def write_texts(layout: Layout, target: Path, text: bytes, catalog: Catalog, *, serial: str | None = None) -> None:
    """Write the catalog file, an example order, and what git is to ignore; `target` is where they will be."""
    layout.orders.mkdir(files.PRIVATE_FOLDER)
    files.write_atomically(layout.catalog, text, mode=files.PRIVATE)
    present = Layout(target).ignored
    before = files.read_bytes(present, limit=limits.TOML_BYTES, what="a .gitignore") if present.exists() else b""
    kept, wanted = before.splitlines(), (_TEXTS / "gitignore").read_bytes().splitlines()
    ignored = [*kept, *(line for line in wanted if line not in kept), b""]
    files.write_atomically(layout.ignored, b"\n".join(ignored), mode=files.PRIVATE)
    order = order_text(catalog, path=f"{target.name}/orders/example.toml -C {target.name}", serial=serial)
    files.write_atomically(layout.orders / "example.toml", order.encode(), mode=files.PRIVATE)


def order_text(catalog: Catalog, *, path: str, serial: str | None = None) -> str:
    """Return an order for a year that fits `catalog`, commented; `path` is how its reader would call the file."""
    chosen = _chosen(catalog)
    tables = filter(None, (_table(catalog, kind, chosen) for kind in Kind))
    named = "" if serial is None else _SERIAL.format(serial=serial)
    return _template("order.toml").substitute(path=path, serial=named) + "\n".join(tables)


def _template(name: str) -> Template:
    return Template((_TEXTS / name).read_text("utf-8"))


def _table(catalog: Catalog, kind: Kind, chosen: set[str]) -> str:
    mine = [c for c, one in catalog.licenses.items() if c in chosen and one.kind is kind]
    counts = {code: _COUNTS[kind] if catalog.licenses[code].quantity is None else _QUANTITY for code in mine}
    rows = "".join(f"{code} = {count}\n" for code, count in counts.items())
    return f"[{kind.plural}]\n{rows}" if rows else ""


def _chosen(catalog: Catalog) -> set[str]:
    """Return a few licenses of each kind, and everything that they require."""
    licenses, gone = catalog.licenses, unsold(catalog, "licenses")
    sold = {code: one for code, one in licenses.items() if not one.hidden and code not in gone}
    offered = {kind: [code for code, one in sold.items() if one.kind is kind] for kind in Kind}
    chosen: set[str] = set()
    waiting = [code for codes in offered.values() for code in codes[:_PER_KIND]]
    while waiting:
        code = waiting.pop()
        if code not in chosen:
            chosen.add(code)
            waiting += (own for own in licenses[code].requires if own in licenses)
    return chosen
