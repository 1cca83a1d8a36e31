"""A deficit is settled in one change with the activation, and never dead-ends where one license requires another."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

import pytest

from licensekit.errors import BelowUse, BundleRefused, NoneFree, ProposalStale, SettlementInvalid
from licensekit.installation import DOWNGRADE, KEEP, ActivationProposal, Installation, SettlementRow, table_of
from licensekit.state.home import open_installation
from licensekit.wire.documents import Kind
from tests import makers
from tests.crm import SOLD, crm_catalog
from tests.homes import Home, bundle, file

_of = makers.license_entry
MORE: dict[str, Any] = {**SOLD, "users": {**SOLD["users"], "sales": 5, "service": 5, "travel": 5, "complete": 5}}
PLANS = makers.changed(
    crm_catalog(),
    version=2,
    licenses={**crm_catalog().licenses, "complete": _of(plan=True, includes=["sales", "service"])},
)


@pytest.fixture
def sold(crm: Installation) -> Installation:
    """An installation with more of everything; three users have a plan, and two what needs it."""
    crm.activate(file(PLANS, bundle(2, **MORE)))
    crm.users.assign("anna", "sales", "windows", "travel")
    crm.users.assign("bob", "sales", "windows", "travel")
    crm.users.assign("carl", "sales")
    return crm


def fewer(sequence: int = 3, **users: int | None) -> str:
    """Return a file with another number of user licenses."""
    counts = {**MORE["users"], **users}
    return file(bundle(sequence, **{**MORE, "users": {code: count for code, count in counts.items() if count != 0}}))


def held(crm: Installation) -> dict[str, set[str]]:
    """Return what each user is assigned."""
    return {row.user.id: set(row.user.licenses) for row in crm.users.list()}


def shown(rows: tuple[SettlementRow, ...]) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Return what rows say."""
    return [(row.license, row.id, row.action, row.takes) for row in rows]


def edited(proposal: ActivationProposal, **actions: str) -> str:
    """Return the plan as a table, with another action for some holders."""
    return table_of(row._replace(action=actions.get(row.id, row.action)) for row in proposal.settlement.rows)


def test_the_plan_names_every_holder_and_what_goes_along(sold: Installation) -> None:
    before = held(sold)
    proposal = sold.propose_activate(fewer(sales=1))
    assert shown(proposal.settlement.rows) == [
        ("sales", "carl", "release", ()),
        ("sales", "bob", "release", ("travel", "windows")),
        ("sales", "anna", "keep", ("travel", "windows")),
    ]
    assert not proposal.preview.can_activate
    assert proposal.preview.settled().can_activate
    assert held(sold) == before


def test_without_a_deficit_there_is_nothing_to_settle(sold: Installation) -> None:
    proposal = sold.propose_activate(fewer(sales=9))
    assert proposal.settlement.rows == ()
    assert proposal.apply(settle=proposal.settlement).changed


def test_one_change_releases_and_activates(sold: Installation) -> None:
    proposal = sold.propose_activate(fewer(sales=1))
    assert proposal.apply(settle=proposal.settlement).changed
    assert held(sold) == {"anna": {"sales", "windows", "travel"}, "bob": set(), "carl": set()}
    assert sold.license("sales").row.total == 1
    assert [entry.facts["did"] for entry in sold.audit.page(limit=3).entries] == [
        "activate",
        "user-assign",
        "user-assign",
    ]
    assert not sold.audit.verify().restored
    assert "deficit" not in {notice.code for notice in sold.state().notices}


def test_nothing_is_released_if_the_file_is_refused_for_another_reason(sold: Installation) -> None:
    proposal = sold.propose_activate(file(bundle(1, serial="OTHER-1"), bundle(3, users={})))
    before, entries = held(sold), sold.audit.page(limit=1).entries
    with pytest.raises(BundleRefused):
        proposal.apply(settle=proposal.settlement)
    assert (held(sold), sold.audit.page(limit=1).entries) == (before, entries)


def test_without_settling_a_deficit_is_refused(sold: Installation) -> None:
    with pytest.raises(BelowUse):
        sold.propose_activate(fewer(sales=1)).apply()


def test_whoever_loses_a_license_along_with_another_counts(sold: Installation) -> None:
    """Carl has the highest slot of `sales`, and bob that of `windows`; with one of each, bob's go together."""
    proposal = sold.propose_activate(fewer(sales=2, windows=1))
    assert shown(proposal.settlement.losing) == [
        ("sales", "carl", "release", ()),
        ("windows", "bob", "release", ("travel",)),
    ]
    proposal = sold.propose_activate(fewer(sales=1, windows=1))
    assert [row.id for row in proposal.settlement.losing] == ["carl", "bob", "bob"]


def test_a_smaller_plan_keeps_what_depends_on_the_plan(sold: Installation) -> None:
    sold.users.assign("anna", "complete", release=["sales"])
    proposal = sold.propose_activate(fewer(complete=0, service=1))
    [row] = proposal.settlement.rows
    assert (row.action, row.instead, row.actions) == ("release", "sales", ("release", "downgrade", "keep"))
    proposal.apply(settle=proposal.settlement.read(edited(proposal, anna=DOWNGRADE)))
    assert held(sold)["anna"] == {"sales", "windows", "travel"}
    [_, entry] = sold.audit.page(limit=2).entries
    assert (entry.facts["assigned"], entry.facts["released"]) == (["sales"], ["complete"])


