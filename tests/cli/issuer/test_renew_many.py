"""`licensekit renew` of many: listed, edited in a spreadsheet, taken back, asked about once, and never half done."""

import csv
import io
from typing import Any

import pytest

from licensekit.cli.options import clock
from licensekit.dates import day_at, format_days
from licensekit.errors import FileUnusable
from licensekit.issuer.bulk.worker_pool import WorkerPool
from tests.issuer_command import Desk
from tests.workspaces import snapshot

COMPANIES = ("Ærø A/S", "Oslo", "Bergen", "Far")
NUMBERS = ["R-S1-base-1", "R-S0-base-1", "R-S2-base-1"]
LISTED = ("Oslo", "Ærø A/S", "Bergen")


def day(number: int) -> str:
    """Return the date this many days after today."""
    return format_days(day_at(clock()) + number)


@pytest.fixture
def sold(desk: Desk) -> Desk:
    """A desk that has sold two subscriptions, a perpetual license with maintenance, and what does not end soon."""
    orders = (
        "order,company,serial,expiry,maintenance,server,standard\n"
        f"A-0,{COMPANIES[0]},S0,{day(40)},{day(40)},x,5\n"
        f"A-1,{COMPANIES[1]},S1,{day(30)},,x,5\n"
        f"A-2,{COMPANIES[2]},S2,,{day(50)},x,5\n"
        f"A-3,{COMPANIES[3]},S3,{day(400)},,x,5\n"
    )
    (desk.folder / "orders.csv").write_text(orders, "utf-8")
    desk.run("issue", "orders.csv", "-C", "acme", "-o", "sold", *desk.passphrase)
    return desk


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody is there to ask."""
    monkeypatch.setattr("licensekit.cli.issuer.issue.is_terminal", lambda: True)


ENDING = ("renew", "--expiring-within", "90", "--days", "365", "-C", "acme")


def rows(desk: Desk, *words: str) -> list[dict[str, str]]:
    """Return the list as CSV."""
    return list(csv.DictReader(io.StringIO(desk.run(*ENDING, "--csv", *words).stdout)))


def write(desk: Desk, edited: list[dict[str, str]], name: str = "list.csv") -> str:
    """Write a list as a spreadsheet of Norway does."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(edited[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(edited)
    (desk.folder / name).write_text(buffer.getvalue(), "utf-8-sig")
    return name


def taken(desk: Desk, name: str, *words: str) -> tuple[str, ...]:
    """Return the words of the command that takes a list back."""
    return ("renew", "--from-file", name, "-C", "acme", "-o", "out", *words, *desk.passphrase)


def in_force(desk: Desk) -> dict[str, tuple[int, Any]]:
    """Return sequence and expiry of what is active, by serial."""
    found = desk.json("ledger", "list", "-C", "acme", "--all", "--state", "active")["bundles"]
    return {one["serial"]: (one["sequence"], one["expiry"]) for one in found}


def files(desk: Desk) -> list[str]:
    """Return the names in the folder of the files."""
    folder = desk.folder / "out"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_list_is_shown_with_what_ends_first_and_what_it_becomes(sold: Desk) -> None:
    before = snapshot(sold.folder)
    titles, *lines = sold.run(*ENDING, "--preview").stdout.splitlines()
    assert titles.split() == ["order", "company", "serial", "part", "until"]
    assert [line.split()[0] for line in lines] == NUMBERS
    assert f"expiry: {day(40)} -> {day(405)}, maintenance: {day(40)} -> {day(405)}" in lines[1]
    assert lines[2].split()[-4:] == ["maintenance:", day(50), "->", day(415)]
    assert "warning" not in "".join(lines)
    assert snapshot(sold.folder) == before


def test_the_preview_of_a_program_has_each_change(sold: Desk) -> None:
    found = sold.json(*ENDING, "--preview")
    assert found["faults"] == []
    assert [one["company"] for one in found["orders"]] == list(LISTED)
    assert found["orders"][2]["changes"] == [{"path": "maintenance", "before": day(50), "after": day(415)}]


def test_csv_has_a_row_for_each_and_nothing_is_signed(sold: Desk) -> None:
    before = snapshot(sold.folder)
    found = rows(sold)
    assert [(row["company"], row["ends"], row["until"], row["expiry"], row["maintenance"]) for row in found] == [
        ("Oslo", "term", day(30), day(395), ""),
        ("Ærø A/S", "term", day(40), day(405), day(405)),
        ("Bergen", "maintenance", day(50), "", day(415)),
    ]
    assert snapshot(sold.folder) == before


