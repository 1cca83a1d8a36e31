"""Why a user may not log in, and why a license gives less than full access, one class a code."""

from licensekit.entitlements.messages import About, BundleName


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
    number: int
    """The number of the event."""
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
