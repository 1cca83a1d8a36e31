"""The audit log for administrators: its entries, and whether it and the counts are whole."""

from collections.abc import Iterator
from typing import NamedTuple

from licensekit.chain import GENESIS, Link, unbroken
from licensekit.database import Connection
from licensekit.errors import AuditDamaged
from licensekit.state import audit
from licensekit.state.audit import AuditEntry, Head
from licensekit.state.mark import is_restored
from licensekit.state.pending import place_of
from licensekit.state.transactions import OpenInstallation, read_installation


class AuditReport(NamedTuple):
    """The result of verifying an audit log."""

    head: Head
    """The newest entry."""
    restored: bool
    """Whether the database is a restored backup that no reset has accepted."""


class AuditLog:
    """The audit log of an installation."""

    def __init__(self, opened: OpenInstallation) -> None:
        self._opened = opened

    def __repr__(self) -> str:
        return f"<AuditLog of the installation {place_of(self._opened.database)}>"

    def verify(self) -> AuditReport:
        """Check every link of the audit log, and every count of assignments.

        Raises:
            AuditDamaged: an entry was altered, inserted or removed, or a count does not agree.
        """
        with read_installation(self._opened) as read:
            head = check_audit(read.connection)
            restored = read.stored.restored or is_restored(read.stored, read.mark)
            return AuditReport(head, restored)

    def entries(self) -> Iterator[AuditEntry]:
        """Yield every entry, the oldest first, in constant memory."""
        with read_installation(self._opened) as read:
            yield from audit.entries(read.connection)

    def newest(self, *, before: int | None = None, limit: int = 50) -> tuple[AuditEntry, ...]:
        """Return the newest `limit` entries, of those below number `before`."""
        with read_installation(self._opened) as read:
            return audit.newest(read.connection, before, limit)


def check_audit(connection: Connection) -> Head:
    """Check every link and every count, and return the newest entry; raises as `verify`."""
    head = _check_chain(audit.entries(connection))
    _check_counts(connection)
    return head


def _check_chain(entries: Iterator[AuditEntry]) -> Head:
    head = Head(0, GENESIS)
    for number, _, recorded in unbroken(entries, Link._make, _damaged):
        head = Head(number, recorded)
    return head


def _damaged(_reason: str, number: int) -> AuditDamaged:
    return AuditDamaged(reason="chain", entry=number)


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
