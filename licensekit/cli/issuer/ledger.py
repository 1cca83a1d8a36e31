"""`licensekit ledger`: what was signed, for whom, when and by whom."""

import click

from licensekit.cli.groups import Lazy, LicenseGroup


@click.group(
    cls=LicenseGroup,
    lazy={
        "list": Lazy("Commands", "licensekit.cli.issuer.ledger_rows", "list_"),
        "show": Lazy("Commands", "licensekit.cli.issuer.ledger_show", "show"),
        "usage": Lazy("Commands", "licensekit.cli.issuer.ledger_rows", "usage"),
        "verify": Lazy("Commands", "licensekit.cli.issuer.ledger_show", "verify"),
        "doctor": Lazy("Commands", "licensekit.cli.issuer.ledger_backup", "doctor"),
        "backup": Lazy("Commands", "licensekit.cli.issuer.ledger_backup", "backup"),
        "restore": Lazy("Commands", "licensekit.cli.issuer.ledger_backup", "restore"),
        "absorb": Lazy("Commands", "licensekit.cli.issuer.ledger_backup", "absorb"),
        "move": Lazy("Commands", "licensekit.cli.issuer.ledger_backup", "move"),
        "export": Lazy("Commands", "licensekit.cli.issuer.ledger_rows", "export"),
    },
)
def ledger() -> None:
    """Look up what was issued, verify that nothing was altered, take it elsewhere."""
