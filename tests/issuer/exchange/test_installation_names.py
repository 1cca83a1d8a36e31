"""Installations have names and purposes: from their requests, or by hand, and people see them."""

from collections.abc import Mapping
from typing import Any

import pytest

from licensekit import limits
from licensekit.errors import EntryInvalid, NotIssued
from licensekit.issuer.ledger.installations import KnownInstallation
from licensekit.issuer.workspace import Workspace
from licensekit.trust.sign import sign
from licensekit.wire.documents import NAME, PURPOSE, Document
from tests import makers
from tests.workspaces import NOW, WHO, issue, ordered, signer

OSLO: Mapping[str, Any] = {NAME: "Oslo test", PURPOSE: "test"}


def answer(workspace: Workspace, extensions: Mapping[str, Any], nonce: int = 1, name: str = "installation") -> str:
    """Answer the request of an installation, and return its serial."""
    told = {"product": "acme", "serial": None, "issued": NOW, "nonce": bytes([nonce] * 16)}
    request = makers.request(**told, audit_head=bytes([nonce] * 32), extensions=dict(extensions))
    data = makers.file_of(sign(request, makers.installation_key(name)))
    read = workspace.customers.read_request(data, now=NOW)
    draft = ordered(order=f"A-{nonce}")
    proposal = workspace.customers.propose_answer(read, draft, now=NOW)
    return proposal.sign(signer(workspace), who=WHO).bundle.serial


def accept(workspace: Workspace, document: Document, name: str = "installation") -> None:
    data = makers.file_of(sign(document, makers.installation_key(name)))
    workspace.customers.propose_accept(data, now=NOW).sign(signer(workspace, "revocations"), who=WHO, confirm=True)


def known(workspace: Workspace) -> list[KnownInstallation]:
    customer = workspace.customers.find(limit=1)[0][0]
    return workspace.customers.installations(customer.number)


def test_an_answer_keeps_what_a_request_says_of_its_installation(workspace: Workspace) -> None:
    serial = answer(workspace, OSLO)
    [one] = known(workspace)
    assert one[:2] == (makers.installation_id(), serial)
    assert (one.name, one.purpose, one.heard) == ("Oslo test", "test", NOW)
    assert [found.name for found in workspace.customers.find("oslo", limit=9)[0]] == ["Nordlys Kraft AS"]


@pytest.mark.parametrize(
    "extensions",
    [{}, {NAME: 7, PURPOSE: True}, {NAME: "n" * (limits.NAME_LENGTH + 1), PURPOSE: "other"}],
    ids=["absent", "other types", "out of bounds"],
)
def test_what_has_another_form_counts_as_absent(workspace: Workspace, extensions: Mapping[str, Any]) -> None:
    answer(workspace, extensions)
    [one] = known(workspace)
    assert (one.name, one.purpose) == ("", "")


def test_a_later_request_without_a_name_leaves_the_name(workspace: Workspace) -> None:
    first = answer(workspace, OSLO)
    assert answer(workspace, {PURPOSE: "recovery"}, 2) != first
    [one] = known(workspace)
    assert (one.name, one.purpose) == ("Oslo test", "recovery")


def test_a_statement_and_a_receipt_keep_the_serial_that_an_installation_has(workspace: Workspace) -> None:
    files = [issue(workspace) for _ in range(2)]
    accept(workspace, makers.statement(serial=files[0].bundle.serial, usage={}, issued=NOW))
    assert [(one.serial, one.name) for one in known(workspace)] == [(files[0].bundle.serial, "")]
    accept(workspace, makers.receipt(identity=makers.identity_of(files[1].token), audit_head=bytes([2] * 32)))
    assert [one.serial for one in known(workspace)] == [files[1].bundle.serial]


def test_an_installation_is_named_by_serial_or_by_the_beginning_of_its_hash(workspace: Workspace) -> None:
    serial = answer(workspace, {})
    digits = makers.installation_id().hex()
    for name in (serial, digits, digits[:8], digits[:9].upper()):
        assert workspace.customers.put_installation(name, called=f"Named {name}").name == f"Named {name}"
    assert workspace.customers.put_installation(serial, purpose="production").name.startswith("Named")
    assert [one.name for one in workspace.customers.find("named", limit=9)[0]] == ["Nordlys Kraft AS"]
    workspace.customers.put_installation(serial, called="")
    assert workspace.customers.find("named", limit=9)[0] == []


def test_an_installation_goes_with_its_serial_to_another_customer(workspace: Workspace) -> None:
    serial = answer(workspace, OSLO)
    other = workspace.overriding("other-company")
    other.issue(ordered(company="B", serial=serial, part="b"), signer(workspace), who=WHO, now=NOW)
    for name, count in (("Nordlys Kraft AS", 0), ("B", 1)):
        customer = workspace.customers.get(name)
        assert len(workspace.customers.installations(customer.number)) == count


@pytest.mark.parametrize("name", ["", "ffffffff", "1010000022", "%"])
def test_an_installation_that_is_not_there_is_refused(workspace: Workspace, name: str) -> None:
    answer(workspace, {})
    with pytest.raises(NotIssued):
        workspace.customers.put_installation(name, called="x")


def test_less_than_8_digits_and_what_several_have_is_refused(workspace: Workspace) -> None:
    serial = issue(workspace).bundle.serial
    for name in ("installation", "other"):
        accept(workspace, makers.statement(serial=serial, usage={}, issued=NOW), name)
    for name in (makers.installation_id().hex()[:7], serial):
        with pytest.raises(NotIssued):
            workspace.customers.put_installation(name, called="x")


def test_a_name_that_nobody_can_see_is_refused(workspace: Workspace) -> None:
    serial = answer(workspace, {})
    with pytest.raises(EntryInvalid):
        workspace.customers.put_installation(serial, called="a\x00")


def test_people_see_the_name_beside_the_hash(workspace: Workspace) -> None:
    serial = answer(workspace, OSLO)
    for head in (3, 4):  # both follow on the same
        stated = makers.statement(serial=serial, usage={}, issued=NOW + head, audit_head=bytes([head] * 32))
        accept(workspace, makers.changed(stated, extensions={"follows": bytes([1] * 32).hex()}))
    [warning] = workspace.ledger.warnings_about([makers.installation_id()])
    [report] = workspace.ledger.usage(serial, now=NOW)
    for one in (warning, *report.warnings):
        assert "called Oslo test has sent" in one.message
    shown = workspace.ledger.look_up(serial)
    assert {one.plain()["installation"] for one in shown} == {"Oslo test"}
