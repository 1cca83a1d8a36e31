"""The roots, trust documents, lists and catalogs of the ledger."""

from typing import Final

from licensekit.database import Connection
from licensekit.wire.armor import Token

# A cross join keeps SQLite from going through the entries, of which there may be a million.
_SELECT: Final = (
    "SELECT e.type, e.frame FROM documents AS d CROSS JOIN entries AS e WHERE e.number = d.number"
)

_NEWEST: Final = (
    " AND d.type <> 'root'"
    " AND d.number IN (SELECT max(number) FROM documents GROUP BY type, issuer)"
    " ORDER BY d.number"
)


def newest_number(connection: Connection) -> int:
    """Return the number of the newest entry of these documents; 0 if there is none."""
    row = connection.one("SELECT max(number) FROM documents")
    return (row[0] or 0) if row else 0


def roots(connection: Connection) -> list[Token]:
    """Return every root, oldest first."""
    rows = connection.rows(_SELECT + " AND d.type = 'root' ORDER BY d.number")
    return [Token(*row) for row in rows]


def newest(connection: Connection) -> list[Token]:
    """Return the newest trust document, and of each issuer the newest list and catalog."""
    rows = connection.rows(_SELECT + _NEWEST)
    return [Token(*row) for row in rows]


def first(connection: Connection) -> list[Token]:
    """Return what the first pack held."""
    rows = connection.rows(_SELECT + " AND e.action = 'init' ORDER BY d.number")
    return [Token(*row) for row in rows]


def last(connection: Connection, kind: str, issuer: str) -> Token | None:
    """Return the newest document of `kind` and `issuer`, whether or not it is still believed."""
    row = connection.one(
        _SELECT + " AND d.type = ? AND d.issuer = ? ORDER BY d.number DESC LIMIT 1", kind, issuer
    )
    return None if row is None else Token(*row)
