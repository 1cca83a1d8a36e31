"""An open workspace: its folder and its ledger, and what both say of keys and documents."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from licensekit.database import Database
from licensekit.files import write_atomically
from licensekit.vendor.footing import Footing, footing
from licensekit.vendor.key_choice import choose_key, named_file
from licensekit.vendor.keyring import KeyFile, listed
from licensekit.vendor.layout import Layout


@dataclass(frozen=True, slots=True)
class Opened:
    """What every desk of a workspace works on."""

    layout: Layout
    ledger: Database

    def close(self) -> None:
        """Let go of the ledger."""
        self.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def footing(self, now: int) -> Footing:
        """Give the documents in force, verified."""
        with self.ledger.read() as ledger:
            return footing(ledger, now)

    @property
    def has_root_keys(self) -> bool:
        """Whether root keys still lie in the workspace, where they should not stay."""
        return bool(listed(self.layout.root))

    def key_for(self, kind: str, now: int, name: str | None = None) -> KeyFile:
        """Give the key file that signs documents of `kind` (`bundle`, `catalog`), or `name`'s.

        Raises:
            KeyMissing: there is none.
        """
        stands_on = self.footing(now)
        return choose_key(
            listed(self.layout.keys),
            stands_on.ground.trust,
            kind,
            issuer=stands_on.issuer,
            now=now,
            name=name,
        )

    def key_file(self, name: str) -> KeyFile:
        """Give the key file of this name or key id.

        Raises:
            KeyMissing: there is none.
        """
        return named_file(listed(self.layout.keys), name)

    def write_pack(self, now: int) -> Path:
        """Write the pack anew from the ledger, and give its path."""
        stands_on = self.footing(now)
        path = self.layout.pack(stands_on.product)
        write_atomically(path, stands_on.pack)
        return path
