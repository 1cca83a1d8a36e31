"""`licensekit ledger list` shows what was issued, as a table, JSON or CSV."""

import csv
import io
from typing import Any

import pytest

from tests.issuer_command import Desk


@pytest.fixture
def sold(desk: Desk) -> Desk:
    """A workspace with three bundles of two companies; the last replaces the first."""
    for order, company, serial in (
        ("A-1", "Nordlys Kraft AS", "1010000014"),
        ("B-1", "Fjord", "1010000022"),
        ("A-2", "Nordlys Kraft AS", "1010000014"),
    ):
        text = (
            f'order = "{order}"\ncompany = "{company}"\nserial = "{serial}"\nexpiry = 2037-12-31\n'
            "[system]\nserver = true\n"
        )
        (desk.folder / "order.toml").write_text(text)
        desk.run("issue", "order.toml", "-C", "acme", "--unknown-serial", *desk.passphrase)
    return desk


def listed(desk: Desk, *words: str) -> list[dict[str, Any]]:
    """Return the bundles that are listed."""
    bundles: list[dict[str, Any]] = desk.json("ledger", "list", "-C", "acme", *words)["bundles"]
    return bundles


def test_the_table_has_a_line_for_each_bundle_the_newest_first(sold: Desk) -> None:
    heading, *lines = sold.run("ledger", "list", "-C", "acme").stdout.splitlines()
    assert heading.split() == ["entry", "issued", "bundle", "company", "until", "state", "order"]
    assert [line.split()[0] for line in lines] == ["6", "5", "4"]
    assert "1010000014-base-2  Nordlys Kraft AS  2037-12-31  active    A-2" in lines[0]
    assert "1010000014-base-1  Nordlys Kraft AS  2037-12-31  replaced  A-1" in lines[2]


@pytest.mark.parametrize(
    ("words", "orders"),
    [
        (("--company", "nordlys"), ["A-2", "A-1"]),
        (("--serial", "1010000022"), ["B-1"]),
        (("--order-number", "A-1"), ["A-1"]),
        (("--state", "active"), ["B-1", "A-2"]),
        (("--state", "replaced"), ["A-1"]),
        (("--since", "2026-01-01"), ["A-2", "B-1", "A-1"]),
        (("--since", "9999-01-01"), []),
        (("--expiring-within", "36600"), ["B-1", "A-2"]),
        (("--company", "nordlys", "--state", "active"), ["A-2"]),
        (("--limit", "1"), ["A-2"]),
        (("--after", "6", "--limit", "1"), ["B-1"]),
    ],
)
def test_options_choose_bundles(sold: Desk, words: tuple[str, ...], orders: list[str]) -> None:
    assert [one["order"] for one in listed(sold, *words)] == orders


def test_json_and_csv_say_the_same(sold: Desk) -> None:
    found = listed(sold)
    printed = sold.run("ledger", "list", "-C", "acme", "--csv").stdout
    assert list(csv.DictReader(io.StringIO(printed))) == [
        {name: str(value or "") for name, value in one.items()} for one in found
    ]
    assert found[1]["serial"] == "1010000022"
    assert (found[1]["expiry"], found[1]["use"], found[1]["state"]) == ("2037-12-31", "production", "active")


def test_a_longer_answer_says_how_to_go_on(sold: Desk) -> None:
    shown = sold.run("ledger", "list", "-C", "acme", "--limit", "2")
    assert "continue with --after 5" in shown.stderr
    assert sold.json("ledger", "list", "-C", "acme", "--limit", "2")["more_after"] == 5
    assert sold.json("ledger", "list", "-C", "acme", "--all")["more_after"] is None
    assert len(listed(sold, "--all", "--limit", "1")) == 3


def test_a_term_without_end_is_shown_as_such(desk: Desk) -> None:
    (desk.folder / "order.toml").write_text('company = "Fjord"\n[system]\nserver = true\n')
    desk.run("issue", "order.toml", "-C", "acme", "--unknown-serial", *desk.passphrase)
    assert "perpetual" in desk.run("ledger", "list", "-C", "acme").stdout
    assert listed(desk)[0]["expiry"] is None


def test_nothing_found_is_not_an_error_and_prints_no_table(desk: Desk) -> None:
    shown = desk.run("ledger", "list", "-C", "acme")
    assert (shown.stdout, shown.stderr) == ("", "None found.\n")


@pytest.mark.parametrize(
    ("code", "words", "said"),
    [
        (2, ("--json", "--csv"), "not both"),
        (2, ("--state", "lost"), "lost"),
        (2, ("--since", "yesterday"), "is not a date"),
        (6, ("--after", "1"), "not about a bundle"),
        (6, ("-C", "nowhere"), "not a workspace"),
    ],
)
def test_what_cannot_be_listed_is_refused(sold: Desk, code: int, words: tuple[str, ...], said: str) -> None:
    told = words if "-C" in words else ("-C", "acme", *words)
    assert said in sold.run("ledger", "list", *told, code=code).output


@pytest.mark.parametrize("words", [("list", "--csv"), ("export", "--format", "csv")])
def test_no_spreadsheet_runs_what_a_company_is_called(desk: Desk, words: tuple[str, ...]) -> None:
    formula = "=1+1+cmd|' /C calc'!A0"
    text = f'order = "-1"\ncompany = "{formula}"\n[system]\nserver = true\n'
    (desk.folder / "order.toml").write_text(text)
    desk.run("issue", "order.toml", "-C", "acme", "--unknown-serial", *desk.passphrase)
    printed = desk.run("ledger", *words, "-C", "acme").stdout
    cells = [cell for row in csv.reader(io.StringIO(printed)) for cell in row]
    assert not any(cell.startswith(("=", "-")) for cell in cells)
    assert f"'{formula}" in cells or words[0] == "export"
