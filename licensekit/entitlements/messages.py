"""What messages about what is granted are made of, and why something is not granted, one class a code."""

from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, cast

from licensekit.dates import format_days
from licensekit.errors.coded import Coded, Message, Templates, Text
from licensekit.wire.documents import label_of


class BundleName(NamedTuple):
    """How messages name a bundle."""

    serial: str
    part: str
    use: str  # `production`, `trial` or `demo`
    sequence: int
    owner: str = ""  # the issuer, where that is not the vendor

    def __str__(self) -> str:
        return f"{self.owner} {label_of(self.serial, self.part, self.use, self.sequence)}".lstrip()


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


class _Level(Text):
    """How soon somebody should act, as `messages.toml` says of a code."""

    def __get__(self, instance: object, kind: type[Coded]) -> Severity:
        return Severity(str(super().__get__(instance, kind)))


class Notice(About):
    """One thing that an administrator should know."""

    consequence_template: ClassVar[Templates] = cast("Templates", Text("consequence", ""))
    """What follows while nobody acts, or has followed: a clause that stands behind the message."""
    date_field: ClassVar[str] = cast("str", Text("date", ""))
    """The name of the field that is its date, in days since 1970; empty where it has none."""
    severity: Severity = cast("Severity", _Level("severity", "info"))
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
        own = {"severity": self.severity.value, "days": self.days, "consequence": self.consequence or None}
        return {**super().as_json(), **own, "date": None if self.date is None else format_days(self.date)}


class Summary(Message, reasons=True):
    """Until when the product is licensed, or why not, and how much an administrator must do."""

    nothing_template: ClassVar[Templates] = cast("Templates", Text("nothing"))
    due: int  # how many notices are warnings or errors
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
        return super().hint if self.due else self._say(self.nothing_template)


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


class Reason(About):
    """One reason why a user may not log in."""


class NoSuchUser(Reason):
    """There is no such user."""

    code = "unknown-user"


class Retired(Reason):
    """The user is retired."""

    user: str


class LoginOff(Reason):
    """*Can log in* is off."""

    user: str


class KindExcluded(Reason):
    """This kind of user may not come this way."""

    code = "kind"
    user: str
    kind: str
    way: str


class NotLicensed(Reason):
    """The installation does not have a system license that the way takes."""

    license: str


class NotHeld(Reason):
    """The user does not hold a license that the way takes."""

    license: str


class LoginsStopped(Reason, reasons=True):
    """A `no-login` event is in force."""

    code = "event"
    number: int  # the number of the event
    announcement: str = ""


class WhyNot(About):
    """Why a license gives less than full access."""


class NoSuchSite(WhyNot):
    """There is no such site."""

    code = "unknown-site"


class BundleNotInForce(WhyNot, reasons=True):
    """A bundle grants it, and cannot now."""

    bundle: BundleName


class FullWithAnother(WhyNot):
    """It is full for users who hold another license."""

    license: str


class OnlyIncluded(WhyNot):
    """It is not sold by itself."""

    included_in: tuple[str, ...]


class NoBundleGrants(WhyNot):
    """No bundle in force grants it."""


class NotInCatalog(WhyNot):
    """A newer catalog does not have it any more."""


class IssuerAbsent(Reason, WhyNot):
    """It is of an issuer whose catalog is not here."""

    issuer: str


class BeyondSold(Reason, WhyNot, reasons=True):
    """An assignment that gives a license gives nothing: its slot is above what is sold."""

    license: str
    slot: int
    total: int


class NotGrantedTo(WhyNot):
    """A user or site is not given it by any license that it holds, or not to that extent."""

    holder: str
