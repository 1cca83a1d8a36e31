"""An installation with a meter for each period."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from licensekit.state.home import open_installation
from licensekit.wire.documents import Kind, MeterPeriod
from tests import makers
from tests.homes import Home, bundle, file, pack

PERIODS = {"day": MeterPeriod.DAY, "month": MeterPeriod.MONTH, "year": MeterPeriod.YEAR, "term": MeterPeriod.TERM}
CATALOG = makers.catalog(
    licenses={
        "server": makers.license_entry(Kind.SYSTEM, "Server"),
        **{code: makers.license_entry(Kind.SYSTEM, code, quantity="calls", per=per) for code, per in PERIODS.items()},
    },
    access={},
)


def sell(home: Home, sequence: int = 1, part: str = "base", **options: Any) -> None:
    """Activate a bundle of some counts: `day=100`; None is unrestricted."""
    counts = {code: options.pop(code) for code in PERIODS if code in options}
    with home.open() as installation:
        installation.activate(file(bundle(sequence, part=part, system=counts, sites={}, users={}, **options)))


def rows(home: Home) -> dict[str, int]:
    """Return what the database says was used, by period."""
    with closing(open_installation(home.place, create=False)) as database, database.read() as connection:
        return dict(connection.rows("SELECT period, used FROM meters ORDER BY period"))


@pytest.fixture(params=["folder", "server"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home of each kind where nothing was activated yet."""
    place = request.getfixturevalue("postgres_location") if request.param == "server" else str(tmp_path / "home")
    return Home(place, pack=pack(CATALOG))


@pytest.fixture
def away(request: pytest.FixtureRequest, home: Home) -> Callable[[], AbstractContextManager[None]]:
    """Return what takes the database away for a block: the folder is moved, or the server killed."""

    @contextmanager
    def taken() -> Generator[None]:
        if home.place.startswith("postgresql:"):
            start = request.getfixturevalue("start_postgres")
            request.getfixturevalue("kill_postgres")()
            yield
            start()
        else:
            there = home.folder.with_name("elsewhere")
            home.folder.rename(there)
            yield
            there.rename(home.folder)

    return taken
