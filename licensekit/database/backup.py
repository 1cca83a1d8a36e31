"""Backups: write every row of a database of either engine to one SQLite file, and restore it."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO, Final, LiteralString, NamedTuple

from licensekit.database import ABSENT, Connection, Database, Migrating, Schema, connect, is_url, undoing
from licensekit.database.schemas import FOUND, compare_rows, copy_rows, tables
from licensekit.database.upgrades import upgrade
from licensekit.errors import DatabaseBusy, DatabaseDamaged, FileUnusable, LicenseError, Message, StateError
from licensekit.files import open_plain, replacing, scratch_folder, sync_folder, unusable
from licensekit.proposals import Proposal

_BEGINNING: Final = b"SQLite format 3\0"


class Restorable(NamedTuple):
    """A place where a backup can be restored, and how two states of it are compared."""

    location: str | Path
    schema: Schema
    origin: LiteralString  # a query whose row is unique to each database of this kind
    log: LiteralString  # the table of the chained log, whose entries have a number and a hash
    make_folder: Callable[[], object] = lambda: None
    arrive: Callable[[Database, Connection, bool], None] = lambda _database, _there, _loses: None
    """Called with the backup, the restored connection, and whether data that was there is lost."""


class Restored(NamedTuple):
    """A backup that was restored."""

    location: str
    entries: int
    """How many entries its log has."""
    set_aside: str | None
    """The path of the damaged database that was there before."""


class RestoreLoses(Message, reasons=True):
    """What is lost when a backup is restored."""

    kind: str  # `installation` or `ledger`
    lost: int = 0
    error: LicenseError | None = None


def find_damage(database: Migrating) -> Iterator[LicenseError]:
    """Let the engine check the whole database, and yield everything that it finds wrong."""
    reason = "server" if is_url(database.location) else "damaged"
    asked = database.dialect.queries
    for name in (one for one in asked if one.startswith("damage")):
        try:
            with database.read() as connection:
                found = connection.rows(asked[name])
        except StateError as error:
            yield error
            return
        for (detail,) in found:
            yield DatabaseDamaged(reason=reason, detail=detail, where=database.location)


def write_backup(source: Database, schema: Schema, path: Path, *, replace: bool = False) -> None:
    """Write a consistent snapshot of a database to a file that only its owner may read; nobody else is blocked."""
    with (
        replacing(path, mode=0o600, replace=replace) as file,
        scratch_folder(beside=path) as folder,
        source.read() as here,
    ):
        copy, schema = folder / "backup.db", schema.at(schema.number_of(here.one(FOUND), source.location))
        connect(copy, schema=schema, create=True, fill=lambda there: copy_rows(here, there, schema)).close()
        with closing(_open_whole(copy, schema)) as database, database.read() as there:
            compare_rows(here, there, schema, database.location)
        with copy.open("rb") as data:
            copyfileobj(data, file)


@contextmanager
def _opened_backup(path: Path, schema: Schema) -> Generator[Database]:
    """Copy a backup, check and migrate the copy, and open it; the file itself is not changed."""
    with ExitStack() as stack:
        folder = stack.enter_context(scratch_folder())
        try:
            copy = folder / "backup.db"
            _copy(path, copy)
            with suppress(FileUnusable):  # only a plain copy of a database file has its log beside it
                _copy(path.with_name(f"{path.name}-wal"), folder / "backup.db-wal", b"")
            _open_whole(copy, schema).close()
            upgrade(copy, schema)
            database = stack.enter_context(closing(connect(copy, schema=schema, create=False)))
        except OSError as error:
            raise unusable(path, "a backup", error) from error
        except StateError as error:
            raise error.replace(where=str(path)) from error
        yield database


def restore_backup(place: Restorable, source: Path, *, confirm: bool = False) -> Restored:
    """Restore a backup at a place, whole or not at all; running programs notice the change."""
    about, aside, is_filled = str(place.location), None, False
    with _opened_backup(source, place.schema) as backup, backup.read() as saved:

        def fill(there: Connection, *, loses: bool = True) -> None:
            nonlocal is_filled
            copy_rows(saved, there, place.schema)
            compare_rows(saved, there, place.schema, about)
            place.arrive(backup, there, loses)
            is_filled = True

        entries = _newest(saved, place)
        with _present(place) as present:
            if present is not None and not isinstance(present, LicenseError):
                with present.write() as there:
                    loses = _compare(place, saved, there)
                    _require_confirmed(loses, confirm=confirm)
                    for table in reversed(tuple(tables(place.schema))):
                        there.run("DELETE FROM {table}".replace("{table}", table))
                    fill(there, loses=loses is not None)
                return Restored(about, entries, None)
        if present is not None:
            _require_confirmed(RestoreLoses(reason="damaged", kind=place.schema.kind, error=present), confirm=confirm)
            aside = str(_set_aside(Path(place.location)))
        place.make_folder()
        connect(place.location, schema=place.schema, create=True, fill=fill).close()
        if not is_filled:
            raise DatabaseBusy(reason="set-up", where=about)
        return Restored(about, entries, aside)


def _require_confirmed(loses: RestoreLoses | None, *, confirm: bool) -> None:
    Proposal(needs_confirmation=() if loses is None else (loses,)).require_confirmed(confirm=confirm)


def _compare(place: Restorable, saved: Connection, present: Connection) -> RestoreLoses | None:
    """Return what would be lost with the `present` database; None if the backup contains all of it."""
    if saved.one(place.origin) != present.one(place.origin):
        return RestoreLoses(reason="other", kind=place.schema.kind)
    newest = _newest(present, place)
    lost = newest - _last_common(place, saved, present, newest)
    return RestoreLoses(reason="newer", kind=place.schema.kind, lost=lost) if lost else None


def _last_common(place: Restorable, one: Connection, other: Connection, last: int) -> int:
    """Return the number of the last entry up to `last` that two states of a log share."""
    low, query = 0, "SELECT hash FROM {log} WHERE number = ?".replace("{log}", place.log)
    while low < last:
        middle = (low + last + 1) // 2
        found = one.one(query, middle)  # the hash covers all earlier entries
        if found is not None and found == other.one(query, middle):
            low = middle
        else:
            last = middle - 1
    return low


def _newest(connection: Connection, place: Restorable) -> int:
    return connection.value("SELECT max(number) FROM {log}".replace("{log}", place.log)) or 0


@contextmanager
def _present(place: Restorable) -> Generator[Database | LicenseError | None]:
    """Open the database at a place; yield None if there is none, or the error if it is a damaged file of ours."""
    with ExitStack() as stack:
        present: Database | LicenseError | None
        try:
            present = _open_whole(place.location, place.schema)
            stack.enter_context(closing(present))
        except FileUnusable as error:
            if error.reason not in ABSENT:
                raise
            present = None
        except DatabaseDamaged as error:
            if is_url(str(place.location)) or error.reason in {"other-program", "other-kind"}:
                raise
            present = error
        yield present


def _set_aside(path: Path) -> Path:
    """Rename a damaged database, its log first: the log must never lie beside another database."""
    free = (path.with_name(f"{path.name}.damaged-{number}") for number in count(1))
    aside = next(one for one in free if not one.exists())
    try:
        for suffix in ("-shm", "-wal", ""):
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
        sync_folder(path.parent)
    except OSError as error:
        raise unusable(path, "a file", error) from error
    return aside


def _open_whole(location: str | Path, schema: Schema) -> Database:
    database = connect(location, schema=schema, create=False)
    with undoing(database.close):
        for damage in find_damage(database):
            raise damage
    return database


def copy_backup(source: BinaryIO, target: Path, where: str, beginning: bytes = _BEGINNING) -> None:
    """Copy what may be a backup; raise `DatabaseDamaged` if it does not begin as one, because it may be endless."""
    if not beginning.startswith(begins := source.read(len(beginning))):
        raise DatabaseDamaged(reason="no-database", where=where)
    with target.open("wb") as copy:
        copy.write(begins)
        copyfileobj(source, copy)


def _copy(source: Path, target: Path, beginning: bytes = _BEGINNING) -> None:
    with open_plain(source, what="a backup")[0] as file:
        copy_backup(file, target, str(source), beginning)
