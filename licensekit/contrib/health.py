"""What orchestrators and monitors ask of a program: is it alive, is it ready, its metrics.

Mount `asgi_app` or `wsgi_app` where only they reach it: nobody is asked to sign in.
"""

import json
from asyncio import to_thread
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from licensekit.contrib.asgi import Application, Receive, Scope, Send
from licensekit.contrib.questions import Opened
from licensekit.errors import LicenseError
from licensekit.runtime.licensing import Licensing
from licensekit.state.metrics import METRICS_TYPE

_OK, _NOT_FOUND, _UNAVAILABLE = 200, 404, 503
_PHRASES: Final = {_OK: "OK", _NOT_FOUND: "Not Found", _UNAVAILABLE: "Service Unavailable"}
_TEXT: Final = "text/plain; charset=utf-8"


class Answer(NamedTuple):
    """What is answered."""

    status: int
    media_type: str
    body: bytes


def answer_to(opened: Opened, path: str) -> Answer:
    """Return the answer to a path that ends with `/livez`, `/readyz` or `/metrics`.

    A program is alive until it closes what it has opened. It is ready while `Licensing.health` says so; a license that
    has expired keeps none from being ready.
    """
    ask = _ANSWERS.get(path.rpartition("/")[2])
    if ask is None:
        return Answer(_NOT_FOUND, _TEXT, b"")
    try:
        return ask(cast("Licensing", opened))
    except LicenseError as error:
        return Answer(_UNAVAILABLE, _TEXT, error.code.encode())


def _live(licensing: Licensing) -> Answer:
    _ = licensing.health  # raises when it is closed
    return Answer(_OK, _TEXT, b"ok")


def _ready(licensing: Licensing) -> Answer:
    health = licensing.health
    status = _OK if health.is_ready else _UNAVAILABLE
    return Answer(status, "application/json", json.dumps(health.plain()).encode())


def _metrics(licensing: Licensing) -> Answer:
    return Answer(_OK, METRICS_TYPE, "".join(f"{line}\n" for line in licensing.metric_lines()).encode())


_ANSWERS: Final[Mapping[str, Callable[[Licensing], Answer]]] = {"livez": _live, "readyz": _ready, "metrics": _metrics}


def asgi_app(opened: Opened) -> Application:
    """Return the answers as an ASGI application; each is made in a thread, because metrics read the database."""

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        if scope["type"] == "http":
            answer = await to_thread(answer_to, opened, scope["path"])
            headers = [(b"content-type", answer.media_type.encode()), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            await send({"type": "http.response.body", "body": answer.body})

    return app


def wsgi_app(opened: Opened) -> WSGIApplication:
    """Return the answers as a WSGI application."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = answer_to(opened, environ.get("PATH_INFO", ""))
        headers = [("Content-Type", answer.media_type), ("Cache-Control", "no-store")]
        start_response(f"{answer.status} {_PHRASES[answer.status]}", headers)
        return [answer.body]

    return app
