"""From an order and a catalog to a bundle, or all faults together."""

from typing import Any

import pytest

from licensekit.errors import OrderInvalid
from licensekit.issuer.orders.bundle import bundle_faults, check_order, make_bundle
from licensekit.issuer.orders.order import Order, OrderDraft
from licensekit.issuer.orders.order_file import draft_from
from licensekit.wire.documents import AfterGrace, Bundle, Edition, Kind, SettingType, Use, decode, encode
from tests.faults import Told, told
from tests.makers import ISSUED, ISSUED_DAY, bundle, catalog, license_entry, setting

SYSTEM, SITE, USER = Kind.SYSTEM, Kind.SITE, Kind.USER
CATALOG = catalog(
    licenses={
        "server": license_entry(SYSTEM, "Server"),
        "quote": license_entry(SYSTEM, "Quote"),
        "archive": license_entry(SYSTEM, "Archive", quantity="GB"),
        "suite": license_entry(SYSTEM, "Suite", includes=["quote"]),
        "satellite": license_entry(SITE, "Satellite", requires=["server"]),
        "user": license_entry(name="User", hidden=True),
        "sales": license_entry(name="Sales", plan=True, includes=["quote-cal", "user"]),
        "quote-cal": license_entry(name="Quote", requires=["quote", "user"]),
        "windows": license_entry(name="Windows", requires=["user"]),
        "foreign": license_entry(name="Foreign", requires=["partner.maps"]),
    },
    settings={
        "theme": setting(choices=["dark", "light"]),
        "rows": setting(SettingType.NUMBER, lowest=1, highest=9, default=5),
        "beta": setting(SettingType.BOOLEAN),
    },
    editions={
        "team": Edition("Small team", {"server": 1}, {}, {"sales": 10, "windows": 5}, {"theme": "dark"}),
        "bare": Edition("Bare", {}, {}, {"windows": 5}, {}),
    },
)


def order(**fields: Any) -> Order:
    return Order("Acme", **fields)


GOOD: dict[str, tuple[Order, frozenset[str]]] = {
    "a plan whose right needs a module that was not bought": (order(users={"sales": 1}), frozenset()),
    "a requirement that is named": (order(system={"server": True}, sites={"satellite": 1}), frozenset()),
    "a requirement that something included gives": (
        order(system={"suite": 1}, users={"sales": 1, "quote-cal": 1, "windows": None}),
        frozenset(),
    ),
    "a requirement that another part has": (order(sites={"satellite": 1}), frozenset({"server", "partner.maps"})),
    "a requirement that something included in another part gives": (
        order(users={"windows": 1, "quote-cal": 1}),
        frozenset({"sales", "suite"}),
    ),
    "a requirement that the edition has": (order(edition="team", sites={"satellite": 1}), frozenset()),
    "another issuer's license is required where its bundles are": (order(users={"foreign": 1}), frozenset()),
    "a hidden license": (order(users={"user": 3}), frozenset()),
    "a quantity": (order(system={"archive": 500}), frozenset()),
    "an unrestricted quantity": (order(system={"archive": None}), frozenset()),
    "only settings": (order(settings={"theme": "dark"}), frozenset()),
}


@pytest.mark.parametrize(("ordered", "already"), GOOD.values(), ids=GOOD.keys())
def test_what_works_can_be_sold(ordered: Order, already: frozenset[str]) -> None:
    assert bundle_faults(ordered, CATALOG, already) == []


MISSING = "which neither this order nor another part of the serial grants"
BAD: dict[str, tuple[Order, Told]] = {
    "unknown licenses": (
        order(system={"serve": True}, sites={"nothing": 1}, users={"sale": 1}),
        [
            ("system.serve", "there is no license `serve`; did you mean `server`?"),
            ("sites.nothing", "there is no license `nothing`"),
            ("users.sale", "there is no license `sale`; did you mean `sales`?"),
        ],
    ),
    "wrong kinds": (
        order(system={"sales": True}, sites={"server": 1}, users={"satellite": 2}),
        [
            ("system.sales", "is a user license; it belongs in `users`"),
            ("sites.server", "is a system license; it belongs in `system`"),
            ("users.satellite", "is a site license; it belongs in `sites`"),
        ],
    ),
    "a number of what is there or not": (
        order(system={"server": 2, "quote": None}),
        [("system.server", "has no quantity; write `true`"), ("system.quote", "has no quantity; write `true`")],
    ),
    "no number of what is sold by number": (
        order(system={"archive": True}),
        [("system.archive", "is sold by quantity; write how many GB")],
    ),
    "missing requirements": (
        order(sites={"satellite": 1}, users={"quote-cal": 1}),
        [
            ("sites.satellite", f"`satellite` requires `server`, {MISSING}"),
            ("users.quote-cal", f"`quote-cal` requires `quote` and `user`, {MISSING}"),
        ],
    ),
    "a requirement of the edition": (order(edition="bare"), [("edition", f"`windows` requires `user`, {MISSING}")]),
    "an unknown edition": (
        order(edition="teem", users={"nothing": 1}),
        [
            ("edition", "there is no edition `teem`; did you mean `team`?"),
            ("users.nothing", "there is no license `nothing`"),
        ],
    ),
    "the name of an edition": (
        order(edition="Small TEAM"),
        [("edition", "there is no edition `Small TEAM`; did you mean `team`?")],
    ),
    "an unknown setting": (
        order(settings={"them": "dark"}),
        [("settings.them", "there is no setting `them`; did you mean `theme`?")],
    ),
    "an unknown setting beside an unknown edition": (
        order(edition="teem", settings={"rows": "5"}),
        [
            ("edition", "there is no edition `teem`; did you mean `team`?"),
            ("settings.rows", "is not a value of the type number"),
        ],
    ),
    "settings of another type": (
        order(settings={"theme": True, "rows": False, "beta": 1}),
        [
            ("settings.theme", "is not a value of the type text"),
            ("settings.rows", "is not a value of the type number"),
            ("settings.beta", "is not a value of the type boolean"),
        ],
    ),
    "settings that do not fit": (
        order(settings={"theme": "red", "rows": 0}),
        [
            ("settings.theme", "'red' is not one of the choices: `dark` and `light`"),
            ("settings.rows", "0 is below the lowest allowed value, 1"),
        ],
    ),
    "a setting above all that fits": (
        order(settings={"rows": 10}),
        [("settings.rows", "10 is above the highest allowed value, 9")],
    ),
}


