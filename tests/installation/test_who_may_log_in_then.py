"""How many people may log in after an activation: the database counts as asking each one does."""

from pathlib import Path
from random import Random
from typing import Final

import pytest

from licensekit.dates import date_of
from licensekit.errors import BundleRefused
from licensekit.installation import Installation
from licensekit.wire.documents import AfterGrace, Combine, LoginRule, Setting, SettingType, UserKind
from tests import makers
from tests.crm import crm_home_on_engine
from tests.homes import Home, bundle, file, pack

SOLD_USERS: Final = 20
KINDS = (UserKind.ASSOCIATE, UserKind.ASSOCIATE, UserKind.EXTERNAL)


@pytest.fixture(params=["folder", "server"])
def crm_home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home of each kind."""
    return crm_home_on_engine(request, tmp_path)


def allowed(crm: Installation, way: str) -> int:
    """Ask about every user."""
    return sum(bool(crm.users.may_login(user.id, way)) for user, _ in crm.users.list())


@pytest.mark.parametrize("seed", range(3))
def test_the_people_of_a_preview_are_those_who_may_log_in_then(crm_home: Home, seed: int) -> None:
    """With counts that lapse in part, so that it matters who was assigned first."""
    random = Random(seed)  # noqa: S311  # an order, no secret
    with crm_home.open() as crm:
        base = bundle(system={"server": 1}, users={"user": SOLD_USERS, "windows": None})
        more = bundle(
            part="more",
            system={},
            users={"user": SOLD_USERS},
            expiry=makers.ISSUED_DAY + 5,
            warning=None,
            grace=None,
            after_grace=AfterGrace.BLOCK,
        )
        crm.activate(file(base))
        for number in range(20):
            user = f"u{number}"
            crm.users.add(user, kind=random.choice(KINDS), can_log_in=random.random() < 0.8)
            for code in random.choice([(), ("user",), ("user", "windows")]):
                if crm.state().in_use.get(code, 0) < SOLD_USERS:
                    crm.users.assign(user, code)
        crm.users.retire("u3")
        data = file(bundle(2, system={"server": 1}, users={"user": 3, "windows": None}), more)
        told = crm.propose_activate(data).preview.logins
        assert told[0].by_way["web"] == allowed(crm, "web")
        crm.activate(data)
        for step in told[1:]:
            crm_home.clock.now = max(step.at, makers.NOW)
            crm.activate(data)
            assert step.by_way == {way: allowed(crm, way) for way in ("portal", "web")}
        assert len(told) > 2


def test_a_person_without_licenses_is_counted_with_its_kind(crm: Installation) -> None:
    read = crm.propose_activate(file(bundle(2))).preview.logins
    assert [step.people for step in read[:2]] == [0, 0]


def test_a_value_that_does_not_fit_its_setting_is_refused_whole(crm_home: Home) -> None:
    declared = {"rows": Setting(SettingType.NUMBER, "", 1, 10, [], 1, Combine.MOST)}
    rule = {"web": LoginRule(["server", "user"], [UserKind.ASSOCIATE])}
    crm_home.pack = pack(makers.catalog(settings=declared, access=rule))
    with crm_home.open() as crm:
        crm.activate(file(bundle(settings={"rows": 5, "later": "x"})))
        before = crm.state().stored
        with pytest.raises(BundleRefused, match="'11' does not fit the setting `rows`"):
            crm.activate(file(bundle(2, settings={"rows": 11})))
        assert crm.state().stored == before
    with crm_home.run() as licensing:
        assert licensing.setting("demo.rows") == licensing.setting("rows") == 5
        assert licensing.covered_until == date_of(makers.ISSUED_DAY + 365)
        assert [one.part for one in licensing.parts] == ["base"]
