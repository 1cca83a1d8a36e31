"""Every change of an installation: preview, activate, users, sites, events, requests, returns.

An application calls it from its own screens, and the `licensekit` command is built on it.
"""

from licensekit.customer.audit_check import AuditReport
from licensekit.customer.details import LicenseDetails
from licensekit.customer.installation import Activated, Installation
from licensekit.customer.migration import Migrated, migrate
from licensekit.customer.preview import Deficit, Preview, PreviewRow
from licensekit.customer.records import BundleRecord
from licensekit.customer.sites import SiteRow
from licensekit.customer.user_import import Imported, ImportRow, parse_users
from licensekit.customer.user_list import UserFilter, UserPage, UserRow
from licensekit.entitlements.events import Event, Scope
from licensekit.entitlements.login import Decision, Reason, UserFacts
from licensekit.installation.leases import Lease

__all__ = [
    "Activated",
    "AuditReport",
    "BundleRecord",
    "Decision",
    "Deficit",
    "Event",
    "ImportRow",
    "Imported",
    "Installation",
    "Lease",
    "LicenseDetails",
    "Migrated",
    "Preview",
    "PreviewRow",
    "Reason",
    "Scope",
    "SiteRow",
    "UserFacts",
    "UserFilter",
    "UserPage",
    "UserRow",
    "migrate",
    "parse_users",
]
