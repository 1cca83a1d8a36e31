"""`leases list` and `leases end`, as an administrator sees them."""

import json
import time
from pathlib import Path

import pytest

from licensekit.access import Access
from licensekit.entitlements.assignment import pool_of
from licensekit.installation import HeldSeat
from licensekit.state.home import open_installation
from licensekit.state.seats import SeatRequest, take
from tests import homes
from tests.cli.customer.conftest import Command

HOURS = 3600


@pytest.fixture
def held(run: Command, shelf: Path) -> dict[str, HeldSeat]:
    """Anna and Bob hold a seat each; Bob has borrowed his."""
    assert run("activate one.lic --pack crm.lkp --root {pin} --home here").code == 0
    database = open_installation(shelf / "here", create=False)
    now = int(time.time())
    pool = pool_of(homes.state_of(database, now).entitlements, "seat")
    anna, bob = (take(database, SeatRequest("seat", holder, 600, Access.FULL), pool, now) for holder in ("anna", "bob"))
    assert anna is not None
    assert bob is not None
    with database.write() as connection:
        connection.run("UPDATE leases SET borrowed = 1, until = ? WHERE id = ?", now + HOURS, bob.id)
    database.close()
    return {"anna": anna, "bob": bob}


def test_leases_are_listed_as_a_table_and_as_json(run: Command, held: dict[str, HeldSeat]) -> None:
    ran = run("leases list --home here")
    assert (ran.code, ran.err) == (0, "")
    title, anna, bob = ran.out.splitlines()
    assert title.split() == ["id", "license", "holder", "since", "ttl", "until", "remarks"]
    assert anna.split()[:3] == [held["anna"].id, "seat", "anna"]
    assert bob.split()[0] == held["bob"].id
    assert bob.endswith("borrowed")
    listed = json.loads(run("leases list --home here --json").out)["leases"]
    assert [(lease["holder"], lease["borrowed"]) for lease in listed] == [("anna", False), ("bob", True)]
    assert set(listed[0]) == {"id", "license", "seat", "holder", "since", "ttl", "until", "borrowed"}


def test_leases_of_one_holder_or_license_are_listed(run: Command, held: dict[str, HeldSeat]) -> None:
    of_bob = json.loads(run("leases list --home here --holder bob --json").out)["leases"]
    assert [lease["id"] for lease in of_bob] == [held["bob"].id]
    assert run("leases list --home here --license windows").out == "no leases\n"
    assert len(run("leases list --home here --license demo.seat").out.splitlines()) == 3
    assert run("leases list --home here --license nothing").code == 2


def test_a_lease_is_ended_and_its_seat_is_free(run: Command, held: dict[str, HeldSeat]) -> None:
    ran = run(f"leases end {held['anna'].id} --home here")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"anna: ended the lease {held['anna'].id} of seat\n"
    assert "anna" not in run("leases list --home here").out
    [row] = [row for row in json.loads(run("status --home here --json").out)["licenses"] if row["license"] == "seat"]
    assert (row["in_use"], row["free"]) == (1, 4)


def test_who_ends_a_borrowed_lease_is_told_what_that_means(run: Command, held: dict[str, HeldSeat]) -> None:
    ran = run(f"leases end {held['bob'].id} --home here")
    assert ran.code == 0
    assert "borrowed until" in ran.err


def test_a_lease_that_is_not_held_cannot_be_ended(run: Command, held: dict[str, HeldSeat]) -> None:
    ran = run(f"leases end {held['anna'].id} 000000000000 --home here")
    assert (ran.code, ran.out) == (6, "")
    assert "there is no lease '000000000000'; look at `leases list`" in ran.err
    assert len(run("leases list --home here").out.splitlines()) == 3


def test_without_leases_there_is_nothing_to_list(run: Command) -> None:
    assert run("activate one.lic --pack crm.lkp --root {pin} --home here").code == 0
    assert run("leases list --home here").out == "no leases\n"
    assert json.loads(run("leases list --home here --json").out) == {"leases": []}


def test_what_is_known_of_a_license_says_who_holds_its_seats(run: Command, held: dict[str, HeldSeat]) -> None:
    text = run("explain seat --home here").out
    assert "concurrent seats" in text
    assert "anna" in text
    assert held["bob"].holder in text
