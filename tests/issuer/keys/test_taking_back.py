"""Suspending, revoking, voiding and reinstating: what is asked, signed, kept, and refused."""

from collections.abc import Callable
from typing import Any

import pytest

from licensekit.errors import (
    BundleRevoked,
    ConfirmationNeeded,
    NotCurrent,
    NotIssued,
    NotReinstated,
    OrderConflict,
    OrderInvalid,
)
from licensekit.issuer import LicenseFile, ListProposal, Workspace, renewal
from licensekit.issuer.keys.changes import revoke as revoke_key
from licensekit.issuer.keys.changes import rotate
from licensekit.issuer.ledger.lookup import Filters
from licensekit.trust.sign import sign
from tests import bulk_orders, makers
from tests.partners import put_in_force
from tests.workspaces import DAY, NOW, SERIAL, WHO, accepted, issue, ordered, refused, signer

ACTIONS = ("suspend", "revoke", "void", "reinstate")


def identity(file: LicenseFile) -> bytes:
    """Return the identity of a file's bundle."""
    return makers.identity_of(file.token)


def do(workspace: Workspace, action: str, reason: str = "", **named: Any) -> Any:
    """Sign the list of an action."""
    shown = proposed(workspace, action, reason=reason, **named)
    return shown.sign(signer(workspace, "revocations"), who=WHO, confirm=True)


def proposed(workspace: Workspace, action: str, **named: Any) -> ListProposal:
    """Return what an action would do."""
    shown: ListProposal = getattr(workspace, f"propose_{action}")(now=NOW, **named)
    return shown


def states(workspace: Workspace, serial: str = SERIAL) -> list[str]:
    """Return the states of a serial's bundles, the oldest first."""
    return [one.state for one in reversed(list(workspace.ledger.bundles(Filters(serial=serial), now=NOW)))]


@pytest.mark.parametrize("action", ACTIONS)
def test_whoever_takes_back_or_gives_again_is_asked(workspace: Workspace, action: str) -> None:
    file = issue(workspace)
    if action == "reinstate":
        do(workspace, "suspend", identities=[identity(file)])
    shown = proposed(workspace, action, identities=[identity(file)])
    [asked] = shown.needs_confirmation
    assert f"{SERIAL} base 1" in asked.message
    [follows] = shown.consequences
    assert file.bundle.company in follows.message
    key = signer(workspace, "revocations")
    error = refused(ConfirmationNeeded, workspace.layout.folder, lambda: shown.sign(key, who=WHO))
    assert error.proposal is shown
    shown.sign(key, who=WHO, confirm=True)
    again = proposed(workspace, action, identities=[identity(file)]) if action != "void" else None
    assert again is None or (again.is_done, again.changes, again.needs_confirmation) == (True, (), ())


@pytest.mark.attack("older-bundle-brought-back")
def test_an_old_file_and_an_old_list_do_not_get_around_a_suspension(workspace: Workspace) -> None:
    """Whoever has seen the newer list takes neither the bundle nor the list before it."""
    file, other = issue(workspace), issue(workspace)
    pin = workspace.state(NOW).pin
    do(workspace, "revoke", identities=[identity(other)])
    before = workspace.state(NOW).pack
    do(workspace, "suspend", serials=[SERIAL])
    suspended = workspace.state(NOW).pack
    assert accepted(file, before, pin).token == file.token
    with pytest.raises(BundleRevoked):
        accepted(file._replace(data=file.data + before), suspended, pin)
    do(workspace, "reinstate", serials=[SERIAL])
    assert accepted(file._replace(data=file.data + suspended), workspace.state(NOW).pack, pin).token == file.token
    with pytest.raises(BundleRevoked):
        accepted(other, workspace.state(NOW).pack, pin)


def test_a_revoked_serial_comes_back_whole_and_can_be_renewed(workspace: Workspace) -> None:
    issue(workspace)
    issue(workspace, serial=SERIAL, part="more")
    do(workspace, "revoke", serials=[SERIAL])
    with pytest.raises(OrderInvalid, match="reinstate serial"):
        workspace.propose_issue(ordered(serial=SERIAL), now=NOW)
    shown = proposed(workspace, "reinstate", serials=[SERIAL])
    assert [(one.before, one.after) for one in shown.changes] == [("revoked", "active")] * 2
    do(workspace, "reinstate", serials=[SERIAL])
    assert states(workspace) == ["active", "active"]
    workspace.change(renewal(SERIAL, days=9), signer(workspace), who=WHO, now=NOW, confirm=True)
    workspace.ledger.verify()


