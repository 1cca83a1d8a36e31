"""Lists page by page: of users, and of the audit log; and who is named for a change."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from licensekit.dates import day_at, format_days
from licensekit.errors import UnknownCode
from licensekit.installation import Installation, UserFacts, UserFilter, UserPage, parse_users, user_list, user_pages
from licensekit.state.home import open_installation
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
    {"holding": "user", "retired": False, "text": "d berg"},
    {"group": "NORD"},
    {"group": "Nord", "license": "sales", "text": "berg"},
    {"group": "nobody's"},
    {"license": "windows", "kinds": frozenset({UserKind.ASSOCIATE})},
]


@pytest.fixture
def people(crm: Installation) -> Installation:
    """`crm` with seven users of several kinds, some with licenses."""
    crm.users.add("dora", name="Dora Bergström", groups=("Nord", "Sør 1"))
    crm.users.set("anna", groups=("nord",))
    crm.users.add("e_1", name="100% Sure", kind=UserKind.EXTERNAL)
    crm.users.add("robot", name="back\\slash", kind=UserKind.SYSTEM)
    crm.users.add("zoe", name="Zoe Bergman")
    crm.users.retire("zoe")
    crm.users.assign("anna", "sales", "windows")
    crm.users.assign("dora", "sales", "windows", "travel")
    crm.users.assign("bob", "service", "windows")
    return crm


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
@pytest.mark.parametrize("looked_at", [1, 3, 500])
def test_pages_together_are_the_list(
    people: Installation, wanted: dict[str, Any], looked_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many candidates a page looks at, and whatever its size."""
    asked = UserFilter(**wanted)
    whole = list(people.users.list(asked))
    monkeypatch.setattr(user_pages, "LOOKED_AT", looked_at)
    assert list(people.users.list(asked)) == whole
    for limit in (1, 2, 50):
        page = people.users.page(asked, limit=limit)
        found = [*page.users]
        while page.after:
            page = people.users.page(asked, after=page.after, limit=limit)
            found += page.users
        assert found == whole


