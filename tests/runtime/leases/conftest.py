"""An installation with five concurrent seats, on each engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licensekit import Licensing
from licensekit.installation import Installation
from tests.crm import crm_home_on_engine, open_crm
from tests.homes import PIN, Home


@pytest.fixture(params=["folder", "server"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home of each kind, where `SOLD` was activated."""
    found = crm_home_on_engine(request, tmp_path)
    with open_crm(found):
        return found


@pytest.fixture
def crm(home: Home) -> Iterator[Installation]:
    """The installation as its administrator has it open."""
    with home.open() as installation:
        yield installation


@pytest.fixture
def licensing(home: Home) -> Iterator[Licensing]:
    """The installation as an application has it open."""
    with Licensing.open(home.place, root=PIN, pack=home.pack, clock=home.clock) as licensing:
        yield licensing
