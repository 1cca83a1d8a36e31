"""`--settle` and `--plan`: a deficit is settled with an activation, or with a return."""

import json
from pathlib import Path

import pytest

from tests import today
from tests.cli.customer.conftest import Command
from tests.crm import SOLD
from tests.docs.tables import code_blocks, section, text_of

MORE = {**SOLD, "users": {**SOLD["users"], "sales": 30, "travel": 30}}
FEWER = {**SOLD, "users": {**SOLD["users"], "sales": 1, "travel": 30}}


@pytest.fixture
def short(crm: Command, shelf: Path) -> Command:
    """Run a command where three have the plan `sales`, and `fewer.lic` is for one."""
    (shelf / "more.lic").write_text(today.file(today.bundle(2, **MORE)))
    (shelf / "fewer.lic").write_text(today.file(today.bundle(3, **FEWER)))
    assert crm("activate more.lic").code == 0
    for line in ("a sales", "b sales windows travel", "c sales"):
        user, _, licenses = line.partition(" ")
        assert crm(f"users add {user}").code == 0
        assert crm(f"users assign {user} {licenses}").code == 0
    return crm


def held(run: Command) -> dict[str, list[str]]:
    """Return what each user is assigned."""
    return {row["id"]: row["licenses"] for row in json.loads(run("users list --json").out)["users"]}


def test_a_preview_shows_what_would_settle_it(short: Command) -> None:
    """As the document shows it."""
    ran = short("activate fewer.lic --preview")
    preview, _ = code_blocks(section(text_of("commands.md"), "activate --settle"))
    assert ran.code == 1
    assert preview.strip() in ran.out
    assert short("activate fewer.lic --plan plan.csv").code == 0
    assert Path("plan.csv").read_text("utf-8-sig").splitlines() == [
        "license,id,name,slot,action,instead,takes",
        "sales,c,,3,release,,",
        "sales,b,,2,release,,travel windows",
        "sales,a,,1,keep,,",
    ]


def test_the_newest_are_released_with_the_activation(short: Command) -> None:
    shown = short("activate fewer.lic --settle newest --preview")
    assert (shown.code, "can be activated" in shown.out) == (0, True)
    assert held(short)["c"] == ["sales"]
    ran = short("activate fewer.lic --settle newest")
    assert (ran.code, ran.err) == (0, "")
    assert "what is released" in ran.out
    assert "activated" in ran.out
    assert held(short) == {"a": ["sales"], "b": [], "c": []}


def test_an_edited_plan_says_who_loses_what(short: Command, shelf: Path) -> None:
    short("activate fewer.lic --plan plan.csv")
    text = (shelf / "plan.csv").read_text("utf-8-sig")
    (shelf / "plan.csv").write_text(text.replace("2,release", "2,keep").replace("1,keep", "1,release"))
    told = json.loads(short("activate fewer.lic --settle plan.csv --preview --json").out)
    assert [(row["id"], row["action"]) for row in told["settlement"]["rows"]] == [
        ("c", "release"),
        ("a", "release"),
        ("b", "keep"),
    ]
    assert (told["activated"], told["can_activate"]) == (False, True)
    told = json.loads(short("activate fewer.lic --settle plan.csv --json").out)
    assert (told["activated"], told["settlement"]["holders"]) == (True, 2)
    assert held(short) == {"a": [], "b": ["sales", "travel", "windows"], "c": []}


def test_every_fault_of_a_plan_is_reported_with_its_line(short: Command, shelf: Path) -> None:
    (shelf / "plan.csv").write_bytes("license;id;action;note\nsales;c;fire;\nsales;zoë;release;\n".encode("cp1252"))
    assert "--ignore" in short("activate fewer.lic --settle plan.csv").err
    assert "--encoding" in short("activate fewer.lic --settle plan.csv --ignore note").err
    ran = short("activate fewer.lic --settle plan.csv --encoding windows-1252 --ignore note")
    assert ran.code == 5
    lines = ran.err.splitlines()
    assert [line.startswith(f"licensekit: plan.csv: line {n}: ") for n, line in enumerate(lines[:2], 2)] == [True, True]
    assert lines[2:] == ["licensekit: plan.csv: 2 faults in the plan, so nothing was changed; correct it"]
    assert "there is no such file" in short("activate fewer.lic --settle plam.csv").err
    assert held(short)["c"] == ["sales"]


def test_of_many_rows_the_first_are_shown(crm: Command, shelf: Path) -> None:
    (shelf / "more.lic").write_text(today.file(today.bundle(2, **MORE)))
    (shelf / "fewer.lic").write_text(today.file(today.bundle(3, **FEWER)))
    (shelf / "people.csv").write_text("id,licenses\n" + "".join(f"user{n:02},sales\n" for n in range(30)))
    for line in ("activate more.lic", "users import people.csv"):
        assert crm(line).code == 0
    out = crm("activate fewer.lic --preview").out
    assert "9 more rows; from 29 holders" in out
    assert out.count("  release\n") == 20


def test_a_return_is_settled_alike(short: Command, shelf: Path) -> None:
    (shelf / "base.lic").write_text(today.file(today.bundle(3, **FEWER)))
    (shelf / "extra.lic").write_text(today.file(today.bundle(part="extra", users={"sales": 9}, system={}, sites={})))
    for line in ("activate extra.lic", "activate base.lic"):
        assert short(line).code == 0, line
    assert short("return extra --plan plan.csv").code == 0
    assert (shelf / "plan.csv").read_text("utf-8-sig").count("release") == 2
    shown = short("return extra --settle newest --preview").out
    assert "travel, windows" in shown
    assert held(short)["c"] == ["sales"]
    assert json.loads(short("return extra --preview --json").out)["settlement"]["holders"] == 2
    assert short("return extra --settle newest --yes").code == 0
    assert held(short) == {"a": ["sales"], "b": [], "c": []}
