"""`licensekit keys admit`, `keys retire` and `keys sign-trust`."""

from pathlib import Path

import click

from licensekit import limits
from licensekit.cli.inputs import PassphraseSource, located, read_input, write_output
from licensekit.cli.issuer.ceremony import (
    Outcome,
    Roots,
    collect,
    require_vendor,
    root_key_option,
    show_outcome,
    sign_and_write,
    signed_by_roots,
)
from licensekit.cli.issuer.options import (
    before,
    clock,
    operator,
    root_passphrase,
    workspace_option,
)
from licensekit.cli.issuer.permission import permission
from licensekit.cli.output import emit, json_option, remark
from licensekit.cli.views.documents import show
from licensekit.issuer.keys.ceremony import Ceremony, resume
from licensekit.issuer.keys.changes import Permission
from licensekit.issuer.keys.changes import admit as admitted
from licensekit.issuer.keys.changes import retire as retired
from licensekit.issuer.layout import Layout
from licensekit.issuer.workspace import Workspace
from licensekit.keys.keyfile import parse_public


def _require_issuer(*, issuer: str | None, **_: object) -> None:
    if not issuer:
        raise click.UsageError("--issuer CODE is needed: for whom does this key sign?")


@click.command()
@before(_require_issuer)
@click.argument("file", metavar="KEY.pub")
@click.option("--name", metavar="NAME", help="Its name in the trust document. Default: its label.")
@permission
@signed_by_roots
@json_option
def admit(
    *,
    file: str,
    workspace: Workspace,
    now: int,
    name: str | None,
    permission: Permission,
    roots: Roots,
    as_json: bool,
) -> None:
    """Admit a key that somebody else holds: a third party's, or a colleague's.

    --issuer is the code under which a third party's licenses appear; it can sign nothing else.
    Compare the key id with its holder by another way than the one by which the file came.
    """
    with located(file):
        part = parse_public(read_input(file, what="a public key", limit=limits.KEY_FILE_BYTES))
    state = workspace.state(now)
    require_vendor(state)
    called = name or part.label
    trust = admitted(state.trust, part.verifying_key, called, permission, now)
    outcome = sign_and_write(workspace, [trust], [], roots, action="keys admit")
    key_id = part.verifying_key.key_id.hex()
    show_outcome(outcome, as_json=as_json, key=called, key_id=key_id, issuer=permission.issuer)


@click.command()
@click.argument("name")
@signed_by_roots
@json_option
def retire(*, name: str, workspace: Workspace, now: int, roots: Roots, as_json: bool) -> None:
    """Let a key sign no more; what it has signed stays valid.

    A key that was lost or stolen is revoked instead: `licensekit revoke key`.
    """
    state = workspace.state(now)
    require_vendor(state)
    trust = retired(state.trust, name, now)
    outcome = sign_and_write(workspace, [trust], [], roots, action="keys retire")
    show_outcome(outcome, as_json=as_json, key=name)


@click.command("sign-trust")
@click.argument("file")
@workspace_option
@root_key_option
@root_passphrase
@json_option
def sign_trust(
    *,
    file: str,
    folder: Path,
    root_keys: tuple[Path, ...],
    root_passphrase: PassphraseSource,
    as_json: bool,
) -> None:
    """Add a root key's signature to a root or trust document that travels in FILE.

    It needs no workspace. In the vendor's workspace, the last signature puts it in force; elsewhere
    `licensekit pack FILE -C DIR` does.
    """
    with located(file):
        ceremony = resume(read_input(file, what="a document in signing"))
    files = Roots(root_keys, root_passphrase).files(Layout(folder).root)
    ceremony.require_wanted(file.part.verifying_key for file in files)
    if not as_json:
        for one in ceremony.pending:
            emit(f"You sign {one.label}:")
            emit()
            show(one.document)
            emit()
    signed = collect(ceremony, files, root_passphrase)
    in_force = _enter(folder, signed)
    write_output(file, signed.data)
    _show_signed(signed, file, in_force=in_force, as_json=as_json)


def _enter(folder: Path, signed: Ceremony) -> bool:
    """Put a complete document in force if this is the vendor's workspace."""
    if not signed.is_complete or not Layout(folder).ledger.is_file():
        return False
    with Workspace.open(folder) as workspace:
        workspace.keys.take(signed.tokens, action="keys sign-trust", who=operator(), now=clock())
    return True


def _show_signed(signed: Ceremony, file: str, *, in_force: bool, as_json: bool) -> None:
    if as_json or in_force:
        outcome = Outcome(signed, None if in_force else Path(file))
        show_outcome(outcome, as_json=as_json)
        if in_force:
            remark(f"{file} is no longer needed.")
    elif signed.is_complete:
        emit(f"All have signed. In the workspace, `licensekit pack {file}` puts it in force.")
    else:
        show_outcome(Outcome(signed, Path(file)), as_json=False)
