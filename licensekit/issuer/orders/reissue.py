"""Signing again what a lost key had signed: the same terms, the next sequence, another key."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from licensekit.database import Database
from licensekit.issuer.attachments import attachments_of
from licensekit.issuer.keys.documents import key_id, named
from licensekit.issuer.ledger import Record, append, bundles
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.orders.bundle import replace_fields
from licensekit.issuer.output.license_file import LicenseFile, license_file
from licensekit.issuer.transaction import LedgerTransaction, reading, writing
from licensekit.keys.signing import Signer
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle

_BATCH: Final = 500
"""Bundles signed in one transaction."""


def reissue(
    database: Database, lost: str, signer: Signer, *, who: str, now: int, attach: bool
) -> Iterator[LicenseFile]:
    """Yield the new file of every active bundle that the key `lost` has signed, once it is entered.

    Those that an interrupted run had entered come first: their files may be missing.

    Raises:
        KeyMissing: no key has the name or key id `lost`.
        TrustError: `signer` may not sign one of them.
    """
    with reading(database, now) as tx:
        old = key_id(named(tx.state.trust.keys, lost))
        note = f"signed by {old} before"
        attachments = attachments_of(tx, attach=attach)
        for one in bundles.active_with_note(tx.ledger, "reissue", note):
            yield license_file(one.bundle, one.token, attachments, repeated=True)
    while True:
        with writing(database, now, who) as tx:
            batch = islice(bundles.active_of_key(tx.ledger, bytes.fromhex(old)), _BATCH)
            signed = _sign_all(tx, list(batch), signer, note)
        if not signed:
            return
        for bundle, token in signed:
            yield license_file(bundle, token, attachments, repeated=False)


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
