"""Changes of an installation: activation with preview, users, sites, events, requests and returns.

Applications call it from their own screens. The `licensekit` command and the console use only the names exported here.
"""

from licensekit.database.backup import Restored
from licensekit.database.diagnosis import Diagnosis
from licensekit.database.upgrades import Upgrade
from licensekit.entitlements import BundleState, Coverage, Given, LicenseRow, Notice, Part, Reason, SettingRow, Severity
from licensekit.entitlements.events import MESSAGE_OF_THE_DAY, NO_LOGIN, Event, EventScope, concerning
from licensekit.entitlements.holdings import Explanation
from licensekit.entitlements.login import Decision, UserFacts, may_login, ways
from licensekit.entitlements.questions import NextDate, order_address
from licensekit.installation.activation import ActivationProposal, Fetch
from licensekit.installation.assignments import UsersProposal, parse_ids
from licensekit.installation.audit import AuditEntry, AuditFilter, AuditPage, AuditReport
from licensekit.installation.details import Explained, ExplainedRow, FileDetails, LicenseDetails, UserDetails
from licensekit.installation.exchange import ReturnProposal
from licensekit.installation.holders import SiteRow, Sites, Users
from licensekit.installation.installation import Installation
from licensekit.installation.operations import Moved, diagnose, move, restore, upgrade
from licensekit.installation.plan import Activated
from licensekit.installation.preview import BundleChange, Preview, PreviewRow, SettingChange, Void
from licensekit.installation.settlement import DOWNGRADE, KEEP, Settlement, SettlementRow, table_of
from licensekit.installation.sync import IMPORT_BYTES, Synced, SyncProposal
from licensekit.installation.sync_plan import GroupRule, PlannedUser
from licensekit.installation.user_list import LicenseHolder, UserFilter, UserPage, UserRow
from licensekit.installation.user_table import ImportRow, parse_directory, parse_users, profiles, user_lines
from licensekit.state.home import local_folder, locate
from licensekit.state.journal import BundleRecord
from licensekit.state.loading import InstallationState
from licensekit.state.metrics import METRICS_TYPE
from licensekit.state.seats import HeldSeat
from licensekit.text.columns import TableOptions

__all__ = [
    "DOWNGRADE", "IMPORT_BYTES", "KEEP", "MESSAGE_OF_THE_DAY", "METRICS_TYPE", "NO_LOGIN", "Activated",
    "ActivationProposal",
    "AuditEntry", "AuditFilter", "AuditPage", "AuditReport", "BundleChange", "BundleRecord", "BundleState", "Coverage",
    "Decision", "Diagnosis", "Event", "EventScope", "Explained", "ExplainedRow", "Explanation", "Fetch", "FileDetails",
    "Given", "GroupRule", "HeldSeat", "ImportRow", "Installation", "InstallationState", "LicenseDetails",
    "LicenseHolder", "LicenseRow", "Moved", "NextDate", "Notice", "Part", "PlannedUser", "Preview", "PreviewRow",
    "Reason", "Restored", "ReturnProposal", "SettingChange", "SettingRow", "Settlement", "SettlementRow", "Severity",
    "SiteRow", "Sites", "SyncProposal", "Synced", "TableOptions", "Upgrade", "UserDetails", "UserFacts", "UserFilter",
    "UserPage", "UserRow", "Users", "UsersProposal", "Void", "concerning", "diagnose", "local_folder", "locate",
    "may_login", "move", "order_address", "parse_directory", "parse_ids", "parse_users", "profiles", "restore",
    "table_of", "upgrade", "user_lines", "ways",
]  # fmt: skip


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
