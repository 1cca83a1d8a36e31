"""Customers of a ledger: every serial has one, orders name them, people find, rename and merge them."""

import json
from pathlib import Path
from typing import Any

import pytest

from licensekit.errors import ConfirmationNeeded, EntryInvalid, EntryTaken, NotIssued, OrderConflict, OrderInvalid
from licensekit.issuer import diagnose_ledger, restore_ledger
from licensekit.issuer.bulk.lines import csv_lines, json_lines
from licensekit.issuer.ledger.customers import Customer, customer_named, customer_of, serials_of
from licensekit.issuer.ledger.lookup import Filters
from licensekit.issuer.orders.amendment import amendment, renewal
from licensekit.issuer.workspace import Workspace
from tests.workspaces import NOW, ORDER, WHO, issue, offer_updates, signer

SECRETS = ("C-1017", "ase@fjord.example", "pays late", "PO 4500-77")


def owner(workspace: Workspace, serial: str) -> Customer:
    with workspace.database.read() as ledger:
        found = customer_of(ledger, serial)
    assert found is not None
    return found


def sell(workspace: Workspace, **order: Any) -> str:
    """Issue `ORDER` with some keys changed, and return its serial."""
    return issue(workspace, **order).bundle.serial


def found(workspace: Workspace, text: str) -> list[str]:
    return [one.name for one in workspace.customers.find(text, limit=50)[0]]


def merge(workspace: Workspace, name: str, into: str) -> Customer:
    return workspace.customers.propose_merge(name, into, now=NOW).sign(None, who=WHO, confirm=True)


def test_serials_of_one_company_belong_to_one_customer(workspace: Workspace) -> None:
    serials = [sell(workspace, company=name) for name in ("Løvås AS", "LØVÅS AS", "Beta")]
    owners = [owner(workspace, serial) for serial in serials]
    assert [one.name for one in owners] == ["Løvås AS", "Løvås AS", "Beta"]
    assert owners[0] == owners[1]
    with workspace.database.read() as ledger:
        assert serials_of(ledger, owners[0].number) == sorted(serials[:2])
        assert customer_of(ledger, "unknown") is None


@pytest.mark.parametrize("text", ["Løvås AS", " løvås as", "lovas", "as LOV"])
def test_a_customer_is_found_as_people_type(workspace: Workspace, text: str) -> None:
    for name in ("Løvås AS", "Beta"):
        sell(workspace, company=name)
    with workspace.database.read() as ledger:
        assert customer_named(ledger, text).name == "Løvås AS"


def test_a_whole_serial_or_id_finds_its_customer_where_others_begin_alike(workspace: Workspace) -> None:
    for name, serial in (("A", "S1"), ("B", "S12")):
        sell(workspace, company=name, serial=serial, customer=f"C-{serial}")
    assert [workspace.customers.get(text).name for text in ("S1", "C-S1", "c-s1", "s12")] == ["A", "A", "A", "B"]


@pytest.mark.parametrize(("text", "reason"), [("", "customer"), ("gamma", "customer"), ("lo", "customers")])
def test_a_text_that_finds_none_or_several_is_refused(workspace: Workspace, text: str, reason: str) -> None:
    for name in ("Løvås AS", "Lothar"):
        sell(workspace, company=name)
    with pytest.raises(NotIssued) as refused:
        workspace.customers.get(text)
    assert refused.value.reason == reason


def test_bundles_are_listed_by_customer_and_by_company_without_accents(workspace: Workspace) -> None:
    serials = {sell(workspace, company="Løvås AS") for _ in range(3)}
    sell(workspace, company="Beta")
    for filters in (Filters(customer="løvås as"), Filters(company="LOVA"), Filters(customer="lovas", company="l")):
        assert {one.bundle.serial for one in workspace.ledger.bundles(filters, now=NOW)} == serials
    assert not list(workspace.ledger.bundles(Filters(customer="Beta", serial=min(serials)), now=NOW))


@pytest.mark.parametrize("text", ["c 1017", "nygård", "LATE", "4500-77", "inv-88", "ener fj"])
def test_every_word_that_is_known_of_a_customer_finds_it(workspace: Workspace, text: str) -> None:
    serial = sell(workspace, company="Fjord Energi", customer="C-1017", order="INV-88", purchase_order="PO 4500-77")
    sell(workspace, company="Fjorten", order="INV-99")
    workspace.customers.put(owner(workspace, serial)._replace(contact="Åse Nygård", note="Pays late"))
    assert found(workspace, text) == found(workspace, serial) == ["Fjord Energi"]
    assert found(workspace, f"{text} nothing") == []


def test_pages_of_customers_are_the_whole_list_by_name(workspace: Workspace) -> None:
    names = [f"Company {number}" for number in (3, 1, 2, 0, 4)]
    for name in names:
        sell(workspace, company=name)
    for text in ("", "com", "company c"):
        pages, after = list[str](), None
        while True:
            page, after = workspace.customers.find(text, limit=2, after=after)
            pages += [one.name for one in page]
            if after is None:
                break
        assert pages == sorted(names)


