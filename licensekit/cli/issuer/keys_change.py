"""`licensekit keys admit`, `keys retire`, `keys sign-trust`, `keys abandon` and `keys passphrase`."""

from pathlib import Path

import click

from licensekit import limits
from licensekit.cli.inputs import SecretSource, located, read_input, read_secret, write_output
from licensekit.cli.issuer.ceremony import RootOptions, Roots, root_signing, show_change, signed_by_roots
from licensekit.cli.issuer.options import clock_option, in_workspace, operator, secret_options, workspace_option
from licensekit.cli.issuer.permission import permission
from licensekit.cli.options import PATH, before, clock, option
from licensekit.cli.output import emit, emit_json, facts, json_option, remark
from licensekit.cli.views.documents import show
from licensekit.issuer import CLOCK_IS_RIGHT, Permission, Workspace, change_passphrase, find_key_file, resume
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
@root_signing
@option("--preview", "Show what is signed, and sign nothing.")
@clock_option
@json_option
def sign_trust(
    *, file: str, folder: Path, given: RootOptions, preview: bool, clock_is_right: bool, as_json: bool
) -> None:
    """Add a root key's signature to a root or trust document that travels in FILE.

    It needs no workspace. In the vendor's workspace, the last signature puts it in force; elsewhere `licensekit pack
    FILE -C DIR` does.
    """
    with located(file):
        ceremony = resume(read_input(file, what="a document in signing"))
        is_ours = False
        if Workspace.exists(folder):
            with Workspace.open(folder) as workspace:
                is_ours = workspace.keys.is_ours(ceremony, clock())
    roots = given.keys(folder)
    if not preview:
        ceremony.require_wanted(one.part.verifying_key for one in roots.files)
    if not as_json:
        for one in ceremony.pending:
            emit(f"You sign {one.label}:")
            emit()
            show(one.document)
            emit()
    if preview:
        show_change(ceremony, Path(file), as_json=as_json)
        return
    signed = roots.add_to(ceremony)
    in_force = is_ours and signed.is_complete
    if in_force:
        overrides = [CLOCK_IS_RIGHT] if clock_is_right else []
        with Workspace.open(folder) as workspace:
            keys = workspace.overriding(*overrides).keys
            keys.take(signed.tokens, action="keys sign-trust", who=operator(), now=clock())
    write_output(file, signed.data)
    if signed.is_complete and not in_force and not as_json:
        emit(f"All have signed. In the workspace, `licensekit pack {file}` puts it in force.")
        return
    show_change(signed, None if in_force else Path(file), as_json=as_json)
    if in_force and not as_json:
        remark(f"{file} is no longer needed.")


@click.command()
@click.argument("file", type=PATH)
@in_workspace
@json_option
def abandon(*, file: Path, workspace: Workspace, now: int, as_json: bool) -> None:
    """Give up a change that travels in FILE for signatures, so that another can begin.

    The file and the keys that were made for it alone are moved into `abandoned/`; nothing is deleted.
    """
    moved = workspace.keys.abandon(file, now=now)
    emit_json({"moved": list(map(str, moved))}) if as_json else facts(*(("moved", path) for path in moved))


@click.command()
@click.argument("name", metavar="NAME|FILE")
@workspace_option
@secret_options("passphrase", "the present passphrase")
@secret_options("new_passphrase", "the new passphrase")
@json_option
def passphrase(
    *, name: str, folder: Path, passphrase: SecretSource, new_passphrase: SecretSource, as_json: bool
) -> None:
    """Change the passphrase of a signing key or a root key.

    It is a key of the workspace, or the key FILE wherever it is kept: then no workspace is needed. Each copy of a file
    keeps the passphrase that it had.
    """
    file = find_key_file(folder, name)
    change_passphrase(
        file,
        lambda: read_secret(passphrase, f"Present passphrase of {file.path}"),
        lambda: read_secret(new_passphrase, f"New passphrase of {file.path}", confirm=True),
    )
    emit_json({"file": str(file.path), "key_id": file.key_id}) if as_json else facts(("new passphrase", file.path))
