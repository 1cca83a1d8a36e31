"""Catalogs, trust documents and revocations of a workspace: all that goes into its pack."""

from collections.abc import Sequence

from licensekit.issuer.catalog import pack
from licensekit.issuer.keys.ceremony import Ceremony, begin
from licensekit.issuer.keys.changes import free_name
from licensekit.issuer.keys.intake import take
from licensekit.issuer.keys.keyring import list_key_files
from licensekit.issuer.keys.revocation import next_list
from licensekit.issuer.ledger import Record, append
from licensekit.issuer.opened import OpenWorkspace
from licensekit.issuer.signing import sign_admitted
from licensekit.issuer.state import workspace_state
from licensekit.keys.signing import Signer
from licensekit.wire.armor import Token
from licensekit.wire.documents import Revocations, Root, Trust


class WorkspaceTrust(OpenWorkspace):
    """Where documents of the pack are signed and taken in."""

    __slots__ = ()

    def free_key_name(self, now: int) -> str:
        """Give a name that no signing key ever had, here or in the trust document."""
        taken = {file.name for file in list_key_files(self.layout.keys)}
        return free_name({*taken, *(key.name for key in self.state(now).trust.keys)})

    def catalog_draft(self, now: int) -> pack.CatalogDraft:
        """Give the catalog as it is written now, and what was signed last.

        Raises:
            CatalogInvalid: it has faults.
        """
        return pack.draft(self.layout, self.state(now), now)

    def sign_catalog(
        self, signer: Signer, *, who: str, now: int, taking_away: bool = False
    ) -> None:
        """Sign the catalog as it is written now as the next version, and renew the pack.

        Raises:
            CatalogInvalid: it has faults.
            CatalogTakesAway: it takes something away from what was sold.
            TrustError: the key may not sign it.
        """
        with self.ledger.write() as ledger:
            state = workspace_state(ledger, now)
            draft = pack.draft(self.layout, state, now)
            record = pack.sign_catalog(
                draft, signer, state, who=who, now=now, taking_away=taking_away
            )
            append(ledger, [record])
        self.write_pack(now)

    def begin(self, documents: Sequence[Root | Trust], now: int) -> Ceremony:
        """Give the ceremony in which root keys sign `documents`."""
        return begin(self.state(now).trust_store.trust.chain, documents)

    def take(
        self, tokens: Sequence[Token], *, action: str, who: str, now: int, note: str = ""
    ) -> list[Token]:
        """Enter documents of a pack that were signed elsewhere, or by root keys; renew the pack.

        Gives those that were newer than what was in force.

        Raises:
            UnexpectedType: one is no document of a pack.
            TrustError: one is not to be believed; none was entered.
        """
        with self.ledger.write() as ledger:
            state = workspace_state(ledger, now)
            fresh = take(ledger, state, tokens, action=action, who=who, now=now, note=note)
        self.write_pack(now)
        return fresh

    def revoke(
        self,
        signer: Signer,
        *,
        who: str,
        now: int,
        identities: Sequence[bytes] = (),
        serials: Sequence[str] = (),
        reason: str = "",
        fresh_until: int | None = None,
    ) -> Revocations:
        """Sign the next revocation list, which takes back these as well, and renew the pack.

        With neither, the list before is signed anew: its key may have been revoked.

        Raises:
            WorkspaceError: the list would be too long.
            TrustError: the key may not sign it.
        """
        with self.ledger.write() as ledger:
            state = workspace_state(ledger, now)
            taken = next_list(
                state, now, identities=identities, serials=serials, fresh_until=fresh_until
            )
            token = sign_admitted(taken, signer, state.trust_store.trust, now)
            append(ledger, [Record("revoke", now, who, token, taken, note=reason)])
        self.write_pack(now)
        return taken
