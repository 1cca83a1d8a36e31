"""What is granted: a pure function of verified documents, assignments and time.

`evaluate` turns bundles and catalogs at one moment into `Entitlements`; the questions about them
(`questions`) need no clock and touch no file. The rules are those of `docs/entitlements.md`.
"""

from licensekit.entitlements.binding import Fingerprint
from licensekit.entitlements.evaluate import Entitlements, Grant, Tier, evaluate
from licensekit.entitlements.notices import Notice, Severity, by_urgency, notices
from licensekit.entitlements.parts import BundleState, Part, governing
from licensekit.entitlements.questions import (
    Count,
    Explanation,
    Holding,
    LicenseRow,
    count,
    explain,
    held_access,
    resolve,
    rows,
    short_of,
    where_to_buy,
    why_not,
)

__all__ = [
    "BundleState",
    "Count",
    "Entitlements",
    "Explanation",
    "Fingerprint",
    "Grant",
    "Holding",
    "LicenseRow",
    "Notice",
    "Part",
    "Severity",
    "Tier",
    "by_urgency",
    "count",
    "evaluate",
    "explain",
    "governing",
    "held_access",
    "notices",
    "resolve",
    "rows",
    "short_of",
    "where_to_buy",
    "why_not",
]
