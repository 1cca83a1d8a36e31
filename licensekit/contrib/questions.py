"""What adapters ask, and whom: the installation, or the user whose request it is."""

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar, cast

from licensekit.access import Access
from licensekit.errors import WrongKind
from licensekit.runtime.holders import Holder
from licensekit.runtime.licensing import Licensing

A = TypeVar("A")
R = TypeVar("R")


class Opened(Protocol):
    """A `Licensing`, or what the `open` of a product returns: a `Licensing` whose type knows its codes."""

    def access(self, code: Any) -> Access: ...  # noqa: D102  # `Licensing` documents it


def asked_about(opened: Opened, code: str, user: str | None) -> Licensing | Holder:
    """Return whom to ask about a license: the installation, or a user who has more of it.

    A system license is the installation's, and a user may complete it; any other one is a user's. Who is not logged in
    has an empty id, which nobody has. None: there are no users.
    Raises `UnknownCode`, `WrongKind` for a user's or a site's without users, and `StateError` as `Licensing.user`.
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
    """An application whose requests need a license.

    `requires` is one that each request needs. `user` returns the id of a request's user, None where nobody is logged
    in; without it the installation is asked.
    """

    def __init__(
        self, app: A, licensing: Opened, *, requires: str = "", user: Callable[[R], str | None] | None = None
    ) -> None:
        self._app, self._licensing, self._requires, self._user = app, licensing, requires, user

    def require(self, request: R, code: str) -> None:
        """Raise `NotEntitled` unless a request may use a license; raises as `asked_about`, too."""
        user = None if self._user is None else self._user(request) or ""
        asked_about(self._licensing, code, user).require(code)
