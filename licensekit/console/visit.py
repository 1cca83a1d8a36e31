"""One request as a screen sees it: who asks, about which installation, and what was sent."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple
from urllib.parse import urlencode

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from licensekit.installation import Installation, InstallationState


class Role(StrEnum):
    """What somebody may do here."""

    READER = "reader"  # sees everything and changes nothing
    ADMINISTRATOR = "administrator"  # sees and changes everything


class Identity(NamedTuple):
    """Somebody who is signed in."""

    name: str  # written in the audit log with every change
    role: Role = Role.ADMINISTRATOR


Authorize = Callable[[Request], Identity | None]
"""Returns who sends a request, or None if they may not see anything.

It is called once for each request, in a thread, and may block. If it raises, the console answers with status 500.
"""


class Conflict(NamedTuple):
    """A field that two people changed, to different values."""

    field: str
    before: str
    theirs: str
    yours: str


class Edits(NamedTuple):
    """The fields of a form, merged with what others have changed since it was shown."""

    wanted: Mapping[str, str]
    conflicts: tuple[Conflict, ...]


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
        """Return every text that was sent under a name, such as the ticked check boxes."""
        return tuple(value for value in self._data.getlist(name) if isinstance(value, str))

    def edits(self, current: Mapping[str, str]) -> "Edits":
        """Merge the fields that differ from `was.FIELD`, which the form showed, into `current`, the fields now."""
        wanted, conflicts = dict(current), list[Conflict]()
        for field, theirs in current.items():
            before, yours = self.text(f"was.{field}"), self.text(field)
            if yours == before:
                continue
            wanted[field] = yours
            if theirs not in {before, yours}:
                conflicts.append(Conflict(field, before, theirs, yours))
        return Edits(wanted, tuple(conflicts))

    def fields(self) -> tuple[tuple[str, str], ...]:
        """Return every text that was sent, in order."""
        return tuple((name, value) for name, value in self._data.multi_items() if isinstance(value, str))

    def has(self, name: str) -> bool:
        """Return whether a check box was ticked."""
        return name in self._data

    def files(self, name: str) -> tuple[bytes, ...]:
        """Return the bytes of every file that was chosen under a name."""
        return tuple(value.file.read() for value in self._data.getlist(name) if isinstance(value, UploadFile))


PULSE: Final = "/pulse"  # where pages ask whether something has changed
EMPTY: Final = Form(FormData())


@dataclass(frozen=True)
class Visit:
    """One request."""

    request: Request
    installation: Installation  # changes made through it are logged under the identity's name
    identity: Identity
    form: Form  # empty for a GET
    token: str  # for every form
    can_sign_out: bool

    @cached_property
    def state(self) -> InstallationState:
        """The installation as it is when a page first needs it: after the change, if there is one."""
        return self.installation.state()

    @property
    def pulse(self) -> str:
        """A text that is different once something has changed; open pages poll it."""
        newest = self.installation.audit.page(limit=1).entries
        return f"{newest[0].number if newest else 0}"

    @property
    def can_change(self) -> bool:
        """Whether whoever asks may change something."""
        return self.identity.role is Role.ADMINISTRATOR

    def asked(self, name: str) -> str:
        """Return a query parameter, without space around it; empty if it is missing."""
        return self.request.query_params.get(name, "").strip()

    @property
    def holder(self) -> str:
        """The id of the user or site that this is about."""
        return self.form.raw("id") or self.asked("id")

    def number(self, name: str) -> int | None:
        """Return a query parameter as a number; None if it is missing or not a number."""
        return whole(self.asked(name))

    def url(self, path: str, **params: str | None) -> str:
        """Return the address of a screen; parameters that are empty are left out."""
        return address(self.request, path, **params)


def whole(text: str) -> int | None:
    """Parse a whole number of at most 15 digits; None if it is not one."""
    return int(text) if re.fullmatch("[0-9]{1,15}", text) else None


def address(request: Request, path: str, **params: str | None) -> str:
    """Return the address of a screen, wherever the console is mounted."""
    given = {name: value for name, value in params.items() if value}
    query = f"?{urlencode(given)}" if given else ""
    return f"{request.scope.get('root_path', '')}{path}{query}"


def own_path(request: Request) -> str:
    """Return the path of a request within the console, wherever that is mounted."""
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", "")) or "/"


def is_poll(request: Request) -> bool:
    """Return whether an open page asks by itself whether something has changed."""
    return own_path(request) == PULSE
