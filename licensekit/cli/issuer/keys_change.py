"""`licensekit keys admit`, `keys retire` and `keys sign-trust`."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from licensekit import limits
from licensekit.cli.inputs import PassphraseSource, located, read_input, write_output
from licensekit.cli.issuer.ceremony import Roots, root_key_option, show_change, signed_by_roots
from licensekit.cli.issuer.options import clock_option, operator, root_passphrase, unlock, workspace_option
from licensekit.cli.issuer.permission import permission
from licensekit.cli.options import before, clock, option
from licensekit.cli.output import emit, json_option, remark
from licensekit.cli.views.documents import show
from licensekit.issuer import CLOCK_IS_RIGHT, Ceremony, Permission, RootKeys, Workspace, resume, root_key_files
from licensekit.keys.keyfile import parse_public


def _require_issuer(*, issuer: str | None, **_: object) -> None:
    if not issuer:
        raise click.UsageError("--issuer CODE is needed: for whom does this key sign?")


@click.command()
@before(_require_issuer)
@click.argument("file", metavar="KEY.pub")
@option("--name NAME", "Its name in the trust document. Default: its label.")
@permission
@signed_by_roots
def admit(*, file: str, name: str | None, permission: Permission, roots: Roots) -> None:
    """Admit a key that somebody else holds: a third party's, or a colleague's.

    --issuer is the code under which a third party's licenses appear; it can sign nothing else. Compare the fingerprint
    with its holder by another way than the one by which the file came.
    """
    with located(file):
        part = parse_public(read_input(file, what="a public key", limit=limits.KEY_FILE_BYTES))
    key, called = part.verifying_key, name or part.label
    proposal = roots.workspace.keys.propose_admit(key, called, permission, now=roots.now)
    told = {"key_id": key.key_id.hex(), "fingerprint": key.fingerprint}
    roots.sign(proposal, key=called, **told, issuer=permission.issuer)


@click.command()
@click.argument("name")
@signed_by_roots
def retire(*, name: str, roots: Roots) -> None:
    """Stop a key from signing; what it has signed stays valid.

    A key that was lost or stolen is revoked instead: `licensekit revoke key`.
    """
    roots.sign(roots.workspace.keys.propose_retire(name, now=roots.now), key=name)


@click.command("sign-trust")
@click.argument("file")
@workspace_option
@root_key_option
@root_passphrase
@option("--preview", "Show what is signed, and sign nothing.")
@clock_option
@json_option
def sign_trust(
    *,
    file: str,
    folder: Path,
    root_keys: tuple[Path, ...],
    root_passphrase: PassphraseSource,
    preview: bool,
    clock_is_right: bool,
    as_json: bool,
) -> None:
    """Add a root key's signature to a root or trust document that travels in FILE.

    It needs no workspace. In the vendor's workspace, the last signature puts it in force; elsewhere `licensekit pack
    FILE -C DIR` does.
    """
    with located(file):
        ceremony = resume(read_input(file, what="a document in signing"))
    files = root_key_files(folder, root_keys)
    if not preview:
        ceremony.require_wanted(one.part.verifying_key for one in files)
    if not as_json:
        for one in ceremony.pending:
            emit(f"You sign {one.label}:")
            emit()
            show(one.document)
            emit()
    if preview:
        show_change(ceremony, Path(file), as_json=as_json)
        return
    signed = RootKeys(files, partial(unlock, source=root_passphrase)).add_to(ceremony)
    in_force = _enter(folder, signed, [CLOCK_IS_RIGHT] if clock_is_right else [])
    write_output(file, signed.data)
    if signed.is_complete and not in_force and not as_json:
        emit(f"All have signed. In the workspace, `licensekit pack {file}` puts it in force.")
        return
    show_change(signed, None if in_force else Path(file), as_json=as_json)
    if in_force and not as_json:
        remark(f"{file} is no longer needed.")


def _enter(folder: Path, signed: Ceremony, overrides: Sequence[str]) -> bool:
    """Put a complete document in force if this is the vendor's workspace."""
    if not signed.is_complete or not Workspace.exists(folder):
        return False
    with Workspace.open(folder) as workspace:
        workspace.overriding(*overrides).keys.take(signed.tokens, action="keys sign-trust", who=operator(), now=clock())
    return True
