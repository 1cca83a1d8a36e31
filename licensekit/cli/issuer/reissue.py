"""`licensekit reissue`: sign anew all that a lost key had signed."""

from pathlib import Path

import click

from licensekit.cli.inputs import PassphraseSource
from licensekit.cli.issuer.options import clock, operator, passphrase, unlock, workspace_option
from licensekit.cli.issuer.output import require_place
from licensekit.cli.output import counted, emit, emit_json, json_option
from licensekit.errors import WorkspaceError
from licensekit.files import make_folder, write_atomically
from licensekit.issuer.keys.documents import key_id, named
from licensekit.issuer.workspace import Workspace


@click.command()
@workspace_option
@click.option("--signed-by", "lost", required=True, metavar="KEY", help="The key that was lost.")
@click.option("--with", "chosen", metavar="KEY", help="The key that signs now.")
@click.option(
    "-o",
    "output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder for the new license files; made if it is not there.",
)
@click.option("--bare", is_flag=True, help="Leave out the trust documents that ride along.")
@passphrase
@json_option
def reissue(
    *,
    folder: Path,
    lost: str,
    chosen: str | None,
    output: Path,
    bare: bool,
    passphrase: PassphraseSource,
    as_json: bool,
) -> None:
    """Sign anew, with another key, every current bundle that a key has signed.

    Each becomes the next sequence of its serial and part, with the same terms. Run it again if it
    was interrupted: what was signed anew already is written again and not signed twice.
    """
    with Workspace.open(folder) as workspace:
        now = clock()
        old = key_id(named(workspace.state(now).trust.keys, lost))
        file = workspace.key_for("bundle", now, chosen)
        if file.key_id == old:
            raise WorkspaceError(
                "the key that signs now is the lost one",
                hint="make another with `licensekit keys rotate`, or name one with --with KEY",
            )
        require_place(str(output))
        signer = unlock(file, passphrase)
        make_folder(output)
        names: list[str] = []
        for license_file in workspace.reissue(lost, signer, who=operator(), now=now, bare=bare):
            write_atomically(output / license_file.name, license_file.data)
            names.append(license_file.name)
    if as_json:
        emit_json({"reissued": len(names), "files": names})
    else:
        emit(f"{counted(len(names), 'bundle')} signed anew, in {output}.")
