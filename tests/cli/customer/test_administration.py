"""Users, sites, events, exchange files and the audit log, as an administrator uses them."""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from licensekit import Licensing
from tests.cli.customer.conftest import Command
from tests.homes import DAY, PIN, Clock


def shown(command: Command, line: str) -> str:
    """Run a command that must succeed, and give what it prints."""
    ran = command(line)
    assert (ran.code, ran.err) == (0, ""), line
    return ran.out


def read(command: Command, line: str) -> Any:
    return json.loads(shown(command, line))


def explained(command: Command, name: str) -> Any:
    """Return the details that `explain` has of a user."""
    [one] = read(command, f"explain {name} --json")["explained"]
    return one["details"]


def test_a_user_is_added_changed_assigned_shown_and_retired(crm: Command) -> None:
    assert shown(crm, "users list") == "no users\n"
    shown(crm, "users add anna --name Anna --group night --administrator")
    shown(crm, "users set anna --kind external --no-login --no-administrator --no-groups")
    anna = explained(crm, "anna")
    assert (anna["kind"], anna["groups"]) == ("external", [])
    assert (anna["can_log_in"], anna["administrator"]) == (False, False)
    shown(crm, "users set anna --kind associate --login --group day --group night")
    assert "service, windows" in shown(crm, "users assign anna service windows")
    assert shown(crm, "users assign anna windows") == "nothing to change\n"
    assert "sales" in shown(crm, "users assign anna sales --release service")
    assert "released windows" in shown(crm, "users release anna windows")
    text = shown(crm, "explain anna")
    for fact in ("Anna", "associate", "day, night", "sale-cal"):
        assert fact in text
    assert "released sales" in shown(crm, "users retire anna")
    assert shown(crm, "users retire anna") == "nothing to change\n"
    assert "retired" in shown(crm, "users list")
    shown(crm, "users set anna --active")
    assert not explained(crm, "anna")["retired"]


def test_an_id_is_shown_as_it_is_kept(crm: Command) -> None:
    assert shown(crm, "users add Jos\u00e9\u200b") == "added Jos\u00e9\n"
    assert shown(crm, "users set JOS\u00c9 --name x") == "set Jos\u00e9\n"
    assert shown(crm, "sites add \u200bOslo --central") == "added Oslo\n"


def test_a_user_shows_what_each_license_comes_through_and_the_events_for_it(crm: Command) -> None:
    shown(crm, "users add anna --group night")
    shown(crm, "users assign anna sales windows")
    shown(crm, "events start no-travel --group night --message winter")
    shown(crm, "events start no-freetext --group day")
    text = shown(crm, "explain anna")
    rows = [line.split() for line in text.splitlines() if " full " in line]
    through = {code: giver for _, code, _, giver in rows}
    assert [code for _, code, _, _ in rows][:2] == ["sales", "windows"]
    assert through["sales"] == through["windows"] == "assigned"
    assert through["sale-cal"] == "sales"
    assert through["server"] == "installation"
    assert "winter" in text
    assert "no-freetext" not in text
    anna = explained(crm, "anna")
    assert anna["through"]["sale-cal"] == ["sales"]
    assert [event["kind"] for event in anna["events"]] == ["no-travel"]


def test_every_reason_against_an_assignment_is_reported(crm: Command) -> None:
    shown(crm, "users add anna")
    ran = crm("users assign anna travel seat")
    assert (ran.code, ran.out) == (6, "")
    assert [line.split("`")[1] for line in ran.err.splitlines()] == ["seat", "travel"]


def test_a_new_user_has_little_to_show(crm: Command) -> None:
    shown(crm, "users add ext --kind external --no-login")
    assert "no login" in shown(crm, "users list")
    assert "assigned" not in shown(crm, "explain ext")


