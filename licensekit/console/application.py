"""The console as an ASGI application."""

from collections.abc import Iterable, Mapping
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from licensekit.console.pages import activate, events, exchange, history, licenses, sign_in, sites, users
from licensekit.console.rendering import bare_page
from licensekit.console.screens import Console, Show, attempt, endpoint
from licensekit.console.security.guard import guarded, read_origin
from licensekit.console.security.identity import Authorize
from licensekit.console.security.sign_in import SignIn
from licensekit.console.static_files import static_file
from licensekit.console.texts import has, text
from licensekit.installation import Installation

SCREENS: Final[Mapping[str, Show]] = {
    "/": licenses.start,
    "/licenses/{issuer}": licenses.issuer_tab,
    "/license/{code}": licenses.license_page,
    "/status": licenses.status_tab,
    "/activate": activate.show,
    "/users": users.associates,
    "/users/others": users.others,
    "/users/licenses": users.user_licenses,
    "/users/new": users.new,
    "/user": users.card,
    "/sites": sites.show,
    "/site": sites.card,
    "/events": events.show,
    "/history": history.show,
    "/exchange": exchange.show,
}
"""Address to screen; none of them changes anything."""

CHANGES: Final[Mapping[str, Show]] = {
    "/activate/preview": attempt(activate.preview, activate.show),
    "/activate/release": activate.release,
    "/activate": activate.activate,
    "/license/lease/end": licenses.end_lease,
    "/users/new": attempt(users.add, users.new),
    "/user/licenses": attempt(users.assign, users.show_ticked),
    "/user/facts": attempt(users.set_facts, users.card),
    "/user/retire": users.retire,
    "/user/return": users.bring_back,
    "/sites": attempt(sites.add, sites.show),
    "/site/licenses": attempt(sites.assign, sites.card),
    "/site/remove": sites.remove,
    "/events": attempt(events.start, events.show),
    "/events/end": events.end,
    "/exchange/request": exchange.request,
    "/exchange/statement": exchange.statement,
    "/exchange/return": exchange.return_bundles,
    "/exchange/receipts": exchange.receipts,
}
"""Address to what a form there does, and to the screen that says why it was refused, if it is the form's."""


def app(installation: Installation, authorize: Authorize, *, origins: Iterable[str] = ()) -> ASGIApp:
    """Return the console of `installation` as an ASGI application, to mount among others.

    `authorize` is called for every request and returns who sends it: an `Identity`, whose name is written in the audit
    log and whose role decides whether it may change anything; or None, and nothing is shown.

    `origins` are the addresses at which browsers reach the application, such as `https://crm.example.com`; requests to
    other names are refused. Without any, it is reached from this machine alone: as `localhost`, `127.0.0.1` or `[::1]`,
    at any port.

    Give the installation the application's own root and pack (`Installation.open`).

    Raises:
        OriginInvalid: one of `origins` is no address.
    """
    return _application(Console(installation, authorize, can_sign_out=False), origins, [])


def app_with_sign_in(installation: Installation, sign_in_: SignIn, *, origins: Iterable[str] = ()) -> ASGIApp:
    """Return the console for whoever signs in by a link; otherwise as `app`."""
    console = Console(installation, sign_in_.identity, can_sign_out=True)
    return _application(console, origins, sign_in.routes(sign_in_))


def _application(console: Console, origins: Iterable[str], more: Iterable[Route]) -> ASGIApp:
    routes = [
        *(Route(path, endpoint(console, show)) for path, show in SCREENS.items()),
        *(Route(path, endpoint(console, change), methods=["POST"]) for path, change in CHANGES.items()),
        Route("/static/{name}", static_file),
        *more,
    ]
    inner = Starlette(routes=routes, exception_handlers={HTTPException: _stopped, 500: _stopped})
    return guarded(inner, frozenset(map(read_origin, origins)))


async def _stopped(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    key = f"http.{status}"
    reason = text(key if has(key) else "http.400")
    return bare_page(request, "stop.html", status=status, reason=reason)
