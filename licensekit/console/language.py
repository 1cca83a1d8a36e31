"""The language of a request: the console's own, or the one that its browser asks for (RFC 9110, RFC 4647)."""

import re
from collections.abc import Iterator
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licensekit.errors import ConsoleUnavailable
from licensekit.languages import ENGLISH, known_languages, use_language

_RANGE: Final = re.compile(
    r"[ \t]*(?P<tag>[a-z]{1,8}(?:-[a-z0-9]{1,8})*)[ \t]*(?:;[ \t]*q=(?P<q>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?"
)
_LONGEST: Final = 1000  # characters of the header that are read
_SAME: Final = {"no": "nb", "nn": "nb"}  # whoever reads these reads the language that there is


def preferred(header: str) -> str:
    """Return the language that an `Accept-Language` prefers of those that there are; English if it names none."""
    ranges = [one for text in header[:_LONGEST].lower().split(",") if (one := _RANGE.fullmatch(text))]
    weights = {one["tag"]: float(one["q"] or 1) for one in ranges}
    refused = {tag for tag, weight in weights.items() if not weight}
    wanted = sorted((tag for tag in weights if tag not in refused), key=lambda tag: -weights[tag])  # equals as written
    found = (_SAME.get(tag, tag) for one in wanted for tag in _wider(one))
    return next((tag for tag in found if tag in known_languages() and tag not in refused), ENGLISH)


def _wider(tag: str) -> Iterator[str]:
    """Yield a tag, and then the wider ones: `nb-no` and `nb`."""
    while tag:
        yield tag
        tag = re.sub(r"-[a-z0-9]$", "", tag.rpartition("-")[0])


def require_known(language: str) -> None:
    """Raise `ConsoleUnavailable` for a language that there is not."""
    if language and language not in known_languages():
        raise ConsoleUnavailable(reason="language", name=language, known=known_languages())


def in_language(app: ASGIApp, language: str) -> ASGIApp:
    """Return `app`, whose answers are in a language, or if that is empty in the one that each request prefers."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        chosen = language or preferred(",".join(Headers(scope=scope).getlist("accept-language")))

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith(("text/html", "text/plain")):
                    headers["Content-Language"] = chosen
                    if not language:
                        headers.add_vary_header("Accept-Language")
            await send(message)

        with use_language(chosen):
            await app(scope, receive, sending)

    return answer
