"""Who needs a seat, and licenses of many users in one command, as an administrator types it."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from licensekit import Licensing
from licensekit.dates import DAY_SECONDS
from tests import today
from tests.cli.customer.conftest import Command
from tests.crm import SOLD, crm_catalog
from tests.homes import PIN, Clock

HOLDERS = "\n".join(f"user{number:03},sales windows" for number in range(200))


@pytest.fixture
def people(crm: Command, shelf: Path) -> Command:
    """The same, with 200 users who hold two licenses each, and anna."""
    many = {**SOLD, "users": {"sales": 300, "service": 1, "windows": None, "travel": 1, "user": None}}
    (shelf / "many.lic").write_text(today.file(today.bundle(3, **many)))
    assert crm("activate many.lic").code == 0
    assert crm("users import -", stdin=f"id,licenses\n{HOLDERS}\nanna,service".encode()).code == 0
    return crm


def see(shelf: Path, *users: str, days_ago: int) -> None:
    """Report, as the application does, that users were seen."""
    place = shelf / "data" / "licensekit" / "demo-crm"
    clock = Clock(today.ISSUED + (1 - days_ago) * DAY_SECONDS)
    with Licensing.open(place, root=PIN, pack=today.pack(crm_catalog()), clock=clock, watch=False) as licensing:
        for user in users:
            licensing.seen(user)


def test_lists_say_when_users_were_seen_once_the_application_tells(people: Command, shelf: Path) -> None:
    assert "last seen" not in people("users list --text anna").out
    assert "last seen" not in people("explain anna").out
    idle = people("users list --idle 0")
    assert (idle.out, idle.err.count("The application does not report who uses it")) == ("no users\n", 1)
    see(shelf, "anna", days_ago=0)
    days = {str(date.today() - timedelta(days)) for days in (0, 1)}  # noqa: DTZ011  # near midnight either
    listed = people("users list --text anna").out
    assert "last seen" in listed
    assert any(day in listed for day in days)
    assert "last seen" in people("explain anna").out
    [anna] = json.loads(people("users list --text anna --json").out)["users"]
    assert anna["last_seen"] in days
    assert people("users list --idle 0").err == ""


def test_who_holds_what_nobody_can_use_is_listed_and_counted(people: Command) -> None:
    people("users set anna --no-login")
    assert [user["id"] for user in json.loads(people("users list --unusable --json").out)["users"]] == ["anna"]
    assert "1 user holds licenses and cannot log in" in people("status").out
    [notice] = [one for one in json.loads(people("status --json").out)["notices"] if one["code"] == "unusable-licenses"]
    assert notice["remedy"] == "licensekit users list --unusable"
    assert people("users release service --unusable").out == "anna: released service\n"
    assert "unusable" not in people("status --json").out


def test_two_hundred_users_are_released_in_one_command(people: Command) -> None:
    preview = people("users release sales windows --license sales --preview")
    assert (preview.code, len(preview.out.splitlines())) == (0, 201)
    assert preview.out.splitlines()[:2] == ["what     now             then", "user000  sales, windows  -"]
    assert len(json.loads(people("users release windows --text user --preview --json").out)["changes"]) == 200
    done = people("users release sales windows --license sales")
    assert (done.code, done.out.splitlines()[0]) == (0, "user000: released sales, windows")
    assert people("users list --license sales").out == "no users\n"
    assert people("users release sales windows --license sales").out == "nothing to change\n"


def test_many_are_named_in_a_file_or_a_table(people: Command, shelf: Path) -> None:
    (shelf / "leavers.txt").write_text("id\nuser001\nUSER002\n")
    assert people("users retire --from-file leavers.txt").out == (
        "user001: retired, released sales, windows\nuser002: retired, released sales, windows\n"
    )
    table = "Konto;Name\nuser003;Ü\n".encode("windows-1252")
    moved = people(
        "users assign service --release sales --from-file - --column konto=id --encoding windows-1252", stdin=table
    )
    assert moved.err.startswith("licensekit: user003: no `service` is free: 1 of 1 are assigned; release one")
    people("users release anna service")
    moved = people("users assign service --release sales --from-file -", stdin=b"id\nuser003")
    assert (moved.code, moved.out) == (0, "user003: assigned service, released sales\n")
    done = json.loads(people("users retire --from-file - --json", stdin=b"id\nuser004").out)
    assert done["changes"][1] == {"path": "user004.retired", "before": False, "after": True}


def test_nothing_is_changed_and_every_fault_is_reported(people: Command, shelf: Path) -> None:
    before = people("users list --json").out
    (shelf / "some.txt").write_text("id\nuser001\nnobody\nanna\n")
    for preview in ("", " --preview"):
        refused = people(f"users release windows --from-file some.txt{preview}")
        assert (refused.code, refused.out) == (6, "")
        assert [line.split(": ")[1] for line in refused.err.splitlines()] == ["some.txt"] * 2
        assert "there is no user 'nobody'" in refused.err
        assert "anna is not assigned `windows`" in refused.err
    torn = people("users release windows --from-file -", stdin=b"a,b\n")
    assert (torn.code, "there is no column `id`" in torn.err, "nothing was changed" in torn.err) == (5, True, True)
    assert people("users list --json").out == before


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("users retire", "give one of ID, --from-file and filters"),
        ("users retire anna --idle 3", "give one of ID, --from-file and filters"),
        ("users release sales", "give LICENSE... and one of ID, --from-file and filters"),
        ("users assign --idle 90", "give LICENSE... and one of"),
        ("users assign --from-file some.txt", "give LICENSE... and one of"),
        ("users release sales --idle 3 --from-file some.txt", "give LICENSE... and one of"),
        ("users release sales --idle soon", "'soon' is not a whole number from 0 on"),
    ],
)
def test_what_says_too_little_or_too_much_is_not_understood(people: Command, shelf: Path, line: str, said: str) -> None:
    (shelf / "some.txt").write_text("id\nanna\n")
    ran = people(line)
    assert (ran.code, said in ran.err) == (2, True), ran.err


def test_a_file_with_nobody_in_it_changes_nothing(people: Command) -> None:
    ran = people("users retire --from-file -", stdin=b"id\n")
    assert (ran.code, ran.out) == (0, "nothing to change\n")
