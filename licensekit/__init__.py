"""Signed license files for on-premise software: who may run what, offline, for years.

An application opens its installation once and asks:

    licensing = Licensing.open(home, root="lkroot1-…", pack=PACK)
    licensing.allows("quote")

A program that keeps no state verifies files one by one with a `Verifier`. Importing this package loads neither a
database driver nor the command line.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from licensekit.access import Access
from licensekit.errors import LicenseError, NotEntitled
from licensekit.runtime.verifier import VerifiedBundle, Verifier, verify

if TYPE_CHECKING:
    from licensekit.entitlements import (
        BundleState,
        Count,
        Explanation,
        Fingerprint,
        Given,
        LicenseRow,
        Notice,
        Severity,
    )
    from licensekit.entitlements.answers import LicensedPart
    from licensekit.entitlements.events import Event
    from licensekit.entitlements.login import Decision
    from licensekit.runtime.holders import Holder, User
    from licensekit.runtime.lease import Lease
    from licensekit.runtime.licensing import Licensing
    from licensekit.runtime.seat import Seat

__all__ = [
    "Access", "BundleState", "Count", "Decision", "Event", "Explanation", "Fingerprint", "Given", "Holder", "Lease",
    "LicenseError", "LicenseRow", "LicensedPart", "Licensing", "NotEntitled", "Notice", "Seat", "Severity",
    "User", "VerifiedBundle", "Verifier", "verify",
]  # fmt: skip

_HOMES: Final = {
    "Decision": "licensekit.entitlements.login",
    "Event": "licensekit.entitlements.events",
    "Holder": "licensekit.runtime.holders",
    "Lease": "licensekit.runtime.lease",
    "LicensedPart": "licensekit.entitlements.answers",
    "Licensing": "licensekit.runtime.licensing",
    "Seat": "licensekit.runtime.seat",
    "User": "licensekit.runtime.holders",
}
"""Names and their modules, where that is not `licensekit.entitlements`."""


def __getattr__(name: str) -> Any:
    """Return a name that is loaded when it is used: a program that only verifies starts sooner."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "licensekit.entitlements")), name)


def __dir__() -> list[str]:
    """Return the public names, also those that are not loaded yet."""
    return __all__
