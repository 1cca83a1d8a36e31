"""The console on an address of this machine, until somebody stops it."""

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import uvicorn
from starlette.types import ASGIApp

from licensekit.console.application import app
from licensekit.console.security.sign_in import CONSOLE, Links, Network, Proxy, SignIn
from licensekit.console.visit import Authorize, Identity
from licensekit.errors import ConsoleUnavailable
from licensekit.files import read_bytes
from licensekit.installation import Installation
from licensekit.limits import FILE_BYTES

_OPEN: Final = (
    "the console is open (stop it with Ctrl-C); sign in with this link, which works once:",
    "  {link}",
    "for another browser or person: `licensekit console link`, with the same --home",
)
_TOKEN_BYTES, _SHORTEST_TOKEN = 1024, 16


class Reach(NamedTuple):
    """Where the console is reached, and by whom."""

    host: str
    port: int
    certificate: Path | None  # a certificate with its chain, in PEM
    key: Path | None
    public: tuple[str, ...]  # the addresses that browsers use, where it is not this machine alone
    proxies: tuple[Network, ...]  # networks of proxies that sign people in; none: a link signs in
    user_header: str
    role_header: str | None
    metrics_token: Path | None  # a file with the token for metrics


def run(installation: Installation, reach: Reach, folder: Path, *, user: str, tell: Callable[[str], object]) -> None:
    """Serve the console of `installation` until `KeyboardInterrupt`; raises as `app`, and `ConsoleUnavailable`.

    Links that sign in are in `folder`; `user` is whoever signs in by the first one; `tell` shows a line to who started
    it.
    """
    token, file = "", reach.metrics_token
    if file is not None:
        token = read_bytes(file, limit=_TOKEN_BYTES, what="a token").decode("ascii", "replace").strip()
        if len(token) < _SHORTEST_TOKEN:
            raise ConsoleUnavailable(reason="token", where=str(file))
    with listen(reach.host, reach.port) as listener:
        port: int = listener.getsockname()[1]
        links = Links(folder / CONSOLE)
        if reach.proxies:
            authorize: Authorize = Proxy(reach.proxies, reach.user_header, reach.role_header).identity
            opening = [f"the console is at {reach.public[0]}; stop it with Ctrl-C"]
        else:
            links.announce(_address(reach, port))
            authorize, link = SignIn(links, name=f"licensekit-session-{port}"), links.make(Identity(user))
            opening = [line.format(link=link) for line in _OPEN]
        config = _configured(app(installation, authorize, origins=reach.public, metrics_token=token), reach)
        for line in opening:
            tell(line)
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            links.withdraw()


def _address(reach: Reach, port: int) -> str:
    """Return the address at which browsers reach the console."""
    host = f"[{reach.host}]" if ":" in reach.host else reach.host
    here = f"{'https' if reach.certificate else 'http'}://{host}:{port}"
    return (reach.public[0] if reach.public else here).rstrip("/")


def listen(host: str, port: int) -> socket.socket:
    """Take an address, port 0 any that is free; raise `ConsoleUnavailable` if it cannot be taken."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, OverflowError) as error:
        raise ConsoleUnavailable(reason="address", detail=str(error), where=f"{host}:{port}") from error


def _configured(app: ASGIApp, reach: Reach) -> uvicorn.Config:
    for path in filter(None, (reach.certificate, reach.key)):
        read_bytes(path, limit=FILE_BYTES, what="a certificate")  # who opens it next would wait for a pipe
    given: dict[str, Any] = {"ssl_certfile": reach.certificate, "ssl_keyfile": reach.key, "log_level": "warning"}
    given |= {"lifespan": "off", "ws": "none", "access_log": False, "server_header": False}
    # Who is asked through a proxy is judged by `security.sign_in`.
    config = uvicorn.Config(app, proxy_headers=False, timeout_graceful_shutdown=3, **given)
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise ConsoleUnavailable(reason="certificate", detail=str(error)) from error
    return config
