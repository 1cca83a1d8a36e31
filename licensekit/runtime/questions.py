"""The questions about an installation as a whole, or one verified bundle; and functions that ask before they begin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeVar, cast

from licensekit import entitlements as engine  # loaded when a question is asked
from licensekit.access import Access, level_of
from licensekit.wire.documents import BASE, Kind

if TYPE_CHECKING:
    from datetime import date

F = TypeVar("F", bound=Callable[..., Any])
InThread = Callable[[Callable[..., object]], Callable[..., Awaitable[object]]]


class Questions:
    """The questions that `entitlements` answer."""

    __slots__ = ()

    @property
    def entitlements(self) -> engine.Entitlements:
        """Everything that is granted now, as one immutable value."""
        raise NotImplementedError

    def allows(self, code: str, at_least: Access = Access.FULL) -> bool:
        """Return whether the installation may use a system license to `at_least` this extent.

        False for a code of a partner who is not installed here (`docs/evaluation.md`, "Codes").

        Raises:
            UnknownCode: no catalog has the code.
            WrongKind: it is no system license: site and user licenses are asked of a site or a user, and `count` has
                their numbers.
            TypeError: `at_least` is no `Access`.
        """
        return self.access(code) >= level_of(at_least)

    def access(self, code: str) -> Access:
        """Return to what extent the installation may use a system license; raises as `allows`."""
        granted = self.entitlements
        return granted.system.get(engine.questions.asked(granted, code, (Kind.SYSTEM,)), Access.NONE)

    def require(self, code: str, at_least: Access = Access.FULL) -> None:
        """Raise `NotEntitled`, which says why, unless `allows` holds; raises as it does, too."""
        if self.access(code) < level_of(at_least):
            raise engine.not_entitled(self.entitlements, code)

    def count(self, code: str) -> engine.Count:
        """Return how much of a license there is, and how much of it is in use.

        Raises:
            UnknownCode: no catalog has the code.
        """
        return engine.questions.count_of(self.entitlements, code, {})

    def explain(self, code: str) -> tuple[engine.Explanation, ...]:
        """Return every bundle that grants a license, and through which other license.

        Raises:
            UnknownCode: no catalog has the code.
        """
        granted = self.entitlements
        return engine.explain(granted, engine.questions.asked(granted, code))

    def setting(self, code: str) -> str | int | bool | None:
        """Return what counts of a setting: what was sold, merged over parts, or its default.

        None: nothing was sold, and it has no default; or it is of a partner who is not installed here.

        Raises:
            UnknownCode: no catalog has it.
        """
        return engine.questions.setting(self.entitlements, code)

    @property
    def status(self) -> engine.BundleState | None:
        """The state of the vendor's base part, `pending` where a bundle of it waits; None: there is none."""
        return None if (base := self._base) is None else base.state

    @property
    def days_left(self) -> int | None:
        """The days until the term of the vendor's base part ends, without a gap.

        Once it has ended they are those of grace, and 0 where it is not licensed. None: it is perpetual.
        """
        return 0 if (base := self._base) is None else base.days_left

    @property
    def covered_until(self) -> date | None:
        """The last day of the term of the vendor's base part, without a gap.

        A renewal that waits counts where it takes over without a gap. The day is past while grace runs, and `date.max`
        where the license is perpetual. None: it is not licensed now.
        """
        return None if (base := self._base) is None else base.covered_until

    @property
    def parts(self) -> tuple[engine.LicensedPart, ...]:
        """Every issuer's parts with state and `covered_until`, the vendor's first."""
        return engine.questions.licensed_parts(self.entitlements)

    @property
    def _base(self) -> engine.LicensedPart | None:
        """The vendor's base part; None: no bundle of it is in force or waits, or the one in force is out of reach."""
        granted, base = self.entitlements, (self.entitlements.trust_store.issuer, BASE)
        in_force = (one for judged in granted.covered.judged for one in judged.timeline.in_force(granted.now))
        own = [one for one in in_force if (one.document.issuer, one.document.part) == base]
        found = (one for one in self.parts if (one.issuer, one.part) == base)
        return next(found, None) if all(one in granted.bundles for one in own) else None


def _in_thread(ask: Callable[..., object]) -> Callable[..., Awaitable[object]]:
    from asyncio import to_thread  # noqa: PLC0415  # whoever awaits has loaded it

    return partial(to_thread, ask)


def preceded(function: F, ask: Callable[..., object], in_thread: InThread = _in_thread) -> F:
    """Return a function, sync or async, whose calls ask first, with the same arguments; a task asks `in_thread`."""

    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        ask(*args, **kwargs)
        return function(*args, **kwargs)

    @wraps(function)
    async def awaited(*args: Any, **kwargs: Any) -> Any:
        await in_thread(ask)(*args, **kwargs)
        return await function(*args, **kwargs)

    return cast("F", awaited if iscoroutinefunction(function) else called)
