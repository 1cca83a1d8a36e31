"""Two products of one company: three custodians hold the roots of both, one server has both ledgers."""

import csv
import io
from pathlib import Path

import pytest

from licensekit.issuer.workspace import Workspace
from tests.issuer_command import Desk
from tests.workspaces import NOW

PRODUCTS = ("editor", "server")
ORDER = """
order = "{product}-1"
purchase_order = "PO-4711"
customer = "C-1017"
company = "{company}"
days = 365
system = ["server"]
users.standard = 10
"""
NAMES = {"editor": "Nordlys Kraft AS", "server": "NORDLYS KRAFT"}
pytestmark = pytest.mark.usefixtures("cheap_keys")


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_location: str, second_postgres_location: str
) -> Desk:
    """A folder with the workspaces of both products, whose root keys are with three people."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    desk = Desk.begin(folder)
    for product, url in zip(PRODUCTS, (postgres_location, second_postgres_location), strict=True):
        words = ("--issuer", "acme", "--name", "Acme", "--root-keys", "3", "--threshold", "2", "--ledger", url)
        desk.run("init", product, *words, *desk.both_passphrases)
        for number in (1, 2, 3):
            stick = folder / f"stick-{number}" / product
            stick.mkdir(parents=True)
            (folder / product / "root" / f"root-{number}.key").rename(stick / "root.key")
    return desk


def held(product: str, *people: int) -> list[str]:
    """Return the options that name the root keys of some people."""
    return [word for one in people for word in ("--root-key", f"stick-{one}/{product}/root.key")]


def sell(desk: Desk, product: str) -> None:
    """Sell to the customer that both products have."""
    Path(f"{product}.toml").write_text(ORDER.format(product=product, company=NAMES[product]), "utf-8")
    desk.run("issue", f"{product}.toml", "-C", product, "-o", f"{product}.lic", *desk.passphrase)


def test_two_of_three_people_change_the_keys_of_both_products_and_one_cannot(desk: Desk) -> None:
    for product, people in zip(PRODUCTS, [(1, 2), (2, 3)], strict=True):
        said = desk.run("keys", "rotate", "-C", product, *held(product, *people), *desk.both_passphrases)
        assert "trust document 2 is signed and in the pack" in said.output
        said = desk.run("keys", "new", "alone", "-C", product, *held(product, 1), *desk.both_passphrases)
        assert "trust document 3 is signed and in the pack" not in said.output


@pytest.mark.attack("another-products-file")
def test_the_root_key_of_one_product_speaks_for_no_other(desk: Desk) -> None:
    others = [*held("server", 1), *held("server", 2)]
    desk.refused(7, "keys", "rotate", "-C", "editor", *others, *desk.both_passphrases)


def test_a_customer_is_found_by_its_external_id_in_both_ledgers_of_one_server(desk: Desk) -> None:
    rows: list[dict[str, str]] = []
    for product in PRODUCTS:
        sell(desk, product)
        found = desk.json("customers", "show", "C-1017", "-C", product)
        assert (found["external_id"], found["name"]) == ("C-1017", NAMES[product])
        listed = desk.run("ledger", "list", "--customer", "C-1017", "--csv", "-C", product)
        rows += csv.DictReader(io.StringIO(listed.stdout))
    assert [(row["product"], row["company"]) for row in rows] == list(NAMES.items())


def test_what_is_done_to_a_customer_of_one_product_leaves_the_other_alone(desk: Desk) -> None:
    for product in PRODUCTS:
        sell(desk, product)
    desk.run("customers", "set", "C-1017", "--name", "Nordlys Group", "--contact", "Ane", "-C", "editor")
    assert desk.json("customers", "show", "C-1017", "-C", "server")["name"] == NAMES["server"]
    serial = desk.json("ledger", "list", "-C", "editor")["bundles"][0]["serial"]
    desk.run("revoke", "serial", serial, "-C", "editor", "--yes", *desk.passphrase)
    assert [one["state"] for one in desk.json("ledger", "list", "-C", "server")["bundles"]] == ["active"]


@pytest.mark.attack("another-products-file")
def test_a_license_of_one_product_is_not_a_license_of_the_other(desk: Desk) -> None:
    sell(desk, "editor")
    desk.refused(
        4, "activate", "editor.lic", "--home", "home", "--pack", "server/server.lkp", "--root", pin(desk, "server")
    )
    desk.run("activate", "editor.lic", "--home", "home", "--pack", "editor/editor.lkp", "--root", pin(desk, "editor"))


def pin(desk: Desk, product: str) -> str:
    """Return the root of a product, as its application pins it."""
    with Workspace.open(desk.folder / product) as workspace:
        return workspace.state(NOW).pin
