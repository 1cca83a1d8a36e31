"""Slots: dense and unique whatever is changed, and what is granted depends on them alone."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from licensekit.access import Access
from licensekit.errors import NoneFree, NotAssigned, NotEntitled, NotFound, WrongKind
from licensekit.installation import Installation, parse_users
from licensekit.wire.documents import AfterGrace
from tests.crm import crm_catalog, crm_home_at, open_crm
from tests.homes import DAY, Home, bundle, file, pack
from tests.profiles import examples

USERS = ["anna", "bob", "carl", "dora", "emil", "fred"]
users = st.sampled_from(USERS)


class Slots(RuleBasedStateMachine):
    """One license, sold by a part that stays and one that ends; the model is a list of holders."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.home = Home(str(Path(self.folder.name) / "home"), pack=pack(crm_catalog()))
        self.crm = self.home.open()
        self.order: list[str] = []
        self.there: set[str] = set()
        self.more: tuple[int, int] = 0, 0
        self.sequence = 0

    @initialize(count=st.integers(1, 3))
    def begin(self, count: int) -> None:
        """Sell some for good."""
        self.base = count
        never: dict[str, Any] = dict.fromkeys(("starts", "warning", "expiry", "grace"))
        self.crm.activate(file(bundle(users={"sales": count}, **never)))

    @property
    def sold(self) -> int:
        """How many are sold today."""
        count, last = self.more
        return self.base + (count if self.home.clock.now // DAY <= last else 0)

    @rule(count=st.integers(1, 4), lasts=st.integers(0, 2))
    def sell_more(self, count: int, lasts: int) -> None:
        """Sell more for some days."""
        if self.more[0] > count and len(self.order) > self.base + count:
            return
        self.sequence += 1
        self.more = count, self.home.clock.now // DAY + lasts
        self.crm.activate(
            file(
                bundle(
                    self.sequence,
                    part="more",
                    users={"sales": count},
                    issued=self.home.clock.now,
                    starts=None,
                    warning=None,
                    expiry=self.more[1],
                    grace=None,
                    after_grace=AfterGrace.BLOCK,
                )
            )
        )

    @rule(days=st.integers(1, 2))
    def pass_days(self, days: int) -> None:
        """Let what was sold end."""
        self.home.clock.move(days=days)

    @rule(user=users, way=st.sampled_from(["assign", "import"]))
    def assign(self, user: str, way: str) -> None:
        """Assign the license, to a new user as well."""
        if user in self.order:
            return
        has_room = len(self.order) < self.sold
        if way == "import" and has_room:
            self.crm.users.import_rows(parse_users(f"id,licenses\n{user},sales\n"))
        else:
            if user not in self.there:
                self.crm.users.add(user)
            try:
                self.crm.users.assign(user, "sales")
            except NoneFree:
                assert not has_room
        self.there.add(user)
        if has_room:
            self.order.append(user)

    @rule(user=users, way=st.sampled_from(["release", "retire", "erase"]))
    def release(self, user: str, way: str) -> None:
        """Release the license, by itself or with the user."""
        if user not in self.order:
            return
        if way == "release":
            self.crm.users.release(user, "sales")
        elif way == "retire":
            self.crm.users.retire(user)
            self.crm.users.set(user, retired=False)
        else:
            self.crm.users.erase(user)
            self.there.discard(user)
        place, last = self.order.index(user), self.order.pop()
        if user != last:
            self.order[place] = last

    @rule(first=st.lists(users, unique=True, max_size=3))
    def prefer(self, first: list[str]) -> None:
        """Choose who keeps one."""
        if set(first) <= set(self.order):
            self.crm.users.prefer("sales", *first)
            self.order = first + [user for user in self.order if user not in first]

    @invariant()
    def slots_are_dense_and_the_lowest_are_granted(self) -> None:
        """The slots are those of the model, and those that are sold are granted."""
        state = self.crm.state()
        assert state.in_use.get("sales", 0) == len(self.order)
        for user in self.there:
            found = self.crm.users.get(user).holdings
            place = self.order.index(user) + 1 if user in self.order else None
            assert [one.slot for one in found] == ([] if place is None else [place])
            granted = self.crm.users.details(user).access["sales"] is Access.FULL
            assert granted == (place is not None and place <= self.sold)
        assert self.crm.audit.verify().head.number

    def teardown(self) -> None:
        """Clean up."""
        self.crm.close()
        self.folder.cleanup()


TestSlots = Slots.TestCase
TestSlots.settings = settings(
    max_examples=examples(40), stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home where three hold a license of which one is left."""
    home = crm_home_at(tmp_path / "home")
    with home.open() as crm:
        never: dict[str, Any] = dict.fromkeys(("warning", "grace"))
        system = {"server": 1, "area": 1}
        crm.activate(file(bundle(system=system, users={"sales": 1}, expiry=None, **never)))
        ends = home.clock.now // DAY
        crm.activate(file(bundle(part="more", users={"sales": 2}, expiry=ends, after_grace=AfterGrace.BLOCK, **never)))
        for user in ("anna", "bob", "carl"):
            crm.users.add(user)
            crm.users.assign(user, "sales")
    home.clock.move(days=2)
    return home


def test_an_assignment_beyond_what_is_sold_says_so(home: Home) -> None:
    with home.run() as licensing:
        carl = licensing.user("carl")
        found = carl.explain("user")
        assert (found.access, found.assigned, found.through) == (Access.NONE, False, ("sales",))
        assert found.why is not None
        assert found.why.code == "beyond-sold"
        assert str(found.why) == "the assignment of `sales` has slot 3, beyond the 1 that are sold"
        [reason] = carl.may_login("web").reasons
        assert (reason.code, reason.subject) == ("beyond-sold", "sales")
        with pytest.raises(NotEntitled, match="slot 3") as caught:
            carl.require("sales")
        assert caught.value.why.code == "beyond-sold"
        with pytest.raises(NotEntitled) as caught:
            carl.require("service")  # which nobody has bought
        assert caught.value.why.code == "no-bundle-grants"
        assert licensing.user("anna").explain("sales").why is None
        assert licensing.user("nobody").explain("sales").access is Access.NONE


def test_who_is_preferred_keeps_one_from_the_next_look_on(home: Home) -> None:
    with home.run() as licensing, home.open() as crm:
        assert not licensing.user("carl").allows("sales")
        crm.users.prefer("sales", "Carl ")
        licensing.refresh()
        assert licensing.user("carl").allows("sales")
        assert not licensing.user("anna").allows("sales")
        assert crm.license("sales").holders == ("bob", "anna", "carl")
        details = crm.users.details("bob").plain()
        assert details["slots"] == {"sales": 3}
        assert details["why"]["sales"]["code"] == "beyond-sold"
        said = list(crm.audit.entries())[-1].plain()
        assert (said["license"], said["users"]) == ("sales", ["carl"])


def test_only_holders_are_preferred(home: Home) -> None:
    with home.open() as crm:
        crm.users.add("dora")
        before = list(crm.users.list()), crm.audit.verify()
        for who, license_, error in (
            ("dora", "sales", NotAssigned),
            ("nobody", "sales", NotFound),
            ("anna", "server", WrongKind),
        ):
            with pytest.raises(error):
                crm.users.prefer(license_, "anna", who)
        assert (list(crm.users.list()), crm.audit.verify()) == before


def test_sites_have_slots_and_are_preferred(tmp_path: Path) -> None:
    with open_crm(crm_home_at(tmp_path)) as crm:
        crm.sites.add("oslo", central=True)
        crm.sites.add("bergen")
        crm.sites.assign("bergen", "reporter")
        with pytest.raises(NotAssigned):
            crm.sites.prefer("satellite", "oslo")
        crm.sites.prefer("reporter", "bergen")
        assert list(crm.audit.entries())[-1].message.endswith("`reporter`, first bergen")


def test_one_license_of_many_users_is_counted_by_its_highest_slot(tmp_path: Path) -> None:
    """A rank within another license, or of a site, makes no difference."""
    with open_crm(crm_home_at(tmp_path), "anna", "bob") as crm:
        crm.users.assign("anna", "sales", "windows")
        crm.users.assign("bob", "service", "windows")
        assert crm.state().in_use == {"sales": 1, "service": 1, "windows": 2}
        assert counts(crm) == {"sales": (1, 2), "service": (1, 1), "windows": (2, None)}


def counts(crm: Installation) -> dict[str, tuple[int, int | None]]:
    """Return what is in use and what there is, of what is in use."""
    rows = crm.statement()[1].usage.items()
    return {code: (one.in_use, one.total) for code, one in rows if one.in_use}
