"""The roots, trust documents, lists and catalogs of a ledger, and what no document states."""

from typing import Final, LiteralString

from licensekit.database import Connection, Value
from licensekit.wire.armor import Token

PIN: Final = "pin"
"""The fact that names the root that everything is verified from."""
ISSUER: Final = "issuer"
"""The fact that names the code that this workspace signs for."""
RESTORED: Final = "restored"
"""The fact that names the newest entry of a restored ledger when it was accepted, and by how much sequences rise."""
DEFAULT_KEY: Final = "default-key"
"""The fact that names the key that signs where no other is named, by its id in hex."""

OLDEST_PACK: Final = "oldest-pack"
"""The fact that names what the oldest application in the field holds (`trust.pack.Held.text`)."""

# A cross join keeps SQLite from going through the entries, of which there may be a million.
_SELECT: Final = "SELECT e.type, e.frame FROM documents AS d CROSS JOIN entries AS e WHERE e.number = d.number"


def newest_number(connection: Connection) -> int:
    """Return the number of the newest entry of these documents; 0 if there is none."""
    row = connection.one("SELECT max(number) FROM documents")
    return (row[0] or 0) if row else 0


def every(connection: Connection, kind: str) -> list[Token]:
    """Return every document of `kind`, oldest first."""
    return _tokens(connection, " AND d.type = ?", kind)


def newest(connection: Connection) -> list[Token]:
    """Return the newest trust document, and of each issuer the newest list and catalog."""
    newest_of_each = "SELECT max(number) FROM documents GROUP BY type, issuer"
    return _tokens(connection, " AND d.type <> 'root' AND d.number IN (" + newest_of_each + ")")


def _tokens(connection: Connection, which: LiteralString, *params: Value) -> list[Token]:
    return [Token(*row) for row in connection.rows(_SELECT + which + " ORDER BY d.number", *params)]


def last(connection: Connection, kind: str, issuer: str) -> Token | None:
    """Return the newest document of `kind` and `issuer`, whether or not it is still believed."""
    return _newest(connection, " AND d.type = ? AND d.issuer = ?", kind, issuer)


def numbered(connection: Connection, kind: str, issuer: str, version: int) -> Token | None:
    """Return the list or catalog of `issuer` that has this number, or version."""
    return _newest(connection, " AND d.type = ? AND d.issuer = ? AND d.version = ?", kind, issuer, version)


def _newest(connection: Connection, which: LiteralString, *params: Value) -> Token | None:
    row = connection.one(_SELECT + which + " ORDER BY d.number DESC LIMIT 1", *params)
    return None if row is None else Token(*row)


def reinstating(connection: Connection, issuer: str, number: int) -> list[int]:
    """Return the numbers above `number` of the lists that took something off the list before."""
    rows = connection.rows(
        "SELECT d.version FROM documents AS d JOIN entries AS e ON e.number = d.number"
        " WHERE d.type = 'revocations' AND d.issuer = ? AND d.version > ? AND e.action = 'reinstate'",
        issuer,
        number,
    )
    return [version for (version,) in rows]


def fact(connection: Connection, name: str) -> str | None:
    """Return a fact about the workspace that no document of its ledger states, or None."""
    row = connection.one("SELECT value FROM facts WHERE name = ?", name)
    return row[0] if row else None


def default_key(connection: Connection) -> str:
    """Return the id, in hex, of the key that signs where no other is named; empty if none was chosen."""
    return fact(connection, DEFAULT_KEY) or ""


def put_fact(connection: Connection, name: str, value: str) -> None:
    """Set such a fact."""
    connection.run(
        "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value
    )
