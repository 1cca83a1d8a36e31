"""What an administrator's change is refused for; the installation is as it was."""

from licensekit.errors.coded import Coded
from licensekit.errors.faults import TextInvalid
from licensekit.errors.state import RefusedError


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
    }
    name: int | str
    """Its id; of a bundle its part."""
    issuer: str = ""


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