def test_a_customer_limits_the_list(sold: Desk) -> None:
    sold.run("customers", "set", "Oslo", "-C", "acme", "--external-id", "C-7")
    assert [row["company"] for row in rows(sold, "--customer", "C-7")] == ["Oslo"]
    assert [row["company"] for row in rows(sold, "--customer", "aero")] == ["Ærø A/S"]
    assert rows(sold, "--customer", "Far") == []
    assert "Nobody" in sold.refused(6, *ENDING, "--preview", "--customer", "Nobody")


def test_all_that_ends_is_renewed_directly(sold: Desk) -> None:
    done = sold.json(*ENDING, "-o", "out", "--yes", *sold.passphrase)
    assert (done["issued"], done["repeated"], done["refused"]) == (3, 0, 0)
    assert files(sold) == [*(f"acme-S{number}-base-2.lic" for number in range(3)), "renewals.csv"]
    assert in_force(sold) == {"S0": (2, day(405)), "S1": (2, day(395)), "S2": (2, None), "S3": (1, day(400))}
    assert rows(sold) == []


def test_nothing_to_renew_is_not_an_error_and_leaves_nothing(sold: Desk) -> None:
    ask = ("renew", "--expiring-within", "0", "--days", "365", "-C", "acme", "-o", "out", "--yes", *sold.passphrase)
    before = snapshot(sold.folder)
    assert sold.run(*ask).stderr == "None found.\n"
    assert sold.json(*ask) == {"orders": [], "faults": []}
    assert snapshot(sold.folder) == before


def test_an_edited_list_is_taken_back(sold: Desk) -> None:
    first, second, _ = rows(sold)
    first |= {"purchase_order": "4500-17", "standard": "9"}
    second |= {"expiry": "31.12.2099", "maintenance": "", "standard": ""}
    sold.run(*taken(sold, write(sold, [first, second]), "--yes"))
    assert in_force(sold) == {"S0": (2, "2099-12-31"), "S1": (2, day(395)), "S2": (1, None), "S3": (1, day(400))}
    [shown] = sold.json("ledger", "show", "R-S1-base-1", "-C", "acme")["entries"]
    assert shown["document"]["users"] == {"standard": 9}
    assert shown["ordered"]["purchase_order"] == "4500-17"
    assert "4500-17" not in str(shown["document"])


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("typed", "code"), [("n\n", 1), ("y\n", 0)])
def test_it_is_asked_once_for_all_of_them(sold: Desk, typed: str, code: int) -> None:
    result = sold.run(*taken(sold, write(sold, rows(sold))), typed=typed, code=code)
    assert result.stderr.count("Sign all of these?") == 1
    assert [line.split()[0] for line in result.stdout.splitlines()[1:4]] == [
        "R-S1-base-1",
        "R-S0-base-1",
        "R-S2-base-1",
    ]
    assert len(files(sold)) == (0 if code else 3)
    assert in_force(sold)["S0"][0] == (1 if code else 2)


@pytest.mark.usefixtures("terminal")
def test_nobody_is_asked_about_a_list_with_a_bad_row(sold: Desk) -> None:
    first, *others = rows(sold)
    name = write(sold, [{**first, "expiry": day(1)}, *others])
    result = sold.run(*taken(sold, name), code=5)
    assert "list.csv:2: expiry: " in result.stderr
    assert "Sign all" not in result.stderr
    assert in_force(sold)["S0"][0] == 1


@pytest.mark.parametrize("words", [(), ("--json",)], ids=["for people", "for programs"])
def test_one_bad_row_keeps_all_from_being_signed(sold: Desk, words: tuple[str, ...]) -> None:
    first, *others = rows(sold)
    name = write(sold, [{**first, "company": "Somebody else"}, *others])
    before = snapshot(sold.folder / "acme")
    result = sold.run(*taken(sold, name, "--yes", *words), code=5)
    assert snapshot(sold.folder / "acme") == before
    assert files(sold) == []
    assert "list.csv:2" in (result.stdout if words else result.stderr)


def test_keep_going_renews_the_rest(sold: Desk) -> None:
    first, *others = rows(sold)
    name = write(sold, [{**first, "sequence": "7"}, *others])
    result = sold.run(*taken(sold, name, "--yes", "--keep-going"), code=5)
    assert "list.csv:2: S1 base 1 is in force now" in result.stderr
    assert {serial: sequence for serial, (sequence, _) in in_force(sold).items()} == {
        "S0": 2,
        "S1": 1,
        "S2": 2,
        "S3": 1,
    }


