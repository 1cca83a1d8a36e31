"""One license through its life, with the commands of both sides: asked for, bound, used, moved."""

import shutil
from pathlib import Path

import pytest

from tests.issuer_command import Desk

SERIAL = "1010000014"
ORDER = """
company = "Fjord Shipping AS"
order = "F-1"
days = 365
facts = 1
[system]
server = true
[users]
standard = 3
"""


class Customers(Desk):
    """Both sides in one folder."""

    def at(self, home: str, *words: str, code: int = 0) -> str:
        """Run a customer's command on the installation `home`."""
        return self.run(*words, "--home", home, code=code).output

    def ask(self, home: str) -> None:
        """Set an installation up and let it ask for a license: `HOME.lkr`."""
        self.at(home, "request", *self.believed, "-o", f"{home}.lkr")

    @property
    def believed(self) -> tuple[str, ...]:
        """Whom an installation believes the first time."""
        root = self.json("pack", "-C", "acme")["root"]
        return "--pack", "acme/acme.lkp", "--root", root

    def answer(self, home: str, *more: str) -> None:
        """Answer what `home` asks by the order: `HOME.lic`."""
        self.run(
            *("answer", f"{home}.lkr", "-C", "acme", "--order", "order.toml"),
            *("-o", f"{home}.lic", *self.passphrase, *more),
        )


@pytest.fixture
def sides(desk: Desk) -> Customers:
    """A vendor with an order, and nobody yet who has anything."""
    Path("order.toml").write_text(ORDER)
    shutil.move("acme/root", "stick")
    return Customers(*desk)


@pytest.fixture
def used(sides: Customers) -> Customers:
    """An installation `a` with its bound license, of which one is assigned."""
    sides.ask("a")
    sides.answer("a")
    sides.at("a", "activate", "a.lic", *sides.believed)
    sides.at("a", "users", "add", "anna")
    sides.at("a", "users", "assign", "anna", "standard")
    return sides


def test_a_receipt_can_be_looked_at_first(used: Customers) -> None:
    used.at("a", "return", "--yes", "-o", "r.lkr")
    before = used.json("ledger", "list", "-C", "acme")
    shown = used.json("accept", "r.lkr", "-C", "acme", "--preview")
    assert [one["path"] for one in shown["changes"]]
    assert used.json("ledger", "list", "-C", "acme") == before


def test_a_license_is_bound_used_stated_returned_and_bound_again(used: Customers) -> None:
    used.ask("b")
    assert "bound to another installation" in used.at("b", "activate", "a.lic", *used.believed, code=6)
    used.at("a", "statement", "-o", "s.lkr")
    assert "1 license in use" in used.run("accept", "s.lkr", "-C", "acme").stdout
    [row] = used.json("ledger", "usage", SERIAL, "-C", "acme")["usage"]
    assert (row["license"], row["sold"], row["in_use"], row["free"]) == ("standard", 3, 1, 2)
    assert (row["state"], row["history"]) == ("under", "whole")

    ask = ("answer", "b.lkr", "-C", "acme", "--order", "order.toml", *used.passphrase)
    assert "is for 1 installation" in used.refused(6, *ask)
    used.at("a", "return", "--yes", "-o", "r.lkr")
    said = used.json("accept", "r.lkr", "-C", "acme", *used.passphrase)
    assert [(one["serial"], one["state"]) for one in said["returned"]] == [(SERIAL, "active")]
    assert "entered before" in used.refused(6, "accept", "r.lkr", "-C", "acme", *used.passphrase)
    assert "was returned from here" in used.at("a", "activate", "a.lic", code=6)
    assert "revoked" in used.at("c", "activate", "a.lic", *used.believed, code=4)

    used.answer("b")
    used.at("b", "activate", "b.lic", *used.believed)
    assert SERIAL in used.at("b", "status")
    assert used.json("ledger", "usage", SERIAL, "-C", "acme")["usage"][0]["installations"] == 0


