"""Signing in, by a one-time link or the headers of a proxy, and returning to the page that was asked for.

Links are files in a folder of the console's account: any of its processes creates them, a running console uses them up.
Whoever can write there can sign anybody in, and so can whoever can read the installation's key beside it.
"""

import json
import time
from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from secrets import token_urlsafe
from threading import Lock
from typing import Final, NamedTuple
from urllib.parse import quote, unquote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from licensekit.console.rendering import bare_page, text
from licensekit.console.security.guard import get_cookie, set_cookie
from licensekit.console.visit import Identity, Role, address, is_poll, own_path
from licensekit.errors import ConsoleUnavailable, LicenseError
from licensekit.files import PRIVATE, PRIVATE_FOLDER, make_folder, read_bytes, write_atomically
from licensekit.limits import NAME_LENGTH
from licensekit.wire.documents.fields import text_fault

LINK_SECONDS: Final = 24 * 3600  # an unused link expires after this long
_SECRET_BYTES: Final = 32
IDLE_SECONDS: Final = 8 * 3600  # a session ends after this long without a request
SESSION_SECONDS: Final = 12 * 3600  # and this long after it began, in any case
SESSIONS: Final = 64
WANTED: Final = "licensekit-wanted"  # the cookie with the page that was asked for
_LONGEST: Final = 2000
_MOST: Final = 4096
CONSOLE: Final = "console"  # the folder of a running console among an installation's own files
_ADDRESS: Final = "address"


class Links(NamedTuple):
    """The open links, and the address of the running console, as files."""

    folder: Path
    clock: Callable[[], float] = time.time

    def announce(self, address: str) -> None:
        """Store the address of the running console."""
        for folder in (*reversed(self.folder.parents), self.folder):
            make_folder(folder, PRIVATE_FOLDER)
        write_atomically(self.folder / _ADDRESS, address.encode(), mode=PRIVATE)

    def withdraw(self) -> None:
        """Delete the address."""
        (self.folder / _ADDRESS).unlink(missing_ok=True)

    def make(self, identity: Identity) -> str:
        """Create a link for `identity`; raise `ConsoleUnavailable` if no console runs."""
        try:
            address = read_bytes(self.folder / _ADDRESS, limit=_MOST, what="address").decode()
        except (LicenseError, UnicodeDecodeError) as error:
            raise ConsoleUnavailable(reason="not-running", where=str(self.folder)) from error
        for path in self.folder.glob("*.link"):
            if self._read(path) is None:
                path.unlink(missing_ok=True)
        code = token_urlsafe(_SECRET_BYTES)
        written = json.dumps([identity.name, identity.role, self.clock() + LINK_SECONDS])
        write_atomically(self.folder / f"{_digest(code)}.link", written.encode(), mode=PRIVATE)
        return f"{address}/sign-in?{urlencode({'code': code})}"

    def take(self, code: str) -> Identity | None:
        """Use up a link and return whom it signs in; None if it is not open."""
        path = self.folder / f"{_digest(code)}.link"
        identity = self._read(path)
        try:
            path.unlink()  # of two who come at the same time, one succeeds
        except OSError:
            return None
        return identity

    def _read(self, path: Path) -> Identity | None:
        """Return whom a link signs in; None if it is damaged or has expired."""
        try:
            name, role, until = json.loads(read_bytes(path, limit=_MOST, what="a link"))
            return Identity(str(name), Role(role)) if self.clock() < until else None
        except (LicenseError, TypeError, ValueError, RecursionError):
            return None


