"""`licensekit keys new` and `keys import`: one more key that signs."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

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
from licensekit.cli.issuer.options import Decorator, before, passphrase
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
_COUNTS = click.IntRange(1, limits.ROOT_KEYS)

scheme_option = click.option(
    "--scheme",
    type=click.Choice(list(SCHEMES)),
    default="ed25519",
    show_default=True,
    help="hybrid: Ed25519 and ML-DSA-65 together, for licenses that outlive today's curves.",
)


def root_options(prefix: str = "") -> Decorator:
    """Return `--root-keys` and `--threshold`; `prefix` begins the help of both."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        threshold = click.option(
            "--threshold",
            type=_COUNTS,
            default=1,
            show_default=True,
            help=f"{prefix}how many of the root keys must sign.",
        )
        count = click.option(
            "--root-keys",
            "count",
            type=_COUNTS,
            default=1,
            show_default=True,
            help=f"{prefix}how many keys the root has.",
        )
        return count(threshold(command))

    return decorate


def require_enough(count: int, threshold: int) -> None:
    """Refuse a threshold that all root keys together do not reach."""
    if threshold > count:
        raise click.UsageError(f"--threshold {threshold} is more than --root-keys {count}.")


class NewKey(NamedTuple):
    """A key that was made and is not written anywhere yet."""

    verifying_key: VerifyingKey
    write: Callable[[Path, str], KeyFile]
    """Writes its file under a name in a folder."""


def _require_token_scheme(*, uri: str | None, scheme: str, **_: object) -> None:
    if uri is not None and SCHEMES[scheme] != ED25519:
        raise click.UsageError(
            "--pkcs11 and --scheme hybrid exclude each other: tokens hold Ed25519."
        )


@click.command()
@before(_require_token_scheme)
@click.argument("name", required=False)
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
    workspace: Workspace,
    now: int,
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

    def made(called: str) -> NewKey:
        if uri is None:
            return generated(SCHEMES[scheme], passphrase, called)
        return in_token(uri, passphrase, called)

    _add(workspace, name, made, permission, roots, now=now, as_json=as_json)


@click.command("import")
@click.argument("file")
@click.argument("name", required=False)
@permission
@passphrase
@signed_by_roots
@json_option
def import_(
    *,
    file: str,
    name: str | None,
    workspace: Workspace,
    now: int,
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

    _add(workspace, name, made, permission, roots, now=now, as_json=as_json)


def generated(scheme: int, source: PassphraseSource, called: str) -> NewKey:
    """Make a key that lives in a file."""
    return sealed(SigningKey.generate(scheme), source, called)


def sealed(key: SigningKey, source: PassphraseSource, called: str) -> NewKey:
    """Return a key that will be sealed under a passphrase, which is asked for now."""
    word = read_passphrase(source, f"Passphrase for the new key {called}", confirm=True)

    def write(folder: Path, name: str) -> KeyFile:
        return write_key(folder, name, key, word)

    return NewKey(key.verifying_key, write)


def in_token(uri: str, source: PassphraseSource, called: str) -> NewKey:
    """Make a key in a token, or return the one that is named there."""

    def pin() -> str:
        return read_passphrase(source, "PIN of the token").decode(errors="replace")

    parsed = parse(uri)
    is_named = parsed.object is not None or parsed.id is not None
    signer = pkcs11.open_signer(uri, pin) if is_named else pkcs11.generate(uri, pin, called)

    def write(folder: Path, name: str) -> KeyFile:
        return write_place(folder, name, signer)

    return NewKey(signer.verifying_key, write)


def _add(
    workspace: Workspace,
    name: str | None,
    made: Callable[[str], NewKey],
    permission: Permission,
    roots: Roots,
    *,
    now: int,
    as_json: bool,
) -> None:
    state, folder = workspace.state(now), workspace.layout.keys
    called = name or workspace.keys.free_name(now)
    if not state.is_partner:
        require_root_key(state, roots.files(workspace.layout.root))
    key = made(called)
    if state.is_partner:
        show_partner_key(key.write(folder, called), as_json=as_json)
        return
    trust = admit(state.trust, key.verifying_key, called, _for(permission, state), now)
    write = partial(key.write, folder, called)
    outcome = sign_and_write(workspace, [trust], [write], roots, action="keys new")
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
