"""What may be assigned to a user or a site, and what is refused with nothing changed."""

from collections.abc import Callable

import pytest

from licensekit.access import Access
from licensekit.entitlements import held_access
from licensekit.errors import (
    EntryInvalid,
    EntryTaken,
    LicenseError,
    NoneFree,
    NotAssigned,
    NotFound,
    PlanHeld,
    RefusedError,
    RequirementMissing,
    StillRequired,
    UnknownCode,
    UserRetired,
    WrongKind,
)
from licensekit.installation import Installation
from licensekit.wire.documents import UserKind
from tests.homes import Home, bundle, file

Act = Callable[[Installation], object]


def everything(installation: Installation) -> tuple[object, ...]:
    """All that users, sites, counts and the audit log say."""
    state = installation.state()
    return (
        state.stored,
        list(installation.users.list()),
        installation.sites.list(),
        list(installation.audit.entries()),
    )


def access_of(installation: Installation, user: str) -> dict[str, Access]:
    state = installation.state()
    return held_access(state.entitlements, installation.users.get(user).holdings)


def test_an_assigned_plan_gives_what_it_includes(crm: Installation) -> None:
    assert crm.users.assign("anna", "sales") == ("sales",)
    access = access_of(crm, "anna")
    assert access["user"] is Access.FULL
    assert access["sale"] is Access.FULL
    assert access["server"] is Access.FULL
    assert access_of(crm, "bob")["sale"] is Access.READ


def test_what_is_included_uses_up_no_count_of_its_own(crm: Installation) -> None:
    crm.users.assign("anna", "sales")
    assert crm.state().in_use == {"sales": 1}


