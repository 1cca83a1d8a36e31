"""Signing in, by the headers of a proxy or by a link that works once, printed where the console was started.

Whoever sees that terminal may use the console. A link that was used is followed by a new one.
"""

import hmac
import time
from collections.abc import Callable
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_address
from secrets import token_urlsafe
from threading import Lock
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from licensekit.console.rendering import bare_page, text
from licensekit.console.security.guard import get_cookie, require_bounded, set_cookie
from licensekit.console.visit import Identity, Role, address
from licensekit.limits import NAME_LENGTH
from licensekit.wire.documents.fields import text_fault

IDLE_SECONDS: Final = 8 * 3600
"""A session ends when nothing was asked in it for this long."""
SESSIONS: Final = 64
_SECRET_BYTES: Final = 32


class SignIn:
    """The link that is open now, and the sessions that links have begun."""

    def __init__(
        self,
        identity: Identity,
        *,
        name: str = "licensekit-session",
        announce: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Announce a code; `identity` is whoever has the link; two consoles of a machine need cookies of two names."""
        self._identity, self._name, self._announce, self._clock = identity, name, announce, clock
        self._lock = Lock()
        self._sessions: dict[bytes, float] = {}
        """The digest of each session's secret, to when it was last used."""
        self._code = token_urlsafe(_SECRET_BYTES)
        announce(self._code)

    def __call__(self, request: Request) -> Identity | None:
        """Return who asks: this is the console's `authorize`."""
        with self._lock:
            self._forget_idle()
            key = _digest(get_cookie(request, self._name))
            if key not in self._sessions:
                return None
            self._sessions[key] = self._clock()
        return self._identity

    def begin(self, request: Request, response: Response, code: str) -> bool:
        """Begin a session if `code` is the open one, which it then no longer is."""
        with self._lock:
            if not hmac.compare_digest(code.encode(), self._code.encode()):
                return False
            self._code = token_urlsafe(_SECRET_BYTES)
            secret = token_urlsafe(_SECRET_BYTES)
            self._forget_idle()
            while len(self._sessions) >= SESSIONS:
                del self._sessions[min(self._sessions, key=self._sessions.__getitem__)]
            self._sessions[_digest(secret)] = self._clock()
        set_cookie(request, response, self._name, secret)
        self._announce(self._code)
        return True

    def end(self, request: Request, response: Response) -> None:
        """End the session that a request belongs to."""
        with self._lock:
            self._sessions.pop(_digest(get_cookie(request, self._name)), None)
        set_cookie(request, response, self._name, "")

    def _forget_idle(self) -> None:
        since = self._clock() - IDLE_SECONDS
        self._sessions = {key: used for key, used in self._sessions.items() if used > since}


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def routes(sign_in: SignIn) -> list[Route]:
    """Return the addresses of signing in and out."""

    async def show(request: Request) -> Response:
        # Looking uses no link up: programs that preview links look at them before people do.
        return bare_page(request, "sign_in.html", code=request.query_params.get("code", ""))

    async def begin(request: Request) -> Response:
        require_bounded(request)
        async with request.form() as form:
            code = form.get("code")
        response = RedirectResponse(address(request, "/"), 303)
        if isinstance(code, str) and sign_in.begin(request, response, code):
            return response
        return bare_page(request, "stop.html", status=403, reason=text("refused.code"))

    async def end(request: Request) -> Response:
        response = bare_page(request, "stop.html", reason=text("sign_in.out"))
        sign_in.end(request, response)
        return response

    post = ["POST"]
    return [Route("/sign-in", show), Route("/sign-in", begin, methods=post), Route("/sign-out", end, methods=post)]


Network = IPv4Network | IPv6Network


class Proxy(NamedTuple):
    """Which machine is believed, and where it says who is signed in."""

    networks: tuple[Network, ...]
    user_header: str
    role_header: str | None
    """None: whoever comes through the proxy is an administrator."""

    def identity(self, request: Request) -> Identity | None:
        """Return who asks, by what the proxy says; this is the console's `authorize`."""
        if request.client is None or not _is_in(request.client.host, self.networks):
            return None
        name = _only(request, self.user_header)
        said = Role.ADMINISTRATOR if self.role_header is None else _only(request, self.role_header)
        role = next((role for role in Role if role == said), None)
        if role is None or not name or len(name) > NAME_LENGTH or text_fault(name):
            return None
        return Identity(name, role)


def _only(request: Request, header: str) -> str:
    """Return what a header says; nothing if it is there twice, as when a browser sent one too."""
    values = request.headers.getlist(header)
    if len(values) != 1:
        return ""
    try:
        # Headers are read as Latin-1; names are written in UTF-8.
        return values[0].encode("latin-1").decode().strip()
    except UnicodeDecodeError:
        return ""


def _is_in(host: str, networks: tuple[Network, ...]) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in networks)
