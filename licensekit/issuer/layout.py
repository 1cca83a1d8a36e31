"""Where things lie in a workspace."""

from pathlib import Path
from typing import NamedTuple


class Layout(NamedTuple):
    """The paths of a workspace in `folder`."""

    folder: Path

    @property
    def catalog(self) -> Path:
        """The catalog, as people write it."""
        return self.folder / "catalog.toml"

    @property
    def orders(self) -> Path:
        """A place for orders, with an example."""
        return self.folder / "orders"

    @property
    def keys(self) -> Path:
        """The signing keys, each encrypted."""
        return self.folder / "keys"

    @property
    def root(self) -> Path:
        """The root keys, until they are moved away."""
        return self.folder / "root"

    @property
    def ledger(self) -> Path:
        """The ledger."""
        return self.folder / "ledger.db"

    @property
    def ledger_url(self) -> Path:
        """Where the ledger is, if it is not in the workspace."""
        return self.folder / "ledger.url"

    def pack(self, product: str) -> Path:
        """What the application ships."""
        return self.folder / f"{product}.lkp"

    def public(self, issuer: str) -> Path:
        """The public key that a third party sends to the vendor."""
        return self.folder / f"{issuer}.pub"

    def all(self, product: str) -> list[Path]:
        """Give everything that a new workspace consists of."""
        return [
            self.catalog,
            self.orders,
            self.keys,
            self.root,
            self.ledger,
            self.ledger_url,
            self.pack(product),
        ]
