"""Documents that come from outside: signed elsewhere, verified here, and entered all or none."""

from collections.abc import Sequence

from licensekit.database import Connection
from licensekit.errors import UnexpectedType
from licensekit.issuer.ledger import Record, append
from licensekit.issuer.state import WorkspaceState
from licensekit.trust.pack import extend_trust_store
from licensekit.wire.armor import Token
from licensekit.wire.documents import CLASS_OF, decode
from licensekit.wire.frame import read

_TAKEN = frozenset({"root", "trust", "revocations", "catalog"})


def take(
    ledger: Connection,
    state: WorkspaceState,
    tokens: Sequence[Token],
    *,
    action: str,
    who: str,
    now: int,
    note: str = "",
) -> list[Token]:
    """Enter those of `tokens` that are newer than what is in force, and give them.

    Raises:
        UnexpectedType: one of them is no document of a pack.
        TrustError: one of them is refused for another reason than being older.
    """
    for token in tokens:
        if token.type not in _TAKEN:
            raise UnexpectedType(reason="not-in-pack", type=token.type)
    newer = state._replace(trust_store=extend_trust_store(state.trust_store, tokens, now)).tokens
    known = set(state.tokens)
    fresh = [token for token in newer if token not in known]
    append(ledger, [record(token, action=action, who=who, now=now, note=note) for token in fresh])
    return fresh


def record(token: Token, *, action: str, who: str, now: int, note: str = "") -> Record:
    """Give the record of a verified document."""
    document = decode(CLASS_OF[token.type], read(token.frame).payload)
    return Record(action, now, who, token, document, note=note)
