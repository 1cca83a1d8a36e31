"""A workspace for every test that asks for one, and keys that open fast."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licensekit import limits
from licensekit.database import is_url
from licensekit.issuer.workspace import Workspace
from licensekit.keys import keyfile
from tests import workspaces


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seal key files at the lowest cost that is read."""
    monkeypatch.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)


@pytest.fixture
def workspace(tmp_path: Path, location: str) -> Iterator[Workspace]:
    """A new workspace in the folder `acme`, its ledger there or on a server."""
    url = location if is_url(location) else None
    with workspaces.make(tmp_path / "acme", ledger=url) as workspace:
        yield workspace
