"""What the requirements document says holds in the sample, activated as a customer does (`docs/requirements.md`)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from licensekit import Licensing
from licensekit.access import Access
from licensekit.errors import NoneFree, RequirementMissing
from licensekit.installation import Installation, UserFilter, parse_users
from licensekit.wire.documents import UserKind
from tests.issuer.orders.test_superoffice_sample import SYSTEM
from tests.samples.sample_files import sample_files

MADE: Final = sample_files()
LATER: Final = datetime(2026, 12, 1, tzinfo=UTC)
OWN: Final[dict[str, Any]] = {"root": MADE.root, "pack": MADE.pack, "clock": lambda: LATER}
PLAN: Final = "contact-manager"
BEFORE: Final = {
    "windows": [PLAN],
    "remote-travel": [PLAN, "windows"],
    "outlook-synchronizer": [PLAN],
    "quote-cal": [PLAN],
}
"""What a user is assigned beside a license that requires it."""
MODULES: Final = {
    "contact-manager": {"user", "web", "project-cal", "selection-cal", "report-cal", "relation-cal"},
    "marketing-pro": {"web", "project-cal", "mailing-cal"},
    "sales-pro": {"web", "project-cal", "sale-cal"},
    "service-pro": {"web", "project-cal", "service-client"},
    "complete": {"web", "project-cal", "sale-cal", "service-client"},
    "windows": {"windows"},
    "remote-travel": {"remote-travel"},
    "pocket-crm-cal": {"pocket-crm-cal"},
    "outlook-synchronizer": {"outlook-synchronizer"},
    "quote-cal": {"quote-cal"},
}
"""What the application asks for, of whoever is assigned a license."""


@pytest.fixture
def crm(tmp_path: Path) -> Iterator[Installation]:
    """The full license of the sample in force, and anna."""
    with Installation.open(tmp_path / "home", **OWN) as installation:
        installation.activate(MADE.license)
        installation.users.add("anna")
        yield installation


@pytest.fixture
def licensing(crm: Installation, tmp_path: Path) -> Iterator[Licensing]:
    """What the application asks."""
    assert crm.state().bundles
    with Licensing.open(tmp_path / "home", watch=False, **OWN) as one:
        yield one


def reasons(crm: Installation, user: str, way: str) -> set[str]:
    """Return the licenses that a login lacks."""
    return {str(one.data.get("license")) for one in crm.users.may_login(user, way).reasons}


@pytest.mark.parametrize(("way", "also"), [("web", {"web"}), ("windows", {"windows"})])
def test_a_login_needs_the_right_to_log_in_and_a_client_license(crm: Installation, way: str, also: set[str]) -> None:
    assert reasons(crm, "anna", way) == {"user"} | also
    crm.users.assign("anna", PLAN, "windows")
    assert crm.users.may_login("anna", way).allowed


def test_a_system_license_is_there_for_the_whole_installation(licensing: Licensing) -> None:
    assert {code: licensing.access(code) for code in SYSTEM} == dict.fromkeys(SYSTEM, Access.FULL)


def test_the_systems_are_named_by_a_setting(licensing: Licensing) -> None:
    assert licensing.allows("system")
    assert licensing.setting("systems") == "all"


def test_without_the_server_or_web_services_nobody_logs_in(tmp_path: Path) -> None:
    with Installation.open(tmp_path / "home", **OWN) as crm:
        crm.users.add("anna")
        assert {"server", "online-webservices"} <= reasons(crm, "anna", "web")


@pytest.mark.parametrize(("kind", "way"), [(UserKind.EXTERNAL, "external"), (UserKind.ANONYMOUS, "anonymous")])
def test_expander_services_let_external_and_anonymous_users_in(crm: Installation, kind: UserKind, way: str) -> None:
    crm.users.add("guest", kind=kind)
    assert crm.users.may_login("guest", way).allowed


def test_satellites_are_defined_up_to_their_number(crm: Installation) -> None:
    crm.sites.add("oslo", central=True)
    for number in range(3):
        crm.sites.add(f"satellite-{number}")
    with pytest.raises(NoneFree):
        crm.sites.add("one-more")


@pytest.mark.parametrize(("code", "sites"), [("reporter-studio", 4), ("audience", 2)])
def test_a_site_license_is_for_a_number_of_sites(crm: Installation, code: str, sites: int) -> None:
    crm.sites.add("oslo", central=True)
    for number in range(3):
        crm.sites.add(f"satellite-{number}")
    names = ["oslo", "satellite-0", "satellite-1", "satellite-2"]
    for name in names[:sites]:
        crm.sites.assign(name, code)
    assert crm.license(code).row.free == 0
    for name in names[sites:]:
        with pytest.raises(NoneFree):
            crm.sites.assign(name, code)


@pytest.mark.parametrize("code", MODULES)
def test_a_user_license_gives_its_modules_to_whoever_holds_it(
    crm: Installation, licensing: Licensing, code: str
) -> None:
    before = BEFORE.get(code, [PLAN] if code == "pocket-crm-cal" else [])
    missing = {module for module in MODULES[code] if not licensing.user("anna").allows(module)}
    crm.users.assign("anna", *before, code)
    licensing.refresh()
    assert missing == MODULES[code]
    assert all(licensing.user("anna").allows(module) for module in MODULES[code])


def test_the_sale_module_is_read_by_all_and_written_with_its_license(crm: Installation, licensing: Licensing) -> None:
    crm.users.add("bob")
    crm.users.assign("anna", "sales-pro")
    crm.users.assign("bob", PLAN)
    licensing.refresh()
    assert licensing.user("anna").access("sale") is Access.FULL
    assert licensing.user("bob").access("sale") is Access.READ


@pytest.mark.parametrize("code", [code for code in MODULES if code != "pocket-crm-cal"])
def test_a_user_license_is_for_a_number_of_users(crm: Installation, code: str) -> None:
    row = crm.license(code).row
    assert row.total is not None
    held = " ".join((*BEFORE.get(code, []), code))
    lines = (f"user{number},{held}\n" for number in range(row.total))
    crm.users.import_rows(parse_users("id,licenses\n" + "".join(lines)))
    assert crm.license(code).row.free == 0
    with pytest.raises(NoneFree):
        crm.users.assign("anna", *BEFORE.get(code, []), code)


def test_travel_is_assigned_only_with_the_windows_client(crm: Installation) -> None:
    crm.users.assign("anna", PLAN)
    with pytest.raises(RequirementMissing):
        crm.users.assign("anna", "remote-travel")


def test_users_are_listed_by_the_license_that_they_use(crm: Installation) -> None:
    crm.users.add("bob")
    crm.users.add("guest", kind=UserKind.EXTERNAL)
    crm.users.assign("anna", "sales-pro")
    assert [row.user.id for row in crm.users.list(UserFilter(holding="sales-pro"))] == ["anna"]
    others = UserFilter(kinds=frozenset(UserKind) - {UserKind.ASSOCIATE})
    assert [row.user.id for row in crm.users.list(others)] == ["guest"]
