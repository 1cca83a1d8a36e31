"""What an administrator should know about what is granted here, one class a code."""

from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, cast

from licensekit.dates import day_at, format_days
from licensekit.errors.coded import Message, Templates, Text
from licensekit.wire.documents import label_of


class BundleName(NamedTuple):
    """How messages name a bundle."""

    serial: str
    part: str
    use: str
    """`production`, `trial` or `demo`."""
    sequence: int
    owner: str = ""
    """The issuer, where that is not the vendor."""

    def __str__(self) -> str:
        label = label_of(self.serial, self.part, self.use, self.sequence)
        return f"{self.owner} {label}".lstrip()


class Severity(StrEnum):
    """How soon somebody should act."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class About(Message):
    """A message that says what it is about, and which command helps."""

    subject_template: ClassVar[Templates] = cast("Templates", Text("subject", ""))
    remedy_template: ClassVar[Templates] = cast("Templates", Text("remedy", ""))
    """The command that helps, without the name of the program: `users list --idle {days}`."""

    @property
    def subject(self) -> str:
        """What it is about: the label of a bundle, a license code, an issuer, the number of an event."""
        return self._say(self.subject_template)

    @property
    def remedy(self) -> str:
        """The command line that helps, `licensekit …`; empty where no command does."""
        command = self._say(self.remedy_template)
        return f"licensekit {command}" if command else ""

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain JSON values."""
        return {**super().as_json(), "subject": self.subject, "remedy": self.remedy or None}


class Notice(About):
    """One thing that an administrator should know."""

    consequence_template: ClassVar[Templates] = cast("Templates", Text("consequence", ""))
    """What follows while nobody acts, or has followed: a clause that stands behind the message."""
    date_field: ClassVar[str] = ""
    """The name of the field that is its date, in days since 1970; empty where it has none."""
    severity: Severity = Severity.INFO
    """How soon somebody should act."""
    days: int | None = None
    """Days left until what it warns of; None where no date is involved."""
    _about = frozenset({"severity"})

    @property
    def consequence(self) -> str:
        """What follows while nobody acts, or has followed; empty where nothing does."""
        return self._say(self.consequence_template)

    @property
    def date(self) -> int | None:
        """The day that it is about, in days since 1970; None where no date is involved."""
        return getattr(self, self.date_field) if self.date_field else None

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain JSON values."""
        return {
            **super().as_json(),
            "severity": self.severity.value,
            "days": self.days,
            "consequence": self.consequence or None,
            "date": None if self.date is None else format_days(self.date),
        }


class Summary(Message, reasons=True):
    """Until when the product is licensed, or why not, and how much an administrator must do."""

    due: int
    """How many notices are warnings or errors."""
    until: int | None = None
    ends: int | None = None
    bundle: BundleName | None = None

    @property
    def is_licensed(self) -> bool:
        """Whether everything works that the product's base part grants."""
        return self.reason in {"until", "grace", "perpetual"}

    @property
    def hint(self) -> str:
        """How many things need somebody."""
        return super().hint if self.due else "nothing needs you"


class BundleNotice(Notice):
    """One thing that an administrator should know about a bundle."""

    bundle: BundleName


class LicenseNotice(Notice):
    """One thing that an administrator should know about a license."""

    license: str


class Expired(BundleNotice, reasons=True):
    """A bundle has expired, and what follows."""

    date_field = "ended"
    severity = Severity.ERROR
    ended: int
    """The last day of its term, or of grace."""


class BindingDifference(Message, reasons=True):
    """How the installation that a bundle is bound to differs from this one."""

    facts: int
    same: int
    needed: int
    changed: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether this is the installation all the same: its key, and enough facts."""
        return self.reason == "facts" and self.same >= self.needed


class Foreign(BundleNotice):
    """A bundle is bound to another installation."""

    severity = Severity.ERROR
    difference: BindingDifference


class Unmaintained(BundleNotice):
    """Maintenance ended before this version of the product was released."""

    date_field = "maintenance"
    severity = Severity.ERROR
    maintenance: int


class CountExceeded(LicenseNotice):
    """More are in use than there are."""

    code = "deficit"
    severity = Severity.ERROR
    in_use: int
    total: int | None
    excess: int


class ExpiresSoon(BundleNotice, reasons=True):
    """A bundle is about to expire."""

    code = "warning"
    date_field = "expiry"
    severity = Severity.WARNING
    expiry: int
    ends: int
    """The last day on which everything works."""


class InGrace(BundleNotice, reasons=True):
    """A bundle has expired and grace runs."""

    code = "grace"
    date_field = "ends"
    severity = Severity.WARNING
    expiry: int
    ends: int
    """The last day of grace."""


class FactsChanged(BundleNotice):
    """Facts of the machine that a bundle is bound to have changed, and not yet too many.

    It is a warning if none may change any more.
    """

    difference: BindingDifference


class NearlyUsed(LicenseNotice):
    """Nine of ten, or more, of a license are in use."""

    in_use: int
    total: int


class UsedUp(LicenseNotice):
    """As many of a license are in use as there are."""

    total: int


class SeatsTaken(LicenseNotice):
    """All seats of a license of concurrent seats are taken."""

    total: int


class CheckDue(BundleNotice):
    """It is time to look for a newer file."""

    code = "next-check"
    date_field = "day"
    day: int


class WaitsForStart(BundleNotice):
    """A bundle waits for its start."""

    code = "pending"
    date_field = "start"
    start: int


class LicenseNotInCatalog(LicenseNotice):
    """A bundle names a license that this version of the product does not know."""

    code = "unknown-license"
    bundle: BundleName


class SettingNotInCatalog(Notice):
    """A bundle names a setting that this version of the product does not know."""

    code = "unknown-setting"
    bundle: BundleName
    setting: str


class SettingUnfit(Notice):
    """A bundle sells a value that its setting cannot have: it counts as absent."""

    severity = Severity.WARNING
    bundle: BundleName
    setting: str
    value: str


class NotFresh(Notice, reasons=True):
    """A trust document or revocation list is past its time."""

    fresh_until: int
    """In seconds since 1970."""
    issuer: str = ""

    @property
    def date(self) -> int:
        """The day from which on it is not fresh, in days since 1970."""
        return day_at(self.fresh_until)
