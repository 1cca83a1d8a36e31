"""The audit log for administrators: its entries, and whether it and the slots are whole."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from licensekit.chain import GENESIS, Head, Link, unbroken
from licensekit.database import Connection
from licensekit.errors import AuditDamaged
from licensekit.state.loading import read_installation
from licensekit.state.logs import audit_head, sentence_of, with_names
from licensekit.state.slots import misnumbered
from licensekit.state.transactions import Section

_LINKS: Final = "SELECT number, entry, hash FROM audit"


class AuditEntry(NamedTuple):
    """One entry as it is kept, and what it says."""

    number: int
    entry: bytes
    hash: bytes
    facts: Mapping[str, Any]
    """With names in place of pseudonyms."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values: what it says, and in words."""
        return {"number": self.number, **self.facts, "message": self.message}

    @property
    def message(self) -> str:
        """What was done, as a sentence without its full stop."""
        return sentence_of(self.facts)


class AuditReport(NamedTuple):
    """The result of verifying an audit log."""

    head: Head
    """The newest entry."""
    restored: bool
    """Whether the database is a restored backup that nobody has accepted."""


class AuditLog(Section):
    """The audit log of an installation."""

    def verify(self) -> AuditReport:
        """Check every link of the audit log, and every slot of assignments.

        Raises:
            AuditDamaged: an entry was altered, inserted or removed, or slots have a gap.
        """
        with read_installation(self._opened) as read:
            return AuditReport(check_audit(read.connection), read.stored.restored)

    def entries(self) -> Iterator[AuditEntry]:
        """Yield every entry, the oldest first, in constant memory."""
        with read_installation(self._opened) as read:
            for one in _links(read.connection):
                yield from _named(read.connection, [one])

    def newest(self, *, before: int | None = None, limit: int = 50) -> tuple[AuditEntry, ...]:
        """Return the newest `limit` entries, of those below number `before`; of many users, a few and how many more."""
        with read_installation(self._opened) as read:
            return newest_of(read.connection, before, limit)


def newest_of(connection: Connection, before: int | None, limit: int) -> tuple[AuditEntry, ...]:
    """Return the newest `limit` entries, the newest first; of those below number `before`."""
    until = audit_head(connection).number + 1 if before is None else before
    rows = connection.rows(_LINKS + " WHERE number < ? ORDER BY number DESC LIMIT ?", until, limit)
    return tuple(_named(connection, (Link(*row) for row in rows), most=3))


def _links(connection: Connection) -> Iterator[Link]:
    for row in connection.stream(_LINKS + " ORDER BY number"):
        yield Link(*row)


def _named(connection: Connection, links: Iterable[Link], most: int | None = None) -> Iterator[AuditEntry]:
    """Yield entries with what they say, of many users about the first `most`, and how many more there are."""
    said = [(one, *_first(_facts_of(one.entry), most)) for one in links]
    named = with_names(connection, (facts for _, facts, _ in said))
    for (one, _, more), facts in zip(said, named, strict=True):
        yield AuditEntry(*one, {**facts, "users": [*facts["users"], f"{more} more"]} if more else facts)


def _first(facts: dict[str, Any], most: int | None) -> tuple[dict[str, Any], int]:
    """Return an entry with the first `most` of its users, and how many more there are."""
    users: list[str] = facts["users"] if most and isinstance(facts.get("users"), list) else []
    more = len(users) - (most or 0)
    return ({**facts, "users": users[:most]}, more) if users and more > 0 else (facts, 0)


def _facts_of(entry: bytes) -> dict[str, Any]:
    """Return what an entry says: nothing, if somebody edited it so that it is none."""
    try:
        return {**json.loads(entry)}
    except (ValueError, TypeError, RecursionError):
        return {}


def check_audit(connection: Connection) -> Head:
    """Check every link and every slot, and return the newest entry; raises as `verify`."""
    head = Head(0, GENESIS)
    links = unbroken(_links(connection), Link._make, lambda _, number: AuditDamaged(reason="chain", entry=number))
    for number, _, recorded in links:
        head = Head(number, recorded)
    for code, there in misnumbered(connection):
        raise AuditDamaged(reason="slots", license=code, there=there)
    return head
