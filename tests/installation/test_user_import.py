"""Users come from a CSV file as one change, or not at all."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.errors import UsersInvalid
from licensekit.installation import (
    Installation,
    Synced,
    TableOptions,
    UserFilter,
    parse_directory,
    parse_users,
    user_table,
)
from licensekit.installation.user_table import ImportRow
from licensekit.wire.documents import UserKind
from tests.homes import bundle, file

HEADER = "id,name,kind,can_log_in,administrator,groups,licenses\n"


def taken(installation: Installation, text: str) -> Synced:
    return installation.users.import_rows(parse_users(text))


def test_users_are_added_with_everything_that_the_file_says(crm: Installation) -> None:
    done = taken(
        crm, HEADER + "dora,Dora Dahl,associate,yes,no,night; day,sales windows\n" + "ext,,External,no,x,,\n\n"
    )
    assert done == Synced(added=2, assigned=2)
    dora, ext = crm.users.get("dora"), crm.users.get("ext")
    assert (dora.name, dora.kind, dora.groups) == ("Dora Dahl", UserKind.ASSOCIATE, ("day", "night"))
    assert {holding.license for holding in dora.holdings} == {"sales", "windows"}
    assert (ext.kind, ext.can_log_in, ext.administrator) == (UserKind.EXTERNAL, False, True)
    assert crm.state().in_use == {"sales": 1, "windows": 1}


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_columns_may_be_separated_as_spreadsheets_do(crm: Installation, mark: str) -> None:
    text = "\ufeff" + mark.join(["id", "name"]) + "\r\n" + mark.join(["dora", '"D, D"']) + "\r\n"
    assert taken(crm, text).added == 1
    assert crm.users.get("dora").name == "D, D"


def test_a_column_that_is_not_there_changes_nothing(crm: Installation) -> None:
    crm.users.set("anna", name="Anna", groups=["night"])
    crm.users.assign("anna", "sales")
    assert taken(crm, "id,licenses\nanna,windows\nbob,\n") == Synced(changed=1, unchanged=1, assigned=1)
    assert taken(crm, "id,can_log_in\nanna,no\n") == Synced(changed=1)
    anna = crm.users.get("anna")
    assert (anna.name, anna.groups) == ("Anna", ("night",))
    assert {holding.license for holding in anna.holdings} == {"sales", "windows"}


def test_the_same_file_again_changes_nothing(crm: Installation) -> None:
    text = HEADER + "dora,Dora,associate,yes,no,b a,sales\n"
    taken(crm, text)
    before = crm.state().stored
    assert taken(crm, text) == Synced(unchanged=1)
    assert crm.state().stored == before


FAULTS = [
    ("", ["line 1: the file is empty"]),
    ("name\nx\n", ["line 1: there is no column `id`"]),
    ("id,age\nx,1\n", ["line 1: the column 'age' is not known"]),
    ('id,"name\nx,1\n', ["line 1: is not valid CSV"]),
    ("id,name,name\nx,1,2\n", ["line 1: the column `name` occurs twice"] * 2),
    ("id,name\nx\n", ["line 2: has 1 cell, but the first line has 2"]),
    ("id,kind\nx,boss\n", ["line 2: 'boss' is not a kind of user"]),
    ("id,can_log_in\nx,perhaps\n", ["line 2: 'perhaps' is neither yes nor no"]),
    ("id,name\n,nobody\n", ["line 2: '' is not a valid user id"]),
    ("id,name\nx,a\x07b\n", ["line 2: this name contains a control"]),
    ("id,name\nx,\ud800\n", ["line 2: this name contains half of a surrogate pair"]),
    ("id,groups\nx,No\x07Group\n", ["line 2: this group contains a control"]),
    ('id,name\nx,"open\n', ["line 2: is not valid CSV"]),
    ("id,name\nx,1\nx,2\n", ["line 3: 'x' is already in line 2"]),
    ("id,licenses\nx,nothing\n", ["line 2: no catalog has a license `nothing`"]),
    ("id,licenses\nx,Windwos\n", ["line 2: no catalog has a license `Windwos`; did you mean `windows`"]),
    ("id,licenses\nx,Field-Service\n", ["line 2: no catalog has a license `Field-Service`"]),
    ("id,licenses\nx,server\n", ["line 2: `server` is a system license"]),
    ("id,licenses\nx,windows\n", ["line 2: `windows` requires `user`"]),
    ("id,licenses\nx,sales service\n", ["line 2: x would have the plans"]),
    ("id,licenses\nold,service\n", ["line 2: old is retired"]),
    (
        "id,licenses\na,sales\nb,sales\nc,sales\nd,sales\n",
        ["line 4: no `sales` is free: 2 of 2", "line 5: no `sales` is free: 2 of 2"],
    ),
]


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_a_file_with_faults_is_refused_with_all_of_them_and_nothing_changes(
    crm: Installation, text: str, expected: list[str]
) -> None:
    crm.users.add("old")
    crm.users.retire("old")
    before = (crm.state().stored, list(crm.users.list()))
    with pytest.raises(UsersInvalid) as caught:
        taken(crm, text)
    found = [str(fault) for fault in caught.value.faults]
    assert len(found) == len(expected)
    for fault, beginning in zip(found, expected, strict=True):
        assert fault.startswith(beginning)
    assert (crm.state().stored, list(crm.users.list())) == before


def test_of_very_many_faults_the_first_hundred_are_reported(crm: Installation) -> None:
    lines = "".join(f"u{number},nothing\n" for number in range(300))
    with pytest.raises(UsersInvalid) as caught:
        taken(crm, "id,licenses\n" + lines)
    assert len(caught.value.faults) == 100


def test_faults_of_lines_and_of_rules_are_reported_together(crm: Installation) -> None:
    text = "id,kind,licenses\na,boss,\nb,,nothing\nc,,sales\nb,,\nd,,windows\n"
    with pytest.raises(UsersInvalid) as caught:
        taken(crm, text)
    assert [fault.where for fault in caught.value.faults] == ["line 2", "line 3", "line 5", "line 6"]
    assert [user.id for user, _ in crm.users.list()] == ["anna", "bob", "carl"]


@pytest.mark.parametrize(("word", "can"), [("FALSE", False), ("No", False), ("0", False), ("TRUE", True), ("1", True)])
def test_a_truth_is_written_in_any_case(crm: Installation, word: str, can: bool) -> None:  # noqa: FBT001  # a case
    taken(crm, f"id,can_log_in\ndora,{word}\n")
    assert crm.users.get("dora").can_log_in is can


def test_a_row_stays_one_row_whatever_its_cells_hold(crm: Installation) -> None:
    for mark in ("\x0b", "\x85", "\u2028"):
        with pytest.raises(UsersInvalid) as caught:
            taken(crm, f"id;name;licenses\njon;Jon{mark}Doe;sales\nkim;Kim;bad-code\n")
        assert [fault.where for fault in caught.value.faults] == ["line 2", "line 3"]


@given(st.text(max_size=200) | st.text(max_size=200).map("id,name\n".__add__))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        rows = parse_users(text)
    except UsersInvalid:
        return
    whole = [row for row in rows if not row.fault]
    assert len({row.user_id for row in whole}) == len(whole)
    assert all(row.user_id == "" for row in rows if row.fault)


def test_lists_are_filtered_by_everything_that_is_asked(crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows")
    crm.users.assign("bob", "service")
    crm.users.set("bob", kind=UserKind.SYSTEM)
    crm.users.retire("carl")

    def ids(**wanted: object) -> list[str]:
        return [user.id for user, _ in crm.users.list(UserFilter(**wanted))]  # type: ignore[arg-type]  # any field

    assert ids() == ["anna", "bob", "carl"]
    assert ids(license="sales") == ["anna"]
    assert ids(license="user") == []
    assert ids(holding="user") == ["anna", "bob"]
    assert ids(holding="demo.windows") == ["anna"]
    assert ids(kinds=frozenset({UserKind.SYSTEM, UserKind.EXTERNAL})) == ["bob"]
    assert ids(retired=True) == ["carl"]
    assert ids(retired=False, holding="user", kinds=frozenset({UserKind.ASSOCIATE})) == ["anna"]
    assert ids(expired=True) == []


def test_what_everybody_has_everybody_holds(crm: Installation) -> None:
    assert list(crm.users.list(UserFilter(holding="extern-cal"))) == []
    crm.activate(file(bundle(part="more", system={"expander": 1}, sites={}, users={})))
    assert len(list(crm.users.list(UserFilter(holding="extern-cal")))) == 3


def test_groups_of_a_directory_are_taken_as_they_are_named(crm: Installation) -> None:
    taken(crm, 'id,groups,licenses\nu1,"Domain Users;Vertrieb & Nord",sales\n')
    assert crm.users.get("u1").groups == ("Domain Users", "Vertrieb & Nord")
    taken(crm, 'id,groups\nu1,"""Sales; North""|domain USERS"\n')
    assert crm.users.get("u1").groups == ("domain USERS", "Sales; North")


