"""The dates that are still to come, and licenses as rows."""

import pytest

from licensekit.access import Access
from licensekit.dates import end_of_day, start_of_day
from licensekit.entitlements.questions import LicenseRow, coming_dates, rows
from licensekit.wire.documents import Bundle, Kind, MeterPeriod
from tests import makers
from tests.entitlements.engine import SITE, SYSTEM, USER, bare, catalog, granted, trust_store

of = makers.license_entry
DAY = makers.ISSUED_DAY
STORE = trust_store(makers.catalog())
DATED = bare(1, warning=DAY + 3, expiry=DAY + 9, grace=DAY + 12, maintenance=DAY + 5, next_check=DAY + 2)


def dates(*bundles: Bundle, day: int = DAY) -> list[tuple[int, str]]:
    """Return the dates to come, each as days after `DAY` and the name of its field."""
    found = coming_dates(granted(STORE, *bundles, now=start_of_day(day) + 3600))
    return [(one.day - DAY, one.name) for one in found]


def test_every_date_is_to_come_until_its_day_and_they_are_shown_by_day() -> None:
    assert dates(DATED) == [(2, "next_check"), (3, "warning"), (5, "maintenance"), (9, "expiry"), (12, "grace")]
    assert dates(DATED, day=DAY + 3) == [(5, "maintenance"), (9, "expiry"), (12, "grace")]
    assert dates(DATED, day=DAY + 12) == []


def test_what_another_bundle_takes_over_from_has_no_end_and_its_other_dates_stay() -> None:
    renewal = bare(2, starts=DAY + 10, expiry=DAY + 90)
    assert dates(DATED, renewal) == [(2, "next_check"), (5, "maintenance"), (10, "starts"), (90, "expiry")]
    third = bare(3, starts=DAY + 50)
    assert dates(DATED, renewal, third) == [(2, "next_check"), (5, "maintenance"), (10, "starts"), (50, "starts")]


def test_dates_of_one_day_are_by_bundle_and_then_by_name() -> None:
    both = [bare(part=part, warning=DAY + 5, expiry=DAY + 5, next_check=DAY + 5) for part in ("more", "base")]
    found = coming_dates(granted(STORE, *both))
    names = ["expiry", "next_check", "warning"]
    assert [(one.part.bundle.part, one.name) for one in found] == [(p, n) for p in ("base", "more") for n in names]


def test_a_date_says_what_it_is_the_day_of_and_how_far_it_is() -> None:
    more = bare(part="more", starts=DAY + 13)
    found = [one.what for one in coming_dates(granted(STORE, DATED, more))]
    assert found == ["next check", "warning", "end of maintenance", "expiry", "end of grace", "start"]
    now = end_of_day(DAY) - 1
    first, *_, last = coming_dates(granted(STORE, DATED, now=now))
    assert first.plain(now) == {"date": "2027-01-03", "days": 2, "what": "next check", "bundle": "1010000014 base 1"}
    assert last.plain(now) == {"date": "2027-01-13", "days": 12, "what": "end of grace", "bundle": "1010000014 base 1"}


@pytest.mark.parametrize(
    ("kind", "per", "total", "is_counted"),
    [
        (Kind.USER, None, 3, True),
        (Kind.USER, None, None, True),
        (Kind.SITE, None, None, True),
        (Kind.SYSTEM, None, 1, False),
        (Kind.SYSTEM, MeterPeriod.MONTH, 100, True),
        (Kind.SYSTEM, MeterPeriod.MONTH, None, False),
    ],
)
def test_assignments_and_what_is_limited_of_a_meter_are_counted(
    kind: Kind, per: MeterPeriod | None, total: int | None, *, is_counted: bool
) -> None:
    row = LicenseRow("a", "demo", kind, "A", Access.FULL, total, 0, hidden=False, plan=False, granted=True, per=per)
    assert row.is_counted is is_counted


def test_a_license_is_shown_as_plain_values() -> None:
    store = trust_store(catalog(server=of(SYSTEM, "Server"), depot=of(SITE), sales=of(USER, "Sales", plan=True)))
    [_, sales, _] = rows(granted(store, bare(users={"sales": 5})), {"sales": 3})
    assert sales.plain() == {
        "license": "sales",
        "issuer": "demo",
        "kind": "user",
        "name": "Sales",
        "access": "full",
        "total": 5,
        "in_use": 3,
        "hidden": False,
        "plan": True,
        "granted": True,
        "quantity": None,
        "per": None,
        "period_ends": None,
        "free": 2,
    }
