"""`licensekit keys rotate`: a new key takes over, of those that sign or of the root."""

from functools import partial

import click

from licensekit.cli.inputs import PassphraseSource, read_passphrase
from licensekit.cli.issuer.ceremony import Roots, signed_by_roots
from licensekit.cli.issuer.keys_new import (
    SCHEMES,
    generated,
    require_enough,
    root_options,
    scheme_option,
)
from licensekit.cli.issuer.options import before, passphrase


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
def rotate(
    *,
    name: str | None,
    scheme: str,
    root: bool,
    count: int,
    threshold: int,
    passphrase: PassphraseSource,
    roots: Roots,
) -> None:
    """Make a key that takes over from NAME, which retires; with --root, make a new root.

    What the old key signed stays valid. Applications shipped long ago keep working: license files
    bring the trust documents that they lack.
    """
    keys, now = roots.workspace.keys, roots.now
    if not root:
        proposal = keys.propose_rotate(
            partial(generated, SCHEMES[scheme], passphrase), roots.keys, now=now, name=name
        )
        [new] = proposal.new
        roots.sign(proposal, key=new.name, key_id=new.key.verifying_key.key_id.hex())
        return
    word = read_passphrase(roots.source, "Passphrase for the new root key", confirm=True)
    proposal = keys.propose_rotate_root(
        SCHEMES[scheme], word, now=now, count=count, threshold=threshold
    )
    roots.sign(proposal, root=proposal.new_pin)
