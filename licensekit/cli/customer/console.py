"""`licensekit console`: the web console of an installation, for a browser."""

import sys
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final

import click

from licensekit.cli.customer.commands import home_option, opened
from licensekit.cli.inputs import account
from licensekit.cli.options import PATH, Checked, option, whole
from licensekit.cli.output import emit
from licensekit.errors import ConsoleUnavailable

PORT: Final = 8470


def _network(text: str) -> str:
    ip_network(text)
    return text


@click.command()
@home_option
@option("--host ADDRESS", "The address to listen on.", default="127.0.0.1")
@option("--port N", "The port on which to listen; 0 takes a free one.", type=whole(0, 65535), default=PORT)
@option("--public URL...", "How browsers reach it, if not as this machine: https://licenses.example.com.")
@option("--tls-cert FILE", "A certificate with its chain, in PEM.", type=PATH)
@option("--tls-key FILE", "Its key, in PEM.", type=PATH)
@option(
    "--proxy ADDRESS... proxies",
    "A proxy that signs people in: its address, or its network. Only it is answered.",
    type=Checked(_network, "an address or a network, such as 10.0.0.5 or 10.0.0.0/24"),
)
@option("--proxy-user-header NAME", "Where the proxy says who is signed in.", default="X-Forwarded-User")
@option("--proxy-role-header NAME", "Where it says `reader` or `administrator`; without it, all are administrators.")
def console(
    *,
    home: str | None,
    host: str,
    port: int,
    public: tuple[str, ...],
    tls_cert: Path | None,
    tls_key: Path | None,
    proxies: tuple[str, ...],
    proxy_user_header: str,
    proxy_role_header: str | None,
) -> None:
    """Serve the web console, until Ctrl-C.

    It is for browsers on this machine, and prints a link that signs one of them in. For others it needs a certificate,
    or a proxy in front of it that signs people in.
    """
    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("give --tls-cert and --tls-key together.")
    is_here = _is_loopback(host)
    if not (is_here or tls_cert or proxies):
        raise click.UsageError(f"{host} can be reached by others: give --tls-cert and --tls-key, or --proxy.")
    if (proxies or not is_here) and not public:
        raise click.UsageError("give --public: how browsers reach it.")
    try:
        from licensekit.console.serving import Reach, run  # noqa: PLC0415  # its packages are an extra
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("licensekit"):
            raise
        raise ConsoleUnavailable(reason="package", package=error.name) from error
    with opened(home, create=True) as installation:
        installation.state()  # it says now whether it is known whose files to believe
        reach = Reach(host, port, tls_cert, tls_key, public, proxies, proxy_user_header, proxy_role_header)
        with suppress(KeyboardInterrupt):  # that is how it is stopped
            run(installation, reach, user=account() or "console", tell=_tell)


def _tell(line: str) -> None:
    emit(line)
    sys.stdout.flush()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