def test_a_user_of_an_installation_without_licenses_has_none(run: Command, shelf: Path) -> None:
    assert run("activate one.lic --pack crm.lkp --root {pin}").code == 0
    assert run("return --yes").code == 0
    shown(run, "users add anna")
    assert "through" not in shown(run, "explain anna")
    assert (shelf / "base-receipt.lkr").exists()


def test_users_are_imported_and_listed(crm: Command, shelf: Path) -> None:
    (shelf / "users.csv").write_text("id,kind,licenses\nanna,,sales\nbob,external,\n")
    assert shown(crm, "users import users.csv").startswith("2 added, 1 license assigned")
    assert read(crm, "users import users.csv --json")["unchanged"] == 2
    assert [u["id"] for u in read(crm, "users list --json --holding user")["users"]] == ["anna"]
    assert [u["id"] for u in read(crm, "users list --json --kind external")["users"]] == ["bob"]
    assert read(crm, "users list --json --retired") == {"users": []}
    assert [u["id"] for u in read(crm, "users list --json --license sales")["users"]] == ["anna"]
    assert len(read(crm, "users list --json")["users"]) == 2
    assert [u["id"] for u in read(crm, "users list --json --text BO")["users"]] == ["bob"]
    assert shown(crm, "users list --lapsed") == "no users\n"
    piped = crm("users import -", stdin=b"id\ncarl\n")
    assert (piped.code, piped.err) == (0, "")


def test_faults_of_a_file_of_users_are_one_line_each(crm: Command, shelf: Path) -> None:
    (shelf / "users.csv").write_text("id,licenses\na,nothing\nb,windows\n")
    ran = crm("users import users.csv")
    assert ran.code == 5
    *faults, last = ran.err.splitlines()
    assert [line.split(": ")[2] for line in faults] == ["line 2", "line 3"]
    assert last.endswith(": 2 faults, so nothing was changed; correct the file")
    (shelf / "users.csv").write_bytes(b"id\n\xff\n")
    ran = crm("users import users.csv")
    assert ran.code == 5
    assert "UTF-8" in ran.err
    assert shown(crm, "users list") == "no users\n"


def test_an_export_of_a_directory_is_imported_as_it_is(crm: Command, shelf: Path) -> None:
    text = "sAMAccountName;displayName;mail;userAccountControl\nu2;\u00dc Zwei;u2@example.com;512\n"
    (shelf / "ad.csv").write_bytes(text.encode("windows-1252"))
    refused = crm("users import ad.csv")
    assert (refused.code, refused.err.count("is not known")) == (5, 4)
    words = "--column samaccountname=id --column displayname=name --ignore mail --ignore"
    options = f"{words} useraccountcontrol"
    refused = crm(f"users import ad.csv {options}")
    assert (refused.code, refused.err.count("--encoding windows-1252")) == (5, 1)
    options += " --encoding windows-1252"
    assert shown(crm, f"users import ad.csv {options}").startswith("1 added")
    assert explained(crm, "u2")["name"] == "\u00dc Zwei"
    assert crm("users import ad.csv --column id").code == 2


def test_marks_that_nobody_sees_are_counted_together(crm: Command, shelf: Path) -> None:
    (shelf / "users.csv").write_text("\u200bid\nanna\nbob\u200b\n", encoding="utf-16")
    assert "2 invisible characters were left out, the first in line 1" in (crm("users import users.csv").err)


def test_may_login_says_yes_or_every_reason(crm: Command) -> None:
    shown(crm, "users add anna")
    shown(crm, "users assign anna sales")
    shown(crm, "sites add oslo --central")
    assert "may log in" in shown(crm, "users may-login anna --by web --site oslo")
    shown(crm, "events start message-of-the-day --message cake")
    shown(crm, "events start no-login --user anna --message moving")
    refused = crm("users may-login anna --by web")
    assert refused.code == 1
    assert "moving" in refused.out
    assert "cake" in refused.out
    refused = crm("users may-login anna --by web --json")
    assert refused.code == 1
    decision = json.loads(refused.out)
    assert not decision["allowed"]
    assert [reason["code"] for reason in decision["reasons"]] == ["event"]
    assert crm("users may-login anna --by fax").code == 2


