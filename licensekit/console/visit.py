"""One request as a screen sees it: who asks, about which installation, and what was sent."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from starlette.requests import Request

from licensekit.console.security.forms import Form
from licensekit.console.security.identity import Identity, Role
from licensekit.installation import Installation, InstallationState


@dataclass(frozen=True)
class Visit:
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

    @cached_property
    def state(self) -> InstallationState:
        """The installation as it is when a page first needs it: after the change, where there is one."""
        return self.installation.state()

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
