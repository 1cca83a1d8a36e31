"""What an administrator should know about what is granted here, one class a code."""

from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from licensekit.dates import format_days
from licensekit.errors.coded import Message, Templates
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
    """A message that says what it is about."""

    subject_template: ClassVar[Templates] = ""

    @property
    def subject(self) -> str:
        """What it is about: the label of a bundle, a license code, an issuer, the number of an event."""
        return self._say(self.subject_template)

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain JSON values."""
        return {**super().as_json(), "subject": self.subject}


class Notice(About):
    """One thing that an administrator should know."""

    level: ClassVar[Severity] = Severity.INFO
    """The severity, where it is always the same."""
    consequence_template: ClassVar[Templates] = ""
    """What follows while nobody acts, or has followed: a clause that stands behind the message."""
    remedy_template: ClassVar[Templates] = ""
    """The command that helps, without the name of the program: `users list --idle {days}`."""
    date_field: ClassVar[str] = ""
    """The name of the field that is its date, in days since 1970; empty where it has none."""
    days: int | None = None
    """Days left until what it warns of; None where no date is involved."""

    @property
    def severity(self) -> Severity:
        """How soon somebody should act."""
        return self.level

    @property
    def consequence(self) -> str:
        """What follows while nobody acts, or has followed; empty where nothing does."""
        return self._say(self.consequence_template)

    @property
    def remedy(self) -> str:
        """The command line that helps, `licensekit …`; empty where no command does."""
        return f"licensekit {self._say(self.remedy_template)}" if self.remedy_template else ""

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
            "remedy": self.remedy or None,
        }


class BundleNotice(Notice):
    """One thing that an administrator should know about a bundle."""

    subject_template = "{bundle}"
    bundle: BundleName


class LicenseNotice(Notice):
    """One thing that an administrator should know about a license."""

    subject_template = "{license}"
    license: str


class Expired(BundleNotice):
    """A bundle has expired, and what follows."""

    template = {
        "read-only": "{bundle} has expired: what was full is read-only now",
        "block": "{bundle} has expired: what it granted is gone",
        "advisory": "{bundle} has expired: everything works on",
    }
    level = Severity.ERROR


class BindingDifference(Message):
    """How the installation that a bundle is bound to differs from this one."""

    template = {
        "key": "the key of this installation is another one",
        "facts": ("{same} of {facts} machine facts are as they were and {needed} must be: not {changed:list}"),
    }
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

    template = "{bundle} is bound to another installation and grants nothing here ({difference})"
    hint_template = "ask for a new one with a request"
    level = Severity.ERROR
    difference: BindingDifference


class Unmaintained(BundleNotice):
    """Maintenance ended before this version of the product was released."""

    template = "{bundle}: maintenance ended before this version of the product was released"
    level = Severity.ERROR


class CountExceeded(LicenseNotice):
    """More are in use than there are."""

    code = "deficit"
    template = "{license}: {in_use} in use and {total} licensed; release {excess} or activate more"
    level = Severity.ERROR
    in_use: int
    total: int | None
    excess: int


class ExpiresSoon(BundleNotice):
    """A bundle is about to expire."""

    code = "warning"
    template = "{bundle} expires on {expiry:day}"
    level = Severity.WARNING
    expiry: int


class InGrace(BundleNotice):
    """A bundle has expired and grace runs."""

    code = "grace"
    template = "{bundle} expired on {expiry:day}, and grace ends on {grace:day}"
    level = Severity.WARNING
    expiry: int
    grace: int


class FactsChanged(BundleNotice):
    """Facts of the machine that a bundle is bound to have changed, and not yet too many."""

    template = "{bundle}: {difference}; ask for a new one with a request before more of them change"
    difference: BindingDifference

    @property
    def severity(self) -> Severity:
        """A warning if none may change any more."""
        has_spare = self.difference.same > self.difference.needed
        return Severity.INFO if has_spare else Severity.WARNING


class NearlyUsed(LicenseNotice):
    """Nine of ten, or more, of a license are in use."""

    template = "{license}: {in_use} of {total} are in use"
    in_use: int
    total: int


class UsedUp(LicenseNotice):
    """As many of a license are in use as there are."""

    template = "{license}: all {total} are in use; release some, or activate more, before another one is needed"
    total: int


class SeatsTaken(LicenseNotice):
    """All seats of a license of concurrent seats are taken."""

    template = "{license}: all {total} seats are taken, and whoever wants one waits"
    total: int


class CheckDue(BundleNotice):
    """It is time to look for a newer file."""

    code = "next-check"
    template = "{bundle}: look for a newer license file, due since {day:day}"
    day: int


class WaitsForStart(BundleNotice):
    """A bundle waits for its start."""

    code = "pending"
    template = "{bundle} waits for its start on {start:day}"
    start: int


class LicenseNotInCatalog(LicenseNotice):
    """A bundle names a license that this version of the product does not know."""

    code = "unknown-license"
    template = "{bundle} names `{license}`, which this version of the product does not know"
    bundle: BundleName


class SettingNotInCatalog(Notice):
    """A bundle names a setting that this version of the product does not know."""

    code = "unknown-setting"
    template = "{bundle} names the setting `{setting}`, which this version of the product does not know"
    subject_template = "{setting}"
    bundle: BundleName
    setting: str


class SettingUnfit(Notice):
    """A bundle sells a value that its setting cannot have: it counts as absent."""

    template = "{bundle}: {value:quoted} does not fit the setting `{setting}` and is not used"
    hint_template = "ask the issuer for a file with a value that fits"
    level = Severity.WARNING
    subject_template = "{setting}"
    bundle: BundleName
    setting: str
    value: str


class NotFresh(Notice):
    """A trust document or revocation list is past its time."""

    template = {
        "trust": "the trust document is past its time",
        "revocations": "the revocation list of `{issuer}` is past its time",
    }
    hint_template = "ask the vendor for a newer file"
    subject_template = {"trust": "the trust document", "revocations": "the revocation list of `{issuer}`"}
    fresh_until: int
    """In seconds since 1970."""
    issuer: str = ""
