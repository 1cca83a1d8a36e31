"""Why a proposal is not carried out: nobody confirmed it, or it is out of date."""

from typing import Any, ClassVar

from licensekit.errors.coded import Coded, LicenseError


class ProposalError(LicenseError):
    """A proposal that is not carried out; nothing was changed."""


class ConfirmationNeeded(ProposalError):
    """A proposal that somebody must confirm first; `proposal` is what to show."""

    template = "this needs a confirmation: {needs_confirmation:messages}"
    hint_template = "if that is what you want, confirm it with `--yes`, in a program with `confirm=True`"
    _about: ClassVar[frozenset[str]] = frozenset({"where", "proposal"})
    proposal: Any
    """A `licensekit.proposals.Proposal`."""
    needs_confirmation: tuple[Coded, ...]


class ProposalStale(ProposalError):
    """A proposal of which something has changed since it was shown."""

    template = "{about} has changed since this was proposed: {changed:list}; look at a new preview and confirm that one"
    about: str
    """What the proposal was about: a serial, an order number, keys, a catalog."""
    changed: tuple[str, ...]
    """The key paths and codes of messages that are different now."""
