"""Middleware for ASGI: Starlette, FastAPI, and other asyncio frameworks."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from licensekit.contrib.gate import Gate
from licensekit.contrib.problems import MEDIA_TYPE, STATUS, body_of
from licensekit.errors import NotEntitled

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
KEY: Final = "licensekit"  # the key of the middleware in a scope


class LicenseAsgiMiddleware(Gate[Application, Scope]):
    """Answers a request with a problem document if it may not use `requires`, or the application raises `NotEntitled`.

    Questions about users run in a thread, because the first one about a user reads the database.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        scope[KEY] = self
        try:
            if self._requires:
                await to_thread(self.require, scope, self._requires)
            await self._app(scope, receive, watched)
        except NotEntitled as error:
            if has_begun:
                raise
            await _refuse(error, scope, send)


async def _refuse(error: NotEntitled, scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": error.code})
        return
    body = body_of(error)
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": STATUS, "headers": headers})
    await send({"type": "http.response.body", "body": body})