def test_an_administrator_chooses_person_by_person(sold: Installation) -> None:
    proposal = sold.propose_activate(fewer(sales=2))
    chosen = proposal.settlement.read(edited(proposal, carl=KEEP, anna="release"))
    proposal.apply(settle=chosen)
    assert held(sold) == {"anna": set(), "bob": {"sales", "windows", "travel"}, "carl": {"sales"}}


def test_an_edited_table_says_who_loses_what(sold: Installation) -> None:
    sold.users.set("carl", name="=Carl")
    sold.users.assign("bob", "complete", release=["sales"])
    proposal = sold.propose_activate(fewer(sales=1, complete=0))
    table = table_of(proposal.settlement.rows)
    assert proposal.settlement.read(table).rows == proposal.settlement.rows
    asked = "License;ID;Action;Instead\nsales;ANNA;Keep;\nsales;carl;release;\ncomplete;bob;downgrade;service\n"
    proposal.apply(settle=proposal.settlement.read(asked.encode("utf-16")))
    assert held(sold) == {
        "anna": {"sales", "windows", "travel"},
        "bob": {"service", "windows", "travel"},
        "carl": set(),
    }


@pytest.fixture
def complete(sold: Installation) -> Installation:
    """The same, where bob and carl have the plan `complete`, which includes `sales` and `service`."""
    for user in ("bob", "carl"):
        sold.users.assign(user, "complete", release=["sales"])
    return sold


POSSIBLE = "which are possible for `complete`"


@pytest.mark.parametrize(
    ("table", "faults"),
    [
        ("id,action\nanna,keep\n", ["line 1: there is no column `license`"]),
        (
            "license,id,action\ncomplete,bob\ncomplete,carl,fire",
            [
                f'line 2: \'\' is not "release", "downgrade" or "keep", {POSSIBLE}',
                f'line 3: \'fire\' is not "release", "downgrade" or "keep", {POSSIBLE}',
            ],
        ),
        (
            "license,id,action,instead\ncomplete,carl,downgrade,sales\n",
            [f'line 2: \'sales\' is not "" or "service", {POSSIBLE}'],
        ),
        (
            "license,id,action\ncomplete,zoe,release\nsales,anna,release\ncomplete,bob,keep\ncomplete,Bob,release\n",
            [
                "line 2: 'zoe' has no row for `complete` in the plan, or has two",
                "line 3: 'anna' has no row for `sales` in the plan, or has two",
                "line 5: 'Bob' has no row for `complete` in the plan, or has two",
            ],
        ),
        ("license,id,action\ncomplete,bob,release\n", ["`complete`: 1 holder loses it, but 2 must"]),
        ("license,id,action\n", ["`complete`: 0 holders lose it, but 2 must"]),
        (
            "license,id,action\ncomplete,bob,downgrade\ncomplete,carl,downgrade\n",
            ["line 3: no `service` is free: 1 of 1 are assigned"],
        ),
    ],
)
def test_every_fault_of_a_table_is_named_with_its_line(complete: Installation, table: str, faults: list[str]) -> None:
    proposal = complete.propose_activate(fewer(complete=0, sales=1, service=1))
    before = held(complete)
    with pytest.raises(SettlementInvalid) as caught:
        proposal.settlement.read(table)
    assert [str(fault).partition(";")[0] for fault in caught.value.faults] == faults
    assert held(complete) == before


@pytest.mark.parametrize("user", ["anna", "carl"])
def test_assignments_that_changed_meanwhile_make_it_stale(sold: Installation, user: str) -> None:
    """Whether they are of somebody who loses something or of somebody who keeps it."""
    proposal = sold.propose_activate(fewer(sales=1))
    sold.users.release(user, *sorted(held(sold)[user]))
    before = held(sold)
    with pytest.raises(ProposalStale) as stale:
        proposal.apply(settle=proposal.settlement)
    assert stale.value.changed == ("licenses.sales.holders",)
    assert held(sold) == before


def test_who_holds_nothing_of_it_may_change_meanwhile(sold: Installation) -> None:
    proposal = sold.propose_activate(fewer(sales=1))
    sold.users.add("dora")
    sold.users.assign("dora", "service")
    sold.users.set("carl", name="Carl")
    assert proposal.apply(settle=proposal.settlement).changed


def test_a_plan_whose_room_was_taken_meanwhile_is_refused(complete: Installation) -> None:
    sold = complete
    proposal = sold.propose_activate(fewer(complete=1, service=1, sales=1))
    chosen = proposal.settlement.read(edited(proposal, carl=DOWNGRADE))
    assert [row.instead for row in chosen.losing] == ["service"]
    sold.users.add("dora")
    sold.users.assign("dora", "service")
    before = held(sold)
    with pytest.raises(NoneFree):
        proposal.apply(settle=chosen)
    assert held(sold) == before


