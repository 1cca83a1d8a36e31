"""The keys of a workspace: its key files, and the trust documents that root keys sign for them."""

from collections.abc import Sequence
from typing import NamedTuple

from licensekit.database import Database
from licensekit.issuer.catalog.pack import write_pack
from licensekit.issuer.keys.ceremony import Ceremony, begin
from licensekit.issuer.keys.changes import free_name
from licensekit.issuer.keys.intake import take
from licensekit.issuer.keys.keyring import KeyFile, choose_key, list_key_files, named_file
from licensekit.issuer.layout import Layout
from licensekit.issuer.transaction import reading, writing
from licensekit.wire.armor import Token
from licensekit.wire.documents import Root, Trust


class WorkspaceKeys(NamedTuple):
    """The keys of a workspace."""

    layout: Layout
    database: Database

    @property
    def files(self) -> list[KeyFile]:
        """The key files that sign from day to day, by name."""
        return list_key_files(self.layout.keys)

    @property
    def has_root_keys(self) -> bool:
        """Whether root keys still lie in the workspace, where they should not stay."""
        return bool(list_key_files(self.layout.root))

    def file(self, name: str) -> KeyFile:
        """Return the key file of this name or key id.

        Raises:
            KeyMissing: there is none.
        """
        return named_file(self.files, name)

    def choose(self, kind: str, now: int, name: str | None = None) -> KeyFile:
        """Return the key file that signs documents of `kind` (`bundle`, `catalog`), or `name`'s.

        Raises:
            KeyMissing: there is none.
        """
        with reading(self.database, now) as tx:
            return choose_key(
                self.files, tx.trust, kind, issuer=tx.state.issuer, now=now, name=name
            )

    def free_name(self, now: int) -> str:
        """Return a name that no signing key ever had, here or in the trust document."""
        with reading(self.database, now) as tx:
            admitted = {key.name for key in tx.state.trust.keys}
        return free_name({*(file.name for file in self.files), *admitted})

    def begin(self, documents: Sequence[Root | Trust], now: int) -> Ceremony:
        """Return the ceremony in which root keys sign `documents`."""
        with reading(self.database, now) as tx:
            return begin(tx.trust.chain, documents)

    def take(
        self, tokens: Sequence[Token], *, action: str, who: str, now: int, note: str = ""
    ) -> list[Token]:
        """Enter documents of a pack that were signed elsewhere, or by root keys; renew the pack.

        Returns those that were newer than what was in force.

        Raises:
            UnexpectedType: one is not a document of a pack.
            TrustError: one does not verify; none was entered.
        """
        with writing(self.database, now, who) as tx:
            fresh = take(tx, tokens, action=action, note=note)
        write_pack(self.layout, self.database, now)
        return fresh
