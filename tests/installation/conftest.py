"""An installation for each test, of a product with every kind of license."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licensekit.installation import Installation
from tests.crm import crm, crm_home
from tests.homes import Home

__all__ = ["crm", "crm_home"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home where nothing was set up yet."""
    return Home(str(tmp_path / "home"))


@pytest.fixture
def installation(home: Home) -> Iterator[Installation]:
    """An installation in which nothing was activated yet."""
    with home.open() as installation:
        yield installation