def test_assigning_what_is_assigned_changes_nothing(crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows")
    before = everything(crm)
    assert crm.users.assign("anna", "windows") == ()
    assert everything(crm) == before


def test_parent_and_child_can_be_assigned_in_one_change(crm: Installation) -> None:
    assert crm.users.assign("anna", "travel", "windows", "service") == ("service", "travel", "windows")


def test_one_plan_can_take_the_place_of_another_in_one_change(crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows")
    crm.users.assign("anna", "service", release=["sales"])
    assert {held.license for held in crm.users.get("anna").holdings} == {"service", "windows"}
    assert crm.state().in_use == {"service": 1, "windows": 1}


def test_retiring_frees_everything_and_bringing_back_gives_nothing(crm: Installation) -> None:
    crm.users.assign("anna", "service", "windows")
    assert crm.users.retire("anna") == ("service", "windows")
    assert crm.state().in_use == {}
    crm.users.assign("bob", "service")
    crm.users.set("anna", retired=False)
    assert crm.users.get("anna").holdings == ()
    assert not crm.users.get("anna").retired


def test_a_vendor_code_may_be_written_in_full(crm: Installation) -> None:
    crm.users.assign("anna", "demo.sales")
    crm.users.release("anna", "demo.sales")
    assert crm.state().in_use == {}


def test_a_site_license_gives_its_users_what_it_includes(crm: Installation) -> None:
    crm.sites.add("oslo", central=True)
    crm.sites.assign("oslo", "reporter")
    assert [site.licenses for site, _ in crm.sites.list()] == [("reporter",)]
    crm.sites.release("oslo", "reporter")
    assert crm.state().in_use == {}


def test_removing_a_site_frees_what_it_held_and_its_place(crm: Installation) -> None:
    crm.sites.add("a")
    crm.sites.add("b")
    crm.sites.assign("a", "reporter")
    assert crm.sites.remove("a") == ("reporter",)
    assert crm.state().in_use == {"satellite": 1}
    crm.sites.add("c")


def test_the_central_site_needs_no_license(installation: Installation) -> None:
    installation.sites.add("oslo", central=True)
    assert [site.central for site, _ in installation.sites.list()] == [True]


def test_a_site_is_named_and_looked_up(crm: Installation) -> None:
    crm.sites.add("Oslo", name="Oslo")
    assert crm.sites.set("OSLO", name="Christiania") == "Oslo"
    assert crm.sites.get("oslo").site.name == "Christiania"
    entries = crm.audit.page()
    crm.sites.set("oslo", name="Christiania")
    assert crm.audit.page() == entries  # nothing has changed, so there is nothing to record


def test_sites_are_unlimited_where_nothing_limits_them(home: Home) -> None:
    with home.open() as installation:
        installation.sites.add("oslo", central=True)
        assert installation.state().in_use == {}


REFUSED: list[tuple[Act, type[LicenseError]]] = [
    (lambda i: i.users.assign("carl", "sales"), NoneFree),
    (lambda i: i.users.assign("carl", "windows"), RequirementMissing),
    (lambda i: i.users.assign("carl", "seat"), NotAssigned),
    (lambda i: i.users.assign("anna", "service"), PlanHeld),
    (lambda i: i.users.assign("carl", "sales", "service"), PlanHeld),
    (lambda i: i.users.assign("anna", "nothing"), UnknownCode),
    (lambda i: i.users.assign("anna", "server"), WrongKind),
    (lambda i: i.users.assign("anna", "reporter"), WrongKind),
    (lambda i: i.users.release("anna", "user"), NotAssigned),
    (lambda i: i.users.release("anna", "sales"), StillRequired),
    (lambda i: i.users.assign("nobody", "sales"), NotFound),
    (lambda i: i.users.assign("retired", "windows"), UserRetired),
    (lambda i: i.users.add("anna"), EntryTaken),
    (lambda i: i.users.add(""), EntryInvalid),
    (lambda i: i.users.add(" \u200b"), EntryInvalid),
    (lambda i: i.users.add("x" * 201), EntryInvalid),
    (lambda i: i.users.add("an\u202ena"), EntryTaken),
    (lambda i: i.users.add("an\nna"), EntryInvalid),
    (lambda i: i.users.add("dora", name="x" * 201), EntryInvalid),
    (lambda i: i.users.add("dora", groups=["No\nGroup"]), EntryInvalid),
    (lambda i: i.users.set("nobody", name="x"), NotFound),
    (lambda i: i.users.set("anna", name="\x00"), EntryInvalid),
    (lambda i: i.users.retire("nobody"), NotFound),
    (lambda i: i.users.set("nobody", retired=False), NotFound),
    (lambda i: i.users.get("nobody"), NotFound),
    (lambda i: i.sites.add("oslo"), EntryTaken),
    (lambda i: i.sites.add("paris", central=True), EntryTaken),
    (lambda i: i.sites.add("paris"), NoneFree),
    (lambda i: i.sites.add(""), EntryInvalid),
    (lambda i: i.sites.set("oslo", name="a\nb"), EntryInvalid),
    (lambda i: i.sites.set("rome", name=""), NotFound),
    (lambda i: i.sites.get("rome"), NotFound),
    (lambda i: i.sites.assign("oslo", "satellite"), NotAssigned),
    (lambda i: i.sites.assign("oslo", "audience"), RequirementMissing),
    (lambda i: i.sites.assign("oslo", "reporter"), NoneFree),
    (lambda i: i.sites.assign("paris", "reporter"), NotFound),
    (lambda i: i.sites.remove("paris"), NotFound),
]


@pytest.mark.parametrize(("act", "error"), REFUSED)
def test_what_is_refused_changes_nothing(crm: Installation, act: Act, error: type[LicenseError]) -> None:
    crm.users.assign("anna", "sales", "windows")
    crm.users.assign("bob", "sales")
    crm.users.add("retired")
    crm.users.retire("retired")
    crm.sites.add("oslo", central=True)
    crm.sites.add("bergen")
    crm.sites.add("tromso")
    crm.sites.assign("bergen", "reporter")
    before = everything(crm)
    with pytest.raises(error):
        act(crm)
    assert everything(crm) == before


def test_a_refusal_names_every_fault(crm: Installation) -> None:
    with pytest.raises(RefusedError) as caught:
        crm.users.assign("anna", "travel", "seat")
    assert {type(fault) for fault in caught.value.faults} == {NotAssigned, RequirementMissing}


def test_releasing_a_parent_names_the_children(crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows", "travel")
    with pytest.raises(StillRequired) as caught:
        crm.users.release("anna", "windows")
    assert caught.value.data["children"] == ("travel",)


def test_releasing_a_parent_names_the_children_of_children(crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows", "travel")
    with pytest.raises(StillRequired, match="also release windows, travel") as caught:
        crm.users.release("anna", "sales")
    assert caught.value.data["children"] == ("windows", "travel")
    crm.users.release("anna", "sales", *caught.value.data["children"])
    assert crm.users.get("anna").holdings == ()


def test_nothing_is_assigned_from_a_license_that_has_lapsed(crm_home: Home) -> None:
    with crm_home.open() as crm:
        crm.activate(file(bundle(users={"sales": 2})))
        crm.users.add("anna")
        crm_home.clock.move(days=800)
        with pytest.raises(NoneFree, match="expired"):
            crm.users.assign("anna", "sales")


def test_no_site_is_added_without_what_its_license_requires(crm_home: Home) -> None:
    with crm_home.open() as crm:
        crm.activate(file(bundle(system={}, sites={"satellite": 2}, users={})))
        with pytest.raises(RequirementMissing):
            crm.sites.add("bergen")
        crm.sites.add("oslo", central=True)


def test_a_user_is_changed_field_by_field(crm: Installation) -> None:
    crm.users.set("anna", name="Anna", kind=UserKind.EXTERNAL, groups=["sales-team", "all"])
    crm.users.set("anna", can_log_in=False, administrator=True)
    anna = crm.users.get("anna")
    assert (anna.name, anna.kind, anna.groups) == ("Anna", UserKind.EXTERNAL, ("all", "sales-team"))
    assert (anna.can_log_in, anna.administrator, anna.retired) == (False, True, False)
    before = everything(crm)
    crm.users.set("anna", name="Anna")
    crm.users.set("anna", retired=False)
    assert everything(crm) == before


def test_retiring_twice_changes_nothing(crm: Installation) -> None:
    crm.users.retire("anna")
    before = everything(crm)
    assert crm.users.retire("anna") == ()
    assert everything(crm) == before
