"""Proposals: what an operation would do, shown and confirmed before it is done.

Making a proposal changes nothing. Applying it makes it again inside the write transaction, and stops if the result
differs from what was shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, NamedTuple, TypeVar

from licensekit.errors import Coded, ConfirmationNeeded, ProposalStale, plain_value

R_co = TypeVar("R_co", covariant=True)


class Change(NamedTuple):
    """One value that would change."""

    path: str  # its key path: `users.sale`, `expiry`
    before: object  # None: absent
    after: object  # None: removed

    def __str__(self) -> str:
        return f"{self.path}: {_shown(self.before)} -> {_shown(self.after)}"


def changes_between(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Change, ...]:
    """Return the differences between two sets of values by key path, added paths last."""
    paths = (path for path in {**before, **after} if before.get(path) != after.get(path))
    return tuple(Change(path, before.get(path), after.get(path)) for path in paths)


@dataclass(frozen=True, kw_only=True, repr=False)
class Proposal(Generic[R_co]):
    """What an operation would do.

    A subclass is also a frozen dataclass with `repr=False`. It adds the method that applies the proposal and returns
    `R_co`, and the fields that the method needs.
    """

    changes: tuple[Change, ...] = ()
    """The values that would change."""
    consequences: tuple[Coded, ...] = ()
    """The effects of the changes: on whom, and when."""
    warnings: tuple[Coded, ...] = ()
    """Advice that does not stop the operation."""
    needs_confirmation: tuple[Coded, ...] = ()
    """What a person must agree to before it is done."""
    about: str = "what this is about"
    """The subject, as messages name it: a serial, an order number, a catalog."""

    @property
    def digest(self) -> str:
        """A hash of the changes, which differs if other changes were shown."""
        return sha256(repr(self.changes).encode()).hexdigest()

    def require_confirmed(self, *, confirm: bool) -> None:
        """Raise `ConfirmationNeeded` if something must be confirmed and `confirm` is false."""
        if self.needs_confirmation and not confirm:
            raise ConfirmationNeeded(proposal=self, needs_confirmation=self.needs_confirmation)

    def as_json(self) -> dict[str, Any]:
        """Return what a preview shows, as plain JSON values."""
        shown = ("changes", "consequences", "warnings", "needs_confirmation")
        return {name: plain_value(getattr(self, name)) for name in shown}

    def __repr__(self) -> str:
        codes = ", ".join(one.code for one in self.needs_confirmation) or "nothing"
        paths = ", ".join(change.path for change in self.changes) or "nothing"
        return f"<{type(self).__name__} of {self.about}: changes {paths:.80}; to confirm: {codes}>"


P = TypeVar("P", bound=Proposal[Any])


def require_same(shown: P, now: P) -> None:
    """Raise `ProposalStale` unless `now`, made in the write transaction, promises the same as `shown`."""
    before, after = _promises(shown), _promises(now)
    differing = (name for key, name in {**before, **after}.items() if (key in before) != (key in after))
    if names := tuple(dict.fromkeys(differing)):
        raise ProposalStale(about=shown.about, changed=names)


def _promises(proposal: Proposal[Any]) -> dict[str, str]:
    """Return the promises of a proposal: the full text of each change or message, to its key path or code."""
    changes = ((one.path, (one.before, one.after)) for one in proposal.changes)
    agreed = ((one.code, plain_value(one.data)) for one in (*proposal.consequences, *proposal.needs_confirmation))
    return {repr(one): one[0] for one in (*changes, *agreed)}


def _shown(value: object) -> str:
    return "none" if value is None else str(plain_value(value))
