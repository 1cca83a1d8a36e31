"""What orchestrators and monitors ask of a console: is it alive, is it ready, its metrics.

A scraper has no session, and a request from this machine may have come through a proxy on it: metrics want a token.
"""

from hmac import compare_digest
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from licensekit.console.security.guard import LIVE, READY
from licensekit.errors import LicenseError
from licensekit.installation import METRICS_TYPE, Installation

_UNAUTHORIZED: Final = 401
_UNAVAILABLE: Final = 503


def routes(installation: Installation, token: str) -> list[Route]:
    """Return the addresses that show nothing of the installation to strangers; without a `token` there are no metrics.

    A console is ready while it can read the installation.
    """

    def live(_: Request) -> Response:
        return PlainTextResponse("ok")

    def ready(_: Request) -> Response:
        try:
            is_new = installation.needs_pack
        except LicenseError as error:
            return PlainTextResponse(error.code, _UNAVAILABLE)
        return PlainTextResponse("ok, and waits for its first license file" if is_new else "ok")

    def metrics(request: Request) -> Response:
        sent = request.headers.get("authorization", "")
        if not compare_digest(sent.encode(), f"Bearer {token}".encode()):
            return PlainTextResponse("", _UNAUTHORIZED, {"WWW-Authenticate": "Bearer"})
        try:
            page = "\n".join([*installation.metric_lines(), ""])
        except LicenseError as error:
            return PlainTextResponse(error.code, _UNAVAILABLE)
        return Response(page, media_type=METRICS_TYPE)

    answers = {LIVE: live, READY: ready} | ({"/metrics": metrics} if token else {})
    return [Route(path, answer) for path, answer in answers.items()]
