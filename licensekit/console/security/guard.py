"""What holds for every request and every answer, whatever screen it is for."""

from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licensekit.console.security.origins import origin_at
from licensekit.console.texts import text

ORIGIN: Final = "licensekit.origin"
"""The key in the scope under which the origin stands that the request was sent to."""

_ALLOWED: Final = (
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
HEADERS: Final = {
    # Nothing but our own style sheet, script and icon; no inline script or style; no frame.
    "Content-Security-Policy": "; ".join(_ALLOWED),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Not `no-referrer`: browsers then send no origin with a form, and its origin is checked.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_LOOKING: Final = frozenset({"GET", "HEAD"})


def guarded(app: ASGIApp, origins: Collection[str]) -> ASGIApp:
    """Return `app` behind these checks: it is reached under its own names, from its own pages."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = origin_at(origins, scope["scheme"], headers.get("host", ""))
        scope[ORIGIN] = origin
        answer = app
        if origin is None:
            answer = PlainTextResponse(text("refused.host"), status_code=421)
        elif scope["method"] not in _LOOKING and not _is_own(headers, origin):
            answer = PlainTextResponse(text("refused.origin"), status_code=403)
        await answer(scope, receive, _with_headers(send))

    return guard


def _is_own(headers: Headers, origin: str) -> bool:
    """Return whether a change comes from a page of ours; a browser that does not say is refused."""
    sent = headers.get("origin")
    if sent is None:
        return headers.get("sec-fetch-site") == "same-origin"
    return sent == origin


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending
