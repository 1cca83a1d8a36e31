"""What was sold beside what is in use: the true-up, from the newest statement of each serial."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from licensekit.database import Connection
from licensekit.issuer.ledger import bundles, exchange_files
from licensekit.issuer.ledger.exchange_files import ReceivedStatement
from licensekit.issuer.ledger.finding import require_serial
from licensekit.issuer.ledger.histories import History, history_of
from licensekit.issuer.ledger.projection import CURRENT
from licensekit.issuer.state import WorkspaceState
from licensekit.wire.documents import Bundle, Kind, Usage

OVER = "over"
UNDER = "under"
EVEN = "even"
UNRESTRICTED = "unrestricted"
UNSTATED = "unstated"
STATES = (OVER, UNDER, EVEN, UNRESTRICTED, UNSTATED)


class UsageRow(NamedTuple):
    """One license of a serial."""

    license: str
    kind: Kind
    sold: int | None
    """None is unrestricted; 0 was not sold, or not any more."""
    in_use: int | None
    """None: it was not stated."""

    @property
    def free(self) -> int | None:
        """How many are free; below zero, how many are missing. None: that cannot be said."""
        return None if self.sold is None or self.in_use is None else self.sold - self.in_use

    @property
    def missing(self) -> int:
        """How many more are in use than were sold."""
        return max(0, -(self.free or 0))

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if self.sold is None:
            return UNRESTRICTED
        if self.in_use is None:
            return UNSTATED
        return EVEN if self.sold == self.in_use else OVER if self.in_use > self.sold else UNDER


class UsageReport(NamedTuple):
    """What a serial has bought and uses."""

    serial: str
    company: str
    rows: tuple[UsageRow, ...]
    stated: int | None
    """When the newest statement was signed, in seconds since 1970; None: there is none."""
    installation: bytes | None
    """Which installation has signed it."""
    installations: int
    """How many have stated something and returned nothing: above one, the serial is used twice."""
    history: History | None


def usage_of(ledger: Connection, state: WorkspaceState, serial: str) -> UsageReport:
    """Give what a serial has bought and uses.

    Raises:
        NotIssued: nothing was issued for it.
    """
    require_serial(ledger, serial)
    return _report(ledger, state, serial, exchange_files.latest_statement(ledger, serial))


def usage(ledger: Connection, state: WorkspaceState) -> Iterator[UsageReport]:
    """Give the same of every serial that a statement was entered for, in constant memory."""
    for serial in exchange_files.stating_serials(ledger):
        yield _report(ledger, state, serial, exchange_files.latest_statement(ledger, serial))


def shortfalls(
    ledger: Connection, state: WorkspaceState, before: Bundle, after: Bundle
) -> tuple[UsageRow, ...]:
    """Give what `after` in the place of `before` would sell less of than is stated to be in use.

    A customer cannot activate a bundle before so many were released.
    """
    stated = exchange_files.latest_statement(ledger, before.serial)
    if stated is None:
        return ()
    told = _own(stated.statement.usage, state)
    current = [one.bundle for one in bundles.current(ledger, before.serial)]
    sold = _sold(current)
    less = _sold([after if bundle == before else bundle for bundle in current])
    rows = _rows({where: less.get(where, 0) for where in sold}, told, state, is_stated=True)
    return tuple(
        row
        for row in rows
        if row.state == OVER and row.sold != sold.get((row.kind, row.license), 0)
    )


def _report(
    ledger: Connection, state: WorkspaceState, serial: str, stated: ReceivedStatement | None
) -> UsageReport:
    issued = bundles.of_serial(ledger, serial)
    current = [one.bundle for one in issued if one.standing == CURRENT]
    company = max(issued, key=lambda one: one.number).bundle.company
    told = {} if stated is None else _own(stated.statement.usage, state)
    rows = tuple(_rows(_sold(current), told, state, is_stated=stated is not None))
    if stated is None:
        return UsageReport(serial, company, rows, None, None, 0, None)
    installation = stated.paper.installation
    return UsageReport(
        serial,
        company,
        rows,
        stated.paper.issued,
        installation,
        exchange_files.installations_of(ledger, serial),
        history_of(ledger, installation),
    )


def _sold(current: list[Bundle]) -> dict[tuple[Kind, str], int | None]:
    """Unite the parts: counts are added, and unrestricted wins."""
    sold: dict[tuple[Kind, str], int | None] = {}
    for bundle in current:
        for kind, counts in ((Kind.SITE, bundle.sites), (Kind.USER, bundle.users)):
            for code, count in counts.items():
                before = sold.get((kind, code), 0)
                sold[kind, code] = None if before is None or count is None else before + count
    return sold


def _own(stated: Mapping[str, Usage], state: WorkspaceState) -> dict[str, int]:
    """Give what is in use of this issuer's licenses; the vendor's codes stand without a prefix."""
    prefix = f"{state.issuer}." if state.is_partner else ""
    return {
        code.removeprefix(prefix): one.in_use
        for code, one in stated.items()
        if code.startswith(prefix) and "." not in code.removeprefix(prefix)
    }


def _rows(
    sold: Mapping[tuple[Kind, str], int | None],
    told: Mapping[str, int],
    state: WorkspaceState,
    *,
    is_stated: bool,
) -> Iterator[UsageRow]:
    for kind, code in sorted(sold):
        yield UsageRow(code, kind, sold[kind, code], told.get(code, 0) if is_stated else None)
    known = {code for _, code in sold}
    licenses = state.signed_catalog.licenses
    for code in sorted(told.keys() - known):
        license_ = licenses.get(code)
        kind = Kind.USER if license_ is None else license_.kind
        if told[code] and kind is not Kind.SYSTEM:
            yield UsageRow(code, kind, 0, told[code])
