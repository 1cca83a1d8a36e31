"""Serving the console at an address of this machine."""

import os
import shutil
import socket
import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import uvicorn
from starlette.types import ASGIApp

from licensekit.console.application import app
from licensekit.console.connections import TASKS, HttpConnection, Listener
from licensekit.console.language import require_known
from licensekit.console.rendering import text
from licensekit.console.security.sign_in import CONSOLE, Links, Proxy, SignIn
from licensekit.console.visit import Authorize, Identity
from licensekit.errors import ConsoleUnavailable
from licensekit.files import read_bytes
from licensekit.installation import Installation
from licensekit.limits import FILE_BYTES

_TOKEN_BYTES, _SHORTEST_TOKEN = 1024, 16


class Reach(NamedTuple):
    """Where the console is reached, and by whom."""

    host: str
    port: int
    socket: Path | None  # a Unix socket instead
    socket_group: str | None  # the group that may reach the socket; None: only its account
    certificate: Path | None  # a certificate with its chain, in PEM
    key: Path | None
    public: tuple[str, ...]  # the addresses that browsers use; empty: only this machine
    proxy_secret: Path | None  # a file with a proxy's secret; without it and a socket, links sign in
    user_header: str
    role_header: str
    without_role: str | None
    metrics_token: Path | None  # a file with the token for metrics
    language: str | None  # of every page; None: as each browser prefers


def run(installation: Installation, reach: Reach, folder: Path, *, user: str, tell: Callable[[str], object]) -> None:
    """Serve the console of `installation` until `KeyboardInterrupt`; raise as `app`, and `ConsoleUnavailable`.

    Sign-in links are kept in `folder`. The first one signs in `user`. `tell` prints a line for whoever started it.
    """
    language = reach.language or ""
    require_known(language)
    token, secret = _token(reach.metrics_token), _token(reach.proxy_secret)
    with listen_at(reach.socket, reach.socket_group) if reach.socket else listen(reach.host, reach.port) as listener:
        links = Links(folder / CONSOLE)
        if secret or reach.socket:
            said = reach.user_header, reach.role_header, reach.without_role or ""
            authorize: Authorize = Proxy(secret, *said).identity
            opening = text("serving.behind_proxy", address=reach.public[0])
        else:
            port: int = listener.getsockname()[1]
            links.announce(_address(reach, port))
            authorize = SignIn(links, name=f"licensekit-session-{port}")
            opening = text("serving.open", link=links.make(Identity(user)))
        served = app(installation, authorize, origins=reach.public, metrics_token=token, language=language)
        config = configured(served, listener, reach.certificate, reach.key)
        for line in opening.splitlines():
            tell(line)
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            links.withdraw()


def _token(file: Path | None) -> str:
    """Read the secret in a file; empty without a file."""
    if file is None:
        return ""
    token = read_bytes(file, limit=_TOKEN_BYTES, what="a token").decode("ascii", "replace").strip()
    if len(token) < _SHORTEST_TOKEN:
        raise ConsoleUnavailable(reason="token", where=str(file))
    return token


def _address(reach: Reach, port: int) -> str:
    host = f"[{reach.host}]" if ":" in reach.host else reach.host
    here = f"{'https' if reach.certificate else 'http'}://{host}:{port}"
    return (reach.public[0] if reach.public else here).rstrip("/")


def listen(host: str, port: int) -> Listener:
    """Listen at an address, with port 0 at any free port; raise `ConsoleUnavailable` if that fails."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return Listener(socket.create_server(address[:2], family=family))
    except (OSError, OverflowError) as error:
        raise ConsoleUnavailable(reason="address", detail=str(error), where=f"{host}:{port}") from error


def listen_at(path: Path, group: str | None) -> Listener:
    """Listen at a Unix socket that only this account, and a group if named, can reach; raise as `listen`."""
    if not hasattr(socket, "AF_UNIX"):
        raise ConsoleUnavailable(reason="socket", detail="Python has none on this system", where=str(path))
    mask = os.umask(0o177)  # so that nobody else reaches it in between
    listening = socket.socket(socket.AF_UNIX)
    try:
        if path.is_socket() and listening.connect_ex(str(path)):
            path.unlink()  # of a console that has ended
        listening.bind(str(path))
        if group is not None:
            shutil.chown(path, group=group)
            path.chmod(0o660)
        return Listener(listening)
    except (OSError, LookupError) as error:
        listening.close()
        raise ConsoleUnavailable(reason="socket", detail=str(error), where=str(path)) from error
    finally:
        os.umask(mask)


def configured(app: ASGIApp, listener: Listener, cert: Path | None = None, key: Path | None = None) -> uvicorn.Config:
    """Return the configuration of uvicorn; raise `ConsoleUnavailable` for a certificate that cannot be used."""
    for path in filter(None, (cert, key)):
        read_bytes(path, limit=FILE_BYTES, what="a certificate")  # refuses a pipe, for which ssl would wait
    given: dict[str, Any] = {"ssl_certfile": cert, "ssl_keyfile": key, "log_level": "error"}
    given |= {"lifespan": "off", "ws": "none", "access_log": False, "server_header": False}
    # `listener` accepts connections and h11 reads them, whatever else is installed.
    given |= {"http": partial(HttpConnection, listener), "loop": "asyncio:SelectorEventLoop", "backlog": 64}
    given |= {"callback_notify": listener.sweep, "timeout_notify": 1, "limit_concurrency": TASKS}
    # `security.sign_in` reads the headers of a proxy.
    given |= {"proxy_headers": False, "timeout_keep_alive": 5, "timeout_graceful_shutdown": 3}
    config = uvicorn.Config(app, **given)
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise ConsoleUnavailable(reason="certificate", detail=str(error)) from error
    return config