def test_who_when_and_why_are_in_every_view(workspace: Workspace) -> None:
    file = issue(workspace)
    do(workspace, "suspend", "not paid", serials=[SERIAL])
    wanted = {"state_action": "suspend", "state_by": WHO, "state_reason": "not paid"}
    [listed] = workspace.ledger.bundles(Filters(state="suspended"), now=NOW)
    [entry] = workspace.ledger.look_up(identity(file).hex())
    for found in (listed.plain(), entry.plain()):
        assert wanted.items() <= found.items()
        assert found["state_since"] is not None
    last = list(workspace.ledger.entries())[-1]
    assert (last.action, last.note, last.order) == ("suspend", "not paid", f'{{"bundles":[],"serials":["{SERIAL}"]}}')
    do(workspace, "reinstate", "paid", serials=[SERIAL])
    change = workspace.ledger.bundle(f"{SERIAL}-base-1").change
    assert change is not None
    assert str(change).endswith("by anna: paid")


def returned(workspace: Workspace, file: LicenseFile) -> None:
    """Accept the return of an unbound bundle."""
    data = makers.file_of(sign(makers.receipt(identity=identity(file)), makers.installation_key()))
    key = signer(workspace, "revocations")
    workspace.customers.propose_accept(data, now=NOW).sign(key, who=WHO, confirm=True)


def key_revoked(workspace: Workspace, file: LicenseFile) -> None:
    """Suspend a bundle, and revoke the key that signed it."""
    do(workspace, "suspend", identities=[identity(file)])
    put_in_force(workspace, [revoke_key(workspace.state(NOW).trust, "signing-1", NOW)], NOW)


