"""The console on an address of this machine, until somebody stops it."""

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import uvicorn
from starlette.types import ASGIApp

from licensekit.console.application import app
from licensekit.console.security.sign_in import Network, Proxy, SignIn
from licensekit.console.visit import Identity
from licensekit.errors import ConsoleUnavailable
from licensekit.installation import Installation

_OPEN: Final = "the console is open (stop it with Ctrl-C); sign in with this link, which works once:"


class Reach(NamedTuple):
    """Where the console is reached, and by whom."""

    host: str
    port: int
    certificate: Path | None
    """A certificate with its chain, in PEM."""
    key: Path | None
    public: tuple[str, ...]
    """The addresses that browsers use, where it is not this machine alone."""
    proxies: tuple[Network, ...]
    """Networks of proxies that sign people in; none: a link signs in."""
    user_header: str
    role_header: str | None


def run(installation: Installation, reach: Reach, *, user: str, tell: Callable[[str], object]) -> None:
    """Serve the console of `installation` until `KeyboardInterrupt`; raises as `app`, and `ConsoleUnavailable`.

    `user` is whoever signs in by the link; `tell` shows a line to who started it.
    """
    with listen(reach.host, reach.port) as listener:
        if reach.proxies:
            proxy = Proxy(reach.proxies, reach.user_header, reach.role_header)
            served = app(installation, proxy.identity, origins=reach.public)
            opening = [f"the console is at {reach.public[0]}; stop it with Ctrl-C"]
        else:
            served, opening = _with_links(installation, reach, listener, user, tell)
        config = _configured(served, reach)
        for line in opening:
            tell(line)
        uvicorn.Server(config).run(sockets=[listener])


def _with_links(
    installation: Installation, reach: Reach, listener: socket.socket, user: str, tell: Callable[[str], object]
) -> tuple[ASGIApp, list[str]]:
    """Return the console for whoever has the link, and what shows the first one."""
    port: int = listener.getsockname()[1]
    host = f"[{reach.host}]" if ":" in reach.host else reach.host
    here = f"{'https' if reach.certificate else 'http'}://{host}:{port}"
    base = (reach.public[0] if reach.public else here).rstrip("/")
    opening: list[str] = []

    def announce(code: str) -> None:
        link = f"  {base}/sign-in?code={code}"
        if opening:
            tell("signed in; the next browser takes this link:")
            tell(link)
        else:
            opening.extend((_OPEN, link))

    sign_in = SignIn(Identity(user), name=f"licensekit-session-{port}", announce=announce)
    return app(installation, sign_in, origins=reach.public), opening


def listen(host: str, port: int) -> socket.socket:
    """Take an address, port 0 any that is free; raise `ConsoleUnavailable` if it cannot be taken."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, OverflowError) as error:
        raise ConsoleUnavailable(reason="address", detail=str(error), where=f"{host}:{port}") from error


def _configured(app: ASGIApp, reach: Reach) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who is asked through a proxy is judged by `security.sign_in`
        lifespan="off",
        ws="none",
        ssl_certfile=None if reach.certificate is None else str(reach.certificate),
        ssl_keyfile=None if reach.key is None else str(reach.key),
        timeout_graceful_shutdown=3,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise ConsoleUnavailable(reason="certificate", detail=str(error)) from error
    return config
