"""The name under which customers find their newest file: drawn once for a serial, and kept."""

from licensekit.issuer.bulk.lines import OrderLine
from licensekit.issuer.orders.amendment import amendment, renewal
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.workspace import Workspace
from licensekit.trust.sign import sign
from licensekit.wire.documents import ANSWERS, PICKUP
from licensekit.wire.frame import INSTALLATION
from tests import makers
from tests.issuer.exchange.test_answers import request
from tests.workspaces import NOW, SERIAL, WHO, issue, offer_updates, ordered, signer


def pickup(file: LicenseFile) -> object:
    """Return the pickup of a file's bundle."""
    return file.bundle.extensions.get(PICKUP)


FIRST, SECOND = (f"{number:02x}" * 16 for number in (2, 4))
"""Each serial draws one when its order is proposed, and one when it is signed."""


def test_a_bundle_has_none_while_the_catalog_names_no_address(workspace: Workspace) -> None:
    assert issue(workspace).bundle.extensions == {}


def test_each_serial_has_its_own(updating: Workspace) -> None:
    assert [pickup(issue(updating)) for _ in range(2)] == [FIRST, SECOND]


def test_it_stays_over_parts_renewals_amendments_and_uses(updating: Workspace) -> None:
    key = signer(updating)
    files = [
        issue(updating, use="trial"),
        issue(updating, serial=SERIAL, part="extra"),
        updating.change(renewal(SERIAL, days=9), key, who=WHO, now=NOW, confirm=True),
        updating.change(amendment(SERIAL, {"use": "production"}), key, who=WHO, now=NOW, confirm=True),
    ]
    assert {pickup(file) for file in files} == {FIRST}


def test_what_was_sold_before_there_was_an_address_gets_one_when_it_is_renewed(workspace: Workspace) -> None:
    issue(workspace)
    offer_updates(workspace)
    asked = renewal(SERIAL, days=9)
    files = [workspace.change(asked, signer(workspace), who=WHO, now=NOW, confirm=True) for _ in range(2)]
    [drawn] = {pickup(file) for file in files}
    assert isinstance(drawn, str)
    assert len(bytes.fromhex(drawn)) == 16


def test_an_answer_has_it_beside_the_request_that_it_answers(updating: Workspace) -> None:
    token = sign(request(7), makers.key("installation", INSTALLATION))
    asked = updating.customers.read_request(makers.file_of(token), now=NOW)
    file = updating.customers.propose_answer(asked, ordered(), now=NOW).sign(signer(updating), who=WHO)
    assert file.bundle.extensions == {PICKUP: FIRST, ANSWERS: "07" * 16}


def test_many_orders_get_one_each(updating: Workspace) -> None:
    lines = [OrderLine("", ordered(order=str(number)), 0) for number in range(3)]
    again = OrderLine("", ordered(order="again", serial=SERIAL), 0)
    done = list(updating.issue_bulk([*lines, again], signer(updating), who=WHO, now=NOW))
    assert not any(one.error for one in done)
    with updating.read(NOW) as tx:
        rows = tx.ledger.rows("SELECT serial FROM bundles ORDER BY number")
    found = [updating.ledger.bundle(f"{serial}-base-1").bundle.extensions[PICKUP] for (serial,) in rows]
    assert len(set(found)) == 3
    second = updating.ledger.bundle(f"{SERIAL}-base-2").bundle.extensions[PICKUP]
    assert second == found[0]
