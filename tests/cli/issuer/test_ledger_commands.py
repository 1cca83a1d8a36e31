"""`licensekit ledger show`, `verify` and `export`, as they are used at a desk."""

import csv
import io
import json
import sqlite3
from contextlib import closing

import pytest

from licensekit.cli.options import clock
from licensekit.issuer import CLOCK_IS_RIGHT, Workspace, draft_from, open_key
from licensekit.issuer.ledger.entries import LedgerEntry
from licensekit.wire import armor
from licensekit.wire.chain import GENESIS, link
from tests.issuer_command import Desk
from tests.workspaces import DAY, PASSPHRASE, SERIAL


@pytest.fixture
def sold(desk: Desk) -> Desk:
    """A workspace with the example order issued: four entries."""
    desk.run("issue", "acme/orders/example.toml", "-C", "acme", *desk.passphrase)
    return desk


def test_verify_says_how_many_entries_hold_and_the_head(sold: Desk) -> None:
    shown = sold.run("ledger", "verify", "-C", "acme").stdout.splitlines()
    told = sold.json("ledger", "verify", "-C", "acme")
    assert shown == ["the ledger is intact: 4 entries", f"head  {told['head']}"]
    assert told["entries"] == 4


def test_verify_names_the_first_bad_entry(sold: Desk) -> None:
    with closing(sqlite3.connect(sold.folder / "acme" / "ledger.db")) as raw:
        raw.execute("UPDATE entries SET who = 'eve' WHERE number = 3")
        raw.commit()
    assert "entry 3 was altered" in sold.refused(6, "ledger", "verify", "-C", "acme")


def test_verify_shows_its_progress_on_a_terminal_alone(sold: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sold.run("ledger", "verify", "-C", "acme").stderr == ""

    def is_terminal(_: object) -> bool:
        return True

    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", is_terminal, raising=False)
    assert "Verifying" in sold.run("ledger", "verify", "-C", "acme").stderr


@pytest.mark.parametrize("name", ["4", "1010000014", "example-1", "acme-1010000014-base-1.lic"])
def test_show_tells_everything_about_what_is_named(sold: Desk, name: str) -> None:
    shown = sold.run("ledger", "show", name, "-C", "acme").stdout
    for said in ("Entry 4: bundle", "signed by  signing-1 (", "state      active", "standard"):
        assert said in shown
    [told] = sold.json("ledger", "show", name, "-C", "acme")["entries"]
    assert (told["number"], told["order"], told["state"]) == (4, "example-1", "active")
    assert told["ordered"]["company"] == told["document"]["company"] == "Example Company"


def test_show_tells_of_documents_without_an_order(sold: Desk) -> None:
    shown = sold.run("ledger", "show", "3", "-C", "acme").stdout
    assert "Entry 3: catalog" in shown
    assert sold.json("ledger", "show", "3", "-C", "acme")["entries"][0]["ordered"] is None


def test_show_keeps_several_apart(sold: Desk) -> None:
    text = 'serial = "1010000014"\ncompany = "Example Company"\n[system]\nserver = true\n'
    (sold.folder / "more.toml").write_text(text)
    sold.run("issue", "more.toml", "-C", "acme", *sold.passphrase)
    shown = sold.run("ledger", "show", "1010000014", "-C", "acme").stdout
    assert "state      replaced" in shown
    assert "\n\nEntry 5: bundle\n" in shown


@pytest.mark.parametrize(
    ("name", "said"), [("nobody", "no entry, serial, order or bundle 'nobody'"), ("1010000015", "is mistyped")]
)
def test_what_is_missing_is_reported(sold: Desk, name: str, said: str) -> None:
    assert said in sold.refused(6, "ledger", "show", name, "-C", "acme")


def test_whoever_has_the_export_can_verify_the_chain(sold: Desk) -> None:
    printed = sold.run("ledger", "export", "-C", "acme").stdout
    previous = GENESIS
    for line in printed.splitlines():
        told = json.loads(line)
        [token] = armor.read(told["token"])
        at = int(sold_at(sold, told["number"]))
        request = None if told["request"] is None else bytes.fromhex(told["request"])
        said = (told["order"], told["ordered"], request, told["note"])
        entry = LedgerEntry(told["number"], told["action"], at, told["who"], token, *said, b"")
        previous = link(previous, entry.content())
        assert previous.hex() == told["hash"]
    assert previous.hex() == sold.json("ledger", "verify", "-C", "acme")["head"]


def sold_at(desk: Desk, number: int) -> int:
    """Return the seconds at which an entry was made."""
    with closing(sqlite3.connect(desk.folder / "acme" / "ledger.db")) as raw:
        [(at,)] = raw.execute("SELECT at FROM entries WHERE number = ?", (number,))
    return int(at)


def test_csv_and_json_lines_export_the_same(sold: Desk) -> None:
    lines = sold.run("ledger", "export", "-C", "acme").stdout.splitlines()
    sold.run("ledger", "export", "-C", "acme", "--format", "csv", "-o", "ledger.csv")
    text = (sold.folder / "ledger.csv").read_text(encoding="utf-8")
    assert list(csv.DictReader(io.StringIO(text))) == [
        {key: "" if value is None else str(value) for key, value in json.loads(line).items()} for line in lines
    ]


def test_an_export_that_cannot_be_written_leaves_nothing(sold: Desk) -> None:
    said = sold.refused(8, "ledger", "export", "-C", "acme", "-o", "nowhere/ledger.csv")
    assert "nowhere" in said
    assert "a folder" in sold.refused(8, "ledger", "export", "-C", "acme", "-o", "acme")


def test_verify_names_what_is_dated_later_than_now(desk: Desk) -> None:
    ahead = clock() + 30 * DAY
    with Workspace.open(desk.folder / "acme").overriding(CLOCK_IS_RIGHT) as workspace:
        key = open_key(workspace.keys.choose("bundle", ahead), lambda: PASSPHRASE)
        workspace.issue(draft_from({"company": "Fjord", "system": ["server"]}), key, who="anna", now=ahead)
    said = desk.run("ledger", "verify", "-C", "acme")
    assert f"{SERIAL} base 1 is dated" in said.stderr
    [named] = desk.json("ledger", "verify", "-C", "acme")["dated_ahead"]
    assert named["code"] == "dated-ahead"
    assert "licensekit void" in desk.run("ledger", "doctor", "-C", "acme").stdout
