"""Licenses for tests of licensed programs: throw-away keys, and the real engine (`docs/how-to/testing.md`)."""

from typing import TYPE_CHECKING

from licensekit.lazy import lazy_names

if TYPE_CHECKING:
    from licensekit.testing.licensing import TestLicensing, licenses
    from licensekit.testing.signing import Sold

__all__ = ["Sold", "TestLicensing", "licenses"]

# Pytest loads this package with its plugin, also for tests without licenses.
__getattr__ = lazy_names(__name__, "licensing signing")