def test_a_restored_backup_shows_and_is_accepted_by_a_reset(used: Customers) -> None:
    shutil.copytree("a", "backup")
    used.at("a", "statement", "-o", "s1.lkr")
    used.run("accept", "s1.lkr", "-C", "acme")
    mark = Path("a/licensing.mark").read_bytes()
    shutil.rmtree("a")
    shutil.move("backup", "a")
    Path("a/licensing.mark").write_bytes(mark)
    assert "restored" in used.at("a", "status")
    used.at("a", "request", "-o", "again.lkr")
    ask = ("answer", "again.lkr", "-C", "acme", "--reset", "restore", "-o", "reset.lic")
    result = used.run(*ask, "--reason", "a disk failed", *used.passphrase)
    assert "restore" in result.stdout
    assert "history" not in result.stderr
    used.at("a", "activate", "reset.lic")
    assert "restored" not in used.at("a", "status")
    used.at("a", "statement", "-o", "s2.lkr")
    assert "history" not in used.run("accept", "s2.lkr", "-C", "acme").stderr


@pytest.mark.attack("state-copied-to-another-host")
def test_a_copied_installation_shows_at_the_vendor(used: Customers) -> None:
    shutil.copytree("a", "copy")
    used.at("copy", "users", "add", "bob")
    for home in ("a", "copy"):
        used.at(home, "statement", "-o", f"{home}.lkr")
    assert used.run("accept", "a.lkr", "-C", "acme").stderr == ""
    assert "one history" in used.run("accept", "copy.lkr", "-C", "acme").stderr
    result = used.run("ledger", "usage", "-C", "acme")
    assert "one history" in result.stderr
    assert "forked" in used.run("ledger", "usage", "-C", "acme", "--csv").stdout
    used.at("copy", "request", "-o", "copy.lkr")
    ask = ("answer", "copy.lkr", "-C", "acme", "--reset", "clock", *used.passphrase)
    assert "one history" in used.run(*ask).stderr


def test_a_statement_beyond_what_is_sold_shows_until_more_is_bought(used: Customers) -> None:
    for name in ("bob", "carla"):
        used.at("a", "users", "add", name)
        used.at("a", "users", "assign", name, "standard")
    used.at("a", "statement", "-o", "s.lkr")
    less = ("amend", SERIAL, "-C", "acme", "--set", "standard=2", "--yes")
    used.run(*less, *used.passphrase)
    assert "nothing to show" in used.run("ledger", "usage", "-C", "acme").stderr
    used.run("accept", "s.lkr", "-C", "acme")
    lower = ("amend", SERIAL, "-C", "acme", "--set", "standard=1", "--preview")
    assert "must release 2 before" in used.run(*lower).stderr
    [short] = used.json(*lower)["warnings"]
    assert short["data"] == {"license": "standard", "sold": 1, "in_use": 3, "missing": 2}
    lines = used.run("ledger", "usage", "-C", "acme", "--state", "over").stdout.splitlines()
    assert lines[1].split()[-6:] == ["standard", "2", "3", "-1", "OVER", lines[1].split()[-1]]
    used.run("amend", SERIAL, "-C", "acme", "--set", "standard=9", "--yes", *used.passphrase)
    result = used.run("ledger", "usage", "-C", "acme", "--state", "over")
    assert "nothing to show" in result.stderr
    shown = used.run("ledger", "usage", SERIAL, "-C", "acme").stdout
    assert "under" in shown


def test_a_license_that_was_never_used_is_shown_as_sold(sides: Customers) -> None:
    sides.run("issue", "order.toml", "-C", "acme", *sides.passphrase)
    shown = sides.run("ledger", "usage", SERIAL, "-C", "acme").stdout
    assert "unstated" in shown
    assert "never" in shown


def test_an_answer_is_drawn_and_described(sides: Customers) -> None:
    sides.ask("a")
    ask = ("answer", "a.lkr", "-C", "acme", "--order", "order.toml")
    result = sides.run(*ask, *sides.passphrase, "--print", "a.html", "--qr", "a.svg")
    assert "bound to  installation" in result.stdout
    assert "1 of" in Path("a.html").read_text("utf-8")
    said = sides.json(*ask)
    assert said["repeated"]
    assert len(said["installation"]) == 64
    assert sides.run(*ask, "-o", "-").stdout == Path(f"acme-{SERIAL}-base-1.lic").read_text()


