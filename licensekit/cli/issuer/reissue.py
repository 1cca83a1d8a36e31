"""`licensekit reissue`: sign again all that a key has signed."""

from pathlib import Path

import click

from licensekit.cli.issuer.options import KeyOptions, operator, signing, to_sign
from licensekit.cli.issuer.output import Audience, attachments_option, require_place, warn_of_older
from licensekit.cli.options import PATH, option
from licensekit.cli.output import counted, emit, emit_json, remark
from licensekit.cli.proposals import Consent, consenting
from licensekit.files import make_folder, write_atomically
from licensekit.issuer import Issued, LicenseFile, Workspace, require_replaceable


@click.command()
@to_sign
@option("--signed-by KEY lost", "The key whose bundles are signed again.", required=True)
@option("-o --output DIR", "The folder for the new license files; made if it is not there.", required=True, type=PATH)
@attachments_option
@signing
@consenting
def reissue(
    *,
    workspace: Workspace,
    now: int,
    lost: str,
    output: Path,
    audience: Audience,
    signing: KeyOptions,
    consent: Consent,
) -> None:
    """Sign again, with another key, every active bundle that a key has signed.

    They stay the same bundles, with another signature. Run it again if it was interrupted: what was signed again
    already is written once more and not signed twice.
    """
    proposal = workspace.propose_reissue(lost, now=now, attach=audience.read(workspace, now))
    file = None
    if proposal.count and not (consent.preview and signing.key is None):
        file = workspace.keys.choose("bundle", now, signing.key, bundle=proposal.first, but=proposal.old)
        proposal.require_allowed(file.part)
    if consent.ends(proposal):
        return
    require_place(str(output))
    signer = None if file is None else signing.open(file)
    done = proposal.sign(signer, who=operator(), confirm=True)
    make_folder(output)
    files: list[LicenseFile] = []
    left: list[Issued] = []
    for bundle, license_file in done:
        if license_file is None:
            left.append(bundle)
            continue
        require_replaceable(output / license_file.name, license_file.bundle)
        write_atomically(output / license_file.name, license_file.data)
        files.append(license_file)
    warn_of_older(fits_oldest=all(one.fits_oldest for one in files))
    repeated = sum(one.is_repeated for one in files)
    signed = len(files) - repeated
    if consent.as_json:
        names = [one.name for one in files]
        counts = {"reissued": signed, "repeated": repeated}
        emit_json({**counts, "files": names, "left": [one.label for one in left]})
        return
    emit(f"{counted(signed, 'bundle')} signed again, in {output}.")
    if repeated:
        emit(f"{counted(repeated, 'bundle')} signed again before: only the files are new.")
    for one in left:
        remark(f"{one.label} was {one.state} meanwhile, so it was not signed again.")
