"""Is the audit log whole, and do the counts agree with the rows?"""

from collections.abc import Iterator
from typing import NamedTuple

from licensekit.chain import GENESIS, link
from licensekit.database import Connection
from licensekit.errors import AuditDamaged
from licensekit.state import audit
from licensekit.state.audit import AuditEntry, Head
from licensekit.state.notices import is_restored
from licensekit.state.transactions import OpenInstallation, reading


class AuditReport(NamedTuple):
    """What `audit verify` found."""

    head: Head
    """The newest entry."""
    restored: bool
    """Whether the database is a restored backup that no reset has accepted."""


def verify_audit(opened: OpenInstallation) -> AuditReport:
    """Check every link of the audit log and every count.

    Raises:
        AuditDamaged: an entry was altered, inserted or removed, or a count does not agree.
    """
    with reading(opened) as look:
        head = check_audit(look.connection)
        restored = look.stored.restored or is_restored(look.stored, look.mark)
        return AuditReport(head, restored)


def check_audit(connection: Connection) -> Head:
    """Check every link and every count, and give the newest entry; raises as `verify_audit`."""
    head = _check_chain(audit.entries(connection))
    _check_counts(connection)
    return head


def list_audit(opened: OpenInstallation) -> Iterator[AuditEntry]:
    """Give every entry of the audit log, the oldest first, in constant memory."""
    with reading(opened) as look:
        yield from audit.entries(look.connection)


def list_newest(opened: OpenInstallation, before: int | None, limit: int) -> tuple[AuditEntry, ...]:
    """Give the newest `limit` entries of the audit log, of those below number `before`."""
    with reading(opened) as look:
        return audit.newest(look.connection, before, limit)


def _check_chain(entries: Iterator[AuditEntry]) -> Head:
    head = Head(0, GENESIS)
    for number, entry, recorded in entries:
        expected = Head(head.number + 1, link(head.hash, entry))
        if (number, recorded) != expected:
            raise AuditDamaged(reason="chain", entry=expected.number)
        head = expected
    return head


def _check_counts(connection: Connection) -> None:
    counted: dict[str, int] = dict(
        connection.rows(
            "SELECT license, count(*) FROM user_licenses GROUP BY license"
            " UNION ALL SELECT license, count(*) FROM site_licenses GROUP BY license"
        )
    )
    kept: dict[str, int] = dict(
        connection.rows("SELECT license, in_use FROM usage WHERE in_use > 0")
    )
    for code in sorted(counted.keys() | kept.keys()):
        if counted.get(code) != kept.get(code):
            raise AuditDamaged(
                reason="counts",
                license=code,
                counted=kept.get(code, 0),
                there=counted.get(code, 0),
            )
