"""A vendor's program goes on with a ledger to whose tables a newer one has added columns."""

from licensekit.database.upgrades import upgrade
from licensekit.issuer import Filters, upgrade_ledger
from licensekit.issuer.ledger.entries import SCHEMA, append
from licensekit.issuer.ledger.projection import Record
from licensekit.issuer.workspace import Workspace
from licensekit.trust.sign import sign
from tests import makers
from tests.wider import wider
from tests.workspaces import NOW, WHO, issue, repack, signer, take_back


def test_everything_is_entered_found_and_verified(workspace: Workspace) -> None:
    issue(workspace, order="A-1")
    assert upgrade(workspace.layout.locate_ledger(), wider(SCHEMA)).schema == 2
    issue(workspace, order="A-2", customer="C-1")
    take_back(workspace, signer(workspace, "revocations"), confirm=True, serials=["1010000014"], reason="lost")
    repack(workspace, "\ncode =", '\nupdate = "https://example.com/licenses"\ncode =')
    key = makers.key("installation", 3)
    with workspace.database.write() as ledger:
        sent = (makers.request(issued=NOW), makers.statement(issued=NOW))
        append(ledger, [Record("accept", NOW, WHO, sign(one, key), one) for one in sent])
    assert [one.order_number for one in workspace.ledger.page(Filters(), now=NOW, limit=9)[0]] == ["A-2", "A-1"]
    assert len(list(workspace.ledger.bundles(Filters(order="A-1"), now=NOW))) == 1
    assert list(workspace.ledger.usage(now=NOW))
    assert workspace.ledger.verify().number == workspace.ledger.count_entries()


def test_a_ledger_of_this_schema_needs_no_upgrade(workspace: Workspace) -> None:
    done = upgrade_ledger(workspace.layout.folder, preview=True)
    assert (done.found, done.schema, done.steps) == (1, 1, ())
