"""What can be wrong with a file, a folder or a database, with an installation's home or with what serves it."""

from typing import Literal

from licensekit.errors.coded import LicenseError


class StateError(LicenseError):
    """A file, folder or database that cannot be used as it is."""


class FileUnusable(StateError, reasons=True):
    """A path that is missing, not a plain file, or not readable or writable."""

    wanted: str = ""  # what the path was to be: `a license file`
    kind: Literal["", "folder", "pipe", "socket", "symbolic link", "device"] = ""
    detail: str = ""


class OutputFailed(LicenseError, reasons=True):
    """What was to be printed, or put into a file, cannot be written; `reason` is what that means for a change."""

    detail: str = ""  # what the system says


class FetchFailed(StateError, reasons=True):
    """A license file that did not come from its address; what is here is as it was."""

    detail: str = ""
    status: int = 0
    seconds: float = 0


class PlaceTaken(StateError, reasons=True):
    """Something is already where something new should go, and is not overwritten."""

    bundle: str = ""
    company: str = ""


class HomeInvalid(StateError, reasons=True):
    """The home is no installation, or holds another product's."""

    recorded: str = ""  # the root pin that the installation was activated with
    products: tuple[str, ...] = ()


class LicenseMisplaced(StateError, reasons=True):
    """Environment variables that supply two licenses, or a text where the path of one belongs."""

    text: str
    file: str


class OtherInstallation(StateError):
    """Another installation took the place of the open one."""


class AuditDamaged(StateError, reasons=True):
    """The audit log's chain is broken, tables contradict each other, or a document that the log names is lost."""

    entry: int | None = None
    license: str = ""
    there: int = 0
    document: str = ""


class ConsoleUnavailable(StateError, reasons=True):
    """The web console cannot be served: packages, address, certificate or language are missing."""

    package: str = ""
    detail: str = ""
    name: str = ""
    known: tuple[str, ...] = ()


class EngineError(StateError):
    """What the engine of a database refuses, or cannot do."""

    detail: str = ""  # what the system, the server or the driver says
    sqlstate: str = ""  # the server's code for it (PostgreSQL manual, appendix A)


class DatabaseDamaged(EngineError, reasons=True):
    """The database is not ours, or is damaged."""

    wanted: str = ""
    kind: object = None  # the kind that it says it is; of any type, for anybody may have written it
    table: str = ""
    names: tuple[str, ...] = ()  # the tables and indexes that differ, and tables with a trigger


class DatabaseNewer(StateError, reasons=True):
    """The database has a schema of a newer program, with which this one may not do what was asked."""

    found: int
    known: int


class DatabaseMoved(StateError):
    """What the database holds was moved to another place, and lives only there."""

    kind: str
    place: str


class DatabaseBusy(EngineError, reasons=True):
    """Another process holds the database for longer than we wait."""


class DatabaseUnavailable(EngineError, reasons=True):
    """The database cannot be reached or written: full disk, no permission, server away."""

    holder: str = ""
    why: LicenseError | None = None


class ConstraintViolated(EngineError, reasons=True):
    """The database refuses what contradicts what is there: a unique, foreign key or check rule."""


class NotStorable(EngineError, reasons=True):
    """A value that no database keeps: NUL or half a character in text, too long, too large."""
