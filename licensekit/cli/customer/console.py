"""`licensekit console`: the web console of an installation, for a browser."""

import os
from contextlib import suppress
from importlib import import_module
from ipaddress import ip_address
from typing import Any, Final

import click

from licensekit.cli.customer.commands import home_of, home_option, opened
from licensekit.cli.groups import LicenseGroup
from licensekit.cli.inputs import account
from licensekit.cli.options import PATH, option, refuse, whole
from licensekit.cli.output import emit
from licensekit.errors import ConsoleUnavailable
from licensekit.installation import local_folder

PORT: Final = 8470


@click.group(cls=LicenseGroup, invoke_without_command=True)
@home_option
@option("--host ADDRESS", "The address to listen on.", default="127.0.0.1")
@option("--port N", "The port to listen on; 0: any free port.", type=whole(0, 65535), default=PORT)
@option("--public URL...", "The address at which browsers reach it, if not this machine: https://licenses.example.com.")
@option("--tls-cert FILE certificate", "A certificate with its chain, in PEM.", type=PATH)
@option("--tls-key FILE key", "Its key, in PEM.", type=PATH)
@option("--socket PATH", "A Unix socket in place of an address, for a proxy that signs people in.", type=PATH)
@option("--socket-group GROUP", "The group whose members can reach that socket. Default: only this account.")
@option("--proxy-secret FILE", "A file with the secret sent by the proxy that signs people in.", type=PATH)
@option("--proxy-user-header NAME user_header", "The header with the user's name.", default="X-Forwarded-User")
@option("--proxy-role-header NAME role_header", "The header with the user's role.", default="X-Forwarded-Role")
@option("--proxy-without-role ROLE without_role", "The role of users without one.", type=click.Choice(["reader"]))
@option("--language CODE", "The language of the pages, such as nb. Default: the language that each browser prefers.")
@option("--metrics-token FILE", "A file with the token for /metrics; without it, nobody can read them.", type=PATH)
@refuse(
    "give --tls-cert and --tls-key together.", lambda given: (given["certificate"] is None) != (given["key"] is None)
)
@refuse("--socket excludes --tls-cert and --tls-key.", lambda given: given["socket"] and given["certificate"])
@refuse("--socket-group needs --socket.", lambda given: given["socket_group"] and not given["socket"])
@refuse(
    "{host} can be reached by others: give --tls-cert and --tls-key, or --proxy-secret.",
    lambda given: not (_is_loopback(given["host"]) or given["certificate"] or given["proxy_secret"]),
)
@refuse(
    "give --public URL: the address at which browsers reach it.",
    lambda given: not given["public"] and (given["socket"] or given["proxy_secret"] or not _is_loopback(given["host"])),
)
def console(*, home: str | None, **reach: Any) -> None:
    """Serve the web console, until Ctrl-C."""
    if click.get_current_context().invoked_subcommand is not None:
        return
    serving = _console_part("serving")
    with opened(home, create=True) as installation:
        # With a named home, the browser asks for the pack. Without one, the home depends on the product.
        if not (installation.needs_pack and (home or os.environ.get("LICENSEKIT_HOME"))):
            installation.state()  # fails now if it is not known whose files to believe
        with suppress(KeyboardInterrupt):  # it stops the console
            folder, user = local_folder(home_of(home)), account() or "console"
            serving.run(installation, serving.Reach(**reach), folder, user=user, tell=emit)


@console.command()
@home_option
@option("--for NAME user", "Whom it signs in, as the history names them. (default: this account)")
@option("--role ROLE", "What they may do.", type=click.Choice(["administrator", "reader"]), default="administrator")
def link(*, home: str | None, user: str | None, role: str) -> None:
    """Create another link that signs in to the running console."""
    visit, sign_in = _console_part("visit"), _console_part("security.sign_in")
    links, user = sign_in.Links(local_folder(home_of(home)) / sign_in.CONSOLE), user or account() or "console"
    emit(links.make(visit.Identity(user, visit.Role(role))))


def _console_part(name: str) -> Any:
    """Import a module of the console, which needs the extra `console`."""
    try:
        return import_module(f"licensekit.console.{name}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("licensekit"):
            raise
        raise ConsoleUnavailable(reason="package", package=error.name) from error


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
