"""What the audit log says was done, one class a code; `did` in an entry is the code.

A message goes on behind who did it and when: `anna: added user bob`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Literal

from licensekit.errors.coded import Message, Templates


class AuditEvent(Message):
    """One change of an installation."""


class Created(AuditEvent):
    """A new installation."""

    code = "create"
    template = "set up the installation"


class RestoreNoticed(AuditEvent):
    """A restored backup that was noticed at the next change."""

    code = "notice-restored"
    template = "noticed a restored backup"


class BackupRestored(AuditEvent):
    """A backup that was restored."""

    code = "restore"
    template = "restored a backup that ends with entry {entry}"
    entry: int


class JournalRepaired(AuditEvent):
    """Entries of the journal that did not verify, and were left out."""

    code = "repair-journal"
    template = "left out what did not hold of the journal, from entry {entry} on"
    entry: int


class RestoreTaken(AuditEvent):
    """A restored backup that an administrator accepted."""

    code = "accept-restored"
    template = "accepted the database as it is"


class FileActivated(AuditEvent):
    """A license file that was activated."""

    code = "activate"
    template = (
        "activated a license file for {serial}{bundles:led , new }{again:led , signed again }"
        "{replaced:led , replaced }{trust:led , with }"
    )
    bundles: Sequence[str]
    again: Sequence[str]
    """The bundles that were here, and are signed by another key now."""
    replaced: Sequence[str]
    trust: Sequence[str]
    serial: str | None


class RequestMade(AuditEvent):
    """A request that was signed."""

    code = "request"
    template = "made a request"
    nonce: str
    facts: Sequence[str]


class BundleGivenBack(AuditEvent):
    """A bundle that was returned."""

    code = "return"
    template = "returned bundle {bundle}"
    bundle: str


class StatementMade(AuditEvent):
    """A statement that was signed."""

    code = "statement"
    template = "made a statement of what is in use"


class ResetApplied(AuditEvent):
    """A reset of the vendor."""

    code = "reset"
    template = "applied the vendor's reset of the {effect}"
    effect: str
    nonce: str


class ClockTaken(AuditEvent):
    """A clock that an administrator accepted in place of a later time."""

    code = "accept-clock"
    template = "accepted the clock, which shows {clock}, in place of {later}"
    clock: str
    later: str


class UserAdded(AuditEvent):
    """A new user."""

    code = "user-add"
    template = "added user {user}"
    user: str


class UserChanged(AuditEvent):
    """A user of whom something else is known."""

    code = "user-set"
    template = "changed user {user}: {set:list}"
    user: str
    set: Sequence[str]


class UserAssigned(AuditEvent):
    """A user whose licenses changed."""

    code = "user-assign"
    template = (
        "changed the licenses of user {user}{assigned:led , assigned }{released:led , released }"
    )
    user: str
    assigned: Sequence[str]
    released: Sequence[str]


class Preferred(AuditEvent):
    """Users or sites that were given the first slots of a license."""

    code = "prefer"
    template = "numbered the slots of `{license}`{users:led , first }{sites:led , first }"
    license: str
    users: Sequence[str] = ()
    sites: Sequence[str] = ()


class UserErased(AuditEvent):
    """A user who was erased."""

    code = "user-erase"
    template = "erased a user, who is {person} in this log"
    person: str
    """The pseudonym."""


class UserRetirement(AuditEvent):
    """A user who was retired."""

    code = "user-retire"
    template = "retired user {user}{released:led , released }"
    user: str
    released: Sequence[str]


class UserImported(AuditEvent):
    """A user of an imported file."""

    code = "user-import"
    template = "imported user {user}{assigned:led , assigned }"
    user: str
    assigned: Sequence[str]


class SiteAdded(AuditEvent):
    """A new site."""

    code = "site-add"
    template: ClassVar[Templates] = {
        "central": "added the central site {site}",
        "satellite": "added site {site}",
    }
    reason: Literal["central", "satellite"]
    site: str


class SiteRemoved(AuditEvent):
    """A site that was removed."""

    code = "site-remove"
    template = "removed site {site}{released:led , released }"
    site: str
    released: Sequence[str]


class SiteAssigned(AuditEvent):
    """A site whose licenses changed."""

    code = "site-assign"
    template = (
        "changed the licenses of site {site}{assigned:led , assigned }{released:led , released }"
    )
    site: str
    assigned: Sequence[str]
    released: Sequence[str]


class EventStarted(AuditEvent):
    """A system event that was started."""

    code = "event-start"
    template = "started event {event}: {kind} for the {scope} {subject}"
    event: int
    kind: str
    scope: str
    subject: str


class EventEnded(AuditEvent):
    """A system event that was ended."""

    code = "event-end"
    template = "ended event {event}"
    event: int


class LeaseEnded(AuditEvent):
    """A lease that an administrator ended."""

    code = "lease-end"
    template = "ended the lease {lease} of `{license}` by {holder}"
    license: str
    holder: str
    lease: str


class SeatBorrowed(AuditEvent):
    """A seat that was borrowed."""

    code = "lease-borrow"
    template = "borrowed a seat of `{license}` for {holder} until {until}"
    license: str
    holder: str
    lease: str
    until: str


class MovedAway(AuditEvent):
    """An installation that lives elsewhere now."""

    code = "move"
    template = "moved the installation to {to}"
    to: str


class Arrived(AuditEvent):
    """An installation that has arrived."""

    code = "arrive"
    template = "took the installation over from {origin}"
    origin: str


class OtherChange(AuditEvent):
    """An entry that no program of this version writes."""

    code = "other-change"
    template = "{did:line}"
    did: str


EVENTS: Final[Mapping[str, type[AuditEvent]]] = {
    kind.code: kind for kind in AuditEvent.__subclasses__()
}
"""Code to class."""


def event_of(facts: Mapping[str, Any]) -> AuditEvent:
    """Return what an entry says; it may have been edited, or written by another version."""
    did = str(facts.get("did", ""))
    kind = EVENTS.get(did, OtherChange)
    data = {name: facts[name] for name in kind.fields() if name in facts}
    try:
        event = kind(**data)
        _ = event.message  # its template does not take every value
    except (TypeError, ValueError, LookupError, AttributeError):
        return OtherChange(did=did)
    return event
