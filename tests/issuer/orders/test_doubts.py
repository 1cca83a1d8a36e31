"""What is likely a slip is refused with what the ledger says, unless it is overridden by name."""

from collections.abc import Callable
from typing import Any

import pytest

from licensekit.dates import format_days
from licensekit.errors import ClockDoubtful, LicenseError, OrderDoubtful, OrderInvalid
from licensekit.issuer.orders.amendment import amendment, renewal
from licensekit.issuer.orders.issue import OVERRIDES
from licensekit.issuer.transaction import CLOCK_IS_RIGHT
from licensekit.issuer.workspace import Workspace
from tests import bulk_orders
from tests.workspaces import DAY, NOW, SERIAL, WHO, issue, ordered, refused, repack, signer, take_back

TODAY = NOW // DAY
UNKNOWN = "1010000048"
PASSED = format_days(TODAY - 1)

DOUBTFUL: dict[str, tuple[dict[str, Any], str]] = {
    "other-company": ({"serial": SERIAL, "company": "Fjord"}, "serial"),
    "unknown-serial": ({"serial": UNKNOWN}, "serial"),
    "unknown-replaced": ({"replaces": UNKNOWN}, "replaces"),
    "new-part": ({"serial": SERIAL, "part": "bases", "system": {"reports": True}}, "part"),
    "expired": ({"days": None, "expiry": PASSED}, "expiry"),
    "no-longer-sold": ({"sites": {"archive": 1}}, "sites.archive"),
    "required": ({"serial": SERIAL, "system": {"server": True}, "users": {"standard": 25}}, ""),
}
"""What overrides it, to an order and its key."""


@pytest.fixture
def sold(workspace: Workspace) -> Workspace:
    """A workspace that has sold a base and an add-on that requires what the base has, and no longer sells archives."""
    repack(workspace, 'name = "Archive"', 'name = "Archive"\nsold = false')
    issue(workspace)
    issue(workspace, serial=SERIAL, part="more", system=None, users={"report-editor": 3})
    return workspace


def doubts_of(sold: Workspace, act: Callable[[], object]) -> list[OrderDoubtful]:
    """Return the doubts for which an act is refused, which leaves everything as it was."""
    faults = refused(OrderInvalid, sold.layout.folder, act).faults
    found = [one for one in faults if isinstance(one, OrderDoubtful)]
    assert len(found) == len(faults)
    return found


def last_note(sold: Workspace) -> str:
    """Return the note of the newest entry."""
    return list(sold.ledger.entries())[-1].note


def test_every_doubt_has_an_order_here() -> None:
    assert {*DOUBTFUL, CLOCK_IS_RIGHT} == set(OVERRIDES)


@pytest.mark.parametrize("name", DOUBTFUL)
def test_a_doubtful_order_is_refused_and_signed_when_that_is_overridden(sold: Workspace, name: str) -> None:
    changes, where = DOUBTFUL[name]
    [doubt] = doubts_of(sold, lambda: issue(sold, **changes))
    assert (doubt.reason, doubt.where) == (name, where)
    assert f"--{name}" in str(doubt)
    others = sold.overriding(*(one for one in OVERRIDES if one != name))
    assert [one.reason for one in doubts_of(sold, lambda: issue(others, **changes))] == [name]
    issue(sold.overriding(name), **changes)
    assert last_note(sold) == f"overridden: {name}"


@pytest.mark.parametrize("name", DOUBTFUL)
def test_of_many_orders_a_doubtful_one_is_refused_as_well(sold: Workspace, name: str) -> None:
    content = bulk_orders.content(1, **{"company": ordered().order.company, **DOUBTFUL[name][0]})
    [done] = bulk_orders.issue(sold, content, keep_going=True)
    assert isinstance(done.error, OrderInvalid)
    [fault] = done.error.faults
    assert isinstance(fault, OrderDoubtful)
    assert fault.reason == name
    [done] = bulk_orders.issue(sold.overriding(name), content, keep_going=True)
    assert done.error is None
    assert last_note(sold) == f"overridden: {name}"


def test_orders_of_the_same_terms_are_each_compared_with_what_they_replace(sold: Workspace) -> None:
    company = ordered().order.company
    orders = [bulk_orders.content(1, company=company), bulk_orders.content(2, company="Fjord")]
    orders = [{**one, "replaces": SERIAL} for one in orders]
    first, second = bulk_orders.issue(sold, *orders, keep_going=True)
    assert first.error is None
    assert isinstance(second.error, OrderInvalid)


