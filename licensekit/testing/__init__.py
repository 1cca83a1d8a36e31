"""Licenses for tests of licensed programs: throw-away keys, and the real engine (`docs/how-to/testing.md`)."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from licensekit.testing.licensing import TestLicensing, licenses
    from licensekit.testing.signing import Sold

__all__ = ["Sold", "TestLicensing", "licenses"]


def __getattr__(name: str) -> Any:
    """Return a name that is loaded now: pytest loads this package, with its plugin, for tests of all kinds."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from licensekit.testing import licensing  # noqa: PLC0415  # when it is used

    return getattr(licensing, name)
