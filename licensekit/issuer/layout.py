"""The paths of a workspace, and the location of its ledger: in the folder, or on a server."""

from contextlib import suppress
from pathlib import Path
from typing import Final

from licensekit import database, errors, files
from licensekit.text.names import first_line

_URL_BYTES: Final = 4096


class Layout:
    """The paths of a workspace in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalog = folder / "catalog.toml"
        self.orders = folder / "orders"
        self.keys = folder / "keys"
        self.root = folder / "root"  # the root keys, until they are moved away
        self.ledger = folder / "ledger.db"
        self.arriving = folder / "ledger.db.arriving"  # the ledger while it moves here from a server
        self.ledger_url = folder / "ledger.url"  # the URL of the ledger, if it is not in the workspace
        self.mark = folder / "ledger.mark"  # the newest entry of the ledger that this folder has seen
        self.abandoned = folder / "abandoned"
        """Key changes that were given up, with the keys made for them."""
        self.ignored = folder / ".gitignore"  # excludes secrets, the ledger and customers' licenses

    def pack(self, product: str) -> Path:
        """Return the path of the pack that the application of `product` ships."""
        return self.folder / f"{product}.lkp"

    def public(self, issuer: str) -> Path:
        """Return the path of the public key that a partner sends to the vendor."""
        return self.folder / f"{issuer}.pub"

    def record_url(self, url: str) -> None:
        """Record `url` as the location of the ledger."""
        files.write_atomically(self.ledger_url, f"{url}\n".encode(), mode=files.PRIVATE)

    @property
    def has_ledger(self) -> bool:
        """Whether the folder is a workspace: it has a ledger, or the URL of one."""
        return self.ledger.is_file() or self.ledger_url.is_file()

    def locate_ledger(self) -> str | Path:
        """Return the path or URL of the ledger; raise `WorkspaceInvalid` if there is no workspace."""
        if self.ledger.is_file():
            return self.ledger
        if not self.ledger_url.is_file():
            raise errors.WorkspaceInvalid(reason="no-ledger", where=str(self.folder))
        text = files.read_bytes(self.ledger_url, limit=2 * _URL_BYTES, what="the URL of a ledger")
        with suppress(errors.TextUnreadable):
            url = first_line(text).decode(errors="replace").strip()
            if database.is_url(url):
                return url
        raise errors.WorkspaceInvalid(reason="no-url", where=str(self.ledger_url))


def require_url(url: str | None) -> None:
    """Raise `PlanRefused` if `url` is not the URL of a server or contains a password. None means the folder."""
    if url is None:
        return
    if not database.is_url(url) or len(url.encode()) >= _URL_BYTES:
        raise errors.PlanRefused(reason="ledger")
    if database.holds_password(url):
        raise errors.PlanRefused(reason="password")