def test_what_somebody_else_has_is_not_replaced_unseen(sold: Workspace) -> None:
    [doubt] = doubts_of(sold, lambda: issue(sold, company="Fjord", replaces=SERIAL))
    assert (doubt.reason, doubt.company) == ("other-company", ordered().order.company)


def test_all_doubts_are_reported_together(sold: Workspace) -> None:
    changes: dict[str, Any] = {"serial": SERIAL, "company": "Fjord", "days": None, "expiry": PASSED}
    found = doubts_of(sold, lambda: issue(sold, **changes))
    assert [one.reason for one in found] == ["expired", "other-company"]


def test_a_renewal_to_a_day_that_has_passed_is_doubtful(sold: Workspace) -> None:
    later = NOW + 500 * DAY
    asked = renewal(SERIAL, expires=format_days(later // DAY - 1))
    late = sold.overriding(CLOCK_IS_RIGHT)
    [doubt] = doubts_of(sold, lambda: late.propose_change(asked, now=later))
    assert doubt.reason == "expired"
    meant = sold.overriding(CLOCK_IS_RIGHT, "expired")
    meant.propose_change(asked, now=later).sign(signer(sold), who=WHO, confirm=True)


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ({"starts": format_days(TODAY + 367), "days": 90}, TODAY + 367),
        ({"days": None, "expiry": format_days(TODAY + 1), "warning": PASSED}, TODAY - 1),
        ({"days": 36_501}, TODAY + 36_501),
        ({}, None),
    ],
    ids=["starts", "warning", "expiry", "none"],
)
def test_a_date_that_is_rarely_meant_is_warned_of(sold: Workspace, changes: dict[str, Any], day: int | None) -> None:
    warnings = sold.propose_issue(ordered(**changes), now=NOW).warnings
    assert [one.data["day"] for one in warnings] == ([] if day is None else [day])
    if day is not None:
        assert format_days(day) in warnings[0].message


def test_a_company_that_is_renamed_is_shown_and_not_doubted(sold: Workspace) -> None:
    proposal = sold.propose_change(amendment(SERIAL, {"company": "Nordlys ASA"}), now=NOW)
    assert [one.path for one in proposal.changes] == ["company"]
    proposal.sign(signer(sold), who=WHO, confirm=True)
    assert last_note(sold) == ""
    issue(sold, serial=SERIAL, company="NORDLYS asa")


@pytest.mark.attack("clock-ahead-at-a-signing")
@pytest.mark.parametrize(
    ("moved", "reason"), [(-3601, "behind"), (90 * DAY + 1, "ahead"), (-3600, None), (90 * DAY, None)]
)
def test_a_clock_that_the_ledger_contradicts_signs_nothing(sold: Workspace, moved: int, reason: str | None) -> None:
    issue(sold, now=NOW + DAY)
    now, key = NOW + DAY + moved, signer(sold)

    def act() -> object:
        return sold.issue(ordered(), key, who=WHO, now=now)

    if reason is None:
        act()
        return
    error = refused(ClockDoubtful, sold.layout.folder, act)
    assert (error.reason, error.now, error.made) == (reason, now, NOW + DAY)
    sold.overriding(CLOCK_IS_RIGHT).issue(ordered(), key, who=WHO, now=now)
    act()


def test_whatever_is_entered_needs_a_clock_that_is_right(sold: Workspace) -> None:
    issue(sold, now=NOW + 2 * DAY)
    lists, catalogs = signer(sold, "revocations"), signer(sold, "catalog")
    acts: list[Callable[[], object]] = [
        lambda: take_back(sold, lists, who=WHO, now=NOW + DAY, confirm=True, serials=[SERIAL]),
        lambda: sold.catalog.propose_pack(now=NOW + DAY).sign(lambda _: catalogs, who=WHO, confirm=True),
        lambda: sold.keys.propose_take([], action="pack", now=NOW + DAY).sign(None, who=WHO),
    ]
    for act in acts:
        refused(ClockDoubtful, sold.layout.folder, act)
    assert issubclass(ClockDoubtful, LicenseError)
