"""The console as an ASGI application: its routes, who may use them, and the tokens of forms."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from hmac import compare_digest
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from licensekit.console.language import in_language, require_known
from licensekit.console.pages import directory, events, files, history, licenses, overview, sites, user, users
from licensekit.console.rendering import bare_page, has, moved, static_file, text, trouble
from licensekit.console.security import guard
from licensekit.console.security.sign_in import SignIn, remember_page, routes
from licensekit.console.visit import EMPTY, PULSE, Authorize, Form, Identity, Visit, address, is_poll, own_path
from licensekit.errors import LicenseError, NotActivated
from licensekit.installation import METRICS_TYPE, Installation

SIGN_IN_AGAIN: Final = "sign-in-again"  # the field for a link, on the page that keeps an interrupted form
Show = Callable[[Visit], Response]  # a screen or a change; runs in a thread, and may block


def pulse(visit: Visit) -> Response:
    """Answer an open page that asks whether something has changed since it was shown."""
    return Response(visit.pulse, media_type="text/plain")


def _attempt(change: Show, refused: Callable[[Visit, LicenseError], Response]) -> Show:
    """Return `change` that, if it fails, shows `refused` instead: the screen of the form, with the reason."""

    def attempted(visit: Visit) -> Response:
        try:
            return change(visit)
        except LicenseError as error:
            return refused(visit, error)

    return attempted


SCREENS: Final[Mapping[str, Show]] = {  # by path; none of them changes anything
    "/": overview.overview,
    "/licenses": licenses.issuer_tab,
    "/licenses/{issuer}": licenses.issuer_tab,
    "/license/{code}": licenses.license_page,
    "/license/{code}/buy": licenses.buy,
    "/activate": files.ask,
    "/activate/preview": files.ask,
    "/activated/{entry}": files.activated,
    **dict.fromkeys(users.LISTS, users.show),
    "/users/change": users.review,
    "/users/directory": directory.ask,
    "/users/new": user.new,
    "/user": user.card,
    "/sites": sites.show,
    "/sites/new": sites.new,
    "/site": sites.card,
    "/events": events.show,
    "/files": files.show,
    "/files/return": files.ask_to_return,
    "/history": history.history,
    "/health": overview.health,
    PULSE: pulse,
}

LARGEST: Final = {  # bytes of a form by path, if not `guard.FORM_BYTES`
    "/activate": guard.BODY_BYTES,
    "/activate/preview": guard.BODY_BYTES,
    "/users/directory": directory.LARGEST,
    "/sign-in": 16 * 1024,
}

CHANGES: Final[Mapping[str, Show]] = {  # by path; some show the form again, with the reason, if refused
    "/activate/preview": files.preview,
    "/activate/fetch": _attempt(files.fetch, files.ask),
    "/activate": _attempt(files.activate, files.ask),
    "/license/lease/end": licenses.end_lease,
    "/users/change": _attempt(users.change, users.review),
    "/users/directory": _attempt(directory.take, directory.ask),
    "/users/directory/rule": _attempt(directory.set_rule, directory.ask),
    "/users/new": _attempt(user.add, user.new),
    "/user/licenses": _attempt(user.assign, user.card),
    "/user/facts": _attempt(user.set_facts, user.card),
    "/user/retire": user.retire,
    "/user/return": user.bring_back,
    "/user/erase": _attempt(user.erase, user.card),
    "/sites/new": _attempt(sites.add, sites.new),
    "/site/licenses": _attempt(sites.assign, sites.card),
    "/site/facts": _attempt(sites.set_name, sites.card),
    "/site/remove": sites.remove,
    "/events": _attempt(events.start, events.show),
    "/events/end": events.end,
    "/files/request": _attempt(files.request, files.show),
    "/files/statement": _attempt(files.statement, files.show),
    "/files/return": _attempt(files.return_bundles, files.ask_to_return),
    "/files/receipts": files.receipts,
    "/health/clock": _attempt(overview.accept_clock, overview.health),
    "/health/restored": _attempt(overview.accept_restored, overview.health),
    "/health/backup": overview.back_up,
}


def app(
    installation: Installation,
    authorize: Authorize,
    *,
    origins: Iterable[str] = (),
    metrics_token: str = "",
    language: str = "",
) -> ASGIApp:
    """Return the console of `installation` as an ASGI application.

    Open the installation with the application's own root and pack (`Installation.open`).

    `authorize` is called for every request and returns who sends it: an `Identity`, whose name is written in the audit
    log and whose role decides whether it may change anything; or None, and nothing is shown.

    `origins` are the addresses at which browsers reach the application, such as `https://crm.example.com`, with a path
    if a proxy serves it below one; requests to other hosts are refused. Without `origins`, only this machine is
    accepted: `localhost`, `127.0.0.1` or `[::1]`, at any port.

    With a `language`, such as `nb`, everybody sees the console in it; without one, each browser chooses.

    With a `metrics_token`, `/metrics` answers requests that send it as a bearer token.

    Raises:
        OriginInvalid: one of `origins` is not an address.
        ConsoleUnavailable: there is no such `language`.
    """
    require_known(language)
    endpoint = partial(_endpoint, installation, authorize)
    known = [
        *(Route(path, endpoint(show)) for path, show in SCREENS.items()),
        *(Route(path, endpoint(change), methods=["POST"]) for path, change in CHANGES.items()),
        Route("/static/{name}", static_file),
        *_monitored(installation, metrics_token),
        *(routes(authorize) if isinstance(authorize, SignIn) else ()),
    ]
    inner = Starlette(routes=known, exception_handlers=dict.fromkeys(_STOPPED, _stopped))
    return in_language(guard.guarded(inner, tuple(map(guard.read_address, origins)), LARGEST), language)


def _monitored(installation: Installation, token: str) -> list[Route]:
    """Return the routes for machines, which have no session; metrics need a token, as a proxy may forward requests."""

    def ready(_: Request) -> Response:
        return told(lambda: "ok, and waits for its first license file" if installation.needs_pack else "ok")

    def metrics(request: Request) -> Response:
        if token and compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode()):
            return told(lambda: "\n".join([*installation.metric_lines(), ""]), METRICS_TYPE)
        return PlainTextResponse("", 401, {"WWW-Authenticate": "Bearer"})

    def told(ask: Callable[[], str], media_type: str = "text/plain") -> Response:
        try:
            return Response(ask(), media_type=media_type)
        except LicenseError as error:
            return PlainTextResponse(error.code, 503)

    def live(_: Request) -> Response:
        return PlainTextResponse("ok")

    return [Route(guard.LIVE, live), Route(guard.READY, ready), Route("/metrics", metrics)]


_STOPPED: Final = (HTTPException, ClientDisconnect, 500)  # who has left is answered too, so that no log says it


async def _stopped(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    reason = f"http.{status}" if has(f"http.{status}") else "http.400"
    return bare_page(request, "stop.html", status=status, reason=text(reason))


def _endpoint(installation: Installation, authorize: Authorize, show: Show) -> Callable[[Request], Awaitable[Response]]:
    sign_in = authorize if isinstance(authorize, SignIn) else None
    visited = partial(_answer, installation, show, can_sign_out=sign_in is not None)

    async def answer(request: Request) -> Response:
        is_change = request.method == "POST"
        identity: Identity | None = await run_in_threadpool(authorize, request)
        if identity is None and not (is_change and guard.is_repeatable(request)):
            return _unknown(request, sign_in)  # before a byte of a form is read
        if identity is not None and not is_change:
            return await run_in_threadpool(visited, request, identity, EMPTY)
        async with request.form(max_fields=guard.FIELDS, max_part_size=guard.BODY_BYTES) as data:
            if identity is None:
                return await run_in_threadpool(_interrupted, request, sign_in, Form(data))
            return await run_in_threadpool(visited, request, identity, Form(data))

    return answer


def _unknown(request: Request, sign_in: SignIn | None) -> Response:
    """Answer somebody who is not signed in; the page that they asked for is shown after they sign in."""
    if sign_in is None:
        return bare_page(request, "stop.html", status=403, reason=text("refused.no_identity"))
    response = bare_page(request, "sign_in.html", status=401, code="", refused=text("refused.no_session"))
    if request.method == "GET" and not is_poll(request):
        remember_page(request, response)
    return response


def _interrupted(request: Request, sign_in: SignIn | None, form: Form) -> Response:
    """Answer a form whose session has ended: show it again, to be sent once its sender has signed in."""
    secret, signed, identity = guard.secret_of(request), Response(), None
    if sign_in is not None and form.has(SIGN_IN_AGAIN):
        identity = sign_in.begin(request, signed, form.text(SIGN_IN_AGAIN))
    page = bare_page(
        request,
        "interrupted.html",
        status=200 if identity else 401,
        action=address(request, own_path(request)),
        kept=[one for one in form.fields() if one[0] not in {guard.FIELD, SIGN_IN_AGAIN}],
        token=guard.token_for(secret, identity.name) if identity else form.raw(guard.FIELD),
        identity=identity,
        has_links=sign_in is not None,
        is_wrong=identity is None and bool(form.text(SIGN_IN_AGAIN)),
    )
    page.raw_headers.extend(one for one in signed.raw_headers if one[0] == b"set-cookie")
    return page


def _answer(
    installation: Installation, show: Show, request: Request, identity: Identity, form: Form, *, can_sign_out: bool
) -> Response:
    secret = guard.secret_of(request)
    token = guard.token_for(secret, identity.name)
    visit = Visit(request, installation.acting_as(identity.name), identity, form, token, can_sign_out)
    is_ours = compare_digest(form.raw(guard.FIELD).encode(), visit.token.encode())
    if request.method == "POST" and not (visit.can_change and is_ours):
        why = "refused.token" if visit.can_change else "refused.role"
        return bare_page(request, "stop.html", status=403, reason=text(why))
    try:
        response = show(visit)
    except LicenseError as error:
        is_new = isinstance(error, NotActivated) and error.reason == "no-pack"  # ask for the pack first
        response = moved(visit, "/activate") if is_new else trouble(visit, error)
    if guard.get_cookie(request, guard.COOKIE) != secret:
        guard.set_cookie(request, response, guard.COOKIE, secret)
    return response
