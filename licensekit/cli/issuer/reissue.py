"""`licensekit reissue`: sign again all that a key has signed."""

from pathlib import Path

import click

from licensekit.cli.inputs import PassphraseSource
from licensekit.cli.issuer.options import operator, passphrase, to_sign, unlock
from licensekit.cli.issuer.output import attachments_option, key_option, require_place
from licensekit.cli.output import counted, emit, emit_json, remark
from licensekit.cli.proposals import Consent, consenting
from licensekit.files import make_folder, write_atomically
from licensekit.issuer import Issued, Workspace


@click.command()
@to_sign
@click.option(
    "--signed-by",
    "lost",
    required=True,
    metavar="KEY",
    help="The key whose bundles are signed again.",
)
@key_option
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder for the new license files; made if it is not there.",
)
@attachments_option
@passphrase
@consenting
def reissue(
    *,
    workspace: Workspace,
    now: int,
    lost: str,
    key: str | None,
    output: Path,
    attach: bool,
    passphrase: PassphraseSource,
    consent: Consent,
) -> None:
    """Sign again, with another key, every active bundle that a key has signed.

    They stay the same bundles, with another signature. Run it again if it was interrupted: what was
    signed again already is written once more and not signed twice.
    """
    proposal = workspace.propose_reissue(lost, now=now, attach=attach)
    if consent.ends(proposal):
        return
    file = workspace.keys.choose("bundle", now, key, bundle=proposal.first, but=proposal.old)
    proposal.require_other(file.key_id)
    require_place(str(output))
    signer = unlock(file, passphrase)
    done = proposal.sign(signer, who=operator(), confirm=True)
    make_folder(output)
    names: list[str] = []
    left: list[Issued] = []
    for bundle, license_file in done:
        if license_file is None:
            left.append(bundle)
            continue
        write_atomically(output / license_file.name, license_file.data)
        names.append(license_file.name)
    if consent.as_json:
        emit_json({"reissued": len(names), "files": names, "left": [one.label for one in left]})
        return
    emit(f"{counted(len(names), 'bundle')} signed again, in {output}.")
    for one in left:
        remark(f"{one.label} was {one.state} meanwhile, so it was not signed again.")
