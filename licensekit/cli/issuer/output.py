"""License files on their way out: how they are signed, where they go, what is printed of them."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from licensekit.cli.inputs import STANDARD, PassphraseSource, write_output
from licensekit.cli.issuer.options import in_workspace, passphrase, unlock
from licensekit.cli.output import emit_json, facts, json_option
from licensekit.cli.views.spelling import amount
from licensekit.dates import format_days
from licensekit.errors import FileUnusable
from licensekit.issuer.output import qr
from licensekit.issuer.output.license_file import Approve, LicenseFile
from licensekit.issuer.output.sheet import page
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import Signer
from licensekit.trust.signed import identity_of
from licensekit.wire.documents import Bundle, Catalog
from licensekit.wire.frame import read

_CODES: Final = {".svg": qr.svg, ".png": qr.png}

attachments_option = click.option(
    "--no-attachments",
    "attach",
    is_flag=True,
    default=True,
    flag_value=False,
    help="Leave out the trust documents for applications that were shipped long ago.",
)
"""`--no-attachments`, as `attach`, which is false with it."""

Sign = Callable[[Signer | None, Approve], LicenseFile]
"""Signs with the key that was opened; the file is approved before it is entered."""


class Drawings(NamedTuple):
    """What is drawn of a license file beside it: paths, or None."""

    qr: str | None
    """`.svg` or `.png`."""
    sheet: str | None
    """A page to print."""

    def draw(self, file: LicenseFile, catalog: Catalog) -> list[tuple[str, bytes]]:
        """Return path and contents of each.

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
    """How a license file is to be signed and where it goes."""

    output: str | None
    attach: bool
    key: str | None
    drawings: Drawings
    passphrase: PassphraseSource
    as_json: bool

    def require_places(self) -> None:
        """Check that there is a folder for each file, before anything is signed.

        Raises:
            FileUnusable: there is none.
        """
        for path in (self.output, *self.drawings):
            require_place(path)

    def signer(self, workspace: Workspace, kind: str, now: int) -> Signer:
        """Open the key that signs documents of `kind`; it is chosen unless `--key` names it."""
        return unlock(workspace.keys.choose(kind, now, self.key), self.passphrase)

    def sign(
        self,
        workspace: Workspace,
        before: LicenseFile | None,
        sign: Sign,
        catalog: Catalog,
        now: int,
    ) -> LicenseFile:
        """Return the file that was issued `before`, or else sign; nothing without places for it."""
        self.require_places()
        if before is not None:
            return before
        signer = self.signer(workspace, "bundle", now)
        return sign(signer, lambda signed: self.drawings.draw(signed, catalog))

    def write(self, file: LicenseFile, catalog: Catalog, **more: Any) -> bool:
        """Write a license file and its drawings, and print what it is; with `--json`, `more` too.

        Returns whether facts were printed for people.
        """
        drawn = self.drawings.draw(file, catalog)
        place = place_of(self.output, file.name)
        for path, data in ((place, file.data), *drawn):
            write_output(path, data)
        if place == STANDARD:
            return False
        if self.as_json:
            beside = {"drawn": [path for path, _ in drawn]} if drawn else {}
            emit_json({**_json(file, place), **beside, **more})
            return False
        _show(file, place)
        facts(("drawn", path) for path, _ in drawn)
        return True


def license_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of commands that sign one license file; they come as `wanted`.

    The workspace comes as for `in_workspace`.
    """

    @in_workspace
    @click.option(
        "-o",
        "--output",
        metavar="FILE",
        help="Where it goes: a file, a folder, or `-`. Default: serial-part-sequence.lic.",
    )
    @attachments_option
    @click.option("--key", metavar="KEY", help="Sign with this key: its name or key id.")
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
    @passphrase
    @json_option
    @wraps(command)
    def collected(
        *,
        output: str | None,
        attach: bool,
        key: str | None,
        qr: str | None,
        sheet: str | None,
        passphrase: PassphraseSource,
        as_json: bool,
        **given: Any,
    ) -> None:
        drawings = Drawings(qr, sheet)
        wanted = FileOptions(output, attach, key, drawings, passphrase, as_json)
        command(wanted=wanted, **given)

    return collected


def _code_file(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and Path(value).suffix.lower() not in _CODES:
        raise click.BadParameter(f"{value!r} ends neither in .svg nor in .png", ctx, param)
    return value


def require_place(output: str | None) -> None:
    """Check that there is a folder for what is to be signed, before it is signed.

    Raises:
        FileUnusable: there is none.
    """
    if output == STANDARD:
        return
    place = Path() if output is None else Path(output)
    folder = place if place.is_dir() else place.parent
    if not folder.is_dir():
        raise FileUnusable(reason="folder-missing", where=str(folder))


def place_of(output: str | None, name: str) -> str:
    """Return the path of a file; `name` is its default name, also in a folder."""
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
            ("until", "perpetual" if bundle.expiry is None else format_days(bundle.expiry)),
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
