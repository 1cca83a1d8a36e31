"""Checks and headers of every request and response, form tokens, and cookies.

A page whose host name was pointed at this machine (DNS rebinding) sends that name as `Host`, and a form on another page
has that page's origin. Requests to a name that is not ours, or from another origin, are refused.

The token in a form is derived from a cookie that only this browser has, and from the name of who is signed in. Nothing
is stored, so any number of processes can serve the same console.

Under any server, a request is limited in bytes and time, and so is the number of requests at one time.
`licensekit.console.connections` limits what comes before there is a request.
"""

import hmac
import re
from collections.abc import Collection, Mapping
from secrets import token_urlsafe
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from anyio import CancelScope, current_time, sleep
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licensekit.console.rendering import text
from licensekit.console.visit import own_path
from licensekit.errors import OriginInvalid
from licensekit.limits import FILE_BYTES

ORIGIN: Final = "licensekit.origin"  # key in the scope: the origin that the request was sent to

HEADERS: Final = {
    # Nothing but our own style sheet, script and icon; no inline script or style; no frame.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Not `no-referrer`: browsers then send no origin with a form, and its origin is checked.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_HOST: Final = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?")
_PATH: Final = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_FRAMING: Final = ("content-length", "transfer-encoding")  # a request may have only one: proxies differ in which counts
_ONCE: Final = ("host", *_FRAMING)
_TLS_ALONE: Final = "max-age=31536000"  # for a year, browsers use only TLS for this host (RFC 6797)
FIELD: Final = "token"
BODY_BYTES: Final = FILE_BYTES + 256 * 1024  # the largest request: a license file, and what a form wraps around it
_REPEATED_BYTES: Final = 256 * 1024  # the largest form that is kept while its sender signs in again
FIELDS: Final = 4000
COOKIE: Final = "licensekit-form"
LIVE, READY = "/livez", "/readyz"  # for orchestrators, under any host name: they reveal nothing
_SECRET_BYTES: Final = 32
FORM_BYTES: Final = 1024 * 1024  # the largest form without a file: 500 users, ticked by long names
BODY_SECONDS: Final = 120  # from the head of a request to the last byte of its body
REQUESTS, PER_ADDRESS = 200, 100  # requests answered at one time: in all, and of one address
BUSY_SECONDS, _TURN_SECONDS = 20, 0.1  # how long another one waits, and how often it tries
LOOKING: Final = frozenset({"GET", "HEAD"})


class PublicAddress(NamedTuple):
    """Where browsers reach the console."""

    origin: str
    path: str = ""


def read_address(text: str) -> PublicAddress:
    """Return the origin of an address, as browsers write it (a scheme, a host, an unusual port), and its path."""
    scheme, separator, rest = text.strip().removesuffix("/").partition("://")
    host, _, path = rest.partition("/")
    scheme, host = scheme.lower(), host.lower()
    written = _HOST.fullmatch(host)
    is_path = not path or _PATH.fullmatch(path)
    if not separator or scheme not in _DEFAULT_PORTS or written is None or not is_path:
        raise OriginInvalid(address=text)
    port = written["port"]
    is_usual = port is not None and int(port) == _DEFAULT_PORTS[scheme]
    return PublicAddress(f"{scheme}://{written['name'] if is_usual else host}", path and f"/{path}")


def guarded(app: ASGIApp, addresses: Collection[PublicAddress], most: Mapping[str, int]) -> ASGIApp:
    """Wrap `app` in these checks; `most` is the largest request at each path in bytes, if not `FORM_BYTES`."""
    bounded = _limited(app, most)

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        found = _address_at(addresses, scope["scheme"], headers.get("host", ""))
        origin = None if found is None else found.origin
        scope = {**_below(scope, "" if found is None else found.path), ORIGIN: origin}
        answer = bounded
        if origin is None and own_path(Request(scope)) not in {LIVE, READY}:
            answer = PlainTextResponse(text("refused.host"), status_code=421)
        elif any(len(headers.getlist(name)) > 1 for name in _ONCE) or all(name in headers for name in _FRAMING):
            answer = PlainTextResponse(text("refused.framing"), status_code=400)
        elif scope["method"] not in LOOKING and not (origin and _is_own(headers, origin)):
            answer = PlainTextResponse(text("refused.origin"), status_code=403)
        strict = {"Strict-Transport-Security": _TLS_ALONE} if addresses and (origin or "").startswith("https:") else {}
        await answer(scope, receive, _with_headers(send, HEADERS | strict))

    return guard


def _address_at(addresses: Collection[PublicAddress], scheme: str, host: str) -> PublicAddress | None:
    """Return the address that a `Host` header names: one of `addresses` or, without any, this machine; else None."""
    host = host.lower()
    if addresses:  # with their scheme: behind a proxy, that of the request says nothing
        return next((known for known in addresses if urlsplit(known.origin).netloc == host), None)
    written = _HOST.fullmatch(host)
    return PublicAddress(f"{scheme}://{host}") if written and written["name"] in _LOOPBACK else None


def _below(scope: Scope, path: str) -> Scope:
    """Set the root path of a request, whether or not a proxy strips it; a mounted console already has one."""
    if not path or scope.get("root_path"):
        return scope
    asked: str = scope["path"]
    is_whole = asked == path or asked.startswith(f"{path}/")
    return {**scope, "root_path": path, "path": asked if is_whole else path + asked}


def _is_own(headers: Headers, origin: str) -> bool:
    """Return whether a change comes from a page of ours; a browser that does not say is refused."""
    sent = headers.get("origin")
    return headers.get("sec-fetch-site") == "same-origin" if sent is None else sent == origin


def _with_headers(send: Send, every: Mapping[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in every.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending


def is_repeatable(request: Request) -> bool:
    """Return whether to show a form again to a sender who is not signed in: it is short, and they had one of ours."""
    is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    is_short = (declared_length(request.headers) or 0) <= _REPEATED_BYTES
    return is_form and is_short and bool(get_cookie(request, COOKIE))


def secret_of(request: Request) -> str:
    """Return the secret in the cookie of this browser, or a new one."""
    known = get_cookie(request, COOKIE)
    return known if len(known) >= _SECRET_BYTES else token_urlsafe(_SECRET_BYTES)


def token_for(secret: str, name: str) -> str:
    """Return the token for every form of a browser and a person."""
    return hmac.digest(secret.encode(), f"form\0{name}".encode(), "sha256").hex()


def get_cookie(request: Request, name: str) -> str:
    """Return the value of a cookie that `set_cookie` has set; empty if there is none."""
    return request.cookies.get(_called(request, name), "")


def set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """Set a cookie that no script can read and no form of another site sends; an empty value deletes it.

    Links from elsewhere, such as a mail, do send it: a GET changes nothing.
    """
    called, age, secure = _called(request, name), None if value else 0, _is_secure(request)
    path = "/" if secure else request.scope.get("root_path") or "/"
    response.set_cookie(called, value, max_age=age, path=path, secure=secure, httponly=True, samesite="lax")


def _called(request: Request, name: str) -> str:
    """Return the name of a cookie in the browser: over TLS, one that only this host can set."""
    return f"__Host-{name}" if _is_secure(request) else name


def _is_secure(request: Request) -> bool:
    origin: str = request.scope[ORIGIN]
    return origin.startswith("https:")


def declared_length(headers: Headers) -> int | None:
    """Return the `Content-Length` of a request; None if it is missing or invalid."""
    written = headers.get("content-length", "")
    return int(written) if re.fullmatch("[0-9]{1,18}", written) else None


def _limited(app: ASGIApp, most: Mapping[str, int]) -> ASGIApp:
    """Wrap `app` to limit how many requests run at one time, and the body of each."""
    running = list[str]()  # the address of each request

    async def limit(scope: Scope, receive: Receive, send: Send) -> None:
        address: str = (scope.get("client") or ("",))[0]
        until = current_time() + BUSY_SECONDS
        while len(running) >= REQUESTS or running.count(address) >= PER_ADDRESS:
            if current_time() >= until:
                await PlainTextResponse(text("refused.busy"), 503, {"Retry-After": "5"})(scope, receive, send)
                return
            await sleep(_TURN_SECONDS)
        bounded = receive  # nobody reads the body of a GET
        if scope["method"] not in LOOKING:
            bounded = _bounded(scope, receive, most.get(own_path(Request(scope)), FORM_BYTES))
        running.append(address)
        try:
            await app(scope, bounded, send)
        finally:
            running.remove(address)

    return limit


def _bounded(scope: Scope, receive: Receive, most: int) -> Receive:
    """Wrap `receive` to raise `HTTPException` for a body that is too large, too slow or without a length."""
    declared, until, read, is_whole = declared_length(Headers(scope=scope)), current_time() + BODY_SECONDS, 0, False

    async def receiving() -> Message:
        nonlocal read, is_whole
        if declared is None:
            raise HTTPException(411)
        with CancelScope(deadline=float("inf") if is_whole else until):
            message = await receive()
            read, is_whole = read + len(message.get("body", b"")), not message.get("more_body", False)
            if max(read, declared) > most:
                raise HTTPException(413)
            return message
        raise HTTPException(408)

    return receiving
