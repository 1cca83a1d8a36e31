"""`licensekit users`: who there is, what they hold, whether they may log in."""

import click

from licensekit.cli.groups import Lazy, LicenseGroup

_CHANGING = "Who there is"
_ASSIGNING = "What they hold"
_SHOWING = "Look"


@click.group(
    cls=LicenseGroup,
    lazy={
        "add": Lazy(_CHANGING, "licensekit.cli.customer.users_change", "add"),
        "set": Lazy(_CHANGING, "licensekit.cli.customer.users_change", "set_"),
        "retire": Lazy(_CHANGING, "licensekit.cli.customer.users_change", "retire"),
        "import": Lazy(_CHANGING, "licensekit.cli.customer.users_change", "import_"),
        "assign": Lazy(_ASSIGNING, "licensekit.cli.customer.users_change", "assign"),
        "release": Lazy(_ASSIGNING, "licensekit.cli.customer.users_change", "release"),
        "list": Lazy(_SHOWING, "licensekit.cli.customer.users_show", "list_"),
        "show": Lazy(_SHOWING, "licensekit.cli.customer.users_show", "show"),
        "may-login": Lazy(_SHOWING, "licensekit.cli.customer.users_show", "may_login"),
    },
)
def users() -> None:
    """Add users, assign licenses to them, see who may log in."""
