"""The words by which users are searched for, drawn from ids and names (`docs/installation.md`, "People")."""

from collections.abc import Iterable
from itertools import islice
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
        rows = ((word, user.id) for user in some for word in sorted(search_words(f"{user.written} {user.name}")))
        while together := list(islice(rows, _TOGETHER)):
            connection.run(_INSERT + ", (?, ?)" * (len(together) - 1), *(value for row in together for value in row))
