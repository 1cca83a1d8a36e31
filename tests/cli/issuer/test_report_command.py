"""`licensekit ledger report` counts what was sold, as a table, CSV or JSON, of one workspace or several."""

import csv
import io
import shutil

import pytest

from tests.issuer_command import Desk

ORDERS = (
    ("A-1", "Nordlys Kraft AS", "1010000014", "production", "standard = 25"),
    ("B-1", "Fjord AS", "1010000022", "production", 'standard = "unrestricted"'),
    ("T-1", "Try AS", "1010000030", "trial", "standard = 5"),
)


@pytest.fixture
def sold(desk: Desk) -> Desk:
    """A workspace with bundles of three customers, one of them a trial."""
    for order, company, serial, use, users in ORDERS:
        text = (
            f'order = "{order}"\ncompany = "{company}"\nserial = "{serial}"\nuse = "{use}"\ndays = 365\n'
            f"[system]\nserver = true\n[users]\n{users}\n"
        )
        (desk.folder / "order.toml").write_text(text)
        desk.run("issue", "order.toml", "-C", "acme", "--unknown-serial", *desk.passphrase)
    return desk


def lines(desk: Desk, *words: str) -> list[list[str]]:
    """Return the words of each line of a report."""
    return [line.split() for line in desk.run("ledger", "report", *words).stdout.splitlines()]


def test_what_is_unrestricted_and_what_is_on_trial_have_rows_of_their_own(sold: Desk) -> None:
    assert lines(sold, "-C", "acme", "--license", "standard") == [
        ["use", "license", "new", "in", "force"],
        ["standard", "25", "25"],
        ["standard", "unrestricted", "1", "1"],
        ["trial", "standard", "5", "5"],
    ]


def test_a_report_by_customer_is_of_one_customer_by_any_of_its_names(sold: Desk) -> None:
    rows = sold.json("ledger", "report", "-C", "acme", "--by", "customer", "--customer", "nordlys")["report"]
    assert {row["group"] for row in rows} == {"Nordlys Kraft AS"}
    assert [(row["license"], row["new"]) for row in rows] == [("", 1), ("server", 1), ("standard", 25)]


def test_several_workspaces_are_reported_together(sold: Desk) -> None:
    shutil.copytree("acme", "other")
    alone, both = (lines(sold, *words) for words in (("-C", "acme"), ("-C", "acme", "-C", "other")))
    assert both[0] == ["product", *alone[0]]
    assert both[1:] == [["acme", *row] for row in alone[1:] * 2]


def test_csv_and_json_say_the_same(sold: Desk) -> None:
    table = sold.run("ledger", "report", "-C", "acme", "--by", "month", "--csv").stdout
    rows = sold.json("ledger", "report", "-C", "acme", "--by", "month")["report"]
    assert list(csv.reader(io.StringIO(table))) == [
        list(rows[0]),
        *(["" if cell is None else str(cell) for cell in row.values()] for row in rows),
    ]


def test_nothing_was_sold_before_there_was_a_ledger(sold: Desk) -> None:
    assert lines(sold, "-C", "acme", "--until", "2020-12-31") == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--from", "2027-01-02", "--until", "2027-01-01"), 2, "--until is before --from"),
        (("--by", "week"), 2, "'week' is not one of"),
        (("--customer", "nobody"), 6, "there is no customer 'nobody'"),
        (("--csv", "--json"), 2, "not both"),
        (("--from", "soon"), 2, "is not a date"),
    ],
)
def test_what_cannot_be_reported_is_refused(sold: Desk, words: tuple[str, ...], code: int, said: str) -> None:
    assert said in sold.run("ledger", "report", "-C", "acme", *words, code=code).output
