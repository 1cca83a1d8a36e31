"""Whatever a workspace signs for a pack says what its ledger held before it."""

from licensekit.issuer.ledger.entries import entry, head
from licensekit.issuer.workspace import Workspace
from licensekit.wire.documents import LEDGER
from tests.issuer.test_workspace_proposals import MADE, packed, roots
from tests.workspaces import NOW, SERIAL, WHO, issue, signer, take_back


def newest(workspace: Workspace) -> str:
    """Return number and hash of the newest entry."""
    with workspace.database.read() as ledger:
        number, newest = head(ledger)
    return f"{number}:{newest.hex()}"


def test_what_begins_a_ledger_names_no_entry(workspace: Workspace) -> None:
    state = workspace.state(NOW)
    assert (state.trust.extensions, state.signed_catalog.extensions) == ({}, {})


def test_a_catalog_and_a_list_name_the_entry_before_them(workspace: Workspace) -> None:
    issue(workspace)
    before = newest(workspace)
    take_back(workspace, signer(workspace, "revocations"), who=WHO, now=NOW, confirm=True, serials=[SERIAL])
    first = workspace.state(NOW).last_list
    assert first is not None
    assert first.extensions == {LEDGER: before}
    before = newest(workspace)
    packed(workspace)
    state = workspace.state(NOW)
    assert state.last_list is not None
    assert state.signed_catalog.extensions == {LEDGER: before}
    with workspace.database.read() as ledger:
        catalog = entry(ledger, head(ledger)[0] - 1)
    assert state.last_list.extensions == {LEDGER: f"{catalog.number}:{catalog.hash.hex()}"}


def test_a_trust_document_names_the_entry_before_it(workspace: Workspace) -> None:
    for _ in range(2):
        before = newest(workspace)
        workspace.keys.propose_new(MADE, now=NOW).sign(roots(workspace), who=WHO)
        assert workspace.state(NOW).trust.extensions == {LEDGER: before}
