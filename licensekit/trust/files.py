"""The trust documents of a whole file, taken together (F1 of `docs/format.md`, "Trust").

Roots first, then trust documents, then lists, whatever their order in the file. Of those that a
type has, the highest is taken, and what it supersedes is passed over before anybody asks when it
was issued. To pass over a document is safe: whoever sends a file can leave it out.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from licensekit.errors import (
    KeyRevoked,
    KeyUnknown,
    RootGap,
    RootNotNewest,
    ThresholdNotMet,
    TrustError,
    TrustMissing,
)
from licensekit.trust.order import newest, newest_of_each
from licensekit.trust.signed import Verified
from licensekit.trust.state import (
    TrustState,
    judge_revocations,
    judge_trust,
    take_revocations,
    take_trust,
    update_root,
)
from licensekit.wire import armor
from licensekit.wire.documents import Catalog, Revocations, Trust

D = TypeVar("D", Revocations, Catalog)


def extend(state: TrustState, tokens: Iterable[armor.Token], now: int | None) -> TrustState:
    """Add the roots, trust documents and lists of a file, or none of them (F1, 1 to 5).

    Other types are left alone. `now` is seconds since 1970; None where it does not matter when
    they were issued.

    Raises:
        FormatError, KeyFault: one of them is damaged.
        TrustError: one of them is refused for another reason than being older.
    """
    by_type: dict[str, list[armor.Token]] = {"root": [], "trust": [], "revocations": []}
    for token in tokens:
        by_type.get(token.type, []).append(token)
    state, older_roots = _extend_roots(state, by_type["root"])
    judged, older_trust = _judge_trust(state, by_type["trust"])
    for trust in newest(judged, state.seen.trust):
        state = take_trust(state, trust, now)
    passed_over = older_roots + older_trust
    if state.trust is None:
        raise passed_over[0] if passed_over else TrustMissing(reason="newest-root")
    lists = still_signed(by_type["revocations"], lambda token: judge_revocations(state, token))
    for revocations in newest_of_each(lists, state.seen.lists):
        state = take_revocations(state, revocations, now)
    return state


def still_signed(
    tokens: Iterable[armor.Token], verify: Callable[[armor.Token], Verified[D]]
) -> list[Verified[D]]:
    """Verify tokens, and pass over those by a key that was revoked since."""
    verified: list[Verified[D]] = []
    for token in tokens:
        try:
            verified.append(verify(token))
        except KeyRevoked:
            continue
    return verified


def _extend_roots(
    state: TrustState, tokens: list[armor.Token]
) -> tuple[TrustState, list[TrustError]]:
    """Add roots in any order; return the errors of those that are older than the pin (F1, 1)."""
    while True:
        waiting: list[armor.Token] = []
        gaps: list[TrustError] = []
        unvouched: list[TrustError] = []
        for token in tokens:
            try:
                state = update_root(state, token)
            except RootGap as error:
                waiting.append(token)
                gaps.append(error)
            except ThresholdNotMet as error:
                if error.reason != "next-root":  # a root here vouches for it
                    raise
                waiting.append(token)
                unvouched.append(error)
        if len(waiting) == len(tokens):
            break
        tokens = waiting
    refused = gaps if is_pinned_above_first(state) else gaps + unvouched
    if refused:
        raise refused[0]
    return state, unvouched


def _judge_trust(
    state: TrustState, tokens: list[armor.Token]
) -> tuple[list[Verified[Trust]], list[TrustError]]:
    """Verify trust documents; return the errors of those that are older than the pin (F1, 2)."""
    judged: list[Verified[Trust]] = []
    older: list[TrustError] = []
    for token in tokens:
        try:
            judged.append(judge_trust(state, token))
        except RootNotNewest:
            continue
        except (ThresholdNotMet, KeyUnknown) as error:
            if not is_pinned_above_first(state):
                raise
            older.append(error)
    return judged, older


def is_pinned_above_first(state: TrustState) -> bool:
    """Return whether there may be documents that are older than the pinned root."""
    return state.chain[0].root.version > 1