def test_sites_are_added_assigned_listed_and_removed(crm: Command) -> None:
    assert shown(crm, "sites list") == "no sites\n"
    shown(crm, "sites add oslo --central --name Oslo")
    shown(crm, "sites add bergen")
    assert "reporter" in shown(crm, "sites assign bergen reporter")
    assert "nothing new" in shown(crm, "sites assign bergen reporter")
    assert "satellite" in shown(crm, "sites list")
    oslo, bergen = read(crm, "sites list --json")["sites"]
    assert (oslo["central"], bergen["licenses"]) == (True, ["reporter"])
    shown(crm, "sites release bergen reporter")
    assert shown(crm, "sites set Bergen --name Bryggen") == "set bergen\n"
    assert "Bryggen" in shown(crm, "sites list")
    assert "changed site bergen: name" in shown(crm, "audit list")
    assert "released nothing" in shown(crm, "sites remove bergen")


def test_it_is_chosen_who_keeps_one_of_too_few(crm: Command) -> None:
    for user in ("Anna", "bob"):
        shown(crm, f"users add {user}")
        shown(crm, f"users assign {user} sales")
    assert shown(crm, "users prefer sales bob") == "sales: first bob\n"
    assert explained(crm, "anna")["slots"] == {"sales": 2}
    assert shown(crm, "users prefer sales") == "sales: first as before\n"
    shown(crm, "sites add bergen")
    assert shown(crm, "sites prefer satellite bergen") == "satellite: first bergen\n"
    assert "not assigned" in crm("sites prefer reporter bergen").err


def test_a_person_is_erased_from_lists_and_log(crm: Command) -> None:
    shown(crm, "users add Anna")
    assert "Anna" in shown(crm, "users list")
    assert "added user Anna" in shown(crm, "audit list")
    assert shown(crm, "users erase anna") == "erased\n"
    assert shown(crm, "users list") == "no users\n"
    assert "Anna" not in shown(crm, "audit list")
    assert "added user (erased)" in shown(crm, "audit list")
    assert crm("users erase anna").code == 6


def test_events_are_started_listed_and_ended(crm: Command) -> None:
    assert shown(crm, "events list") == "no events\n"
    started = read(crm, "events start no-travel --group night --expected-end 2030-01-01 --json")
    assert "group night" in shown(crm, "events list")
    [event] = read(crm, "events list --json")["events"]
    assert event == started
    assert (event["kind"], event["expected_end"]) == ("no-travel", "2030-01-01T00:00:00Z")
    shown(crm, f"events end {event['number']}")
    assert read(crm, "events list --json") == {"events": []}
    assert read(crm, "events list --json --ended")["events"][0]["ended"] is not None
    assert "no-travel" in shown(crm, "events list --ended")


REFUSED = [
    ("users add anna", 6),
    ("users set nobody", 6),
    ("explain nobody", 6),
    ("users assign anna", 2),
    ("users assign anna windows", 6),
    ("users assign anna nothing", 2),
    ("users release anna sales", 6),
    ("users import missing.csv", 8),
    ("users list --kind boss", 2),
    ("users list --license nothing", 2),
    ("users may-login anna", 2),
    ("sites add", 2),
    ("sites assign nowhere reporter", 6),
    ("sites remove nowhere", 6),
    ("sites set nowhere --name n", 6),
    ("sites set nowhere", 2),
    ("events start party", 6),
    ("events start no-login --user anna --site oslo", 2),
    ("events start no-login --user nobody", 6),
    ("events start no-login --expected-end soon", 2),
    ("events end 7", 6),
    ("return", 6),
    ("return extra --yes", 6),
    ("request -o missing/file", 8),
]


