"""`licensekit keys new` and `keys import`: another key that signs."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click

from licensekit import limits
from licensekit.cli.inputs import PassphraseSource, located, read_input, read_passphrase
from licensekit.cli.issuer.ceremony import (
    Roots,
    require_root_key,
    show_outcome,
    sign_and_write,
    signed_by_roots,
)
from licensekit.cli.issuer.options import clock, passphrase, workspace_option
from licensekit.cli.issuer.permission import permission
from licensekit.cli.output import emit, emit_json, json_option
from licensekit.issuer.keys.changes import Permission, admit
from licensekit.issuer.keys.keyring import KeyFile, write_key, write_place
from licensekit.issuer.state import WorkspaceState
from licensekit.issuer.workspace import Workspace
from licensekit.keys import pkcs11
from licensekit.keys.keyfile import format_public
from licensekit.keys.other_forms import import_private
from licensekit.keys.pkcs11.uri import parse
from licensekit.keys.signing import SigningKey
from licensekit.keys.verifying import VerifyingKey
from licensekit.wire.frame import ED25519, HYBRID

SCHEMES = {"ed25519": ED25519, "hybrid": HYBRID}

scheme_option = click.option(
    "--scheme",
    type=click.Choice(list(SCHEMES)),
    default="ed25519",
    show_default=True,
    help="hybrid: Ed25519 and ML-DSA-65 together, for licenses that outlive today's curves.",
)


class NewKey(NamedTuple):
    """A key that was made and is not written anywhere yet."""

    verifying_key: VerifyingKey
    write: Callable[[Path, str], KeyFile]
    """Writes its file under a name in a folder."""


@click.command()
@click.argument("name", required=False)
@workspace_option
@scheme_option
@click.option(
    "--pkcs11",
    "uri",
    metavar="URI",
    help="Make the key in this token (without object= and id=), or use the one that they name.",
)
@permission
@passphrase
@signed_by_roots
@json_option
def new(
    *,
    name: str | None,
    folder: Path,
    scheme: str,
    uri: str | None,
    permission: Permission,
    passphrase: PassphraseSource,
    roots: Roots,
    as_json: bool,
) -> None:
    """Make a signing key, and admit it in the next trust document.

    What it may sign can be limited: a sales engineer's key, say, to trials of at most 60 days.
    """
    if uri is not None and SCHEMES[scheme] != ED25519:
        raise click.UsageError(
            "--pkcs11 and --scheme hybrid exclude each other: tokens hold Ed25519."
        )

    def made(called: str) -> NewKey:
        if uri is None:
            return generated(SCHEMES[scheme], passphrase, called)
        return in_token(uri, passphrase, called)

    _add(folder, name, made, permission, roots, as_json=as_json)


@click.command("import")
@click.argument("file")
@click.argument("name", required=False)
@workspace_option
@permission
@passphrase
@signed_by_roots
@json_option
def import_(
    *,
    file: str,
    name: str | None,
    folder: Path,
    permission: Permission,
    passphrase: PassphraseSource,
    roots: Roots,
    as_json: bool,
) -> None:
    """Take over an Ed25519 key from an OpenSSH or PKCS#8 file, and admit it.

    A passphrase that is given by file or descriptor opens FILE as well, if it is encrypted.
    """

    def made(called: str) -> NewKey:
        with located(file):
            data = read_input(file, what="a key file", limit=limits.KEY_FILE_BYTES)
            key = import_private(data, lambda: read_passphrase(passphrase, f"Passphrase of {file}"))
        return sealed(key, passphrase, called)

    _add(folder, name, made, permission, roots, as_json=as_json)


def generated(scheme: int, source: PassphraseSource, called: str) -> NewKey:
    """Make a key that lives in a file."""
    return sealed(SigningKey.generate(scheme), source, called)


def sealed(key: SigningKey, source: PassphraseSource, called: str) -> NewKey:
    """Give a key that will be sealed under a passphrase, which is asked for now."""
    word = read_passphrase(source, f"Passphrase for the new key {called}", confirm=True)

    def write(folder: Path, name: str) -> KeyFile:
        return write_key(folder, name, key, word)

    return NewKey(key.verifying_key, write)


def in_token(uri: str, source: PassphraseSource, called: str) -> NewKey:
    """Make a key in a token, or give the one that is named there."""

    def pin() -> str:
        return read_passphrase(source, "PIN of the token").decode(errors="replace")

    place = parse(uri)
    is_named = place.object is not None or place.id is not None
    signer = pkcs11.open_signer(uri, pin) if is_named else pkcs11.generate(uri, pin, called)

    def write(folder: Path, name: str) -> KeyFile:
        return write_place(folder, name, signer)

    return NewKey(signer.verifying_key, write)


def _add(
    folder: Path,
    name: str | None,
    made: Callable[[str], NewKey],
    permission: Permission,
    roots: Roots,
    *,
    as_json: bool,
) -> None:
    with Workspace.open(folder) as workspace:
        now = clock()
        state = workspace.state(now)
        called = name or workspace.free_key_name(now)
        if not state.is_partner:
            require_root_key(state, roots.files(workspace.layout.root))
        key = made(called)
        if state.is_partner:
            file = key.write(workspace.layout.keys, called)
            show_partner_key(file, as_json=as_json)
            return
        trust = admit(state.trust, key.verifying_key, called, _for(permission, state), now)
        outcome = sign_and_write(
            workspace,
            [trust],
            [lambda: key.write(workspace.layout.keys, called)],
            roots,
            action="keys new",
        )
    key_id = key.verifying_key.key_id.hex()
    show_outcome(outcome, as_json=as_json, key=called, key_id=key_id)


def _for(permission: Permission, state: WorkspaceState) -> Permission:
    return permission if permission.issuer else permission._replace(issuer=state.issuer)


def show_partner_key(file: KeyFile, *, as_json: bool) -> None:
    """Show a partner's new key, which the vendor must admit before it counts."""
    public = format_public(file.part.verifying_key, file.part.label)
    if as_json:
        emit_json({"key": file.name, "key_id": file.key_id, "public": public})
        return
    emit(f"The key is in {file.path}. Send the vendor its public half, which follows, and compare")
    emit(f"the key id {file.key_id} by another way:")
    emit(public)
