"""An open workspace: its folder and its ledger, and what both say of keys and documents."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from licensekit.database import Database
from licensekit.files import write_atomically
from licensekit.issuer.keys.choice import choose_key, named_file
from licensekit.issuer.keys.keyring import KeyFile, list_key_files
from licensekit.issuer.layout import Layout
from licensekit.issuer.state import WorkspaceState, workspace_state


@dataclass(frozen=True, slots=True)
class OpenWorkspace:
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

    def state(self, now: int) -> WorkspaceState:
        """Give the documents in force, verified."""
        with self.ledger.read() as ledger:
            return workspace_state(ledger, now)

    @property
    def has_root_keys(self) -> bool:
        """Whether root keys still lie in the workspace, where they should not stay."""
        return bool(list_key_files(self.layout.root))

    def key_for(self, kind: str, now: int, name: str | None = None) -> KeyFile:
        """Give the key file that signs documents of `kind` (`bundle`, `catalog`), or `name`'s.

        Raises:
            KeyMissing: there is none.
        """
        state = self.state(now)
        return choose_key(
            list_key_files(self.layout.keys),
            state.trust_store.trust,
            kind,
            issuer=state.issuer,
            now=now,
            name=name,
        )

    def key_file(self, name: str) -> KeyFile:
        """Give the key file of this name or key id.

        Raises:
            KeyMissing: there is none.
        """
        return named_file(list_key_files(self.layout.keys), name)

    def write_pack(self, now: int) -> Path:
        """Write the pack anew from the ledger, and give its path."""
        state = self.state(now)
        path = self.layout.pack(state.product)
        write_atomically(path, state.pack)
        return path
