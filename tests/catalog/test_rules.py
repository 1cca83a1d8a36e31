"""Every fault of a catalog is found, at its key path."""

from typing import Any

import pytest

from licensekit.catalog.rules import faults
from licensekit.wire.documents import Catalog, Edition, Kind, License, LoginRule, SeatKind, UserKind
from tests.faults import Told, told
from tests.makers import ISSUER, PARTNER, catalog, license_entry

SYSTEM, SITE, USER = Kind.SYSTEM, Kind.SITE, Kind.USER


def of(**licenses: License) -> Catalog:
    """Return a catalog of these licenses alone; `_` in their names stands for a dash."""
    named = {name.replace("_", "-"): license_ for name, license_ in licenses.items()}
    return catalog(licenses=named, access={})


def system(**changes: Any) -> License:
    return license_entry(SYSTEM, **changes)


def site(**changes: Any) -> License:
    return license_entry(SITE, **changes)


def user(**changes: Any) -> License:
    return license_entry(USER, **changes)


def plan(**changes: Any) -> License:
    return license_entry(USER, plan=True, **changes)


def hidden(**changes: Any) -> License:
    return license_entry(USER, hidden=True, **changes)


SOUND = {
    "the shared example": catalog(),
    "a user license requires a user and a system license": of(
        quote=system(), user=user(), quote_cal=user(requires=["quote", "user"])
    ),
    "a site license requires a system license and a site license": of(
        area=system(), main=site(requires=["area"]), branch=site(requires=["area", "main"])
    ),
    "a plan includes another plan, and a license with a requirement": of(
        quote=system(),
        quote_cal=user(requires=["quote"]),
        standard=plan(),
        sales=plan(includes=["quote-cal", "standard"]),
    ),
    "what requires a plan goes together with it": of(standard=plan(), extra=user(requires=["standard"])),
    "what is hidden and in one plan requires that plan": of(
        extra=hidden(requires=["gold"]), gold=plan(includes=["extra"])
    ),
    "a license requires what includes it": of(suite=system(includes=["module"]), module=system(requires=["suite"])),
    "a hidden license that nothing includes is assigned by itself": of(base=hidden(), extra=user(requires=["base"])),
    "a user license requires what the installation gives to all users": of(
        server=system(includes=["user"]), user=hidden(), extra=user(requires=["user"])
    ),
    "system licenses that come with two plans are both there": of(
        left=system(hidden=True),
        right=system(hidden=True),
        silver=plan(includes=["left"]),
        gold=plan(includes=["right"]),
        both=system(requires=["left", "right"]),
    ),
    "an edition counts every kind": catalog(
        editions={"basic": Edition("Basic", {"server": 1}, {"satellite": 2}, {"user": None}, {})}
    ),
    "each key on the kind that it is for": of(
        panel=system(full_with="right"),
        right=user(seats=SeatKind.CONCURRENT),
        branch=site(limits_sites=True),
        archive=system(quantity="GB"),
    ),
}


@pytest.mark.parametrize("document", SOUND.values(), ids=SOUND.keys())
def test_a_sound_catalog_has_no_fault(document: Catalog) -> None:
    assert faults(document) == []


