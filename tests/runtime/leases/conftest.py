"""An installation with five concurrent seats, on each engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licensekit.installation import Installation
from tests.homes import Home, bundle, file, pack
from tests.installation.conftest import SOLD, crm_catalog


@pytest.fixture(params=["folder", "server"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home of each kind, where `SOLD` was activated."""
    place = str(tmp_path / "home")
    if request.param == "server":
        place = request.getfixturevalue("postgres_location")
    found = Home(place, pack=pack(crm_catalog()))
    with found.open() as installation:
        installation.activate(file(bundle(**SOLD)))
    return found


@pytest.fixture
def crm(home: Home) -> Iterator[Installation]:
    """The installation as its administrator has it open."""
    with home.open() as installation:
        yield installation
