"""Before a catalog is signed that takes something away, the ledger says from how many, and from whom."""

from collections.abc import Mapping
from typing import Any

import pytest

from licensekit.errors import CatalogChanged
from licensekit.issuer.catalog import pack
from licensekit.issuer.ledger.lookup import Filters
from licensekit.issuer.proposal import Concerned
from licensekit.issuer.workspace import Workspace
from tests.workspaces import DAY, NOW, WHO, issue, signer, take_back

SERVER = {"server": True}
SOLD: tuple[Mapping[str, Any], ...] = (
    {"company": "Nordlys", "system": SERVER, "users": {"professional": 3}},
    {"company": "Nordlys", "system": SERVER, "sites": {"archive": 2}},
    {
        "company": "Fjord",
        "system": SERVER,
        "sites": {"archive": 1},
        "users": {"standard": 5},
        "settings": {"tier": "gold"},
    },
    {"company": "Ås", "system": SERVER, "days": 10, "sites": {"archive": 1}},
    {"company": "Bø", "system": {"server": True, "reports": True}, "users": {"report-editor": 1}, "days": None},
)


@pytest.fixture
def sold(workspace: Workspace) -> Workspace:
    """A workspace with bundles of four customers, one of which ends in ten days."""
    for number, order in enumerate(SOLD):
        said: dict[str, Any] = {"order": f"A-{number}", "system": None, "users": None, **order}
        issue(workspace, **said)
    return workspace


def concerned(sold: Workspace, old: str, new: str, *, now: int = NOW) -> dict[str, tuple[int, int, tuple[str, ...]]]:
    """Return what a change of the catalog file takes away, to bundles, customers and names."""
    file = sold.layout.catalog
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    found = sold.catalog.draft(now).concerned
    assert sold.catalog.propose_pack(now=now).warnings == found
    file.write_text(text, "utf-8")
    return {one.where: (one.bundles, one.customers, one.names) for one in found}


CHANGES: dict[str, tuple[str, str, dict[str, tuple[int, int, tuple[str, ...]]]]] = {
    "nothing taken away": ('name = "Server"', 'name = "The server"', {}),
    "a license that some have": (
        'name = "Archive"\nrequires = ["server"]',
        'name = "Archive"\nrequires = ["reports", "server"]',
        {"licenses.archive": (3, 3, ("Nordlys", "Fjord", "Ås"))},
    ),
    "a license that all have": (
        'name = "Server"',
        'name = "Server"\nrequires = ["reports"]',
        {"licenses.server": (5, 4, ("Nordlys", "Fjord", "Ås"))},
    ),
    "one that some have through another": (
        'name = "Report editor"',
        'name = "Report editor"\nseats = "concurrent"',
        {"licenses.report-editor": (2, 2, ("Nordlys", "Bø"))},
    ),
    "an include dropped": (
        'includes = ["report-editor", "user"]',
        'includes = ["user"]',
        {"licenses.professional": (1, 1, ("Nordlys",))},
    ),
    "one that nobody has": (
        'name = "Branch office"\nlimits = "sites"',
        'name = "Branch office"',
        {"licenses.branch": (0, 0, ())},
    ),
    "a setting": ('choices = ["silver", "gold"]', 'choices = ["silver"]', {"settings.tier": (1, 1, ("Fjord",))}),
    "a way to log in": (
        'all = ["server", "user"]',
        'all = ["reports", "server", "user"]',
        {"access.web": (5, 4, ("Nordlys", "Fjord", "Ås"))},
    ),
}


@pytest.mark.parametrize(("old", "new", "wanted"), CHANGES.values(), ids=CHANGES)
def test_each_thing_that_is_taken_away_names_whom_it_concerns(
    sold: Workspace, old: str, new: str, wanted: dict[str, tuple[int, int, tuple[str, ...]]]
) -> None:
    assert concerned(sold, old, new) == wanted


ARCHIVE = ('[licenses.archive]\nkind = "site"', '[licenses.archive]\nkind = "system"')


def test_what_has_ended_was_replaced_or_taken_back_no_longer_counts(sold: Workspace) -> None:
    assert concerned(sold, *ARCHIVE, now=NOW + 40 * DAY) == {"licenses.archive": (2, 2, ("Nordlys", "Fjord"))}
    serials = {
        one.bundle.company: one.bundle.serial for one in sold.ledger.bundles(Filters(), now=NOW) if one.bundle.sites
    }
    issue(sold, company="Nordlys", serial=serials["Nordlys"], system=SERVER, users=None)
    assert concerned(sold, *ARCHIVE) == {"licenses.archive": (2, 2, ("Fjord", "Ås"))}
    take_back(sold, signer(sold, "revocations"), serials=[serials["Fjord"]], confirm=True)
    assert concerned(sold, *ARCHIVE) == {"licenses.archive": (1, 1, ("Ås",))}


def test_a_setting_of_what_was_replaced_no_longer_counts(sold: Workspace) -> None:
    [serial] = [one.bundle.serial for one in sold.ledger.bundles(Filters(), now=NOW) if one.bundle.settings]
    issue(sold, company="Fjord", serial=serial, system=SERVER, users=None)
    tier = 'choices = ["silver", "gold"]', 'choices = ["silver"]'
    assert concerned(sold, *tier) == {"settings.tier": (0, 0, ())}
    sold.ledger.verify()


@pytest.mark.parametrize(
    ("most", "said"),
    [
        (3, "licenses.archive: 3 bundles in force of 3 customers: Nordlys, Fjord, Ås"),
        (2, "licenses.archive: more than 2 bundles in force of 3 customers or more: Nordlys, Fjord, Ås"),
    ],
)
def test_more_than_are_worth_counting_are_not_counted(
    sold: Workspace, monkeypatch: pytest.MonkeyPatch, most: int, said: str
) -> None:
    monkeypatch.setattr(pack, "_MOST", most)
    sold.layout.catalog.write_text(sold.layout.catalog.read_text("utf-8").replace(*ARCHIVE), "utf-8")
    [one] = sold.catalog.draft(NOW).concerned
    assert one.message == said


def test_who_is_sold_more_between_preview_and_signature_makes_no_proposal_stale(sold: Workspace) -> None:
    sold.layout.catalog.write_text(sold.layout.catalog.read_text("utf-8").replace(*ARCHIVE), "utf-8")
    proposal = sold.catalog.propose_pack(now=NOW)
    issue(sold, order="A-9", company="Late", sites={"archive": 1})
    proposal.sign(lambda _: signer(sold, "catalog"), who=WHO, confirm=True)
    assert "archive" in sold.state(NOW).signed_catalog.licenses


def test_a_catalog_that_takes_away_is_refused_by_the_check_after_saying_from_whom(sold: Workspace) -> None:
    sold.layout.catalog.write_text(sold.layout.catalog.read_text("utf-8").replace(*ARCHIVE), "utf-8")
    draft = sold.catalog.draft(NOW)
    assert draft.concerned == (
        Concerned(reason="some", where="licenses.archive", bundles=3, customers=3, names=("Nordlys", "Fjord", "Ås")),
    )
    with pytest.raises(CatalogChanged):
        draft.require_nothing_taken()


def test_another_product_concerns_everybody(sold: Workspace) -> None:
    assert concerned(sold, 'product = "acme"', 'product = "acme-2"') == {"product": (5, 4, ("Nordlys", "Fjord", "Ås"))}
