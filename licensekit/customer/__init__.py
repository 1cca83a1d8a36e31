"""Every change of an installation: preview, activate, users, sites, events, requests, returns.

An application calls it from its own screens, and the `licensekit` command is built on it.
"""

from licensekit.customer.installation import Activated, Installation
from licensekit.customer.preview import Deficit, Preview, PreviewRow

__all__ = ["Activated", "Deficit", "Installation", "Preview", "PreviewRow"]
