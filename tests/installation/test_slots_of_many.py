"""Slots of many holders in one call: as if they were released and assigned one by one, except for the order."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licensekit.database import Database
from licensekit.state import slots
from licensekit.state.home import open_installation
from licensekit.wire.documents import Kind
from tests.crm import crm_home_on_engine
from tests.profiles import examples

DAY = 20_000

PEOPLE = [f"u{number}" for number in range(8)]
CODES = ["sales", "service"]
_pairs = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(CODES))
_steps = st.lists(st.tuples(st.booleans(), st.lists(_pairs, unique=True)), max_size=6)
Order = dict[str, list[str]]


@pytest.fixture(params=["folder", pytest.param("server", marks=pytest.mark.server)])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The database of an installation with users, on each engine."""
    with tempfile.TemporaryDirectory() as folder:
        home = crm_home_on_engine(request, Path(folder))
        with home.open() as crm:
            for user in PEOPLE:
                crm.users.add(user)
        database = open_installation(home.place, create=False)
        yield database
        database.close()


@given(steps=_steps)
@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_slots_stay_dense_and_whoever_keeps_a_low_one_keeps_it(
    database: Database, steps: list[tuple[bool, list[tuple[str, str]]]]
) -> None:
    """The model is a list of holders a license."""
    model: Order = {code: [] for code in CODES}
    with database.write() as connection:
        connection.run("DELETE FROM user_licenses")
        for assigns, pairs in steps:
            if assigns:
                new = [(user, code) for user, code in pairs if user not in model[code]]
                slots.assign(connection, Kind.USER, new, DAY)
                for user, code in new:
                    model[code].append(user)
            else:
                slots.release(connection, Kind.USER, pairs)
                for code in CODES:
                    model[code] = released(model[code], {user for user, held in pairs if held == code})
            rows = connection.rows("SELECT license, user_id, slot FROM user_licenses ORDER BY license, slot")
            assert rows == [(code, user, slot) for code in CODES for slot, user in enumerate(model[code], 1)]


def released(order: list[str], leaving: set[str]) -> list[str]:
    """Return who holds which slot afterwards: those behind the end fill the gaps, in their order."""
    size = len([user for user in order if user not in leaving])
    behind = iter([user for user in order[size:] if user not in leaving])
    return [next(behind) if user in leaving else user for user in order[:size]]


def test_more_than_one_query_takes_are_released(database: Database) -> None:
    many = [f"m{number:04}" for number in range(1100)]
    with database.write() as connection:
        connection.run_many(
            "INSERT INTO users (id, written, name, kind, can_log_in, administrator, retired, member_of, added)"
            " VALUES (?, ?, '', 0, 1, 0, 0, '', 1)",
            [(user, user) for user in many],
        )
        slots.assign(connection, Kind.USER, [(user, "sales") for user in many], DAY)
        slots.release(connection, Kind.USER, [(user, "sales") for user in many[:1050]])
        rows = connection.rows("SELECT user_id, slot FROM user_licenses ORDER BY slot")
        assert rows == [(user, slot) for slot, user in enumerate(many[1050:], 1)]
