"""What a program's questions are refused for: mistakes in it, no grant, and a seat that is lost."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from licensekit.errors.coded import LicenseError, Message


class QuestionError(LicenseError):
    """A question that is a mistake in the program that asks it."""


class UnknownCode(QuestionError, reasons=True):
    """A license, a setting or a way to log in that no catalog has, or an issuer whose catalog is not here."""

    name: str
    guess: str = ""
    """The code that may be meant."""
    known: tuple[str, ...] = ()


class WrongKind(QuestionError, reasons=True):
    """A license of another kind than the question is about."""

    license: str
    kind: str
    """What it is: `system`, `site` or `user`."""
    wanted: tuple[str, ...] = ()


class SeatMisused(QuestionError, reasons=True):
    """A seat that cannot be taken in this way."""

    license: str


class OriginInvalid(QuestionError):
    """An address by which browsers would reach the console, and that is none."""

    address: str


class DenialReason(StrEnum):
    """Why something is not granted, in the few words that programs branch on."""

    NOT_LICENSED = "not-licensed"
    """No bundle in force grants it: buy it."""
    PENDING = "pending"
    """What grants it has not started."""
    EXPIRED = "expired"
    FOREIGN = "foreign"
    """What grants it is bound to another installation."""
    UNMAINTAINED = "unmaintained"
    """What grants it does not cover this version of the product."""
    NOT_INSTALLED = "not-installed"
    """It is of an issuer of whom nothing is here."""
    UNKNOWN_USER = "unknown-user"
    UNKNOWN_SITE = "unknown-site"
    RETIRED = "retired"
    NOT_ASSIGNED = "not-assigned"
    """The installation may have it, and this user or site does not."""
    BEYOND_SOLD = "beyond-sold"
    """It is assigned more often than it was sold."""
    NO_LOGIN = "no-login"
    """Somebody decided that this user may not log in, or not in this way, or not now."""


REASONS: Final[Mapping[str, DenialReason]] = {
    "not-licensed": DenialReason.NOT_LICENSED,
    "no-bundle-grants": DenialReason.NOT_LICENSED,
    "only-included": DenialReason.NOT_LICENSED,
    "not-in-catalog": DenialReason.NOT_LICENSED,
    "issuer-absent": DenialReason.NOT_INSTALLED,
    "unknown-user": DenialReason.UNKNOWN_USER,
    "unknown-site": DenialReason.UNKNOWN_SITE,
    "retired": DenialReason.RETIRED,
    "full-with-another": DenialReason.NOT_ASSIGNED,
    "not-held": DenialReason.NOT_ASSIGNED,
    "not-granted-to": DenialReason.NOT_ASSIGNED,
    "beyond-sold": DenialReason.BEYOND_SOLD,
    "login-off": DenialReason.NO_LOGIN,
    "kind": DenialReason.NO_LOGIN,
    "event": DenialReason.NO_LOGIN,
}
"""The code of each class of `licensekit.entitlements.messages` to what it is for a program.

A bundle that is not in force names the reason itself, which is a state of a bundle.
"""


def denial_reason(why: Message) -> DenialReason:
    """Return why something is not granted, in a word that programs branch on."""
    if why.code == "bundle-not-in-force":
        return DenialReason(why.reason)
    return REASONS.get(why.code, DenialReason.NOT_LICENSED)


class NotEntitled(LicenseError):
    """`require`: the license does not grant what is needed; `why` says why not, and `reason` for programs."""

    reason: DenialReason = DenialReason.NOT_LICENSED
    license: str
    why: Message
    holder: str = ""
    """Who asked for it, where it is not the installation as a whole."""
    buy_url: str | None = None
    """Where the issuer sells more, if its catalog names an address."""


class MeterExhausted(LicenseError, reasons=True):
    """Units of a meter that are not there; `reason` says why."""

    license: str
    asked: int
    total: int = 0
    """How many were sold for the period."""
    renews: int | None = None
    """When the next period starts, in seconds since 1970."""
    why: Message | None = None


class LeaseLost(LicenseError, reasons=True):
    """A seat that was held and is not any more; `reason` says why."""

    license: str
    holder: str
    lease: str
    """The id by which administrators see it."""
    refusal: LicenseError | None = None
    """Why it got no other seat when its license had fewer."""
