"""Routes that need a license, with Starlette: `uvicorn samples.frameworks.starlette_app:app`."""

from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from licensekit.contrib.asgi import LicenseAsgiMiddleware
from samples.superoffice.superoffice_crm_licensing import SystemLicense, UserLicense, superoffice_crm

licensing = superoffice_crm.open()


def user_of(scope: Any) -> str | None:
    """Return who is logged in, as the proxy in front of the application says."""
    return next((value.decode() for name, value in scope["headers"] if name == b"x-user"), None)


def needs(code: SystemLicense | UserLicense) -> list[Middleware]:
    """Return the middleware that refuses requests to a route without a license."""
    return [Middleware(LicenseAsgiMiddleware, licensing=licensing, requires=code, user=user_of)]


async def quotes(_: Request) -> PlainTextResponse:
    """Return every quote."""
    return PlainTextResponse("Q-1")


async def follow(websocket: WebSocket) -> None:
    """Send each new deal in the pipeline."""
    await websocket.accept()
    await websocket.send_text("Nordlys Kraft")
    await websocket.close()


app = Starlette(
    routes=[
        Route("/quotes", quotes, middleware=needs("quote")),
        WebSocketRoute("/pipeline", follow, middleware=needs("sales-pro")),
    ]
)
