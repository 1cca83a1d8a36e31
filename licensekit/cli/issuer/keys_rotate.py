"""`licensekit keys rotate` and `rotate-root`: a new key takes over, or a new root."""

import click

from licensekit.cli.inputs import SecretSource, read_secret
from licensekit.cli.issuer.ceremony import Roots, signed_by_roots
from licensekit.cli.issuer.keys_new import SCHEMES, Planned, planned, require_enough, root_options, scheme_option
from licensekit.cli.issuer.options import new_passphrase
from licensekit.cli.options import before


@click.command()
@click.argument("name", required=False)
@planned
@signed_by_roots
def rotate(*, name: str | None, plan: Planned, roots: Roots) -> None:
    """Make a key that takes over from NAME, which retires. What it signed stays valid.

    Default: it takes over from the default key, and is the default from then on. Either key may be in a token.
    """
    roots.sign(roots.workspace.keys.propose_rotate(plan(roots.given.pin), roots.keys, now=roots.now, name=name))


@click.command("rotate-root")
@before(require_enough)
@scheme_option
@root_options
@new_passphrase
@signed_by_roots
def rotate_root(*, scheme: str, count: int, threshold: int, new_passphrase: SecretSource, roots: Roots) -> None:
    """Make a new root, which the keys of the old one sign.

    What was signed stays valid. Applications shipped long ago keep working: license files bring the trust documents
    that they lack. Without --new-passphrase-file, the new keys get the passphrases that are given for the old ones.
    """
    source = new_passphrase if new_passphrase.is_given else roots.given.root_passphrase

    def passphrase(place: int, name: str) -> bytes:
        return read_secret(source.of(place, count), f"Passphrase for the new key {name}", confirm=True)

    proposal = roots.workspace.keys.propose_rotate_root(
        SCHEMES[scheme], passphrase, now=roots.now, count=count, threshold=threshold
    )
    roots.sign(proposal)
