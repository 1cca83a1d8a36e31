"""What an installation says of itself, of users, licenses and files: why not, and what would help."""

import json
from pathlib import Path
from typing import Any

import pytest

from licensekit.entitlements.messages import BeyondSold
from licensekit.errors import NotFound
from licensekit.installation import Explained, Installation
from licensekit.wire.documents import AfterGrace, Kind, UserKind
from licensekit.wire.documents.bundle import Binding
from tests import makers
from tests.crm import SOLD, crm_home_at
from tests.homes import Home, bundle, file, pack

DAY = makers.ISSUED_DAY


def only(crm: Installation, name: str = "", **given: Any) -> Explained:
    """Return the one thing that is called `name`; all of it can be shown as JSON."""
    [one] = crm.explain(name, **given)
    assert json.loads(json.dumps(one.plain()))["kind"] == one.kind
    return one


def remedies(one: Explained) -> tuple[str, ...]:
    """Return the commands that help, each once."""
    return tuple(dict.fromkeys(row.remedy for row in one.rows if row.remedy))


def said(one: Explained) -> list[tuple[str, str]]:
    """Return what each row is about, and its code."""
    return [(row.about, row.what.code) for row in one.rows]


def test_a_user_who_may_do_everything_needs_no_help(crm: Installation) -> None:
    crm.users.assign("anna", "sales")
    one = only(crm, "Anna")
    assert one.kind == "user"
    assert [about for about, _ in said(one) if about != "portal"] == []
    assert remedies(one) == ()


def test_every_reason_against_a_login_has_the_command_that_helps_if_there_is_one(crm: Installation) -> None:
    crm.users.set("bob", can_log_in=False)
    number = crm.events.start("no-login").number
    one = only(crm, "bob")
    assert [code for about, code in said(one) if about == "web"] == ["login-off", "not-held", "event"]
    assert remedies(one) == (
        "licensekit users set bob --login",
        "licensekit users assign bob user",
        f"licensekit events end {number}",
        "licensekit users assign bob sales",  # with which `sale` is more than read
    )


def test_the_command_that_assigns_names_a_user_as_the_id_was_typed(crm: Installation) -> None:
    crm.users.add("R&D; ØST")
    assert "licensekit users assign 'R&D; ØST' user" in remedies(only(crm, "r&d; øst"))


def test_what_cannot_be_assigned_now_is_explained_instead(crm: Installation) -> None:
    """Neither the license nor what includes it is free, or the user holds another plan."""
    crm.users.assign("anna", "sales")
    crm.users.assign("bob", "sales")
    crm.users.assign("carl", "service")
    rows = [row for row in only(crm, "carl").rows if row.about == "sale"]
    assert [(row.what.code, row.remedy) for row in rows] == [("full-with-another", "licensekit explain sale-cal")]


def test_a_larger_plan_takes_the_place_of_the_one_that_is_held(tmp_path: Path) -> None:
    licenses = {
        "export": makers.license_entry(Kind.SYSTEM, full_with="editor"),
        "reader": makers.license_entry(plan=True),
        "editor": makers.license_entry(plan=True, includes=["reader"]),
    }
    home = Home(str(tmp_path / "home"), pack=pack(makers.catalog(licenses=licenses, access={})))
    with home.open() as installation:
        installation.activate(file(bundle(system={"export": 1}, users={"reader": 1, "editor": 1})))
        installation.users.add("bob")
        installation.users.assign("bob", "reader")
        assert remedies(only(installation, "bob")) == ("licensekit users assign bob editor --release reader",)
        installation.users.assign("bob", "editor", release=["reader"])
        assert remedies(only(installation, "bob")) == ()


def test_nothing_helps_where_another_kind_of_user_is_meant(crm: Installation) -> None:
    crm.users.set("bob", kind=UserKind.EXTERNAL)
    rows = [row for row in only(crm, "bob").rows if row.about == "web"]
    assert [(row.what.code, row.remedy) for row in rows] == [("kind", ""), ("not-held", "")]


