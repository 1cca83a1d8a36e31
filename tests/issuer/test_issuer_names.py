"""`licensekit.issuer` shows its public names, each with one home and a useful `repr`."""

import subprocess
import sys

import pytest

from licensekit import issuer
from licensekit.issuer import Workspace
from tests.workspaces import NOW, PASSPHRASE, signer


@pytest.mark.parametrize("name", issuer.__all__)
def test_each_name_is_there_and_shown(name: str) -> None:
    assert getattr(issuer, name) is not None
    assert name in dir(issuer)


def test_a_repr_says_where_and_nothing_secret(workspace: Workspace) -> None:
    folder = str(workspace.layout.folder)
    for part in (workspace, workspace.keys, workspace.catalog):
        assert folder in repr(part)
    assert workspace.database.location in repr(workspace.ledger)
    assert PASSPHRASE.decode() not in repr(signer(workspace))
    assert "to confirm: nothing" in repr(workspace.catalog.propose_pack(now=NOW))


@pytest.mark.process
def test_a_customers_command_does_not_load_it() -> None:
    code = (
        "import sys, licensekit.cli.main as m\n"
        "m.licensekit(['status', '--help'], standalone_mode=False)\n"
        "assert not [name for name in sys.modules if name.startswith('licensekit.issuer')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
