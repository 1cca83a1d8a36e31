"""The block of a transaction, the same for both engines.

It begins, and it is committed or abandoned. A driver's errors become ours where they are raised, and nothing can be
done in a transaction that is over. A value that only one engine would take is refused on both: a database moves from
one to the other.
"""

from collections.abc import Callable
from os import getpid
from types import TracebackType
from typing import Final, Generic, Protocol, TypeVar

from licensekit.database.pool import ConnectionPool, Lent
from licensekit.database.protocol import Value
from licensekit.errors import DatabaseUnavailable, LicenseError, NotStorable

Translate = Callable[[BaseException, str], LicenseError | None]
"""Returns the error of ours for an error of the driver; None for any other."""


class Translated:
    """A block in which the errors of a driver become ours; `where` is the database."""

    __slots__ = ("_translate", "_where")

    def __init__(self, translate: Translate, where: str) -> None:
        self._translate = translate
        self._where = where

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        ours = None if error is None else self._translate(error, self._where)
        if ours is not None:
            raise ours from error


class Lifetime(Translated):
    """From the beginning of a transaction to its commit, or to the first statement that fails.

    Every statement runs in a block of it: `with lifetime: …`. SQLite would go on after an error and PostgreSQL does
    not; so that programs behave the same on both, neither does here.
    """

    __slots__ = ("_open", "_pid")

    def __init__(self, translate: Translate, where: str) -> None:
        super().__init__(translate, where)
        self._pid = getpid()
        self._open = True

    @property
    def is_inherited(self) -> bool:
        """Whether the transaction belongs to a parent process."""
        return self._pid != getpid()

    def check(self) -> None:
        """Raise `DatabaseUnavailable` if the transaction is over, or is a parent process's."""
        if not self._open or self._pid != getpid():
            raise DatabaseUnavailable(reason="ended", where=self._where)

    def end(self) -> None:
        """End the lifetime: nothing more can be done in the transaction."""
        self._open = False

    def __enter__(self) -> None:
        self.check()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is not None:
            self._open = False
        super().__exit__(kind, error, _)


class Ending(Protocol):
    """How the connection of an engine ends its transaction."""

    def commit(self) -> None:
        """Commit durably."""
        ...

    def abandon(self) -> None:
        """Undo what was done."""
        ...


R = TypeVar("R")
C = TypeVar("C", bound=Ending)


class Transaction(Generic[R, C]):
    """A `with` block on one connection of a pool. `begin` says what is done first."""

    __slots__ = ("_begin", "_connection", "_lent", "_make", "_pool")

    _lent: Lent[R]
    _connection: C

    def __init__(self, pool: ConnectionPool[R], make: Callable[[R], C], begin: Callable[[C], object]) -> None:
        self._pool = pool
        self._make = make
        self._begin = begin

    def __enter__(self) -> C:
        self._lent = self._pool.take()
        self._connection = self._make(self._lent[1])
        try:
            self._begin(self._connection)
        except BaseException:  # an interruption too must leave no transaction open
            self._abandon()
            raise
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is not None:
            self._abandon()
            return
        try:
            self._connection.commit()
        except BaseException:  # an interruption too must leave no transaction open
            self._abandon()
            raise
        self._pool.give_back(self._lent)

    def _abandon(self) -> None:
        try:
            self._connection.abandon()
        finally:
            self._pool.give_back(self._lent)


VALUE_BYTES: Final = 16 * 1024 * 1024
"""The longest text or blob; what documents contain is bounded by `limits` to less."""


def storable(params: tuple[Value, ...], where: str) -> tuple[Value, ...]:
    """Return `params` back, each of which can be stored as far as it is seen here.

    Raises:
        NotStorable: a NUL in text (PostgreSQL has none), or a value that is too long.
    """
    for value in params:
        # In the order of how many there are: whoever enters a million rows asks this often.
        if value is None or type(value) is int:
            continue
        if isinstance(value, str):
            if "\0" in value or len(value) > VALUE_BYTES:
                reason = "too-long" if len(value) > VALUE_BYTES else "nul"
                raise NotStorable(reason=reason, where=where)
        elif isinstance(value, bytes) and len(value) > VALUE_BYTES:
            raise NotStorable(reason="too-long", where=where)
    return params


def unstorable(error: BaseException, where: str) -> NotStorable | None:
    """Return `NotStorable` if Python's own error says that a value cannot be stored."""
    if isinstance(error, UnicodeEncodeError | OverflowError):
        return NotStorable(reason="not-encodable", where=where)
    return None
