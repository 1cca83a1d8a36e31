"""What can be wrong with a file, a folder or a database, with an installation's home or with what serves it."""

from typing import Literal

from licensekit.errors.coded import LicenseError

_PATH = "check the path"
_BACKUP = "restore it from a backup; it was left as it is"
_CHECK = "check which database is meant; it was left as it is"
_RIGHTS = "let this account write to the file and to its folder"


class StateError(LicenseError):
    """A file, folder or database that cannot be used as it is."""


class FileUnusable(StateError):
    """A path that is missing, not a plain file, or not readable or writable."""

    template = {
        "missing": "there is no such file",
        "not-in-folder": "there is no such file: a part of the path is no folder",
        "no-folder": "the folder for this file is not there; create it first",
        "folder-missing": "there is no such folder; create it first, or choose another",
        "permission": "this account may not use it; ask its owner for the permission",
        "link-loop": "its symbolic links lead in a circle",
        "name-too-long": "its name is too long; choose a shorter one",
        "disk-full": "the disk is full; make room; nothing was changed",
        "quota": "the disk quota is used up; make room; nothing was changed",
        "read-only": "the file system may not be written; choose another folder",
        "disk-error": "the disk refuses to read or write; check the disk; nothing was changed",
        "too-many-files": "too many files are open; close some, or raise the limit (ulimit -n), and try again",
        "link-broken": "this symbolic link leads nowhere; mount or create what it points to",
        "not-plain": "this is a {kind}, and not {wanted}; give the path of a plain file",
        "not-a-folder": "this is a file, and not a folder; choose another path",
        "no-database": "there is no database here",
        "empty-database": "this database is empty",
        "not-set-up": "no {wanted} was set up here yet",
        "no-orders": "there is no order in this folder; orders end in .toml",
        "other": "it cannot be used ({detail:line})",
    }
    hint_template = _PATH
    wanted: str = ""
    """What the path was to be: `a license file`."""
    kind: Literal["", "folder", "pipe", "socket", "symbolic link", "device"] = ""
    detail: str = ""


class PlaceTaken(StateError):
    """Something is already where something new should go, and is not overwritten."""

    template = {
        "file": "there is such a file already; choose another name, or move the file away first",
        "installation": "there is an installation here already; choose a folder or schema where nothing is yet",
        "other": "there is another license, {bundle} of {company:quoted}",
        "newer": "there is a newer file of this license, {bundle}",
        "reset": "there is a reset for another installation",
        "no-license": "what is there is not a license file",
        "module": "what is there is not a module of this product",
    }
    hint_template = "write to another path with -o, or move that file away first"
    bundle: str = ""
    company: str = ""


class HomeInvalid(StateError):
    """The home is no installation, or holds another product's."""

    template = {
        "not-a-folder": "a home is a folder, and this is a file;"
        " give the folder that holds the installation, or one that is not there yet",
        "other-root": "this installation belongs to another root;"
        " use the root pin that it was activated with, or another home",
        "key-lost": "the installation has lost its key; restore it from a backup",
        "scheme": "an installation is a folder or a postgresql:// URL;"
        " give a folder, or a URL that begins with postgresql://",
        "no-user-folder": "this account has no folder of its own; set LICENSEKIT_HOME or give `--home DIR`",
        "several": "there are installations of several products: {products:codes};"
        " give the one that you mean with `--home DIR`",
        "pack-altered": "the recorded pack was altered; give the vendor's pack",
    }
    recorded: str = ""
    """The root pin that the installation was activated with."""
    products: tuple[str, ...] = ()


class LicenseMisplaced(StateError):
    """Environment variables that supply two licenses, or a text where the path of one belongs."""

    template = {
        "twice": "{text} and {file} are both set, and each supplies a license; unset one of them",
        "text": "{file} is the path of a license file, and was set to the text of one; set {text} instead",
    }
    text: str
    file: str


class OtherInstallation(StateError):
    """Another installation, or an older state of this one, took the place of the open one."""

    template = {
        "other": "another installation took its place while it was open;"
        " put it back (is its file system mounted?), or start this program again to use what is there",
        "older": "an older or altered state of it took its place while it was open;"
        " if a backup was restored on purpose, start this program again",
    }


class AuditDamaged(StateError):
    """The audit log's chain is broken, tables contradict each other, or a document that the log names is lost."""

    template = {
        "chain": "the audit log does not hold from entry {entry} on;"
        " somebody changed it: compare with a backup and with the statements sent",
        "slots": "{there:count assignment|assignments} of `{license}` are there, and do not have"
        " the slots from 1 to {there} one by one; somebody changed the tables: compare with a backup,"
        " or run `users prefer {license}` (`sites prefer`), which numbers them again",
        "words": "the words by which users are searched for do not fit {there:count id|ids};"
        " somebody changed the tables: run `users reindex`, which draws them again",
        "gone": "the database has lost {document}; activate its file again, or a newer one",
        "other": "the database holds another document in the place of {document};"
        " activate its file again, or a newer one",
    }
    entry: int | None = None
    license: str = ""
    there: int = 0
    document: str = ""


class ConsoleUnavailable(StateError):
    """The web console cannot be served: packages, address or certificate are missing."""

    template = {
        "package": "the console needs the package {package};"
        " install its extra: pip install 'licensekit-files[console]'",
        "address": "the address cannot be taken: {detail:line}; choose another port, or stop what has it",
        "certificate": "the certificate or its key cannot be used: {detail:line};"
        " give both in PEM, and the key without a passphrase",
    }
    package: str = ""
    detail: str = ""


class EngineError(StateError):
    """What the engine of a database refuses, or cannot do."""

    detail: str = ""
    """What the system, the server or the driver says."""
    sqlstate: str = ""
    """The server's code for it (PostgreSQL manual, appendix A)."""


class DatabaseDamaged(EngineError):
    """The database is not ours, or is damaged."""

    template = {
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

    template = {
        "process": "another process holds it",
        "transaction": "another transaction of this process holds it",
        "threads": "too many threads use it together",
        "silent": "it has not answered for a while",
        "set-up": "another process has set it up meanwhile",
        "server": "{detail:line}",
    }
    hint_template = "try again; if it stays, look for a process that hangs"


class DatabaseUnavailable(EngineError):
    """The database cannot be reached or written: full disk, no permission, server away."""

    template = {
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
    holder: str = ""
    why: LicenseError | None = None


class ConstraintViolated(EngineError):
    """The database refuses what contradicts what is there: a unique, foreign key or check rule."""

    template = {"rule": "a rule of the database refuses it", "server": "{detail:line}"}


class NotStorable(EngineError):
    """A value that no database keeps: NUL or half a character in text, too long, too large."""

    template = {
        "nul": "a text contains a NUL character",
        "too-long": "a value is too long to be stored",
        "not-encodable": "a value cannot be stored",
        "server": "{detail:line}",
    }
    hint_template = "leave out the characters that cannot be seen, or shorten it"