@pytest.mark.parametrize(("line", "code"), REFUSED)
def test_a_refusal_is_reported_in_one_line_and_changes_nothing(crm: Command, line: str, code: int) -> None:
    shown(crm, "users add anna")
    before = shown(crm, "status") if code != 8 else ""
    ran = crm(line)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith("licensekit: ")
    assert ran.err.count("\n") == 1
    if before:
        same = [text for text in shown(crm, "status").splitlines() if not text.startswith("time")]
        assert same == [text for text in before.splitlines() if not text.startswith("time")]


def test_papers_are_written_and_shown(crm: Command, shelf: Path) -> None:
    ran = crm("request")
    assert ran.code == 0
    assert "request.lkr" in ran.out
    assert "Send it to the vendor" in ran.err
    assert "installation key" in ran.out
    assert crm("inspect request.lkr").code == 0
    assert "facts host" not in crm("request --no-facts -o bare.lkr").out
    assert shown(crm, "statement -o -").startswith("lk1-statement.")
    assert crm("statement").code == 0
    assert {path.name for path in shelf.glob("*.lkr")} == {"request.lkr", "bare.lkr", "statement.lkr"}


def test_a_bound_license_can_be_asked_for_before_anything_was_activated(run: Command, shelf: Path) -> None:
    refused = run("request")
    assert refused.code == 6
    assert "--pack PACK" in refused.err
    wrong = run("request --pack crm.lkp --root lkroot1-" + "a" * 52)
    assert wrong.code == 4
    assert wrong.err.startswith("licensekit: crm.lkp: ")
    assert not (shelf / "data").exists()
    assert run("request --pack crm.lkp --root {pin}").code == 0
    key = read(run, "inspect request.lkr --json")["documents"][0]["signers"]
    assert run("activate one.lic --pack crm.lkp --root {pin}").code == 0
    assert run("request -o again.lkr").code == 0
    assert read(run, "inspect again.lkr --json")["documents"][0]["signers"] == key


@pytest.mark.parametrize("kind", ["request", "statement"])
def test_exchange_files_are_written_for_programs(crm: Command, shelf: Path, kind: str) -> None:
    told = read(crm, f"{kind} --json")
    assert told["written"] == f"{kind}.lkr"
    [found] = read(crm, f"inspect {kind}.lkr --json")["documents"]
    assert told["document"] == found["document"]
    (shelf / f"{kind}.lkr").unlink()
    log = shown(crm, "audit list")
    both = crm(f"{kind} --json -o -")
    assert (both.code, json.loads(both.out)["error"]["code"]) == (2, "usage")
    assert shown(crm, "audit list") == log


def test_a_return_asks_on_a_terminal(crm: Command, monkeypatch: pytest.MonkeyPatch, shelf: Path) -> None:
    monkeypatch.setattr("licensekit.cli.inputs.is_terminal", lambda: True)
    refused = crm("return", stdin=b"n\n")
    assert refused.code == 1
    assert refused.err.endswith("Nothing was changed.\n")
    assert "active" in shown(crm, "status")
    assert crm("return", stdin=b"y\n").code == 0
    assert (shelf / "base-receipt.lkr").exists()