REFUSED: dict[str, tuple[Callable[[Workspace, LicenseFile], object], str]] = {
    "void": (lambda w, f: do(w, "void", identities=[identity(f)]), "is void"),
    "serial": (lambda w, _: do(w, "suspend", serials=[SERIAL]), "revoked or suspended as a whole"),
    "key": (key_revoked, "a key that was revoked"),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_does_not_come_back_that_way_is_refused_with_the_reason(workspace: Workspace, reason: str) -> None:
    file = issue(workspace)
    prepare, said = REFUSED[reason]
    prepare(workspace, file)
    action = lambda: proposed(workspace, "reinstate", identities=[identity(file)])  # noqa: E731  # named once
    error = refused(NotReinstated, workspace.layout.folder, action)
    assert error.reason == reason
    assert said in error.message


def test_what_is_suspended_is_signed_again_with_the_rest_and_can_be_reinstated(workspace: Workspace) -> None:
    """A customer whose license is suspended loses nothing when a key is lost."""
    file = issue(workspace)
    do(workspace, "suspend", identities=[identity(file)])
    trust, key = workspace.state(NOW).trust, makers.key("second")
    put_in_force(workspace, [rotate(trust, trust.keys[0], key.verifying_key, "second", NOW)], NOW)
    [again] = workspace.propose_reissue("signing-1", now=NOW).sign(key, who=WHO)
    assert again.bundle.state == "suspended"
    put_in_force(workspace, [revoke_key(workspace.state(NOW).trust, "signing-1", NOW)], NOW)
    proposed(workspace, "reinstate", identities=[identity(file)]).sign(key, who=WHO, confirm=True)
    assert states(workspace) == ["active"]


def test_bundles_that_were_taken_back_themselves_are_named_when_their_serial_is_reinstated(
    workspace: Workspace,
) -> None:
    gone = issue(workspace)
    issue(workspace, serial=SERIAL, part="more")
    do(workspace, "revoke", identities=[identity(gone)])
    do(workspace, "suspend", serials=[SERIAL])
    shown = proposed(workspace, "reinstate", serials=[SERIAL])
    assert [one.reason for one in shown.consequences] == ["counts-again", "stays"]
    do(workspace, "reinstate", serials=[SERIAL])
    assert states(workspace) == ["revoked", "active"]


def test_a_suspended_bundle_is_revoked_by_another_list_with_the_same_content(workspace: Workspace) -> None:
    file = issue(workspace)
    first = do(workspace, "suspend", identities=[identity(file)])
    second = do(workspace, "revoke", identities=[identity(file)])
    assert (second.number, second.identities) == (first.number + 1, first.identities)
    assert states(workspace) == ["revoked"]
    assert do(workspace, "suspend", identities=[identity(file)]).number == second.number


def test_what_nobody_issued_can_be_revoked_and_reinstated_by_its_identity(workspace: Workspace) -> None:
    """A thief's bundle, say; the ledger has no state for it."""
    taken = do(workspace, "revoke", identities=[bytes(16)])
    assert taken.identities == [bytes(16)]
    assert do(workspace, "reinstate", identities=[bytes(16)]).identities == []
    with pytest.raises(NotIssued):
        proposed(workspace, "suspend", serials=["1010000022"])


def test_the_order_of_a_void_bundle_is_issued_again_with_what_was_meant(workspace: Workspace) -> None:
    """Its sequence is not used again, and both are found under the number."""
    wrong = issue(workspace, order="A-1", users={"standard": 500})
    with pytest.raises(OrderConflict):
        issue(workspace, order="A-1")
    do(workspace, "void", "a slip", identities=[identity(wrong)])
    right = issue(workspace, order="A-1", serial=SERIAL)
    assert (wrong.bundle.sequence, right.bundle.sequence) == (1, 2)
    assert issue(workspace, order="A-1", serial=SERIAL).is_repeated
    assert [one.state for one in workspace.ledger.look_up("A-1")] == ["void", "active"]
    assert states(workspace) == ["void", "active"]
    with pytest.raises(OrderConflict):
        issue(workspace, order="A-1", serial=SERIAL, users={"standard": 500})
    workspace.ledger.verify()


def test_orders_of_void_bundles_are_issued_again_in_bulk(workspace: Workspace) -> None:
    wrong = issue(workspace, order="A-1", users={"standard": 500})
    do(workspace, "void", identities=[identity(wrong)])
    done = bulk_orders.issue(workspace, bulk_orders.content(1), bulk_orders.content(2))
    assert [one.file.is_repeated for one in done if one.file is not None] == [False, False]
    assert bulk_orders.orders_in(workspace) == ["A-1", "A-1", "A-2"]


def test_a_void_renewal_leaves_the_one_before_in_force(workspace: Workspace) -> None:
    issue(workspace)
    slip = workspace.change(renewal(SERIAL, days=900), signer(workspace), who=WHO, now=NOW, confirm=True)
    shown = proposed(workspace, "void", identities=[identity(slip)])
    assert {(one.before, one.after) for one in shown.changes} == {("active", "void"), ("replaced", "active")}
    do(workspace, "void", identities=[identity(slip)])
    assert states(workspace) == ["active", "void"]
    meant = workspace.change(renewal(SERIAL, days=90), signer(workspace), who=WHO, now=NOW, confirm=True)
    assert meant.bundle.sequence == 3


def test_a_whole_serial_that_is_void_can_be_sold(workspace: Workspace) -> None:
    """The slip says nothing about company or part either."""
    issue(workspace, company="Acme", part="bsae")
    issue(workspace, serial=SERIAL, company="Acme", part="more")
    taken = do(workspace, "void", serials=[SERIAL])
    assert (len(taken.identities), taken.serials) == (2, [])
    assert issue(workspace, serial=SERIAL, company="Fjord", part="base").bundle.sequence == 1
    assert states(workspace) == ["void", "void", "active"]


@pytest.mark.parametrize(("action", "said"), [("suspend", "reinstate"), ("void", "sells it again")])
def test_what_is_not_in_force_is_not_renewed_and_not_issued_again(workspace: Workspace, action: str, said: str) -> None:
    file = issue(workspace, order="A-1")
    do(workspace, action, identities=[identity(file)])
    with pytest.raises(NotCurrent, match=said):
        workspace.propose_change(renewal(SERIAL, days=9), now=NOW + DAY)
    if action == "suspend":
        with pytest.raises(OrderConflict, match="is suspended"):
            issue(workspace, order="A-1")


def test_a_return_of_what_is_suspended_counts(workspace: Workspace) -> None:
    file = issue(workspace)
    do(workspace, "suspend", identities=[identity(file)])
    returned(workspace, file)
    assert states(workspace) == ["returned"]
    with pytest.raises(NotReinstated, match="was returned"):
        proposed(workspace, "reinstate", identities=[identity(file)])
