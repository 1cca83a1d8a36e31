"""Who needs a seat: users who hold licenses and were not seen for long, or cannot use what they hold."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licensekit.database import Database
from licensekit.dates import DAY_SECONDS
from licensekit.entitlements import Notice
from licensekit.installation import Installation, UserFilter, user_pages
from licensekit.state.home import open_installation
from licensekit.state.notices import IdleUsers, UnusableLicenses
from licensekit.state.usage import Sightings
from licensekit.wire.documents import UserKind
from tests import makers
from tests.crm import SOLD, crm_catalog, crm_home_at, crm_home_on_engine, open_crm
from tests.homes import Home, bundle, file, signed
from tests.profiles import examples

PEOPLE = ["anna", "bob", "carl"]


class World(NamedTuple):
    """An installation without an end, and a way to tell that users are there."""

    home: Home
    crm: Installation
    database: Database

    @property
    def today(self) -> int:
        """The day that the clock shows."""
        return self.home.clock.now // DAY_SECONDS

    def see(self, *users: str, day: int | None = None) -> None:
        """Report that users were seen."""
        seen = Sightings(self.today)
        for user in users:
            seen.note(user, self.today if day is None else day)
        seen.keep(self.database, self.today)

    def ids(self, **wanted: object) -> list[str]:
        """List the users that a filter fits."""
        asked = UserFilter(**wanted)  # type: ignore[arg-type]  # any field
        found = [user.id for user, _ in self.crm.users.list(asked)]
        assert [user.id for user, _ in self.crm.users.page(asked).users] == found
        return found

    @property
    def notices(self) -> list[Notice]:
        """The notices about who holds licenses without using them."""
        return [one for one in self.crm.state().notices if isinstance(one, IdleUsers | UnusableLicenses)]


@pytest.fixture(params=["folder", pytest.param("server", marks=pytest.mark.server)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Anna and bob hold a license, carl does not."""
    with open_world(crm_home_on_engine(request, tmp_path)) as opened:
        opened.crm.users.assign("anna", "sales")
        opened.crm.users.assign("bob", "sales", "windows")
        yield opened


@contextmanager
def open_world(home: Home) -> Generator[World]:
    """Open such an installation, in which nobody holds anything."""
    with open_crm(home, *PEOPLE) as crm, closing(open_installation(home.place, create=False)) as database:
        crm.activate(file(bundle(2, warning=None, expiry=None, grace=None, **SOLD)))
        yield World(home, crm, database)


def test_nobody_is_idle_where_the_application_does_not_tell(world: World) -> None:
    world.home.clock.move(days=500)
    assert world.ids(idle=0) == []
    assert world.notices == []


def test_who_was_not_seen_for_longer_is_idle(world: World) -> None:
    world.see("anna", "bob", "carl", "stranger")
    world.home.clock.move(days=60)
    world.see("bob")
    assert world.ids(idle=59) == ["anna"]
    assert world.ids(idle=60) == []
    assert world.crm.users.get("anna").last_seen == world.today - 60
    assert world.crm.users.get("bob").plain()["last_seen"] is not None


def test_who_was_never_seen_is_idle_when_the_application_has_told_for_as_long(world: World) -> None:
    world.home.clock.move(days=200)
    world.see("anna")
    world.home.clock.move(days=30)
    world.see("anna")
    assert world.ids(idle=30) == []
    assert world.ids(idle=29) == ["bob"]


def test_who_got_the_first_license_lately_is_not_idle(world: World) -> None:
    world.see("anna", "bob")
    world.home.clock.move(days=100)
    world.crm.users.assign("carl", "windows", "user")
    world.crm.users.assign("anna", "service", release=["sales"])  # held one all the time
    assert world.ids(idle=50) == ["anna", "bob"]
    world.home.clock.move(days=51)
    assert world.ids(idle=50) == ["anna", "bob", "carl"]


def test_who_holds_nothing_is_not_idle(world: World) -> None:
    world.see(*PEOPLE)
    world.home.clock.move(days=100)
    world.crm.users.retire("anna")
    world.crm.users.release("bob", "windows")
    assert world.ids(idle=50) == ["bob"]
    world.crm.users.release("bob", "sales")
    assert world.ids(idle=50) == []


def test_the_notice_counts_whom_the_command_lists(world: World) -> None:
    world.see("anna", "bob", "carl")
    world.home.clock.move(days=91)
    assert world.notices == []  # nobody was seen: it does not tell any more
    world.see("anna")
    [notice] = world.notices
    assert notice.message == "1 user who holds licenses was not seen for 90 days"
    assert (notice.remedy, notice.severity.value) == ("licensekit users list --idle 90", "info")
    assert world.ids(idle=90) == ["bob"]


