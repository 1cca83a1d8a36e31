"""What can be wrong with a database, whichever engine it is; drivers' errors become these."""

from typing import ClassVar

from licensekit.errors.coded import LicenseError, Templates
from licensekit.errors.storage import StateError

_BACKUP = "restore it from a backup; it was left as it is"
_CHECK = "check which database is meant; it was left as it is"
_RIGHTS = "let this account write to the file and to its folder"


class EngineError(StateError):
    """What the engine of a database refuses, or cannot do."""

    detail: str = ""
    """What the system, the server or the driver says."""
    sqlstate: str = ""
    """The server's code for it (PostgreSQL manual, appendix A)."""


class DatabaseDamaged(EngineError):
    """The database is not ours, or is damaged."""

    template: ClassVar[Templates] = {
        "damaged": "it is damaged ({detail:line})",
        "too-short": "it ends too early",
        "no-database": f"this is no database; check the path, or {_BACKUP}",
        "other-program": f"this database belongs to another program; {_CHECK}",
        "other-kind": "this database holds no {wanted}; " + _CHECK,
        "no-number": "its schema has no number",
        "differs": "it is not as this program makes it: {names:list};"
        " somebody changed these tables, indexes or triggers: restore it from a backup",
        "copy-differs": "what arrived in the table `{table}` is not what was there;"
        " nothing was changed; use another database",
        "not-empty": "{detail:line}; use a database, or a schema in it, that holds nothing else",
        "schema": "{detail:line}",
        "server": "{detail:line}; ask the server's administrator to check it",
    }
    hint_template = _BACKUP
    reason: str
    wanted: str = ""
    kind: object = None
    """The kind that it says it is; of any type, for anybody may have written it."""
    table: str = ""
    names: tuple[str, ...] = ()
    """The tables and indexes that differ, and tables with a trigger."""


class DatabaseNewer(StateError):
    """The database was written by a newer version of this program."""

    template = "a newer program has brought it to schema {found}, and this one knows {known}; update this program"
    found: int
    known: int


class DatabaseMoved(StateError):
    """What the database holds was moved to another place, and lives only there."""

    template = "this {kind} was moved to {place:line}; use it there"
    kind: str
    place: str


class DatabaseBusy(EngineError):
    """Another process holds the database for longer than we wait."""

    template: ClassVar[Templates] = {
        "process": "another process holds it",
        "transaction": "another transaction of this process holds it",
        "threads": "too many threads use it together",
        "silent": "it has not answered for a while",
        "set-up": "another process has set it up meanwhile",
        "server": "{detail:line}",
    }
    hint_template = "try again; if it stays, look for a process that hangs"
    reason: str


class DatabaseUnavailable(EngineError):
    """The database cannot be reached or written: full disk, no permission, server away."""

    template: ClassVar[Templates] = {
        "disk-full": "the disk is full; make room on the disk; nothing was changed",
        "disk-error": "the disk refuses to read or write; check the disk and the room on it; nothing was changed",
        "read-only": f"it may not be written; {_RIGHTS}",
        "not-opened": f"it cannot be opened; {_RIGHTS}",
        "permission": f"it may not be opened; {_RIGHTS}",
        "not-created": "the database cannot be created: {detail:line};"
        " check that the folder exists and that this account may write to it",
        "no-copy": "no copy could be kept before migrating it: {detail:line}",
        "gone": "it is gone: {detail:line}; put it back",
        "replaced": "it was replaced by an older one while this program runs; start the program again",
        "closed": "it was closed by this program; open it again",
        "ended": "this transaction is over",
        "unanswered": "nothing is known yet of `{holder:line}`, and the database cannot be asked: {why}",
        "no-driver": 'PostgreSQL needs the driver psycopg; run `pip install "licensekit-files[postgres]"`',
        "url": "this is no URL of a PostgreSQL database; postgresql://user@host/database; write `@ / ? %` in a"
        " password as %40 %2F %3F %25, or keep it in a password file (PGPASSFILE)",
        "standby": "{detail:line}; connect to the primary server, not to a standby",
        "idle": "{detail:line}; the transaction stood still for too long",
        "rights": "{detail:line}; check the user, the password and what the server permits them",
        "connections": "{detail:line}; let the server accept more connections",
        "no-database": "{detail:line}; create the database first, or check its name",
        "no-schema": "{detail:line}; create the schema first, or check the search path",
        "resources": "{detail:line}; make room on the server; nothing was changed",
        "away": "{detail:line}; check that the server runs and can be reached; it is tried again with every call",
        "uncertain": "{detail:line}; the server went away during the commit: look whether the change was made",
    }
    reason: str
    holder: str = ""
    why: LicenseError | None = None


class ConstraintViolated(EngineError):
    """The database refuses what contradicts what is there: a unique, foreign key or check rule."""

    template: ClassVar[Templates] = {"rule": "a rule of the database refuses it", "server": "{detail:line}"}
    reason: str


class NotStorable(EngineError):
    """A value that no database keeps: NUL or half a character in text, too long, too large."""

    template: ClassVar[Templates] = {
        "nul": "a text contains a NUL character",
        "too-long": "a value is too long to be stored",
        "not-encodable": "a value cannot be stored",
        "server": "{detail:line}",
    }
    hint_template = "leave out the characters that cannot be seen, or shorten it"
    reason: str
