"""Customers of a ledger: every serial has one, found by what people type."""

import pytest

from licensekit.errors import NotIssued
from licensekit.issuer.ledger.customers import customer_named, customer_of, serials_of
from licensekit.issuer.ledger.lookup import Filters
from licensekit.issuer.workspace import Workspace
from tests.workspaces import NOW, issue


def test_serials_of_one_company_belong_to_one_customer(workspace: Workspace) -> None:
    serials = [issue(workspace, company=name).bundle.serial for name in ("Løvås AS", "LØVÅS AS", "Beta")]
    with workspace.database.read() as ledger:
        owners = [customer_of(ledger, serial) for serial in serials]
        assert [one and one.name for one in owners] == ["Løvås AS", "Løvås AS", "Beta"]
        assert owners[0] == owners[1]
        assert owners[0] is not None
        assert serials_of(ledger, owners[0].number) == sorted(serials[:2])
        assert customer_of(ledger, "unknown") is None


@pytest.mark.parametrize("text", ["Løvås AS", " løvås as", "lovas", "as LOV"])
def test_a_customer_is_found_as_people_type(workspace: Workspace, text: str) -> None:
    issue(workspace, company="Løvås AS")
    issue(workspace, company="Beta")
    with workspace.database.read() as ledger:
        assert customer_named(ledger, text).name == "Løvås AS"


@pytest.mark.parametrize(("text", "reason"), [("", "customer"), ("gamma", "customer"), ("lo", "customers")])
def test_a_text_that_finds_none_or_several_is_refused(workspace: Workspace, text: str, reason: str) -> None:
    for name in ("Løvås AS", "Lothar"):
        issue(workspace, company=name)
    with workspace.database.read() as ledger, pytest.raises(NotIssued) as refused:
        customer_named(ledger, text)
    assert refused.value.reason == reason


def test_bundles_are_listed_by_customer_and_by_company_without_accents(workspace: Workspace) -> None:
    serials = {issue(workspace, company="Løvås AS").bundle.serial for _ in range(3)}
    issue(workspace, company="Beta")
    for filters in (Filters(customer="løvås as"), Filters(company="LOVA")):
        assert {one.bundle.serial for one in workspace.ledger.bundles(filters, now=NOW)} == serials
