"""What an installation refuses, or cannot read."""

from collections.abc import Iterable
from typing import Self

from licensekit.errors.tree import LicenseError


class RefusedError(LicenseError):
    """The installation refuses a change; its state is as it was. `faults` says all that is why."""

    code = "refused"

    @property
    def faults(self) -> tuple["RefusedError", ...]:
        """Everything that stands against the change, this first."""
        return (self, *self.data.get("more", ()))

    def with_more(self, more: Iterable["RefusedError"]) -> Self:
        """Return the same error with `more` reasons that stand against the change."""
        data = {**self.data, "more": tuple(more)}
        return type(self)(self.what, where=self.where, hint=self.hint, **data)


class SerialMismatch(RefusedError):
    """A bundle for another serial, which does not replace the present one."""

    code = "serial-mismatch"


class SequenceOlder(RefusedError):
    """A bundle older than the active one of the same issuer and part."""

    code = "sequence-older"


class SequenceConflict(RefusedError):
    """Another bundle under a sequence that is already taken."""

    code = "sequence-conflict"


class BelowUse(RefusedError):
    """The new license set covers fewer than are assigned."""

    code = "below-use"


class MaintenanceEnded(RefusedError):
    """This version of the product was released after maintenance ended."""

    code = "maintenance-ended"


class BindingMismatch(RefusedError):
    """A bundle bound to another installation."""

    code = "binding-mismatch"


class NotActivated(RefusedError):
    """Nothing was activated here yet."""

    code = "not-activated"
    default_hint = "run `licensekit activate FILE`"


class StateError(LicenseError):
    """A file, folder or database that cannot be used as it is."""

    code = "state"


class FileUnusable(StateError):
    """A path that is missing, not a plain file, or not readable or writable."""

    code = "file-unusable"


class FileTaken(StateError):
    """A file that would be overwritten, where only a new one is wanted."""

    code = "file-taken"
    default_hint = "choose another name, or move the file away first"


class HomeInvalid(StateError):
    """The home is no installation, or holds another product's."""

    code = "home-invalid"


class HomeTaken(StateError):
    """An installation is where another one should go."""

    code = "home-taken"
    default_hint = "choose a folder or schema where nothing is yet"


class DatabaseDamaged(StateError):
    """The database is not ours, or is damaged."""

    code = "database-damaged"
    default_hint = "restore it from a backup; it was left as it is"


class DatabaseNewer(StateError):
    """The database was written by a newer version of this program."""

    code = "database-newer"
    default_hint = "update this program"


class DatabaseMoved(StateError):
    """What the database holds was moved to another place, and lives only there."""

    code = "database-moved"
    default_hint = "use it there"


class DatabaseBusy(StateError):
    """Another process holds the database for longer than we wait."""

    code = "database-busy"
    default_hint = "try again; if it stays, look for a process that hangs"


class DatabaseUnavailable(StateError):
    """The database cannot be reached or written: full disk, no permission, server away."""

    code = "database-unavailable"


class ConstraintViolated(StateError):
    """The database refuses what contradicts what is there: a unique, foreign key or check rule."""

    code = "constraint-violated"


class NotStorable(StateError):
    """A value that no database keeps: NUL or half a character in text, too long, too large."""

    code = "not-storable"
    default_hint = "leave out the characters that cannot be seen, or shorten it"


class AuditDamaged(StateError):
    """The audit log's chain is broken."""

    code = "audit-damaged"


class ConsoleUnavailable(StateError):
    """The web console cannot be served: packages, address or certificate are missing."""

    code = "console-unavailable"
