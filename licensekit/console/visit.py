"""One request as a screen sees it: who asks, about which installation, and what was sent."""

from typing import NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request

from licensekit.console.security.forms import Form
from licensekit.console.security.identity import Identity, Role
from licensekit.installation import Installation


class Visit(NamedTuple):
    """One request."""

    request: Request
    installation: Installation
    """Changes made through it are logged for whoever asks."""
    identity: Identity
    form: Form
    """What was sent with a change; empty for a look."""
    token: str
    """Stands in every form."""
    can_sign_out: bool

    @property
    def can_change(self) -> bool:
        """Whether whoever asks may change something."""
        return self.identity.role is Role.ADMINISTRATOR

    def asked(self, name: str) -> str:
        """Return a parameter of the address, without space around it; empty if it is not there."""
        return self.request.query_params.get(name, "").strip()

    def url(self, path: str, **params: str | None) -> str:
        """Return the address of a screen; parameters that are empty are left out."""
        return address(self.request, path, **params)


def address(request: Request, path: str, **params: str | None) -> str:
    """Return the address of a screen, wherever the console is mounted."""
    given = {name: value for name, value in params.items() if value}
    query = f"?{urlencode(given)}" if given else ""
    return f"{request.scope.get('root_path', '')}{path}{query}"
