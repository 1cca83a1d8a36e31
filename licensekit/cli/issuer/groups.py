"""`licensekit ledger` and `licensekit keys`: the groups of their commands."""

from typing import Final

import click

from licensekit.cli.groups import LicenseGroup, lazy

_HERE: Final = "licensekit.cli.issuer"


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
        **lazy(
            "Change what they may sign", f"{_HERE}.keys_change", "admit passphrase retire sign-trust abandon default"
        ),
        **lazy("Show, and export", f"{_HERE}.keys_change", "list export"),
    },
)
def keys() -> None:
    """Make, admit, rotate and retire signing keys.

    Which key may sign what is in the trust document, which the root key signs.
    """
