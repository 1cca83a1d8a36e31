"""The fields of a bundle in the types that programs use: dates, moments, words."""

from collections.abc import Mapping
from datetime import date, datetime

from licensekit.dates import date_of, moment_of
from licensekit.wire.documents import AfterGrace, Binding, Bundle, Use, Value


class BundleFields:
    """Read-only views of a bundle's fields; `docs/format.md`, "Bundle", says what each means."""

    __slots__ = ("bundle",)

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        """The document itself, in the units of the wire."""

    @property
    def issuer(self) -> str:
        """The issuer's code."""
        return self.bundle.issuer

    @property
    def product(self) -> str:
        """The product's code."""
        return self.bundle.product

    @property
    def serial(self) -> str:
        """The serial that the bundle was issued to."""
        return self.bundle.serial

    @property
    def part(self) -> str:
        """`base`, or the name of an add-on."""
        return self.bundle.part

    @property
    def sequence(self) -> int:
        """Which bundle of its serial and part this is; a higher one replaces it."""
        return self.bundle.sequence

    @property
    def replaces(self) -> str | None:
        """The serial that this one takes the place of."""
        return self.bundle.replaces

    @property
    def company(self) -> str:
        """The company that it was issued to."""
        return self.bundle.company

    @property
    def use(self) -> Use:
        """Production, trial or demo."""
        return self.bundle.use

    @property
    def issued(self) -> datetime:
        """When it was signed, UTC."""
        return moment_of(self.bundle.issued)

    @property
    def starts(self) -> date | None:
        """The first day on which it grants anything."""
        return _date(self.bundle.starts)

    @property
    def warning(self) -> date | None:
        """From this day administrators are reminded."""
        return _date(self.bundle.warning)

    @property
    def expiry(self) -> date | None:
        """The last day of its term; None is perpetual."""
        return _date(self.bundle.expiry)

    @property
    def grace(self) -> date | None:
        """The last day on which everything works."""
        return _date(self.bundle.grace)

    @property
    def maintenance(self) -> date | None:
        """Product versions released after this day must not be used with it."""
        return _date(self.bundle.maintenance)

    @property
    def next_check(self) -> date | None:
        """The day on which to look for a newer file."""
        return _date(self.bundle.next_check)

    @property
    def system(self) -> Mapping[str, int | None]:
        """System license to 1 or its quantity; None is unrestricted."""
        return self.bundle.system

    @property
    def sites(self) -> Mapping[str, int | None]:
        """Site license to count; None is unrestricted."""
        return self.bundle.sites

    @property
    def users(self) -> Mapping[str, int | None]:
        """User license to count; None is unrestricted."""
        return self.bundle.users

    @property
    def values(self) -> Mapping[str, Value]:
        """Settings that are sold: text, integer or boolean."""
        return self.bundle.values

    @property
    def binding(self) -> Binding | None:
        """The installation that it is for; None is any."""
        return self.bundle.binding

    @property
    def after_grace(self) -> AfterGrace:
        """What happens when grace has passed."""
        return self.bundle.after_grace

    @property
    def offline_hours(self) -> int:
        """How many hours a lost database may be lived through."""
        return self.bundle.offline_hours

    @property
    def borrow_hours(self) -> int:
        """For how many hours a concurrent seat may be taken along."""
        return self.bundle.borrow_hours

    @property
    def extensions(self) -> Mapping[str, Value]:
        """Signed entries that this version does not know."""
        return self.bundle.extensions


def _date(days: int | None) -> date | None:
    return None if days is None else date_of(days)
