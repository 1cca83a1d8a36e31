"""A workspace that this account may not write to is read like any other, and nothing appears in it."""

import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

from licensekit.issuer import Workspace
from tests.issuer_command import Desk

READING: Final = {
    "list": ("ledger", "list"),
    "show": ("ledger", "show", "1010000014"),
    "verify": ("ledger", "verify"),
    "usage": ("ledger", "usage"),
    "export": ("ledger", "export", "-o", "-"),
    "doctor": ("ledger", "doctor"),
    "catalog show": ("catalog", "show"),
    "catalog diff": ("catalog", "diff"),
    "keys": ("keys", "list"),
    "publishing": ("publish", "{acme}/../www"),
    "preview of an order": ("issue", "{acme}/orders/example.toml", "--preview"),
    "preview of a renewal": ("renew", "1010000014", "--days", "30", "--preview"),
    "preview of revoking": ("revoke", "serial", "1010000014", "--preview"),
    "preview of absorbing": ("ledger", "absorb", "sent.lic", "--preview"),
    "preview of a pack": ("pack", "--preview"),
}


@pytest.fixture(params=["closed", "with its log"])
def acme(desk: Desk, request: pytest.FixtureRequest) -> Path:
    """A workspace in which something was issued; perhaps its log is still beside the ledger."""
    folder = desk.folder / "acme"
    (desk.folder / "www").mkdir()
    with Workspace.open(folder):
        desk.run("issue", "acme/orders/example.toml", "-C", "acme", "-o", "sent.lic", *desk.passphrase)
        copy = shutil.copytree(folder, desk.folder / "copy")
    assert (copy / "ledger.db-wal").stat().st_size
    return folder if request.param == "closed" else copy


@pytest.mark.parametrize("name", READING)
def test_reading_needs_no_right_to_write(desk: Desk, acme: Path, unprivileged: Callable[[], None], name: str) -> None:
    import_module("tty")  # a progress bar needs it, and the lesser account may not read the standard library
    unprivileged()
    places = [acme, *acme.rglob("*")]
    for one in places:
        one.chmod(0o555 if one.is_dir() else 0o444)
    before = contents(acme)
    shown = desk.run(*(word.format(acme=acme) for word in READING[name]), "-C", str(acme))
    assert shown.output
    assert contents(acme) == before
    for one in places:
        one.chmod(0o755)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, those of the engine as well."""
    return {str(one): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
