"""A workspace for every test that asks for one, and keys that open fast."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licensekit import limits
from licensekit.keys import keyfile
from licensekit.vendor.workspace import Workspace
from tests import vendor_world


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seal key files at the lowest cost that is read."""
    monkeypatch.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A new workspace in the folder `acme`."""
    with vendor_world.make(tmp_path / "acme") as workspace:
        yield workspace
