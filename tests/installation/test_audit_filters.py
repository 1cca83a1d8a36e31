"""The audit log by what was done, by whom, about what and when; page by page, in both directions."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from licensekit.installation import AuditEntry, AuditFilter, EventScope, Installation, parse_users
from licensekit.state.logs import ERASED
from tests.crm import crm_home_on_engine
from tests.homes import Home


@pytest.fixture(params=["folder", "server"])
def crm_home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home of each kind."""
    return crm_home_on_engine(request, tmp_path)


def did(crm: Installation, **wanted: Any) -> list[str]:
    """Return the codes of the entries that a filter fits, the oldest first."""
    entries = list(crm.audit.entries(AuditFilter(**wanted)))
    assert [*crm.audit.page(AuditFilter(**wanted), limit=500, named=None).entries][::-1] == entries
    return [entry.facts["did"] for entry in entries]


@pytest.fixture
def worked(crm: Installation, crm_home: Home) -> Installation:
    """`crm`, in which two people have worked for some days; a site has the id of nobody."""
    crm_home.clock.move(days=1)
    ingrid, ola = crm.acting_as("ingrid"), crm.acting_as("ola")
    ingrid.users.set("anna", name="Anna Bergström")
    ingrid.users.assign("anna", "sales", "windows")
    ingrid.sites.add("Oslo", central=True)
    crm_home.clock.move(days=1)
    ola.users.assign("bob", "sales")
    ola.events.start("no-login", scope=EventScope.USER, subject="anna")
    ola.events.start("no-travel", scope=EventScope.GROUP, subject="Night shift")
    return crm


def test_of_many_users_the_one_who_is_asked_for_is_named(crm: Installation) -> None:
    crm.users.import_rows(parse_users("id\n" + "".join(f"user{number}\n" for number in range(9))))
    [entry] = crm.audit.page(AuditFilter(user="user7")).entries
    assert entry.facts["users"][0] == "user7"
    assert len(entry.facts["users"]) == 4  # three, and how many more


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"what": "user-assign"}, ["user-assign", "user-assign"]),
        ({"what": "event"}, ["event-start", "event-start"]),
        ({"what": "eve"}, []),
        ({"by": "ola"}, ["user-assign", "event-start", "event-start"]),
        ({"by": "OLA", "what": "event"}, ["event-start", "event-start"]),
        ({"by": "anna"}, []),
        ({"by": "nobody"}, []),
        ({"about": "anna"}, ["user-add", "user-set", "user-assign", "event-start"]),
        ({"user": "Anna"}, ["user-add", "user-set", "user-assign", "event-start"]),
        ({"user": "bergstrom"}, []),
        ({"user": "oslo"}, []),
        ({"user": "ola"}, []),
        ({"site": "OSLO"}, ["site-add"]),
        ({"site": "anna"}, []),
        ({"about": "bergstrom"}, ["user-add", "user-set", "user-assign", "event-start"]),
        ({"about": "ola"}, []),
        ({"about": "oslo"}, ["site-add"]),
        ({"about": "night SHIFT"}, ["event-start"]),
        ({"about": "windows"}, ["user-assign"]),
        ({"about": "sales", "by": "ola"}, ["user-assign"]),
        ({"about": "anna", "by": "ola", "what": "event"}, ["event-start"]),
        ({"about": "%"}, []),
    ],
)
def test_entries_are_found_by_what_was_done_by_whom_and_about_what(
    worked: Installation, wanted: dict[str, str], expected: list[str]
) -> None:
    assert did(worked, **wanted) == expected


def test_entries_are_found_by_serial_and_by_the_name_of_a_license(worked: Installation) -> None:
    assert did(worked, about=str(worked.state().serial)) == ["activate"]
    worked.sites.assign("oslo", "reporter")
    assert worked.state().entitlements.licenses["reporter"].name == "Reporter"
    assert did(worked, about="REPORTER ") == ["site-assign"]


def test_both_days_of_a_span_belong_to_it(worked: Installation, crm_home: Home) -> None:
    today, day, year = crm_home.clock().date(), timedelta(days=1), timedelta(days=365)
    everything = [entry.facts["did"] for entry in worked.audit.entries()]
    assert did(worked, since=today) == ["user-assign", "event-start", "event-start"]
    assert did(worked, since=today - day, until=today - day) == ["user-set", "user-assign", "site-add"]
    assert did(worked, until=today - 2 * day) == everything[:-6]
    assert did(worked, since=today + day) == did(worked, until=today - year) == []
    assert did(worked, since=today - year, until=today + year) == everything[1:]  # the first entry has no date


def test_an_erased_person_is_found_no_more(worked: Installation) -> None:
    worked.events.end(1)
    worked.users.erase("anna")
    assert did(worked, about="anna") == []
    assert ERASED in next(worked.audit.entries(AuditFilter(what="user-set"))).message


def test_names_in_a_sentence_can_be_written_as_links(worked: Installation) -> None:
    def said(entry: AuditEntry) -> str:
        return entry.message_with(lambda kind, text: f"<{kind} {text}>")

    sentences = [said(entry) for entry in worked.audit.page(limit=6, named=1).entries]
    assert sentences == [
        "started event 2: no-travel for the group Night shift",
        "started event 1: no-login for the user <user anna>",
        "changed the licenses of <user bob>, assigned <license sales>",
        "added the central site <site oslo>",
        "changed the licenses of <user anna>, assigned <license sales>, <license windows>",
        "changed user <user anna>: name",
    ]


def test_a_number_of_further_users_is_not_a_name(crm: Installation) -> None:
    rows = "id,licenses\n" + "".join(f"new{number},\n" for number in range(5))
    crm.users.import_rows(parse_users(rows))
    [entry] = crm.audit.page(limit=1, named=1).entries
    assert entry.message_with(lambda _, text: f"<{text}>").endswith("added <new0>, 4 more")
    assert [*crm.audit.entries()][-1].facts["users"] == [f"new{number}" for number in range(5)]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
@pytest.mark.parametrize("wanted", [{}, {"what": "user"}, {"by": "ola"}, {"what": "user-assign", "about": "sales"}])
def test_pages_in_either_direction_have_every_entry_once(
    worked: Installation, wanted: dict[str, Any], limit: int
) -> None:
    found, page = AuditFilter(**wanted), partial(worked.audit.page, AuditFilter(**wanted), limit=limit, named=None)
    whole = [*worked.audit.entries(found)][::-1]
    pages = [page()]
    while pages[-1].before is not None:
        pages.append(page(before=pages[-1].before))
    assert [entry for one in pages for entry in one.entries] == whole
    assert pages[0].after is None
    assert page(before=1).entries == ()
    back = [pages[-1]]
    while back[-1].after is not None:
        back.append(page(after=back[-1].after))
    assert [entry for one in reversed(back) for entry in one.entries] == whole
