"""How attack tests end: refused for the right reason, and the state is as it was."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from licensekit.errors import LicenseError
from licensekit.trust.order import ROOTS, TRUST, FullVersion, Seen
from licensekit.trust.state import TrustState
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor
from tests.makers import NOW

E = TypeVar("E", bound=LicenseError)


def frozen(state: TrustState) -> tuple[Any, ...]:
    """Return everything that `state` says, in values that nothing can change any more."""
    return (
        tuple(known.verified.identity for known in state.chain),
        tuple(sorted(known.keys) for known in state.chain),
        state.trust and state.trust.identity,
        tuple(sorted(state.signers)),
        tuple((issuer, held.identity) for issuer, held in sorted(state.lists.items())),
        tuple(sorted(state.seen.items())),
    )


def root_seen(seen: Seen) -> int:
    """Return the version of the highest root that was seen; 0 for none."""
    return seen[ROOTS].version[0] if ROOTS in seen else 0


def trust_seen(seen: Seen) -> FullVersion:
    """Return the full version of the highest trust document that was seen."""
    return seen[TRUST].version if TRUST in seen else ()


def lists_seen(seen: Seen) -> dict[str, FullVersion]:
    """Return the full version of the highest list that was seen of each issuer."""
    return {issuer: one.version for (kind, issuer), one in seen.items() if kind == "revocations"}


def refused(kind: type[E], state: TrustState, action: Callable[[], object]) -> E:
    """Check that `action` raises just `kind` and leaves `state` as it was; give the error."""
    before = frozen(state)
    with pytest.raises(LicenseError) as caught:
        action()
    assert type(caught.value) is kind, repr(caught.value)
    assert frozen(state) == before
    return caught.value


def counts(bundle: armor.Token, state: TrustState) -> bool:
    """Return whether `bundle` passes every step under `state`; what is not believed raises."""
    return verify_bundle(bundle, state, NOW).token == bundle
