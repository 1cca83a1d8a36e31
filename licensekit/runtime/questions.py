"""The questions about an installation as a whole or a verified bundle; and functions that ask before each call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeVar, cast

from licensekit import entitlements as engine  # loads its modules at the first question
from licensekit.access import Access, level_of
from licensekit.wire.documents import BASE, Kind

if TYPE_CHECKING:
    from datetime import date

F = TypeVar("F", bound=Callable[..., Any])
InThread = Callable[[Callable[..., object]], Callable[..., Awaitable[object]]]


class Questions:
    """The questions that follow from `entitlements`."""

    __slots__ = ()

    @property
    def entitlements(self) -> engine.Entitlements:
        """Everything that is granted now, as one immutable value."""
        raise NotImplementedError

    def allows(self, code: str, at_least: Access = Access.FULL) -> bool:
        """Return whether the installation may use a system license with access `at_least`.

        It is False for the code of a partner who is not installed (`docs/evaluation.md`, "Codes").

        Raises:
            UnknownCode: no catalog has the code.
            WrongKind: it is not a system license. Ask a site or a user about site and user licenses, and `count` for
                numbers.
            TypeError: `at_least` is not an `Access`.
        """
        return self.access(code) >= level_of(at_least)

    def access(self, code: str) -> Access:
        """Return the installation's access to a system license; raises as `allows`."""
        granted = self.entitlements
        return granted.system.get(engine.questions.asked(granted, code, (Kind.SYSTEM,)), Access.NONE)

    def require(self, code: str, at_least: Access = Access.FULL) -> None:
        """Raise `NotEntitled`, which says why, unless `allows` is true; also raises as `allows` does."""
        if self.access(code) < level_of(at_least):
            raise engine.not_entitled(self.entitlements, code)

    def count(self, code: str) -> engine.Count:
        """Return how many of a license there are, and how many are in use; raise `UnknownCode` if no catalog has it."""
        return engine.questions.count_of(self.entitlements, code, {})

    def explain(self, code: str) -> tuple[engine.Explanation, ...]:
        """Return every bundle that grants a license, and through which other license; raises as `count`."""
        granted = self.entitlements
        return engine.explain(granted, engine.questions.asked(granted, code))

    def setting(self, code: str) -> str | int | bool | None:
        """Return the value of a setting: as sold, merged over parts, or else its default.

        It is None if nothing was sold and there is no default, or if it is of a partner who is not installed. Raises
        `UnknownCode` if no catalog has it.
        """
        return engine.questions.setting(self.entitlements, code)

    @property
    def status(self) -> engine.BundleState | None:
        """The state of the vendor's base part, `pending` while its bundle waits; None if there is no bundle."""
        return None if (base := self._base) is None else base.state

    @property
    def days_left(self) -> int | None:
        """The days until the term of the vendor's base part ends, renewals without a gap included.

        After the term, these are the days of grace; 0 if it is not licensed; None if it is perpetual.
        """
        return 0 if (base := self._base) is None else base.days_left

    @property
    def covered_until(self) -> date | None:
        """The last day of the term of the vendor's base part, renewals without a gap included.

        During grace, the day is in the past. It is `date.max` for a perpetual license, and None if it is not licensed.
        """
        return None if (base := self._base) is None else base.covered_until

    @property
    def parts(self) -> tuple[engine.LicensedPart, ...]:
        """The parts of every issuer with their state and `covered_until`, the vendor's first."""
        return engine.questions.licensed_parts(self.entitlements)

    @property
    def _base(self) -> engine.LicensedPart | None:
        """The vendor's base part; None if no bundle of it is in force or waiting, or its offline hours are over."""
        granted, base = self.entitlements, (self.entitlements.trust_store.issuer, BASE)
        in_force = (one for judged in granted.covered.judged for one in judged.timeline.in_force(granted.now))
        own = [one for one in in_force if (one.document.issuer, one.document.part) == base]
        found = (one for one in self.parts if (one.issuer, one.part) == base)
        return next(found, None) if all(one in granted.bundles for one in own) else None


def _in_thread(ask: Callable[..., object]) -> Callable[..., Awaitable[object]]:
    from asyncio import to_thread  # noqa: PLC0415  # already loaded by a caller that awaits

    return partial(to_thread, ask)


def preceded(function: F, ask: Callable[..., object], in_thread: InThread = _in_thread) -> F:
    """Wrap a sync or async function so that each call first calls `ask` with its arguments, a task `in_thread`."""

    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        ask(*args, **kwargs)
        return function(*args, **kwargs)

    @wraps(function)
    async def awaited(*args: Any, **kwargs: Any) -> Any:
        await in_thread(ask)(*args, **kwargs)
        return await function(*args, **kwargs)

    return cast("F", awaited if iscoroutinefunction(function) else called)