FAULTS: dict[str, tuple[Catalog, Told]] = {
    "unknown include": (
        of(sales=plan(includes=["sale-cla"]), sale_cal=user()),
        [("licenses.sales.includes", "there is no license `sale-cla`; did you mean `sale-cal`?")],
    ),
    "unknown requirement": (
        of(a=user(requires=["nothing"])),
        [("licenses.a.requires", "there is no license `nothing`")],
    ),
    "unknown completion": (
        of(sale=system(full_with="right")),
        [("licenses.sale.full_with", "there is no license `right`")],
    ),
    "completed by a system license": (
        of(sale=system(full_with="other"), other=system()),
        [("licenses.sale.full_with", "`other` is a system license, not a user license")],
    ),
    "a user license that is completed": (
        of(a=user(full_with="b"), b=user()),
        [("licenses.a.full_with", "only a system license can be completed by another, and this is a user license")],
    ),
    "a plan for the system": (
        of(a=system(plan=True)),
        [("licenses.a.plan", "only a user license can be a plan, and this is a system license")],
    ),
    "a user license that limits sites": (
        of(a=user(limits_sites=True)),
        [("licenses.a.limits", "only a site license can limit the number of sites, and this is a user license")],
    ),
    "a site license by quantity": (
        of(a=site(quantity="GB")),
        [("licenses.a.quantity", "only a system license can have a quantity, and this is a site license")],
    ),
    "concurrent sites": (
        of(a=site(seats=SeatKind.CONCURRENT)),
        [("licenses.a.seats", "only a user license can count concurrent use, and this is a site license")],
    ),
    "a user license requires a site license": (
        of(a=user(requires=["b"]), b=site()),
        [("licenses.a.requires", "a user license cannot require the site license `b`")],
    ),
    "a system license requires a user license": (
        of(a=system(requires=["b"]), b=user()),
        [("licenses.a.requires", "a system license cannot require the user license `b`")],
    ),
    "includes itself": (of(a=user(includes=["a"])), [("licenses.a.includes", "`a` includes itself")]),
    "includes in a circle, with something that leads into it": (
        of(top=user(includes=["a"]), a=user(includes=["b"]), b=user(includes=["a"])),
        [("licenses.a.includes", "`a` and `b` include one another in a circle")],
    ),
    "two plans imply each other": (
        of(a=plan(includes=["b"]), b=plan(includes=["a"])),
        [("licenses.a.includes", "the plans `a` and `b` imply each other")],
    ),
    "requires itself": (of(a=user(requires=["a"])), [("licenses.a.requires", "`a` requires itself")]),
    "requires in a circle, with something that requires a member": (
        of(a=user(requires=["b"]), b=user(requires=["c"]), c=user(requires=["a"]), d=user(requires=["a"])),
        [("licenses.a.requires", "`a`, `b` and `c` require one another in a circle")],
    ),
    "requires what only it includes": (
        of(a=user(includes=["b"], requires=["b"]), b=hidden()),
        [("licenses.a.requires", "can never be met: nothing that can be held grants `b`")],
    ),
    "requires what only something includes that requires it": (
        of(a=user(requires=["b"]), b=hidden(), c=user(includes=["b"], requires=["a"])),
        [("licenses.a.requires", "can never be met: nothing that can be held grants `b`")],
    ),
    "a plan that requires a plan": (
        of(silver=plan(), gold=plan(requires=["silver"])),
        [
            (
                "licenses.gold.requires",
                ("can never be met: a user holds at most one plan of an issuer, and none goes together with `silver`"),
            )
        ],
    ),
    "requires two plans": (
        of(silver=plan(), gold=plan(), a=user(requires=["gold", "silver"])),
        [
            (
                "licenses.a.requires",
                (
                    "can never be met: a user holds at most one plan of an issuer, and none goes"
                    " together with `gold` and `silver`"
                ),
            )
        ],
    ),
    "requires a plan, and comes only with another": (
        of(extra=hidden(requires=["silver"]), silver=plan(), gold=plan(includes=["extra"])),
        [
            (
                "licenses.extra.requires",
                ("can never be met: a user holds at most one plan of an issuer, and none goes together with `silver`"),
            )
        ],
    ),
    "hidden, and comes only with what requires it through another": (
        of(base=user(), a=user(requires=["b"]), b=hidden(requires=["base"]), c=user(includes=["b"], requires=["a"])),
        [
            (
                "licenses.b.requires",
                ("can never be met: this license is hidden, and nothing that can be held includes it"),
            )
        ],
    ),
    "a login by an unknown license": (
        catalog(access={"web": LoginRule(["serve", "user"], [UserKind.ASSOCIATE])}),
        [("access.web.all", "there is no license `serve`; did you mean `server`?")],
    ),
    "a login by a site license": (
        catalog(access={"web": LoginRule(["satellite"], [UserKind.ASSOCIATE])}),
        [("access.web.all", "`satellite` is a site license; a login needs system and user licenses")],
    ),
    "an edition with an unknown license, a wrong kind and a number of what has none": (
        catalog(editions={"basic": Edition("Basic", {"server": 2}, {"user": 1}, {"users": None}, {})}),
        [
            ("editions.basic.system.server", "has no quantity; write `true`"),
            ("editions.basic.sites.user", "is a user license; it belongs in `users`"),
            ("editions.basic.users.users", "there is no license `users`; did you mean `user`?"),
        ],
    ),
}


