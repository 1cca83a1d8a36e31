"""The trust documents of a whole file, taken together (`docs/format.md`, "Trust").

F1  In a file, roots are taken first, then trust documents, then lists, whatever their order. What
    a newer one has replaced is passed over, and so is a root for which the chain does not vouch:
    it is older than the pin. Everything else is taken, or the whole file is refused.
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
from licensekit.trust import TrustState, update_revocations, update_root, update_trust
from licensekit.wire import armor


def extend(state: TrustState, tokens: Iterable[armor.Token], now: int) -> TrustState:
    """Take all roots, trust documents and lists of a file, or none of them (F1).

    Other types are left alone.

    Raises:
        TrustError: one of them is refused by another rule than being older.
    """
    by_type: dict[str, list[armor.Token]] = {"root": [], "trust": [], "revocations": []}
    for token in tokens:
        by_type.get(token.type, []).append(token)
    state, unvouched = _extend_roots(state, by_type["root"])
    try:
        for token in by_type["trust"]:
            state = _unless_older(update_trust, state, token, now)
    except (KeyUnknown, ThresholdNotMet) as error:
        # The root that would vouch for it may be here and be the one that is wrong.
        raise (unvouched or error) from error
    for token in by_type["revocations"]:
        state = _unless_older(update_revocations, state, token, now)
    return state


def _extend_roots(
    state: TrustState, tokens: list[armor.Token]
) -> tuple[TrustState, TrustError | None]:
    """Take roots in any order, and give the first error of those for which none vouches."""
    waiting, error = tokens, None
    while waiting:
        rest: list[armor.Token] = []
        error = None
        for token in waiting:
            try:
                state = update_root(state, token)
            except (ThresholdNotMet, KeyUnknown, RootGap) as refused:
                rest.append(token)
                error = error or refused
        if len(rest) == len(waiting):
            break
        waiting = rest
    if isinstance(error, RootGap):
        raise error
    return state, error


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
