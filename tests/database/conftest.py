"""A database to work on, on each engine."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from licensekit.database import Database, connect, in_memory
from tests.database.sample_database import SCHEMA

MEMORY = "memory"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try a test on each engine; in memory as well, unless its database is opened twice, or has other processes."""
    if "location" in metafunc.fixturenames and not hasattr(inspect.getmodule(metafunc.function), "location"):
        names = inspect.signature(metafunc.function).parameters
        is_alone = "location" not in names and metafunc.definition.path.stem in {"test_transactions", "test_deadlines"}
        engines = ["sqlite", "postgres", *([MEMORY] if is_alone else [])]
        metafunc.parametrize("location", engines, indirect=True)


@pytest.fixture
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place where no database is yet, or `MEMORY`, which has none."""
    place: str = MEMORY if request.param == MEMORY else str(tmp_path / "licensing.db")
    if request.param == "postgres":
        place = request.getfixturevalue("postgres_location")
    return place


@pytest.fixture
def database(location: str) -> Iterator[Database]:
    """A new database of the sample schema."""
    database = in_memory(SCHEMA) if location == MEMORY else connect(location, schema=SCHEMA, create=True)
    yield database
    database.close()
