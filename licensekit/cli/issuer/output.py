"""License files on their way out: how they are signed, where they go, what is printed of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from licensekit.cli.inputs import STANDARD, PassphraseSource, write_output
from licensekit.cli.issuer.options import operator, passphrase, to_sell, unlock
from licensekit.cli.options import collected
from licensekit.cli.output import emit_json, facts, warn
from licensekit.cli.proposals import Consent, Show, consenting
from licensekit.cli.views.spelling import amount, expiry, value
from licensekit.errors import FileUnusable
from licensekit.issuer import IssueProposal, LicenseFile, Workspace, qr_png, qr_svg, sheet_page
from licensekit.keys.signing import Signer
from licensekit.wire.documents import Bundle, Catalog, Use

_CODES: Final = {".svg": qr_svg, ".png": qr_png}

key_option: Final = click.option(
    "--key", metavar="KEY", help="Sign with this key: its name or key id."
)
"""`--key`, as `key`."""

attachments_option: Final = click.option(
    "--no-attachments",
    "attach",
    is_flag=True,
    default=True,
    flag_value=False,
    help="Leave out the trust documents for applications that were shipped long ago.",
)
"""`--no-attachments`, as `attach`, which is false with it."""


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
            drawn.append((self.sheet, sheet_page(file, catalog)))
        return drawn


class FileOptions(NamedTuple):
    """How a license file is to be signed and where it goes."""

    output: str | None
    attach: bool
    key: str | None
    drawings: Drawings
    passphrase: PassphraseSource
    consent: Consent

    @property
    def as_json(self) -> bool:
        """Whether facts are printed as JSON."""
        return self.consent.as_json

    def drawing(self, catalog: Catalog) -> Callable[[LicenseFile], object]:
        """Return what draws a file before it is entered: one that cannot be drawn is not signed."""
        return lambda signed: self.drawings.draw(signed, catalog)

    def require_places(self) -> None:
        """Check that there is a folder for each file, before anything is signed.

        Raises:
            FileUnusable: there is none.
        """
        for path in (self.output, *self.drawings):
            require_place(path)

    def signer(
        self, workspace: Workspace, kind: str, now: int, bundle: Bundle | None = None
    ) -> Signer:
        """Open the key that signs documents of `kind`; it is chosen unless `--key` names it."""
        file = workspace.keys.choose(kind, now, self.key, bundle=bundle)
        return unlock(file, self.passphrase)

    def remark(self, proposal: IssueProposal) -> None:
        """Print what was read otherwise than it was written; a preview prints it by itself."""
        if not self.consent.preview:
            for one in proposal.warnings:
                warn(f"{one.message}.")

    def sign(
        self, workspace: Workspace, proposal: IssueProposal, now: int, show: Show | None = None
    ) -> LicenseFile | None:
        """Sign what is proposed, if it is not done, and return its file; None: it is only shown."""
        if self.consent.ends(proposal, show):
            return None
        self.require_places()
        key = None if proposal.is_done else self.signer(workspace, "bundle", now, proposal.bundle)
        return proposal.sign(key, who=operator(), confirm=True)

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
            emit_json({"file": place, **file.plain(), **beside, **more})
            return False
        _show(file, place)
        facts(("drawn", path) for path, _ in drawn)
        return True


def _code_file(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and Path(value).suffix.lower() not in _CODES:
        raise click.BadParameter(f"{value!r} ends neither in .svg nor in .png", ctx, param)
    return value


license_options: Final = collected(
    "wanted",
    FileOptions,
    click.option(
        "-o",
        "--output",
        metavar="FILE",
        help="Where it goes: a file, a folder, or `-`. Default: as 1010000014-base-1.lic.",
    ),
    attachments_option,
    key_option,
    collected(
        "drawings",
        Drawings,
        click.option(
            "--qr",
            metavar="FILE",
            callback=_code_file,
            help="Draw the license as a QR code as well: FILE.svg or FILE.png.",
        ),
        click.option(
            "--print",
            "sheet",
            metavar="FILE",
            help="Write a page as well that a person can read, print and scan: FILE.html.",
        ),
    ),
    passphrase,
    consenting,
    to_sell,
)
"""The options of commands that sign one license file; they come as `wanted`, with the workspace."""


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
    settings = sorted(bundle.settings.items())
    again = "  (issued before: the same bundle again)" if file.is_repeated else ""
    facts(
        [
            ("file", f"{place}{again}"),
            ("company", bundle.company),
            ("serial", _named(bundle)),
            ("until", expiry(bundle.expiry)),
            ("licenses", _licenses(bundle)),
            ("settings", ", ".join(f"{code} {value(one)}" for code, one in settings) or None),
        ]
    )


def _named(bundle: Bundle) -> str:
    use = "" if bundle.use is Use.PRODUCTION else f"{bundle.use.word}, "
    return f"{bundle.serial}, {bundle.part}, {use}sequence {bundle.sequence}"


def _licenses(bundle: Bundle) -> str:
    counted = [*sorted(bundle.sites.items()), *sorted(bundle.users.items())]
    return ", ".join([*sorted(bundle.system), *(f"{code} {amount(n)}" for code, n in counted)])
