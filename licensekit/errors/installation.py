"""Errors of an installation: refused files, changes, proposals and questions."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Final

from licensekit.errors.coded import Coded, LicenseError, Message
from licensekit.errors.faults import TextInvalid


class RefusedError(LicenseError):
    """The installation refuses a change and stays as it was; `faults` lists all the reasons."""

    _about: ClassVar[frozenset[str]] = frozenset({"where", "more"})
    more: tuple["RefusedError", ...] = ()  # the other reasons

    @property
    def faults(self) -> tuple["RefusedError", ...]:
        """All reasons to refuse the change, this one first."""
        return (self, *self.more)

    def as_json(self) -> dict[str, Any]:
        """Return the error as plain JSON values, with the other reasons as `more` in its data."""
        said = super().as_json()
        more = [fault.as_json() for fault in self.more]
        return {**said, "data": {**said["data"], "more": more}} if more else said


class BundleRefused(RefusedError, reasons=True):
    """The installation does not activate this bundle."""

    serial: str
    part: str
    use: str
    sequence: int
    present: str = ""
    highest: int = 0
    maintenance: int | None = None
    setting: str = ""
    value: str = ""
    difference: Coded | None = None


class BelowUse(RefusedError, reasons=True):
    """The new licenses cover fewer assignments than there are."""

    license: str
    in_use: int
    total: int
    remove: int
    newest: tuple[str, ...]  # some of its holders, highest slots first
    others: int


class NotActivated(RefusedError, reasons=True):
    """No license has been activated here yet."""


class UpdateNotOffered(RefusedError, reasons=True):
    """No address for newer license files is known."""

    issuer: str


class NoneFree(RefusedError, reasons=True):
    """All of a license are assigned or leased."""

    license: str
    in_use: int
    total: int | None
    buy: str = ""
    why: Coded | None = None


class PlanHeld(RefusedError):
    """A user holds at most one plan of an issuer."""

    holder: str
    plans: tuple[str, ...]
    kept: str  # the plan that the user holds already, or the first of the new ones


class RequirementMissing(RefusedError, reasons=True):
    """A license cannot be assigned before the one that it requires."""

    license: str
    required: str
    holder: str


class StillRequired(RefusedError):
    """A license cannot be released before those that require it."""

    license: str
    requiring: tuple[str, ...]
    children: tuple[str, ...]
    holder: str


class NotAssigned(RefusedError, reasons=True):
    """A license is not assigned to this holder, or is of a kind that is never assigned."""

    license: str
    holder: str = ""


class NotFound(RefusedError, reasons=True):
    """There is no such user, site, event in force, lease, bundle or entry."""

    name: int | str  # the id, or the part of a bundle
    issuer: str = ""
    guess: str = ""  # the code of the license that may be meant


class EntryTaken(RefusedError, reasons=True):
    """This user or site exists already, or a central site does."""

    entry: str


class UserRetired(RefusedError):
    """A retired user holds no licenses."""

    user: str


class BorrowRefused(RefusedError, reasons=True):
    """A seat cannot be borrowed for as long as was asked."""

    license: str
    asked: float
    hours: int


class EntryInvalid(RefusedError, reasons=True):
    """An id, name, group, kind or date that an administrator entered is invalid."""

    entry: str = ""
    kind: str = ""  # what was entered: `user id`, `name`, `message`; or the part to give back
    fault: TextInvalid | None = None
    seconds: int = 0
    shortest: int = 0
    longest: int = 0  # in seconds or characters


class AcceptRefused(RefusedError, reasons=True):
    """There is no restored backup or clock to accept, or it was accepted before."""


class ResetRefused(RefusedError, reasons=True):
    """A reset is for another installation, was used before, or is not the vendor's."""

    effect: str  # what it repairs: `clock`, `sequence` or `restore`
    issuer: str


class MostUsersLeave(RefusedError):
    """Most users would leave or lose licenses by a sync: the export may be cut off, or a group renamed."""

    losing: int
    users: int


class ProposalError(LicenseError):
    """A proposal was not applied; nothing was changed."""


