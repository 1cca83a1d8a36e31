"""Documents that come from outside: signed elsewhere, verified here, and entered all or none."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from licensekit.chain import Head
from licensekit.database import Connection
from licensekit.errors import ChangeInSigning, LedgerRestored
from licensekit.issuer.keys.ceremony import label
from licensekit.issuer.keys.changes import successor
from licensekit.issuer.ledger import documents
from licensekit.issuer.ledger.entries import mark_in, raise_mark, restored
from licensekit.issuer.proposal import SignProposal
from licensekit.issuer.state import WorkspaceState, extended
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.proposals import Change
from licensekit.trust.pack import require_in_pack
from licensekit.wire.armor import Token
from licensekit.wire.documents import CLASS_OF, Document, decode


class Intake(NamedTuple):
    """Documents of a pack, verified under what was in force."""

    before: WorkspaceState
    after: WorkspaceState

    @property
    def newer(self) -> list[Token]:
        """Those that are newer than what was in force."""
        known = set(self.before.tokens)
        return [one for one in self.after.tokens if one not in known]

    def restored(self, ledger: Connection) -> Iterator[tuple[Head, LedgerRestored]]:
        """Yield what the newer ones that were signed here show the ledger to lack, and the error that says so."""
        for document in map(opened, self.newer):
            # The vendor, whose root this is, signs trust documents.
            issuer = getattr(document, "issuer", self.after.trust_store.issuer)
            mark = mark_in(document)
            error = restored(ledger, mark) if issuer == self.after.issuer else None
            if mark is not None and error is not None:
                yield mark, error


TakeProposal = SignProposal[list[Token], None]
"""Documents of a pack that were signed elsewhere, to be entered; its result are those that are newer.

To sign it raises `LedgerRestored` if one of them was signed when this ledger held more; the mark keeps that.
"""


def propose_take(
    tx: LedgerTransaction, tokens: Sequence[Token], *, action: str, verified: Intake | None = None
) -> TakeProposal:
    """Return what entering documents would do; raises as `verify`.

    `verified` are the same, which are not verified again if what is in force is as it was then.
    """
    is_current = verified is not None and verified.before is tx.state
    intake = verified if verified is not None and is_current else verify(tx, tokens)
    newer = intake.newer

    def take(tx: LedgerTransaction, _: None) -> list[Token]:
        for mark, error in intake.restored(tx.ledger):
            raise_mark(tx.store.layout.mark, mark, lower=True)
            raise error
        return enter(tx, intake, action=action)

    kinds = ((one.type, getattr(opened(one), "issuer", "")) for one in newer)
    return SignProposal(
        enter=take,
        changes=tuple(Change(".".join(filter(None, kind)), None, "newer") for kind in kinds),
        warnings=tuple(error for _, error in intake.restored(tx.ledger)),
        about="the pack",
        is_done=not newer,
        renews_pack=True,
    )


def verify(tx: LedgerTransaction, tokens: Sequence[Token]) -> Intake:
    """Verify documents of a pack under what is in force.

    Raises:
        UnexpectedType: one of them is not a document of a pack.
        TrustError: one of them is refused for another reason than being older.
        ChangeInSigning: a new root comes with the trust of a time before changes that are in force here.
    """
    require_in_pack(tokens)
    known = set(tx.state.tokens)
    others = [token for token in tokens if token not in known]
    intake = Intake(tx.state, extended(tx.state, others))
    before, after = tx.state.trust, intake.after.trust
    if after.root_version > before.root_version and after.version <= before.version and not tx.state.is_partner:
        raise ChangeInSigning(reason="replaced", document=label(after), by=label(before), issued=before.issued)
    return intake


def enter(tx: LedgerTransaction, intake: Intake, *, action: str, note: str = "") -> list[Token]:
    """Enter those documents that are newer than what was in force, and return them.

    A key that takes over from the default key becomes the default.
    """
    newer = intake.newer
    records = (tx.record(action, token, opened(token)) for token in newer)
    tx.put_in_force([one._replace(note=note) for one in records], intake.after)
    new = successor(intake.before.trust, intake.after.trust, documents.default_key(tx.ledger))
    # Of a partner's keys, the vendor's pack shows only the newest state.
    if new is not None and not intake.after.is_partner:
        documents.put_fact(tx.ledger, documents.DEFAULT_KEY, new)
    return newer


def opened(token: Token) -> Document:
    """Return the document of a verified token."""
    return decode(CLASS_OF[token.type], token.payload)
