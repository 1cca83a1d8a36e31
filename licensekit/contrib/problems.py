"""A refusal as a problem document (RFC 9457), for every web framework."""

import json
from typing import Final

from licensekit.errors import NotEntitled

STATUS: Final = 403
MEDIA_TYPE: Final = "application/problem+json"


def problem_of(error: NotEntitled) -> dict[str, str | int]:
    """Return the members of the document; `buy_url` only if the catalog has that address."""
    members: dict[str, str | int] = {
        "type": f"urn:licensekit:{error.code}",
        "title": "Not licensed",
        "status": STATUS,
        "detail": str(error),
        "code": error.code,
        "license": error.license,
        "reason": error.reason.value,
    }
    return members | ({"buy_url": error.buy_url} if error.buy_url else {})


def body_of(error: NotEntitled) -> bytes:
    """Return the document as the body of a response with `STATUS` and `MEDIA_TYPE`."""
    return json.dumps(problem_of(error)).encode()
