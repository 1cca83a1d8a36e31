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


def match(binding: Binding, fingerprint: Fingerprint) -> BindingDifference:
    """Compare what a bundle is bound to with an installation."""
    asked = binding.facts
    changed = sorted(name for name in asked if fingerprint.facts.get(name) != asked[name])
    return BindingDifference(
        reason="facts" if binding.installation in (None, fingerprint.key) else "key",
        facts=len(asked),
        same=len(asked) - len(changed),
        needed=binding.needed,
        changed=tuple(changed),
    )
