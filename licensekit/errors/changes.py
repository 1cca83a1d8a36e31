"""What an administrator's change is refused for; the installation is as it was."""

from licensekit.errors.issuer import FaultsError
from licensekit.errors.state import RefusedError


class NoneFree(RefusedError):
    """As many are assigned, or leased, as there are."""

    code = "none-free"


class PlanHeld(RefusedError):
    """A user holds at most one plan."""

    code = "plan-held"


class RequirementMissing(RefusedError):
    """A license cannot be assigned before the one that it requires."""

    code = "requirement-missing"


class StillRequired(RefusedError):
    """A license cannot be released before those that require it."""

    code = "still-required"


class NotAssigned(RefusedError):
    """A license that would be released is not assigned there."""

    code = "not-assigned"


class NotAssignable(RefusedError):
    """A license that is not assigned to anybody: it is present, limits sites or is leased."""

    code = "not-assignable"


class UserUnknown(RefusedError):
    """There is no such user."""

    code = "user-unknown"
    default_hint = "look at `users list`"


class UserTaken(RefusedError):
    """There is such a user already."""

    code = "user-taken"


class UserRetired(RefusedError):
    """A retired user holds no licenses."""

    code = "user-retired"
    default_hint = "bring the user back first: `users set ID --active`"


class SiteUnknown(RefusedError):
    """There is no such site."""

    code = "site-unknown"
    default_hint = "look at `sites list`"


class SiteTaken(RefusedError):
    """There is such a site already, or a central one."""

    code = "site-taken"


class EventUnknown(RefusedError):
    """There is no such event in force."""

    code = "event-unknown"
    default_hint = "look at `events list`"


class LeaseUnknown(RefusedError):
    """There is no such lease; it was given back, or has expired."""

    code = "lease-unknown"
    default_hint = "look at `leases list`"


class BorrowRefused(RefusedError):
    """A seat cannot be borrowed for as long as was asked."""

    code = "borrow-refused"


class EntryInvalid(RefusedError):
    """An id, name, group, kind or date that an administrator gave and that cannot be kept."""

    code = "entry-invalid"


class BundleReturned(RefusedError):
    """A bundle that was returned to its vendor can never work here again."""

    code = "bundle-returned"
    default_hint = "ask the issuer for a new bundle"


class BundleUnknown(RefusedError):
    """There is no such active bundle."""

    code = "bundle-unknown"
    default_hint = "look at `status`"


class ResetRefused(RefusedError):
    """A reset that is for another installation, was used before, or is not the vendor's."""

    code = "reset-refused"
    default_hint = "ask the vendor for a reset for this installation"


class UsersInvalid(FaultsError):
    """A file of users that cannot be imported: all its faults, by line."""

    code = "users-invalid"
