"""Signing again what a lost key had signed: the same terms, the next sequence, another key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from licensekit.errors import KeyChangeRefused
from licensekit.issuer.keys.documents import key_id, named
from licensekit.issuer.ledger import Record, append, bundles
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.ledger.projection import ACTIVE
from licensekit.issuer.orders.bundle import replace_fields
from licensekit.issuer.output.license_file import LicenseFile, attachments_of, license_file
from licensekit.issuer.transaction import LedgerTransaction, WorkspaceStore
from licensekit.keys.signing import Signer
from licensekit.proposals import Change, Proposal

_BATCH: Final = 500
"""Bundles signed in one transaction."""


class Reissued(NamedTuple):
    """What became of one bundle."""

    bundle: Issued
    """The one that the old key had signed; if an interrupted run signed it again, the new one."""
    file: LicenseFile | None
    """The file of the new one; None: what the old key had signed was not active any more."""


@dataclass(frozen=True, kw_only=True, repr=False)
class ReissueProposal(Proposal[Iterator[Reissued]]):
    """The active bundles that a key has signed, to be signed again with another."""

    store: WorkspaceStore
    now: int
    old: str
    """The id of that key, in hex."""
    numbers: tuple[int, ...]
    """Of the entries of the bundles that are still to be signed again, oldest first."""
    attach: bool

    @property
    def about(self) -> str:
        """The key."""
        return f"key {self.old}"

    @property
    def count(self) -> int:
        """How many bundles are still to be signed again."""
        return len(self.numbers)

    def sign(self, key: Signer, *, who: str, confirm: bool = False) -> Iterator[Reissued]:
        """Yield what became of each bundle of the proposal, once it is entered.

        Each becomes the next sequence of its serial and part. One that is not active any more is
        left as it is, and yielded without a file: whoever changed it decided later. What the old
        key has signed since is not touched. Bundles that an interrupted run had entered come
        first: their files may be missing.

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

    def _sign(self, key: Signer, who: str) -> Iterator[Reissued]:
        note = f"signed by {self.old} before"
        with self.store.read(self.now) as tx:
            attachments = attachments_of(tx, attach=self.attach)
            for one in bundles.active_with_note(tx.ledger, "reissue", note):
                file = license_file(one.bundle, one.token, attachments, repeated=True)
                yield Reissued(one, file)
        for first in range(0, self.count, _BATCH):
            with self.store.write(self.now, who) as tx:
                batch = bundles.numbered(tx.ledger, self.numbers[first : first + _BATCH])
                done = _sign_active(tx, batch, key, note, attach=self.attach)
            yield from done


def propose_reissue(tx: LedgerTransaction, lost: str, *, attach: bool) -> ReissueProposal:
    """Return what signing again everything that the key `lost` has signed would do.

    Raises:
        KeyMissing: no key has the name or key id `lost`.
    """
    old = key_id(named(tx.state.trust.keys, lost))
    numbers = bundles.numbers_of_key(tx.ledger, bytes.fromhex(old))
    change = Change("bundles", f"{len(numbers)} signed by {old}", "signed by another key")
    return ReissueProposal(
        changes=(change,) if numbers else (),
        store=tx.store,
        now=tx.now,
        old=old,
        numbers=numbers,
        attach=attach,
    )


def _sign_active(
    tx: LedgerTransaction, batch: Sequence[Issued], signer: Signer, note: str, *, attach: bool
) -> list[Reissued]:
    """Sign those of some bundles again that are still active, and enter them."""
    attachments = attachments_of(tx, attach=attach)
    records: list[Record] = []
    done: list[Reissued] = []
    for one in batch:
        file = None
        if one.state == ACTIVE:
            last = bundles.last_sequence(tx.ledger, one.bundle.serial, one.bundle.part)
            bundle = replace_fields(one.bundle, sequence=last + 1, issued=tx.now)
            records.append(tx.sign("reissue", bundle, signer)._replace(note=note))
            file = license_file(bundle, records[-1].token, attachments, repeated=False)
        done.append(Reissued(one, file))
    append(tx.ledger, records)
    return done
