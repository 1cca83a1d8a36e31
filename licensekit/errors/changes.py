"""What an installation refuses, a file or an administrator's change, and proposals that are not carried out."""

from typing import Any, ClassVar, Final

from licensekit.errors.coded import Coded, LicenseError
from licensekit.errors.faults import TextInvalid

_BUNDLE: Final = "{serial} {part} {use:use}{sequence}"


class RefusedError(LicenseError):
    """The installation refuses a change; its state is as it was. `faults` says all that is why."""

    _about: ClassVar[frozenset[str]] = frozenset({"where", "more"})
    more: tuple["RefusedError", ...] = ()
    """What else stands against the change."""

    @property
    def faults(self) -> tuple["RefusedError", ...]:
        """Everything that stands against the change, this first."""
        return (self, *self.more)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values; `more` in its data is what else stands against it."""
        said = super().as_json()
        more = [fault.as_json() for fault in self.more]
        return {**said, "data": {**said["data"], "more": more}} if more else said


class BundleRefused(RefusedError):
    """A bundle that the installation does not activate; its data name the bundle."""

    template = {
        "other-serial": f"{_BUNDLE} is for serial {{serial}}, and this installation has {{present}};"
        " ask the issuer for a bundle for {present}, or one that replaces it",
        "older": f"{_BUNDLE} is older than sequence {{highest}}, which was activated here;"
        " activate the newest file, or ask the vendor for a reset of the sequence",
        "other-here": f"another {_BUNDLE} was activated here; ask the issuer for one of a higher sequence",
        "returned": f"{_BUNDLE} was returned from here; ask the issuer for a new bundle",
        "unmaintained": f"{_BUNDLE} covers versions released until {{maintenance:day}},"
        " and this one was released later; renew the maintenance, or use an earlier version of the product",
        "setting": f"{_BUNDLE}: {{value:quoted}} does not fit the setting `{{setting}}`;"
        " ask the issuer for a file with a value that fits",
        "foreign": f"{_BUNDLE} is bound to another installation: {{difference}};"
        " make a request here with `licensekit request`, and send it to the issuer",
    }
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


class BelowUse(RefusedError):
    """The new license set covers fewer than are assigned."""

    # Either all holders are named, or the first of them.
    template = dict.fromkeys(("few", "many"), "{license}: {in_use} in use and {total} in the new license set")
    hint_template = {
        reason: f"release {{remove}} of those who hold it first: {named},"
        " or run `licensekit activate FILE --settle newest`"
        for reason, named in (("few", "{newest:list}"), ("many", "{newest:list} and {others} more"))
    }
    license: str
    in_use: int
    total: int
    remove: int
    newest: tuple[str, ...]
    """The first of those who hold it, with the highest slots."""
    others: int


class NotActivated(RefusedError):
    """Nothing was activated here yet."""

    template = {
        "absent": "no installation was set up here yet; run `licensekit activate FILE`",
        "no-pack": "nothing was activated here yet, so the vendor's pack is needed;"
        " activate a file with `--pack FILE`, and `--root PIN` from the vendor's documentation",
        "no-serial": "nothing was activated here yet, so there is nothing to state; run `licensekit activate FILE`",
    }


class UpdateNotOffered(RefusedError):
    """There is no address at which a newer license file could be."""

    template = {
        "nothing": "no license of `{issuer}` was activated here yet; run `licensekit activate FILE` first",
        "catalog": "the catalog of `{issuer}` names no address for newer license files;"
        " ask its vendor for them by mail, or for a catalog with `update`",
        "pickup": "the license of `{issuer}` that is here does not say where newer ones are;"
        " ask its vendor to renew it, and activate that file: the ones after it are found",
    }
    issuer: str


class NoneFree(RefusedError):
    """As many are assigned, or leased, as there are."""

    template = {
        "assigned": "no `{license}` is free: {in_use} of {total} are assigned; release one, or activate more",
        "for-sale": "no `{license}` is free: {in_use} of {total} are assigned; release one, or buy more: {buy}",
        "none": "there is no `{license}` to assign; {why}",
        "sites": "no `{license}` is free: there is room for {total:count site|sites} beside the central one,"
        " and {in_use} are there; remove a site, or activate more",
        "no-sites": "no `{license}` is free: there is room for no site beside the central one; {why}",
        "leased": "no seat of `{license}` is free: {in_use} of {total} are taken;"
        " wait for one, or look at `leases list` for who holds them",
    }
    license: str
    in_use: int
    total: int | None
    buy: str = ""
    why: Coded | None = None


class PlanHeld(RefusedError):
    """A user holds at most one plan of an issuer."""

    template = "{holder} would have the plans {plans:list}, and a user has at most one of an issuer"
    hint_template = "release `{kept}` in the same change"
    holder: str
    plans: tuple[str, ...]
    kept: str
    """The plan that is held already, or the first of the new ones."""


class RequirementMissing(RefusedError):
    """A license cannot be assigned before the one that it requires."""

    template = {
        "installation": "`{license}` requires `{required}`, which the installation does not have;"
        " ask the vendor for it",
        "holder": "`{license}` requires `{required}`, which {holder} does not have;"
        " assign `{required}`, or what includes it, first",
    }
    license: str
    required: str
    holder: str


class StillRequired(RefusedError):
    """A license cannot be released before those that require it."""

    template = "{holder} would lose `{license}`, which is required by {requiring:list}"
    hint_template = "release as well: {children:list}"
    license: str
    requiring: tuple[str, ...]
    children: tuple[str, ...]
    holder: str


class NotAssigned(RefusedError):
    """A license that is not assigned there, so not released; or that is not assigned to anybody."""

    template = {
        "not-held": "{holder} is not assigned `{license}`;"
        " a license that comes with another one is released with that one",
        "system": "`{license}` is not assigned: the installation as a whole has it",
        "limits-sites": "`{license}` is not assigned: it limits how many sites there are",
        "concurrent": "`{license}` is not assigned: its seats are taken by whoever is at work",
    }
    license: str
    holder: str = ""


class NotFound(RefusedError):
    """There is no such user or site, no such event in force, no lease that is held, or no such bundle."""

    template = {
        "user": "there is no user {name:quoted}; look at `users list`",
        "site": "there is no site {name:quoted}; look at `sites list`",
        "event": "there is no event {name:line} in force; look at `events list`",
        "lease": "there is no lease {name:quoted}; look at `leases list`",
        "active": "no bundle `{name}` of {issuer} is active here; look at `status`",
        "returned": "no bundle `{name}` of {issuer} was returned from here; look at `status`",
        "anything": "no user, license or file here is called {name:quoted};"
        " {guess:guess look at `users list` and `status`}",
    }
    name: int | str
    """Its id; of a bundle its part."""
    issuer: str = ""
    guess: str = ""
    """The code of the license that may be meant."""


class EntryTaken(RefusedError):
    """There is such a user or site already, or a central site."""

    template = {
        "user": "there is a user {entry} already",
        "site": "there is a site {entry} already",
        "central": "the central site is {entry} already",
    }
    entry: str


class UserRetired(RefusedError):
    """A retired user holds no licenses."""

    template = "{user} is retired; bring the user back first: `users set ID --active`"
    user: str


class BorrowRefused(RefusedError):
    """A seat cannot be borrowed for as long as was asked."""

    template = dict.fromkeys(("too-long", "never"), "a seat of `{license}` cannot be borrowed for {asked:g} hours")
    hint_template = {"too-long": "it can for up to {hours} hours", "never": "it is only for who is connected"}
    license: str
    asked: float
    hours: int


class EntryInvalid(RefusedError):
    """An id, name, group, kind or date that an administrator gave and that cannot be kept."""

    template = {
        "id": "{entry:quoted} is not a valid {kind}; it has 1 to {longest} characters and no spaces around them",
        "group": "{entry:quoted} is not a valid group; use lower-case letters, digits and inner dashes",
        "too-long": "a {kind} has at most {longest} characters",
        "characters": "this {kind} {fault}: {entry:quoted}; type it again",
        "seconds": "a seat is not leased for {seconds} seconds at a time; a lease has {shortest} to {longest} seconds",
        "units": "{entry:line} is not a number of units; use a whole number from 1 to {longest}",
        "no-access": "a lease is for some access; ask for read or full",
        "event-kind": "{entry:quoted} is not a kind of event;"
        " there are no-login, no-FUNCTION, rebuild-FUNCTION and message-of-the-day",
        "expected-end": "the expected end is not a time that can be kept; it ends before the year 10000",
        "names-nobody": "an event for the whole installation names nobody",
        "not-typed": "to give `{kind}` back, its name must be typed as it is;"
        " nothing was given back: go back and type it",
        "date": "{entry:quoted} is not a date and time; choose both, in UTC",
    }
    entry: str = ""
    kind: str = ""
    """What it was to be: `user id`, `name`, `message`; or the part to give back."""
    fault: TextInvalid | None = None
    seconds: int = 0
    shortest: int = 0
    longest: int = 0
    """Bounds of seconds, or of characters."""


class AcceptRefused(RefusedError):
    """A restored backup or a clock that cannot be accepted: there is none to accept, or it was done before."""

    template = {
        "no-restore": "this database is no restored backup",
        "restore-used": "a restored backup was accepted before, and that can be done once for each base bundle;"
        " ask the vendor for a reset that accepts it",
        "clock-used": "the clock was accepted once already for this base bundle;"
        " ask the vendor for a reset of the clock",
        "no-clock": "the clock is not behind a time that only clocks have shown;"
        " set the clock right, or ask the vendor for a reset of the clock",
    }


class ResetRefused(RefusedError):
    """A reset that is for another installation, was used before, or is not the vendor's."""

    template = {
        "elsewhere": "the reset of the {effect} is for another installation",
        "not-vendor": "the reset of the {effect} is by {issuer}, not by the vendor",
        "used": "the reset of the {effect} was used before",
        "before": "the reset of the {effect} is from before a restored backup was accepted",
    }
    hint_template = "ask the vendor for a reset for this installation"
    effect: str
    """What it puts right: `clock`, `sequence` or `restore`."""
    issuer: str


class ProposalError(LicenseError):
    """A proposal that is not carried out; nothing was changed."""


class ConfirmationNeeded(ProposalError):
    """A proposal that somebody must confirm first; `proposal` is what to show."""

    template = "this needs a confirmation: {needs_confirmation:messages}"
    hint_template = "if that is what you want, confirm it with `--yes`, in a program with `confirm=True`"
    _about: ClassVar[frozenset[str]] = frozenset({"where", "proposal"})
    proposal: Any
    """A `licensekit.proposals.Proposal`."""
    needs_confirmation: tuple[Coded, ...]


class ProposalStale(ProposalError):
    """A proposal of which something has changed since it was shown."""

    template = "{about} has changed since this was proposed: {changed:list}; look at a new preview and confirm that one"
    about: str
    """What the proposal was about: a serial, an order number, keys, a catalog."""
    changed: tuple[str, ...]
    """The key paths and codes of messages that are different now."""