class SignIn:
    """The sessions that links have begun."""

    def __init__(
        self, links: Links, *, name: str = "licensekit-session", clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Keep `links`, and the `name` of the cookie: two consoles on one machine need two names."""
        self._links, self._name, self._clock = links, name, clock
        self._lock = Lock()
        self._sessions: dict[str, _Session] = {}  # by the digest of their secret

    def __call__(self, request: Request) -> Identity | None:
        """Return who asks: this is the console's `authorize`."""
        with self._lock:
            self._forget_ended()
            key = _digest(get_cookie(request, self._name))
            session = self._sessions.get(key)
            if session is None:
                return None
            if not is_poll(request):  # an open page polls by itself
                self._sessions[key] = session._replace(used=self._clock())
        return session.identity

    def begin(self, request: Request, response: Response, code: str) -> Identity | None:
        """Use up a code, or the link that contains it, and begin a session; None if it is not open."""
        identity = self._links.take(code.rpartition("code=")[2].strip())
        if identity is None:
            return None
        secret = token_urlsafe(_SECRET_BYTES)
        with self._lock:
            self._forget_ended()
            while len(self._sessions) >= SESSIONS:
                del self._sessions[min(self._sessions, key=lambda one: self._sessions[one].used)]
            self._sessions[_digest(secret)] = _Session(identity, self._clock(), self._clock())
        set_cookie(request, response, self._name, secret)
        return identity

    def end(self, request: Request, response: Response) -> None:
        """End the session that a request belongs to."""
        with self._lock:
            self._sessions.pop(_digest(get_cookie(request, self._name)), None)
        set_cookie(request, response, self._name, "")

    def _forget_ended(self) -> None:
        used, begun = self._clock() - IDLE_SECONDS, self._clock() - SESSION_SECONDS
        self._sessions = {key: one for key, one in self._sessions.items() if one.used > used and one.begun > begun}


class _Session(NamedTuple):
    identity: Identity
    begun: float
    used: float


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def routes(sign_in: SignIn) -> list[Route]:
    """Return the routes for signing in and out."""

    async def show(request: Request) -> Response:
        # A GET does not use up a link: programs that preview links send one before people do.
        return bare_page(request, "sign_in.html", code=request.query_params.get("code", ""))

    async def begin(request: Request) -> Response:
        async with request.form() as form:
            code = form.get("code")
        response = RedirectResponse(address(request, wanted_page(request)), 303)
        if isinstance(code, str) and sign_in.begin(request, response, code):
            set_cookie(request, response, WANTED, "")
            return response
        return bare_page(request, "sign_in.html", code="", refused=text("refused.code"), status=403)

    async def end(request: Request) -> Response:
        response = bare_page(request, "sign_in.html", code="", out=True)
        sign_in.end(request, response)
        return response

    post = ["POST"]
    return [Route("/sign-in", show), Route("/sign-in", begin, methods=post), Route("/sign-out", end, methods=post)]


def remember_page(request: Request, response: Response) -> None:
    """Remember in a cookie which page was asked for, to show it after signing in."""
    query = f"?{request.url.query}" if request.url.query else ""
    set_cookie(request, response, WANTED, quote(f"{own_path(request)}{query}", safe=""))


def wanted_page(request: Request) -> str:
    """Return the page that was asked for; the first one if none was, or if it leads to another site."""
    path = unquote(get_cookie(request, WANTED))
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours and len(path) <= _LONGEST else "/"


SECRET_HEADER: Final = "X-Proxy-Secret"  # noqa: S105  # only its name


class Proxy(NamedTuple):
    """What proves that a request came through the proxy, and the headers that say who is signed in."""

    secret: str  # sent in `SECRET_HEADER`; empty: only the proxy can reach the socket
    user_header: str
    role_header: str
    without_role: str  # the role if the proxy names none; empty: they see nothing

    def identity(self, request: Request) -> Identity | None:
        """Return who asks, as the proxy says; this is the console's `authorize`."""
        if self.secret and not compare_digest(_only(request, SECRET_HEADER).encode(), self.secret.encode()):
            return None
        name, has_role = _only(request, self.user_header), self.role_header in request.headers
        said = _only(request, self.role_header) if has_role else self.without_role
        role = next((role for role in Role if role == said), None)
        if role is None or not name or len(name) > NAME_LENGTH or text_fault(name):
            return None
        return Identity(name, role)


def _only(request: Request, header: str) -> str:
    """Return the value of a header; empty if there are several, as when a browser sent one too."""
    values = request.headers.getlist(header)
    if len(values) != 1:
        return ""
    try:
        # Headers are read as Latin-1; names are written in UTF-8.
        return values[0].encode("latin-1").decode().strip()
    except UnicodeDecodeError:
        return ""
