"""What an installation refuses: a file, an administrator's change or proposal, and a program's question."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Final

from licensekit.errors.coded import Coded, LicenseError, Message
from licensekit.errors.faults import TextInvalid


class RefusedError(LicenseError):
    """The installation refuses a change; its state is as it was. `faults` says all that is why."""

    _about: ClassVar[frozenset[str]] = frozenset({"where", "more"})
    more: tuple["RefusedError", ...] = ()  # what else stands against the change

    @property
    def faults(self) -> tuple["RefusedError", ...]:
        """Everything that stands against the change, this first."""
        return (self, *self.more)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values; `more` in its data is what else stands against it."""
        said = super().as_json()
        more = [fault.as_json() for fault in self.more]
        return {**said, "data": {**said["data"], "more": more}} if more else said


class BundleRefused(RefusedError, reasons=True):
    """A bundle that the installation does not activate; its data name the bundle."""

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
    """The new license set covers fewer than are assigned."""

    license: str
    in_use: int
    total: int
    remove: int
    newest: tuple[str, ...]  # the first of those who hold it, with the highest slots
    others: int


class NotActivated(RefusedError, reasons=True):
    """Nothing was activated here yet."""


class UpdateNotOffered(RefusedError, reasons=True):
    """There is no address at which a newer license file could be."""

    issuer: str


class NoneFree(RefusedError, reasons=True):
    """As many are assigned, or leased, as there are."""

    license: str
    in_use: int
    total: int | None
    buy: str = ""
    why: Coded | None = None


class PlanHeld(RefusedError):
    """A user holds at most one plan of an issuer."""

    holder: str
    plans: tuple[str, ...]
    kept: str  # the plan that is held already, or the first of the new ones


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
    """A license that is not assigned there, so not released; or that is not assigned to anybody."""

    license: str
    holder: str = ""


class NotFound(RefusedError, reasons=True):
    """There is no such user or site, no such event in force, no lease that is held, no such bundle or entry."""

    name: int | str  # its id; of a bundle its part
    issuer: str = ""
    guess: str = ""  # the code of the license that may be meant


class EntryTaken(RefusedError, reasons=True):
    """There is such a user or site already, or a central site."""

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
    """An id, name, group, kind or date that an administrator gave and that cannot be kept."""

    entry: str = ""
    kind: str = ""  # what it was to be: `user id`, `name`, `message`; or the part to give back
    fault: TextInvalid | None = None
    seconds: int = 0
    shortest: int = 0
    longest: int = 0  # bounds of seconds, or of characters


class AcceptRefused(RefusedError, reasons=True):
    """A restored backup or a clock that cannot be accepted: there is none to accept, or it was done before."""


class ResetRefused(RefusedError, reasons=True):
    """A reset that is for another installation, was used before, or is not the vendor's."""

    effect: str  # what it puts right: `clock`, `sequence` or `restore`
    issuer: str


class MostUsersLeave(RefusedError):
    """A sync by which most users would leave or lose licenses: the export may be cut off, or a group renamed."""

    losing: int
    users: int


class ProposalError(LicenseError):
    """A proposal that is not carried out; nothing was changed."""


class ConfirmationNeeded(ProposalError):
    """A proposal that somebody must confirm first; `proposal` is what to show."""

    _about: ClassVar[frozenset[str]] = frozenset({"where", "proposal"})
    proposal: Any  # a `licensekit.proposals.Proposal`
    needs_confirmation: tuple[Coded, ...]


class ProposalStale(ProposalError):
    """A proposal of which something has changed since it was shown."""

    about: str  # what the proposal was about: a serial, an order number, keys, a catalog
    changed: tuple[str, ...]  # the key paths and codes of messages that are different now


class QuestionError(LicenseError):
    """A question that is a mistake in the program that asks it."""


class UnknownCode(QuestionError, reasons=True):
    """A license, a setting or a way to log in that no catalog has, or an issuer whose catalog is not here."""

    name: str
    guess: str = ""  # the code that may be meant
    known: tuple[str, ...] = ()


class WrongKind(QuestionError, reasons=True):
    """A license of another kind than the question is about."""

    license: str
    kind: str  # what it is: `system`, `site` or `user`
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


_STATED: Final = ("not-licensed", "unknown-user", "unknown-site", "retired", "beyond-sold")
REASONS: Final[Mapping[str, DenialReason]] = {
    **{code: DenialReason(code) for code in _STATED},
    **dict.fromkeys(("no-bundle-grants", "only-included", "not-in-catalog"), DenialReason.NOT_LICENSED),
    **dict.fromkeys(("full-with-another", "not-held", "not-granted-to"), DenialReason.NOT_ASSIGNED),
    **dict.fromkeys(("login-off", "kind", "event"), DenialReason.NO_LOGIN),
    "issuer-absent": DenialReason.NOT_INSTALLED,
}
"""The code of each class of `licensekit.entitlements.messages` to what it is for a program.

A bundle that is not in force names the reason itself, which is a state of a bundle.
"""


def denial_reason(why: Message) -> DenialReason:
    """Return why something is not granted, in a word that programs branch on."""
    stated = why.code == "bundle-not-in-force"
    return DenialReason(why.reason) if stated else REASONS.get(why.code, DenialReason.NOT_LICENSED)


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
    lease: str  # the id by which administrators see it
    refusal: LicenseError | None = None  # why it got no other seat when its license had fewer
    by: str = ""  # who ended it, as far as that is known
    since: int | None = None  # when it was taken or renewed last, in seconds since 1970, if it was not renewed in time