def test_the_audit_log_is_listed_and_verified(crm: Command, shelf: Path) -> None:
    shown(crm, "users add anna")
    lines = read(crm, "audit list --json")["entries"]
    assert [line["did"] for line in lines] == ["create", "activate", "user-add"]
    assert lines[-1]["user"] == "anna"
    listed = shown(crm, "audit list").splitlines()
    assert [line.split()[0] for line in listed] == ["entry", "1", "2", "3"]
    assert listed[-1].endswith("added user anna")
    assert "3 entries" in shown(crm, "audit verify")
    assert read(crm, "audit verify --json")["restored"] is False
    (shelf / "data/licensekit/demo-crm/licensing.mark").unlink()
    restored = crm("audit verify")
    assert restored.code == 0
    assert "restored backup" in restored.err
    with closing(sqlite3.connect(shelf / "data/licensekit/demo-crm/licensing.db")) as raw:
        raw.execute("UPDATE audit SET entry = x'7b7d' WHERE number = 2")
        raw.commit()
    damaged = crm("audit verify")
    assert damaged.code == 8
    assert "entry 2" in damaged.err


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("--about ANNA", ["user-add", "user-assign"]),
        ("--what user-assign", ["user-assign"]),
        ("--what user --about bob", ["user-add"]),
        ("--user Anna", ["user-add", "user-assign"]),
        ("--site oslo", ["site-add"]),
        ("--by nobody", []),
        ("--until 1999-12-31", []),
        ("--from 2000-01-01 --what activate", ["activate"]),
    ],
)
def test_the_audit_log_is_filtered(crm: Command, options: str, found: list[str]) -> None:
    shown(crm, "users add anna")
    shown(crm, "users add bob")
    shown(crm, "users assign anna sales")
    shown(crm, "sites add oslo --central")
    assert [line["did"] for line in read(crm, f"audit list {options} --json")["entries"]] == found
    assert len(shown(crm, f"audit list {options}").splitlines()) == 1 + len(found)


def test_who_made_a_change_may_be_unknown(crm: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose account has no name."""

    def nobody() -> str:
        raise KeyError

    monkeypatch.setattr("getpass.getuser", nobody)
    shown(crm, "users add anna")
    assert "by" not in read(crm, "audit list --json")["entries"][-1]


def test_an_installation_is_moved_and_used_where_it_is_now(crm: Command, shelf: Path) -> None:
    shown(crm, "users add anna")
    moved = crm("move data/licensekit/demo-crm there")
    assert moved.code == 0
    where = shelf / "there"
    assert moved.err == f"Use --home {where} from now on, in programs as well; see docs/how-to/postgresql.md.\n"
    assert moved.out.startswith("moved and verified\n")
    assert "users    1\n" in moved.out
    assert "anna" in shown(crm, "users list --home there")
    again = crm("users list")
    assert (again.code, again.out) == (8, "")
    assert f"was moved to {shelf / 'there'}; use it there" in again.err
    taken = crm("move there data/licensekit/demo-crm")
    assert (taken.code, taken.out) == (8, "")
    facts = read(crm, "move there back --json")
    assert (facts["target"], facts["serial"]) == (str(shelf / "back"), "1010000014")


def test_nothing_is_moved_from_where_nothing_is(run: Command, shelf: Path) -> None:
    ran = run("move nowhere there")
    assert (ran.code, ran.out) == (6, "")
    assert "no installation was set up here yet" in ran.err
    assert not (shelf / "nowhere").exists()
    assert not (shelf / "there").exists()


def test_a_return_can_be_looked_at_first(crm: Command) -> None:
    shown = json.loads(crm("return --preview --json").out)
    assert [one["path"] for one in shown["changes"]]
    assert shown["needs_confirmation"]
    assert shown["needs_confirmation"][0]["message"] in crm("return --preview").err
    assert "active" in crm("status").out


def test_a_clock_is_accepted_in_place_of_a_later_time_once(crm: Command) -> None:
    """Where it is not behind, and a second time for one base bundle, it is refused."""
    ran = crm("accept-clock")
    assert (ran.code, ran.out) == (6, "")
    assert "not behind" in ran.err
    clock = Clock(int(time.time()) + 100 * DAY)
    with Licensing.open(root=PIN, pack=Path("crm.lkp").read_bytes(), clock=clock, watch=False) as licensing:
        for _ in range(10):
            clock.move(hours=6)
            licensing.refresh()
    assert "clock-behind" in {one["code"] for one in read(crm, "status --json")["notices"]}
    assert "accepted" in shown(crm, "accept-clock")
    assert "clock-behind" not in {one["code"] for one in read(crm, "status --json")["notices"]}
    assert crm("accept-clock").code == 6
