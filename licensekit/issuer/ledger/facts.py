"""The few facts about a workspace that no document of its ledger states."""

from typing import Final

from licensekit.database import Connection

PIN: Final = "pin"
"""The root that everything is verified from."""
ISSUER: Final = "issuer"
"""The code that this workspace signs for."""

LAST_SERIAL: Final = "last-serial"
"""The number of the last serial that was made."""


def get(connection: Connection, name: str) -> str | None:
    """Return a fact, or None."""
    row = connection.one("SELECT value FROM facts WHERE name = ?", name)
    return row[0] if row else None


def put(connection: Connection, name: str, value: str) -> None:
    """Set a fact."""
    connection.run(
        "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value,
    )
