"""What a new catalog takes away from what was sold, and how it differs."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit.catalog.tables import CatalogChange, differences, takes_away
from licensekit.wire.documents import (
    Catalog,
    Combine,
    Edition,
    Kind,
    License,
    LoginRule,
    MeterPeriod,
    SeatKind,
    SettingType,
    UserKind,
)
from tests.faults import Told, told
from tests.makers import catalog, changed, license_entry, setting

OLD = catalog(
    licenses={
        "server": license_entry(Kind.SYSTEM, "Server", hidden=True),
        "archive": license_entry(Kind.SYSTEM, "Archive", quantity="GB"),
        "satellite": license_entry(Kind.SITE, "Satellite"),
        "user": license_entry(),
        "web": license_entry(name="Web"),
        "standard": license_entry(name="Standard", includes=["user", "web"]),
        "sales": license_entry(name="Sales", includes=["standard"]),
        "gold": license_entry(name="Gold", replaced_by="user"),
    },
    settings={
        "rows": setting(SettingType.NUMBER, lowest=1, highest=9, combine=Combine.SUM),
        "depth": setting(SettingType.NUMBER),
        "tier": setting(choices=["gold", "silver"]),
        "note": setting(),
    },
)


def with_license(code: str, **changes: Any) -> Catalog:
    """Return OLD with one license changed."""
    one = changed(OLD.licenses[code], **changes)
    return changed(OLD, licenses={**OLD.licenses, code: one})


def with_setting(code: str, **changes: Any) -> Catalog:
    """Return OLD with one setting changed."""
    one = changed(OLD.settings[code], **changes)
    return changed(OLD, settings={**OLD.settings, code: one})


def without(code: str) -> Catalog:
    """Return OLD without one license."""
    return changed(OLD, licenses={c: one for c, one in OLD.licenses.items() if c != code})


def with_access(**access: LoginRule) -> Catalog:
    return changed(OLD, access=access)


WEB = OLD.access["web"]
INTERNAL = [UserKind.ASSOCIATE]
TAKEN: dict[str, tuple[Catalog, Told]] = {
    "another product": (
        changed(OLD, product="other"),
        [("product", "bundles were sold for `demo-crm`, and this is `other`")],
    ),
    "a setting removed": (
        changed(OLD, settings={c: one for c, one in OLD.settings.items() if c != "note"}),
        [("settings.note", "it may have been sold, and was removed")],
    ),
    "another type of a setting": (
        with_setting("note", type=SettingType.BOOLEAN),
        [("settings.note.type", "it was sold as text and becomes boolean")],
    ),
    "a setting that combines otherwise": (
        with_setting("rows", combine=Combine.MOST),
        [("settings.rows.combine", "what was sold changes from sum to most")],
    ),
    "a higher lowest number": (
        with_setting("rows", lowest=2),
        [("settings.rows.lowest", "values below 2 could be sold, and are no longer allowed")],
    ),
    "a lower highest number": (
        with_setting("rows", highest=8),
        [("settings.rows.highest", "values above 8 could be sold, and are no longer allowed")],
    ),
    "a lowest number where there was none": (
        with_setting("depth", lowest=0),
        [("settings.depth.lowest", "values below 0 could be sold, and are no longer allowed")],
    ),
    "a highest number where there was none": (
        with_setting("depth", highest=0),
        [("settings.depth.highest", "values above 0 could be sold, and are no longer allowed")],
    ),
    "fewer choices": (
        with_setting("tier", choices=["bronze", "silver"]),
        [("settings.tier.choices", "`gold` could be sold before")],
    ),
    "choices where there were none": (
        with_setting("note", choices=["a"]),
        [("settings.note.choices", "any text could be sold, and is no longer allowed")],
    ),
    "another license in place of one": (
        with_license("gold", replaced_by="web"),
        [("licenses.gold.replaced_by", "its holders had `user` as well")],
    ),
    "a quantity that is there again less often": (
        with_license("archive", per=MeterPeriod.YEAR),
        [("licenses.archive.per", "what was sold changes from once and for all to year")],
    ),
    "another issuer": (
        changed(OLD, issuer="other"),
        [("issuer.code", "bundles were sold for `demo`, and this is `other`")],
    ),
    "a license removed": (without("satellite"), [("licenses.satellite", "it may have been sold, and was removed")]),
    "a kind changed": (
        with_license("satellite", kind=Kind.USER),
        [("licenses.satellite.kind", "it was sold as a site license and becomes a user license")],
    ),
    "an include dropped, which another included through it": (
        with_license("standard", includes=["user"]),
        [
            ("licenses.standard.includes", "it no longer includes `web`"),
            ("licenses.sales.includes", "it no longer includes `web`"),
        ],
    ),
    "a requirement": (
        with_license("sales", requires=["server"]),
        [("licenses.sales.requires", "it did not require `server` before")],
    ),
    "a plan": (
        with_license("sales", plan=True),
        [("licenses.sales.plan", "it becomes a plan, and a user who holds another plan cannot keep both")],
    ),
    "a completion": (
        with_license("server", full_with="web"),
        [("licenses.server.full_with", "it gave full access without `web`")],
    ),
    "seats": (
        with_license("user", seats=SeatKind.CONCURRENT),
        [("licenses.user.seats", "what was sold changes from named seats to concurrent seats")],
    ),
    "a limit": (
        with_license("satellite", limits_sites=True),
        [("licenses.satellite.limits", "what was sold changes from no limit to sites")],
    ),
    "a quantity": (
        with_license("archive", quantity=None),
        [("licenses.archive.quantity", "what was sold changes from GB to no quantity")],
    ),
    "a login needs more": (
        with_access(web=LoginRule(["server", "user", "web"], INTERNAL)),
        [("access.web.all", "it did not need `web` before")],
    ),
    "a login for others": (
        with_access(web=LoginRule(WEB.all, [UserKind.EXTERNAL])),
        [("access.web.users", "users of the kind `associate` could log in this way")],
    ),
    "a way removed": (with_access(), [("access.web", "users could log in this way, and it was removed")]),
}

HARMLESS = {
    "a license more": changed(OLD, licenses={**OLD.licenses, "new": license_entry()}),
    "an include more": with_license("sales", includes=["standard", "web"]),
    "an include that another include gives": with_license("sales", includes=["standard", "user"]),
    "a name, a text": with_license("sales", name="Selling", description="New"),
    "shown": with_license("server", hidden=False),
    "hidden": with_license("sales", hidden=True),
    "a login needs less": with_access(web=LoginRule(["user"], INTERNAL)),
    "a login for more": with_access(web=LoginRule(WEB.all, list(UserKind))),
    "a way more": with_access(web=WEB, windows=LoginRule(["server"], INTERNAL)),
    "an edition": changed(OLD, editions={"basic": Edition("Basic", {}, {}, {}, {})}),
    "names and addresses": changed(OLD, names={}, urls={"buy": "https://example.com"}),
}


@pytest.mark.parametrize(("new", "taken"), TAKEN.values(), ids=TAKEN.keys())
def test_what_takes_something_away_is_found_at_its_key(new: Catalog, taken: Told) -> None:
    assert told(takes_away(OLD, new)) == taken


@pytest.mark.parametrize(("new", "taken"), TAKEN.values(), ids=TAKEN.keys())
def test_a_difference_that_takes_something_away_says_so(new: Catalog, taken: Told) -> None:
    marked = [one.where for one in differences(OLD, new) if one.takes_away]
    assert marked == [taken[0][0]]


@pytest.mark.parametrize("new", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_takes_nothing_away_is_still_a_difference(new: Catalog) -> None:
    assert takes_away(OLD, new) == []
    found = differences(OLD, new)
    assert found
    assert not any(one.takes_away for one in found)


def test_dropping_a_requirement_a_plan_or_a_completion_takes_nothing_away() -> None:
    strict = {"requires": ["user"], "plan": True, "full_with": "web"}
    old = with_license("sales", **strict)
    assert takes_away(old, OLD) == []
    assert [one.where for one in differences(old, OLD)] == [
        "licenses.sales.plan",
        "licenses.sales.full_with",
        "licenses.sales.requires",
    ]


def test_what_more_can_be_sold_takes_nothing_away() -> None:
    """Wider bounds, more choices, another default, names, and what the successor includes."""
    more = {
        "rows": changed(OLD.settings["rows"], lowest=None, highest=None, default=4),
        "depth": OLD.settings["depth"],
        "tier": changed(OLD.settings["tier"], choices=["bronze", "gold", "silver"]),
        "note": changed(OLD.settings["note"], default="x", name="Note"),
        "new": setting(SettingType.BOOLEAN, default=True),
    }
    new = changed(with_license("gold", replaced_by=None, includes=["user"]), settings=more)
    new = changed(new, licenses={**new.licenses, "web": license_entry(names={"de": "Netz"})})
    assert takes_away(OLD, new) == []
    assert [(one.where, one.before, one.after) for one in differences(OLD, new)] == [
        ("licenses.web.name", "Web", "User"),
        ("licenses.web.names.de", None, "Netz"),
        ("licenses.gold.includes", None, "user"),
        ("licenses.gold.replaced_by", "user", None),
        ("settings.rows.default", None, "4"),
        ("settings.rows.lowest", "1", None),
        ("settings.rows.highest", "9", None),
        ("settings.tier.choices", "gold, silver", "bronze, gold, silver"),
        ("settings.note.name", "A setting", "Note"),
        ("settings.note.default", None, "x"),
        ("settings.new", None, "A setting"),
    ]


def test_differences_name_what_was_added_removed_and_changed() -> None:
    edition = Edition("Basic", {"server": 1}, {}, {"sales": 10, "user": None}, {"theme": "dark"})
    bigger = changed(edition, users={"sales": 20, "user": None}, settings={})
    old = changed(OLD, editions={"basic": edition})
    new = changed(
        without("satellite"),
        names={"issuer": "Demo", "product": "Demo CRM 2"},
        urls={"buy": "https://example.com"},
        editions={"basic": bigger},
        licenses={**without("satellite").licenses, "new": license_entry(name="New")},
    )
    assert differences(old, new) == [
        CatalogChange("product_name", "Demo CRM", "Demo CRM 2", takes_away=False),
        CatalogChange("issuer.buy", None, "https://example.com", takes_away=False),
        CatalogChange("licenses.new", None, "New", takes_away=False),
        CatalogChange("editions.basic.users.sales", "10", "20", takes_away=False),
        CatalogChange("editions.basic.settings.theme", "dark", None, takes_away=False),
        CatalogChange("licenses.satellite", "Satellite", None, takes_away=True),
    ]


@st.composite
def any_license(draw: st.DrawFn) -> License:
    codes = st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(sorted)
    return license_entry(
        draw(st.sampled_from(Kind)),
        plan=draw(st.booleans()),
        full_with=draw(st.sampled_from([None, "a", "b"])),
        includes=draw(codes),
        requires=draw(codes),
        seats=draw(st.sampled_from(SeatKind)),
        limits_sites=draw(st.booleans()),
        quantity=draw(st.sampled_from([None, "GB"])),
    )


def any_catalog() -> st.SearchStrategy[Catalog]:
    return st.dictionaries(st.sampled_from(["a", "b", "c"]), any_license()).map(
        lambda licenses: catalog(licenses=licenses)
    )


@settings(deadline=None)
@given(any_catalog())
def test_a_catalog_takes_nothing_away_from_itself_and_does_not_differ(document: Catalog) -> None:
    assert takes_away(document, document) == []
    assert differences(document, document) == []


@settings(deadline=None)
@given(any_catalog(), any_catalog())
def test_what_takes_nothing_away_includes_all_that_was_included(old: Catalog, new: Catalog) -> None:
    if not takes_away(old, new):
        had, has = old.closure, new.closure
        assert all(inner <= has[code] for code, inner in had.items())
        assert all(new.licenses[code].kind is one.kind for code, one in old.licenses.items())


@settings(deadline=None)
@given(any_catalog(), any_catalog())
def test_catalogs_differ_if_and_only_if_a_difference_is_named(old: Catalog, new: Catalog) -> None:
    assert bool(differences(old, new)) == (old != new)
