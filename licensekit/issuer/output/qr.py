"""A license file as a QR code (ISO/IEC 18004). The only place where segno is imported."""

from io import BytesIO
from typing import TYPE_CHECKING, Final

from licensekit.errors import QrRefused

if TYPE_CHECKING:
    from segno import QRCode

LARGEST: Final = 2953
"""Characters in the largest code, of version 40 with the lowest error correction (L)."""
ROBUST: Final = 2331
"""Characters with error correction M, which a fold or a stain in the paper does not hurt."""

_BORDER: Final = 4
"""Modules of quiet zone that the standard asks for."""
_PIXELS: Final = 8
"""Pixels of a module in a PNG."""


def text_of(data: bytes) -> str:
    """Return the text that a code of a license file says: its tokens without white space.

    Raises:
        QrRefused: it is longer than any code holds.
    """
    text = "".join(data.decode("ascii").split())
    if len(text) > LARGEST:
        alone = text[text.rindex("lk1-") :]
        raise QrRefused(reason="attachments" if fits(alone) else "long", characters=len(text), most=LARGEST)
    return text


def fits(text: str) -> bool:
    """Return whether a code holds so much text."""
    return len(text) <= LARGEST


def qr_png(data: bytes) -> bytes:
    """Return the code of a license file as a PNG image; raises as `text_of`, or without segno."""
    return _saved(data, "png", _PIXELS)


def qr_svg(data: bytes) -> bytes:
    """Return the code of a license file as an SVG image; raises as `qr_png`."""
    return _saved(data, "svg", 1)


def svg_inline(data: bytes) -> str:
    """Return the code as an element of an HTML page, as large as what it is in; raises as `qr_png`."""
    return _code(text_of(data)).svg_inline(border=_BORDER, omitsize=True)


def _saved(data: bytes, kind: str, scale: int) -> bytes:
    out = BytesIO()
    _code(text_of(data)).save(out, kind=kind, scale=scale, border=_BORDER)
    return out.getvalue()


def _code(text: str) -> "QRCode":
    try:
        import segno  # noqa: PLC0415  # an extra, for those who draw codes
    except ImportError as error:
        raise QrRefused(reason="no-segno") from error
    return segno.make(text, error="m" if len(text) <= ROBUST else "l", micro=False)