def test_a_serial_that_two_installations_use_is_reported(sides: Customers) -> None:
    sides.run("issue", "order.toml", "-C", "acme", "-o", "x.lic", *sides.passphrase)
    for home in ("x", "y"):
        sides.at(home, "activate", "x.lic", *sides.believed)
        sides.at(home, "users", "add", home)
        sides.at(home, "statement", "-o", f"{home}.lkr")
        sides.run("accept", f"{home}.lkr", "-C", "acme")
    assert "2 installations" in sides.run("ledger", "usage", "-C", "acme").stderr


def test_an_unbound_return_is_taken_only_if_it_is_meant(sides: Customers) -> None:
    sides.run("issue", "order.toml", "-C", "acme", "-o", "x.lic", *sides.passphrase)
    sides.at("x", "activate", "x.lic", *sides.believed)
    sides.at("x", "return", "--yes", "-o", "r.lkr")
    take = ("accept", "r.lkr", "-C", "acme", *sides.passphrase)
    assert "--yes" in sides.refused(6, *take)
    result = sides.run(*take, "--yes")
    assert "1010000014 base 1, Fjord Shipping AS" in result.stdout
    assert "revocation list" in result.stderr


def test_what_was_renewed_before_it_was_returned_stays_in_force(used: Customers) -> None:
    used.run("renew", SERIAL, "-C", "acme", "--days", "9", "--yes", *used.passphrase)
    used.at("a", "statement", "-o", "s.lkr")
    used.run("accept", "s.lkr", "-C", "acme")
    used.at("a", "return", "--yes", "-o", "r.lkr")
    Path("both.lkr").write_bytes(Path("s.lkr").read_bytes() + Path("r.lkr").read_bytes())
    result = used.run("accept", "both.lkr", "-C", "acme", *used.passphrase)
    assert "still in force" in result.stderr
    assert "1 other was entered before" in result.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("answer", "a.lkr"), 2, "--order"),
        (("ledger", "show", "999"), 6, "999"),
        (("answer", "a.lkr", "--order", "order.toml", "--reset", "clock"), 2, "--order"),
        (("answer", "-", "--order", "-"), 2, "standard input"),
        (("answer", "a.lkr", "--reset", "clock", "--qr", "a.svg"), 2, "for licenses"),
        (("ledger", "usage", "--json", "--csv"), 2, "not both"),
        (("answer", "order.toml", "--order", "order.toml"), 3, "order.toml"),
        (("answer", "a.lkr", "--order", "wrong.toml"), 5, "wrong.toml: users.standrad"),
        (("answer", "a.lkr", "--order", "nothing.toml"), 8, "nothing.toml"),
        (("answer", "a.lkr", "--order", "order.toml"), 7, "--passphrase-file"),
        (("answer", "a.lkr", "--reset", "clock"), 6, "no serial"),
        (("accept", "a.lkr"), 3, "licensekit answer"),
        (("accept", "nothing.lkr"), 8, "nothing.lkr"),
        (("ledger", "usage", "1010000015"), 6, "mistyped"),
    ],
)
def test_what_cannot_be_is_refused_and_enters_nothing(
    sides: Customers, words: tuple[str, ...], code: int, said: str
) -> None:
    sides.ask("a")
    Path("wrong.toml").write_text(ORDER.replace("standard", "standrad"))
    if code == 2:
        assert said in sides.run(*words, "-C", "acme", code=2).output
    else:
        assert said in sides.refused(code, *words, "-C", "acme")


def test_a_reset_is_printed_as_facts_and_given_again(used: Customers) -> None:
    used.at("a", "request", "-o", "q.lkr")
    ask = ("answer", "q.lkr", "-C", "acme", "--reset", "clock")
    assert used.json(*ask, "--preview").keys() >= {"changes", "consequences"}
    first = used.json(*ask, *used.passphrase)
    again = used.json(*ask)
    assert (first["reset"], first["repeated"], again["repeated"]) == ("clock", False, True)
    assert Path(first["file"]).name == f"acme-{first['installation'][:8]}-clock.lic"
    assert "the same reset again" in used.run(*ask).stdout
    assert used.run(*ask, "-o", "-").stdout == Path(first["file"]).read_text()
    said = used.refused(6, *ask[:-1], "sequence")
    assert "q.lkr: this request was answered with a reset (clock)" in said
