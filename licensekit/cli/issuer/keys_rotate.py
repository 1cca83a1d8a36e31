"""`licensekit keys rotate` and `rotate-root`: a new key takes over, or a new root."""

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
from licensekit.cli.issuer.options import passphrase
from licensekit.cli.options import before


@click.command()
@click.argument("name", required=False)
@scheme_option
@passphrase
@signed_by_roots
def rotate(*, name: str | None, scheme: str, passphrase: PassphraseSource, roots: Roots) -> None:
    """Make a key that takes over from NAME, which retires. What it signed stays valid."""
    proposal = roots.workspace.keys.propose_rotate(
        partial(generated, SCHEMES[scheme], passphrase), roots.keys, now=roots.now, name=name
    )
    [new] = proposal.new
    roots.sign(proposal, key=new.name, key_id=new.key.verifying_key.key_id.hex())


def _require_enough(*, count: int, threshold: int, **_: object) -> None:
    require_enough(count, threshold)


@click.command("rotate-root")
@before(_require_enough)
@scheme_option
@root_options
@signed_by_roots
def rotate_root(*, scheme: str, count: int, threshold: int, roots: Roots) -> None:
    """Make a new root, which the keys of the old one sign.

    What was signed stays valid. Applications shipped long ago keep working: license files bring the
    trust documents that they lack.
    """
    word = read_passphrase(roots.root_passphrase, "Passphrase for the new root key", confirm=True)
    proposal = roots.workspace.keys.propose_rotate_root(
        SCHEMES[scheme], word, now=roots.now, count=count, threshold=threshold
    )
    roots.sign(proposal, root=proposal.new_pin)