@pytest.fixture
def short(tmp_path: Path) -> Home:
    """A home where three hold a license of which one is left."""
    home = crm_home_at(tmp_path / "short")
    with home.open() as crm:
        never: dict[str, Any] = dict.fromkeys(("warning", "grace"))
        crm.activate(file(bundle(system={"server": 1}, users={"sales": 1}, expiry=None, **never)))
        more = bundle(part="more", users={"sales": 2}, expiry=DAY, after_grace=AfterGrace.BLOCK, **never)
        crm.activate(file(more))
        for user in ("anna", "bob", "carl"):
            crm.users.add(user)
            crm.users.assign(user, "sales")
    home.clock.move(days=2)
    return home


def test_who_is_beyond_what_is_sold_can_be_preferred(short: Home) -> None:
    with short.open() as crm:
        one = only(crm, "carl")
        assert ("web", "beyond-sold") in said(one)
        assert "licensekit users prefer sales carl" in remedies(one)
        crm.users.prefer("sales", "carl")
        assert ("web", "beyond-sold") not in said(only(crm, "carl"))


def test_a_license_says_who_has_it_who_waits_and_where_to_look(short: Home) -> None:
    with short.open() as crm:
        one = only(crm, "SALES")
        assert (one.kind, one.name) == ("license", "sales")
        details = crm.license("sales")
        assert (details.holders, details.surplus, details.row.free) == (("carl", "bob", "anna"), ("carl", "bob"), 0)
        assert ("sales", "deficit") in said(one)
        assert remedies(one) == ()


def test_a_license_that_is_not_granted_says_why_and_what_it_requires(crm: Installation) -> None:
    assert said(only(crm, "audience")) == [("audience", "no-bundle-grants"), ("audience", "requirement-missing")]
    expired = only(crm, "server", now=makers.NOW + 3000 * 86_400)
    assert [(row.what.code, row.remedy) for row in expired.rows] == [
        ("bundle-not-in-force", "licensekit activate FILE")
    ]


def test_a_name_of_two_things_is_explained_as_both(crm: Installation) -> None:
    crm.users.add("Sales")
    data = file(bundle(2, **SOLD)).encode()
    assert [one.kind for one in crm.explain("sales", data=data)] == ["user", "license", "file"]


def test_what_is_nothing_here_is_guessed(crm: Installation) -> None:
    with pytest.raises(NotFound, match="did you mean `windows`"):
        crm.explain("windws")
    with pytest.raises(NotFound, match="look at `users list`"):
        crm.explain("/dev/none")


FILES = [
    (file(bundle(2, **SOLD)), ["would-be-taken", "licenses-end"], ("licensekit activate 'a b.lic'",)),
    (file(bundle(**SOLD)), ["would-be-taken"], ()),
    (file(bundle(serial="OTHER-1")), ["bundle-refused"], ()),
    (file(bundle(2, binding=Binding(bytes(32), 0, {}))), ["bundle-refused"], ()),
    ("garbage", ["armor-invalid"], ()),
    (file(bundle(2, **SOLD), by="nobody"), ["key-unknown"], ()),
]


@pytest.mark.parametrize(("data", "codes", "helping"), FILES)
def test_a_file_says_whether_it_would_be_taken(
    crm: Installation, data: str, codes: list[str], helping: tuple[str, ...]
) -> None:
    before = crm.audit.verify()
    one = only(crm, "a b.lic", data=data.encode())
    assert ([row.what.code for row in one.rows], remedies(one)) == (codes, helping)
    assert crm.audit.verify() == before


def test_an_installation_is_explained_by_its_state(crm: Installation) -> None:
    one = only(crm)
    assert (one.rows, one.details) == ((), crm.state())
    late = only(crm, now=makers.NOW + 370 * 86_400)
    assert [(row.what.code, row.remedy) for row in late.rows] == [("grace", "licensekit activate FILE")]


def test_an_assignment_without_a_slot_is_explained() -> None:
    """No command gives it a slot but the one that shows who holds the license."""
    why = BeyondSold(reason="no-slot", license="sales", slot=0, total=2)
    assert why.remedy == "licensekit explain sales"
