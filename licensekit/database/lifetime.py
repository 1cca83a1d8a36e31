"""How long a transaction may be used: until it has ended or failed, and never after a fork."""

from os import getpid
from types import TracebackType

from licensekit.database.translation import Translate, raise_ours
from licensekit.errors import DatabaseUnavailable


class Lifetime:
    """From the beginning of a transaction to its commit, or to the first statement that fails.

    Every statement runs in a block of it: `with lifetime: …`. SQLite would go on after an error and
    PostgreSQL does not; so that programs behave the same on both, neither does here.
    """

    __slots__ = ("_open", "_pid", "_translate", "_where")

    def __init__(self, translate: Translate, where: str) -> None:
        self._translate = translate
        self._where = where
        self._pid = getpid()
        self._open = True

    @property
    def is_inherited(self) -> bool:
        """Whether the transaction belongs to a parent process."""
        return self._pid != getpid()

    def check(self) -> None:
        """Refuse to go on with a transaction that is over.

        Raises:
            DatabaseUnavailable: it has ended, an error has ended it, or it is a parent process's.
        """
        if not self._open or self._pid != getpid():
            raise DatabaseUnavailable("this transaction is over", where=self._where)

    def end(self) -> None:
        """End the lifetime: nothing more can be done in the transaction."""
        self._open = False

    def __enter__(self) -> None:
        self.check()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is not None:
            self._open = False
            raise_ours(self._translate, error, self._where)
