"""An installation for each test, of a product with every kind of license."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from licensekit.installation import Installation
from licensekit.wire.documents import Catalog, Kind, LoginRule, SeatKind, UserKind
from tests import makers
from tests.homes import Home, bundle, file, pack

_of = makers.license_entry


def crm_catalog() -> Catalog:
    """Give a catalog with plans, requirements, a limit on sites and three ways to log in."""
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


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home where nothing was set up yet."""
    return Home(str(tmp_path / "home"))


@pytest.fixture
def installation(home: Home) -> Iterator[Installation]:
    """An installation in which nothing was activated yet."""
    with home.open() as installation:
        yield installation


@pytest.fixture
def crm_home(tmp_path: Path) -> Home:
    """The home of `crm`."""
    return Home(str(tmp_path / "crm"), pack=pack(crm_catalog()))


@pytest.fixture
def crm(crm_home: Home) -> Iterator[Installation]:
    """An installation with the bundle `SOLD`, the users anna, bob and carl, and no sites."""
    with crm_home.open() as installation:
        installation.activate(file(bundle(**SOLD)))
        for user in ("anna", "bob", "carl"):
            installation.users.add(user)
        yield installation
