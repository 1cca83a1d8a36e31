"""Who has a license, a page at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from licensekit.dates import day_at
from licensekit.errors import UnknownCode, WrongKind
from licensekit.installation import Installation, parse_users
from tests.crm import SOLD, crm_home_on_engine, open_crm
from tests.homes import Home, bundle, file

MANY = {**SOLD, "sites": {"satellite": 3, "reporter": 2}, "users": {**SOLD["users"], "sales": 9, "windows": None}}


@pytest.fixture(params=["folder", pytest.param("server", marks=pytest.mark.server)])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home, on each engine."""
    return crm_home_on_engine(request, tmp_path)


@pytest.fixture
def crm(home: Home) -> Iterator[Installation]:
    """An installation with three users, and more licenses than `SOLD`."""
    with open_crm(home, "Anna", "bob", "carl") as installation:
        installation.activate(file(bundle(2, **MANY)))
        yield installation


def test_each_has_it_since_the_day_of_the_assignment_that_gives_it(crm: Installation, home: Home) -> None:
    first = day_at(home.clock.now)
    crm.users.assign("bob", "service")
    home.clock.move(days=7)
    crm.users.assign("anna", "user")
    crm.users.assign("bob", "windows")
    found = crm.holders("user")[0]
    assert [(one.facts.written, one.since, one.through) for one in found] == [
        ("Anna", first + 7, ()),
        ("bob", first, ("service",)),
    ]


def test_a_table_of_users_dates_assignments_as_well(crm: Installation, home: Home) -> None:
    crm.users.assign("bob", "sales")
    home.clock.move(days=3)
    crm.users.import_rows(parse_users("id,licenses\nbob,sales\ncarl,sales\ndora,sales\n"))
    today = day_at(home.clock.now)
    since = {one.facts.id: one.since for one in crm.holders("sales")[0]}
    assert since == {"bob": today - 3, "carl": today, "dora": today}


def test_pages_are_by_id_and_end(crm: Installation) -> None:
    for user in ("anna", "bob", "carl"):
        crm.users.assign(user, "sales")
    first, after = crm.holders("sales", limit=2)
    rest, end = crm.holders("sales", limit=2, after=after)
    assert [one.facts.id for one in (*first, *rest)] == ["anna", "bob", "carl"]
    assert end == ""


def test_sites_are_listed_alike(crm: Installation, home: Home) -> None:
    crm.sites.add("oslo", central=True)
    for site in ("bergen", "tromso"):
        crm.sites.add(site)
    crm.sites.assign("tromso", "reporter")
    today = day_at(home.clock.now)
    assert [(one.facts.id, one.since) for one in crm.holders("reporter")[0]] == [("tromso", today)]
    first, after = crm.holders("satellite", limit=1)
    assert ([one.facts.id for one in first], after) == (["bergen"], "bergen")
    assert [one.facts.id for one in crm.holders("satellite", after="bergen")[0]] == ["tromso"]


def test_of_what_everybody_has_whoever_is_assigned_it_is_listed(crm: Installation) -> None:
    crm.activate(file(bundle(3, **{**MANY, "system": {**MANY["system"], "expander": 1}})))
    assert crm.state().entitlements.everyone["extern-cal"]
    assert crm.holders("extern-cal")[0] == ()


def test_who_is_beyond_what_is_sold_has_it_lapsed(crm: Installation, home: Home) -> None:
    soon: dict[str, Any] = {"expiry": day_at(home.clock.now) + 9, "warning": None, "grace": None}
    more = bundle(part="more", users={"sales": 1}, system={}, sites={}, **soon)
    crm.activate(file(bundle(3, **{**MANY, "users": {**MANY["users"], "sales": 2}}), more))
    for user in ("anna", "bob", "carl"):
        crm.users.assign(user, "sales")
    home.clock.move(days=30)
    assert [one.facts.id for one in crm.holders("sales")[0] if one.lapsed] == ["carl"]
    assert [one.facts.id for one in crm.holders("user")[0] if one.lapsed] == ["carl"]


def test_nobody_holds_a_system_license(crm: Installation) -> None:
    with pytest.raises(WrongKind):
        crm.holders("server")
    with pytest.raises(UnknownCode):
        crm.holders("nothing")
