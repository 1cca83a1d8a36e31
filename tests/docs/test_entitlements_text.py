"""`docs/entitlements.md`: every code that is told is listed, and no other."""

import re
from pathlib import Path

import pytest

import licensekit
from licensekit.entitlements import BundleState, assignment
from licensekit.wire.documents import AfterGrace
from tests.docs.tables import section, tables, text_of

TEXT = text_of("entitlements.md")
SOURCE = "".join(
    path.read_text("utf-8") for path in sorted(Path(licensekit.__file__).parent.rglob("*.py"))
)


def listed(heading: str, table: int = 0) -> list[str]:
    """Return the first column of a table, without its quotes."""
    return [row[0].split("`")[1] for row in tables(section(TEXT, heading))[table]]


@pytest.mark.parametrize(("heading", "kind"), [("Login", "Reason"), ("Notices", "Notice")])
def test_every_code_is_listed(heading: str, kind: str) -> None:
    told = re.findall(rf"\b{kind}\(\s*f?\"([a-z-]+)", SOURCE)
    assert told
    assert {code.rstrip("…") for code in listed(heading)} == set(told)


def test_every_state_and_policy_is_listed() -> None:
    assert listed("Parts") == [state.value for state in BundleState]
    policies = {policy.name.lower().replace("_", "-") for policy in AfterGrace}
    assert set(listed("Parts", 1)) == policies


def test_rules_of_assignments_are_numbered_as_where_they_are_carried_out() -> None:
    numbers = [row[0] for row in tables(section(TEXT, "Assignments"))[0]]
    assert re.findall(r"^(S[0-9])  ", assignment.__doc__ or "", re.MULTILINE) == numbers