@pytest.mark.parametrize(("document", "found"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_is_found_once_at_its_key(document: Catalog, found: Told) -> None:
    assert told(faults(document)) == found


def test_all_faults_are_found_together() -> None:
    document = of(a=system(plan=True, includes=["x"], requires=["y"]), b=user(requires=["b"]))
    assert [fault.where for fault in faults(document)] == [
        "licenses.a.plan",
        "licenses.a.includes",
        "licenses.a.requires",
        "licenses.b.requires",
    ]


def test_of_a_long_circle_the_first_members_are_named() -> None:
    ring = {f"c{n:02}": user(includes=[f"c{(n + 1) % 13:02}"]) for n in range(13)}
    names = ", ".join(f"`c{n:02}`" for n in range(10))
    assert told(faults(of(**ring))) == [
        ("licenses.c00.includes", f"{names} and 3 more include one another in a circle")
    ]


def partner(**licenses: License) -> Catalog:
    return catalog(issuer=PARTNER, licenses=licenses, access={})


def test_a_partner_may_require_the_vendors_licenses_and_log_in_by_them() -> None:
    document = catalog(
        issuer=PARTNER,
        licenses={
            "maps": system(requires=[f"{ISSUER}.server"], full_with=f"{ISSUER}.user"),
            "maps-user": user(requires=[f"{ISSUER}.sales-pro"]),
        },
        access={"maps": LoginRule([f"{ISSUER}.server", f"{ISSUER}.user"], [UserKind.ASSOCIATE])},
    )
    assert faults(document, {ISSUER: catalog(), PARTNER: partner()}) == []


def test_a_license_may_require_a_plan_of_each_issuer_and_not_two_of_one() -> None:
    vendors = catalog(licenses={"gold": plan(), "silver": plan()}, access={})
    both = [f"{ISSUER}.gold", "pro"]
    assert faults(partner(pro=plan(), extra=user(requires=both)), {ISSUER: vendors}) == []
    two = [f"{ISSUER}.gold", f"{ISSUER}.silver"]
    [fault] = faults(partner(pro=plan(), extra=user(requires=two)), {ISSUER: vendors})
    assert fault.where == "licenses.extra.requires"
    assert "at most one plan of an issuer" in fault.message


@pytest.mark.parametrize(
    ("required", "why"),
    [
        (f"{ISSUER}.serve", f"`{ISSUER}` has no license `serve`; did you mean `{ISSUER}.server`?"),
        ("dem.server", "no catalog of the issuer `dem` is known here; did you mean `demo`?"),
        ("partner.maps", "`partner` is this catalog's own issuer; write `maps`"),
        ("demo.satellite", "a user license cannot require the site license `demo.satellite`"),
    ],
)
def test_what_a_partner_requires_must_exist_and_be_of_a_kind_that_can_hold(required: str, why: str) -> None:
    document = partner(a=user(requires=[required]))
    assert told(faults(document, {ISSUER: catalog()})) == [("licenses.a.requires", why)]


@pytest.mark.attack("partner-that-grants-the-vendors-licenses")
def test_a_partner_cannot_include_the_vendors_licenses() -> None:
    found = faults(partner(a=user(includes=["user"])), {ISSUER: catalog()})
    assert told(found) == [("licenses.a.includes", "there is no license `user`")]


def test_a_circle_of_requirements_through_two_catalogs_is_reported_to_both() -> None:
    vendor = of(a=user(requires=[f"{PARTNER}.b"]))
    other = partner(b=user(requires=[f"{ISSUER}.a"]))
    assert told(faults(vendor, {PARTNER: other})) == [
        ("licenses.a.requires", "`a` and `partner.b` require one another in a circle")
    ]
    assert told(faults(other, {ISSUER: vendor})) == [
        ("licenses.b.requires", "`b` and `demo.a` require one another in a circle")
    ]


def test_a_fault_of_another_issuers_catalog_alone_is_not_reported_here() -> None:
    other = partner(b=user(requires=["b"]), c=user(requires=["d"], includes=["d"]), d=hidden())
    assert faults(catalog(), {PARTNER: other}) == []
