"""What an operation would do: shown first, confirmed where somebody must agree, and then done.

An operation works out its proposal without changing anything. Doing it works the proposal out again inside the write
transaction, and goes on only if the result is the one that was shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, NamedTuple, TypeVar

from licensekit.errors import Coded, ConfirmationNeeded, ProposalStale, plain_value

R_co = TypeVar("R_co", covariant=True)


class Change(NamedTuple):
    """One value that would be different."""

    path: str  # its key path: `users.sale`, `expiry`
    before: object  # None: it was not there
    after: object  # None: it would not be there any more

    def __str__(self) -> str:
        return f"{self.path}: {_shown(self.before)} -> {_shown(self.after)}"


def changes_between(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Change, ...]:
    """Return what differs between two sets of values by key path; what is new comes last."""
    paths = (path for path in {**before, **after} if before.get(path) != after.get(path))
    return tuple(Change(path, before.get(path), after.get(path)) for path in paths)


@dataclass(frozen=True, kw_only=True, repr=False)
class Proposal(Generic[R_co]):
    """What an operation would do; the one method that a subclass adds does it and returns `R_co`.

    A subclass is a frozen dataclass with `repr=False` as well. It adds what doing it needs.
    """

    changes: tuple[Change, ...] = ()
    """What would be different, by key path."""
    consequences: tuple[Coded, ...] = ()
    """What follows from it, for whom and when."""
    warnings: tuple[Coded, ...] = ()
    """What is worth reading and stops nothing."""
    needs_confirmation: tuple[Coded, ...] = ()
    """What a person must agree to; empty: nothing."""
    about: str = "what this is about"
    """How messages name what it is about: a serial, an order number, a catalog."""

    @property
    def digest(self) -> str:
        """A text that says which changes these are: whoever was shown others has to look again."""
        return sha256(repr(self.changes).encode()).hexdigest()

    def require_confirmed(self, *, confirm: bool) -> None:
        """Raise `ConfirmationNeeded` unless `confirm`, where there is something to agree to."""
        if self.needs_confirmation and not confirm:
            raise ConfirmationNeeded(proposal=self, needs_confirmation=self.needs_confirmation)

    def as_json(self) -> dict[str, Any]:
        """Return everything that a preview shows as plain JSON values."""
        shown = ("changes", "consequences", "warnings", "needs_confirmation")
        return {name: plain_value(getattr(self, name)) for name in shown}

    def __repr__(self) -> str:
        codes = ", ".join(one.code for one in self.needs_confirmation) or "nothing"
        paths = ", ".join(change.path for change in self.changes) or "nothing"
        return f"<{type(self).__name__} of {self.about}: changes {paths:.80}; to confirm: {codes}>"


P = TypeVar("P", bound=Proposal[Any])


def require_same(shown: P, now: P) -> None:
    """Raise `ProposalStale` unless `now`, worked out in the write transaction, promises what was `shown`."""
    before, after = _promises(shown), _promises(now)
    differing = (name for key, name in {**before, **after}.items() if (key in before) != (key in after))
    if names := tuple(dict.fromkeys(differing)):
        raise ProposalStale(about=shown.about, changed=names)


def _promises(proposal: Proposal[Any]) -> dict[str, str]:
    """Return the key path or the code of each promise, by all that it says."""
    changes = ((one.path, (one.before, one.after)) for one in proposal.changes)
    agreed = ((one.code, plain_value(one.data)) for one in (*proposal.consequences, *proposal.needs_confirmation))
    return {repr(one): one[0] for one in (*changes, *agreed)}


def _shown(value: object) -> str:
    return "none" if value is None else str(plain_value(value))
