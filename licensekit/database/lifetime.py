"""How long a transaction may be used: until it has ended or failed, and never after a fork."""

from collections.abc import Generator
from contextlib import contextmanager
from os import getpid

from licensekit.errors import DatabaseUnavailable


class Lifetime:
    """From the beginning of a transaction to its commit, or to the first error."""

    __slots__ = ("_open", "_pid", "where")

    def __init__(self, where: str) -> None:
        self.where = where
        self._pid = getpid()
        self._open = True

    @property
    def is_inherited(self) -> bool:
        """Whether the transaction belongs to a parent process."""
        return self._pid != getpid()

    @contextmanager
    def statement(self) -> Generator[None]:
        """Hold one statement: if it fails, the transaction is over.

        SQLite would go on after an error and PostgreSQL does not; so that programs behave the same
        on both, neither does here.
        """
        self.check()
        try:
            yield
        except BaseException:
            self._open = False
            raise

    def check(self) -> None:
        """Refuse to go on with a transaction that is over.

        Raises:
            DatabaseUnavailable: it has ended, an error has ended it, or it is a parent process's.
        """
        if not self._open or self.is_inherited:
            raise DatabaseUnavailable("this transaction is over", where=self.where)

    def end(self) -> None:
        """Let nothing more be done in it."""
        self._open = False
