"""An installation of a product with every kind of license, for tests of all its sides."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from licensekit.installation import Installation
from licensekit.wire.documents import Catalog, Kind, LoginRule, SeatKind, UserKind
from tests import makers
from tests.homes import Home, bundle, file, pack

_of = makers.license_entry


def crm_catalog() -> Catalog:
    """Return a catalog with plans, requirements, a limit on sites and three ways to log in."""
    licenses = {
        "server": _of(Kind.SYSTEM, "Server"),
        "area": _of(Kind.SYSTEM, "Areas"),
        "sale": _of(Kind.SYSTEM, "Sale", full_with="sale-cal"),
        "expander": _of(Kind.SYSTEM, "Expander", includes=["extern-cal"]),
        "satellite": _of(Kind.SITE, "Satellite", limits_sites=True, requires=["area"]),
        "reporter": _of(Kind.SITE, "Reporter", includes=["reporter-cal"]),
        "audience": _of(Kind.SITE, "Audience", requires=["expander"]),
        "reporter-cal": _of(hidden=True),
        "extern-cal": _of(hidden=True),
        "user": _of(),
        "sale-cal": _of(hidden=True),
        "sales": _of(plan=True, includes=["sale", "sale-cal", "user"]),
        "service": _of(plan=True, includes=["user"]),
        "windows": _of(requires=["user"]),
        "travel": _of(requires=["windows"]),
        "seat": _of(seats=SeatKind.CONCURRENT),
    }
    access = {
        "web": LoginRule(["server", "user"], [UserKind.ASSOCIATE]),
        "portal": LoginRule(["expander", "extern-cal"], [UserKind.EXTERNAL, UserKind.ANONYMOUS]),
    }
    return makers.catalog(licenses=licenses, access=access)


SOLD: dict[str, Any] = {
    "system": {"server": 1, "area": 1},
    "sites": {"satellite": 2, "reporter": 1},
    "users": {"sales": 2, "service": 1, "windows": None, "travel": 1, "seat": 5, "user": None},
}


def crm_home_at(place: Path | str) -> Home:
    """Return a home of the product, where nothing was set up yet."""
    return Home(str(place), pack=pack(crm_catalog()))


def crm_home_on_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """Return such a home in a folder or on a server, as `request.param` says."""
    if request.param == "server":
        return crm_home_at(request.getfixturevalue("postgres_location"))
    return crm_home_at(tmp_path / "home")


@pytest.fixture
def crm_home(tmp_path: Path) -> Home:
    """The home of `crm`."""
    return crm_home_at(tmp_path / "crm")


@pytest.fixture
def crm(crm_home: Home) -> Iterator[Installation]:
    """An installation with the bundle `SOLD`, the users anna, bob and carl, and no sites."""
    with open_crm(crm_home, "anna", "bob", "carl") as installation:
        yield installation


@contextmanager
def open_crm(home: Home, *users: str) -> Generator[Installation]:
    """Open a home, activate the bundle `SOLD` there, and add users."""
    with home.open() as installation:
        installation.activate(file(bundle(**SOLD)))
        for user in users:
            installation.users.add(user)
        yield installation
