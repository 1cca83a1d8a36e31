"""Messages about entitlements: the base classes of notices, and the reasons why something is not granted."""

from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, cast

from licensekit.dates import format_days
from licensekit.errors.coded import Coded, Message, Templates, Text
from licensekit.wire.documents import label_of


class BundleName(NamedTuple):
    """The name of a bundle in messages."""

    serial: str
    part: str
    use: str  # `production`, `trial` or `demo`
    sequence: int
    owner: str = ""  # the issuer, unless it is the vendor

    def __str__(self) -> str:
        return f"{self.owner} {label_of(self.serial, self.part, self.use, self.sequence)}".lstrip()


class Severity(StrEnum):
    """How soon somebody should act."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class About(Message):
    """A message with its subject and a command that helps."""

    subject_template: ClassVar[Templates] = cast("Templates", Text("subject", ""))
    remedy_template: ClassVar[Templates] = cast("Templates", Text("remedy", ""))
    """The command that helps, without the name of the program: `users list --idle {days}`."""

    @property
    def subject(self) -> str:
        """The subject: the label of a bundle, a license code, an issuer, or the number of an event."""
        return self._say(self.subject_template)

    @property
    def remedy(self) -> str:
        """The command line that helps, `licensekit …`, or empty."""
        command = self._say(self.remedy_template)
        return f"licensekit {command}" if command else ""

    def as_json(self) -> dict[str, Any]:
        """Return the message as plain JSON values."""
        return {**super().as_json(), "subject": self.subject, "remedy": self.remedy or None}


class _Level(Text):
    """The severity of a code in `messages.toml`."""

    def __get__(self, instance: object, kind: type[Coded]) -> Severity:
        return Severity(str(super().__get__(instance, kind)))


class Notice(About):
    """A notice for administrators."""

    consequence_template: ClassVar[Templates] = cast("Templates", Text("consequence", ""))
    """A clause to append to the message: what happens if nobody acts, or has happened."""
    date_field: ClassVar[str] = cast("str", Text("date", ""))
    """The name of the field with its date, in days since 1970, or empty."""
    severity: Severity = cast("Severity", _Level("severity", "info"))
    """How soon somebody should act."""
    days: int | None = None
    """The days left until the date, if any."""
    _about = frozenset({"severity"})

    @property
    def consequence(self) -> str:
        """What happens if nobody acts, or has happened, or empty."""
        return self._say(self.consequence_template)

    @property
    def date(self) -> int | None:
        """The date of the notice in days since 1970, if any."""
        return getattr(self, self.date_field) if self.date_field else None

    def as_json(self) -> dict[str, Any]:
        """Return the notice as plain JSON values."""
        own = {"severity": self.severity.value, "days": self.days, "consequence": self.consequence or None}
        return {**super().as_json(), **own, "date": None if self.date is None else format_days(self.date)}


class Summary(Message, reasons=True):
    """Until when the product is licensed, or why it is not, and how many notices need attention."""

    nothing_template: ClassVar[Templates] = cast("Templates", Text("nothing"))
    due: int  # the number of warnings and errors
    until: int | None = None
    ends: int | None = None
    bundle: BundleName | None = None

    @property
    def is_licensed(self) -> bool:
        """Whether everything in the product's base part works."""
        return self.reason in {"until", "grace", "perpetual"}

    @property
    def hint(self) -> str:
        """How many notices need attention."""
        return super().hint if self.due else self._say(self.nothing_template)


class BindingDifference(Message, reasons=True):
    """The differences between the installation that a bundle is bound to and this one."""

    facts: int
    same: int
    needed: int
    changed: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the key and enough facts match, so that this is the installation."""
        return self.reason == "facts" and self.same >= self.needed


class Reason(About):
    """A reason why a user may not log in."""


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
    """This kind of user may not log in this way."""

    code = "kind"
    user: str
    kind: str
    way: str


class NotLicensed(Reason):
    """The installation lacks a system license that this way to log in requires."""

    license: str


class NotHeld(Reason):
    """The user lacks a license that this way to log in requires."""

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
    """The bundle that grants it is not in force."""

    bundle: BundleName


class FullWithAnother(WhyNot):
    """It gives full access only to users who hold another license."""

    license: str


class OnlyIncluded(WhyNot):
    """It is not sold by itself."""

    included_in: tuple[str, ...]


class NoBundleGrants(WhyNot):
    """No bundle in force grants it."""


class NotInCatalog(WhyNot):
    """The newest catalog does not have it any more."""


class IssuerAbsent(Reason, WhyNot):
    """The catalog of its issuer is not here."""

    issuer: str


class BeyondSold(Reason, WhyNot, reasons=True):
    """The assignment gives nothing, because its slot is above the number sold."""

    license: str
    slot: int
    total: int


class NotGrantedTo(WhyNot):
    """No license of the user or site gives it, or gives this access."""

    holder: str