def test_what_is_yet_to_start_may_be_settled_or_left(sold: Installation) -> None:
    later = {**MORE, "users": {**MORE["users"], "sales": 1}}
    proposal = sold.propose_activate(file(bundle(3, starts=makers.ISSUED_DAY + 30, **later)))
    assert len(proposal.settlement.losing) == 2
    proposal.apply()
    assert "sales" in held(sold)["carl"]


def add_sites(crm: Installation, holds: Mapping[str, str]) -> None:
    """Add satellites with what they are assigned."""
    for site, codes in holds.items():
        crm.sites.add(site)
        crm.sites.assign(site, *codes.split())


def test_satellites_that_are_too_many_go_with_all_that_they_hold(sold: Installation) -> None:
    add_sites(sold, {"bergen": "", "oslo": "reporter"})
    proposal = sold.propose_activate(file(bundle(3, **{**MORE, "sites": {"satellite": 1, "reporter": 1}})))
    assert shown(proposal.settlement.rows) == [
        ("satellite", "oslo", "remove", ("reporter",)),
        ("satellite", "bergen", "keep", ()),
    ]
    with pytest.raises(SettlementInvalid):
        proposal.settlement.read(edited(proposal, oslo="release"))
    proposal.apply(settle=proposal.settlement)
    assert [row.site.id for row in sold.sites.list()] == ["bergen"]
    assert [entry.facts["did"] for entry in sold.audit.page(limit=2).entries] == ["activate", "site-remove"]


def test_a_license_of_a_site_is_released_and_the_site_stays(sold: Installation) -> None:
    add_sites(sold, {"bergen": "reporter"})
    proposal = sold.propose_activate(file(bundle(3, **{**MORE, "sites": {"satellite": 2}})))
    assert shown(proposal.settlement.rows) == [("reporter", "bergen", "release", ())]
    proposal.apply(settle=proposal.settlement)
    [row] = sold.sites.list()
    assert row.site.holdings == ()


def test_the_smaller_of_two_limits_on_satellites_decides(crm: Installation) -> None:
    licenses = {**crm_catalog().licenses, "branch": _of(Kind.SITE, "Branch", limits_sites=True)}
    catalog = makers.changed(crm_catalog(), version=2, licenses=licenses)
    crm.activate(file(catalog, bundle(2, **{**SOLD, "sites": {"satellite": 3, "branch": 3}})))
    add_sites(crm, dict.fromkeys(("a", "b", "c"), ""))
    proposal = crm.propose_activate(file(bundle(3, **{**SOLD, "sites": {"satellite": 2, "branch": 1}})))
    assert shown(proposal.settlement.losing) == [("branch", "c", "remove", ()), ("branch", "b", "remove", ())]
    assert proposal.apply(settle=proposal.settlement).changed
    assert crm.license("satellite").row.in_use == 1


def test_a_return_carries_the_same_plan(sold: Installation) -> None:
    sold.activate(file(bundle(part="more", users={"sales": 1})))
    sold.activate(fewer(sales=2))
    proposal = sold.propose_return("more")
    assert shown(proposal.settlement.losing) == [("sales", "carl", "release", ())]
    assert proposal.as_json()["settlement"]["holders"] == 1
    proposal.apply(confirm=True, settle=proposal.settlement)
    assert held(sold)["carl"] == set()
    assert sold.license("sales").row.total == 2


def test_a_return_without_settling_leaves_assignments_alone(sold: Installation) -> None:
    before = held(sold)
    proposal = sold.propose_return()
    assert {row.license for row in proposal.settlement.losing} == {"sales", "travel", "windows"}
    proposal.apply(confirm=True)
    assert held(sold) == before
    assert sold.propose_return().settlement.rows == ()


def test_rows_that_were_edited_by_hand_cost_nobody_a_license(sold: Installation, crm_home: Home) -> None:
    """A gap in the slots does not count as a holder, and a row with an invalid slot is left as it is."""
    with closing(open_installation(crm_home.place, create=False)) as database, database.write() as connection:
        connection.run("UPDATE user_licenses SET slot = 7 WHERE license = 'sales' AND user_id = 'carl'")
        connection.run("UPDATE user_licenses SET slot = -1 WHERE license = 'sales' AND user_id = 'bob'")
    proposal = sold.propose_activate(fewer(sales=2))
    assert [(row.id, row.action) for row in proposal.settlement.rows] == [("carl", "release"), ("anna", "keep")]
    proposal.apply(settle=proposal.settlement)
    assert held(sold)["bob"] >= {"sales"}


def test_json_has_every_row(sold: Installation) -> None:
    told = sold.propose_activate(fewer(sales=2)).as_json()["settlement"]
    assert told["holders"] == 1
    assert told["rows"][0] == {
        "license": "sales",
        "kind": "user",
        "id": "carl",
        "name": "",
        "slot": 3,
        "action": "release",
        "instead": "",
        "takes": [],
        "actions": ["release", "keep"],
    }
