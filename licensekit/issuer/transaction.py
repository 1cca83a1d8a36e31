"""One transaction on the ledger of a workspace, and the documents that are in force in it."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import NamedTuple

from licensekit.database import Connection, Database
from licensekit.issuer.ledger import Record
from licensekit.issuer.signing import sign_admitted
from licensekit.issuer.state import WorkspaceState, workspace_state
from licensekit.keys.signing import Signer
from licensekit.trust.scope import SignedByVendor
from licensekit.trust.state import TrustState
from licensekit.wire.armor import Token
from licensekit.wire.documents import Document


class LedgerTransaction(NamedTuple):
    """An open transaction, its moment, and who acts in it."""

    ledger: Connection
    state: WorkspaceState
    now: int
    """Seconds since 1970."""
    who: str
    """For the ledger; empty where nothing is entered."""

    @property
    def trust(self) -> TrustState:
        """The roots, trust document and revocation lists in force."""
        return self.state.trust_store.trust

    def record(self, action: str, token: Token, document: Document) -> Record:
        """Return the record of a document that is to be entered now."""
        return Record(action, self.now, self.who, token, document)

    def sign(self, action: str, document: SignedByVendor, signer: Signer) -> Record:
        """Sign a document and return its record; raises as `sign_admitted`."""
        return self.record(action, sign_admitted(document, signer, self.trust, self.now), document)


@contextmanager
def reading(database: Database, now: int) -> Generator[LedgerTransaction]:
    """Open a transaction that only reads; raises as `workspace_state`."""
    with database.read() as ledger:
        yield LedgerTransaction(ledger, workspace_state(ledger, now), now, "")


@contextmanager
def writing(database: Database, now: int, who: str) -> Generator[LedgerTransaction]:
    """Open a transaction that is kept if the block ends well; raises as `workspace_state`."""
    with database.write() as ledger:
        yield LedgerTransaction(ledger, workspace_state(ledger, now), now, who)
