"""The trust documents of a whole file, taken together (`docs/format.md`, "Trust").

F1  In a file, roots are taken first, then trust documents, then lists, whatever their order. Passed
    over is what a newer one has replaced, a list by a key that was revoked since, and, where the
    pin is not root 1, a root or trust document for which no root here vouches: it is older than
    the pin. Everything else is taken, or the whole file is refused.

To pass over a document is safe: whoever sends a file can leave it out.
"""

from collections.abc import Callable, Iterable

from licensekit.errors import (
    KeyRevoked,
    KeyUnknown,
    RevocationsRollback,
    RootGap,
    RootNotNewest,
    ThresholdNotMet,
    TrustError,
    TrustRollback,
)
from licensekit.trust.scope import still_signed
from licensekit.trust.state import TrustState, update_revocations, update_root, update_trust
from licensekit.wire import armor


def extend(state: TrustState, tokens: Iterable[armor.Token], now: int) -> TrustState:
    """Add all roots, trust documents and lists of a file, or none of them (F1).

    Other types are left alone.

    Raises:
        FormatError, KeyFault: one of them is damaged.
        TrustError: one of them is refused by another rule than being older.
    """
    by_type: dict[str, list[armor.Token]] = {"root": [], "trust": [], "revocations": []}
    for token in tokens:
        by_type.get(token.type, []).append(token)
    state, refused_roots = _extend_roots(state, by_type["root"])
    state, refused_trust = _extend_trust(state, by_type["trust"], now)
    refused = refused_roots + refused_trust
    if refused and (state.chain[0].root.version == 1 or state.trust is None):
        raise refused[0]
    for token in by_type["revocations"]:
        state = _unless_older(update_revocations, state, token, now)
    return state


def _extend_roots(
    state: TrustState, tokens: list[armor.Token]
) -> tuple[TrustState, list[TrustError]]:
    """Add roots in any order, and return the errors of those for which none vouches."""
    while True:
        waiting: list[armor.Token] = []
        refused: list[TrustError] = []
        for token in tokens:
            try:
                state = update_root(state, token)
            except (ThresholdNotMet, KeyUnknown, RootGap) as error:
                waiting.append(token)
                refused.append(error)
        if len(waiting) == len(tokens):
            break
        tokens = waiting
    for reason in refused:
        if isinstance(reason, RootGap):  # vouched for, so it is not older than the pin
            raise reason
    return state, refused


def _extend_trust(
    state: TrustState, tokens: list[armor.Token], now: int
) -> tuple[TrustState, list[TrustError]]:
    """Add trust documents in any order; return the errors of those for which none vouches."""
    before, refused = state, list[TrustError]()
    for token in tokens:
        try:
            state = _unless_older(update_trust, state, token, now)
        except (ThresholdNotMet, KeyUnknown) as error:
            refused.append(error)
    if state.trust is before.trust:
        return state, refused
    # L3 by the last of them: one that was passed on the way puts no list out of force.
    return state._replace(lists=still_signed(state.signers, before.lists)), refused


def _unless_older(
    update: Callable[[TrustState, armor.Token, int], TrustState],
    state: TrustState,
    token: armor.Token,
    now: int,
) -> TrustState:
    try:
        return update(state, token, now)
    except (TrustRollback, RootNotNewest, RevocationsRollback, KeyRevoked):
        return state
