"""What is right and what is wrong with an installation, also with one that cannot be opened."""

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Final

from licensekit.database.examination import Check, CheckPassed, Diagnosis, Graded, diagnose_database
from licensekit.database.schemas import Migrating
from licensekit.dates import days_of
from licensekit.entitlements import Severity
from licensekit.errors import AuditDamaged
from licensekit.installation.audit import check_audit
from licensekit.installation.messages import BootClockMissing
from licensekit.state.home import SCHEMA, database_of, mark_of
from licensekit.state.loading import OpenInstallation, read_installation
from licensekit.state.logs import audit_head
from licensekit.state.machine import NO_FACTS, Facts
from licensekit.state.notices import notices_of
from licensekit.state.time import BootClock, clocks_of, system_clock

_CHECK_OF: Final[Mapping[str, str]] = {
    "clock-accepted": "time",
    "clock-ahead": "time",
    "clock-behind": "time",
    "not-activated": "activation",
    "damaged-journal": "journal",
    "read-only": "files",
    "restored-backup": "backup",
    "unreadable-mark": "backup",
}
"""Code of a notice to the check that it belongs to; any other is of the documents."""


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
    """Look through the installation at `home`, and return what was found, check by check.

    Nothing is changed, and what cannot be opened is a finding as well. The arguments are those of `Installation.open`.

    Raises:
        HomeInvalid, FileUnusable: `home` cannot be the place of an installation.
    """
    location, day = database_of(home, create=False), None if released is None else days_of(released)

    def own(database: Migrating) -> Mapping[str, Check]:
        opened = OpenInstallation(database, clocks_of(clock, boot), root, pack, day, facts=facts)
        logs, noticed = ("audit", "slots"), ("journal", "documents", "time", "activation", "backup")
        checks: dict[str, Check] = {name: partial(_audit, opened, name) for name in logs}
        return checks | {name: partial(_notices, opened, name) for name in noticed}

    mark = (mark_of(str(location)).name,) if isinstance(location, Path) else ()
    return diagnose_database(location, SCHEMA, own, mark)


def _audit(opened: OpenInstallation, check: str) -> Iterator[Graded]:
    """Check the log, and the assignments after it; what is wrong with them is of `slots` alone."""
    with opened.database.read() as connection:
        head = audit_head(connection)
        try:
            check_audit(connection)
        except AuditDamaged as error:
            if check == "slots" or error.reason == "chain":
                raise
    yield "ok", CheckPassed(reason=check, count=head.number, head=head.hash)


def _notices(opened: OpenInstallation, check: str) -> Iterator[Graded]:
    """Grade those notices of the installation itself that belong to a check."""
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
        is_journal = check == "journal"
        documents = len(stored.trust) + len(stored.bundles)
        count = stored.journal.head.number if is_journal else documents
        yield "ok", CheckPassed(reason=check, count=count)
