"""How much is taken from whom: the bytes of a request, how long they may take, and how many requests at one time.

This holds under any server, also one of an application that mounts the console. What comes before there is a request
is the business of `licensekit.console.connections`.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from anyio import current_time, move_on_at
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licensekit.console.rendering import text
from licensekit.console.visit import own_path

FORM_BYTES: Final = 1024 * 1024  # the largest form without a file: 500 users, ticked by long names
BODY_SECONDS: Final = 120  # from the head of a request to the last byte of its body
REQUESTS, PER_ADDRESS = 400, 250  # that are answered at one time: of all, and of one address
LOOKING: Final = frozenset({"GET", "HEAD"})


def declared_length(headers: Headers) -> int | None:
    """Return how many bytes a request says that it has; None where it does not say so in one way alone."""
    [given, *more] = headers.getlist("content-length") or [""]
    is_number = given.isascii() and given.isdecimal() and len(given) < len("1" + "0" * 18)
    return int(given) if is_number and not more and "transfer-encoding" not in headers else None


def limited(app: ASGIApp, most: Mapping[str, int]) -> ASGIApp:
    """Return `app` behind these bounds; `most` is the bytes that a request may have by address, if not `FORM_BYTES`."""
    running = Counter[str]()

    async def limit(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        address: str = (scope.get("client") or ("",))[0]
        if running.total() >= REQUESTS or running[address] >= PER_ADDRESS:
            await PlainTextResponse(text("refused.busy"), 503, {"Retry-After": "5"})(scope, receive, send)
            return
        is_look = scope["method"] in LOOKING  # nothing reads a body then
        bounded = receive if is_look else _bounded(scope, receive, most.get(own_path(Request(scope)), FORM_BYTES))
        running[address] += 1
        try:
            await app(scope, bounded, send)
        finally:
            running[address] -= 1
            if not running[address]:
                del running[address]

    return limit


def _bounded(scope: Scope, receive: Receive, most: int) -> Receive:
    """Return `receive`; it raises `HTTPException` where a body is too large or too slow, or does not say its length."""
    declared, until, read, is_whole = declared_length(Headers(scope=scope)), current_time() + BODY_SECONDS, 0, False

    async def receiving() -> Message:
        nonlocal read, is_whole
        if declared is None:
            raise HTTPException(411)
        with move_on_at(float("inf") if is_whole else until) as patience:
            message = await receive()
            read, is_whole = read + len(message.get("body", b"")), not message.get("more_body", False)
        if patience.cancelled_caught:
            raise HTTPException(408)
        if max(read, declared) > most:
            raise HTTPException(413)
        return message

    return receiving