def test_an_order_makes_the_customer_of_an_id_that_is_not_there_and_then_needs_no_company(workspace: Workspace) -> None:
    first = sell(workspace, company="Fjord", customer="C-1")
    assert owner(workspace, first)[1:3] == ("C-1", "Fjord")
    others: list[dict[str, Any]] = [
        {"company": None, "customer": "C-1"},
        {"company": "Fjord Nord", "customer": "C-1"},
        {"company": None, "customer": "fjord"},
    ]
    files = [issue(workspace, **other) for other in others]
    assert [file.bundle.company for file in files] == ["Fjord", "Fjord Nord", "Fjord"]
    assert {owner(workspace, file.bundle.serial) for file in files} == {owner(workspace, first)}


def test_an_order_without_company_for_an_unknown_customer_is_refused(workspace: Workspace) -> None:
    with pytest.raises(OrderInvalid) as refused:
        issue(workspace, company=None, customer="C-2")
    assert [fault.where for fault in refused.value.faults] == ["customer"]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_orders_in_bulk_name_customers_like_single_ones(workspace: Workspace, form: str) -> None:
    sell(workspace, company="Fjord", customer="C-1")
    orders = [
        {"order": "1", "company": "Fjord", "customer": "C-9"},
        {"order": "2", "company": "FJORD", "purchase_order": "7"},
        {"order": "3", "customer": "C-1"},
        {"order": "4", "company": "New", "customer": "C-9"},
        {"order": "5", "company": "Other"},
        {"order": "6", "company": "other"},
    ]
    columns = ["order", "company", "customer", "purchase_order"]
    if form == "csv":
        rows = [
            ",".join([*columns, "days", "server"]),
            *(",".join([*(o.get(c, "") for c in columns), "9", "x"]) for o in orders),
        ]
        lines = csv_lines(["\n".join(rows).encode()], "orders", workspace.state(NOW).signed_catalog)
    else:
        lines = json_lines([json.dumps({**o, "days": 9, "system": ["server"]}).encode() for o in orders], "orders")
    done = [one.file for one in workspace.issue_bulk(lines, signer(workspace), who=WHO, now=NOW) if one.file]
    owners = [owner(workspace, file.bundle.serial) for file in done]
    assert [one.external for one in owners] == ["C-9", "C-1", "C-1", "C-9", None, None]
    assert owners[4] == owners[5]
    assert [file.bundle.company for file in done] == ["Fjord", "FJORD", "Fjord", "New", "Other", "other"]
    assert workspace.ledger.page(Filters(order="2"), now=NOW, limit=1)[0][0].purchase_order == "7"


def test_a_purchase_order_is_part_of_its_order_and_of_changes(workspace: Workspace) -> None:
    serial = sell(workspace, order="A-1", purchase_order="PO 1")
    with pytest.raises(OrderConflict):
        issue(workspace, order="A-1", purchase_order="PO 2")
    key = signer(workspace)
    workspace.change(renewal(serial, days=9, purchase_order="PO 3"), key, who=WHO, now=NOW, confirm=True)
    workspace.change(amendment(serial, {"users.standard": 9}, purchase_order="4"), key, who=WHO, now=NOW, confirm=True)
    listed = workspace.ledger.bundles(Filters(serial=serial), now=NOW)
    assert [one.plain()["purchase_order"] for one in listed] == ["4", "PO 3", "PO 1"]
    assert found(workspace, "PO 3") == [ORDER["company"]]


@pytest.mark.parametrize("key", ["customer", "purchase_order"])
def test_an_amendment_sets_no_key_that_a_bundle_has_not(workspace: Workspace, key: str) -> None:
    serial = sell(workspace)
    with pytest.raises(OrderInvalid) as refused:
        workspace.propose_change(amendment(serial, {key: "1"}), now=NOW)
    assert [fault.code for fault in refused.value.faults] == ["amendment-invalid"]


def test_an_external_id_names_one_customer(workspace: Workspace) -> None:
    first, other = (owner(workspace, sell(workspace, company=name)) for name in ("Fjord", "Beta"))
    kept = workspace.customers.put(first._replace(external="C-1"))
    assert workspace.customers.put(kept) == kept
    with pytest.raises(EntryTaken):
        workspace.customers.put(other._replace(external="C-1"))
    for wrong in (kept._replace(name=" "), kept._replace(note="a\x07"), kept._replace(external="")):
        with pytest.raises(EntryInvalid):
            workspace.customers.put(wrong)
    assert workspace.customers.get("C-1") == kept
    assert workspace.customers.put(Customer(0, "C-3", "Gamma")) == workspace.customers.get("gamma")


