"""From a request to a screen: who asks, whether the form is ours, and what is shown if not."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from licensekit.console.rendering import bare_page, trouble
from licensekit.console.security import forms
from licensekit.console.security.identity import Authorize, Identity
from licensekit.console.texts import text
from licensekit.console.visit import Visit
from licensekit.errors import LicenseError, RefusedError
from licensekit.installation import Installation

Show = Callable[[Visit], Response]
"""A screen, or a change: it runs in a thread, and may block."""


class Console(NamedTuple):
    """What all screens share."""

    installation: Installation
    authorize: Authorize
    can_sign_out: bool


def attempt(change: Show, refused: Callable[[Visit, LicenseError], Response]) -> Show:
    """Return `change`, and `refused` for where it fails: the screen that the form came from, which says why."""

    def attempted(visit: Visit) -> Response:
        try:
            return change(visit)
        except LicenseError as error:
            return refused(visit, error)

    return attempted


def endpoint(console: Console, show: Show) -> Callable[[Request], Awaitable[Response]]:
    """Return the Starlette endpoint of a screen or a change."""

    async def answer(request: Request) -> Response:
        is_change = request.method == "POST"
        if is_change:
            forms.require_bounded(request)
        identity = await run_in_threadpool(console.authorize, request)
        if identity is None:
            status, why = (401, "refused.no_session") if console.can_sign_out else (403, "refused.no_identity")
            # Before a byte of a form is read.
            return bare_page(request, "stop.html", status=status, reason=text(why))
        if not is_change:
            return await run_in_threadpool(_answer, console, show, request, identity, forms.EMPTY)
        limits = {"max_files": 1, "max_fields": forms.FIELDS}
        async with request.form(**limits, max_part_size=forms.BODY_BYTES) as data:
            form = forms.Form(data)
            return await run_in_threadpool(_answer, console, show, request, identity, form)

    return answer


def faults_of(error: LicenseError | None) -> tuple[LicenseError, ...]:
    """Return everything that stands against a change; nothing without an error."""
    if error is None:
        return ()
    return error.faults if isinstance(error, RefusedError) else (error,)


def _answer(console: Console, show: Show, request: Request, identity: Identity, form: forms.Form) -> Response:
    secret = forms.secret_of(request)
    visit = Visit(
        request=request,
        installation=console.installation.acting_as(identity.name),
        identity=identity,
        form=form,
        token=forms.token_for(secret, identity.name),
        can_sign_out=console.can_sign_out,
    )
    refused = _refusal(visit, secret) if request.method == "POST" else None
    if refused is not None:
        return bare_page(request, "stop.html", status=403, reason=text(refused))
    try:
        response = show(visit)
    except LicenseError as error:
        response = trouble(visit, error)
    if forms.get_cookie(request, forms.COOKIE) != secret:
        forms.set_cookie(request, response, forms.COOKIE, secret)
    return response


def _refusal(visit: Visit, secret: str) -> str | None:
    """Return the key of the text that says why a change is refused before it is tried."""
    if not visit.can_change:
        return "refused.role"
    if not forms.is_token(visit.form.raw(forms.FIELD), secret, visit.identity.name):
        return "refused.token"
    return None
