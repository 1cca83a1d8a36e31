"""Forms: read within bounds, and sent from a page that we gave to the same browser and person.

The token in a form is derived from a cookie that only this browser has and from the name of who is signed in. It needs
no memory, so any number of processes can serve the same console. The `Origin` of every change is checked besides
(`guard`).
"""

import hmac
from collections.abc import Iterable
from secrets import token_urlsafe
from typing import Final

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from licensekit.console.security.guard import ORIGIN
from licensekit.limits import FILE_BYTES

FIELD: Final = "token"
BODY_BYTES: Final = FILE_BYTES + 256 * 1024
"""The largest request: a license file, and what a form wraps around it."""
FIELDS: Final = 4000
COOKIE: Final = "licensekit-form"
_SECRET_BYTES: Final = 32


class Form:
    """What a form sent."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def text(self, name: str) -> str:
        """Return the text of a field, without space around it; empty if it was not sent."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """Return the text of a field as it was sent."""
        value = self._data.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return every text that was sent under a name: the check boxes that were ticked."""
        return tuple(value for value in self._data.getlist(name) if isinstance(value, str))

    def choices(self, name: str) -> tuple[str, ...]:
        """Return what was chosen in `name` and in its groups, which are called `name.GROUP`."""
        groups = (one for one in self._data if one == name or one.startswith(f"{name}."))
        return tuple(filter(None, map(self.text, groups)))

    def changes(self, ticked: Iterable[str]) -> tuple[list[str], list[str]]:
        """Return which licenses are ticked and were not held, and which were held and are not ticked.

        The form says what was held when it was shown: what somebody else changed meanwhile stays.
        """
        before, wanted = frozenset(self.texts("held")), frozenset(ticked)
        return sorted(wanted - before), sorted(before - wanted)

    def has(self, name: str) -> bool:
        """Return whether a check box was ticked."""
        return name in self._data

    def file(self, name: str) -> bytes:
        """Return the bytes of a file; empty if none was chosen."""
        value = self._data.get(name)
        return value.file.read() if isinstance(value, UploadFile) else b""


EMPTY: Final = Form(FormData())


def require_bounded(request: Request) -> None:
    """Raise `HTTPException` for a body that is too large, or does not say so, before it is read."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise HTTPException(411)
    if int(length) > BODY_BYTES:
        raise HTTPException(413)


def secret_of(request: Request) -> str:
    """Return the secret of this browser: the one that it has, or a new one."""
    known = get_cookie(request, COOKIE)
    return known if len(known) >= _SECRET_BYTES else token_urlsafe(_SECRET_BYTES)


def token_for(secret: str, name: str) -> str:
    """Return the token of every form that a browser shows to a person."""
    return hmac.digest(secret.encode(), f"form\0{name}".encode(), "sha256").hex()


def get_cookie(request: Request, name: str) -> str:
    """Return the value of a cookie that `set_cookie` has set; empty if there is none."""
    return request.cookies.get(_called(request, name), "")


def set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """Set a cookie that no script and no other site can use; an empty value takes it away."""
    response.set_cookie(
        _called(request, name),
        value,
        max_age=None if value else 0,
        path="/" if _is_secure(request) else request.scope.get("root_path") or "/",
        secure=_is_secure(request),
        httponly=True,
        samesite="strict",
    )


def _called(request: Request, name: str) -> str:
    """Return the name that a cookie has for the browser: one that only we can set, by TLS."""
    return f"__Host-{name}" if _is_secure(request) else name


def _is_secure(request: Request) -> bool:
    origin: str = request.scope[ORIGIN]
    return origin.startswith("https:")
