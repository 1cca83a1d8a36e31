"""An installation for each test, of a product with every kind of license."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licensekit.installation import Installation
from tests.crm import crm_home_at, open_crm
from tests.homes import Home


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
    return crm_home_at(tmp_path / "crm")


@pytest.fixture
def crm(crm_home: Home) -> Iterator[Installation]:
    """An installation with the bundle `SOLD`, the users anna, bob and carl, and no sites."""
    with open_crm(crm_home, "anna", "bob", "carl") as installation:
        yield installation
