"""Signing anew what a lost key had signed: the same terms, the next sequence, another key."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from licensekit.database import Connection, Database
from licensekit.issuer.attachments import NO_ATTACHMENTS, attachments_of
from licensekit.issuer.ledger import Record, append, bundles
from licensekit.issuer.ledger.bundles import Issued
from licensekit.issuer.orders.issue import LicenseFile, license_file
from licensekit.issuer.signing import sign_admitted
from licensekit.issuer.state import WorkspaceState, workspace_state
from licensekit.keys.signing import Signer
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle

_BATCH: Final = 500
"""Bundles signed in one transaction."""


def reissue(
    database: Database, key_id: bytes, signer: Signer, *, who: str, now: int, bare: bool
) -> Iterator[LicenseFile]:
    """Give the new file of every current bundle that the key has signed, once it is entered.

    Those that an interrupted run had entered come first: their files may be missing.

    Raises:
        TrustError: `signer` may not sign one of them.
    """
    note = f"signed by {key_id.hex()} before"
    with database.read() as ledger:
        along = NO_ATTACHMENTS if bare else attachments_of(workspace_state(ledger, now), now)
        for one in bundles.current_with_note(ledger, "reissue", note):
            yield license_file(one.bundle, one.token, along, repeated=True)
    while True:
        with database.write() as ledger:
            state = workspace_state(ledger, now)
            old = list(islice(bundles.current_of_key(ledger, key_id), _BATCH))
            signed = _sign_all(ledger, state, old, signer, note, who=who, now=now)
        if not signed:
            return
        for bundle, token in signed:
            yield license_file(bundle, token, along, repeated=False)


def changed(bundle: Bundle, **changes: Any) -> Bundle:
    """Give `bundle` with other values in some of its fields."""
    fields = {name: getattr(bundle, name) for name in bundle.__struct_fields__}
    return Bundle(**{**fields, **changes})


def _sign_all(
    ledger: Connection,
    state: WorkspaceState,
    old: list[Issued],
    signer: Signer,
    note: str,
    *,
    who: str,
    now: int,
) -> list[tuple[Bundle, Token]]:
    signed: list[tuple[Bundle, Token]] = []
    for one in old:
        last = bundles.last_sequence(ledger, one.bundle.serial, one.bundle.part)
        bundle = changed(one.bundle, sequence=last + 1, issued=now)
        token = sign_admitted(bundle, signer, state.trust_store.trust, now)
        signed.append((bundle, token))
    append(
        ledger, [Record("reissue", now, who, token, bundle, note=note) for bundle, token in signed]
    )
    return signed
