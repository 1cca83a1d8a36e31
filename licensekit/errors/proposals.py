"""Why a proposal is not carried out: nobody confirmed it, or it is out of date."""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from licensekit.errors.coded import Coded, LicenseError


class Confirmable(Protocol):
    """A proposal, as far as these errors concern: see `licensekit.proposals`."""

    @property
    def needs_confirmation(self) -> Sequence[Coded]:
        """What a person must agree to."""
        ...

    def as_json(self) -> dict[str, Any]:
        """Return the whole preview as plain JSON values."""
        ...


class ProposalError(LicenseError):
    """A proposal that is not carried out; nothing was changed."""


class ConfirmationNeeded(ProposalError):
    """A proposal that somebody must confirm first; `proposal` is what to show."""

    template = "this needs a confirmation: {needs_confirmation:messages}"
    hint_template = "if that is what you want, confirm it with `--yes`, in a program with `confirm=True`"
    _about: ClassVar[frozenset[str]] = frozenset({"where", "proposal"})
    proposal: Confirmable
    needs_confirmation: tuple[Coded, ...]


class ProposalStale(ProposalError):
    """A proposal of which something has changed since it was shown."""

    template = "{about} has changed since this was proposed: {changed:list}; look at a new preview and confirm that one"
    about: str
    """What the proposal was about: a serial, an order number, keys, a catalog."""
    changed: tuple[str, ...]
    """The key paths and codes of messages that are different now."""
