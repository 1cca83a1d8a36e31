"""The console on an address of this machine, until somebody stops it."""

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import uvicorn
from starlette.types import ASGIApp

from licensekit.errors import ConsoleUnavailable


class Tls(NamedTuple):
    """The files of a certificate and of its key, in PEM."""

    certificate: Path
    key: Path


def listen(host: str, port: int) -> socket.socket:
    """Take an address; port 0 takes any that is free.

    Raises:
        ConsoleUnavailable: it cannot be taken.
    """
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, OverflowError) as error:
        raise ConsoleUnavailable(
            reason="address", detail=str(error), where=f"{host}:{port}"
        ) from error


def serve(
    app: ASGIApp, listener: socket.socket, tls: Tls | None, *, started: Callable[[], None]
) -> None:
    """Serve `app` until the process is told to stop; `started` is called just before.

    Raises:
        KeyboardInterrupt: that is how it is stopped.
        ConsoleUnavailable: the certificate or its key cannot be used.
    """
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who is asked through a proxy is judged by `security.proxy`
        lifespan="off",
        ws="none",
        ssl_certfile=None if tls is None else str(tls.certificate),
        ssl_keyfile=None if tls is None else str(tls.key),
        timeout_graceful_shutdown=3,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise ConsoleUnavailable(reason="certificate", detail=str(error)) from error
    started()
    uvicorn.Server(config).run(sockets=[listener])
