"""An application's view of an installation, in a folder and on a server."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from licensekit import Licensing
from licensekit.installation import Installation
from tests.crm import crm_home_on_engine, open_crm
from tests.homes import PIN, Home

Open = Callable[..., Licensing]

PATIENCE_SECONDS = 60
"""Far more than it should take: tests show that it comes, `tests.benchmarks.reload` how soon."""


def comes(condition: Callable[[], bool]) -> bool:
    """Return whether a condition comes true by itself."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture(params=["folder", "server"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home of each kind where nothing was set up yet."""
    return crm_home_on_engine(request, tmp_path)


@pytest.fixture
def admin(home: Home) -> Iterator[Installation]:
    """What an administrator changes: `SOLD` is active, and there are the users anna and bob."""
    with open_crm(home, "anna", "bob") as installation:
        yield installation


@pytest.fixture
def open_licensing(home: Home) -> Iterator[Open]:
    """Open the installation as an application does; closed when the test ends."""
    with ExitStack() as stack:

        def opened(**options: Any) -> Licensing:
            given: dict[str, Any] = {"root": PIN, "pack": home.pack, "clock": home.clock, "watch": True, **options}
            return stack.enter_context(Licensing.open(home.place, **given))

        yield opened


@pytest.fixture
def licensing(admin: Installation, open_licensing: Open) -> Licensing:
    """The installation of `admin`, watched."""
    assert admin.state().serial
    return open_licensing()
