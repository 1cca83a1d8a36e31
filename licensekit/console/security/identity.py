"""Who asks, and whether they may change something; by the headers of a proxy, where one signs people in."""

from collections.abc import Callable
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import NamedTuple

from starlette.requests import Request

from licensekit.limits import NAME_LENGTH
from licensekit.wire.documents.fields import text_fault


class Role(StrEnum):
    """What somebody may do here."""

    READER = "reader"
    """Sees everything and changes nothing."""
    ADMINISTRATOR = "administrator"
    """Sees and changes everything."""


class Identity(NamedTuple):
    """Somebody who is signed in."""

    name: str
    """Stands in the audit log beside every change."""
    role: Role = Role.ADMINISTRATOR


Authorize = Callable[[Request], Identity | None]
"""Gives who sends a request, or None if they may not see anything.

It is called once for each request, in a thread, and may block. What it raises is a fault of the application and
answered as one; nothing is shown then.
"""

Network = IPv4Network | IPv6Network


class Proxy(NamedTuple):
    """Which machine is believed, and where it says who is signed in."""

    networks: tuple[Network, ...]
    user_header: str
    role_header: str | None
    """None: whoever comes through the proxy is an administrator."""

    def identity(self, request: Request) -> Identity | None:
        """Return who asks, by what the proxy says; this is the console's `authorize`."""
        if request.client is None or not _is_in(request.client.host, self.networks):
            return None
        name = _only(request, self.user_header)
        said = Role.ADMINISTRATOR if self.role_header is None else _only(request, self.role_header)
        role = next((role for role in Role if role == said), None)
        if role is None or not name or len(name) > NAME_LENGTH or text_fault(name):
            return None
        return Identity(name, role)


def _only(request: Request, header: str) -> str:
    """Return what a header says; nothing if it is there twice, as when a browser sent one too."""
    values = request.headers.getlist(header)
    if len(values) != 1:
        return ""
    try:
        # Headers are read as Latin-1; names are written in UTF-8.
        return values[0].encode("latin-1").decode().strip()
    except UnicodeDecodeError:
        return ""


def _is_in(host: str, networks: tuple[Network, ...]) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in networks)
