"""The `licensekit` command."""

import sys
from typing import Final, NoReturn

import click

from licensekit.cli import streams
from licensekit.cli.customer.commands import BOTH, CUSTOMER
from licensekit.cli.groups import INTERRUPTED, LicenseGroup, color_option, complain, lazy, report_defect, usage_line

_VENDOR: Final = "Commands for the vendor, who signs licenses"
_ISSUER: Final = "licensekit.cli.issuer"

COMMANDS: Final = {
    **lazy(_VENDOR, f"{_ISSUER}.init", "init"),
    **lazy(_VENDOR, f"{_ISSUER}.catalog", "catalog"),
    **lazy(_VENDOR, f"{_ISSUER}.issue", "issue renew amend"),
    **lazy(_VENDOR, f"{_ISSUER}.customers", "answer accept publish"),
    **lazy(_VENDOR, f"{_ISSUER}.catalog", "pack product"),
    **lazy(_VENDOR, f"{_ISSUER}.revoke", "suspend revoke void reinstate reissue"),
    **lazy(_VENDOR, __name__, "customers ledger keys"),
    **CUSTOMER,
    **BOTH,
    **lazy("Commands for both", "licensekit.cli.inspect", "explain"),
}


@click.group(
    cls=LicenseGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@color_option
@click.version_option(package_name="licensekit-files", message="licensekit %(version)s")
def licensekit() -> None:
    """Signed license files: who may run what, offline, for years.

    A vendor signs license bundles into files; a customer activates them; the application checks them with no network.
    `licensekit COMMAND --help` explains each step.
    """


@click.group(
    cls=LicenseGroup,
    lazy={
        **lazy("Commands", f"{_ISSUER}.ledger", "list show usage"),
        **lazy("Commands", f"{_ISSUER}.reports", "report"),
        **lazy("Commands", f"{_ISSUER}.ledger", "verify doctor backup restore absorb move upgrade export"),
        **lazy("Commands", f"{_ISSUER}.reports", "file"),
    },
)
def ledger() -> None:
    """Look up what was issued, verify that nothing was altered, move it elsewhere."""


@click.group(cls=LicenseGroup, lazy={**lazy("Commands", f"{_ISSUER}.customers", "list show set merge installation")})
def customers() -> None:
    """Look up who the customers are, what they have, and where it runs; record what you know about them."""


@click.group(
    cls=LicenseGroup,
    lazy={
        **lazy("Create keys", f"{_ISSUER}.keys", "new import rotate rotate-root"),
        **lazy("Change what they may sign", f"{_ISSUER}.keys", "admit passphrase retire sign-trust abandon default"),
        **lazy("Show, and export", f"{_ISSUER}.keys", "list export"),
    },
)
def keys() -> None:
    """Create, admit, rotate and retire signing keys."""


@streams.watched(are_ours=True)
def main() -> NoReturn:
    """Run the command line and exit with a code of `docs/commands.md`."""
    try:
        code = licensekit.main(prog_name="licensekit", standalone_mode=False)
    except click.ClickException as error:
        if isinstance(error, click.UsageError) and not isinstance(error, click.exceptions.NoArgsIsHelpError):
            complain(usage_line(error))
        else:
            error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted")
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001  # whatever it is, it ends in a line and a code
        code = report_defect(error, sys.argv[1:])
    sys.exit(code if isinstance(code, int) else 0)
