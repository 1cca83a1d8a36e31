"""The words by which users are searched for, drawn from ids and names (`docs/installation.md`, "People")."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby, islice
from typing import Final

from licensekit.database import Connection
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
        rows = ((word, user.id) for user in some for word in sorted(_words_of(user)))
        while together := list(islice(rows, _TOGETHER)):
            connection.run(_INSERT + ", (?, ?)" * (len(together) - 1), *(value for row in together for value in row))


def reindex(connection: Connection) -> int:
    """Write the words of all users again, and return of how many ids they did not fit."""
    found = misfits(connection)
    connection.run("DELETE FROM user_words")
    index_words(connection, _users(connection))
    return found


def misfits(connection: Connection) -> int:
    """Count the ids whose words are not those of the user, or who are no user."""
    drawn = ((user.id, word) for user in _users(connection) for word in sorted(_words_of(user)))
    kept = connection.stream("SELECT user_id, word FROM user_words ORDER BY user_id, word")
    odd = (row for row, alike in groupby(merge(drawn, kept)) if len(list(alike)) == 1)
    return sum(1 for _ in groupby(user_id for user_id, _ in odd))


def _users(connection: Connection) -> Iterator[UserFacts]:
    """Yield all users by id, with what their words are drawn from."""
    for user_id, written, name in connection.stream("SELECT id, written, name FROM users ORDER BY id"):
        yield UserFacts(user_id, name, written=written)


def _words_of(user: UserFacts) -> frozenset[str]:
    return search_words(f"{user.written} {user.name}")