def test_a_run_that_was_interrupted_is_completed_with_the_list_that_it_left(
    sold: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off after the ledger had it, nothing ends any longer; and a second run does not lose the list."""

    def fail(*_: object) -> None:
        raise FileUnusable(reason="other", wanted="a license file", detail="no room")

    with monkeypatch.context() as patch:
        patch.setattr(WorkerPool, "write", fail)
        sold.run(*ENDING, "-o", "out", "--yes", *sold.passphrase, code=8)
    assert in_force(sold)["S0"][0] == 2
    assert files(sold) == ["renewals.csv"]
    assert "--from-file" in sold.refused(8, *ENDING, "-o", "out", "--yes", *sold.passphrase)
    before = sold.json("ledger", "verify", "-C", "acme")
    sold.run(*taken(sold, "out/renewals.csv", "--yes"))
    assert files(sold) == [*(f"acme-S{number}-base-2.lic" for number in range(3)), "renewals.csv"]
    assert sold.json("ledger", "verify", "-C", "acme") == before


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("typed", "words", "code"),
    [("n\n", (), 1), ("y\n", ("--passphrase-file", "orders.csv"), 7), ("", ("--yes", "--key", "nobody"), 7)],
    ids=["a no", "a wrong passphrase", "no such key"],
)
def test_a_direct_run_that_signs_nothing_leaves_no_list(
    sold: Desk, typed: str, words: tuple[str, ...], code: int
) -> None:
    secret = () if "--passphrase-file" in words else sold.passphrase
    sold.run(*ENDING, "-o", "out", *words, *secret, typed=typed, code=code)
    assert files(sold) == []
    assert in_force(sold)["S0"][0] == 1


def test_the_list_of_another_run_is_not_overwritten(sold: Desk) -> None:
    (sold.folder / "out").mkdir()
    (sold.folder / "out" / "renewals.csv").write_text("mine")
    assert "--from-file" in sold.refused(8, *ENDING, "-o", "out", "--yes", *sold.passphrase)


def test_renewals_may_be_printed_as_lines(sold: Desk) -> None:
    name = write(sold, rows(sold))
    lines = sold.run("renew", "--from-file", name, "-C", "acme", "--json-lines", "--yes", *sold.passphrase).stdout
    assert [line.partition('"serial": ')[2][:4] for line in lines.splitlines()] == ['"S1"', '"S0"', '"S2"']


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "give SERIAL, --expiring-within DAYS or --from-file FILE"),
        (("S1", "--expiring-within", "3", "--days", "3"), "give SERIAL, --expiring-within"),
        (("--expiring-within", "3"), "give --expires DATE or --days N"),
        (("--from-file", "list.csv", "--days", "3"), "give --expires DATE or --days N"),
        (("--expiring-within", "3", "--expires", "2099-01-01"), "--customer and --csv go with"),
        (("--expiring-within", "3", "--days", "3", "--part", "base"), "--customer and --csv go with"),
        (("--expiring-within", "3", "--days", "3", "--order-number", "1"), "--customer and --csv go with"),
        (("S1", "--days", "3", "--csv"), "--customer and --csv go with"),
        (("S1", "--days", "3", "--customer", "Oslo"), "--customer and --csv go with"),
        (("--from-file", "list.csv", "--customer", "Oslo"), "--customer and --csv go with"),
        (("--expiring-within", "3", "--days", "3"), "not a terminal: pass --yes"),
        (("--expiring-within", "90", "--days", "3", "--yes"), "with -o DIR"),
        (("--expiring-within", "90", "--days", "3", "--yes", "--json-lines"), "with -o DIR"),
        (("--expiring-within", "90", "--days", "3", "--yes", "-o", "out", "--qr", "a.png"), "are for a single license"),
    ],
)
def test_options_that_do_not_go_together_are_refused(sold: Desk, words: tuple[str, ...], said: str) -> None:
    before = snapshot(sold.folder)
    assert said in sold.run("renew", *words, "-C", "acme", code=2).stderr
    assert snapshot(sold.folder) == before


def test_maintenance_alone_renews_a_perpetual_license(sold: Desk) -> None:
    found = sold.json("renew", "S2", "-C", "acme", "--maintenance", day(500), "--preview")["changes"]
    assert found == [{"path": "maintenance", "before": day(50), "after": day(500)}]
    found = sold.json("renew", "S2", "-C", "acme", "--days", "10", "--preview")["changes"]
    assert found == [{"path": "maintenance", "before": day(50), "after": day(60)}]
    assert "perpetual" not in sold.run("renew", "S2", "-C", "acme", "--days", "10", "--preview").stderr
