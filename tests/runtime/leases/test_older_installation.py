"""An installation of a version that knew no leases."""

from pathlib import Path

import pytest

from licensekit.database import Schema, connect
from licensekit.state.schema import SCHEMA
from tests.crm import SOLD, crm_catalog
from tests.homes import Home, bundle, file, pack
from tests.runtime.leases.seat_process import SeatProcess

BEFORE = Schema(SCHEMA.kind, SCHEMA.migrations[:1])


@pytest.fixture(params=["folder", "server"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home of each kind, of the first schema, with a user in it."""
    if request.param == "server":
        place = database = request.getfixturevalue("postgres_location")
    else:
        place, database = str(tmp_path), str(tmp_path / "licensing.db")
    opened = connect(database, schema=BEFORE, create=True)
    with opened.write() as connection:
        connection.run(
            "INSERT INTO installation (one, seed, secret, highest, ran, restored)"
            " VALUES (1, ?, ?, 0, 0, 0)",
            bytes(32),
            bytes(32),
        )
        connection.run(
            "INSERT INTO users (id, written, name, kind, can_log_in, administrator, retired,"
            " member_of) VALUES ('anna', 'anna', 'Anna', 0, 1, 0, 0, '')"
        )
    opened.close()
    return Home(place, pack=pack(crm_catalog()))


def test_an_older_installation_gets_leases_and_keeps_the_rest(old: Home) -> None:
    with old.open() as installation:
        installation.activate(file(bundle(**SOLD)))
        assert [user.name for user in installation.users.list()] == ["Anna"]
    process = SeatProcess(old)
    lease = process.take("anna")
    assert process.still(lease) == {lease.id}
    process.close()
    with old.open() as installation:
        assert installation.state().in_use == {"seat": 1}
    if not old.place.startswith("postgresql"):
        assert (old.folder / "licensing.db.before-2").exists()
