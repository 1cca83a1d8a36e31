"""Licenses of many users are assigned and released as one change, or not at all, with every fault."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licensekit.errors import ProposalStale, RefusedError, UnknownCode, UsersInvalid, WrongKind
from licensekit.installation import Installation, UserFilter, parse_ids
from licensekit.proposals import Change
from licensekit.text.columns import TableOptions
from licensekit.wire.documents import UserKind
from tests.crm import crm_home_at, crm_home_on_engine, open_crm
from tests.profiles import examples

PEOPLE = ["anna", "bob", "carl", "dora"]
CODES = ["sales", "service", "windows", "travel"]


@pytest.fixture(params=["folder", pytest.param("server", marks=pytest.mark.server)])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """Two plans of sales, one of service, one of travel."""
    with open_crm(crm_home_on_engine(request, tmp_path), *PEOPLE) as installation:
        yield installation


def held(crm: Installation) -> dict[str, list[str]]:
    """Return what each user who holds something holds."""
    return {row.user.id: list(row.user.licenses) for row in crm.users.list() if row.user.licenses}


def everything(crm: Installation) -> object:
    """Return all that a change may touch."""
    return list(crm.users.list()), crm.state().in_use, crm.audit.page(limit=500).entries


def faults(crm: Installation, *chosen: str, **change: object) -> list[str]:
    """Propose what must be refused, and return every fault; nothing was changed."""
    before = everything(crm)
    with pytest.raises(RefusedError) as caught:
        crm.users.propose_assign(chosen, **change)  # type: ignore[arg-type]  # as given
    assert everything(crm) == before
    return [str(one).partition(";")[0] for one in caught.value.faults]


def test_many_are_assigned_released_and_retired(crm: Installation) -> None:
    proposal = crm.users.propose_assign(["Anna", "bob", "ANNA"], assign=["sales", "windows"])
    assert proposal.changes == tuple(Change(user, (), ("sales", "windows")) for user in ("anna", "bob"))
    assert held(crm) == {}
    assert proposal.apply() == 2
    assert held(crm) == {"anna": ["sales", "windows"], "bob": ["sales", "windows"]}
    assert crm.users.propose_assign(PEOPLE[:2], release=["windows", "travel"]).apply() == 2
    assert held(crm) == {"anna": ["sales"], "bob": ["sales"]}
    assert crm.users.propose_assign(["bob", "carl"], retire=True).apply() == 2
    assert held(crm) == {"anna": ["sales"]}
    assert [row.user.id for row in crm.users.list(UserFilter(retired=True))] == ["bob", "carl"]
    assert [one.facts["did"] for one in crm.audit.page(limit=2).entries] == ["user-retire"] * 2
    assert crm.users.propose_assign(["bob", "carl"], retire=True).changes == ()


def test_what_is_released_is_free_for_others_in_the_same_change(crm: Installation) -> None:
    crm.users.assign("anna", "service")
    crm.users.propose_assign(["anna"], release=["service"], assign=["sales"]).apply()
    crm.users.assign("bob", "service")
    proposal = crm.users.propose_assign(["bob", "anna"], release=["sales", "service"], assign=["windows", "user"])
    assert proposal.apply() == 2
    assert held(crm) == {"anna": ["user", "windows"], "bob": ["user", "windows"]}
    assert crm.state().in_use == {"user": 2, "windows": 2}


def test_every_fault_of_every_user_is_reported(crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows", "travel")
    crm.users.retire("dora")
    assert faults(crm, "nobody", "bob", "anna", "dora", release=["windows"]) == [
        "there is no user 'nobody'",
        "bob is not assigned `windows`",
        "anna would lose `windows`, which is required by travel",
        "dora is not assigned `windows`",
    ]
    assert faults(crm, "bob", "carl", "dora", assign=["sales"]) == [
        "dora is retired",
        "carl: no `sales` is free: 2 of 2 are assigned",
    ]
    assert faults(crm, "nobody", retire=True) == ["there is no user 'nobody'"]


@pytest.mark.parametrize(("code", "error"), [("nothing", UnknownCode), ("server", WrongKind), ("reporter", WrongKind)])
def test_a_license_that_is_not_for_users_is_refused(crm: Installation, code: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        crm.users.propose_assign(PEOPLE, assign=[code])


def test_a_filter_chooses_whom_a_change_concerns(crm: Installation) -> None:
    crm.users.set("carl", kind=UserKind.EXTERNAL)
    crm.users.retire("dora")
    crm.users.assign("anna", "sales", "windows")
    every = UserFilter()
    assert crm.users.propose_assign(every, assign=["user"]).apply() == 3  # not to who is retired
    assert crm.users.propose_assign(every, release=["windows", "sales"]).apply() == 1  # who holds it
    assert crm.users.propose_assign(UserFilter(license="user", text="b"), release=["user"]).apply() == 1
    assert held(crm) == {"anna": ["user"], "carl": ["user"]}
    assert crm.users.propose_assign(UserFilter(retired=True), assign=["user"]).apply() == 0
    assert crm.users.propose_assign(UserFilter(kinds=frozenset({UserKind.EXTERNAL})), retire=True).apply() == 1


def test_of_what_no_catalog_has_any_more_many_are_released(crm: Installation) -> None:
    crm.users.assign("anna", "sales")
    assert crm.users.propose_assign(["anna"], release=["demo.sales"]).apply() == 1
    assert faults(crm, "anna", release=["demo.sales"]) == ["anna is not assigned `sales`"]


def test_a_change_that_came_between_makes_it_stale(crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows")
    proposal = crm.users.propose_assign(["anna"], release=["windows"])
    crm.users.set("anna", name="Anna Berg", groups=["night"])  # that is nobody's concern
    crm.users.assign("bob", "service")
    crm.users.assign("anna", "travel")
    crm.users.release("anna", "travel")
    assert proposal.apply() == 1
    assert crm.users.get("anna").name == "Anna Berg"
    proposal = crm.users.propose_assign(UserFilter(license="sales"), retire=True)
    crm.users.set("anna", name="Anna Dahl")
    crm.users.assign("carl", "sales")
    before = everything(crm)
    with pytest.raises(ProposalStale):
        proposal.apply()
    assert everything(crm) == before


_changes = st.tuples(
    st.lists(st.sampled_from([*PEOPLE, "nobody"]), min_size=1),
    st.sets(st.sampled_from(CODES)),
    st.sets(st.sampled_from(CODES)),
    st.booleans(),
)


@given(changes=st.lists(_changes, max_size=5))
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_all_or_nothing_and_as_if_each_was_changed_alone(
    changes: list[tuple[list[str], set[str], set[str], bool]],
) -> None:
    """What is done leaves slots without gaps, and each user with what was asked; what is refused, all as it was."""
    with TemporaryDirectory() as folder, open_crm(crm_home_at(folder), *PEOPLE) as crm:
        for chosen, assign, release, retire in changes:
            before, old = everything(crm), held(crm)
            try:
                crm.users.propose_assign(chosen, assign=assign, release=release, retire=retire).apply()
            except RefusedError:
                assert everything(crm) == before
                continue
            for one in PEOPLE:
                had = set(old.get(one, ()))
                then = (had - release) | (assign - had) if one in chosen else had
                assert set(held(crm).get(one, ())) == (set() if retire and one in chosen else then)
            slots = [(one.license, one.slot) for row in crm.users.list() for one in row.user.holdings]
            in_use = crm.state().in_use
            assert sorted(slots) == sorted((code, slot) for code in in_use for slot in range(1, in_use[code] + 1))
            assert crm.audit.verify()


TABLES = [
    ("id\nanna\nbob\n", ("anna", "bob")),
    ("ID\r\n  anna \r\n\r\nbob", ("anna", "bob")),
    ("Name;ID\nAnna Berg;anna\n", ("anna",)),
    ("sAMAccountName,mail\nanna,a@b\n", ("anna",)),
    ("id\n", ()),
]


@pytest.mark.parametrize(("text", "ids"), TABLES)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_ids_are_a_column(text: str, ids: tuple[str, ...], encoding: str) -> None:
    options = TableOptions(columns={"sAMAccountName": "id"} if "mail" in text else {}, ignored=["mail"])
    assert parse_ids(text, options) == parse_ids(text.encode(encoding), options) == ids


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"anna,Anna Berg\n", "line 1: there is no column `id`"),
        (b"id\n\xff\xfe\n", "line 2: is not UTF-8"),
        (b'id\n"anna\n', "line 2: is not valid CSV"),
    ],
)
def test_a_file_that_is_none_is_refused(text: bytes, fault: str) -> None:
    with pytest.raises(UsersInvalid) as caught:
        parse_ids(text)
    assert str(caught.value.faults[0]).startswith(fault)


def test_a_plan_takes_the_place_of_another_one_of_its_issuer_where_that_is_asked_for(crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows")
    crm.users.assign("bob", "windows", "user")
    assert "anna" in faults(crm, "anna", assign=["service"])[0]
    proposal = crm.users.propose_assign(["anna"], assign=["service"], swap=True)
    assert proposal.changes == (Change("anna", ("sales", "windows"), ("service", "windows")),)
    proposal.apply()
    assert crm.users.propose_assign(PEOPLE[:2], assign=["user"], swap=True).apply() == 1  # no plan: none makes room
    assert held(crm) == {"anna": ["service", "user", "windows"], "bob": ["user", "windows"]}


def test_named_users_whom_a_change_does_not_concern_can_be_left_out(crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows")
    crm.users.retire("dora")
    assert faults(crm, "anna", "bob", release=["windows"])
    assert crm.users.propose_assign(["anna", "bob"], release=["windows"], skip=True).apply() == 1
    assert crm.users.propose_assign(["anna", "dora"], assign=["user"], skip=True).apply() == 1
    assert held(crm) == {"anna": ["sales", "user"]}
