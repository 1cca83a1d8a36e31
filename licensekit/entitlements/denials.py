"""Why a user may not log in, and why a license gives less than full access, one class a code."""

from typing import Final

from licensekit.entitlements.messages import About, BundleName

_NEWER: Final = "activate FILE"
"""The command that takes what the vendor sends."""


class Reason(About):
    """One reason why a user may not log in."""


class NoSuchUser(Reason):
    """There is no such user."""

    code = "unknown-user"
    template = "there is no such user here"


class Retired(Reason):
    """The user is retired."""

    template = "{user} is retired"
    subject_template = "{user}"
    remedy_template = "users set {user:typed} --active"
    user: str


class LoginOff(Reason):
    """*Can log in* is off."""

    template = "*can log in* is off for {user}"
    subject_template = "{user}"
    remedy_template = "users set {user:typed} --login"
    user: str


class KindExcluded(Reason):
    """This kind of user may not come this way."""

    code = "kind"
    template = "{user} is a user of kind {kind}, who may not use `{way}`"
    subject_template = "{way}"
    user: str
    kind: str
    way: str


class NotLicensed(Reason):
    """The installation does not have a system license that the way takes."""

    template = "the installation has no license `{license}`"
    subject_template = "{license}"
    remedy_template = "explain {license}"
    license: str


class NotHeld(Reason):
    """The user does not hold a license that the way takes."""

    template = "the user does not hold the license `{license}`"
    subject_template = "{license}"
    remedy_template = "explain {license}"
    license: str


class LoginsStopped(Reason):
    """A `no-login` event is in force."""

    code = "event"
    template = {"silent": "no logins for now", "announced": "no logins for now: {announcement}"}
    subject_template = "{number}"
    remedy_template = "events end {number}"
    number: int
    """The number of the event."""
    announcement: str = ""


class WhyNot(About):
    """Why a license gives less than full access."""


class NoSuchSite(WhyNot):
    """There is no such site."""

    code = "unknown-site"
    template = "there is no such site here"


class BundleNotInForce(WhyNot):
    """A bundle grants it, and cannot now."""

    template = {
        "expired": "bundle {bundle} expired",
        "foreign": "bundle {bundle} is bound to another installation",
        "unmaintained": "bundle {bundle} does not cover this version of the product",
        "pending": "bundle {bundle} has not started",
    }
    subject_template = "{bundle}"
    remedy_template = {"expired": _NEWER, "foreign": "request", "unmaintained": _NEWER}
    bundle: BundleName


class FullWithAnother(WhyNot):
    """It is full for users who hold another license."""

    template = "alone it can be read, and with the user license `{license}` it is full"
    remedy_template = "explain {license}"
    license: str


class OnlyIncluded(WhyNot):
    """It is not sold by itself."""

    template = "it is not sold by itself, but included in: {included_in:list}"
    included_in: tuple[str, ...]


class NoBundleGrants(WhyNot):
    """No bundle in force grants it."""

    template = "no bundle in force grants it"
    remedy_template = _NEWER


class NotInCatalog(WhyNot):
    """A newer catalog does not have it any more."""

    template = "it is in no catalog any more"


class IssuerAbsent(Reason, WhyNot):
    """It is of an issuer whose catalog is not here."""

    template = "nothing of the issuer {issuer} is installed here"
    subject_template = "{issuer}"
    remedy_template = _NEWER
    issuer: str


class BeyondSold(Reason, WhyNot):
    """An assignment that gives a license gives nothing: its slot is above what is sold."""

    template = {
        "slot": "the assignment of `{license}` has slot {slot}, beyond the {total} that are sold;"
        " release others, or prefer this one",
        "no-slot": "the assignment of `{license}` has no slot of its own;"
        " somebody edited the database: release it and assign it again",
        "satellite": "the site is satellite {slot}, beyond those that are sold; remove other satellites, or buy more",
    }
    subject_template = "{license}"
    remedy_template = "explain {license}"
    license: str
    slot: int
    total: int


class NotGrantedTo(WhyNot):
    """A user or site is not given it by any license that it holds, or not to that extent."""

    template = "`{holder}` does not have it to this extent; see what is assigned and what the installation has"
    holder: str
