"""Signed license files for on-premise software: who may run what, offline, for years.

An application opens its installation once and asks:

    licensing = Licensing.open(home, root="lkroot1-…", pack=PACK)
    licensing.allows("quote")

A program that keeps no state verifies files one by one with a `Verifier`. Importing this package loads nothing: each
name is loaded when it is used.
"""

from typing import TYPE_CHECKING, Any, Final

from licensekit.lazy import lazy_names

if TYPE_CHECKING:
    from licensekit.access import Access
    from licensekit.entitlements import BundleState, Explanation, Fingerprint, Given, Notice, Severity
    from licensekit.entitlements.events import Event
    from licensekit.entitlements.login import Decision
    from licensekit.entitlements.questions import Count, LicensedPart, LicenseRow
    from licensekit.errors import DenialReason, LicenseError, MeterExhausted, NotEntitled
    from licensekit.runtime.changes import LicensingChange
    from licensekit.runtime.holders import Holder, User
    from licensekit.runtime.licensing import Licensing
    from licensekit.runtime.meters import Meter
    from licensekit.runtime.seat import Seat
    from licensekit.runtime.seats import Lease
    from licensekit.runtime.snapshot import Health
    from licensekit.runtime.verifier import VerifiedBundle, Verifier, verify
    from licensekit.state.home import Source
    from licensekit.wire.documents import Use

__all__ = [
    "Access", "BundleState", "Count", "Decision", "DenialReason", "Event", "Explanation", "Fingerprint", "Given",
    "Health", "Holder", "Lease", "LicenseError", "LicenseRow", "LicensedPart", "Licensing", "LicensingChange", "Meter",
    "MeterExhausted", "NotEntitled", "Notice", "Seat", "Severity", "Source", "Use", "User", "VerifiedBundle",
    "Verifier", "verify",
]  # fmt: skip


_find: Final = lazy_names(
    __name__,
    "runtime.verifier access errors.coded errors.installation entitlements.states entitlements.parts "
    "entitlements.holdings entitlements.questions entitlements.notices entitlements.events entitlements.login "
    "runtime.holders runtime.changes runtime.snapshot runtime.licensing runtime.seats runtime.seat runtime.meters",
)


def __getattr__(name: str) -> Any:
    """Load and return a public name."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _find(name)


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return __all__
