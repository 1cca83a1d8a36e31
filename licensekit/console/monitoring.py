"""What orchestrators and monitors ask of a console: is it alive, is it ready, its metrics.

A scraper has no session, and a request from this machine may have come through a proxy on it: metrics want a token.
"""

from collections.abc import Callable
from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from licensekit.console.security.guard import LIVE, READY
from licensekit.errors import LicenseError
from licensekit.installation import METRICS_TYPE, Installation


def routes(installation: Installation, token: str) -> list[Route]:
    """Return the addresses; without a `token` none shows metrics. A console is ready while it can read."""

    def live(_: Request) -> Response:
        return PlainTextResponse("ok")

    def ready(_: Request) -> Response:
        return _answer(lambda: "ok, and waits for its first license file" if installation.needs_pack else "ok")

    def metrics(request: Request) -> Response:
        sent = request.headers.get("authorization", "")
        if not compare_digest(sent.encode(), f"Bearer {token}".encode()):
            return PlainTextResponse("", 401, {"WWW-Authenticate": "Bearer"})
        return _answer(lambda: "\n".join([*installation.metric_lines(), ""]), METRICS_TYPE)

    answers = {LIVE: live, READY: ready} | ({"/metrics": metrics} if token else {})
    return [Route(path, answer) for path, answer in answers.items()]


def _answer(ask: Callable[[], str], media_type: str = "text/plain") -> Response:
    try:
        return Response(ask(), media_type=media_type)
    except LicenseError as error:
        return PlainTextResponse(error.code, 503)