def test_a_day_that_a_wrong_clock_told_is_put_right(world: World) -> None:
    world.see("anna", day=world.today + 1000)
    world.see("anna")
    assert world.crm.users.get("anna").last_seen == world.today
    world.see("anna", day=world.today - 1)
    assert world.crm.users.get("anna").last_seen == world.today
    assert world.crm.state().stored.told_since == world.today


def test_who_cannot_log_in_holds_what_nobody_can_use(world: World) -> None:
    world.crm.users.set("bob", can_log_in=False)
    world.crm.users.set("carl", can_log_in=False)
    assert world.ids(unusable=True) == ["bob"]
    [notice] = world.notices
    assert notice.message == "1 user holds licenses and cannot log in"
    assert notice.remedy == "licensekit users list --unusable"
    world.crm.users.release("bob", "windows", "sales")
    assert world.notices == []


def test_the_vendor_is_not_told(world: World) -> None:
    world.crm.users.set("bob", can_log_in=False)
    assert world.notices
    _, statement = world.crm.statement()
    assert [one for one in statement.notices if one.startswith("unusable")] == []


def test_a_license_whose_requirement_is_gone_cannot_be_used(world: World) -> None:
    """What requires it is gone as well, and so on; what lapsed itself is another list."""
    world.crm.users.assign("bob", "travel")
    catalog = crm_catalog()
    changed = {**catalog.licenses, "windows": makers.license_entry(requires=["expander"])}
    world.crm.activate(file(signed(makers.changed(catalog, version=9, licenses=changed))))
    [notice] = world.notices
    assert notice.message == "`travel` and `windows`: 2 assigned, but a required license is gone"
    assert world.ids(unusable=True) == ["bob"]
    world.crm.activate(file(bundle(part="more", system={"expander": 1}, sites={}, users={})))
    assert (world.notices, world.ids(unusable=True)) == ([], [])


_steps = st.lists(
    st.tuples(st.sampled_from(["see", "assign", "release", "retire", "stop"]), st.sampled_from(PEOPLE))
    | st.tuples(st.just("move"), st.integers(1, 60)),
    max_size=12,
)


class Person:
    """What the model knows of a user."""

    seen: int | None = None
    held: int | None = None
    retired = False
    can_log_in = True


@given(steps=_steps, days=st.integers(0, 120))
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_lists_and_notices_are_what_a_plain_model_says(steps: list[tuple[str, str | int]], days: int) -> None:
    with TemporaryDirectory() as folder, open_world(crm_home_at(folder)) as world:
        model, told = {user: Person() for user in PEOPLE}, None
        for step, about in steps:
            if isinstance(about, int):
                world.home.clock.move(days=about)
                continue
            one = model[about]
            if step == "see":
                world.see(about)
                one.seen, told = world.today, world.today if told is None else told
            elif step == "assign" and not one.retired:
                world.crm.users.assign(about, "user")
                one.held = world.today if one.held is None else one.held
            elif step == "release" and one.held is not None:
                world.crm.users.release(about, "user")
                one.held = None
            elif step == "retire":
                world.crm.users.retire(about)
                one.held, one.retired = None, True
            elif step == "stop":
                world.crm.users.set(about, can_log_in=False)
                one.can_log_in = False
        assert world.ids(idle=days) == idle(model, told, world.today - days)
        assert world.ids(unusable=True) == [u for u, p in model.items() if p.held is not None and not p.can_log_in]
        counted = {type(one): one.data["users"] for one in world.notices}
        tells = any(p.held is not None and (p.seen or 0) >= world.today - 90 for p in model.values())
        assert counted.get(IdleUsers, 0) == (len(idle(model, told, world.today - 90)) if tells else 0)
        assert counted.get(UnusableLicenses, 0) == len(world.ids(unusable=True))


def idle(model: dict[str, Person], told: int | None, before: int) -> list[str]:
    """Return who holds a license from before a day on, and was last seen before it."""
    return [
        user
        for user, one in model.items()
        if one.held is not None and one.held < before and told is not None and (one.seen or told) < before
    ]


def test_in_the_order_of_days_a_page_has_idle_users_whoever_comes_first_by_id(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_pages, "LOOKED_AT", 2)
    for name in ("aa", "ab", "ac", "ad"):
        world.crm.users.add(name)
    world.crm.users.add("dora")
    world.crm.users.assign("dora", "user")
    world.see("bob", "anna")
    world.home.clock.move(days=60)
    asked, found, after = UserFilter(idle=50, kinds=frozenset({UserKind.ASSOCIATE}), retired=False), list[str](), ""
    while not found or after:
        page = world.crm.users.page(asked, after=after, limit=2, order="seen")
        assert page.users
        found += [row.user.id for row in page.users]
        after = page.after
    assert found == ["dora", "anna", "bob"]
