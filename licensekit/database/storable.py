"""Values that either engine keeps: what only one of them would take is refused on both.

A database moves from one engine to the other, so both must take the same.
"""

from typing import Final

from licensekit.database.protocol import Value
from licensekit.errors import NotStorable

VALUE_BYTES: Final = 16 * 1024 * 1024
"""The longest text or blob; what documents contain is bounded by `limits` to less."""


def storable(params: tuple[Value, ...], where: str) -> tuple[Value, ...]:
    """Return `params` back, each of which can be stored as far as it is seen here.

    Raises:
        NotStorable: a NUL in text (PostgreSQL has none), or a value that is too long.
    """
    for value in params:
        # In the order of how many there are: whoever enters a million rows asks this often.
        if isinstance(value, str):
            if "\0" in value or len(value) > VALUE_BYTES:
                raise _not_storable(value, where)
        elif isinstance(value, bytes) and len(value) > VALUE_BYTES:
            raise _not_storable(value, where)
    return params


def _not_storable(value: str | bytes, where: str) -> NotStorable:
    if len(value) > VALUE_BYTES:
        return NotStorable(reason="too-long", where=where)
    return NotStorable(reason="nul", where=where)


def unstorable(error: BaseException, where: str) -> NotStorable | None:
    """Return `NotStorable` if Python's own error says that a value cannot be stored."""
    if isinstance(error, UnicodeEncodeError | OverflowError):
        return NotStorable(reason="not-encodable", where=where)
    return None
