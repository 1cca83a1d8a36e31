"""License files: options of how they are signed and where they go, and printing them."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import click

from licensekit import errors, files, issuer
from licensekit.cli import inputs, proposals
from licensekit.cli.issuer.options import KeyOptions, operator, require_whole, signing, to_sell
from licensekit.cli.options import collected, option
from licensekit.cli.output import emit_json, facts, remark
from licensekit.cli.views.spelling import counted_license, expiry, value
from licensekit.keys.signing import Signer
from licensekit.proposals import Proposal
from licensekit.wire.documents import Bundle, Catalog, Kind, Reset, Use

R = TypeVar("R")
output_option: Final = option(
    "-o --output FILE", "Where it goes: a file, a folder (DIR/ creates it), or `-`. Default: its own name."
)


class Audience(NamedTuple):
    """Which application a license file is for."""

    pack: str | None
    attach: bool

    def read(self, workspace: issuer.Workspace, now: int) -> issuer.Attach:
        """Return what to attach, for `Workspace`; raise as `Workspace.held_by_pack`."""
        if self.pack is None:
            return self.attach
        with inputs.located(self.pack):
            pack = None if self.pack == "oldest" else inputs.read_tokens(self.pack, what="a pack")
            return workspace.held_by_pack(pack, now=now)


attachments_option: Final = collected(
    "audience",
    Audience,
    option("--for-pack FILE pack", "Attach what an application with this pack lacks; `oldest`: with the oldest pack."),
    option("--no-attachments attach", "Attach nothing.", default=True, flag_value=False),
)


def warn_of_older(*, fits_oldest: bool) -> None:
    """Print that older applications may refuse a file, unless the oldest in the field accepts it."""
    if not fits_oldest:
        remark("An application that ships an older pack may refuse it: --for-pack oldest attaches what it lacks.")


class Drawings(NamedTuple):
    """Paths for drawings of a license file."""

    qr: str | None  # `.svg` or `.png`
    sheet: str | None  # a page to print

    def draw(self, file: issuer.LicenseFile, catalog: Catalog) -> list[tuple[str, bytes]]:
        """Return the path and contents of each; raise as `issuer.qr_code`."""
        code = [] if self.qr is None else [(self.qr, issuer.qr_code(file.data, _form(self.qr)))]
        return code if self.sheet is None else [*code, (self.sheet, issuer.sheet_page(file, catalog))]


class FileOptions(NamedTuple):
    """How a license file of a workspace is signed, and where it goes."""

    workspace: issuer.Workspace
    now: int
    output: str | None
    audience: Audience
    drawings: Drawings
    signing: KeyOptions
    consent: proposals.Consent

    @property
    def attach(self) -> issuer.Attach:
        """What to attach, for `Workspace`."""
        return self.audience.read(self.workspace, self.now)

    def drawing(self, catalog: Catalog) -> Callable[[issuer.LicenseFile], object]:
        """Return a function that draws a file before it is entered: what cannot be drawn is not issued."""
        return lambda signed: self.drawings.draw(signed, catalog)

    def sign(
        self, proposal: issuer.SignProposal[R, Signer | None], catalog: Catalog | None = None, *, always: bool = False
    ) -> R | None:
        """Sign a proposal, with `always` after showing it, and return the result; return None for a preview."""
        bundle: Bundle | None = getattr(proposal, "bundle", None)  # a reset has none
        require_whole(self.workspace, self.consent)
        key = None if proposal.is_done else self._key_of(bundle)  # checked first: a preview refuses what signing would
        show = partial(proposals.show_proposal, first=_first_facts(proposal), catalog=catalog)
        if self.consent.ends(proposal, show, always=always):
            return None
        for path in (self.output, *self.drawings):
            require_place(path)
        if bundle is not None:
            _place_of(self.output, issuer.file_name(bundle), bundle)
        return proposal.sign(None if key is None else self.signing.open(key), who=operator(), confirm=True)

    def _key_of(self, bundle: Bundle | None) -> issuer.KeyFile | None:
        """Return the key for a bundle or, without one, a reset; None if it is not here and only a preview is wanted."""
        kind = "reset" if bundle is None else "bundle"
        try:
            return self.workspace.keys.choose(kind, self.now, self.signing.key, bundle=bundle)
        except errors.KeyMissing as error:
            if self.signing.key is None and self.consent.preview and error.reason != "default-unfit":
                return None
            raise

    def write(self, file: issuer.LicenseFile, catalog: Catalog, **more: Any) -> bool:
        """Write and print a file, in JSON with `more`; return whether facts were printed for people."""
        drawn = self.drawings.draw(file, catalog)
        place = put_file(self.output, file, file.bundle)
        for path, data in drawn:
            inputs.write_output(path, data)
        if place == inputs.STANDARD:
            return False
        if self.consent.as_json:
            beside = {"drawn": [path for path, _ in drawn]} if drawn else {}
            emit_json({"file": place, **file.plain(), **beside, **more})
            return False
        _show(file, place, catalog)
        facts(*(("drawn", path) for path, _ in drawn))
        return True


def put_file(output: str | None, file: issuer.LicenseFile | issuer.ResetFile, document: Bundle | Reset) -> str:
    """Write a file to `output`, which may be a folder, and return its path; `document` is what it contains."""
    place = _place_of(output, file.name, document)
    inputs.write_output(place, file.data)
    warn_of_older(fits_oldest=file.fits_oldest)
    return place


def _place_of(output: str | None, name: str, document: Bundle | Reset) -> str:
    """Return the path for the file of a document; raise `PlaceTaken` if something else is there."""
    place = str(Path(output) / name) if output is not None and is_folder(output) else output or name
    if place != inputs.STANDARD:
        issuer.require_replaceable(Path(place), document)
    return place


def _form(path: str) -> str:
    return Path(path).suffix.lower().removeprefix(".")


def _code_file(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and _form(value) not in issuer.SCALES:
        raise click.BadParameter(f"{value!r} ends neither in .svg nor in .png", ctx, param)
    return value


license_options: Final = collected(
    "wanted",
    FileOptions,
    output_option,
    attachments_option,
    collected(
        "drawings",
        Drawings,
        option("--qr FILE", "Also draw the license as a QR code: FILE.svg or FILE.png.", callback=_code_file),
        option("--print FILE sheet", "Also write a page to read, print and scan: FILE.html."),
    ),
    signing,
    proposals.consenting,
    to_sell,
)


def require_place(output: str | None) -> None:
    """Create the folder `DIR/`, before anything is signed; raise `FileUnusable` if a parent folder is missing."""
    if output == inputs.STANDARD:
        return
    place = Path() if output is None else Path(output)
    folder = place if place.is_dir() else place.parent
    if not folder.is_dir():
        raise errors.FileUnusable(reason="folder-missing", where=str(folder))
    if is_folder(output):
        files.make_folder(place)


def is_folder(output: str | None) -> bool:
    """Return whether a path is a folder, or is written like one: `DIR/`."""
    return output is not None and (output.endswith(tuple({"/", os.sep})) or Path(output).is_dir())


def _first_facts(proposal: Proposal[Any]) -> list[tuple[str, object]]:
    """Return which bundle a proposal is about, if its changes do not show that."""
    if isinstance(proposal, issuer.ChangeProposal):
        before, after = proposal.before.bundle, proposal.bundle
        now, then = str(before.sequence), str(after.sequence)
        if before.use is not after.use:  # each use has sequences of its own
            now, then = f"{before.use.word} {now}", f"{after.use.word} {then}"
        return [
            ("company", before.company),
            ("serial", f"{before.serial}, {before.part}"),
            ("sequence", f"{now} now, {then} then" if proposal.changes else now),
        ]
    if isinstance(proposal, issuer.IssueProposal) and proposal.is_done:
        return [("issued before", proposal.bundle.label)]
    return []


def _show(file: issuer.LicenseFile, place: str, catalog: Catalog) -> None:
    bundle = file.bundle
    settings = sorted(bundle.settings.items())
    again = "  (issued before: the same bundle again)" if file.is_repeated else ""
    use = "" if bundle.use is Use.PRODUCTION else f"{bundle.use.word}, "
    counts = ((code, count) for kind in Kind for code, count in sorted(bundle.counts(kind).items()))
    facts(
        ("file", f"{place}{again}"),
        ("company", bundle.company),
        ("serial", f"{bundle.serial}, {bundle.part}, {use}sequence {bundle.sequence}"),
        ("until", expiry(bundle.expiry)),
        ("licenses", ", ".join(counted_license(*one, catalog.licenses.get(one[0])) for one in counts)),
        ("settings", ", ".join(f"{code} {value(one)}" for code, one in settings) or None),
    )
