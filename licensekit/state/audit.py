"""The audit log: every change, each entry carrying the hash of the one before.

An entry is JSON with sorted names (`docs/installation.md`, "Audit log"). Numbers count from 1
without a gap.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from licensekit.chain import GENESIS, canonical_json, link
from licensekit.database import Connection
from licensekit.state.audit_events import AuditEvent, event_of


class Head(NamedTuple):
    """The number and the hash of an entry; 0 and `GENESIS` before the first."""

    number: int
    hash: bytes


class AuditEntry(NamedTuple):
    """One entry as it is kept."""

    number: int
    entry: bytes
    hash: bytes

    @property
    def facts(self) -> Mapping[str, Any]:
        """What it says."""
        facts: Mapping[str, Any] = json.loads(self.entry)
        return facts

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values: what it says, and in words."""
        return {"number": self.number, **self.facts, "message": self.event.message}

    @property
    def event(self) -> AuditEvent:
        """What was done, as a code with its data."""
        return event_of(self.facts)


def head(connection: Connection) -> Head:
    """Return the newest entry."""
    row = connection.one("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")
    return Head(0, GENESIS) if row is None else Head(*row)


def append(connection: Connection, facts: Mapping[str, Any]) -> Head:
    """Add an entry, and give it as the new head."""
    before = head(connection)
    entry = canonical_json(facts).encode()
    after = Head(before.number + 1, link(before.hash, entry))
    connection.run(
        "INSERT INTO audit (number, entry, hash) VALUES (?, ?, ?)", after.number, entry, after.hash
    )
    return after


def entries(connection: Connection) -> Iterator[AuditEntry]:
    """Yield every entry, the oldest first."""
    for row in connection.stream("SELECT number, entry, hash FROM audit ORDER BY number"):
        yield AuditEntry(*row)


def newest(connection: Connection, before: int | None, limit: int) -> tuple[AuditEntry, ...]:
    """Return the newest `limit` entries, the newest first; of those below number `before`."""
    until = head(connection).number + 1 if before is None else before
    rows = connection.rows(
        "SELECT number, entry, hash FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?",
        until,
        limit,
    )
    return tuple(AuditEntry(*row) for row in rows)
