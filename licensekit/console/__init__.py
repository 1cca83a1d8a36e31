"""The web console: an installation's licenses, users, sites and events, for its administrator.

`app` gives it as an ASGI application that an application mounts among its own screens; `licensekit console` serves it
by itself. It needs the extra `console`.
"""

from licensekit.console.application import app
from licensekit.console.visit import Authorize, Identity, Role

__all__ = ["Authorize", "Identity", "Role", "app"]
