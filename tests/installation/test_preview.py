"""A preview says everything that an activation would do, and changes nothing."""

import pytest

from licensekit.access import Access
from licensekit.errors import BelowUse
from licensekit.installation import Installation
from licensekit.wire.documents import Kind, MeterPeriod, SettingType
from tests import makers
from tests.crm import SOLD, crm_catalog
from tests.homes import Home, bundle, file


def test_every_license_is_shown_before_and_after(crm: Installation) -> None:
    crm.users.assign("anna", "sales")
    more = bundle(2, system={"server": 1}, users={"sales": 5, "windows": 3, "future": 1})
    preview = crm.propose_activate(file(more)).preview
    rows = {row.code: row for row in preview.rows}
    sales = rows["sales"]
    assert (sales.in_use, sales.total_now, sales.free_now) == (1, 2, 1)
    assert (sales.added, sales.total_new, sales.free_new) == (3, 5, 4)
    assert (rows["windows"].total_now, rows["windows"].total_new) == (None, 3)
    assert (rows["windows"].added, rows["windows"].free_now) == (None, None)
    assert rows["area"].access_new is Access.NONE
    assert rows["future"].kind is Kind.USER
    assert "does not know it" in (rows["future"].reason or "")
    assert {row.code for row in preview.altered} >= {"sales", "windows", "area", "future"}
    assert "extern-cal" not in {row.code for row in preview.altered}
    assert preview.can_activate
    assert preview.outcome.changed


def test_what_stays_unrestricted_adds_nothing(crm: Installation) -> None:
    rows = {row.code: row for row in crm.propose_activate(file(bundle(2, users={"user": None}))).preview.rows}
    assert rows["user"].added == 0
    assert rows["user"].free_new is None


def test_a_preview_changes_nothing_and_the_activation_does_what_it_said(crm: Installation) -> None:
    data = file(bundle(2, users={"sales": 9}))
    before = crm.state().stored
    preview = crm.propose_activate(data).preview
    assert crm.state().stored == before
    assert crm.activate(data)._replace(entry=0) == preview.outcome
    assert preview.outcome.changed
    now = {row.code: (row.total_now, row.access_now) for row in crm.propose_activate(data).preview.rows}
    assert now == {row.code: (row.total_new, row.access_new) for row in preview.rows}


def test_a_reduction_below_use_names_who_holds_it_and_is_refused_whole(crm: Installation) -> None:
    crm.sites.add("oslo", central=True)
    crm.sites.add("bergen")
    crm.sites.assign("bergen", "reporter")
    for user in ("anna", "bob"):
        crm.users.assign(user, "sales")
    before = crm.state().stored
    data = file(bundle(2, system={"server": 1, "area": 1}, sites={}, users={"sales": 1}))
    preview = crm.propose_activate(data).preview
    found = {d.license: (d.in_use, d.total, d.remove, d.newest) for d in preview.deficits}
    assert found == {
        "reporter": (1, 0, 1, ("bergen",)),
        "sales": (2, 1, 1, ("bob", "anna")),
        "satellite": (1, 0, 1, ("bergen",)),
    }
    assert [type(reason) for reason in preview.reasons] == [BelowUse] * 3
    assert not preview.can_activate
    with pytest.raises(BelowUse, match="bergen"):
        crm.activate(data)
    assert crm.state().stored == before
    crm.users.release("bob", "sales")
    crm.sites.remove("bergen")
    assert crm.activate(data).changed


def test_many_holders_are_counted_and_not_all_named(crm_home: Home) -> None:
    with crm_home.open() as crm:
        crm.activate(file(bundle(users={"sales": 8})))
        for number in range(8):
            crm.users.add(f"user{number}")
            crm.users.assign(f"user{number}", "sales")
        [reason] = crm.propose_activate(file(bundle(2, users={"sales": 1}))).preview.reasons
        assert reason.hint.endswith("user4, user3 and 3 more, or run `licensekit activate FILE --settle newest`")


def test_a_license_that_had_no_limit_may_not_fall_below_use(crm: Installation) -> None:
    crm.users.assign("anna", "sales", "windows")
    [reason] = crm.propose_activate(file(bundle(2, users={"sales": 2}))).preview.reasons
    assert reason.data["license"] == "windows"


def test_more_is_welcome_even_where_it_does_not_suffice(crm_home: Home) -> None:
    """Three were sold, and a bundle of two has lapsed: an add-on of one more is not a reduction."""
    with crm_home.open() as crm:
        crm.activate(file(bundle(users={"sales": 1}, warning=None, expiry=None, grace=None)))
        crm.activate(file(bundle(part="more", users={"sales": 2})))
        for user in ("anna", "bob", "carl"):
            crm.users.add(user)
            crm.users.assign(user, "sales")
        crm_home.clock.move(days=364)
        extra = bundle(part="extra", users={"sales": 1}, issued=crm_home.clock.now, starts=None)
        assert crm.activate(file(extra)).changed


