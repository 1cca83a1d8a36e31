"""Lists page by page: of users, and of the audit log; and who is named for a change."""

from typing import Any

import pytest

from licensekit.errors import UnknownCode
from licensekit.installation import Installation, UserFilter, user_list
from licensekit.wire.documents import UserKind
from tests.crm import SOLD
from tests.homes import Home, bundle, file

FILTERS: list[dict[str, Any]] = [
    {},
    {"license": "sales"},
    {"holding": "user"},
    {"holding": "extern-cal"},
    {"kinds": frozenset({UserKind.EXTERNAL, UserKind.SYSTEM})},
    {"retired": True},
    {"retired": False, "text": "A"},
    {"text": "BERG"},
    {"text": "_"},
    {"text": "100%"},
    {"text": "\\"},
    {"text": "nobody"},
    {"expired": True},
    {"expired": True, "license": "windows", "text": "a"},
]


@pytest.fixture
def people(crm: Installation) -> Installation:
    """`crm` with seven users of several kinds, some with licenses."""
    crm.users.add("dora", name="Dora Bergström")
    crm.users.add("e_1", name="100% Sure", kind=UserKind.EXTERNAL)
    crm.users.add("robot", name="back\\slash", kind=UserKind.SYSTEM)
    crm.users.add("zoe", name="Zoe Bergman")
    crm.users.retire("zoe")
    crm.users.assign("anna", "sales", "windows")
    crm.users.assign("dora", "sales", "windows", "travel")
    crm.users.assign("bob", "service", "windows")
    return crm


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
@pytest.mark.parametrize("few", [0, 2000])
def test_pages_together_are_the_list(
    people: Installation, wanted: dict[str, Any], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the database looks for holders, and whatever the size of a page."""
    monkeypatch.setattr(user_list, "_FEW", few)
    asked = UserFilter(**wanted)
    whole = list(people.users.list(asked))
    for limit in (1, 2, 50):
        found = [*(page := people.users.page(asked, limit=limit)).users]
        while page.more:
            page = people.users.page(asked, after=found[-1].user.id, limit=limit)
            assert page.users
            found += page.users
        assert found == whole


@pytest.mark.parametrize(
    ("text", "ids"), [("BERG", ["dora", "zoe"]), ("_", ["e_1"]), ("0%", ["e_1"]), ("\\", ["robot"]), ("ann", ["anna"])]
)
def test_text_is_found_in_ids_and_names_as_it_stands(people: Installation, text: str, ids: list[str]) -> None:
    assert [user.id for user, _ in people.users.page(UserFilter(text=text)).users] == ids


def test_only_what_lapsed_is_listed_as_expired(people: Installation, crm_home: Home) -> None:
    people.activate(file(bundle(part="more", users={"sales": 1}, system={}, sites={})))
    people.activate(file(bundle(2, warning=None, expiry=None, grace=None, **SOLD)))
    people.users.assign("carl", "sales")
    expired = UserFilter(expired=True)
    assert people.users.page(expired).users == ()
    crm_home.clock.move(days=800)
    [(user, lapsed)] = people.users.page(expired).users
    assert (user.id, lapsed) == ("carl", ("sales",))


def test_a_page_about_what_no_catalog_has_is_refused(people: Installation) -> None:
    with pytest.raises(UnknownCode, match="no catalog has a license"):
        people.users.page(UserFilter(license="nothing"))


def test_the_newest_entries_come_first_and_page_by_page(people: Installation) -> None:
    whole = list(people.audit.entries())[::-1]
    assert list(people.audit.newest(limit=500)) == whole
    first = people.audit.newest(limit=3)
    rest = people.audit.newest(before=first[-1].number, limit=500)
    assert [*first, *rest] == whole
    assert people.audit.newest(before=1) == ()


def test_every_bundle_that_was_ever_active_is_told(people: Installation) -> None:
    people.activate(file(bundle(2, **SOLD)))
    assert [(one.sequence, one.state) for one in people.bundles()] == [(1, "replaced"), (2, "active")]


def test_a_change_is_logged_for_whom_it_was_made(crm: Installation) -> None:
    crm.acting_as("ingrid").users.assign("anna", "sales")
    crm.users.assign("bob", "service")
    second, first = crm.audit.newest(limit=2)
    assert (first.facts["by"], second.facts["by"]) == ("ingrid", "admin")
