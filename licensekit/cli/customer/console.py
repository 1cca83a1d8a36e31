"""`licensekit console`: the web console of an installation, for a browser."""

from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import Any, Final

import click

from licensekit.cli.customer.commands import home_option, opened
from licensekit.cli.inputs import account
from licensekit.cli.options import PATH, Checked, option, refuse, whole
from licensekit.cli.output import emit
from licensekit.errors import ConsoleUnavailable

PORT: Final = 8470


@click.command()
@home_option
@option("--host ADDRESS", "The address to listen on.", default="127.0.0.1")
@option("--port N", "The port on which to listen; 0 takes a free one.", type=whole(0, 65535), default=PORT)
@option("--public URL...", "How browsers reach it, if not as this machine: https://licenses.example.com.")
@option("--tls-cert FILE certificate", "A certificate with its chain, in PEM.", type=PATH)
@option("--tls-key FILE key", "Its key, in PEM.", type=PATH)
@option(
    "--proxy ADDRESS... proxies",
    "A proxy that signs people in: its address, or its network. Only it is answered.",
    type=Checked(ip_network, "an address or a network, such as 10.0.0.5 or 10.0.0.0/24"),
)
@option("--proxy-user-header NAME user_header", "Where the proxy says who is signed in.", default="X-Forwarded-User")
@option(
    "--proxy-role-header NAME role_header",
    "Where it says `reader` or `administrator`; without it, all are administrators.",
)
@refuse(
    "give --tls-cert and --tls-key together.", lambda given: (given["certificate"] is None) != (given["key"] is None)
)
@refuse(
    "{host} can be reached by others: give --tls-cert and --tls-key, or --proxy.",
    lambda given: not (_is_loopback(given["host"]) or given["certificate"] or given["proxies"]),
)
@refuse(
    "give --public: how browsers reach it.",
    lambda given: (given["proxies"] or not _is_loopback(given["host"])) and not given["public"],
)
def console(*, home: str | None, **reach: Any) -> None:
    """Serve the web console, until Ctrl-C."""
    try:
        from licensekit.console.serving import Reach, run  # noqa: PLC0415  # its packages are an extra
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("licensekit"):
            raise
        raise ConsoleUnavailable(reason="package", package=error.name) from error
    with opened(home, create=True) as installation:
        installation.state()  # it says now whether it is known whose files to believe
        with suppress(KeyboardInterrupt):  # that is how it is stopped
            run(installation, Reach(**reach), user=account() or "console", tell=emit)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
