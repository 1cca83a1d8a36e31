"""An order becomes one bundle, once: checked whole, signed, entered, then handed out."""

from typing import Any

import pytest

from licensekit.dates import day_at
from licensekit.errors import KeyUnknown, OrderConflict, OrderInvalid, OrderSerialInvalid
from licensekit.issuer.ledger import bundles
from licensekit.issuer.ledger.entries import LedgerEntry, append, entry, head
from licensekit.issuer.ledger.projection import Record
from licensekit.issuer.orders.amendment import renewal
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import SigningKey
from licensekit.limits import VERSION
from licensekit.wire.documents import LowestOfUses, encode
from licensekit.wire.frame import ED25519
from tests import makers
from tests.workspaces import NOW, SERIAL, accepted, issue, ordered, refused, signer


def revoke(workspace: Workspace, **taken: Any) -> None:
    """Enter a revocation list."""
    with workspace.database.write() as ledger:
        lists = makers.revocations(issuer="acme", product="acme", issued=NOW, **taken)
        token = makers.seal("revocations", encode(lists), signer(workspace))
        append(ledger, [Record("revoke", NOW, "anna", token, lists)])


def last_entry(workspace: Workspace) -> LedgerEntry:
    """Return the last entry."""
    with workspace.database.read() as ledger:
        return entry(ledger, head(ledger)[0])


def test_an_application_takes_what_was_issued(workspace: Workspace) -> None:
    state = workspace.state(NOW)
    bundle = accepted(issue(workspace), state.pack, state.pin).document
    assert (bundle.serial, bundle.part, bundle.sequence) == (SERIAL, "base", 1)
    assert (bundle.system, bundle.users) == ({"server": 1, "reports": 1}, {"standard": 25})
    assert (bundle.issued, bundle.expiry) == (NOW, day_at(NOW) + 365)


def test_the_ledger_has_the_bytes_who_and_when_before_the_file_is_there(workspace: Workspace) -> None:
    file = issue(workspace, order="A-1")
    found = last_entry(workspace)
    assert found.token == file.token
    assert (found.action, found.who, found.at, found.order_number) == ("issue", "anna", NOW, "A-1")


@pytest.mark.attack("order-signed-twice")
def test_the_same_order_gives_the_same_bundle_and_enters_nothing(workspace: Workspace) -> None:
    first = issue(workspace, order="A-1")
    before = workspace.ledger.count_entries()
    again = issue(workspace, order="A-1", now=NOW + 999_999)
    looked_up = workspace.propose_issue(ordered(order="A-1"), now=NOW).repeated
    assert (again.token, again.data, again.is_repeated) == (first.token, first.data, True)
    assert looked_up == again
    assert workspace.ledger.count_entries() == before
    assert not first.is_repeated


def test_true_and_one_are_the_same_order(workspace: Workspace) -> None:
    first = issue(workspace, order="A-1", system={"server": True})
    assert issue(workspace, order="A-1", system={"server": 1}).token == first.token


@pytest.mark.attack("order-signed-twice")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"users": {"standard": 26}}, "users.standard: 25 -> 26"),
        ({"users": {"standard": "unrestricted"}}, "users.standard: 25 -> unrestricted"),
        ({"users": {"professional": 1}}, "users.standard: 25 -> none, users.professional: none -> 1"),
        ({"days": None, "expiry": "2028-01-01"}, "expiry: none -> 2028-01-01"),
        ({"use": "trial"}, "use: none -> trial"),
        ({"company": "Fjord"}, "company: Nordlys Kraft AS -> Fjord"),
    ],
)
def test_a_changed_order_of_one_number_is_refused_with_the_difference(
    workspace: Workspace, changes: dict[str, Any], said: str
) -> None:
    issue(workspace, order="A-1")
    error = refused(OrderConflict, workspace.layout.folder, lambda: issue(workspace, order="A-1", **changes))
    assert said in error.message


def test_an_order_without_a_number_is_issued_each_time(workspace: Workspace) -> None:
    assert [issue(workspace).name for _ in range(2)] == ["acme-1010000014-base-1.lic", "acme-1010000022-base-1.lic"]


def test_an_order_for_a_known_serial_gets_its_next_sequence(workspace: Workspace) -> None:
    issue(workspace)
    files = [issue(workspace, serial=SERIAL), issue(workspace, serial=SERIAL, sequence=7)]
    files += [issue(workspace, serial=SERIAL), issue(workspace, serial=SERIAL, part="more")]
    assert [(file.bundle.part, file.bundle.sequence) for file in files] == [
        ("base", 2),
        ("base", 7),
        ("base", 8),
        ("more", 1),
    ]