@pytest.mark.parametrize(("ordered", "found"), BAD.values(), ids=BAD.keys())
def test_everything_that_cannot_be_sold_is_reported_together(ordered: Order, found: Told) -> None:
    assert told(bundle_faults(ordered, CATALOG)) == found


def test_faults_of_the_order_and_of_what_it_names_are_reported_together() -> None:
    draft = draft_from({"company": "", "users": {"sale": 0, "windows": 2.5}, "expiry": "2027-01-01", "days": 3})
    with pytest.raises(OrderInvalid) as caught:
        check_order(draft, CATALOG)
    assert [fault.where for fault in caught.value.faults] == [
        "company",
        "users.sale",
        "users.windows",
        "days",
        "users.sale",
        "users.windows",
    ]


def test_every_field_of_an_order_is_in_its_bundle() -> None:
    ordered = order(
        number="A-1",
        replaces=["1010000022"],
        use=Use.DEMO,
        starts=ISSUED_DAY,
        warning=ISSUED_DAY + 1,
        expiry=ISSUED_DAY + 2,
        grace=ISSUED_DAY + 3,
        maintenance=ISSUED_DAY + 4,
        next_check=ISSUED_DAY + 5,
        system={"server": True, "archive": 500},
        sites={"satellite": 2},
        users={"sales": 50, "user": None},
        settings={"theme": "dark"},
        after_grace=AfterGrace.BLOCK,
        offline_hours=48,
        borrow_hours=72,
    )
    checked = check_order(OrderDraft(ordered), CATALOG)
    made = make_bundle(checked, serial="1010000014", sequence=7, issued=ISSUED)
    assert made == bundle(
        company="Acme",
        sequence=7,
        replaces=["1010000022"],
        use=Use.DEMO,
        warning=ISSUED_DAY + 1,
        expiry=ISSUED_DAY + 2,
        grace=ISSUED_DAY + 3,
        maintenance=ISSUED_DAY + 4,
        next_check=ISSUED_DAY + 5,
        system={"server": 1, "archive": 500},
        users={"sales": 50, "user": None},
        settings={"theme": "dark"},
        after_grace=AfterGrace.BLOCK,
        offline_hours=48,
        borrow_hours=72,
    )
    assert decode(Bundle, encode(made)) == made


def test_what_the_order_names_comes_on_top_of_its_edition_or_instead() -> None:
    ordered = order(edition="team", system={"quote": True}, users={"sales": 3}, settings={"theme": "light"})
    checked = check_order(OrderDraft(ordered), CATALOG)
    made = make_bundle(checked, serial="1", sequence=1, issued=ISSUED)
    assert made.system == {"server": 1, "quote": 1}
    assert made.users == {"sales": 3, "windows": 5}
    assert made.settings == {"theme": "light"}


def test_a_term_in_days_is_counted_from_the_day_of_issue() -> None:
    checked = check_order(OrderDraft(order(days=30, warning_days=7, grace_days=3, users={"sales": 1})), CATALOG)
    made = make_bundle(checked, serial="1", sequence=1, issued=ISSUED + 86_399)
    assert (made.warning, made.expiry, made.grace) == (ISSUED_DAY + 23, ISSUED_DAY + 30, ISSUED_DAY + 33)


@pytest.mark.parametrize(
    "dates",
    [{"expiry": 2_932_896, "grace_days": 1}, {"starts": 2_932_896, "days": 1}, {"expiry": 1, "warning_days": 2}],
)
def test_a_term_outside_of_what_dates_can_say_is_refused(dates: dict[str, int]) -> None:
    checked = check_order(OrderDraft(order(**dates, users={"sales": 1})), CATALOG)
    with pytest.raises(OrderInvalid, match="not within the years 1970 to 9999"):
        make_bundle(checked, serial="1", sequence=1, issued=ISSUED)