SORTED_BY: dict[str, Callable[[UserFacts], tuple[Any, ...]]] = {
    "id": lambda user: (user.id,),
    "name": lambda user: ((user.name or user.written).lower(), user.id),
    "added": lambda user: (user.added, user.id),
    "seen": lambda user: (-1 if user.last_seen is None else user.last_seen, user.id),
}


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
@pytest.mark.parametrize("looked_at", [3, 500])
def test_pages_together_are_the_list_in_every_order_both_ways(
    people: Installation, crm_home: Home, wanted: dict[str, Any], looked_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen_on(crm_home, anna=20_000, zoe=20_001, bob=20_000)
    asked = UserFilter(**wanted)
    users = [row.user for row in people.users.list(asked)]
    monkeypatch.setattr(user_pages, "LOOKED_AT", looked_at)
    for order, key in SORTED_BY.items():
        for way in ("", "-"):
            page = people.users.page(asked, limit=2, order=way + order)
            found = [row.user for row in page.users]
            while page.after:
                page = people.users.page(asked, after=page.after, limit=2, order=way + order)
                found += (row.user for row in page.users)
            assert found == sorted(users, key=key, reverse=bool(way))


@pytest.mark.parametrize("order", ["", *SORTED_BY, "-id", "-seen", "nonsense"])
@pytest.mark.parametrize("after", ["x", "\t", "x\ty", "\tx", "1\tx", "-\t", "²\t"])
def test_a_place_that_no_page_has_said_is_one_in_the_list(people: Installation, order: str, after: str) -> None:
    for text in ("", "a"):
        assert len(people.users.page(UserFilter(text=text), after=after, order=order).users) <= 7


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
@pytest.mark.parametrize("looked_at", [1, 3, 500])
def test_the_count_is_exact_or_says_that_there_may_be_more(
    people: Installation, wanted: dict[str, Any], looked_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = len(list(people.users.list(UserFilter(**wanted))))
    monkeypatch.setattr(user_pages, "LOOKED_AT", looked_at)
    monkeypatch.setattr(user_pages, "COUNTED", 5)
    counted, exact = people.users.count(UserFilter(**wanted))
    assert counted <= number
    assert counted == number or not exact
    if looked_at == 500:
        assert exact is (number <= 5)


def test_groups_are_listed_once_as_a_member_has_them(people: Installation) -> None:
    assert people.users.groups() == ("nord", "Sør 1")
    assert people.users.groups(limit=1) == ("nord",)
    people.users.set("dora", groups=())
    assert people.users.groups() == ("nord",)
    people.users.import_rows(parse_users("id,groups\nanna,Ost\nnew,West\n"))
    assert people.users.groups() == ("Ost", "West")


def test_the_day_on_which_a_user_came_is_kept(people: Installation) -> None:
    today = day_at(people.state().now)
    people.users.import_rows(parse_users("id,name\nanna,Anna\nnew,New\n"))
    assert {people.users.get(one).added for one in ("anna", "new")} == {today}
    assert people.users.get("new").plain()["added"] == format_days(today)


def seen_on(home: Home, **days: int) -> None:
    """Write on which days users were last seen, as the application tells it."""
    with closing(open_installation(home.place, create=False)) as database, database.write() as change:
        change.run_many("UPDATE users SET last_seen = ? WHERE id = ?", [(day, one) for one, day in days.items()])


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("BERG", ["zoe", "dora"]),
        ("bergström dora", ["dora"]),
        ("zo BERGM", ["zoe"]),
        ("berg zoe zo z", ["zoe"]),
        ("dora zoe", []),
        ("ergman", []),
        ("1", ["e_1", "f"]),
        ("100%", ["e_1"]),
        ("\\", ["anna", "bob", "carl", "dora", "e_1", "f", "robot", "zoe"]),
        ("slash", ["robot"]),
        ("a", ["anna"]),
        ("anna bob", []),
    ],
)
def test_each_word_of_a_text_is_the_beginning_of_a_word(people: Installation, text: str, ids: list[str]) -> None:
    people.users.add("f", name="1 10 11 ")
    assert [user.id for user, _ in people.users.page(UserFilter(text=text)).users] == ids


def test_who_holds_a_license_through_several_is_listed_once(
    people: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if it is included in more licenses than a page merges."""
    people.users.assign("anna", "user")
    wanted = UserFilter(holding="user")
    before = people.users.page(wanted)
    monkeypatch.setattr(user_list, "RANGES", 1)
    assert people.users.page(wanted) == before


def test_of_a_text_of_many_words_the_longest_count(people: Installation) -> None:
    many = " ".join(f"{chr(97 + number // 10)}{number % 10}" for number in range(200))
    people.users.add("long", name=many[:197])
    assert [user.id for user, _ in people.users.list(UserFilter(text=many))] == ["long"]


def test_a_page_of_few_who_match_every_condition_ends_early_and_says_where_to_go_on(
    people: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        people.users.add(f"user{number:02}", name="Olga" if number % 2 else "Per")
    monkeypatch.setattr(user_pages, "LOOKED_AT", 4)
    page = people.users.page(UserFilter(text="user olga"))
    assert len(page.users) < 10
    assert page.after
    nobody = people.users.page(UserFilter(text="olga per"))
    assert (nobody.users, bool(nobody.after)) == ((), True)
    assert people.users.page(UserFilter(text="olga nobody")) == UserPage(())


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


def test_every_bundle_that_was_ever_active_is_reported(people: Installation) -> None:
    people.activate(file(bundle(2, **SOLD)))
    assert [(one.sequence, one.state) for one in people.bundles()] == [(1, "replaced"), (2, "active")]


def test_a_change_is_logged_for_whom_it_was_made(crm: Installation) -> None:
    crm.acting_as("ingrid").users.assign("anna", "sales")
    crm.users.assign("bob", "service")
    second, first = crm.audit.page(limit=2).entries
    assert (first.facts["by"], second.facts["by"]) == ("ingrid", "admin")
