"""`licensekit keys`: the keys that sign, and the trust documents that admit them."""

import click

from licensekit.cli.groups import Lazy, LicenseGroup

_MAKING = "Make keys"
_CHANGING = "Change what they may sign"
_SHOWING = "Show, and export"


@click.group(
    cls=LicenseGroup,
    lazy={
        "new": Lazy(_MAKING, "licensekit.cli.issuer.keys_new", "new"),
        "import": Lazy(_MAKING, "licensekit.cli.issuer.keys_new", "import_"),
        "rotate": Lazy(_MAKING, "licensekit.cli.issuer.keys_new", "rotate"),
        "rotate-root": Lazy(_MAKING, "licensekit.cli.issuer.keys_new", "rotate_root"),
        "admit": Lazy(_CHANGING, "licensekit.cli.issuer.keys_change", "admit"),
        "passphrase": Lazy(_CHANGING, "licensekit.cli.issuer.keys_change", "passphrase"),
        "retire": Lazy(_CHANGING, "licensekit.cli.issuer.keys_change", "retire"),
        "sign-trust": Lazy(_CHANGING, "licensekit.cli.issuer.keys_change", "sign_trust"),
        "abandon": Lazy(_CHANGING, "licensekit.cli.issuer.keys_change", "abandon"),
        "default": Lazy(_CHANGING, "licensekit.cli.issuer.keys_show", "default"),
        "list": Lazy(_SHOWING, "licensekit.cli.issuer.keys_show", "list_"),
        "export": Lazy(_SHOWING, "licensekit.cli.issuer.keys_show", "export"),
    },
)
def keys() -> None:
    """Make, admit, rotate and retire signing keys.

    Which key may sign what is in the trust document, which the root key signs.
    """
