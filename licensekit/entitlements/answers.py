"""The questions in the form in which programs ask them, over one set of entitlements."""

from collections.abc import Mapping

from licensekit.access import Access
from licensekit.entitlements.evaluation import Entitlements
from licensekit.entitlements.questions import (
    Count,
    Explanation,
    LicenseRow,
    count,
    explain,
    resolve,
    rows,
    why_not,
)
from licensekit.errors import NotEntitled
from licensekit.wire.documents import Kind


class Answers:
    """What an installation, or a bundle by itself, grants at one moment."""

    __slots__ = ("entitlements", "in_use")

    def __init__(self, entitlements: Entitlements, in_use: Mapping[str, int]) -> None:
        self.entitlements = entitlements
        self.in_use = in_use
        """License to the number that is assigned."""

    def access(self, code: str) -> Access:
        """Return how much of a system license the installation may use.

        Raises:
            UnknownLicense: no catalog has the code.
            WrongKind: it is no system license; those are asked of a user or site.
        """
        granted = self.entitlements
        return granted.system[resolve(granted, code, (Kind.SYSTEM,))]

    def require(self, code: str, at_least: Access = Access.FULL) -> None:
        """Return if the access is `at_least` this; raises as `access` does.

        Raises:
            NotEntitled: it is less; `why` is the reason.
        """
        if self.access(code) < at_least:
            granted = self.entitlements
            raise NotEntitled(license=code, why=why_not(granted, resolve(granted, code)))

    def count(self, code: str) -> Count:
        """Return how much of a license there is, and how much of it is in use.

        Raises:
            UnknownLicense: no catalog has the code.
        """
        name = resolve(self.entitlements, code)
        return count(self.entitlements, name, self.in_use.get(name, 0))

    def explain(self, code: str) -> tuple[Explanation, ...]:
        """Return every bundle that grants a license, and through which other license.

        Raises:
            UnknownLicense: no catalog has the code.
        """
        return explain(self.entitlements, resolve(self.entitlements, code))

    @property
    def licenses(self) -> tuple[LicenseRow, ...]:
        """Every license of every catalog with what there is and what is in use."""
        return rows(self.entitlements, self.in_use)
