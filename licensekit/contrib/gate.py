"""License checks of adapters: ask the installation, or the user of a request."""

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar, cast

from licensekit.access import Access
from licensekit.errors import WrongKind
from licensekit.runtime.holders import Holder
from licensekit.runtime.licensing import Licensing

A = TypeVar("A")
R = TypeVar("R")


class Opened(Protocol):
    """A `Licensing`, or the one that `Product.open` returns, whose type knows its codes."""

    def access(self, code: Any) -> Access: ...  # noqa: D102  # `Licensing` documents it


def asked_about(opened: Opened, code: str, user: str | None) -> Licensing | Holder:
    """Return the installation, or the user if the user has more access by a license.

    A system license belongs to the installation, but a user may complete it; others belong to users. `user` is an id,
    empty if nobody is logged in, and None if there are no users.
    Raises `UnknownCode`, `WrongKind` for a user or site license without users, and `StateError` as `Licensing.user`.
    """
    licensing = cast("Licensing", opened)
    try:
        installed = licensing.access(code)
    except WrongKind:
        if user is None:
            raise
        return licensing.user(user)
    if user is None or installed is Access.FULL:
        return licensing
    holder = licensing.user(user)
    return holder if holder.access(code) > installed else licensing


class Gate(Generic[A, R]):
    """The base of the middlewares: an application whose requests need licenses.

    Each request needs the license `requires`. `user` returns the id of a request's user, or None if nobody is logged
    in; without it the installation is asked.
    """

    def __init__(
        self, app: A, licensing: Opened, *, requires: str = "", user: Callable[[R], str | None] | None = None
    ) -> None:
        self._app, self._licensing, self._requires, self._user = app, licensing, requires, user

    def require(self, request: R, code: str) -> None:
        """Raise `NotEntitled` unless a request may use a license; raises also as `asked_about`."""
        user = None if self._user is None else self._user(request) or ""
        asked_about(self._licensing, code, user).require(code)
