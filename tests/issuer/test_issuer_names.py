"""What the parts of `licensekit.issuer` show as their `repr`."""

from licensekit.issuer import Workspace
from tests.workspaces import NOW, PASSPHRASE, signer


def test_a_repr_says_where_and_nothing_secret(workspace: Workspace) -> None:
    folder = str(workspace.layout.folder)
    for part in (workspace, workspace.keys, workspace.catalog):
        assert folder in repr(part)
    assert workspace.database.location in repr(workspace.ledger)
    assert PASSPHRASE.decode() not in repr(signer(workspace))
    assert "to confirm: nothing" in repr(workspace.catalog.propose_pack(now=NOW))
