"""`licensekit reissue`: sign again all that a lost key had signed."""

from pathlib import Path

import click

from licensekit.cli.inputs import PassphraseSource
from licensekit.cli.issuer.options import in_workspace, operator, passphrase, unlock
from licensekit.cli.issuer.output import attachments_option, require_place
from licensekit.cli.output import counted, emit, emit_json, json_option
from licensekit.errors import WorkspaceError
from licensekit.files import make_folder, write_atomically
from licensekit.issuer.keys.documents import key_id, named
from licensekit.issuer.workspace import Workspace


@click.command()
@in_workspace
@click.option("--signed-by", "lost", required=True, metavar="KEY", help="The key that was lost.")
@click.option("--key", metavar="KEY", help="Sign with this key: its name or key id.")
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
@json_option
def reissue(
    *,
    workspace: Workspace,
    now: int,
    lost: str,
    key: str | None,
    output: Path,
    attach: bool,
    passphrase: PassphraseSource,
    as_json: bool,
) -> None:
    """Sign again, with another key, every active bundle that a key has signed.

    Each becomes the next sequence of its serial and part, with the same terms. Run it again if it
    was interrupted: what was signed again already is written once more and not signed twice.
    """
    old = key_id(named(workspace.state(now).trust.keys, lost))
    file = workspace.keys.choose("bundle", now, key)
    if file.key_id == old:
        raise WorkspaceError(
            "the key that signs now is the lost one",
            hint="make another with `licensekit keys rotate`, or name one with --key KEY",
        )
    require_place(str(output))
    signer = unlock(file, passphrase)
    make_folder(output)
    names: list[str] = []
    for license_file in workspace.reissue(lost, signer, who=operator(), now=now, attach=attach):
        write_atomically(output / license_file.name, license_file.data)
        names.append(license_file.name)
    if as_json:
        emit_json({"reissued": len(names), "files": names})
    else:
        emit(f"{counted(len(names), 'bundle')} signed again, in {output}.")
