"""Documents that come from outside: signed elsewhere, verified here, and entered all or none."""

from collections.abc import Sequence

from licensekit.errors import UnexpectedType
from licensekit.issuer.ledger import append
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.trust.pack import extend_trust_store
from licensekit.wire.armor import Token
from licensekit.wire.documents import CLASS_OF, Document, decode
from licensekit.wire.frame import read

_TAKEN = frozenset({"root", "trust", "revocations", "catalog"})


def newer(tx: LedgerTransaction, tokens: Sequence[Token]) -> list[Token]:
    """Return those of `tokens`, which are a pack, that are newer than what is in force.

    Raises:
        UnexpectedType: one of them is no document of a pack.
        TrustError: one of them is refused for another reason than being older.
    """
    for token in tokens:
        if token.type not in _TAKEN:
            raise UnexpectedType(reason="not-in-pack", type=token.type)
    extended = extend_trust_store(tx.state.trust_store, tokens, None)
    known = set(tx.state.tokens)
    return [one for one in tx.state._replace(trust_store=extended).tokens if one not in known]


def take(tx: LedgerTransaction, tokens: Sequence[Token], *, action: str, note: str) -> list[Token]:
    """Enter those of `tokens` that are newer than what is in force; return them; as `newer`."""
    fresh = newer(tx, tokens)
    append(
        tx.ledger,
        [tx.record(action, token, opened(token))._replace(note=note) for token in fresh],
    )
    return fresh


def opened(token: Token) -> Document:
    """Return the document of a verified token."""
    return decode(CLASS_OF[token.type], read(token.frame).payload)
