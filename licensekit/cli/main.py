"""The `licensekit` command."""

import sys
from typing import Final, NoReturn

import click

from licensekit.cli.customer.commands import CUSTOMER
from licensekit.cli.exits import INTERRUPTED
from licensekit.cli.groups import Lazy, LicenseGroup
from licensekit.cli.issuer.commands import VENDOR

_BOTH: Final = "Both: look inside"

COMMANDS: Final = {
    **VENDOR,
    **CUSTOMER,
    "inspect": Lazy(_BOTH, "licensekit.cli.inspect", "inspect"),
    "verify": Lazy(_BOTH, "licensekit.cli.inspect", "verify"),
}


@click.group(
    cls=LicenseGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="licensekit-files", message="licensekit %(version)s")
def licensekit() -> None:
    """Signed license files: who may run what, offline, for years.

    A vendor signs license bundles into files; a customer activates them; the application checks
    them with no network. `licensekit COMMAND --help` explains each step.
    """


def main() -> NoReturn:
    """Run the command line and exit with a code of `docs/commands.md`."""
    try:
        code = licensekit.main(prog_name="licensekit", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = error.exit_code
    except click.UsageError as error:
        _complain(f"{error.format_message().rstrip('.')}; {_where_help_is(error)}")
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted")
        code = INTERRUPTED
    sys.exit(code if isinstance(code, int) else 0)


def _complain(text: str) -> None:
    click.echo(f"licensekit: {text}", err=True)


def _where_help_is(error: click.UsageError) -> str:
    return f"see `{error.ctx.command_path if error.ctx else 'licensekit'} --help`"
