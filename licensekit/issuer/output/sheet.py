"""A license file as a page for people: to print, to file, to read, to scan or to copy from.

The page is one HTML file that loads nothing: no script, no font, no image from elsewhere.
"""

from collections.abc import Iterable
from html import escape
from string import Template
from typing import Final

from licensekit.dates import format_days, format_seconds
from licensekit.issuer.output import qr
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.trust.signed import identity_of
from licensekit.wire.documents import Binding, Bundle, Catalog, Kind
from licensekit.wire.frame import read
from licensekit.wire.plain import word

_KINDS: Final = {
    Kind.SYSTEM: "For the whole installation",
    Kind.SITE: "For sites",
    Kind.USER: "For users",
}
_PAGE: Final = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
@page { size: A4; margin: 16mm 18mm }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1.5rem; max-width: 50rem; color: #1a1f2b; background: #fff;
  font: 15px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }
header { display: flex; gap: 2rem; justify-content: space-between; align-items: flex-start;
  padding-bottom: 1.25rem; border-bottom: 3px solid #1a1f2b }
h1 { margin: 0 0 .15rem; font-size: 1.9rem; line-height: 1.2 }
h2 { margin: 1.6rem 0 .4rem; font-size: 1rem }
.eyebrow { margin: 0 0 .6rem; color: #556070 }
.serial { margin: .9rem 0 0; font: 600 1.45rem/1.2 ui-monospace, Menlo, Consolas, monospace;
  letter-spacing: .06em }
.part { color: #556070 }
.code { flex: none; width: 17rem; margin: -.4rem -.4rem 0 0; text-align: center; color: #556070;
  font-size: .8rem }
.code svg { display: block; width: 100% }
dl { display: grid; grid-template-columns: 9.5rem 1fr; gap: .2rem 1rem; margin: 1rem 0 0 }
dt { color: #556070 }
dd { margin: 0; overflow-wrap: anywhere }
table { width: 100%; border-collapse: collapse }
td { padding: .3rem .6rem .3rem 0; border-top: 1px solid #d5dae2; vertical-align: top }
td:first-child { width: 55% }
td.count { padding-right: 0; text-align: right; font-variant-numeric: tabular-nums }
code { color: #556070; font: .85em ui-monospace, Menlo, Consolas, monospace }
.token { margin: .3rem 0 0; padding: .7rem .8rem; border: 1px solid #d5dae2; border-radius: 4px;
  word-break: break-all; font: .72rem/1.5 ui-monospace, Menlo, Consolas, monospace }
footer { margin-top: 1rem; color: #556070; font-size: .8rem }
section, footer { break-inside: avoid }
@media print {
  html { font-size: 12px }
  body { padding: 0; max-width: none; font-size: 12px }
  h2 { margin-top: .9rem }
  td { padding-top: .1rem; padding-bottom: .1rem }
}
@media (max-width: 40rem) { header { flex-direction: column } .code { margin: 0 } }
</style>
</head>
<body>
<header>
<div>
<p class="eyebrow">License for $product, by $issuer</p>
<h1>$company</h1>
<p class="serial">$serial</p>
<p class="part">$part, sequence $sequence</p>
<dl>
$facts</dl>
</div>
<div class="code">$code</div>
</header>
$licenses
<section>
<h2>The license as text</h2>
<p class="token">$token</p>
</section>
<footer>Identity $identity. Signed on $issued. Dates count to the end of the day, UTC.</footer>
</body>
</html>
""")


def sheet_page(file: LicenseFile, catalog: Catalog) -> bytes:
    """Return the page of a license file; `catalog` knows the names of what it grants.

    A file that is too long for a QR code gets a page that says so in the place of the code.

    Raises:
        QrRefused: nothing here draws codes.
    """
    bundle = file.bundle
    text = "".join(file.data.decode("ascii").split())
    named = {
        "title": f"License {bundle.serial} for {bundle.company}",
        "product": catalog.names.get("product", bundle.product),
        "issuer": catalog.names.get("issuer", bundle.issuer),
        "company": bundle.company,
        "serial": bundle.serial,
        "part": bundle.part,
        "sequence": str(bundle.sequence),
        "token": text,
        "identity": identity_of(file.token.type, read(file.token.frame).payload).hex(),
        "issued": format_seconds(bundle.issued),
    }
    return _PAGE.substitute(
        {name: escape(value) for name, value in named.items()},
        code=_code(file.data, text),
        facts="".join(f"<dt>{name}</dt><dd>{escape(said)}</dd>\n" for name, said in _facts(bundle)),
        licenses="\n".join(_tables(bundle, catalog)),
    ).encode()


def _code(data: bytes, text: str) -> str:
    if qr.fits(text):
        return f"{qr.svg_inline(data)}Scan it, or copy the text below."
    return f"Its {len(text)} characters fit into no QR code: use the file, or the text below."


def _facts(bundle: Bundle) -> Iterable[tuple[str, str]]:
    dates = {
        "Starts": bundle.starts,
        "Reminder from": bundle.warning,
        "Ends": bundle.expiry,
        "Grace until": bundle.grace,
        "Maintenance until": bundle.maintenance,
        "Next check": bundle.next_check,
    }
    yield "Use", word(bundle.use)
    if bundle.replaces is not None:
        yield "Takes the place of", f"serial {bundle.replaces}"
    if bundle.expiry is None:
        yield "Term", "perpetual"
    for name, day in dates.items():
        if day is not None:
            yield name, format_days(day)
    if bundle.expiry is not None:
        yield "Afterwards", word(bundle.after_grace)
    if bundle.binding is not None:
        yield "Works only on", _bound(bundle.binding)
    for name, value in sorted(bundle.values.items()):
        yield "Setting", f"{name} = {str(value).lower() if isinstance(value, bool) else value}"


def _bound(binding: Binding) -> str:
    by_key = "" if binding.installation is None else f"installation {binding.installation.hex()}"
    by_facts = f"{binding.needed} of {len(binding.facts)} machine facts" if binding.facts else ""
    return " with ".join(filter(None, (by_key, by_facts)))


def _tables(bundle: Bundle, catalog: Catalog) -> Iterable[str]:
    for kind, counts in zip(Kind, (bundle.system, bundle.sites, bundle.users), strict=True):
        if counts:
            rows = "\n".join(_row(code, counts[code], catalog) for code in sorted(counts))
            yield f"<section>\n<h2>{_KINDS[kind]}</h2>\n<table>\n{rows}\n</table>\n</section>"


def _row(code: str, count: int | None, catalog: Catalog) -> str:
    license_ = catalog.licenses.get(code)
    name = code if license_ is None else license_.name
    if license_ is not None and license_.kind is Kind.SYSTEM and license_.quantity is None:
        amount = "yes"
    else:
        unit = "" if license_ is None or license_.quantity is None else f" {license_.quantity}"
        amount = "unrestricted" if count is None else f"{count}{unit}"
    return (
        f"<tr><td>{escape(name)}</td><td><code>{code}</code></td>"
        f'<td class="count">{escape(amount)}</td></tr>'
    )
