"""People in the audit log: its chain has pseudonyms, and their names stand beside it.

A pseudonym is random, so once its name is erased nothing says any more whom it stands for (`docs/installation.md`,
"People").
"""

from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any, Final

from licensekit.database import Connection
from licensekit.text import names

ERASED: Final = "(erased)"
"""What is shown in place of a name that is gone."""
_BYTES: Final = 8
_FIELDS: Final = ("by", "user", "users", "holder", "subject")
"""The fields of an audit entry that name people; a subject is one where the scope is `user`."""
_WRITTEN: Final = (
    "SELECT holder FROM leases UNION SELECT started_by FROM events"
    " UNION SELECT ended_by FROM events WHERE ended_by IS NOT NULL"
)
"""The ids of people as somebody wrote them, in whatever form."""
_ERASE: Final = (
    "UPDATE events SET started_by = '' WHERE started_by = ?",
    "UPDATE events SET ended_by = '' WHERE ended_by = ?",
    "UPDATE leases SET id = '', holder = '', expires = 0, borrowed = 0 WHERE holder = ?",
    "DELETE FROM events WHERE scope = 'user' AND subject = ?",
    "DELETE FROM users WHERE id = ?",
    "DELETE FROM people WHERE id = ?",
)


def hidden(connection: Connection, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an audit entry says with pseudonyms in place of people."""
    return _replaced(facts, lambda written: pseudonym_of(connection, written))


def named(connection: Connection, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an audit entry says with the names that its pseudonyms stand for."""

    def name(pseudonym: str) -> str:
        row = connection.one("SELECT written FROM people WHERE pseudonym = ?", pseudonym)
        return ERASED if row is None else str(row[0])

    return _replaced(facts, name)


def find_pseudonym(connection: Connection, written: str) -> str | None:
    """Look up the pseudonym of an id; None if there is none."""
    row = connection.one("SELECT pseudonym FROM people WHERE id = ?", names.folded(written))
    return None if row is None else str(row[0])


def pseudonym_of(connection: Connection, written: str) -> str:
    """Return the pseudonym of an id, and keep a new one with it where there is none."""
    known = find_pseudonym(connection, written)
    if known is not None:
        return known
    pseudonym = token_hex(_BYTES)
    connection.run(
        "INSERT INTO people (pseudonym, id, written) VALUES (?, ?, ?)", pseudonym, names.folded(written), written
    )
    return pseudonym


def erase(connection: Connection, user_id: str) -> None:
    """Delete a person who is assigned nothing, under each form of the id that is in use."""
    key = names.folded(user_id)
    forms = {key, *(one for (one,) in connection.rows(_WRITTEN) if names.folded(one) == key)}
    for statement in _ERASE:
        connection.run_many(statement, [(form,) for form in sorted(forms)])


def _replaced(facts: Mapping[str, Any], name: Callable[[str], str]) -> dict[str, Any]:
    found = dict(facts)
    for field in _FIELDS:
        value: Any = facts.get(field)
        if field == "subject" and facts.get("scope") != "user":
            continue
        if isinstance(value, str):
            found[field] = name(value)
        elif type(value) in {list, tuple}:
            found[field] = [name(str(one)) for one in value]
    return found
