"""Changes of more users than one transaction is to keep others waiting for: nothing is worked out in a transaction."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from licensekit.database import Connection
from licensekit.errors import NoneFree, ProposalStale
from licensekit.installation import AuditFilter, Installation, UserFilter, assignments, parse_directory, parse_users
from licensekit.installation.sync_plan import Planner
from licensekit.state.staged_users import IN_ENTRY, TOGETHER
from tests.crm import crm_home_on_engine
from tests.homes import bundle, file

MANY = TOGETHER * 2 + 100
EVERYBODY = UserFilter(retired=False)
TABLE = "id,name,licenses\n" + "".join(f"u{number:04},Person {number},user\n" for number in range(MANY))


@pytest.fixture(params=["folder", pytest.param("server", marks=pytest.mark.server)])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """Very many users, each with a license."""
    with crm_home_on_engine(request, tmp_path).open() as installation:
        installation.activate(file(bundle(system={"server": 1}, users={"user": None, "windows": MANY, "travel": 7})))
        installation.users.import_rows(parse_users(TABLE))
        yield installation


@pytest.fixture
def is_open(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a transaction was open at each moment at which a change was worked out."""
    transactions, found = Counter[str](), list[bool]()
    begin, end = Connection.__enter__, Connection.__exit__

    def enter(connection: Connection) -> Connection:
        transactions["open"] += 1
        return begin(connection)

    def leave(connection: Connection, *error: Any) -> None:
        transactions["open"] -= 1
        end(connection, *error)

    def watched(work_out: Callable[..., Any]) -> Callable[..., Any]:
        def work(*given: Any, **options: Any) -> object:
            found.append(transactions["open"] > 0)
            return work_out(*given, **options)

        return work

    monkeypatch.setattr(Connection, "__enter__", enter)
    monkeypatch.setattr(Connection, "__exit__", leave)
    monkeypatch.setattr(Planner, "plan", watched(Planner.plan))
    monkeypatch.setattr(assignments, "plan_licenses", watched(assignments.plan_licenses))
    return found


def test_what_is_asked_for_is_worked_out_in_no_transaction(crm: Installation, is_open: list[bool]) -> None:
    crm.users.import_rows(parse_users(TABLE.replace("Person", "Somebody")))
    crm.users.propose_import(parse_users(TABLE)).apply()
    crm.users.propose_assign(EVERYBODY, assign=["windows"]).apply()
    crm.users.propose_sync(parse_directory("login,status\nanna,ACTIVE\n")).apply()
    crm.users.propose_assign(["anna"], assign=["user"])
    assert is_open == [False] * 6


def test_very_many_are_assigned_released_and_retired(crm: Installation) -> None:
    told: list[int] = []
    assert crm.users.propose_assign(EVERYBODY, assign=["windows"]).apply(told.append) == sum(told) == MANY
    assert crm.state().in_use == {"user": MANY, "windows": MANY}
    slots = [one.slot for row in crm.users.list() for one in row.user.holdings if one.license == "windows"]
    assert slots == list(range(1, MANY + 1))
    entries = crm.audit.page(limit=500).entries
    assert sum(one.facts["did"] == "user-assign" for one in entries) == -(-MANY // IN_ENTRY)
    released = crm.users.propose_assign(EVERYBODY, release=["user", "windows"])
    assert released.apply() == MANY
    assert crm.state().in_use == {}
    assert crm.users.propose_assign(EVERYBODY, retire=True).apply() == MANY
    assert crm.users.count(EVERYBODY) == (0, True)
    found = crm.audit.page(AuditFilter(user="u0007")).entries
    assert [one.facts["did"] for one in found] == ["user-retire", "user-assign", "user-assign", "user-import"]
    assert crm.audit.verify()


def test_of_too_few_nobody_gets_one(crm: Installation) -> None:
    crm.users.assign("u0003", "windows", "travel")
    with pytest.raises(NoneFree):
        crm.users.propose_assign(EVERYBODY, assign=["windows", "travel"])
    assert crm.state().in_use == {"user": MANY, "windows": 1, "travel": 1}


def test_a_user_who_changes_while_a_change_is_prepared_stops_all_of_it(crm: Installation) -> None:
    def meddle(_: int) -> None:
        if not crm.users.get("u0001").administrator:
            crm.users.set("u0001", administrator=True)

    before = crm.state().in_use
    with pytest.raises(ProposalStale) as caught:
        crm.users.propose_assign(EVERYBODY, assign=["windows"]).apply(meddle)
    assert caught.value.changed == ("u0001",)
    assert crm.state().in_use == before


def test_a_license_that_somebody_takes_while_a_change_is_prepared_stops_all_of_it(crm: Installation) -> None:
    crm.users.add("anna")
    everybody_else = [f"u{number:04}" for number in range(MANY)]

    def meddle(_: int) -> None:
        crm.users.assign("anna", "user", "windows")

    with pytest.raises(ProposalStale) as caught:
        crm.users.propose_assign(everybody_else, assign=["windows"]).apply(meddle)
    assert caught.value.changed == ("windows",)
    assert crm.state().in_use["windows"] == 1


def test_whatever_else_is_entered_in_the_audit_log_stops_nothing(crm: Installation) -> None:
    crm.users.propose_sync(parse_directory("login,status\nanna,ACTIVE\n")).apply()
    proposal = crm.users.propose_import(parse_users(TABLE.replace("Person", "Somebody")))
    for number in range(150):
        crm.users.set("anna", name=f"Anna {number}")
    assert proposal.apply().changed == MANY