def test_what_is_yet_to_start_is_shown_for_its_start_and_leaves_time_to_release(crm: Installation) -> None:
    for user in ("anna", "bob"):
        crm.users.assign(user, "sales")
    start = makers.ISSUED_DAY + 30
    preview = crm.propose_activate(file(bundle(2, starts=start, users={"sales": 1, "user": None}))).preview
    assert preview.moment == start * 86_400
    assert [deficit.license for deficit in preview.deficits] == ["sales"]
    assert preview.can_activate


def test_every_reason_is_given_together(crm: Installation) -> None:
    crm.users.assign("anna", "sales")
    crm.activate(file(bundle(3, users={"sales": 2})))
    preview = crm.propose_activate(file(bundle(2, part="base"), bundle(1, part="x", serial="OTHER"))).preview
    assert {reason.reason for reason in preview.reasons} == {"older", "other-serial"}


def test_everything_about_a_license_is_shown(crm: Installation) -> None:
    crm.users.assign("anna", "sales")
    crm.activate(file(bundle(2, users={"sales": 4})))
    crm.activate(file(bundle(3, users={"windows": 4, "sales": 4})))
    crm.activate(file(bundle(part="x", users={"windows": 4})))
    sales = crm.license("demo.sales")
    assert sales.row.code == "sales"
    assert sales.includes == ("sale", "sale-cal", "user")
    assert sales.holders == ("anna",)
    assert [(r.sequence, r.state) for r in sales.history] == [(1, "replaced"), (2, "replaced"), (3, "active")]
    assert [e.bundle for e in sales.explanations] == ["1010000014 base 3"]
    assert crm.license("user").required_by == ("windows",)
    assert crm.license("server").holders == ()
    assert crm.license("server").buy is None
    assert crm.license("satellite").holders == ()


SETTINGS = {
    "rows": makers.setting(SettingType.NUMBER, "Rows"),
    "tier": makers.setting(name="Support tier", default="silver"),
}


def settings_of(crm: Installation) -> dict[str, tuple[object, bool]]:
    """Return each setting with its value, and whether it was sold."""
    rows = crm.state().entitlements.settings.rows
    return {row.code: (row.value, row.is_sold) for row in rows}


def test_settings_are_shown_before_and_after(crm: Installation) -> None:
    catalog = makers.changed(crm_catalog(), version=2, settings=SETTINGS)
    sold = {"rows": 5, "tier": "gold"}
    proposal = crm.propose_activate(file(catalog, bundle(2, **SOLD, settings=sold)))
    assert proposal.preview.plain()["settings"] == [
        {"code": "rows", "name": "Rows", "before": None, "after": 5},
        {"code": "tier", "name": "Support tier", "before": None, "after": "gold"},
    ]
    assert [str(one) for one in proposal.changes if one.path.startswith("settings.")] == [
        "settings.rows: none -> 5",
        "settings.tier: none -> gold",
    ]
    proposal.apply()
    assert settings_of(crm) == {"rows": (5, True), "tier": ("gold", True)}
    again = crm.propose_activate(file(bundle(3, **SOLD, settings={"rows": 5})))
    assert [one.code for one in again.preview.settings if one.altered] == ["tier"]
    again.apply()
    assert settings_of(crm) == {"rows": (5, True), "tier": ("silver", False)}


def test_what_must_be_released_before_a_later_start_prevents_nothing(crm: Installation) -> None:
    for user in ("anna", "bob"):
        crm.users.assign(user, "sales")
    later = bundle(2, users={"sales": 1}, starts=makers.ISSUED_DAY + 30)
    preview = crm.propose_activate(file(later)).preview
    [row] = [row for row in preview.rows if row.code == "sales"]
    assert preview.can_activate
    assert (row.reason, row.due) == (None, "2 in use: release 1 before 2027-01-31")
    now = crm.propose_activate(file(bundle(2, users={"sales": 1}))).preview
    [row] = [row for row in now.rows if row.code == "sales"]
    assert (row.reason, row.due) == ("2 in use: release 1 first", None)


def test_a_quantity_is_shown_with_its_unit(crm: Installation) -> None:
    gb = makers.license_entry(Kind.SYSTEM, "Storage", quantity="GB", per=MeterPeriod.MONTH)
    catalog = makers.changed(crm_catalog(), version=2)
    catalog = makers.changed(catalog, licenses={**catalog.licenses, "storage": gb})
    sold = {**SOLD, "system": {**SOLD["system"], "storage": 20}}
    rows = crm.propose_activate(file(catalog, bundle(2, **sold))).preview.plain()["licenses"]
    units = {row["license"]: (row["quantity"], row["per"]) for row in rows}
    assert units["storage"] == ("GB", "month")
    assert units["sales"] == (None, None)
