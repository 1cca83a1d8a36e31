"""A license file as a QR code (ISO/IEC 18004), and as a page to print, with the code and the text of the file.

The page is one HTML file that loads nothing: no script, font or image. Only this module imports segno.
"""

from collections.abc import Iterable
from html import escape
from io import BytesIO
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from licensekit.errors import QrRefused
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.trust.signed import identity_of
from licensekit.wire.documents import Binding, Bundle, Catalog, Kind
from licensekit.wire.plain import plain_fields, word

if TYPE_CHECKING:
    from segno import QRCode

LARGEST: Final = 2953  # characters in the largest code, of version 40 with the lowest error correction (L)
ROBUST: Final = 2331  # characters with error correction M, which survives a fold or a stain
SCALES: Final = {"svg": 1, "png": 8}
"""Image format to the size of a module, for PNG in pixels."""

_BORDER: Final = 4  # modules of quiet zone, by the standard
_PAGE: Final = Path(__file__).with_name("sheet.html")
_DATES: Final = ("Starts", "Reminder from", "Ends", "Grace until", "Maintenance until", "Next check")
_KINDS: Final = {Kind.SYSTEM: "For the whole installation", Kind.SITE: "For sites", Kind.USER: "For users"}


def qr_code(data: bytes, form: str) -> bytes:
    """Return a QR code of a license file without white space, as an image in a format of `SCALES`.

    Raises `QrRefused` if the file is too long for a QR code, or segno is not installed.
    """
    text = _text(data)
    if len(text) > LARGEST:
        alone = text[text.rindex("lk1-") :]
        raise QrRefused(reason="attachments" if len(alone) <= LARGEST else "long", characters=len(text), most=LARGEST)
    out = BytesIO()
    _code(text).save(out, kind=form, scale=SCALES[form], border=_BORDER)
    return out.getvalue()


def _text(data: bytes) -> str:
    return "".join(data.decode("ascii").split())


def _code(text: str) -> "QRCode":
    try:
        import segno  # noqa: PLC0415  # an optional dependency
    except ImportError as error:
        raise QrRefused(reason="no-segno") from error
    return segno.make(text, error="m" if len(text) <= ROBUST else "l", micro=False)


def sheet_page(file: LicenseFile, catalog: Catalog) -> bytes:
    """Return the HTML page of a license file, with the names in `catalog`.

    If the file is too long for a QR code, the page says so. Raises `QrRefused` if segno is not installed.
    """
    bundle = file.bundle
    text = _text(file.data)
    named = {
        "title": f"License {bundle.serial} for {bundle.company}",
        "product": catalog.names.get("product", bundle.product),
        "issuer": catalog.names.get("issuer", bundle.issuer),
        **plain_fields(bundle, "company serial part sequence issued"),
        "token": text,
        "identity": identity_of(file.token.type, file.token.payload).hex(),
    }
    drawn = f"Its {len(text)} characters do not fit into a QR code: use the file, or the text below."
    if len(text) <= LARGEST:
        drawn = f"{_code(text).svg_inline(border=_BORDER, omitsize=True)}Scan it, or copy the text below."
    escaped = {name: escape(str(value)) for name, value in named.items()}
    facts = "".join(f"<dt>{name}</dt><dd><bdi>{escape(said)}</bdi></dd>\n" for name, said in _facts(bundle))
    page, licenses = Template(_PAGE.read_text("utf-8")), "\n".join(_tables(bundle, catalog))
    return page.substitute(escaped, code=drawn, facts=facts, licenses=licenses).encode()


def _facts(bundle: Bundle) -> Iterable[tuple[str, str]]:
    yield "Use", word(bundle.use)
    if bundle.replaces:
        yield "Replaces", f"serial {', '.join(bundle.replaces)}"
    if bundle.expiry is None:
        yield "Term", "perpetual"
    dates = plain_fields(bundle, "starts warning expiry grace maintenance next_check")
    for name, day in zip(_DATES, dates.values(), strict=True):
        if day is not None:
            yield name, day
    if bundle.expiry is not None:
        yield "Afterwards", word(bundle.after_grace)
    if bundle.binding is not None:
        yield "Works only on", _bound(bundle.binding)
    for name, value in sorted(bundle.settings.items()):
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
    name = escape(code if license_ is None else license_.name)
    if license_ is not None and license_.kind is Kind.SYSTEM and license_.quantity is None:
        amount = "yes"
    else:
        unit = "" if license_ is None or license_.quantity is None else f" {license_.quantity}"
        unit += "" if license_ is None or license_.per is None else f" per {word(license_.per)}"
        amount = "unrestricted" if count is None else f"{count}{unit}"
    return f'<tr><td><bdi>{name}</bdi></td><td><code>{code}</code></td><td class="count">{escape(amount)}</td></tr>'
