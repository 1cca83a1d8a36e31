"""`docs/evaluation.md`: every code that is told is listed, and no other."""

import re
from collections.abc import Iterator
from types import ModuleType

import pytest

from licensekit.entitlements import BundleState, assignment, timeline
from licensekit.entitlements.messages import Notice, Reason, WhyNot
from licensekit.entitlements.notices import FactsChanged
from licensekit.errors.coded import Message
from licensekit.errors.installation import REASONS, DenialReason
from licensekit.installation.supplied_license import KeptInMemory
from licensekit.runtime.snapshot import TimeNotKept
from licensekit.wire.documents import AfterGrace
from tests.docs.tables import section, tables, text_of

TEXT = text_of("evaluation.md")
assert TimeNotKept.code, "its module is imported, so that every notice is known"
assert KeptInMemory.code, "likewise"


def listed(heading: str, table: int = 0) -> list[str]:
    """Return the first column of a table, without its quotes."""
    return [row[0].split("`")[1] for row in tables(section(TEXT, heading))[table]]


def all_codes(kind: type[Message]) -> set[str]:
    """Return the codes of a class and of all below it."""
    own = {kind.code} if hasattr(kind, "template") else set[str]()
    return own.union(*map(all_codes, kind.__subclasses__()))


@pytest.mark.parametrize(("heading", "kind"), [("Login", Reason), ("Notices", Notice)])
def test_every_code_is_listed(heading: str, kind: type[Message]) -> None:
    assert set(listed(heading)) == all_codes(kind)


def test_every_reason_of_a_denial_is_listed_with_its_codes() -> None:
    rows = [[re.findall(r"`([^`]+)`", cell) for cell in row] for row in tables(section(TEXT, "Why not"))[0]]
    found = {(reason, code) for reasons, _, codes in rows for reason in reasons for code in codes}
    said = {(reason.value, code) for code, reason in REASONS.items()}
    assert said <= found
    assert {reason for reason, _ in found} == {reason.value for reason in DenialReason}
    assert all_codes(WhyNot) <= {code for _, code in found}


def severity_of(kind: type[Notice]) -> str:
    """Return the severity that the document gives to a code."""
    rows = tables(section(TEXT, "Notices"))[0]
    return next(row[1] for row in rows if f"`{kind.code}`" in row[0])


def notices(kind: type[Notice] = Notice) -> Iterator[type[Notice]]:
    """Yield every class of notices whose severity is always the same."""
    for child in kind.__subclasses__():
        if hasattr(child, "template") and child is not FactsChanged:
            yield child
        yield from notices(child)


@pytest.mark.parametrize("kind", list(notices()), ids=lambda kind: kind.code)
def test_every_severity_is_as_listed(kind: type[Notice]) -> None:
    assert severity_of(kind) == kind.severity.value


def test_every_state_and_policy_is_listed() -> None:
    assert listed("States") == [state.value for state in BundleState]
    policies = {policy.name.lower().replace("_", "-") for policy in AfterGrace}
    assert set(listed("States", 1)) == policies


@pytest.mark.parametrize(("heading", "module"), [("Bundles that govern", timeline), ("Assignments", assignment)])
def test_rules_are_numbered_as_where_they_are_carried_out(heading: str, module: ModuleType) -> None:
    numbers = [row[0] for row in tables(section(TEXT, heading))[0]]
    assert re.findall(r"^([PS][0-9])  ", module.__doc__ or "", re.MULTILINE) == numbers