def test_an_export_of_a_directory_is_taken_with_columns_mapped_and_left_out(crm: Installation) -> None:
    text = "sAMAccountName;displayName;mail;userAccountControl\nu2;U Two;u2@example.com;512\n"
    options = TableOptions(
        columns={"sAMAccountName": "id", "displayName": "name"}, ignored=["mail", "userAccountControl"]
    )
    assert crm.users.import_rows(parse_users(text, options)).added == 1
    assert crm.users.get("u2").name == "U Two"


def test_an_import_is_shown_before_it_is_made(crm: Installation) -> None:
    rows = parse_users("id,name,licenses\ndora,Dora,sales\nanna,Anna,\nbob,,\n")
    proposal = crm.users.propose_import(rows)
    assert [(one.outcome, one.staged.user.written) for one in proposal.users] == [
        ("added", "dora"),
        ("changed", "anna"),
        ("unchanged", "bob"),
    ]
    assert len(list(crm.users.list())) == 3
    assert proposal.apply() == Synced(added=1, changed=1, unchanged=1, assigned=1)
    with pytest.raises(UsersInvalid):
        crm.users.propose_import(parse_users("id,licenses\nanna,nothing\n"))


@pytest.mark.attack("costly-input")
def test_of_a_table_with_many_faults_no_more_is_read_than_is_reported() -> None:
    rows = parse_users("id,kind\n" + "".join(f"u{number},odd\n" for number in range(1000)))
    assert [row.line for row in rows if row.fault] == list(range(2, 102))
    assert len(rows) == 100


@pytest.mark.attack("costly-input")
@pytest.mark.parametrize("read", [parse_users, parse_directory])
def test_a_table_has_a_bound_on_its_rows(
    read: Callable[[str], list[ImportRow]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_table, "_MOST", 2)
    assert not any(row.fault for row in read("id\na\nb\n"))
    [*_, last] = read("id\na\nb\nc\nd\n")
    assert (last.line, str(last.fault)) == (4, "has more than 2 rows; split it")
