"""What a catalog no longer sells stays with who has it, and nobody else is sold it unless that is meant."""

from typing import Any

import pytest

from licensekit.errors import NameUnknown, OrderDoubtful, OrderInvalid
from licensekit.issuer.orders.amendment import amendment, renewal
from licensekit.issuer.proposal import LicenseReplaced
from licensekit.issuer.workspace import Workspace
from tests.workspaces import DAY, NOW, SERIAL, WHO, issue, refused, repack, signer

UNSOLD = 'name = "Archive"'
EDITIONS = """
[editions.small]
name = "Small"
replaced_by = "medium"
system = ["server"]
sites.archive = 2

[editions.medium]
name = "Medium"
system = ["server"]

[editions.odd]
name = "Odd"
sold = false
system = ["server"]
"""


@pytest.fixture
def sold(workspace: Workspace) -> Workspace:
    """A workspace that has sold branches and archives, whose places fleets take, and no longer sells them."""
    issue(workspace, order="A-1", sites={"archive": 3, "branch": 2})
    repack(workspace, UNSOLD, UNSOLD + "\nsold = false")
    fleet = '\n[licenses.fleet]\nkind = "site"\nname = "Fleet"\n'
    repack(workspace, "[access.web]", f"{fleet}{EDITIONS}\n[access.web]")
    repack(workspace, 'name = "Branch office"', 'name = "Branch office"\nreplaced_by = "fleet"')
    return workspace


def doubts(sold: Workspace, **changes: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what an order is refused for: place, code, and what to sell instead."""
    error = refused(OrderInvalid, sold.layout.folder, lambda: issue(sold, **changes))
    found = [one for one in error.faults if isinstance(one, OrderDoubtful) and one.reason == "no-longer-sold"]
    assert len(found) == len(error.faults)
    return [(one.where, one.license, one.instead) for one in found]


ORDERS: dict[str, tuple[dict[str, Any], list[tuple[str, str, tuple[str, ...]]]]] = {
    "a license": ({"sites": {"archive": 1}}, [("sites.archive", "archive", ())]),
    "a license with a successor": ({"sites": {"branch": 1}}, [("sites.branch", "branch", ("fleet",))]),
    "two": (
        {"sites": {"branch": 1, "archive": 1}},
        [("sites.archive", "archive", ()), ("sites.branch", "branch", ("fleet",))],
    ),
    "an edition": ({"edition": "odd"}, [("edition", "odd", ())]),
    "an edition with a successor, and what is in it": (
        {"edition": "small"},
        [("edition", "small", ("medium",)), ("sites.archive", "archive", ())],
    ),
}


@pytest.mark.parametrize(("changes", "wanted"), ORDERS.values(), ids=ORDERS)
def test_a_new_order_is_refused_with_what_to_sell_instead(
    sold: Workspace, changes: dict[str, Any], wanted: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    assert doubts(sold, **changes) == wanted
    issue(sold.overriding("no-longer-sold"), **changes)


def test_the_message_names_the_successor(sold: Workspace) -> None:
    error = refused(OrderInvalid, sold.layout.folder, lambda: issue(sold, sites={"branch": 1}))
    assert str(error.faults[0]) == (
        "sites.branch: `branch` is no longer sold and was replaced by fleet; "
        "if this is intended, pass `--no-longer-sold`"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"serial": SERIAL, "sites": {"archive": 9}},
        {"serial": SERIAL, "part": "more", "sites": {"branch": 9}},
        {"replaces": SERIAL, "sites": {"archive": 3, "branch": 2}},
        {"order": "A-1", "sites": {"archive": 3, "branch": 2}},
        {"edition": "medium"},
    ],
    ids=["its serial", "another part", "what replaces it", "the same order again", "what is sold"],
)
def test_what_somebody_has_is_not_new(sold: Workspace, changes: dict[str, Any]) -> None:
    issue(sold, **changes)


def test_what_was_void_was_never_had(sold: Workspace) -> None:
    void = sold.propose_void(identities=[sold.ledger.bundle(f"{SERIAL}-base-1").identity], now=NOW)
    void.sign(signer(sold, "revocations"), who=WHO, confirm=True)
    assert doubts(sold, serial=SERIAL, sites={"archive": 3}) == [("sites.archive", "archive", ())]


def test_a_renewal_keeps_what_is_no_longer_sold_and_offers_nothing(sold: Workspace) -> None:
    proposal = sold.propose_change(renewal(SERIAL, days=365), now=NOW + DAY)
    assert proposal.bundle.sites == {"archive": 3, "branch": 2}
    assert proposal.warnings == ()


def test_an_amendment_offers_what_can_be_moved_and_the_offer_can_be_taken(sold: Workspace) -> None:
    proposal = sold.propose_change(amendment(SERIAL, {"sites.branch": 5}), now=NOW)
    [offer] = proposal.warnings
    assert offer == LicenseReplaced(license="branch", instead="fleet", table="sites", count=5)
    assert "--remove sites.branch --set sites.fleet=5" in offer.message
    moved = sold.propose_change(amendment(SERIAL, {"sites.branch": None, "sites.fleet": 5}), now=NOW)
    assert moved.bundle.sites == {"archive": 3, "fleet": 5}
    assert moved.warnings == ()


def test_an_amendment_brings_nothing_that_is_no_longer_sold(workspace: Workspace) -> None:
    issue(workspace)
    repack(workspace, UNSOLD, UNSOLD + "\nsold = false")
    asked = amendment(SERIAL, {"sites.archive": 1})
    error = refused(OrderInvalid, workspace.layout.folder, lambda: workspace.propose_change(asked, now=NOW))
    assert [(one.where, getattr(one, "reason", "")) for one in error.faults] == [("sites.archive", "no-longer-sold")]


def test_an_amendment_to_an_edition_that_is_no_longer_sold_is_refused(sold: Workspace) -> None:
    asked = amendment(SERIAL, {"edition": "small"})
    error = refused(OrderInvalid, sold.layout.folder, lambda: sold.propose_change(asked, now=NOW))
    assert error.faults == (NameUnknown(reason="unsold", name="small", guess="medium", where="edition"),)


def test_nothing_that_was_sold_is_taken_away(sold: Workspace) -> None:
    """To stop selling a license is a change that is shown and signed, and needs no confirmation."""
    file = sold.layout.catalog
    file.write_text(
        file.read_text("utf-8").replace("[licenses.reports]\n", "[licenses.reports]\nsold = false\n"), "utf-8"
    )
    draft = sold.catalog.draft(NOW)
    assert draft.is_changed
    assert [(one.where, one.after, one.takes_away) for one in draft.differences] == [
        ("licenses.reports.sold", "false", False)
    ]
    assert sold.catalog.propose_pack(now=NOW).needs_confirmation == ()
