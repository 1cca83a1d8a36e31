"""Slots against whoever edits the database: no edit is granted more than was sold."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from licensekit.database import Connection
from licensekit.entitlements.messages import BeyondSold
from licensekit.errors import AuditDamaged, NoneFree
from licensekit.installation import Installation
from licensekit.state.home import open_installation
from tests.crm import crm_home_on_engine
from tests.homes import Home, bundle, file

SOLD = 5
PEOPLE = [f"u{number}" for number in range(1, SOLD + 1)]
STRANGERS = [f"x{number}" for number in range(50)]


@pytest.fixture(params=["folder", pytest.param("server", marks=pytest.mark.server)])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home of each kind, where all that was sold is assigned, and many users hold nothing."""
    home = crm_home_on_engine(request, tmp_path)
    with home.open() as crm:
        crm.activate(file(bundle(system={"server": 1}, users={"sales": SOLD}, sites={})))
        for user in (*PEOPLE, *STRANGERS):
            crm.users.add(user)
        for user in PEOPLE:
            crm.users.assign(user, "sales")
    return home


Edit = Callable[[Callable[[Connection], object]], None]


@pytest.fixture
def edit(home: Home) -> Iterator[Edit]:
    """What edits the database by hand, while programs have it open: opened again, it is refused."""
    database = open_installation(home.place, create=False)

    def act_on(act: Callable[[Connection], object]) -> None:
        with database.write() as connection:
            act(connection)

    yield act_on
    database.close()


def without_constraints(connection: Connection) -> None:
    """Make another table in place of the one that refuses to have a slot twice."""
    connection.run("CREATE TABLE loose AS SELECT * FROM user_licenses")
    connection.run("DROP TABLE user_licenses")
    connection.run("ALTER TABLE loose RENAME TO user_licenses")


def insert_strangers(connection: Connection) -> None:
    """Insert rows beyond what was sold."""
    connection.run_many(
        "INSERT INTO user_licenses (user_id, license, slot) VALUES (?, 'sales', ?)",
        [(user, SOLD + number) for number, user in enumerate(STRANGERS, 1)],
    )


def insert_again(connection: Connection) -> None:
    """Insert rows with slots that others have."""
    without_constraints(connection)
    connection.run_many(
        "INSERT INTO user_licenses (user_id, license, slot) VALUES (?, 'sales', ?)",
        [(user, 1 + number % 2) for number, user in enumerate(STRANGERS)],
    )


def insert_no_slots(connection: Connection) -> None:
    """Insert rows with invalid slots."""
    without_constraints(connection)
    slots = (None, 0, -1, -(2**63), 2**63 - 1, 2**31)
    connection.run_many(
        "INSERT INTO user_licenses (user_id, license, slot) VALUES (?, 'sales', ?)",
        [(user, slots[number % len(slots)]) for number, user in enumerate(STRANGERS)],
    )


def insert_of_another_kind(connection: Connection) -> None:
    """Insert rows of a license that is sold for sites."""
    connection.run_many(
        "INSERT INTO user_licenses (user_id, license, slot) VALUES (?, 'reporter', ?)",
        [(user, number) for number, user in enumerate(STRANGERS, 1)],
    )


def insert_for_a_site(connection: Connection) -> None:
    """Insert a row by which a site has what is sold for users."""
    connection.run("INSERT INTO sites VALUES ('oslo', 'oslo', '', 1)")
    connection.run("INSERT INTO site_licenses VALUES ('oslo', 'sales', 1, 1)")


