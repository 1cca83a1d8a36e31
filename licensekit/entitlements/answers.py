"""The questions in the form in which programs ask them, over one set of entitlements."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from licensekit.access import Access, level_of
from licensekit.dates import date_of
from licensekit.entitlements.coverage import Coverage
from licensekit.entitlements.evaluation import Entitlements
from licensekit.entitlements.explanations import Explanation, explain, why_not
from licensekit.entitlements.parts import BundleState, Part
from licensekit.entitlements.questions import Count, LicenseRow, asked, count, is_absent, not_entitled, rows, setting
from licensekit.entitlements.settings import Value
from licensekit.wire.documents import BASE, Kind, Use


class LicensedPart(NamedTuple):
    """One part of one issuer, as programs show it."""

    issuer: str
    part: str
    """`base`, or the name of an add-on."""
    company: str
    serial: str
    use: Use
    state: BundleState
    """The state of the bundle that governs it; `pending` where none has started."""
    covered_until: date | None
    """As `Licensing.covered_until` has it for the product."""
    days_left: int | None
    """As `Licensing.days_left` has it for the product."""


class Answers:
    """What an installation, or a bundle by itself, grants at one moment."""

    __slots__ = ("entitlements", "in_use")

    def __init__(self, entitlements: Entitlements, in_use: Mapping[str, int]) -> None:
        self.entitlements = entitlements
        self.in_use = in_use
        """License to the number that is assigned."""

    def access(self, code: str) -> Access:
        """Return how much of a system license the installation may use; raises as `asked`."""
        granted = self.entitlements
        return granted.system.get(asked(granted, code, (Kind.SYSTEM,)), Access.NONE)

    def require(self, code: str, at_least: Access = Access.FULL) -> None:
        """Raise `NotEntitled`, with the reason, below `at_least`; raises as `access` as well."""
        if self.access(code) < level_of(at_least):
            granted = self.entitlements
            raise not_entitled(granted, code, why_not(granted, asked(granted, code)))

    def count(self, code: str) -> Count:
        """Return how much of a license there is, and how much is in use; raises as `asked`."""
        name = asked(self.entitlements, code)
        if is_absent(self.entitlements, name):
            return Count(0, 0)
        return count(self.entitlements, name, self.in_use.get(name, 0))

    def explain(self, code: str) -> tuple[Explanation, ...]:
        """Return every bundle that grants a license, and through what; raises as `asked`."""
        return explain(self.entitlements, asked(self.entitlements, code))

    def setting(self, code: str) -> Value | None:
        """Return what counts of a setting; see `questions.setting`."""
        return setting(self.entitlements, code)

    @property
    def base(self) -> LicensedPart | None:
        """The vendor's base part; None: no bundle of it is in force or waits."""
        base = (self.entitlements.trust_store.issuer, BASE)
        return next((one for one in self.parts if (one.issuer, one.part) == base), None)

    @property
    def parts(self) -> tuple[LicensedPart, ...]:
        """Every issuer's parts that a bundle in force or waiting is for, the vendor's first."""
        granted = self.entitlements
        named: dict[tuple[str, str], Part] = {}
        for part in (*granted.parts, *granted.waiting):
            named.setdefault((part.bundle.issuer, part.bundle.part), part)
        return tuple(
            LicensedPart(
                issuer=issuer,
                part=name,
                company=part.bundle.company,
                serial=part.bundle.serial,
                use=part.bundle.use,
                state=part.state,
                covered_until=_day_of(covered := granted.coverage_of(issuer, name)),
                days_left=covered.days_left(granted.now),
            )
            for (issuer, name), part in named.items()
        )

    @property
    def licenses(self) -> tuple[LicenseRow, ...]:
        """Every license of every catalog with what there is and what is in use."""
        return rows(self.entitlements, self.in_use)


def _day_of(coverage: Coverage) -> date | None:
    if not coverage.is_licensed:
        return None
    return date.max if coverage.until is None else date_of(coverage.until)
