"""What is right and what is wrong with an installation, also with one that cannot be opened; and its metrics.

Those are in the text format of Prometheus. Every metric is a gauge, and what is unrestricted is `+Inf`.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Final

from licensekit.database.examination import Check, CheckPassed, Diagnosis, Graded, diagnose_database
from licensekit.database.migrations import Migrating
from licensekit.dates import days_of
from licensekit.entitlements import Severity
from licensekit.errors import AuditDamaged
from licensekit.errors.coded import Message
from licensekit.installation.audit import check_audit
from licensekit.state.boot_clock import clocks_of
from licensekit.state.home import database_of
from licensekit.state.loading import InstallationState, OpenInstallation, read_installation
from licensekit.state.logs import audit_head
from licensekit.state.machine import NO_FACTS, Facts
from licensekit.state.mark import mark_of
from licensekit.state.notices import notices_of
from licensekit.state.schema import SCHEMA
from licensekit.state.time import BootClock, system_clock
from licensekit.wire.plain import word


class BootClockMissing(Message):
    """A machine on which nothing but its clock shows that time passes."""


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

_Samples = Sequence[tuple[Mapping[str, str], int | None]]
_OF_BUNDLE: Final[tuple[str, ...]] = ("issuer", "serial", "part", "state")


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
    with read_installation(opened) as read:
        unusable = read.state().unusable if check == "documents" else ()
    stored = read.stored
    found = notices_of(stored, clock=read.reading.clock, unusable=unusable)
    own = [one for one in found if _CHECK_OF.get(one.code, "documents") == check]
    yield from (("error" if one.severity is Severity.ERROR else "notice", one) for one in own)
    if check == "time" and read.reading.boot is None:
        yield "notice", BootClockMissing()
    elif not own:
        documents = len(stored.trust) + len(stored.bundles)
        yield "ok", CheckPassed(reason=check, count=stored.journal.head.number if check == "journal" else documents)


def metric_lines(state: InstallationState) -> Iterator[str]:
    """Yield days left, states, counts and notices, a line each, for a page of metrics; None is unrestricted."""
    for name, meaning, samples in _gauges(state):
        yield f"# HELP licensekit_{name} {meaning}"
        yield f"# TYPE licensekit_{name} gauge"
        for labels, value in samples:
            shown = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
            yield f"licensekit_{name}{{{shown}}} {'+Inf' if value is None else value}"


def _gauges(state: InstallationState) -> Iterator[tuple[str, str, _Samples]]:
    left = [({"issuer": one.issuer, "part": one.part}, one.days_left(state.now)) for one in state.entitlements.coverage]
    known = [(labels, days) for labels, days in left if days is not None]
    yield "days_left", "Days until an issuer's part is no longer licensed without a gap, or grace ends.", known
    # Bundles that wait together differ in nothing that a label says: they are one sample.
    states = dict.fromkeys((p.bundle.issuer, p.bundle.serial, p.bundle.part, p.state.value) for p in state.parts)
    bundles: _Samples = [(dict(zip(_OF_BUNDLE, labels, strict=True)), 1) for labels in states]
    yield "bundle_state", "1 for each state that bundles are in: active, warning, grace, expired and others.", bundles
    counted = [row for row in state.licenses if row.is_counted and (row.granted or row.in_use)]
    rows = [({"license": row.code, "kind": word(row.kind)}, row) for row in counted]
    in_use, totals = [(labels, row.in_use) for labels, row in rows], [(labels, row.total) for labels, row in rows]
    yield "license_in_use", "How many of a license are in use, of a meter in this period.", in_use
    yield "license_total", "How many of a license there are.", totals
    numbers = Counter(notice.severity for notice in state.notices)
    by_severity = [({"severity": severity.value}, numbers[severity]) for severity in Severity]
    yield "notices", "What administrators should know, by severity.", by_severity


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
