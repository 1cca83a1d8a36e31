"""The style sheet, the script and the icon: read once, and kept by browsers until they change."""

from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_FOLDER: Final = Path(__file__).with_name("static")
_TYPES: Final = {"console.css": "text/css", "console.js": "text/javascript", "icon.svg": "image/svg+xml"}
_FILES: Final = {name: (_FOLDER / name).read_bytes() for name in _TYPES}

VERSION: Final = sha256(b"".join(_FILES.values())).hexdigest()[:12]
"""Stands in the address of each, so that a new one is taken immediately."""


async def static_file(request: Request) -> Response:
    """Return one of them."""
    name: str = request.path_params["name"]
    if name not in _FILES:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_FILES[name], media_type=_TYPES[name], headers=headers)
