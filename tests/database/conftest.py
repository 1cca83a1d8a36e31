"""A database to work on, on each engine."""

from collections.abc import Iterator

import pytest

from licensekit.database import Database, connect
from tests.database.sample_database import SCHEMA


@pytest.fixture
def database(location: str) -> Iterator[Database]:
    """A new database of the sample schema."""
    database = connect(location, schema=SCHEMA, create=True)
    yield database
    database.close()
