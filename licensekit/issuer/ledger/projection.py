"""What is drawn from the entries so that it can be asked quickly.

A bundle is in one of four states: `active`; `replaced` by a later sequence or a higher use of its serial and part, or
by a bundle that takes the place of its serial; `revoked` by the newest list; or `returned` by the installation that had
it. One that is signed again keeps its state. When the one that replaced others is revoked, what it displaced is active
again (`docs/evaluation.md`, P2).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, LiteralString

from licensekit import limits
from licensekit.database import Connection, Value
from licensekit.issuer.ledger import exchange_files
from licensekit.trust.signed import identity_of
from licensekit.wire import frame
from licensekit.wire.armor import Token
from licensekit.wire.documents import (
    Bundle,
    Catalog,
    Document,
    Receipt,
    Request,
    Revocations,
    Root,
    Statement,
    Trust,
    Use,
)

ACTIVE: Final = "active"
REPLACED: Final = "replaced"
REVOKED: Final = "revoked"
RETURNED: Final = "returned"
LEDGER_STATES: Final = (ACTIVE, REPLACED, REVOKED, RETURNED)

PERPETUAL: Final = limits.DAYS + 1
"""The last day of what does not end: after every other day."""

Drawn = tuple[int, Token, Document]

_PUT: Final = (
    "INSERT INTO bundles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)"
    " ON CONFLICT (identity) DO UPDATE SET signed = excluded.signed, key_id = excluded.key_id"
)
# Uses are numbers, and the higher use (production over trial over demo) has the lower one.
_REPLACE_LOWER: Final = (
    "UPDATE bundles SET state = 'replaced',"
    " lapses = CASE WHEN use = ? AND ends + 1 < ? THEN lapses ELSE 0 END"
    " WHERE serial = ? AND part = ? AND (state = 'active' OR lapses = 1)"
    " AND (use > ? OR use = ? AND sequence < ?)"
)
_OF_SERIALS: Final = "SELECT DISTINCT serial FROM bundles WHERE serial IN (?"
_YIELD_TO_HIGHER: Final = (
    "UPDATE bundles SET state = 'replaced', lapses = 0 WHERE identity = ? AND state = 'active'"
    " AND EXISTS (SELECT 1 FROM bundles AS o WHERE o.serial = bundles.serial"
    " AND o.part = bundles.part AND o.use < ? AND o.state = 'active')"
)
# What is issued later for a serial that was replaced counts; signing again changes nothing.
_REPLACE_SERIAL: Final = (
    "UPDATE bundles SET state = 'replaced', lapses = 0 WHERE serial = ?"
    " AND (state = 'active' OR lapses = 1)"
    " AND number < (SELECT number FROM bundles AS o WHERE o.identity = ?)"
)
_HEAD: Final = (
    "(SELECT h.state FROM bundles AS h WHERE h.serial = o.serial AND h.part = o.part"
    " AND h.use = o.use ORDER BY h.sequence DESC LIMIT 1)"
)
"""The state of the newest of a line: one that was revoked holds its place and displaces nothing."""
_DISPLACED: Final = (
    "EXISTS (SELECT 1 FROM bundles AS o WHERE o.serial = b.serial AND o.part = b.part"  # noqa: S608  # texts of ours
    f" AND (o.use = b.use AND o.sequence > b.sequence OR o.use < b.use AND {_HEAD} <> 'revoked'))"
    " OR EXISTS (SELECT 1 FROM replacements AS r JOIN bundles AS o ON o.number = r.number"
    " WHERE r.serial = b.serial AND r.number > b.number"
    f" AND o.state <> 'revoked' AND {_HEAD} <> 'revoked')"
)
_COUNT_AGAIN: Final = (
    "UPDATE bundles SET state = 'active', lapses = 1 WHERE number IN (SELECT b.number"  # noqa: S608  # texts of ours
    " FROM bundles AS b WHERE b.state = 'replaced' AND (b.serial = ? OR b.serial IN (SELECT"
    " r.serial FROM replacements AS r JOIN bundles AS g ON g.number = r.number WHERE g.serial = ?))"
    f" AND NOT ({_DISPLACED}))"
)


def project(connection: Connection, entered: Sequence[Drawn]) -> None:
    """Bring the tables behind the entries up to date with what was `entered`."""
    bundles = [(number, token, d) for number, token, d in entered if isinstance(d, Bundle)]
    if bundles:
        _project_bundles(connection, bundles)
    if len(bundles) == len(entered):
        return
    for number, token, document in entered:
        match document:
            case Root():
                _put_document(connection, number, token, document.issuer, document.version)
            case Trust():
                _put_document(connection, number, token, "", document.version)
            case Catalog():
                _put_document(connection, number, token, document.issuer, document.version)
            case Revocations():
                _put_document(connection, number, token, document.issuer, document.number)
                _revoke(connection, document)
            case Receipt():
                exchange_files.put(connection, number, token, document)
                _set_state(connection, RETURNED, [document.identity])
            case Request() | Statement():
                exchange_files.put(connection, number, token, document)
            case _:
                pass


def bundle_row(number: int, token: Token, bundle: Bundle) -> tuple[Value, ...]:
    """Return the columns of a bundle, but for its state."""
    opened = frame.read(token.frame)
    return (
        number,
        identity_of(token.type, opened.payload),
        number,
        opened.signatures[0].key,
        bundle.serial,
        bundle.part,
        bundle.sequence,
        bundle.company,
        company_key(bundle.company),
        bundle.product,
        int(bundle.use),
        bundle.issued,
        bundle.starts,
        bundle.expiry,
        PERPETUAL if bundle.term_end is None else bundle.term_end,
    )


def company_key(company: str) -> str:
    """Return the spelling by which companies are looked up: case does not matter."""
    return company.casefold()


def _project_bundles(connection: Connection, bundles: Iterable[tuple[int, Token, Bundle]]) -> None:
    drawn = list(bundles)
    rows = [(*bundle_row(number, token, bundle), ACTIVE) for number, token, bundle in drawn]
    again = _issued_again(connection, [bundle.serial for _, _, bundle in drawn])
    connection.run_many(_PUT, rows)
    connection.run_many(
        _REPLACE_LOWER,
        [
            (b.use, b.starts or 0, b.serial, b.part, b.use, b.use, b.sequence)
            for _, _, b in drawn
            if b.serial in again and (b.sequence > 1 or b.use is not Use.DEMO)
        ],
    )
    connection.run_many(
        _YIELD_TO_HIGHER, [(row[1], b.use) for row, (_, _, b) in zip(rows, drawn, strict=True) if b.use]
    )
    connection.run_many(
        "INSERT INTO replacements SELECT number, ? FROM bundles WHERE identity = ? ON CONFLICT DO NOTHING",
        [(serial, row[1]) for row, (_, _, b) in zip(rows, drawn, strict=True) for serial in b.replaces],
    )
    connection.run_many(
        _REPLACE_SERIAL, [(serial, row[1]) for row, (_, _, b) in zip(rows, drawn, strict=True) for serial in b.replaces]
    )


def _issued_again(connection: Connection, serials: Sequence[str]) -> set[str]:
    """Return those of some serials, at least one, that have a bundle, or of which several are entered."""
    asked: LiteralString = ", ?" * (len(serials) - 1)
    rows = connection.rows(_OF_SERIALS + asked + ")", *serials)
    return {serial for (serial,) in rows} | {serial for serial, times in Counter(serials).items() if times > 1}


def _put_document(connection: Connection, number: int, token: Token, issuer: str, version: int) -> None:
    connection.run("INSERT INTO documents VALUES (?, ?, ?, ?)", number, token.type, issuer, version)


def _revoke(connection: Connection, revocations: Revocations) -> None:
    _set_state(connection, REVOKED, revocations.identities)
    connection.run_many(
        "UPDATE bundles SET state = 'revoked', lapses = 0 WHERE serial = ? AND state IN ('active', 'replaced')",
        [(serial,) for serial in revocations.serials],
    )
    connection.run_many(
        "UPDATE bundles SET state = 'revoked', lapses = 0"
        " WHERE serial = ? AND part = ? AND use = ? AND sequence < ?"
        " AND state IN ('active', 'replaced')",
        [
            (serial, part, use, lowest.of(use))
            for serial, parts in revocations.lowest.items()
            for part, lowest in parts.items()
            for use in Use
        ],
    )
    revoked = connection.rows("SELECT DISTINCT serial FROM bundles WHERE state = 'revoked'")
    connection.run_many(_COUNT_AGAIN, [(serial, serial) for (serial,) in revoked])


def _set_state(connection: Connection, state: str, identities: Iterable[bytes]) -> None:
    connection.run_many(
        "UPDATE bundles SET state = ?, lapses = 0 WHERE identity = ? AND state IN ('active', 'replaced')",
        [(state, identity) for identity in identities],
    )
