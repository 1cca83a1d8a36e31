"""The rules of slots, asked directly of tables without the constraints that keep most edits out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from licensekit.database import Connection, Schema, connect
from licensekit.database.schemas import Migration
from licensekit.entitlements.holdings import NO_SLOT
from licensekit.state import slots
from licensekit.wire.documents import Kind

USER, SITE = Kind.USER, Kind.SITE
HIGHEST = 2**31 - 1
TABLES: Final = Migration(
    (
        "CREATE TABLE users (id {text} PRIMARY KEY, name {text} NOT NULL) {strict}",
        "CREATE TABLE sites (id {text} PRIMARY KEY, name {text} NOT NULL) {strict}",
        "CREATE TABLE user_licenses (user_id {text}, license {text}, slot {integer}, since {integer}) {strict}",
        "CREATE TABLE site_licenses (site_id {text}, license {text}, slot {integer}, since {integer}) {strict}",
        """CREATE TABLE staged_licenses
        (run {text}, user_id {text}, license {text}, change {integer}, place {integer}) {strict}""",
    ),
    1,
    1,
    1,
)


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Connection]:
    """Empty tables, in a transaction."""
    database = connect(tmp_path / "tables.db", schema=Schema("ledger", (TABLES,)), create=True)
    with database.write() as connection:
        yield connection
    database.close()


def put(tables: Connection, *rows: str) -> None:
    """Write rows by hand: holder, license and slot each."""
    for row in rows:
        holder, code, slot = row.split()
        tables.run("INSERT INTO user_licenses VALUES (?, ?, ?, ?)", holder, code, int(slot), 1)


def held(tables: Connection, code: str = "sales") -> dict[int, str]:
    """Return slot to holder of a license."""
    query = "SELECT slot, user_id FROM user_licenses WHERE license = ? ORDER BY slot DESC, user_id DESC"
    return dict(sorted(tables.rows(query, code)))


@pytest.mark.parametrize(
    ("value", "slot"),
    [
        (1, 1),
        (HIGHEST, HIGHEST),
        (0, NO_SLOT),
        (-1, NO_SLOT),
        (HIGHEST + 1, NO_SLOT),
        (None, NO_SLOT),
        ("1", NO_SLOT),
        (1.0, NO_SLOT),
    ],
)
def test_a_slot_is_a_number_from_one_to_the_highest(value: object, slot: int) -> None:
    assert slots.slot_of(value) == slot


def test_each_takes_the_next_slot_of_its_license_in_order(tables: Connection) -> None:
    slots.assign(tables, USER, [("bob", "sales"), ("anna", "mobile"), ("anna", "sales")], 7)
    slots.assign(tables, USER, [("carl", "sales"), ("bob", "mobile")], 8)
    assert held(tables) == {1: "bob", 2: "anna", 3: "carl"}
    assert held(tables, "mobile") == {1: "anna", 2: "bob"}
    assert slots.held_by(tables, USER, "anna") == {"sales", "mobile"}
    assert slots.days_since(tables, USER, ["sales", "mobile"], ["anna", "bob", "carl"]) == {
        "anna": 7,
        "bob": 7,
        "carl": 8,
    }
    assert slots.days_since(tables, USER, ["sales"], ["carl"]) == {"carl": 8}
    assert slots.days_since(tables, USER, ["sales"], []) == {}
    assert slots.highest(tables, USER) == {"mobile": 2, "sales": 3}
    assert slots.last_holders(tables, USER, "sales", 2) == ("carl", "anna")


def test_sites_have_slots_of_their_own(tables: Connection) -> None:
    slots.assign(tables, SITE, [("oslo", "depot"), ("oslo", slots.SATELLITE)], 7)
    assert slots.held_by(tables, SITE, "oslo") == {"depot"}
    assert slots.highest(tables, SITE) == {"": 1, "depot": 1}
    assert slots.highest(tables, USER) == {}


def test_the_next_slot_does_not_follow_an_invalid_one(tables: Connection) -> None:
    put(tables, f"far sales {HIGHEST + 1}", "none sales 0", "minus sales -4", f"last sales {HIGHEST - 1}")
    slots.assign(tables, USER, [("anna", "sales")], 7)
    assert held(tables)[HIGHEST] == "anna"


@pytest.mark.parametrize(
    ("released", "left"),
    [
        ("a", {1: "e", 2: "b", 3: "c", 4: "d"}),
        ("a c", {1: "d", 2: "b", 3: "e"}),
        ("d e", {1: "a", 2: "b", 3: "c"}),
        ("b e", {1: "a", 2: "d", 3: "c"}),
        ("e", {1: "a", 2: "b", 3: "c", 4: "d"}),
        ("a b c d e", {}),
        ("nobody", {1: "a", 2: "b", 3: "c", 4: "d", 5: "e"}),
    ],
)
def test_those_with_the_highest_slots_move_to_the_free_ones(
    tables: Connection, released: str, left: dict[int, str]
) -> None:
    put(tables, *(f"{holder} sales {slot}" for slot, holder in enumerate("abcde", 1)), "a mobile 1", "b mobile 2")
    slots.release(tables, USER, [(holder, "sales") for holder in released.split()])
    assert held(tables) == left
    assert held(tables, "mobile") == {1: "a", 2: "b"}
    slots.release(tables, USER, [("a", "mobile"), ("b", "sales")])
    assert held(tables, "mobile") == {1: "b"}


def test_a_slot_that_another_holder_has_too_is_not_free(tables: Connection) -> None:
    put(tables, "a sales 1", "twin sales 1", "b sales 2", "c sales 3")
    slots.release(tables, USER, [("a", "sales")])
    assert held(tables) == {1: "twin", 2: "b", 3: "c"}


def test_any_number_is_released_together(tables: Connection) -> None:
    people = [f"u{number:04}" for number in range(1, 1202)]
    slots.assign(tables, USER, [(one, "sales") for one in people], 7)
    slots.release(tables, USER, [(one, "sales") for one in people[:1101]])
    assert sorted(held(tables)) == list(range(1, 101))
    assert set(held(tables).values()) == set(people[1101:])


def stage(tables: Connection, *rows: str, run: str = "r") -> None:
    """Stage changes: holder, change and place each."""
    for row in rows:
        user, change, place = row.split()
        tables.run("INSERT INTO staged_licenses VALUES (?, ?, 'sales', ?, ?)", run, user, int(change), int(place))


@pytest.mark.parametrize(
    ("staged", "after"),
    [
        (["a -1 0", "x 1 1"], {1: "x", 2: "b", 3: "c", 4: "d"}),
        (["a -1 0", "c -1 0", "x 1 1"], {1: "x", 2: "b", 3: "d"}),
        (["a -1 0", "x 1 1", "y 1 2", "z 1 3"], {1: "x", 2: "b", 3: "c", 4: "d", 5: "y", 6: "z"}),
        (["x 1 1", "y 1 2"], {1: "a", 2: "b", 3: "c", 4: "d", 5: "x", 6: "y"}),
        (["c -1 0", "d -1 0"], {1: "a", 2: "b"}),
        (["a -1 0", "b -1 0", "c -1 0", "d -1 0"], {}),
        ([], {1: "a", 2: "b", 3: "c", 4: "d"}),
    ],
)
def test_what_is_staged_takes_the_slots_that_become_free_first(
    tables: Connection, staged: list[str], after: dict[int, str]
) -> None:
    put(tables, *(f"{holder} sales {slot}" for slot, holder in enumerate("abcd", 1)))
    stage(tables, *staged)
    stage(tables, "a 1 1", "b -1 0", run="another")
    slots.carry_out(tables, "r", "sales", 9, releases=any(" -1 " in one for one in staged))
    assert held(tables) == after
    new = {one for one in after.values() if one in "xyz"}
    assert slots.days_since(tables, USER, ["sales"], ["x", "y", "z"]) == dict.fromkeys(new, 9)


def test_what_is_staged_is_the_first_of_a_license_that_nobody_holds(tables: Connection) -> None:
    stage(tables, "x 1 1", "y 1 2")
    slots.carry_out(tables, "r", "sales", 9, releases=False)
    assert held(tables) == {1: "x", 2: "y"}


def test_a_slot_that_another_holder_has_too_is_not_free_for_what_is_staged(tables: Connection) -> None:
    put(tables, "a sales 1", "twin sales 1", "b sales 2")
    stage(tables, "a -1 0", "x 1 1")
    slots.carry_out(tables, "r", "sales", 9, releases=True)
    assert held(tables) == {1: "twin", 2: "b", 3: "x"}


def test_those_who_are_preferred_have_the_first_slots_and_the_others_keep_their_order(tables: Connection) -> None:
    put(tables, "d sales 1", "c sales 2", "b sales 3", "a sales 4", f"odd sales {HIGHEST + 5}", "none sales -3")
    assert slots.prefer(tables, USER, "sales", ["a", "c"]) == []
    assert held(tables) == {1: "a", 2: "c", 3: "d", 4: "b", 5: "none", 6: "odd"}
    assert slots.prefer(tables, USER, "sales", ["a", "x", "y"]) == ["x", "y"]
    assert held(tables) == {1: "a", 2: "c", 3: "d", 4: "b", 5: "none", 6: "odd"}


def test_no_two_have_one_slot_in_between(tables: Connection) -> None:
    put(tables, "a sales 1", "b sales 2", "c sales 3")
    tables.run("CREATE UNIQUE INDEX each_slot_once ON user_licenses (license, slot)")
    assert slots.prefer(tables, USER, "sales", ["c", "b"]) == []
    assert held(tables) == {1: "c", 2: "b", 3: "a"}


@pytest.mark.parametrize(
    ("rows", "people", "found"),
    [
        (["a sales 1", "b sales 2"], "a b", []),
        (["a sales 2", "b sales 3"], "a b", [("sales", 2)]),
        (["a sales 1", "b sales 3"], "a b", [("sales", 2)]),
        (["a sales 1", "b sales 1"], "a b", [("sales", 2)]),
        (["a sales 0", "b sales 1"], "a b", [("sales", 2)]),
        (["a sales 1", "b sales 2"], "a", [("sales", 2)]),
        (["a sales 1", "a mobile 2", "a video 1"], "a", [("mobile", 1)]),
    ],
)
def test_licenses_whose_slots_have_gaps_or_are_held_twice_or_by_nobody_are_found(
    tables: Connection, rows: list[str], people: str, found: list[tuple[str, int]]
) -> None:
    put(tables, *rows)
    for one in people.split():
        tables.run("INSERT INTO users VALUES (?, ?)", one, one.title())
    assert list(slots.misnumbered(tables)) == found
    beside = {(holder, code) for holder, _, code, _ in slots.held_beside(tables, USER, ["sales"])}
    assert beside == {tuple(one.split()[:2]) for one in rows if one[0] in people}


def test_a_license_without_a_slot_that_counts_has_no_highest(tables: Connection) -> None:
    put(tables, f"far sales {HIGHEST + 1}", "a mobile 1")
    assert slots.highest(tables, USER) == {"mobile": 1}


def test_who_has_no_slot_comes_after_the_highest(tables: Connection) -> None:
    put(tables, "a sales 0", f"b sales {HIGHEST - 1}", f"c sales {HIGHEST}")
    assert slots.prefer(tables, USER, "sales", []) == []
    assert held(tables) == {1: "b", 2: "c", 3: "a"}
