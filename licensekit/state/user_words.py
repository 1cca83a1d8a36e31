"""The words by which users are searched for, drawn from ids and names (`docs/installation.md`, "People")."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final, LiteralString, TypeVar

from licensekit.database import Connection, Row
from licensekit.entitlements.login import UserFacts
from licensekit.text.names import search_words

T = TypeVar("T")

_TOGETHER: Final = 250
"""How many rows are written or deleted by one statement."""
_DELETE: Final = "DELETE FROM user_words WHERE user_id IN (?"
_INSERT: Final = "INSERT INTO user_words (word, user_id) VALUES (?, ?)"


def index_words(connection: Connection, users: Iterable[UserFacts]) -> None:
    """Write the words of users in place of those they had; of any number of users in constant memory.

    What the words are drawn from is `written` and `name`; `id` is the form in which ids are compared.
    """
    for some in together(users, _TOGETHER):
        connection.run(_DELETE + ", ?" * (len(some) - 1) + ")", *(user.id for user in some))
        rows = ((word, user.id) for user in some for word in sorted(search_words(f"{user.written} {user.name}")))
        insert_rows(connection, _INSERT, rows)


def together(elements: Iterable[T], most: int) -> Iterator[list[T]]:
    """Yield the elements in lists of at most so many."""
    rest = iter(elements)
    while some := list(islice(rest, most)):
        yield some


def insert_rows(connection: Connection, insert: LiteralString, rows: Iterable[Row]) -> None:
    """Insert many rows with few statements; `insert` ends with the marks of the values of one row."""
    marks = insert[insert.rindex("(") :]
    for some in together(rows, _TOGETHER):
        connection.run(insert + f", {marks}" * (len(some) - 1), *chain.from_iterable(some))
