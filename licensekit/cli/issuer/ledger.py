"""`licensekit ledger`: what was signed here, for whom, when and by whom."""

import click

from licensekit.cli.groups import Lazy, LicenseGroup


@click.group(
    cls=LicenseGroup,
    lazy={
        "list": Lazy("Commands", "licensekit.cli.issuer.ledger_list", "list_"),
        "show": Lazy("Commands", "licensekit.cli.issuer.ledger_show", "show"),
        "usage": Lazy("Commands", "licensekit.cli.issuer.ledger_usage", "usage"),
        "verify": Lazy("Commands", "licensekit.cli.issuer.ledger_verify", "verify"),
        "export": Lazy("Commands", "licensekit.cli.issuer.ledger_export", "export"),
    },
)
def ledger() -> None:
    """Look up what was issued, verify that nothing was altered, take it elsewhere."""
