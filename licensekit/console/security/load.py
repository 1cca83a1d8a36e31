"""How much is taken from whom: the bytes of a request, how long they may take, and how many requests at one time.

This holds under any server, also one of an application that mounts the console. What comes before there is a request
is the business of `licensekit.console.connections`.
"""

import re
from collections.abc import Mapping
from typing import Final

from anyio import CancelScope, current_time, sleep
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licensekit.console.rendering import text
from licensekit.console.visit import own_path

FORM_BYTES: Final = 1024 * 1024  # the largest form without a file: 500 users, ticked by long names
BODY_SECONDS: Final = 120  # from the head of a request to the last byte of its body
REQUESTS, PER_ADDRESS = 200, 100  # that are answered at one time: of all, and of one address
BUSY_SECONDS, _TURN_SECONDS = 20, 0.1  # how long another one waits for its turn, and looks for it
LOOKING: Final = frozenset({"GET", "HEAD"})


def declared_length(headers: Headers) -> int | None:
    """Return how many bytes a request says that it has; None where it does not say so."""
    written = headers.get("content-length", "")
    return int(written) if re.fullmatch("[0-9]{1,18}", written) else None


def limited(app: ASGIApp, most: Mapping[str, int]) -> ASGIApp:
    """Return `app` behind these bounds; `most` is the bytes that a request may have by address, if not `FORM_BYTES`."""
    running = list[str]()  # the address of each request

    async def limit(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        address: str = (scope.get("client") or ("",))[0]
        until = current_time() + BUSY_SECONDS
        while len(running) >= REQUESTS or running.count(address) >= PER_ADDRESS:
            if current_time() >= until:
                await PlainTextResponse(text("refused.busy"), 503, {"Retry-After": "5"})(scope, receive, send)
                return
            await sleep(_TURN_SECONDS)
        bounded = receive  # nobody reads the body of a look
        if scope["method"] not in LOOKING:
            bounded = _bounded(scope, receive, most.get(own_path(Request(scope)), FORM_BYTES))
        running.append(address)
        try:
            await app(scope, bounded, send)
        finally:
            running.remove(address)

    return limit


def _bounded(scope: Scope, receive: Receive, most: int) -> Receive:
    """Return `receive`; it raises `HTTPException` where a body is too large or too slow, or does not say its length."""
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
