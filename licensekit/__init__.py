"""Signed license files for on-premise software: who may run what, offline, for years.

An application opens its installation once and asks:

    licensing = Licensing.open(home, root="lkroot1-…", pack=PACK)
    licensing.allows("quote")

A program that keeps no state verifies files one by one with a `Verifier`. Importing this package loads neither a
database driver nor the command line.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from licensekit.access import Access
from licensekit.errors import LicenseError, NotEntitled
from licensekit.runtime.verifier import VerifiedBundle, Verifier, verify

if TYPE_CHECKING:
    from licensekit.entitlements import BundleState, Count, Explanation, Fingerprint, LicenseRow, Notice, Severity
    from licensekit.runtime.licensing import Licensing

__all__ = [
    "Access", "BundleState", "Count", "Explanation", "Fingerprint", "LicenseError", "LicenseRow", "Licensing",
    "NotEntitled", "Notice", "Severity", "VerifiedBundle", "Verifier", "verify",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Return a name that is loaded when it is used: a program that only verifies starts sooner."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "licensekit.runtime.licensing" if name == "Licensing" else "licensekit.entitlements"
    return getattr(import_module(module), name)


def __dir__() -> list[str]:
    """Return the public names, also those that are not loaded yet."""
    return __all__
