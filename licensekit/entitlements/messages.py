"""What an administrator should know about what is granted here, one class a code."""

from enum import StrEnum
from typing import Any, ClassVar, Final, NamedTuple

from licensekit.dates import day_at, format_days
from licensekit.errors.coded import Message, Templates
from licensekit.wire.documents import label_of

_NEWER: Final = "activate FILE"
"""The command that takes what the vendor sends."""


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

    subject_template: ClassVar[Templates] = ""
    remedy_template: ClassVar[Templates] = ""
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

    level: ClassVar[Severity] = Severity.INFO
    """The severity, where it is always the same."""
    consequence_template: ClassVar[Templates] = ""
    """What follows while nobody acts, or has followed: a clause that stands behind the message."""
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


_AFTER_GRACE: Final = {
    "read-only": "after {ends:day}, what is full can only be read",
    "block": "after {ends:day}, what it grants is gone",
    "advisory": "everything works on after {ends:day}",
}
"""What follows once a bundle has ended, by its policy."""


class Summary(Message):
    """Until when the product is licensed, or why not, and how much an administrator must do."""

    template = {
        "until": "licensed until {until:day}",
        "grace": "licensed until {ends:day}, in grace",
        "perpetual": "licensed perpetually",
        "nothing": "not licensed: nothing is activated here",
        "no-base": "not licensed: no base bundle is in force here",
        "pending": "not licensed yet: {bundle} starts on {until:day}",
        "expired": "not licensed: {bundle} has expired",
        "foreign": "not licensed: {bundle} is for another installation",
        "unmaintained": "not licensed: {bundle} is out of maintenance",
    }
    hint_template = "{due:count thing needs|things need} you"
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

    subject_template = "{bundle}"
    bundle: BundleName


class LicenseNotice(Notice):
    """One thing that an administrator should know about a license."""

    subject_template = "{license}"
    remedy_template = "explain {license}"
    license: str


class Expired(BundleNotice):
    """A bundle has expired, and what follows."""

    template = dict.fromkeys(_AFTER_GRACE, "{bundle} has expired: its last day was {ended:day}")
    consequence_template = {
        "read-only": "what was full is read-only now",
        "block": "what it granted is gone",
        "advisory": "everything works on",
    }
    hint_template = "ask the vendor for a renewal"
    remedy_template = _NEWER
    date_field = "ended"
    level = Severity.ERROR
    ended: int
    """The last day of its term, or of grace."""


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

    template = "{bundle} is bound to another installation ({difference})"
    consequence_template = "it grants nothing here"
    hint_template = "ask for a new one with a request"
    remedy_template = "request"
    level = Severity.ERROR
    difference: BindingDifference


class Unmaintained(BundleNotice):
    """Maintenance ended before this version of the product was released."""

    template = "{bundle}: maintenance ended on {maintenance:day}, before this version of the product was released"
    consequence_template = "it grants nothing to this version"
    hint_template = "ask the vendor for maintenance, or use an earlier version"
    remedy_template = _NEWER
    date_field = "maintenance"
    level = Severity.ERROR
    maintenance: int


class CountExceeded(LicenseNotice):
    """More are in use than there are."""

    code = "deficit"
    template = "{license}: {in_use} in use and {total} licensed; release {excess} or activate more"
    consequence_template = "the assignments with the highest slots give nothing"
    level = Severity.ERROR
    in_use: int
    total: int | None
    excess: int


class ExpiresSoon(BundleNotice):
    """A bundle is about to expire."""

    code = "warning"
    template = dict.fromkeys(_AFTER_GRACE, "{bundle} expires on {expiry:day}")
    consequence_template = _AFTER_GRACE
    hint_template = "ask the vendor for a renewal"
    remedy_template = _NEWER
    date_field = "expiry"
    level = Severity.WARNING
    expiry: int
    ends: int
    """The last day on which everything works."""


class InGrace(BundleNotice):
    """A bundle has expired and grace runs."""

    code = "grace"
    template = dict.fromkeys(_AFTER_GRACE, "{bundle} expired on {expiry:day}, and grace ends on {ends:day}")
    consequence_template = _AFTER_GRACE
    hint_template = "ask the vendor for a renewal"
    remedy_template = _NEWER
    date_field = "ends"
    level = Severity.WARNING
    expiry: int
    ends: int
    """The last day of grace."""


class FactsChanged(BundleNotice):
    """Facts of the machine that a bundle is bound to have changed, and not yet too many."""

    template = "{bundle}: {difference}; ask for a new one with a request before more of them change"
    consequence_template = "once fewer are as they were than must be, it grants nothing here"
    remedy_template = "request"
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

    template = "{license}: all {total} seats are taken"
    consequence_template = "whoever wants one waits"
    remedy_template = "leases list --license {license}"
    total: int


class CheckDue(BundleNotice):
    """It is time to look for a newer file."""

    code = "next-check"
    template = "{bundle}: look for a newer license file, due since {day:day}"
    remedy_template = _NEWER
    date_field = "day"
    day: int


class WaitsForStart(BundleNotice):
    """A bundle waits for its start."""

    code = "pending"
    template = "{bundle} waits for its start on {start:day}"
    consequence_template = "until then it grants nothing"
    date_field = "start"
    start: int


class LicenseNotInCatalog(LicenseNotice):
    """A bundle names a license that this version of the product does not know."""

    code = "unknown-license"
    template = "{bundle} names `{license}`, which this version of the product does not know"
    consequence_template = "it grants nothing until the product is updated"
    remedy_template = ""
    bundle: BundleName


class SettingNotInCatalog(Notice):
    """A bundle names a setting that this version of the product does not know."""

    code = "unknown-setting"
    template = "{bundle} names the setting `{setting}`, which this version of the product does not know"
    consequence_template = "it has no effect until the product is updated"
    subject_template = "{setting}"
    bundle: BundleName
    setting: str


class SettingUnfit(Notice):
    """A bundle sells a value that its setting cannot have: it counts as absent."""

    template = "{bundle}: {value:quoted} does not fit the setting `{setting}`"
    consequence_template = "it is not used"
    hint_template = "ask the issuer for a file with a value that fits"
    remedy_template = _NEWER
    level = Severity.WARNING
    subject_template = "{setting}"
    bundle: BundleName
    setting: str
    value: str


class NotFresh(Notice):
    """A trust document or revocation list is past its time."""

    template = {
        "trust": "the trust document is past its time, {fresh_until:time}",
        "revocations": "the revocation list of `{issuer}` is past its time, {fresh_until:time}",
    }
    consequence_template = "nothing stops; what was revoked since then is not known here"
    hint_template = "ask the vendor for a newer file"
    remedy_template = _NEWER
    subject_template = {"trust": "the trust document", "revocations": "the revocation list of `{issuer}`"}
    fresh_until: int
    """In seconds since 1970."""
    issuer: str = ""

    @property
    def date(self) -> int:
        """The day from which on it is not fresh, in days since 1970."""
        return day_at(self.fresh_until)
