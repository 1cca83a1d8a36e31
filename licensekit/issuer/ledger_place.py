"""Where the ledger of a workspace is: in its folder, or at the URL that is recorded there."""

from pathlib import Path
from typing import Final

from licensekit.database import holds_password, is_url
from licensekit.errors import WorkspaceError, WorkspaceInvalid
from licensekit.files import read_bytes, write_atomically
from licensekit.issuer.layout import Layout

_BYTES: Final = 4096


def require_url(url: str) -> None:
    """Refuse what cannot be recorded as the place of a ledger.

    Raises:
        WorkspaceError: it is no URL of a server, or has a password in it, which is not repeated.
        DatabaseUnavailable: it is malformed, or there is no driver.
    """
    if not is_url(url) or len(url.encode()) >= _BYTES:
        raise WorkspaceError(
            "this is no place for a ledger", hint="give a URL: postgresql://user@host/database"
        )
    if holds_password(url):
        raise WorkspaceError(
            "the URL of the ledger has a password in it, and would be kept in the workspace",
            hint="leave it out and keep it in a password file (PGPASSFILE) or a service file",
        )


def record(layout: Layout, url: str) -> None:
    """Record in the workspace that its ledger is at `url`."""
    write_atomically(layout.ledger_url, f"{url}\n".encode())


def place(layout: Layout) -> str | Path:
    """Give the place of the workspace's ledger: a path, or a URL.

    Raises:
        WorkspaceInvalid: there is no workspace.
        FileUnusable, TooLarge: it cannot be read where the ledger is.
    """
    if layout.ledger.is_file():
        return layout.ledger
    if not layout.ledger_url.is_file():
        raise WorkspaceInvalid(
            "this is no workspace: it has no ledger",
            where=str(layout.folder),
            hint="give the workspace with -C DIR, or make one with `licensekit init DIR`",
        )
    text = read_bytes(layout.ledger_url, limit=_BYTES, what="the place of a ledger")
    url = text.decode(errors="replace").strip()
    if not is_url(url):
        raise WorkspaceInvalid("this names no ledger on a server", where=str(layout.ledger_url))
    return url
