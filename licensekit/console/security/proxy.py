"""Users and roles from the headers of a proxy that signs people in."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import NamedTuple

from starlette.requests import Request

from licensekit.console.security.identity import Identity, Role
from licensekit.limits import NAME_LENGTH
from licensekit.wire.documents.fields import text_fault

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
        role = _role(request, self.role_header)
        if role is None or not name or len(name) > NAME_LENGTH or text_fault(name):
            return None
        return Identity(name, role)


def _role(request: Request, header: str | None) -> Role | None:
    if header is None:
        return Role.ADMINISTRATOR
    said = _only(request, header)
    return next((role for role in Role if role == said), None)


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


def _is_in(host: str, networks: Iterable[Network]) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in networks)
