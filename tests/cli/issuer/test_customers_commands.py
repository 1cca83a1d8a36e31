"""`licensekit customers`: a table, CSV or JSON of who they are; what is wrong is refused and changes nothing."""

import csv
import io

import pytest

from tests.issuer_command import Desk

SERIAL = "1010000014"


@pytest.fixture
def sold(desk: Desk) -> Desk:
    """A workspace with one license of each of two customers."""
    for number, name in ((1, "Fjord Energi AS"), (2, "Ørland Øl")):
        text = f'order = "A-{number}"\ncompany = "{name}"\ncustomer = "C-{number}"\nexpiry = 2037-12-31\n'
        (desk.folder / "order.toml").write_text(
            f'{text}purchase_order = "PO {number}"\n[system]\nserver = true\n', encoding="utf-8"
        )
        desk.run("issue", "order.toml", "-C", "acme", *desk.passphrase)
    return desk


def customers(desk: Desk, *words: str) -> str:
    return desk.run("customers", *words, "-C", "acme").stdout


def test_customers_are_listed_by_name_a_page_at_a_time(sold: Desk) -> None:
    first = sold.run("customers", "list", "--limit", "1", "-C", "acme")
    assert first.stdout.splitlines() == ["customer  name             external id", "       1  Fjord Energi AS  C-1"]
    assert "continue with --after 1" in first.stderr
    assert "Ørland Øl" in customers(sold, "list", "--after", "1")
    assert "None found." in sold.run("customers", "list", "nobody", "-C", "acme").stderr
    found = sold.json("customers", "list", "orl o", "-C", "acme")
    assert found["more_after"] is None
    assert [one["external_id"] for one in found["customers"]] == ["C-2"]
    [row] = csv.DictReader(io.StringIO(customers(sold, "list", "PO 2", "--csv")))
    assert row["name"] == "Ørland Øl"


def test_a_customer_is_shown_with_what_it_has(sold: Desk) -> None:
    shown = customers(sold, "show", "c-1")
    assert "name         Fjord Energi AS" in shown
    assert f"{SERIAL}-base-1  Fjord Energi AS  active  2037-12-31  A-1    PO 1" in shown
    as_json = sold.json("customers", "show", "fjord", "-C", "acme")
    assert [(one["serial"], one["purchase_order"]) for one in as_json["bundles"]] == [(SERIAL, "PO 1")]
    assert as_json["installations"] == []


def test_what_is_set_stays_until_it_is_set_again(sold: Desk) -> None:
    sold.run("customers", "set", "C-1", "--contact", "Åse", "--note", "Late", "-C", "acme")
    one = sold.json("customers", "set", "C-1", "--name", "Fjord", "--external-id", "", "-C", "acme")
    assert one == {"customer": 1, "external_id": None, "name": "Fjord", "contact": "Åse", "note": "Late"}


def test_two_customers_are_merged_once_somebody_agrees(sold: Desk) -> None:
    preview = customers(sold, "merge", "C-2", "C-1", "--preview")
    assert "serials.1010000022  Ørland Øl  Fjord Energi AS" in preview
    assert "--yes" in sold.refused(6, "customers", "merge", "C-2", "C-1", "-C", "acme")
    merged = sold.json("customers", "merge", "C-2", "C-1", "--yes", "-C", "acme")
    assert merged["customer"] == 1
    assert len(sold.json("customers", "show", "C-1", "-C", "acme")["bundles"]) == 2
    listed = sold.json("ledger", "list", "--customer", "C-1", "-C", "acme")["bundles"]
    assert {one["company"] for one in listed} == {"Fjord Energi AS", "Ørland Øl"}


def test_the_purchase_order_and_the_installation_are_shown_with_an_entry(sold: Desk) -> None:
    assert "purchase order  PO 1" in sold.run("ledger", "show", SERIAL, "-C", "acme").stdout
    [entry] = sold.json("ledger", "show", SERIAL, "-C", "acme")["entries"]
    assert (entry["ordered"]["purchase_order"], entry["installation"]) == ("PO 1", None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "nobody"), "there is no customer 'nobody'"),
        (("show", "c"), "'c' matches several customers: Fjord Energi AS, Ørland Øl"),
        (("set", "C-1", "--external-id", "C-2"), "another customer has the external id 'C-2'"),
        (("set", "C-1", "--name", " "), "is not a valid customer's name"),
        (("merge", "C-1", "nobody", "--yes"), "there is no customer 'nobody'"),
        (("installation", "abcdef", "--name", "x"), "no installation 'abcdef' is known"),
    ],
)
def test_what_cannot_be_is_refused(sold: Desk, words: tuple[str, ...], said: str) -> None:
    assert said in sold.refused(6, "customers", *words, "-C", "acme")


@pytest.mark.parametrize("words", [("set", "C-1"), ("installation", SERIAL)])
def test_a_change_of_nothing_is_a_wrong_use(sold: Desk, words: tuple[str, ...]) -> None:
    assert "give " in sold.run("customers", *words, "-C", "acme", code=2).stderr
