"""Operations on an installation as a whole: diagnose, upgrade, move and restore.

A move copies the installation in one transaction, verifies the copy, and marks the old location, so that two copies are
never in use. If it is interrupted before the commit, nothing has been copied; if between the commit and the mark, the
same call finds its own copy and sets the mark.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from licensekit.database import Connection, Database, connect, shown, upgrades
from licensekit.database.backup import Restorable, Restored, restore_backup
from licensekit.database.diagnosis import Check, CheckPassed, Diagnosis, Graded, diagnose_database
from licensekit.database.schemas import Migrating, compare_rows, copy_rows, count_rows, mark_moved
from licensekit.database.upgrades import Upgrade
from licensekit.dates import days_of
from licensekit.entitlements import Severity
from licensekit.errors import AuditDamaged, Message, PlaceTaken
from licensekit.installation.audit import check_audit
from licensekit.state import home as homes
from licensekit.state.journal_entries import Relocated, TroubleFound
from licensekit.state.loading import OpenInstallation, read_installation, read_transaction
from licensekit.state.logs import audit_head
from licensekit.state.machine import NO_FACTS, Facts
from licensekit.state.notices import notices_of
from licensekit.state.stored import read_stored
from licensekit.state.time import BootClock, clocks_of, system_clock
from licensekit.state.transactions import WriteTransaction, write_installation

_CHECK_OF: Final[Mapping[str, str]] = {
    **dict.fromkeys(("clock-accepted", "clock-ahead", "clock-behind"), "time"),
    **dict.fromkeys(("restored-backup", "rolled-back", "unreadable-mark"), "backup"),
    "not-activated": "activation",
    "damaged-journal": "journal",
    "read-only": "files",
}
"""Code of a notice to its check; all others belong to `documents`."""
READ_ALL: Final = ("database", "audit", "slots")  # checks that read every row
Progress = Callable[[int, int], object]
"""Called now and then with the number of rows since the last call, and their total."""

_SUMMARY: Final = "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM sites), (SELECT count(*) FROM bundles)"


class BootClockMissing(Message):
    """A machine without a boot clock: only its clock shows that time passes."""


def diagnose(
    home: str | os.PathLike[str],
    *,
    root: str | None = None,
    pack: bytes | str | None = None,
    released: date | None = None,
    facts: Facts = NO_FACTS,
    clock: Callable[[], datetime] = system_clock,
    boot: BootClock | None = None,
) -> tuple[Diagnosis, ...]:
    """Check the installation at `home`, and return the findings in the order of the checks.

    Nothing is changed, and an installation that cannot be opened is a finding as well. The arguments are those of
    `Installation.open`. Raises `HomeInvalid` or `FileUnusable` if `home` cannot be the place of an installation.
    """
    location, day = homes.database_of(home, create=False), None if released is None else days_of(released)

    def opened(database: Migrating) -> OpenInstallation:
        return OpenInstallation(database, clocks_of(clock, boot), root, pack, day, facts=facts)

    return examine(location, opened)


def examine(
    location: str | Path,
    opened: Callable[[Migrating], OpenInstallation],
    database: Migrating | None = None,
    without: tuple[str, ...] = (),
) -> tuple[Diagnosis, ...]:
    """Run the checks of an installation except those in `without`; `database` is passed if it is already open."""

    def own(database: Migrating) -> Mapping[str, Check]:
        logs, noticed = ("audit", "slots"), ("journal", "documents", "time", "activation", "backup")
        checks: dict[str, Check] = {name: partial(_audit, opened(database), name) for name in logs}
        return checks | {name: partial(_notices, opened(database), name) for name in noticed}

    mark = (homes.mark_of(str(location)).name,) if isinstance(location, Path) else ()
    return diagnose_database(location, homes.SCHEMA, own, mark, opened=database, without=without)


def _audit(opened: OpenInstallation, check: str) -> Iterator[Graded]:
    """Check the audit log and the slots; a fault of slots is reported only by the check `slots`."""
    with opened.database.read() as connection:
        head = audit_head(connection)
        try:
            check_audit(connection)
        except AuditDamaged as error:
            if check == "slots" or error.reason == "chain":
                raise
    yield "ok", CheckPassed(reason=check, count=head.number, head=head.hash)


def _notices(opened: OpenInstallation, check: str) -> Iterator[Graded]:
    with read_installation(opened) as read:
        unusable = read.state().unusable if check == "documents" else ()
    stored = read.stored
    found = notices_of(stored, clock=read.reading.clock, unusable=unusable)
    own = [one for one in found if _CHECK_OF.get(one.code, "documents") == check]
    for one in own:
        yield "error" if one.severity is Severity.ERROR else "notice", one
    if check == "time" and read.reading.boot is None:
        yield "notice", BootClockMissing()
    elif not own:
        documents = len(stored.trust) + len(stored.bundles)
        yield "ok", CheckPassed(reason=check, count=stored.journal.head.number if check == "journal" else documents)


def upgrade(home: str | os.PathLike[str], *, preview: bool = False) -> Upgrade:
    """Migrate the installation at `home` as far as no running program is shut out (`docs/how-to/upgrade.md`).

    With `preview`, only return what would be done. Raises `FileUnusable` if there is none, or `StateError`.
    """
    return upgrades.upgrade(homes.database_of(home, create=False), homes.SCHEMA, preview=preview)


class Moved(NamedTuple):
    """The result of a move."""

    source: str
    target: str
    serial: str | None
    users: int
    sites: int
    bundles: int
    """All that were ever activated."""
    entries: int
    """The number of audit entries, including that of the move."""
    head: str
    """The hash of the newest audit entry, in hex."""


def move(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    clock: Callable[[], datetime] = system_clock,
    by: str = "",
    progress: Progress = lambda _, __: None,
) -> Moved:
    """Move the installation at `source` to `target`; each is a folder or a `postgresql://` URL.

    Raises:
        NotActivated: there is no installation at `source`.
        DatabaseMoved: it was moved before.
        PlaceTaken: there is another installation at `target`.
        AuditDamaged, TrustError: the installation does not verify, and stays where it is.
        StateError: one of the two places cannot be used, and the installation stays where it is.
    """
    here, there, is_copied = shown(homes.locate(source)), shown(homes.locate(target)), False

    def fill(connection: Connection) -> None:
        nonlocal is_copied
        _copy(connection, leaving, here, there, progress)
        is_copied = True

    with (
        closing(homes.open_installation(source, create=False)) as old,
        write_installation(OpenInstallation(old, clocks_of(clock), by=by)) as leaving,
        closing(connect(homes.database_of(target, create=True), schema=homes.SCHEMA, create=True, fill=fill)) as new,
    ):
        if not is_copied:
            _require_arrived(new, leaving)
        serial = None if leaving.read.stored.recorded is None else leaving.read.state().serial
        with new.read() as connection:
            [(users, sites, bundles)] = connection.rows(_SUMMARY)
            heads = homes.heads_of(connection)
            homes.write_mark(new.location, heads, lower=True)
        leaving.enter(Relocated(leaving.now, here, there))
        leaving.record("move", to=there)
        mark_moved(leaving.connection, homes.SCHEMA, there)
    return Moved(here, there, serial, users, sites, bundles, heads.audit.number, heads.audit.hash.hex())


def _require_arrived(new: Database, leaving: WriteTransaction) -> None:
    """Raise `PlaceTaken` unless the target is an unchanged copy of this installation from an interrupted move."""
    with new.read() as connection:
        before = leaving.read.stored
        there = read_stored(connection, homes.Mark(before.head, before.journal.head), leaving.read.reading)
        [(entry,)] = connection.rows("SELECT entry FROM audit WHERE number = ?", there.head.number)
        is_copy = there.seed == before.seed and not there.is_behind
    if not (is_copy and there.head.number == leaving.head.number + 1 and b'"did":"arrive"' in entry):
        raise PlaceTaken(reason="installation", where=new.location)


def _copy(connection: Connection, leaving: WriteTransaction, origin: str, place: str, progress: Progress) -> None:
    """Copy an installation and verify the copy; a restored backup stays marked as one."""
    read, rows = leaving.read, count_rows(leaving.connection, homes.SCHEMA)

    def report(done: int) -> None:
        progress(done, 2 * rows)

    copy_rows(read.connection, connection, homes.SCHEMA, report)
    compare_rows(read.connection, connection, homes.SCHEMA, place, report)
    check_audit(connection)
    there = read._replace(connection=connection, stored=read_stored(connection, None, read.reading))
    if read.stored.recorded is not None:
        there.state()  # verifies every document of the copy
    arriving = WriteTransaction(there)
    if read.stored.is_behind and not read.stored.is_noted:
        arriving.enter(TroubleFound(there.now, None))
    arriving.enter(Relocated(there.now, origin, place))
    arriving.record("arrive", origin=origin)
    arriving.finish()


def restore(
    source: Path,
    home: str | os.PathLike[str],
    *,
    clock: Callable[[], datetime] = system_clock,
    by: str = "",
    confirm: bool = False,
) -> Restored:
    """Restore the backup `source` at `home`, whole or not at all.

    `home` is a folder or a `postgresql://` URL. Unless nothing was lost, the installation counts as a restored backup
    until that is accepted. Running programs notice the change.

    Raises:
        ConfirmationNeeded: something at `home` would be lost, and `confirm` is false.
        FileUnusable: there is no such backup.
        DatabaseMoved: the installation was moved away from `home`.
        StateError: backup or home cannot be used.
    """

    def arrive(database: Database, connection: Connection, loses: bool) -> None:  # noqa: FBT001  # a callback
        opened = OpenInstallation(database, clocks_of(clock), by=by)
        change = WriteTransaction(read_transaction(opened, connection, homes.LOST if loses else None, None))
        change.record("restore", entry=change.head.number)
        change.finish()

    location, create = homes.database_of(home, create=False), partial(homes.database_of, home, create=True)
    place = Restorable(location, homes.SCHEMA, "SELECT seed FROM installation", "audit", create, arrive)
    return restore_backup(place, source, confirm=confirm)
