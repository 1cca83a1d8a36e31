"""`publish` as its user types it: what it prints, as a table and as JSON."""

import json
from pathlib import Path

import pytest

from tests.issuer_command import Desk

IN = ("-C", "acme")


@pytest.fixture
def selling(desk: Desk) -> Desk:
    """A vendor who offers updates, and has sold to two customers."""
    catalog = Path("acme/catalog.toml")
    catalog.write_text(catalog.read_text("utf-8").replace("# update = ", "update = "), "utf-8")
    desk.run("pack", *IN, "--yes", *desk.passphrase)
    for number, company in enumerate(("Fjord", "Nordlys")):
        order = f'order = "{number}"\ncompany = "{company}"\ndays = 365\nsystem = ["server"]\n'
        Path("order.toml").write_text(order)
        desk.run("issue", "order.toml", *IN, *desk.passphrase)
    Path("www").mkdir()
    return desk


def test_what_is_written_is_listed_and_the_rest_is_counted(selling: Desk) -> None:
    shown = selling.run("publish", "www", *IN).stdout
    assert "2 files written, 0 unchanged" in shown
    assert {path.suffix for path in Path("www").iterdir()} == {".lic"}
    assert selling.run("publish", "www", *IN).stdout == "0 files written, 2 unchanged\n"
    first = selling.json("ledger", "list", *IN)["bundles"][0]["serial"]
    selling.run("revoke", "serial", first, *IN, "--yes", *selling.passphrase)
    shown = selling.run("publish", "www", *IN).stdout
    assert "1 file written, 1 unchanged" in shown
    assert "no license: all were taken back" in shown
    assert not any(path.stem in shown for path in Path("www").iterdir())


def test_json_has_what_is_written(selling: Desk) -> None:
    shown = selling.json("publish", "www", *IN)
    assert shown["unchanged"] == 0
    assert {one["company"]: one["change"] for one in shown["files"]} == {"Fjord": "new", "Nordlys": "new"}
    assert not any(path.stem in json.dumps(shown) for path in Path("www").iterdir())
    assert selling.json("publish", "www", *IN) == {"files": [], "unchanged": 2}


def test_two_wrong_folders(selling: Desk) -> None:
    assert "no such folder; create it first" in selling.refused(8, "publish", "nowhere", *IN)
    assert "its keys would be served as well; choose a folder" in selling.refused(8, "publish", "acme", *IN)
    assert "place-taken" in selling.run("publish", "acme", *IN, "--json", code=8).stdout


def test_where_nothing_has_an_address_it_says_how_to_get_one(desk: Desk) -> None:
    Path("www").mkdir()
    assert "Add `update` to the catalog" in desk.run("publish", "www", *IN).stderr
