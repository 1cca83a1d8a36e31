"""`licensekit keys rotate` and `rotate-root`: a new key takes over, or a new root."""

from functools import partial

import click

from licensekit.cli.inputs import PassphraseSource, read_passphrase
from licensekit.cli.issuer.ceremony import Roots, signed_by_roots
from licensekit.cli.issuer.keys_new import SCHEMES, new_passphrase, require_enough, root_options, scheme_option
from licensekit.cli.issuer.options import passphrase
from licensekit.cli.options import before
from licensekit.issuer import generated_key


@click.command()
@click.argument("name", required=False)
@scheme_option
@passphrase
@signed_by_roots
def rotate(*, name: str | None, scheme: str, passphrase: PassphraseSource, roots: Roots) -> None:
    """Make a key that takes over from NAME, which retires. What it signed stays valid."""
    plan = generated_key(SCHEMES[scheme], partial(new_passphrase, passphrase))
    roots.sign(roots.workspace.keys.propose_rotate(plan, roots.keys, now=roots.now, name=name))


def _require_enough(*, count: int, threshold: int, **_: object) -> None:
    require_enough(count, threshold)


@click.command("rotate-root")
@before(_require_enough)
@scheme_option
@root_options
@signed_by_roots
def rotate_root(*, scheme: str, count: int, threshold: int, roots: Roots) -> None:
    """Make a new root, which the keys of the old one sign.

    What was signed stays valid. Applications shipped long ago keep working: license files bring the trust documents
    that they lack.
    """
    source = roots.root_passphrase
    proposal = roots.workspace.keys.propose_rotate_root(
        SCHEMES[scheme],
        lambda: read_passphrase(source, "Passphrase for the new root key", confirm=True),
        now=roots.now,
        count=count,
        threshold=threshold,
    )
    roots.sign(proposal)
