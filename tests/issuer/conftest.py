"""A workspace for every test that asks for one, and keys that open fast."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from licensekit import limits
from licensekit.database import is_url
from licensekit.issuer.workspace import Workspace
from licensekit.keys import keyfile
from tests import workspaces
from tests.cheap_keys import cheap_keys

__all__ = ["cheap_keys"]


@pytest.fixture(scope="session")
def workspace_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new workspace, whose keys are made once."""
    folder = tmp_path_factory.mktemp("template") / "acme"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)
        workspaces.make(folder).close()
    return folder


@pytest.fixture
def workspace(tmp_path: Path, location: str, workspace_template: Path) -> Iterator[Workspace]:
    """A new workspace in the folder `acme`, its ledger there or on a server."""
    folder = tmp_path / "acme"
    if is_url(location):
        opened = workspaces.make(folder, ledger=location)
    else:
        shutil.copytree(workspace_template, folder)
        opened = Workspace.open(folder)
    with opened:
        yield opened


@pytest.fixture
def updating(workspace: Workspace) -> Iterator[Workspace]:
    """A workspace whose catalog says where newest files lie, and whose draws can be foreseen."""
    numbers = count(1)
    with Workspace.open(workspace.layout.folder, lambda size: bytes([next(numbers)] * size)) as opened:
        workspaces.offer_updates(opened)
        yield opened