def test_a_requirement_may_be_granted_by_another_part_of_the_serial(workspace: Workspace) -> None:
    issue(workspace)
    file = issue(workspace, serial=SERIAL, part="more", system=None, users={"report-editor": 5})
    assert file.bundle.users == {"report-editor": 5}


def test_the_part_itself_does_not_grant_what_its_next_sequence_requires(workspace: Workspace) -> None:
    issue(workspace)
    error = refused(
        OrderInvalid,
        workspace.layout.folder,
        lambda: issue(workspace, serial=SERIAL, system=None, users={"report-editor": 5}),
    )
    assert "requires" in error.message


@pytest.mark.parametrize("part", ["base", "more"])
def test_a_serial_without_a_next_sequence_goes_on_as_one_that_replaces_it(workspace: Workspace, part: str) -> None:
    """An order may run a sequence up; what no document can hold is never proposed."""
    issue(workspace, part=part, sequence=VERSION)
    key, renewed = signer(workspace), renewal(SERIAL, part=part, days=30)
    for action in (
        lambda: issue(workspace, serial=SERIAL, part=part),
        lambda: workspace.change(renewed, key, who="anna", now=NOW, confirm=True),
    ):
        [fault] = refused(OrderInvalid, workspace.layout.folder, action).faults
        assert isinstance(fault, OrderSerialInvalid)
        assert (fault.where, fault.reason, fault.last) == ("sequence", "used-up", VERSION)
        assert f'replaces = ["{SERIAL}"]' in fault.hint
    assert issue(workspace, serial=SERIAL, part=part, use="trial").bundle.sequence == 1
    newer = issue(workspace, replaces=[SERIAL])
    state = workspace.state(NOW)
    assert accepted(newer, state.pack, state.pin).document.replaces == [SERIAL]
    assert issue(workspace, serial=newer.bundle.serial).bundle.sequence == 2


def test_a_sequence_below_the_lowest_that_counts_is_skipped(workspace: Workspace) -> None:
    issue(workspace)
    revoke(workspace, lowest={SERIAL: {"base": LowestOfUses(5, None, None)}})
    assert issue(workspace, serial=SERIAL).bundle.sequence == 5
    assert issue(workspace, serial=SERIAL, part="more").bundle.sequence == 1


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"users": {"standrad": 1}}, {"users.standrad"}),
        ({"serial": "1010000041"}, {"serial"}),
        ({"replaces": "1010000041"}, {"replaces"}),
        ({"serial": SERIAL, "sequence": 1}, {"sequence"}),
        ({"system": None, "users": {"report-editor": 0, "nobody": 1}}, {"users.report-editor", "users.nobody"}),
    ],
)
def test_an_order_is_refused_with_all_its_faults_and_nothing_is_issued(
    workspace: Workspace, changes: dict[str, Any], where: set[str]
) -> None:
    issue(workspace)
    for action in (lambda: issue(workspace, **changes), lambda: workspace.propose_issue(ordered(**changes), now=NOW)):
        error = refused(OrderInvalid, workspace.layout.folder, action)
        assert where <= {fault.where for fault in error.faults}


def test_a_revoked_serial_gets_no_more_bundles(workspace: Workspace) -> None:
    issue(workspace)
    revoke(workspace, serials=[SERIAL])
    error = refused(OrderInvalid, workspace.layout.folder, lambda: issue(workspace, serial=SERIAL))
    assert "revoked" in error.message


def test_a_key_that_the_trust_document_does_not_name_signs_nothing(workspace: Workspace) -> None:
    stranger = SigningKey.generate(ED25519)
    refused(KeyUnknown, workspace.layout.folder, lambda: workspace.issue(ordered(), stranger, who="anna", now=NOW))


def test_bundles_know_their_standing(workspace: Workspace) -> None:
    issue(workspace)
    issue(workspace, serial=SERIAL)
    with workspace.database.read() as ledger:
        assert [one.state for one in bundles.of_serial(ledger, SERIAL)] == ["replaced", "active"]


def test_made_serials_count_up_and_leave_out_those_that_are_taken(workspace: Workspace) -> None:
    issue(workspace.overriding("unknown-serial"), serial="1010000022")
    made = [issue(workspace, order=f"A-{n}").bundle.serial for n in range(3)]
    assert made == ["1010000014", "1010000030", "1010000048"]


def test_an_order_that_cannot_be_read_is_not_another_order_of_its_number(workspace: Workspace) -> None:
    """Its faults are what is wrong, and not what is missing because of them."""
    issue(workspace, order="A-1")
    [fault] = refused(OrderInvalid, workspace.layout.folder, lambda: issue(workspace, order="A-1", dayz=365)).faults
    assert fault.where == "dayz"
