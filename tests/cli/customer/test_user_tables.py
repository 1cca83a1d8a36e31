"""Users from the export of a directory, rules and tables of users, as an administrator types it."""

import json
from pathlib import Path

from tests.cli.customer.conftest import Command

EXPORT = (
    "sAMAccountName,displayName,memberOf,Enabled,department\n"
    'anna,Anna Berg,"CN=Domain Users,DC=x",True,A\n'
    'bob,Bob,"CN=Domain Users,DC=x;CN=Vertrieb & Nord,DC=x",True,B\n'
    "dora,Dora,,perhaps,\n"
)


def seated(crm: Command, shelf: Path) -> Command:
    """Sync with the export, with a rule."""
    (shelf / "users.csv").write_text(EXPORT)
    assert crm("users rules users sales").code == 0
    assert crm("users sync users.csv --yes").code == 0
    return crm


def test_a_sync_is_looked_at_first_and_then_made(crm: Command, shelf: Path) -> None:
    (shelf / "users.csv").write_text(EXPORT.replace("Domain Users", "Staff"))
    assert crm("users rules staff sales").out.split() == ["group", "licenses", "staff", "sales"]
    shown = crm("users sync users.csv --preview")
    counts = "2 added, 1 refused, 2 licenses assigned"
    assert [line.split() for line in shown.out.splitlines()] == [
        ["outcome", "line", "id", "name", "what"],
        ["added", "2", "anna", "Anna", "Berg", "assigned", "sales"],
        ["added", "3", "bob", "Bob", "assigned", "sales"],
        ["refused", "4", "dora", "Dora", "'perhaps'", "is", "neither", "yes", "nor", "no"],
        [],
        counts.split(),
    ]
    assert crm("users list").out == "no users\n"
    done = crm("users sync users.csv")
    assert (done.code, done.out) == (0, f"{counts}\n")
    assert done.err == "users.csv: line 4: dora: 'perhaps' is neither yes nor no\n"
    assert [one["groups"] for one in json.loads(crm("users list --json").out)["users"]] == [
        ["Staff"],
        ["Staff", "Vertrieb & Nord"],
    ]


def test_that_users_leave_is_not_done_without_a_yes(crm: Command, shelf: Path) -> None:
    seated(crm, shelf)
    (shelf / "users.csv").write_text("sAMAccountName,displayName\nanna,Anna Dahl\n")
    refused = crm("users sync users.csv")
    assert (refused.code, "1 user who has left the directory" in refused.err) == (6, True)
    shown = json.loads(crm("users sync users.csv --preview --json").out)
    assert [(one["outcome"], one["id"], one["set"], one["released"]) for one in shown["users"]] == [
        ("changed", "anna", ["name"], []),
        ("left", "bob", ["retired"], []),
    ]
    assert crm("users sync users.csv --yes").out == "1 changed, 1 left\n"
    assert crm("users sync users.csv --preview").out == "1 unchanged\n"


def test_an_export_that_is_cut_off_needs_more_than_a_yes(crm: Command, shelf: Path) -> None:
    (shelf / "many.csv").write_text("login,status\n" + "".join(f"u{number},ACTIVE\n" for number in range(20)))
    (shelf / "few.csv").write_text("login,status\nu1,ACTIVE\n")
    assert crm("users sync many.csv").code == 0
    refused = crm("users sync few.csv --yes")
    assert (refused.code, "the export may be cut off, or a group renamed: 19 of 20" in refused.err) == (6, True)
    assert "--most-leave" in refused.err
    assert crm("users sync few.csv --preview").code == 0
    assert crm("users sync few.csv --yes --most-leave --json").code == 0


def test_an_invalid_file_and_an_invalid_rule_are_refused(crm: Command, shelf: Path) -> None:
    (shelf / "users.csv").write_text("mail,phone\na@x.example,1\n")
    refused = crm("users sync users.csv --yes")
    assert (refused.code, "there is no column `id`" in refused.err) == (5, True)
    assert crm("users sync users.csv --column mail=id --ignore phone").code == 0
    assert crm("users rules").out == "no rules\n"
    assert crm("users rules staff nothing").code == 2
    assert crm("users rules staff").code == 2
    assert crm("users rules staff --drop").code == 6


def test_users_are_exported_as_they_are_imported(crm: Command, shelf: Path) -> None:
    seated(crm, shelf)
    written = crm("users export")
    assert written.out.splitlines()[1] == "anna,Anna Berg,associate,yes,no,Domain Users,,no,"
    assert crm("users export -o all.csv").code == 0
    assert (shelf / "all.csv").read_text() == written.out
    assert crm("users import all.csv").out == "2 unchanged\n"
    assert crm("users sync all.csv").out == "2 unchanged\n"


def test_a_row_without_an_id_is_named_by_its_line(crm: Command, shelf: Path) -> None:
    (shelf / "users.csv").write_text("login,displayName\nanna,Anna\n,Nobody\n")
    assert crm("users sync users.csv").err.startswith("users.csv: line 3: '' is not a valid user id")


def test_an_invalid_id_is_shown_without_what_a_terminal_would_obey(crm: Command, shelf: Path) -> None:
    (shelf / "users.csv").write_text("id,name\nanna,Anna\n\x1b[2Jbob,Bob\n")
    done = crm("users sync users.csv")
    assert (done.code, "\x1b" in done.err, "line 3" in done.err) == (0, False, True)
