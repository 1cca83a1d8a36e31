"""Signing again what a lost key had signed: the same terms, the next sequence, another key."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from licensekit.errors import KeyChangeRefused
from licensekit.issuer.keys.documents import key_id, named
from licensekit.issuer.ledger import Record, append, bundles
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.orders.bundle import replace_fields
from licensekit.issuer.output.license_file import LicenseFile, attachments_of, license_file
from licensekit.issuer.transaction import LedgerTransaction, WorkspaceStore
from licensekit.keys.signing import Signer
from licensekit.proposals import Change, Proposal
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle

_BATCH: Final = 500
"""Bundles signed in one transaction."""


@dataclass(frozen=True, kw_only=True, repr=False)
class ReissueProposal(Proposal[Iterator[LicenseFile]]):
    """The active bundles that a key has signed, to be signed again with another."""

    store: WorkspaceStore
    now: int
    old: str
    """The id of that key, in hex."""
    count: int
    """How many bundles are still to be signed again."""
    attach: bool

    @property
    def about(self) -> str:
        """The key."""
        return f"key {self.old}"

    def sign(self, key: Signer, *, who: str, confirm: bool = False) -> Iterator[LicenseFile]:
        """Yield the new file of every active bundle that the old key has signed, once entered.

        Each becomes the next sequence of its serial and part. Those that an interrupted run had
        entered come first: their files may be missing.

        Raises:
            KeyChangeRefused: `key` is the old one.
            TrustError: `key` may not sign one of them.
        """
        self.require_confirmed(confirm=confirm)
        self.require_other(key.verifying_key.key_id.hex())
        return self._sign(key, who)

    def require_other(self, key_id: str) -> None:
        """Refuse the old key itself.

        Raises:
            KeyChangeRefused: this is its id.
        """
        if key_id == self.old:
            raise KeyChangeRefused(reason="lost", key=key_id)

    def _sign(self, key: Signer, who: str) -> Iterator[LicenseFile]:
        note = f"signed by {self.old} before"
        with self.store.read(self.now) as tx:
            attachments = attachments_of(tx, attach=self.attach)
            for one in bundles.active_with_note(tx.ledger, "reissue", note):
                yield license_file(one.bundle, one.token, attachments, repeated=True)
        while True:
            with self.store.write(self.now, who) as tx:
                batch = islice(bundles.active_of_key(tx.ledger, bytes.fromhex(self.old)), _BATCH)
                signed = _sign_all(tx, list(batch), key, note)
            if not signed:
                return
            for bundle, token in signed:
                yield license_file(bundle, token, attachments, repeated=False)


def propose_reissue(tx: LedgerTransaction, lost: str, *, attach: bool) -> ReissueProposal:
    """Return what signing again everything that the key `lost` has signed would do.

    Raises:
        KeyMissing: no key has the name or key id `lost`.
    """
    old = key_id(named(tx.state.trust.keys, lost))
    count = bundles.count_of_key(tx.ledger, bytes.fromhex(old))
    return ReissueProposal(
        changes=(Change("bundles", f"{count} signed by {old}", "signed by another key"),)
        if count
        else (),
        store=tx.store,
        now=tx.now,
        old=old,
        count=count,
        attach=attach,
    )


def _sign_all(
    tx: LedgerTransaction, old: list[Issued], signer: Signer, note: str
) -> list[tuple[Bundle, Token]]:
    signed: list[tuple[Bundle, Record]] = []
    for one in old:
        last = bundles.last_sequence(tx.ledger, one.bundle.serial, one.bundle.part)
        bundle = replace_fields(one.bundle, sequence=last + 1, issued=tx.now)
        signed.append((bundle, tx.sign("reissue", bundle, signer)._replace(note=note)))
    append(tx.ledger, [record for _, record in signed])
    return [(bundle, record.token) for bundle, record in signed]
