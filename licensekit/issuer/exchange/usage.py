"""The true-up: sold beside in use, by the newest statement of each serial."""

from collections.abc import Container, Iterator, Mapping
from typing import Any, Final, NamedTuple

from licensekit.entitlements import total_of
from licensekit.errors.coded import Message
from licensekit.issuer import proposal, transaction
from licensekit.issuer.ledger import bundles, documents, exchange_files, lookup, states
from licensekit.issuer.ledger.installations import names_of
from licensekit.wire.documents import Bundle, Kind, MeterPeriod, Statement
from licensekit.wire.plain import plain_fields

OVER = "over"
UNDER, EVEN, UNRESTRICTED, UNSTATED = "under", "even", "unrestricted", "unstated"
USAGE_STATES = (OVER, UNDER, EVEN, UNRESTRICTED, UNSTATED)
_WHOSE: Final = "serial company"
_USED: Final = "license kind sold per in_use free state"
_STATED: Final = "stated installation installations history"
USAGE_FIELDS: Final = tuple(f"{_WHOSE} {_USED} {_STATED}".split())
"""The keys of a row in `UsageReport.plain`, in order."""


class UsageRow(NamedTuple):
    """One license of a serial."""

    license: str
    kind: Kind
    sold: int | None  # None: unrestricted; 0: not sold, or no longer
    in_use: int | None
    """None: not stated. For a meter: in the period of the statement."""
    per: MeterPeriod | None = None  # the period of a meter

    @property
    def free(self) -> int | None:
        """How many are free; negative if more are in use than sold. None: unknown or unrestricted."""
        return None if self.sold is None or self.in_use is None else self.sold - self.in_use

    @property
    def state(self) -> str:
        """One of `USAGE_STATES`."""
        if self.sold is None:
            return UNRESTRICTED
        if self.in_use is None:
            return UNSTATED
        return EVEN if self.sold == self.in_use else OVER if self.in_use > self.sold else UNDER


class UsageReport(NamedTuple):
    """The licenses that a serial has bought and uses."""

    serial: str
    company: str
    rows: tuple[UsageRow, ...]
    stated: int | None
    """When the newest statement was signed, in seconds since 1970; None: there is none."""
    installation: bytes | None
    """The installation that signed it."""
    installations: int
    """How many installations have sent a statement and returned nothing; above one, the serial is used twice."""
    history: exchange_files.History | None
    names: tuple[str, ...] = ()
    """The name of that installation, if anybody named it."""

    @property
    def warnings(self) -> tuple[Message, ...]:
        """Why the figures may mislead: the serial is used twice, or by a copied database."""
        found: list[Message] = []
        if self.installations > 1:
            found.append(proposal.HistoryDoubtful(reason="several", count=self.installations))
        if self.installation is not None and self.history is exchange_files.History.FORKED:
            found.append(proposal.HistoryDoubtful(reason="forked", installation=self.installation, names=self.names))
        return tuple(found)

    def only(self, state: str) -> "UsageReport":
        """Return it with only the licenses in this one of `USAGE_STATES`."""
        return self._replace(rows=tuple(row for row in self.rows if row.state == state))

    def plain(self) -> Iterator[dict[str, Any]]:
        """Yield each row as plain JSON values, with the keys of `USAGE_FIELDS`."""
        for row in self.rows:
            yield plain_fields(self, _WHOSE) | plain_fields(row, _USED) | plain_fields(self, _STATED)


def usage(tx: transaction.LedgerTransaction, serial: str | None = None) -> Iterator[UsageReport]:
    """Yield the report of a serial, or in constant memory that of every serial with a statement."""
    if serial is not None:
        lookup.require_serial(tx.ledger, serial)
    for one in exchange_files.stating_serials(tx.ledger) if serial is None else [serial]:
        yield _report(tx, one)


def shortfalls(tx: transaction.LedgerTransaction, before: Bundle, after: Bundle) -> tuple[proposal.MoreInUse, ...]:
    """Return the licenses of which fewer would be sold than are in use if `after` replaced `before`."""
    stated = exchange_files.latest_statement(tx.ledger, before.serial)
    if stated is None:
        return ()
    active = [one.bundle for one in bundles.active(tx.ledger, before.serial)]
    sold = _sold(active)
    less = _sold([after if bundle == before else bundle for bundle in active])
    rows = _rows(tx.state, {where: less.get(where, 0) for where in sold}, stated[1])
    short = (row for row in rows if row.state == OVER and row.sold != sold.get((row.kind, row.license), 0))
    return tuple(
        proposal.MoreInUse(license=row.license, in_use=row.in_use or 0, sold=row.sold or 0, missing=-(row.free or 0))
        for row in short
    )


def _report(tx: transaction.LedgerTransaction, serial: str) -> UsageReport:
    installation, statement = exchange_files.latest_statement(tx.ledger, serial) or (None, None)
    issued = bundles.of_serial(tx.ledger, serial)
    active = [one.bundle for one in issued if one.state == states.ACTIVE]
    company = max(issued, key=lambda one: one.number).bundle.company
    rows = tuple(_rows(tx.state, _sold(active, _meters(tx.state)), statement))
    if installation is None or statement is None:
        return UsageReport(serial, company, rows, None, None, 0, None)
    count = exchange_files.installations_of(tx.ledger, serial)
    history, names = exchange_files.history_of(tx.ledger, installation), names_of(tx.ledger, installation)
    return UsageReport(serial, company, rows, statement.issued, installation, count, history, names)


def _meters(state: documents.WorkspaceState) -> dict[str, MeterPeriod]:
    return {code: one.per for code, one in state.signed_catalog.licenses.items() if one.per is not None}


def _sold(active: list[Bundle], meters: Container[str] = ()) -> dict[tuple[Kind, str], int | None]:
    """Add up the counts of all parts; of system licenses only `meters`."""
    counts: dict[tuple[Kind, str], list[int | None]] = {}
    for bundle in active:
        for kind in Kind:
            for code, count in bundle.counts(kind).items():
                if kind is not Kind.SYSTEM or code in meters:
                    counts.setdefault((kind, code), []).append(count)
    return {where: total_of(those) for where, those in counts.items()}


def _rows(
    state: documents.WorkspaceState, sold: Mapping[tuple[Kind, str], int | None], stated: Statement | None
) -> Iterator[UsageRow]:
    prefix, usage = state.trust_store.qualify(state.issuer, ""), {} if stated is None else stated.usage
    own = {code.removeprefix(prefix): one.in_use for code, one in usage.items() if code.startswith(prefix)}
    # The vendor's codes have no prefix.
    in_use, meters = {code: count for code, count in own.items() if "." not in code}, _meters(state)
    for kind, code in sorted(sold):
        yield UsageRow(code, kind, sold[kind, code], None if stated is None else in_use.get(code, 0), meters.get(code))
    licenses = state.signed_catalog.licenses
    for code in sorted(in_use.keys() - {code for _, code in sold}):
        kind = licenses[code].kind if code in licenses else Kind.USER
        if in_use[code] and (kind is not Kind.SYSTEM or code in meters):
            yield UsageRow(code, kind, 0, in_use[code], meters.get(code))
