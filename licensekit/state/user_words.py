"""The words by which users are searched for, drawn from ids and names (`docs/installation.md`, "People")."""

from collections.abc import Iterable
from itertools import chain, islice
from typing import Final, LiteralString

from licensekit.database import Connection, Row
from licensekit.entitlements.login import UserFacts
from licensekit.text.names import search_words

_TOGETHER: Final = 250
"""How many rows are written or deleted by one statement."""
_DELETE: Final = "DELETE FROM user_words WHERE user_id IN (?"
_INSERT: Final = "INSERT INTO user_words (word, user_id) VALUES (?, ?)"


def index_words(connection: Connection, users: Iterable[UserFacts]) -> None:
    """Write the words of users in place of those they had; of any number of users in constant memory.

    What the words are drawn from is `written` and `name`; `id` is the form in which ids are compared.
    """
    rest = iter(users)
    while some := list(islice(rest, _TOGETHER)):
        connection.run(_DELETE + ", ?" * (len(some) - 1) + ")", *(user.id for user in some))
        rows = ((word, user.id) for user in some for word in sorted(search_words(f"{user.written} {user.name}")))
        insert_rows(connection, _INSERT, rows)


def insert_rows(connection: Connection, insert: LiteralString, rows: Iterable[Row]) -> None:
    """Insert many rows with few statements; `insert` ends with the marks of the values of one row."""
    marks, rest = insert[insert.rindex("(") :], iter(rows)
    while some := list(islice(rest, _TOGETHER)):
        connection.run(insert + f", {marks}" * (len(some) - 1), *chain.from_iterable(some))
