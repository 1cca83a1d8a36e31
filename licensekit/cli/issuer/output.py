"""License files on their way out: where they go, and what is said about them."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from licensekit.cli.inputs import STANDARD, write_output
from licensekit.cli.output import emit_json, facts
from licensekit.cli.views.spelling import amount
from licensekit.dates import format_days
from licensekit.errors import FileUnusable
from licensekit.issuer.orders.issue import LicenseFile
from licensekit.issuer.output import qr
from licensekit.issuer.output.sheet import page
from licensekit.trust.signed import identity_of
from licensekit.wire.documents import Bundle, Catalog
from licensekit.wire.frame import read

_CODES: Final = {".svg": qr.svg, ".png": qr.png}


class Drawings(NamedTuple):
    """What is drawn of a license file beside it: paths, or None."""

    qr: str | None
    """`.svg` or `.png`."""
    sheet: str | None
    """A page to print."""

    def draw(self, file: LicenseFile, catalog: Catalog) -> list[tuple[str, bytes]]:
        """Give path and contents of each.

        Raises:
            QrRefused: the file is too long for a code, or nothing here draws one.
        """
        drawn: list[tuple[str, bytes]] = []
        if self.qr is not None:
            drawn.append((self.qr, _CODES[Path(self.qr).suffix.lower()](file.data)))
        if self.sheet is not None:
            drawn.append((self.sheet, page(file, catalog)))
        return drawn


class FileOptions(NamedTuple):
    """How a license file is to be signed and handed out."""

    output: str | None
    bare: bool
    signed_by: str | None
    drawings: Drawings

    def require_places(self) -> None:
        """Make sure that there is a folder for each file, before anything is signed.

        Raises:
            FileUnusable: there is none.
        """
        for path in (self.output, self.drawings.qr, self.drawings.sheet):
            require_place(path)


def drawing_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--qr` and `--print`; they come as `drawings`."""

    @click.option(
        "--qr",
        metavar="FILE",
        callback=_code_file,
        help="Draw the license as a QR code as well: FILE.svg or FILE.png.",
    )
    @click.option(
        "--print",
        "sheet",
        metavar="FILE",
        help="Write a page as well that a person can read, print and scan: FILE.html.",
    )
    @wraps(command)
    def told(*, qr: str | None, sheet: str | None, **given: Any) -> None:
        command(drawings=Drawings(qr, sheet), **given)

    return told


def license_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of commands that sign one license file; they come as `wanted`."""

    @click.option(
        "-o",
        "output",
        metavar="FILE",
        help="Where it goes: a file, a folder, or `-`. Otherwise serial-part-sequence.lic.",
    )
    @click.option("--bare", is_flag=True, help="Leave out the trust documents that ride along.")
    @click.option("--signed-by", metavar="KEY", help="Sign with this key: its name or key id.")
    @drawing_options
    @wraps(command)
    def told(
        *, output: str | None, bare: bool, signed_by: str | None, drawings: Drawings, **given: Any
    ) -> None:
        command(wanted=FileOptions(output, bare, signed_by, drawings), **given)

    return told


def _code_file(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and Path(value).suffix.lower() not in _CODES:
        raise click.BadParameter(f"{value!r} ends neither in .svg nor in .png", ctx, param)
    return value


def require_place(output: str | None) -> None:
    """Make sure that there is a folder for what is to be signed, before it is signed.

    Raises:
        FileUnusable: there is none.
    """
    if output == STANDARD:
        return
    place = Path() if output is None else Path(output)
    folder = place if place.is_dir() else place.parent
    if not folder.is_dir():
        raise FileUnusable(
            "there is no such folder", where=str(folder), hint="make it first, or choose another"
        )


def hand_out(
    file: LicenseFile,
    output: str | None,
    *,
    as_json: bool,
    drawn: Sequence[tuple[str, bytes]] = (),
    **more: Any,
) -> None:
    """Write a license file and what was `drawn` of it where they should go, and say what it is.

    `more` is said as well with `as_json`.
    """
    place = place_of(output, file.name)
    write_output(place, file.data)
    for path, data in drawn:
        write_output(path, data)
    if as_json and place != STANDARD:
        beside = {"drawn": [path for path, _ in drawn]} if drawn else {}
        emit_json({**_json(file, place), **beside, **more})
    elif place != STANDARD:
        _show(file, place)
        facts(("drawn", path) for path, _ in drawn)


def place_of(output: str | None, name: str) -> str:
    """Give where a file goes that is called `name` unless told."""
    if output is None:
        return name
    return str(Path(output) / name) if Path(output).is_dir() else output


def _show(file: LicenseFile, place: str) -> None:
    bundle = file.bundle
    again = "  (issued before: the same bundle again)" if file.is_repeated else ""
    facts(
        [
            ("file", f"{place}{again}"),
            ("company", bundle.company),
            ("serial", f"{bundle.serial}, {bundle.part}, sequence {bundle.sequence}"),
            ("until", "for ever" if bundle.expiry is None else format_days(bundle.expiry)),
            ("licenses", _licenses(bundle)),
        ]
    )


def _licenses(bundle: Bundle) -> str:
    counted = [*sorted(bundle.sites.items()), *sorted(bundle.users.items())]
    return ", ".join([*sorted(bundle.system), *(f"{code} {amount(n)}" for code, n in counted)])


def _json(file: LicenseFile, place: str) -> dict[str, Any]:
    bundle, token = file.bundle, file.token
    return {
        "file": place,
        "identity": identity_of(token.type, read(token.frame).payload).hex(),
        "serial": bundle.serial,
        "part": bundle.part,
        "sequence": bundle.sequence,
        "repeated": file.is_repeated,
        "bytes": len(file.data),
    }
