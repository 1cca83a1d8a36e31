"""`licensekit ledger` and `licensekit keys`: the groups of their commands."""

from typing import Final

import click

from licensekit.cli.groups import Lazy, LicenseGroup, lazy

_HERE: Final = "licensekit.cli.issuer"
_CHANGING: Final = "Change what they may sign"


@click.group(
    cls=LicenseGroup,
    lazy={
        **lazy("Commands", f"{_HERE}.ledger_rows", "list show usage verify"),
        **lazy("Commands", f"{_HERE}.ledger_backup", "doctor backup restore absorb move"),
        **lazy("Commands", f"{_HERE}.ledger_rows", "export"),
    },
)
def ledger() -> None:
    """Look up what was issued, verify that nothing was altered, take it elsewhere."""


@click.group(
    cls=LicenseGroup,
    lazy={
        **lazy("Make keys", f"{_HERE}.keys_new", "new import rotate rotate-root"),
        **lazy(_CHANGING, f"{_HERE}.keys_change", "admit"),
        "passphrase": Lazy(_CHANGING, f"{_HERE}.keys_new", "passphrase_"),
        **lazy(_CHANGING, f"{_HERE}.keys_change", "retire sign-trust abandon default"),
        **lazy("Show, and export", f"{_HERE}.keys_change", "list export"),
    },
)
def keys() -> None:
    """Make, admit, rotate and retire signing keys.

    Which key may sign what is in the trust document, which the root key signs.
    """