@pytest.mark.attack("state-edited-by-hand")
@pytest.mark.parametrize(
    ("act", "count", "served"),
    [
        (insert_strangers, SOLD + len(STRANGERS), PEOPLE),
        (insert_again, SOLD, PEOPLE[2:]),
        (insert_no_slots, SOLD, PEOPLE),
        (insert_of_another_kind, SOLD, PEOPLE),
        (insert_for_a_site, SOLD, PEOPLE),
    ],
)
def test_rows_inserted_by_hand_are_granted_nothing_and_the_counts_say_it(
    home: Home, edit: Edit, act: Callable[[Connection], object], count: int, served: list[str]
) -> None:
    with home.run() as licensing, home.open() as crm:
        edit(act)
        licensing.refresh()
        asked = {user: licensing.user(user) for user in (*PEOPLE, *STRANGERS)}
        assert [user for user, one in asked.items() if one.allows("sales")] == served
        assert [user for user in asked if crm.users.details(user).access["sales"]] == served
        assert not any(one.allows("reporter") for one in asked.values())
        assert not licensing.site("oslo").allows("sales")
        in_use = licensing.count("sales").in_use
        assert crm.statement()[1].usage["sales"].in_use == in_use == count
        listed = {user.id for user, lapsed in crm.users.list() if not lapsed and user.licenses}
        assert listed == set(served)
        crm.users.add("late")
        with pytest.raises(NoneFree):
            crm.users.assign("late", "sales")
        assert crm.state().in_use["sales"] == count


def test_rows_without_a_proper_slot_are_named_and_can_be_numbered_again(home: Home, edit: Edit) -> None:
    with home.open() as crm:
        edit(insert_again)
        with pytest.raises(AuditDamaged, match="do not have the slots"):
            crm.audit.verify()
        crm.users.prefer("sales", *reversed(PEOPLE))
        assert crm.audit.verify().head.number
        assert crm.state().in_use["sales"] == SOLD + len(STRANGERS)
        granted = [user.id for user, _ in crm.users.list() if crm.users.details(user.id).access["sales"]]
        assert granted == PEOPLE


def test_a_release_neither_doubles_a_slot_nor_counts_an_invalid_one(home: Home, edit: Edit) -> None:
    with home.open() as crm:
        edit(insert_again)
        crm.users.release("u1", "sales")  # others have its slot
        assert holdings(crm, "u5") == [SOLD]
        crm.users.release("u3", "sales")
        assert holdings(crm, "u5") == [3]
        edit(lambda connection: connection.run("UPDATE user_licenses SET slot = NULL"))
        crm.users.release("u4", "sales")
        assert crm.state().in_use == {}
        assert holdings(crm, "u5") == [0]
        assert [reason.code for reason in crm.users.may_login("u5", "web").reasons] == ["beyond-sold"]


@pytest.mark.attack("state-edited-by-hand")
def test_satellites_inserted_by_hand_give_their_users_nothing(home: Home, edit: Edit) -> None:
    with home.open() as crm:
        sold = {"satellite": 1, "reporter": None}
        system = {"server": 1, "area": 1}
        crm.activate(file(bundle(2, system=system, users={"sales": SOLD}, sites=sold)))
        crm.sites.add("oslo", central=True)
        crm.sites.add("bergen")
        for site in ("oslo", "bergen"):
            crm.sites.assign(site, "reporter")

    def insert(connection: Connection) -> None:
        for slot, site in ((2, "paris"), (None, "rome")):
            connection.run("INSERT INTO sites VALUES (?, ?, '', 0)", site, site)
            connection.run(
                "INSERT INTO site_licenses VALUES (?, 'reporter', (SELECT max(slot) + 1"
                " FROM site_licenses WHERE license = 'reporter'), 1)",
                site,
            )
            if slot is not None:
                connection.run("INSERT INTO site_licenses VALUES (?, '', ?, 1)", site, slot)

    edit(insert)
    with home.run() as licensing, home.open() as crm:
        sites = ("oslo", "bergen", "paris", "rome")
        assert [licensing.site(site).allows("reporter") for site in sites] == [True, True, 0, 0]
        assert licensing.count("satellite").in_use == 2
        assert {site.id for site, lapsed in crm.sites.list() if lapsed} == {"paris", "rome"}
        why = licensing.site("paris").explain("reporter").why
        assert isinstance(why, BeyondSold)
        assert (why.reason, why.slot) == ("satellite", 2)
        crm.sites.prefer("satellite", "paris")
        licensing.refresh()
        assert [licensing.site(site).allows("reporter") for site in sites] == [True, 0, True, 0]
        crm.sites.remove("paris")
        licensing.refresh()
        assert licensing.site("bergen").allows("reporter")


def holdings(crm: Installation, user: str) -> list[int]:
    """Return the slots of a user."""
    return [holding.slot for holding in crm.users.get(user).holdings]
