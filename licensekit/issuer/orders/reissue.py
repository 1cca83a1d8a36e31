"""Signing the bundles of a key again with another key. The payloads stay the same, so they are the same bundles.

An installation replaces the signature of a bundle with the same identity (`docs/format.md`, "Identities"). The time of
issue stays, so the new key must have been valid at that time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from licensekit import dates, errors, proposals
from licensekit.issuer.keys.changes import key_id, named
from licensekit.issuer.ledger import bundles, entries, projection
from licensekit.issuer.output.attachments import Attach, AttachmentSource
from licensekit.issuer.output.license_file import LicenseFile, license_file
from licensekit.issuer.transaction import LedgerTransaction, WorkspaceStore, admission, require_admitted, require_signer
from licensekit.keys import keyfile, signing
from licensekit.trust.scope import require_type
from licensekit.wire.documents import Bundle

_BATCH: Final = 500  # bundles signed in one transaction


class Reissued(NamedTuple):
    """The result for one bundle."""

    bundle: bundles.Issued  # as it was before; if an interrupted run signed it, as it is now
    file: LicenseFile | None
    """The file with the new signature; None: renewed, revoked or returned meanwhile, and not signed again."""


@dataclass(frozen=True, kw_only=True, repr=False)
class ReissueProposal(proposals.Proposal[Iterator[Reissued]]):
    """The active bundles of a key, to be signed again with another key."""

    store: WorkspaceStore
    now: int
    old: str  # the id of the old key, in hex
    numbers: tuple[int, ...]  # the entries of the bundles that are still to be signed again, oldest first
    first: Bundle | None  # the oldest of them; None: there are none
    attach: Attach

    def sign(self, key: signing.Signer | None, *, who: str, confirm: bool = False) -> Iterator[Reissued]:
        """Sign and enter the bundles of the proposal, and yield the result for each.

        Bundles that were renewed, revoked or returned meanwhile are yielded without a file; those that the old key has
        signed since are not. Bundles that an interrupted run has entered come first: their files may be missing.

        Raises `KeyMissing` if a key is needed and there is none, `KeyChangeRefused` if `key` is the old one, or became
        valid after the first bundle was issued, `TrustError` if it may not sign one of them; nothing is signed then.
        """
        self.require_confirmed(confirm=confirm)
        if self.numbers:
            self.require_allowed(require_signer(key))
        return self._sign(key, who)

    def require_allowed(self, key: signing.Signer | keyfile.PublicPart) -> None:
        """Refuse the old key, and a key that may not sign every bundle; raises as `sign`."""
        if key.verifying_key.key_id.hex() == self.old:
            raise errors.KeyChangeRefused(reason="lost", key=self.old)
        with self.store.read(self.now) as tx:
            signer = admission(key, tx.trust)
            require_type(signer, "bundle")
            starts = signer.admitted.valid_from
            if self.first is not None and starts > self.first.issued:
                named, issued = signer.admitted.name, self.first.issued
                raise errors.KeyChangeRefused(reason="window", key=named, starts=starts, issued=issued)
            for first in range(0, len(self.numbers), _BATCH):
                for one in bundles.numbered(tx.ledger, self.numbers[first : first + _BATCH]):
                    require_admitted(signer, one.bundle, tx.state.trust_store)

    def _sign(self, key: signing.Signer | None, who: str) -> Iterator[Reissued]:
        note = f"signed by {self.old} before"
        with self.store.read(self.now) as tx:
            source = AttachmentSource(tx, self.attach)
            for one in bundles.signed_again(tx.ledger, note):
                yield Reissued(one, license_file(source, one.bundle, one.token, repeated=True))
        for first in range(0, len(self.numbers), _BATCH):
            numbers, done, records = self.numbers[first : first + _BATCH], list[Reissued](), list[projection.Record]()
            with self.store.write(self.now, who) as tx:
                source = AttachmentSource(tx, self.attach)
                counting = bundles.counting(tx.ledger, numbers, dates.day_at(tx.now))
                for one in bundles.numbered(tx.ledger, numbers):
                    file = None
                    if one.number in counting:
                        records.append(tx.sign("reissue", one.bundle, require_signer(key))._replace(note=note))
                        file = license_file(source, one.bundle, records[-1].token, repeated=False)
                    done.append(Reissued(one, file))
                entries.append(tx.ledger, records)
            yield from done


def propose_reissue(tx: LedgerTransaction, lost: str, *, attach: Attach) -> ReissueProposal:
    """Propose to sign the bundles of the key `lost` again; raises as `named`."""
    old = key_id(named(tx.state.trust.keys, lost))
    numbers = bundles.numbers_of_key(tx.ledger, bytes.fromhex(old), dates.day_at(tx.now))
    oldest = bundles.by_number(tx.ledger, numbers[0]) if numbers else None
    change = proposals.Change("bundles", f"{len(numbers)} signed by {old}", "signed by another key")
    about, changes, first = f"key {old}", (change,) if numbers else (), None if oldest is None else oldest.bundle
    return ReissueProposal(
        changes=changes, about=about, store=tx.store, now=tx.now, old=old, numbers=numbers, first=first, attach=attach
    )
