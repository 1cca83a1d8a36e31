"""A driver's errors become ours where they are raised, and nothing else does."""

from collections.abc import Callable
from types import TracebackType

from licensekit.errors import LicenseError, NotStorable

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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is not None:
            raise_ours(self._translate, error, self._where)


def raise_ours(translate: Translate, error: BaseException, where: str) -> None:
    """Raise what `error` means; nothing if it means nothing to `translate`."""
    ours = translate(error, where)
    if ours is not None:
        raise ours from error


def unstorable(error: BaseException, where: str) -> NotStorable | None:
    """Return `NotStorable` if Python's own error says that a value cannot be stored."""
    if isinstance(error, UnicodeEncodeError | OverflowError):
        return NotStorable("a value cannot be stored", where=where)
    return None
