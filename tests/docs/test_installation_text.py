"""`docs/installation.md`: its program runs, and its rules are those that the modules state."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from licensekit.errors import SettlementInvalid
from licensekit.installation import Installation, admission, table_of
from licensekit.state import time
from licensekit.state.home import SCHEMA
from tests import homes, today
from tests.crm import SOLD, crm_catalog
from tests.docs.tables import code_blocks, section, tables, text_of

TEXT = text_of("installation.md")


def test_the_program_runs(tmp_path: Path) -> None:
    names: dict[str, Any] = {
        "home": tmp_path / "home",
        "ROOT": homes.PIN,
        "PACK": today.pack(crm_catalog()),
        "data": today.file(today.bundle(**SOLD)),
    }
    [program] = code_blocks(section(TEXT, "From a program"))
    exec(program, names)  # noqa: S102  # our own text
    assert [user.id for user, _ in names["holders"]] == ["bob"]
    with Installation.open(names["home"], root=homes.PIN, pack=names["PACK"]) as installation:
        did = [entry.facts["did"] for entry in installation.audit.entries()]
    assert did == ["create", "activate", "user-add", "user-assign", "prefer", "user-assign", "event-start", "event-end"]


def test_the_program_that_settles_a_deficit_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Installation.open(tmp_path / "home", root=homes.PIN, pack=today.pack(crm_catalog())) as installation:
        installation.activate(today.file(today.bundle(**SOLD)))
        for user in ("bob", "anna"):
            installation.users.add(user)
            installation.users.assign(user, "sales", "windows")
        fewer = {**SOLD, "users": {**SOLD["users"], "sales": 1}}
        data = today.file(today.bundle(2, **fewer))
        names: dict[str, Any] = {"installation": installation, "data": data, "table_of": table_of}
        [program] = code_blocks(section(TEXT, "Deficits"))
        with pytest.raises(SettlementInvalid, match="1 fault in the plan"):
            exec(program, names)  # noqa: S102  # our own text
        assert capsys.readouterr().out.splitlines() == [
            "anna sales 2 release  ('windows',)",
            "bob sales 1 keep  ('windows',)",
        ]
        assert [len(installation.users.get(user).licenses) for user in ("anna", "bob")] == [0, 2]


def test_rules_are_numbered_as_where_they_are_carried_out() -> None:
    numbers = [row[0] for row in tables(section(TEXT, "Activation"))[0]]
    stated = re.findall(r"^(A[0-9])  ", admission.__doc__ or "", re.MULTILINE)
    assert stated == [n for n in numbers if n != "A7"]


def test_every_rule_of_time_that_the_code_names_is_stated() -> None:
    numbers = {row[0] for row in tables(section(TEXT, "Time"))[0]}
    assert set(re.findall(r"\bC[0-9]\b", inspect.getsource(time))) <= numbers


def test_every_table_is_named() -> None:
    created = [
        name
        for migration in SCHEMA.migrations
        for statement in migration
        for name in re.findall(r"CREATE TABLE (\w+)", statement)
    ]
    assert created
    assert set(created) <= set(re.findall(r"`(\w+)`", section(TEXT, "Tables")))
