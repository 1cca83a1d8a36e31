"""A vendor's product and a license of it, as whoever ships an application has them."""

from pathlib import Path

import pytest

from tests.issuer_command import Desk


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `acme_licensing.py`, `acme.lic` and the vendor's workspace `acme`."""
    desk = Desk.begin(tmp_path_factory.mktemp("shipped"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(desk.folder)
        desk.run("init", "acme", *desk.both_passphrases)
        desk.run("issue", "acme/orders/example.toml", "-C", "acme", "-o", "acme.lic", *desk.passphrase)
    return desk.folder
