"""The audit log for administrators: its entries, and whether it and the slots are whole."""

from collections.abc import Iterator
from typing import NamedTuple

from licensekit.chain import GENESIS, Link, unbroken
from licensekit.database import Connection
from licensekit.errors import AuditDamaged
from licensekit.state import audit
from licensekit.state.audit import AuditEntry, Head
from licensekit.state.mark import is_restored
from licensekit.state.pending import place_of
from licensekit.state.slots import misnumbered
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
        """Check every link of the audit log, and every slot of assignments.

        Raises:
            AuditDamaged: an entry was altered, inserted or removed, or slots have a gap.
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
    """Check every link and every slot, and return the newest entry; raises as `verify`."""
    head = Head(0, GENESIS)
    for number, _, recorded in unbroken(audit.links(connection), Link._make, _damaged):
        head = Head(number, recorded)
    for code, there in misnumbered(connection):
        raise AuditDamaged(reason="slots", license=code, there=there)
    return head


def _damaged(_reason: str, number: int) -> AuditDamaged:
    return AuditDamaged(reason="chain", entry=number)
