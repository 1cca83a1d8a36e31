"""Signing in by the link that the console printed, and out again."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from licensekit.console.rendering import bare_page
from licensekit.console.security.forms import require_bounded
from licensekit.console.security.sign_in import SignIn
from licensekit.console.texts import text
from licensekit.console.visit import address


def routes(sign_in: SignIn) -> list[Route]:
    """Return the addresses of signing in and out."""

    async def show(request: Request) -> Response:
        # Looking uses no link up: programs that preview links look at them before people do.
        code = request.query_params.get("code", "")
        return bare_page(request, "sign_in.html", code=code)

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

    return [
        Route("/sign-in", show),
        Route("/sign-in", begin, methods=["POST"]),
        Route("/sign-out", end, methods=["POST"]),
    ]
