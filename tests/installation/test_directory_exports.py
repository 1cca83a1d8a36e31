"""Exports of directories as they are: the headings tell which it is, and what each row says."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.entitlements.login import UserFacts
from licensekit.installation import ImportRow, TableOptions, parse_directory, parse_users, profiles, user_lines
from licensekit.wire.documents import UserKind

GET_ADUSER = (
    "#TYPE Selected.Microsoft.ActiveDirectory.Management.ADUser\n"
    '"DistinguishedName","Enabled","GivenName","Name","ObjectClass","SamAccountName","Surname","memberOf"\n'
    '"CN=Anna Berg,OU=Staff,DC=x","True","Anna","Anna Berg","user","anna","Berg",'
    '"CN=Domain Users,CN=Users,DC=x;CN=Vertrieb & Nord,OU=g,DC=x"\n'
    '"CN=Bo,DC=x","False","Bo","Bo","user","bo","",""\n'
)
CSVDE = (
    "DN,sAMAccountName,displayName,memberOf,userAccountControl\n"
    '"CN=Anna,DC=x",anna,Anna Berg,"CN=Berg\\, Sales\\3B Nord,OU=a,DC=x;CN=T\\C3\\A4glich,DC=x",512\n'
    '"CN=Bo,DC=x",bo,,,514\n'
)
ENTRA = (
    "userPrincipalName,displayName,surname,mail,givenName,id,userType,accountEnabled,groups\n"
    "anna@x.example,Anna Berg,Berg,a@x.example,Anna,6f1c,Member,True,Domain Users|night\n"
    "bo@x.example,Bo,,,,7a2d,Guest,False,\n"
)
MICROSOFT_365 = (
    "Block credential,City,Display name,First name,Last name,Licenses,Object Id,Proxy addresses,User principal name\n"
    "False,Oslo,Anna Berg,Anna,Berg,Microsoft 365 E3+Visio,6f1c,SMTP:a@x.example+smtp:b@x.example,anna@x.example\n"
    "True,Oslo,Bo,Bo,,Unlicensed,7a2d,,bo@x.example\n"
)
OKTA = (
    "id,login,firstName,lastName,email,status\n"
    "00u1,anna@x.example,Anna,Berg,a@x.example,ACTIVE\n"
    "00u2,bo@x.example,Bo,,b@x.example,DEPROVISIONED\n"
)
PLAIN = (
    "id;name;groups;licenses;retired;last_seen\nanna;Anna Berg;night|Domain Users;sales;no;\nbo;Bo;;;yes;2026-01-01\n"
)


def said(rows: list[ImportRow]) -> list[tuple[str, Mapping[str, Any], tuple[str, ...]]]:
    assert [str(row.fault) for row in rows if row.fault] == []
    return [(row.user_id, row.changes, row.licenses) for row in rows]


def anna(groups: tuple[str, ...] | None, **more: Any) -> dict[str, Any]:
    return {"name": "Anna Berg", **({} if groups is None else {"groups": groups}), "retired": False, **more}


EXPORTS = {
    "Get-ADUser": (GET_ADUSER, "anna", "bo", anna(("Domain Users", "Vertrieb & Nord")), "Bo"),
    "csvde": (CSVDE, "anna", "bo", anna(("Berg, Sales; Nord", "Täglich")), ""),
    "Entra": (ENTRA, "anna@x.example", "bo@x.example", anna(("Domain Users", "night")), "Bo"),
    "Microsoft 365": (MICROSOFT_365, "anna@x.example", "bo@x.example", anna(None), "Bo"),
    "Okta": (OKTA, "anna@x.example", "bo@x.example", anna(None), "Bo"),
}


@pytest.mark.parametrize(("text", "first", "second", "changes", "name"), EXPORTS.values(), ids=EXPORTS)
def test_an_export_is_recognized_by_its_headings(
    text: str, first: str, second: str, changes: dict[str, Any], name: str
) -> None:
    one, other = said(parse_directory(text))
    assert one == (first, changes, ())
    assert other[0] == second
    assert (other[1]["name"], other[1]["retired"]) == (name, True)


def test_a_table_of_our_own_is_one_too() -> None:
    one, other = said(parse_directory(PLAIN))
    assert one == ("anna", anna(("Domain Users", "night")), ("sales",))
    assert (other[0], other[1]["retired"]) == ("bo", True)


STATUSES = {
    **dict.fromkeys(("ACTIVE", "STAGED", "PROVISIONED", "PASSWORD_EXPIRED", "LOCKED_OUT", "recovery"), False),
    **dict.fromkeys(("SUSPENDED", "DEPROVISIONED"), True),
}


@pytest.mark.parametrize(("status", "gone"), STATUSES.items())
def test_a_status_of_okta_says_who_is_there(status: str, gone: bool) -> None:  # noqa: FBT001  # a case
    [(_, changes, _)] = said(parse_directory(f"login,status\na,{status}\n"))
    assert changes["retired"] is gone


FAULTS = [
    ("login,status\na,ON_HOLIDAY\n", "'ON_HOLIDAY' is not a status"),
    ("sAMAccountName,Enabled\na,\n", "'' is neither yes nor no"),
    ("sAMAccountName,Enabled\na,perhaps\n", "'perhaps' is neither yes nor no"),
    ("sAMAccountName,userAccountControl\na,0x202\n", "'0x202' is not a number"),
    (
        "sAMAccountName,memberOf\na,Microsoft.ActiveDirectory.Management.ADPropertyValueCollection\n",
        "'Microsoft.Active",
    ),
    ("sAMAccountName,memberOf\na,CN=\\07\n", "this group contains a control"),
    ("sAMAccountName,displayName\na,b,c\n", "has 3 cells"),
]


@pytest.mark.parametrize(("text", "beginning"), FAULTS)
def test_a_cell_that_cannot_be_read_is_a_fault_and_the_row_keeps_its_id(text: str, beginning: str) -> None:
    [row] = parse_directory(text)
    assert str(row.fault).startswith(beginning)
    assert row.user_id == "a"


def test_two_lines_of_one_user_name_each_other() -> None:
    rows = parse_directory("id\nAnna\nbo\nanna\nANNA\n")
    assert [str(row.fault) for row in rows] == [
        "'Anna' is also in line 4, and one of the two must be removed",
        "None",
        "'anna' is also in line 2, and one of the two must be removed",
        "'ANNA' is also in line 2, and one of the two must be removed",
    ]


def test_columns_that_are_named_outweigh_the_profile() -> None:
    options = TableOptions(columns={"mail": "id", "surname": "name", "Department": "groups"})
    text = "userPrincipalName,displayName,surname,mail,Department,Phone\nu,Anna Berg,Berg,anna,Sales,1\n"
    assert said(parse_directory(text, options)) == [("anna", {"name": "Berg", "groups": ("Sales",)}, ())]


def test_a_profile_can_be_named_and_a_column_be_left_out() -> None:
    text = "sAMAccountName,userPrincipalName,displayName,Enabled\nanna,anna@x.example,Anna,False\n"
    named = parse_directory(text, TableOptions(ignored=["DISPLAYNAME"]), "entra")
    assert said(named) == [("anna@x.example", {}, ())]
    assert profiles() == ("active-directory", "entra", "microsoft-365", "okta", "plain")
    assert parse_directory(text, profile="plain")[0].fault is not None


def test_an_export_of_another_directory_is_told_which_heading_is_missing() -> None:
    [row] = parse_directory(GET_ADUSER, profile="entra")
    assert str(row.fault).startswith("there is no column `userprincipalname`; columns are `userprincipalname`, `id`")


def test_licenses_of_microsoft_are_passed_over_unless_they_are_named() -> None:
    options = TableOptions(columns={"Licenses": "licenses"})
    assert said(parse_directory(MICROSOFT_365))[0][2] == ()
    assert said(parse_directory(MICROSOFT_365, options))[1][2] == ("Unlicensed",)


def test_a_name_whose_accents_are_apart_is_a_name() -> None:
    [(_, changes, _)] = said(parse_directory("sAMAccountName,displayName\njose,Jose\u0301\n"))
    assert changes["name"] == "Jos\u00e9"


def test_licenses_and_kinds_are_read_from_any_export() -> None:
    [one] = said(parse_directory("sAMAccountName,licenses,kind\nanna,sales windows,external\n"))
    assert one == ("anna", {"kind": UserKind.EXTERNAL}, ("sales", "windows"))


@given(st.text(max_size=200) | st.text(max_size=200).map("login,status,groups\n".__add__) | st.binary(max_size=200))
def test_anything_is_read_or_has_faults(data: str | bytes) -> None:
    for row in parse_directory(data):
        assert row.fault or row.user_id


PEOPLE = [
    UserFacts("anna", "=1+1", UserKind.EXTERNAL, can_log_in=False, groups=("a;b", "Domain Users"), written="Anna"),
    UserFacts("bo", "Bo, B", administrator=True, retired=True, written="bo", last_seen=20_000),
]


def test_users_that_were_written_are_read_again() -> None:
    rows = parse_users("".join(user_lines(PEOPLE)))
    assert [row.user_id for row in rows] == ["Anna", "bo"]
    found = [
        UserFacts(one.id, written=one.written)._replace(**row.changes) for one, row in zip(PEOPLE, rows, strict=True)
    ]
    assert found == [one._replace(last_seen=None) for one in PEOPLE]
