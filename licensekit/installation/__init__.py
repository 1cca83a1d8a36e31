"""Every change of an installation: preview, activate, users, sites, events, requests, returns.

An application calls it from its own screens, and the `licensekit` command is built on it.
"""

from licensekit.entitlements.events import Event, EventScope
from licensekit.entitlements.login import Decision, UserFacts
from licensekit.entitlements.messages import Reason
from licensekit.installation.activation import Activated, ActivationProposal
from licensekit.installation.audit import AuditReport
from licensekit.installation.details import LicenseDetails
from licensekit.installation.exchange import ReturnProposal
from licensekit.installation.installation import Installation
from licensekit.installation.preview import Deficit, Preview, PreviewRow
from licensekit.installation.relocation import Moved, move
from licensekit.installation.sites import SiteRow, Sites
from licensekit.installation.user_import import Imported, ImportRow, parse_users
from licensekit.installation.user_list import UserFilter, UserPage, UserRow
from licensekit.installation.users import Users
from licensekit.state.bundles import BundleRecord
from licensekit.state.seats import HeldSeat

__all__ = [
    "Activated",
    "ActivationProposal",
    "AuditReport",
    "BundleRecord",
    "Decision",
    "Deficit",
    "Event",
    "EventScope",
    "HeldSeat",
    "ImportRow",
    "Imported",
    "Installation",
    "LicenseDetails",
    "Moved",
    "Preview",
    "PreviewRow",
    "Reason",
    "ReturnProposal",
    "SiteRow",
    "Sites",
    "UserFacts",
    "UserFilter",
    "UserPage",
    "UserRow",
    "Users",
    "move",
    "parse_users",
]