class ConfirmationNeeded(ProposalError):
    """A proposal must be confirmed first; `proposal` is what to show."""

    _about: ClassVar[frozenset[str]] = frozenset({"where", "proposal"})
    proposal: Any  # a `licensekit.proposals.Proposal`
    needs_confirmation: tuple[Coded, ...]


class ProposalStale(ProposalError):
    """A proposal is no longer the same as when it was shown."""

    about: str  # the subject of the proposal: a serial, an order number, keys, a catalog
    changed: tuple[str, ...]  # the key paths and codes of messages that differ


class QuestionError(LicenseError):
    """A program asks an invalid question, which is a mistake in the program."""


class UnknownCode(QuestionError, reasons=True):
    """No catalog has this license, setting or way to log in, or the issuer's catalog is not here."""

    name: str
    guess: str = ""  # the code that may be meant
    known: tuple[str, ...] = ()


class WrongKind(QuestionError, reasons=True):
    """A question is about a license of another kind."""

    license: str
    kind: str  # its kind: `system`, `site` or `user`
    wanted: tuple[str, ...] = ()


class SeatMisused(QuestionError, reasons=True):
    """A seat cannot be taken in this way."""

    license: str


class OriginInvalid(QuestionError):
    """An origin of the console is not a valid address."""

    address: str


class DenialReason(StrEnum):
    """Why something is not granted, as programs branch on it."""

    NOT_LICENSED = "not-licensed"
    """No bundle in force grants it; it must be bought."""
    PENDING = "pending"
    """The bundle that grants it has not started."""
    EXPIRED = "expired"
    FOREIGN = "foreign"
    """The bundle that grants it is bound to another installation."""
    UNMAINTAINED = "unmaintained"
    """The bundle that grants it does not cover this version of the product."""
    NOT_INSTALLED = "not-installed"
    """Nothing of its issuer is here."""
    UNKNOWN_USER = "unknown-user"
    UNKNOWN_SITE = "unknown-site"
    RETIRED = "retired"
    NOT_ASSIGNED = "not-assigned"
    """It is not assigned to this user or site."""
    BEYOND_SOLD = "beyond-sold"
    """It is assigned more often than it was sold."""
    NO_LOGIN = "no-login"
    """This user may not log in: not at all, not in this way, or not during an event."""


_STATED: Final = ("not-licensed", "unknown-user", "unknown-site", "retired", "beyond-sold")
REASONS: Final[Mapping[str, DenialReason]] = {
    **{code: DenialReason(code) for code in _STATED},
    **dict.fromkeys(("no-bundle-grants", "only-included", "not-in-catalog"), DenialReason.NOT_LICENSED),
    **dict.fromkeys(("full-with-another", "not-held", "not-granted-to"), DenialReason.NOT_ASSIGNED),
    **dict.fromkeys(("login-off", "kind", "event"), DenialReason.NO_LOGIN),
    "issuer-absent": DenialReason.NOT_INSTALLED,
}
"""Code of a message of `licensekit.entitlements.messages` to its reason; `bundle-not-in-force` has its own."""


def denial_reason(why: Message) -> DenialReason:
    """Return the reason for programs that a message stands for."""
    stated = why.code == "bundle-not-in-force"
    return DenialReason(why.reason) if stated else REASONS.get(why.code, DenialReason.NOT_LICENSED)


class NotEntitled(LicenseError):
    """The license does not grant what `require` needs; `why` explains it to people, `reason` to programs."""

    reason: DenialReason = DenialReason.NOT_LICENSED
    license: str
    why: Message
    holder: str = ""
    """The user or site; empty for the installation as a whole."""
    buy_url: str | None = None
    """The address where the issuer sells more, if its catalog has one."""


class MeterExhausted(LicenseError, reasons=True):
    """A meter has too few units left; `reason` says why."""

    license: str
    asked: int
    total: int = 0
    """The units sold for the period."""
    renews: int | None = None
    """When the next period starts, in seconds since 1970."""
    why: Message | None = None


class LeaseLost(LicenseError, reasons=True):
    """A seat was lost; `reason` says why."""

    license: str
    holder: str
    lease: str  # its id, as administrators see it
    refusal: LicenseError | None = None  # why there was no other seat when its license was reduced
    by: str = ""  # who ended it, if known
    since: int | None = None  # when it was last renewed, in seconds since 1970, if it was not renewed in time