def test_a_renamed_customer_is_found_by_both_names_and_keeps_its_new_orders(workspace: Workspace) -> None:
    before = owner(workspace, serial := sell(workspace, company="Fjord"))
    workspace.customers.put(before._replace(name="Kraft"))
    assert found(workspace, "fjord") == found(workspace, "kraft") == ["Kraft"]
    for name in ("FJORD", "kraft"):
        assert owner(workspace, sell(workspace, company=name)).number == before.number
        assert sell(workspace, company=name, serial=serial) == serial


def test_after_a_merger_the_serials_are_one_customers(workspace: Workspace) -> None:
    serials = [sell(workspace, company=name, customer=named) for name, named in (("A", "1"), ("B", "2"), ("B", "2"))]
    with pytest.raises(OrderInvalid, match="A"):
        issue(workspace, company="B", serial=serials[0])
    with pytest.raises(ConfirmationNeeded):
        workspace.customers.propose_merge("2", "1", now=NOW).sign(None, who=WHO)
    workspace.customers.put(workspace.customers.get("2")._replace(contact="b@b.example"))
    merged = merge(workspace, "2", "1")
    assert merged[1:] == ("1", "A", "b@b.example", "")
    assert {owner(workspace, serial) for serial in serials} == {merged}
    assert found(workspace, "b") == ["A"]
    assert owner(workspace, sell(workspace, company="b")) == merged
    one = sell(workspace, company=None, customer="1", replaces=serials)
    active = workspace.ledger.bundles(Filters(customer="1", state="active"), now=NOW)
    assert one in {bundle.bundle.serial for bundle in active}
    assert not {bundle.bundle.serial for bundle in active} & set(serials)


def test_a_merger_says_what_it_ends_and_what_it_makes_possible(workspace: Workspace) -> None:
    serials = [sell(workspace, company=name, customer=named) for name, named in (("A", "1"), ("B", "2"))]
    proposal = workspace.customers.propose_merge("B", "A", now=NOW)
    assert [str(one) for one in proposal.changes] == [f"serials.{serials[1]}: B -> A"]
    assert [one.reason for one in (*proposal.needs_confirmation, *proposal.warnings)] == ["merge", "join", "id"]
    assert all(serial in proposal.warnings[0].message for serial in serials)
    assert workspace.customers.propose_merge("1", "A", now=NOW).is_done
    assert merge(workspace, "1", "A") == workspace.customers.get("A")


def test_a_serial_changes_hands_where_somebody_says_that_another_company_is_meant(workspace: Workspace) -> None:
    serial = sell(workspace, company="A")
    sell(workspace, company="B", customer="2")
    with pytest.raises(OrderInvalid):
        issue(workspace, company="A", customer="2", serial=serial)
    issue(workspace.overriding("other-company"), company="A", customer="2", serial=serial)
    assert owner(workspace, serial).name == "B"


def test_no_document_has_what_is_known_of_a_customer(workspace: Workspace, tmp_path: Path) -> None:
    offer_updates(workspace)
    order: dict[str, Any] = {"customer": "C-1017", "purchase_order": "PO 4500-77", "order": "A-1"}
    files = [issue(workspace, **order)]
    known = workspace.customers.get("C-1017")
    workspace.customers.put(known._replace(contact="ase@fjord.example", note="pays late"))
    change = renewal(files[0].bundle.serial, days=9, purchase_order="PO 4500-77")
    files.append(workspace.change(change, signer(workspace), who=WHO, now=NOW, confirm=True))
    (tmp_path / "www").mkdir()
    assert list(workspace.publish(tmp_path / "www", now=NOW))
    written = [workspace.layout.pack("acme"), *(tmp_path / "www").iterdir()]
    frames = [entry.token.frame for entry in workspace.ledger.entries()]
    signed = b"".join([*(file.data for file in files), *(path.read_bytes() for path in written), *frames])
    for text in SECRETS:
        assert text.encode() not in signed
    assert ORDER["company"].encode() in signed


def test_a_restored_ledger_has_its_customers_and_those_that_are_missing_are_made_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    serials = [sell(workspace, company="Fjord", customer="C-1"), sell(workspace, company="Beta")]
    workspace.customers.put(workspace.customers.get("C-1")._replace(note="typed"))
    workspace.ledger.back_up(tmp_path / "saved")
    restore_ledger(tmp_path / "saved", workspace.layout.folder)
    assert workspace.customers.get("C-1").note == "typed"
    with workspace.database.write() as ledger:
        for table in ("customers", "customer_serials", "customer_words"):
            ledger.run("DELETE FROM {table}".replace("{table}", table))
    workspace.ledger.verify()
    codes = {one.about.code for one in diagnose_ledger(workspace.layout.folder, now=NOW)}
    assert "serials-unowned" in codes
    workspace.ledger.back_up(tmp_path / "without")
    restore_ledger(tmp_path / "without", workspace.layout.folder)
    assert [owner(workspace, serial)[1:] for serial in serials] == [("C-1", "Fjord", "", ""), (None, "Beta", "", "")]
    assert found(workspace, "beta") == ["Beta"]
