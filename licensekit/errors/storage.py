"""Errors of files, folders, databases, an installation's home and the console's server."""

from typing import Literal

from licensekit.errors.coded import LicenseError


class StateError(LicenseError):
    """A file, folder or database cannot be used as it is."""


class FileUnusable(StateError, reasons=True):
    """A path is missing, not a plain file, or not readable or writable."""

    wanted: str = ""  # what the path should be: `a license file`
    kind: Literal["", "folder", "pipe", "socket", "symbolic link", "device"] = ""
    detail: str = ""


class OutputFailed(LicenseError, reasons=True):
    """Output cannot be printed or written to a file; `reason` says whether the change was made."""

    detail: str = ""  # the system's own message


class FetchFailed(StateError, reasons=True):
    """A license file could not be fetched from its address; nothing was changed."""

    detail: str = ""
    status: int = 0
    seconds: float = 0


class PlaceTaken(StateError, reasons=True):
    """A new file would overwrite something that is there already."""

    bundle: str = ""
    company: str = ""


class HomeInvalid(StateError, reasons=True):
    """The home is not an installation, or is one of another product."""

    recorded: str = ""  # the root pin with which the installation was activated
    products: tuple[str, ...] = ()


class LicenseMisplaced(StateError, reasons=True):
    """Environment variables supply two licenses, or contain a license instead of a path."""

    text: str
    file: str


class OtherInstallation(StateError):
    """Another installation has replaced the open one."""


class AuditDamaged(StateError, reasons=True):
    """The audit log's chain is broken, tables contradict each other, or a document that the log names is missing."""

    entry: int | None = None
    license: str = ""
    there: int = 0
    document: str = ""


class ConsoleUnavailable(StateError, reasons=True):
    """The web console cannot be served: a package, its address, its certificate or its language is unusable."""

    package: str = ""
    detail: str = ""
    name: str = ""
    known: tuple[str, ...] = ()


class EngineError(StateError):
    """The engine of a database refuses or fails."""

    detail: str = ""  # the message of the system, the server or the driver
    sqlstate: str = ""  # the server's error code (PostgreSQL manual, appendix A)


class DatabaseDamaged(EngineError, reasons=True):
    """The database is not one of licensekit, or is damaged."""

    wanted: str = ""
    kind: object = None  # its recorded kind; of any type, because anybody may have written it
    table: str = ""
    names: tuple[str, ...] = ()  # tables and indexes that differ, and tables with a trigger


class DatabaseNewer(StateError, reasons=True):
    """The database has the schema of a newer program, and this one may not do this with it."""

    found: int
    known: int


class DatabaseMoved(StateError):
    """The contents of the database were moved to another place, and are used only there."""

    kind: str
    place: str


class DatabaseBusy(EngineError, reasons=True):
    """Another process blocks the database for longer than we wait."""


class DatabaseUnavailable(EngineError, reasons=True):
    """The database cannot be reached or written: full disk, no permission, server down."""

    holder: str = ""
    why: LicenseError | None = None


class ConstraintViolated(EngineError, reasons=True):
    """A write violates a unique, foreign key or check constraint of the database."""


class NotStorable(EngineError, reasons=True):
    """A value cannot be stored: text with NUL or half a surrogate pair, too long, or too large."""
