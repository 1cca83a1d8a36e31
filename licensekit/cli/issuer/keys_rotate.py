"""`licensekit keys rotate`: a new key takes over, of those that sign or of the root."""

from functools import partial

import click

from licensekit.cli.inputs import PassphraseSource, read_passphrase
from licensekit.cli.issuer.ceremony import (
    Outcome,
    Roots,
    require_root_key,
    require_vendor,
    show_outcome,
    sign_and_write,
    signed_by_roots,
)
from licensekit.cli.issuer.keys_new import (
    SCHEMES,
    generated,
    require_enough,
    root_options,
    scheme_option,
)
from licensekit.cli.issuer.options import before, clock, passphrase
from licensekit.cli.output import json_option
from licensekit.issuer.create import root_key_names
from licensekit.issuer.keys.changes import rotate as rotated
from licensekit.issuer.keys.changes import rotate_root
from licensekit.issuer.keys.documents import named
from licensekit.issuer.keys.keyring import write_key
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import SigningKey


def _require_fitting(
    *, name: str | None, root: bool, count: int, threshold: int, **_: object
) -> None:
    if root and name is not None:
        raise click.UsageError("--root rotates the root; a signing key cannot be named as well.")
    if not root and (count > 1 or threshold > 1):
        raise click.UsageError("--root-keys and --threshold go with --root.")
    require_enough(count, threshold)


@click.command()
@before(_require_fitting)
@click.argument("name", required=False)
@scheme_option
@click.option("--root", is_flag=True, help="Rotate the root itself, not a signing key.")
@root_options("With --root: ")
@passphrase
@signed_by_roots
@json_option
def rotate(
    *,
    name: str | None,
    workspace: Workspace,
    now: int,
    scheme: str,
    root: bool,
    count: int,
    threshold: int,
    passphrase: PassphraseSource,
    roots: Roots,
    as_json: bool,
) -> None:
    """Make a key that takes over from NAME, which retires; with --root, make a new root.

    What the old key signed stays valid. Applications shipped long ago keep working: license files
    bring the trust documents that they lack.
    """
    require_vendor(workspace.state(now))
    if root:
        outcome = _rotate_root(workspace, SCHEMES[scheme], count, threshold, roots)
        pin = workspace.state(clock()).newest_pin if outcome.file is None else None
        show_outcome(outcome, as_json=as_json, root=pin)
    else:
        outcome, called, key_id = _rotate_signing(
            workspace, name, SCHEMES[scheme], passphrase, roots
        )
        show_outcome(outcome, as_json=as_json, key=called, key_id=key_id)


def _rotate_signing(
    workspace: Workspace, name: str | None, scheme: int, source: PassphraseSource, roots: Roots
) -> tuple[Outcome, str, str]:
    now = clock()
    state = workspace.state(now)
    old = named(state.trust.keys, name or workspace.keys.choose("bundle", now).key_id)
    require_root_key(state, roots.files(workspace.layout.root))
    called = workspace.keys.free_name(now)
    key = generated(scheme, source, called)
    outcome = sign_and_write(
        workspace,
        [rotated(state.trust, old, key.verifying_key, called, now)],
        [partial(key.write, workspace.layout.keys, called)],
        roots,
        action="keys rotate",
    )
    return outcome, called, key.verifying_key.key_id.hex()


def _rotate_root(
    workspace: Workspace, scheme: int, count: int, threshold: int, roots: Roots
) -> Outcome:
    now = clock()
    state = workspace.state(now)
    root = state.trust_store.trust.root
    word = read_passphrase(roots.source, "Passphrase for the new root key", confirm=True)
    keys = [SigningKey.generate(scheme) for _ in range(count)]
    public = [key.verifying_key for key in keys]
    workspace.layout.root.mkdir(exist_ok=True)
    names = [f"{name}-v{root.version + 1}" for name in root_key_names(count)]
    return sign_and_write(
        workspace,
        list(rotate_root(root, state.trust, public, threshold, now)),
        [
            partial(write_key, workspace.layout.root, name, key, word)
            for name, key in zip(names, keys, strict=True)
        ],
        roots,
        action="keys rotate --root",
        also=keys,
    )
