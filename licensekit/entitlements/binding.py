"""Is this the installation that a bundle is bound to: its key, and enough facts of its machine."""

from collections.abc import Mapping
from typing import NamedTuple

from licensekit.entitlements.messages import BindingDifference
from licensekit.wire.documents import Binding


class Fingerprint(NamedTuple):
    """What an installation can show to a bundle that is bound."""

    key: bytes | None = None
    """SHA-256 of the installation's public key."""
    facts: Mapping[str, bytes] = {}
    """Fact name to its 16-byte keyed hash."""


class Match(NamedTuple):
    """How a binding and an installation agree."""

    key: bool
    """Whether the installation's key is the one, or none is asked for."""
    facts: int
    """How many facts are asked about."""
    needed: int
    """How many of them must be as they were."""
    changed: tuple[str, ...]
    """Those that are not."""

    @property
    def holds(self) -> bool:
        """Whether this is the installation."""
        return self.key and self.facts - len(self.changed) >= self.needed

    @property
    def difference(self) -> BindingDifference:
        """What is different, for a message."""
        return BindingDifference(
            reason="facts" if self.key else "key",
            facts=self.facts,
            same=self.facts - len(self.changed),
            needed=self.needed,
            changed=self.changed,
        )


def match(binding: Binding, fingerprint: Fingerprint) -> Match:
    """Compare what a bundle is bound to with an installation."""
    return Match(
        key=binding.installation in (None, fingerprint.key),
        facts=len(binding.facts),
        needed=binding.needed,
        changed=tuple(
            sorted(n for n, value in binding.facts.items() if fingerprint.facts.get(n) != value)
        ),
    )
