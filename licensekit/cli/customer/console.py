"""`licensekit console`: the web console of an installation, for a browser."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from licensekit.cli.customer.commands import home_option, opened, user_name
from licensekit.cli.output import emit, remark
from licensekit.errors import ConsoleUnavailable

if TYPE_CHECKING:
    import socket

    from starlette.types import ASGIApp

    from licensekit.installation import Installation

PORT: Final = 8470


class Reach(NamedTuple):
    """Where the console is reached, and by whom."""

    host: str
    port: int
    certificate: Path | None
    key: Path | None
    public: tuple[str, ...]
    """The addresses that browsers use, where it is not this machine alone."""
    proxies: tuple[str, ...]
    user_header: str
    role_header: str | None


@click.command()
@home_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True)
@click.option(
    "--public",
    multiple=True,
    metavar="URL",
    help="How browsers reach it, if not as this machine: https://licenses.example.com.",
)
@click.option(
    "--tls-cert",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A certificate with its chain, in PEM.",
)
@click.option("--tls-key", type=click.Path(path_type=Path), metavar="FILE", help="Its key, in PEM.")
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="A proxy that signs people in: its address, or its network. Only it is answered.",
)
@click.option(
    "--proxy-user-header",
    default="X-Forwarded-User",
    show_default=True,
    metavar="NAME",
    help="Where the proxy says who is signed in.",
)
@click.option(
    "--proxy-role-header",
    metavar="NAME",
    help="Where it says `reader` or `administrator`; without it, all are administrators.",
)
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

    It is for browsers on this machine, and prints a link that signs one of them in. For others it
    needs a certificate, or a proxy in front of it that signs people in.
    """
    reach = Reach(
        host, port, tls_cert, tls_key, public, proxies, proxy_user_header, proxy_role_header
    )
    _check(reach)
    with _needing_its_packages(), opened(home, create=True) as installation:
        installation.state()  # it says now whether it is known whose files to believe
        with suppress(KeyboardInterrupt):  # that is how it is stopped
            _serve(installation, reach)


def _check(reach: Reach) -> None:
    """Refuse what would let others look, or would not work."""
    if (reach.certificate is None) != (reach.key is None):
        raise click.UsageError("give --tls-cert and --tls-key together.")
    is_here = _is_loopback(reach.host)
    if not (is_here or reach.certificate or reach.proxies):
        raise click.UsageError(
            f"{reach.host} can be reached by others: give --tls-cert and --tls-key, or --proxy."
        )
    if (reach.proxies or not is_here) and not reach.public:
        raise click.UsageError("give --public: how browsers reach it.")
    for network in reach.proxies:
        try:
            ip_network(network)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--proxy") from error


def _serve(installation: "Installation", reach: Reach) -> None:
    from licensekit.console.serving import Tls, listen, serve  # noqa: PLC0415  # an extra

    tls = None
    if reach.certificate is not None and reach.key is not None:
        tls = Tls(reach.certificate, reach.key)
    with listen(reach.host, reach.port) as listener:
        try:
            app, started = _application(installation, reach, listener)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--public") from error
        serve(app, listener, tls, started=started)


def _application(
    installation: "Installation", reach: Reach, listener: "socket.socket"
) -> "tuple[ASGIApp, Callable[[], None]]":
    from licensekit.console.application import app, app_with_sign_in  # noqa: PLC0415  # an extra
    from licensekit.console.security.identity import Identity  # noqa: PLC0415  # likewise
    from licensekit.console.security.proxy import Proxy  # noqa: PLC0415  # likewise
    from licensekit.console.security.sign_in import SignIn  # noqa: PLC0415  # likewise

    port: int = listener.getsockname()[1]
    if reach.proxies:
        networks = tuple(ip_network(network) for network in reach.proxies)
        proxy = Proxy(networks, reach.user_header, reach.role_header)
        served = app(installation, proxy.identity, origins=reach.public)
        return served, lambda: emit(f"the console is at {reach.public[0]}; stop it with Ctrl-C")
    base = reach.public[0] if reach.public else _address(reach, port)
    codes: list[str] = []

    def announce(code: str) -> None:
        codes.append(code)
        if len(codes) > 1:
            _show(base, code, "signed in; the next browser takes this link:")

    who = Identity(user_name() or "console")
    sign_in = SignIn(who, name=f"licensekit-session-{port}", announce=announce)
    served = app_with_sign_in(installation, sign_in, origins=reach.public)

    def started() -> None:
        _show(base, codes[0], "the console is open; sign in with this link, which works once:")
        remark("Stop it with Ctrl-C.")

    return served, started


def _show(base: str, code: str, what: str) -> None:
    emit(what)
    emit(f"  {base.rstrip('/')}/sign-in?code={code}")
    sys.stdout.flush()


def _address(reach: Reach, port: int) -> str:
    scheme = "http" if reach.certificate is None else "https"
    host = f"[{reach.host}]" if ":" in reach.host else reach.host
    return f"{scheme}://{host}:{port}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def _needing_its_packages() -> Generator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("licensekit"):
            raise
        raise ConsoleUnavailable(reason="package", package=error.name) from error
