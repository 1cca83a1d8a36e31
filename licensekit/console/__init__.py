"""The web console: an installation's licenses, users, sites and events, for its administrator.

`app` returns it as an ASGI application, to mount in another one; `licensekit console` serves it alone. It needs the
extra `console`.
"""

from licensekit.console.application import app
from licensekit.console.visit import Authorize, Identity, Role

__all__ = ["Authorize", "Identity", "Role", "app"]
