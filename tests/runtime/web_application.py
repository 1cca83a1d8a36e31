"""An application for real web servers: it opens its installation when it is imported, and answers what it sees."""

import json
import os
import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from licensekit import Licensing
from tests import homes, today
from tests.crm import crm_catalog

OPENED_IN = os.getpid()
licensing = Licensing.open(os.environ["TEST_HOME"], root=homes.PIN, pack=today.pack(crm_catalog()))


def watchers() -> int:
    """Return how many threads of licensekit there are."""
    return sum(one.name in {"licensekit-clock", "licensekit-database"} for one in threading.enumerate())


WATCHERS_WHEN_OPENED = watchers()


def answer() -> bytes:
    """Return what this process sees, as JSON."""
    seen: dict[str, Any] = {
        "process": os.getpid(),
        "opened in": OPENED_IN,
        "watchers when opened": WATCHERS_WHEN_OPENED,
        "allowed": licensing.allows("server"),
        "expander": licensing.allows("expander"),
        "watchers": watchers(),
    }
    return json.dumps(seen).encode()


def wsgi(_: dict[str, Any], start: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    """Answer as gunicorn asks."""
    start("200 OK", [("Content-Type", "application/json")])
    return [answer()]


async def asgi(scope: dict[str, Any], _: object, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    """Answer as uvicorn asks."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": answer()})
