"""`explain`, and the first lines of `status`, as an administrator reads them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from licensekit.cli import customer_commands
from licensekit.dates import date_of, format_days
from tests import homes, today
from tests.cli.customer.conftest import Command
from tests.crm import SOLD

GRACE = f"--now {date_of(today.DAY + 370)}"
"""A day on which the term has ended and grace runs."""


def test_status_begins_with_a_sentence_and_what_needs_somebody(crm: Command) -> None:
    assert crm("status").out.splitlines()[1] == ""
    first, _, *notice = crm(f"status {GRACE}").out.splitlines()[:6]
    ends = format_days(today.DAY + 395)
    assert first == f"licensed until {ends}, in grace; 1 thing needs your attention"
    assert [line.split("  ")[0] for line in notice] == ["warning", "then", "do", "run"]
    assert notice[1] == f"then     after {ends}, full access becomes read-only"
    assert notice[3] == "run      licensekit activate FILE"


def test_what_is_good_to_know_comes_last(crm: Command, shelf: Path) -> None:
    (shelf / "later.lic").write_text(today.file(today.bundle(2, starts=today.DAY + 30, **SOLD)))
    crm("activate later.lic")
    *_, title, known = crm("status").out.splitlines()
    assert title == "good to know"
    assert known.startswith("1010000014 base 2 starts on ")
    assert "then" not in known


def test_an_installation_is_explained_as_status_shows_it(crm: Command) -> None:
    moment = "--now 2027-01-01"
    assert crm(f"explain {moment}").out == crm(f"status {moment}").out


def test_a_user_is_explained_with_the_commands_that_help(crm: Command) -> None:
    crm("users add bob --no-login")
    out = crm("explain bob").out
    assert "logs in by  none\n" in out
    assert "web  *can log in* is off for bob\nrun  licensekit users set bob --login\n" in out
    assert "web  the user does not hold the license `user`\nrun  licensekit users assign bob user\n" in out


def test_several_things_of_one_name_have_headings(crm: Command) -> None:
    crm("users add Sales")
    ran = crm("explain sales")
    assert ran.err == "`Sales` names several things: a user, a license.\n"
    assert ran.out.startswith("user Sales\n")
    assert "\n\nlicense sales\n" in ran.out
    found = json.loads(crm("explain sales --json").out)["explained"]
    assert [(one["kind"], one["name"]) for one in found] == [("user", "Sales"), ("license", "sales")]


def test_a_file_is_shown_and_judged(crm: Command, shelf: Path) -> None:
    out = crm("explain other.lic").out
    assert "VERIFIED" in out
    assert "OTHER-1 base 1 is for serial OTHER-1" in out
    assert "\nrun " not in out
    piped = crm("explain -", stdin=(shelf / "one.lic").read_bytes()).out
    assert piped.endswith("\nfile  all of it is already here\n")
    [finding] = json.loads(crm("explain other.lic --json").out)["explained"][0]["details"]["documents"]
    assert (finding["type"], finding["status"]) == ("bundle", "verified")


@pytest.mark.parametrize(("name", "hint"), [("salse", "did you mean `sale`?"), ("x" * 300, "look at `users list`")])
def test_what_nobody_knows_is_reported_in_one_line(crm: Command, name: str, hint: str) -> None:
    ran = crm(f"explain {name}")
    assert (ran.code, ran.out, ran.err.count("\n")) == (6, "", 1)
    assert hint in ran.err


def test_commands_that_help_have_the_name_of_the_application(crm: Command, shelf: Path) -> None:
    assert crm("users add bob --no-login").code == 0
    group = customer_commands(root=homes.PIN, pack=(shelf / "crm.lkp").read_bytes())
    for json_option in ([], ["--json"]):
        ran = CliRunner().invoke(group, ["explain", "bob", *json_option], prog_name="acme license")
        assert "acme license users set bob --login" in ran.output
        assert "licensekit users" not in ran.output
