"""The sample vendor: every license that its requirements document names, and three orders."""

from pathlib import Path

import pytest

from licensekit.dates import day_at, parse_seconds
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.issuer.orders.bundle import check_order, make_bundle
from licensekit.issuer.orders.order_file import read_draft
from licensekit.wire import frame
from licensekit.wire.armor import Token, write
from licensekit.wire.documents import Bundle, Kind, Use, encode
from tests.makers import key, seal

SAMPLES = Path(__file__).parents[3] / "samples" / "superoffice"
ISSUED = parse_seconds("2026-12-01")
CATALOG = read_catalog((SAMPLES / "catalog.toml").read_bytes(), version=1, issued=ISSUED, issuer="superoffice")

# As the requirements document names them.
SYSTEM = {
    "system": "system",
    "server": "SuperOffice Server",
    "online-webservices": "Online Web Services",
    "area-mgt": "Area Management",
    "saint": "Sales Intelligence",
    "exchange-sync": "Exchange Synchronizer",
    "expander-services": "SuperOffice Expander Services",
    "customer-centre": "Customer Centre",
    "quote": "Sales Quote Management",
}
SITES = {"satellite": "Satellite", "reporter-studio": "Reporter Studio", "audience": "Audience"}
USERS = {
    "contact-manager": "Standard CRM User",
    "marketing-pro": "Marketing User",
    "sales-pro": "Sales User",
    "service-pro": "Service User",
    "complete": "Complete CRM User",
    "windows": "Windows App",
    "remote-travel": "Remote Travel",
    "pocket-crm-cal": "Pocket CRM",
    "outlook-synchronizer": "Outlook Synchronizer",
    "quote-cal": "Sale Quote Access",
}
STANDARD = {"user", "web", "project-cal", "selection-cal", "report-cal", "relation-cal"}
SALES = {"sale", "sale-cal", "quote-cal", "selection-combined-cal"}


def bundle_of(name: str) -> Bundle:
    draft = read_draft((SAMPLES / "orders" / f"{name}.toml").read_bytes())
    checked = check_order(draft, CATALOG)
    return make_bundle(checked, serial="1010000014", sequence=1, issued=ISSUED)


@pytest.mark.parametrize(("kind", "names"), [(Kind.SYSTEM, SYSTEM), (Kind.SITE, SITES), (Kind.USER, USERS)])
def test_the_catalog_shows_exactly_the_licenses_of_the_document(kind: Kind, names: dict[str, str]) -> None:
    shown = {
        code: license_.name
        for code, license_ in CATALOG.licenses.items()
        if license_.kind is kind and not license_.hidden
    }
    assert shown == names


def test_every_license_that_is_shown_says_what_it_is() -> None:
    assert all(one.description for one in CATALOG.licenses.values() if not one.hidden)


@pytest.mark.parametrize(
    ("plan", "implied"),
    [
        ("contact-manager", STANDARD),
        ("marketing-pro", STANDARD | {"selection-combined-cal", "mailing-cal"}),
        ("sales-pro", STANDARD | SALES),
        ("service-pro", STANDARD | {"service-client"}),
        ("complete", STANDARD | SALES | {"service-client"}),
    ],
)
def test_plans_imply_what_the_domain_says(plan: str, implied: set[str]) -> None:
    licenses = CATALOG.licenses
    modules = {code for code in CATALOG.closure[plan] if not licenses[code].plan}
    assert licenses[plan].plan
    assert modules == implied


def test_only_the_five_plans_are_plans() -> None:
    plans = {code for code, license_ in CATALOG.licenses.items() if license_.plan}
    assert plans == set(list(USERS)[:5])


@pytest.mark.parametrize(
    ("code", "requires"),
    [
        ("satellite", ["area-mgt"]),
        ("audience", ["expander-services"]),
        ("windows", ["user"]),
        ("remote-travel", ["windows"]),
        ("pocket-crm-cal", ["user"]),
        ("outlook-synchronizer", ["user"]),
        ("quote-cal", ["quote", "user"]),
    ],
)
def test_licenses_require_what_the_domain_says(code: str, requires: list[str]) -> None:
    assert CATALOG.licenses[code].requires == requires


def test_the_full_order_sells_everything_that_is_shown_with_every_date() -> None:
    made = bundle_of("nordlys-kraft")
    assert made.company == "Nordlys Kraft AS"
    assert (set(made.system), set(made.sites), set(made.users)) == (set(SYSTEM), set(SITES), set(USERS))
    dates = (made.starts, made.warning, made.expiry, made.grace, made.maintenance, made.next_check)
    assert None not in dates


def test_the_full_order_fits_into_465_bytes_and_635_characters() -> None:
    token = seal("bundle", encode(bundle_of("nordlys-kraft")), key("vendor"))
    assert len(token.frame) <= 465
    assert len(write(Token("bundle", token.frame))) <= 635
    assert frame.read(token.frame).signatures[0].scheme == frame.ED25519


def test_the_trial_ends_thirty_days_after_it_is_signed() -> None:
    made = bundle_of("fjord-trial")
    assert made.use is Use.TRIAL
    assert made.expiry == day_at(ISSUED) + 30
    assert made.users == {"sales-pro": 5, "pocket-crm-cal": 10}


def test_the_perpetual_license_has_no_end_but_one_of_maintenance() -> None:
    made = bundle_of("bergen-perpetual")
    assert (made.warning, made.expiry, made.grace) == (None, None, None)
    assert made.maintenance is not None
    assert made.maintenance > day_at(ISSUED)


def test_the_license_for_systems_comes_with_their_names() -> None:
    """The document's row "system" says which systems there is access to; a setting has their names."""
    assert CATALOG.settings["systems"].default == "all"
    made = bundle_of("bergen-perpetual")
    assert (made.system["system"], made.settings) == (1, {"systems": "production"})
