"""The block of a transaction, the same for both engines: begin, then commit or abandon."""

from collections.abc import Callable
from types import TracebackType
from typing import Generic, Protocol, TypeVar

from licensekit.database.pool import ConnectionPool, Lent


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

    def __init__(
        self, pool: ConnectionPool[R], make: Callable[[R], C], begin: Callable[[C], object]
    ) -> None:
        self._pool = pool
        self._make = make
        self._begin = begin

    def __enter__(self) -> C:
        self._lent = self._pool.take()
        self._connection = self._make(self._lent.connection)
        try:
            self._begin(self._connection)
        except BaseException:  # an interruption too must leave no transaction open
            self._abandon()
            raise
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
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
