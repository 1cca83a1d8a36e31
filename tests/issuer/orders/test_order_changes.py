"""A renewal or change is the next sequence of what is in force, and nothing but what was shown."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from licensekit.dates import day_at, format_days
from licensekit.errors import KeyMissing, NotCurrent, NotIssued, OrderConflict, OrderInvalid, ProposalStale
from licensekit.issuer.ledger import bundles
from licensekit.issuer.orders.amendment import Amendment, amendment, renewal
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.workspace import Workspace
from licensekit.trust.sign import sign
from licensekit.wire.documents import AfterGrace, Use
from licensekit.wire.frame import INSTALLATION
from tests import makers
from tests.faults import told
from tests.workspaces import DAY, NOW, SERIAL, WHO, accepted, issue, ordered, refused, signer, take_back

TODAY = day_at(NOW)
CATALOG = b"""
product = "acme"
[issuer]
code = "acme"
[licenses.server]
kind = "system"
name = "Server"
[licenses.storage]
kind = "system"
name = "Storage"
quantity = "GB"
[licenses.branch]
kind = "site"
name = "Branch"
requires = ["server"]
[licenses.standard]
kind = "user"
name = "Standard"
[licenses.more]
kind = "user"
name = "More"
[settings.tier]
type = "text"
name = "Tier"
[editions.small]
name = "Small"
system = ["server"]
users.standard = 5
[editions.large]
name = "Large"
system.server = true
system.storage = 100
users.standard = 50
settings.tier = "gold"
"""


def day(number: int) -> str:
    """Return the date this many days after today."""
    return format_days(TODAY + number)


def change(workspace: Workspace, asked: Amendment, *, now: int = NOW, **how: Any) -> LicenseFile:
    """Sign a change."""
    key = signer(workspace, now=now)
    return workspace.change(asked, key, who=WHO, now=now, confirm=True, **how)


def shown(workspace: Workspace, asked: Amendment, now: int = NOW) -> dict[str, tuple[Any, Any]]:
    """Return what a change would alter."""
    found = workspace.propose_change(asked, now=now).changes
    return {one.path: (one.before, one.after) for one in found}


def faults(workspace: Workspace, asked: Amendment) -> dict[str, str]:
    """Return why a change is refused, by key path; nothing is signed."""
    folder, before = workspace.layout.folder, workspace.ledger.count_entries()
    error = refused(OrderInvalid, folder, lambda: workspace.propose_change(asked, now=NOW))
    signed = refused(OrderInvalid, folder, lambda: change(workspace, asked))
    assert signed.faults == error.faults
    assert workspace.ledger.count_entries() == before
    return dict(told(error.faults))


def amend(sets: dict[str, object], **more: Any) -> Amendment:
    """Ask for a change of the first serial."""
    return amendment(SERIAL, sets, **more)


@pytest.fixture
def sold(workspace: Workspace) -> Workspace:
    """A workspace that has sold a year with warning, grace and a check."""
    issue(
        workspace,
        warning_days=30,
        grace_days=10,
        next_check=day(300),
        maintenance=day(365),
        after_grace="block",
        settings={"tier": "silver"},
    )
    return workspace


def test_a_renewal_is_the_next_sequence_and_moves_the_dates_with_the_expiry(sold: Workspace) -> None:
    asked = renewal(SERIAL, expires=day(465))
    assert shown(sold, asked) == {
        "warning": (day(335), day(435)),
        "expiry": (day(365), day(465)),
        "grace": (day(375), day(475)),
        "next_check": (day(300), day(400)),
    }
    state = sold.state(NOW)
    after = accepted(change(sold, asked), state.pack, state.pin).document
    assert (after.serial, after.part, after.sequence) == (SERIAL, "base", 2)
    assert (after.expiry, after.grace, after.maintenance) == (TODAY + 465, TODAY + 475, TODAY + 365)
    assert (after.after_grace, after.settings) == (AfterGrace.BLOCK, {"tier": "silver"})
    with sold.database.read() as ledger:
        [first, second] = bundles.of_serial(ledger, SERIAL)
    assert (first.state, second.state, second.order_number) == ("replaced", "active", None)


@pytest.mark.parametrize(("passed", "until"), [(0, 395), (365, 395), (400, 430)])
def test_days_count_from_the_expiry_or_from_today_once_it_has_passed(sold: Workspace, passed: int, until: int) -> None:
    asked = renewal(SERIAL, days=30, maintenance=day(500))
    found = shown(sold, asked, NOW + passed * DAY)
    assert found["expiry"] == (day(365), day(until))
    assert found["maintenance"] == (day(365), day(500))


@pytest.mark.parametrize(
    ("expires", "days", "said"),
    [
        (day(364), None, "shorten it with `licensekit amend`"),
        ("2028-13-01", None, "is not a date"),
        (7, None, "is a number"),
        ("9999-12-31", None, "1970 to 9999"),
    ],
)
def test_a_renewal_is_to_a_later_day_that_there_is(
    sold: Workspace, expires: object, days: int | None, said: str
) -> None:
    assert said in faults(sold, renewal(SERIAL, expires=expires, days=days))["expiry"]


def test_what_is_perpetual_is_not_renewed(workspace: Workspace) -> None:
    issue(workspace, days=None)
    assert "perpetual" in faults(workspace, renewal(SERIAL, days=1))["expiry"]


@pytest.mark.parametrize("told", [{}, {"expires": day(1), "days": 1}])
def test_a_renewal_has_one_end(told: dict[str, Any]) -> None:
    with pytest.raises(OrderInvalid):
        renewal(SERIAL, **told)


def test_the_same_end_again_signs_nothing_and_gives_what_is_in_force(sold: Workspace) -> None:
    asked = renewal(SERIAL, expires=date.fromisoformat(day(465)))
    first = change(sold, asked)
    before = sold.ledger.count_entries()
    again = sold.change(asked, None, who=WHO, now=NOW + 99)
    assert (again.token, again.is_repeated) == (first.token, True)
    assert sold.ledger.count_entries() == before


def test_a_number_makes_a_change_once(sold: Workspace) -> None:
    asked = renewal(SERIAL, days=30, number="R-1")
    first = change(sold, asked)
    before = sold.ledger.count_entries()
    again = sold.change(asked, None, who=WHO, now=NOW + 99)
    assert (again.token, again.is_repeated) == (first.token, True)
    assert sold.propose_change(asked, now=NOW).changes == ()
    assert sold.ledger.count_entries() == before
    for other in (renewal(SERIAL, days=31, number="R-1"), amend({"users.standard": 1}, number="R-1")):
        refused(OrderConflict, sold.layout.folder, partial(change, sold, other))
    error = refused(OrderConflict, sold.layout.folder, lambda: issue(sold, serial=SERIAL, order="R-1"))
    assert "R-1" in error.message


@pytest.mark.parametrize(
    ("sets", "altered"),
    [
        ({"users.standard": 50}, {"users.standard": (25, 50)}),
        ({"standard": "unrestricted"}, {"users.standard": (25, "unrestricted")}),
        ({"system.reports": None}, {"system.reports": (1, None)}),
        ({"sites.archive": 2}, {"sites.archive": (None, 2)}),
        ({"settings.tier": "gold"}, {"settings.tier": ("silver", "gold")}),
        ({"settings.tier": None}, {"settings.tier": ("silver", None)}),
        ({"company": "Fjord"}, {"company": ("Nordlys Kraft AS", "Fjord")}),
        ({"maintenance": None}, {"maintenance": (day(365), None)}),
        ({"after_grace": None}, {"after_grace": ("block", "read-only")}),
        ({"offline_hours": 48}, {"offline_hours": (24, 48)}),
        ({"starts": day(3)}, {"starts": (None, day(3))}),
        ({"expiry": None}, {"warning": (day(335), None), "expiry": (day(365), None), "grace": (day(375), None)}),
        (
            {"days": 400},
            {"warning": (day(335), day(370)), "expiry": (day(365), day(400)), "grace": (day(375), day(410))},
        ),
        ({"grace_days": 20}, {"grace": (day(375), day(385))}),
        ({"warning": day(300)}, {"warning": (day(335), day(300))}),
    ],
)
def test_everything_but_its_place_can_be_changed(
    sold: Workspace, sets: dict[str, object], altered: dict[str, tuple[Any, Any]]
) -> None:
    assert shown(sold, amend(sets)) == altered
    assert change(sold, amend(sets)).bundle.sequence == 2


def test_a_trial_becomes_what_is_bought_and_never_the_other_way_round(workspace: Workspace) -> None:
    """Sequences begin again for each use, and no two files have one name."""
    trials = [issue(workspace, use="trial"), change(workspace, amend({"users.standard": 9}))]
    bought = change(workspace, amend({"use": "production"}))
    assert [file.name for file in (*trials, bought)] == [
        f"acme-{SERIAL}-base-trial-1.lic",
        f"acme-{SERIAL}-base-trial-2.lic",
        f"acme-{SERIAL}-base-1.lic",
    ]
    for use in ("trial", "demo"):
        assert faults(workspace, amend({"use": use})) == {
            "use": f"cannot be changed to {use}: the license sold before would take precedence"
        }


def test_a_term_in_days_needs_neither_warning_nor_grace(workspace: Workspace) -> None:
    issue(workspace)
    issue(workspace, serial=SERIAL, warning_days=0)
    assert shown(workspace, amend({"days": 400})) == {"expiry": (day(365), day(400))}


@pytest.mark.parametrize(
    ("sets", "altered"),
    [
        ({"expiry": day(400)}, {"warning": (day(335), day(370)), "expiry": (day(365), day(400))}),
        ({"days": 20}, {"warning": (day(335), day(15)), "expiry": (day(365), day(20))}),
        ({"days": 3}, {"warning": (day(335), None), "expiry": (day(365), day(3))}),
        ({"starts": day(325)}, {"starts": (None, day(325)), "warning": (day(335), day(355))}),
        ({"warning": None}, {"warning": (day(335), None)}),
        ({"warning_days": 0}, {"warning": (day(335), None)}),
        ({"expiry": None}, {"warning": (day(335), None), "expiry": (day(365), None)}),
        ({"expiry": None, "warning": None}, {"warning": (day(335), None), "expiry": (day(365), None)}),
    ],
)
def test_the_usual_warning_follows_the_term(
    workspace: Workspace, sets: dict[str, object], altered: dict[str, tuple[Any, Any]]
) -> None:
    issue(workspace)
    assert shown(workspace, amend(sets)) == altered


def test_a_renewal_moves_the_usual_warning_and_makes_none_where_there_was_none(workspace: Workspace) -> None:
    """A longer term warns as early as one of its length does."""
    issue(workspace, days=20)
    asked = renewal(SERIAL, expires=day(365))
    assert shown(workspace, asked)["warning"] == (day(15), day(335))
    issue(workspace, serial=SERIAL, days=20, warning_days=0)
    assert "warning" not in shown(workspace, asked)
    assert faults(workspace, amend({"warning": None})) == {"warning": "is not set, so it cannot be removed"}
    assert shown(workspace, amend({"warning_days": None}))["warning"] == (None, day(15))


def test_all_faults_of_a_change_are_reported_together(sold: Workspace) -> None:
    issue(sold, serial=SERIAL, part="more", system=None, users={"report-editor": 3})
    found = faults(
        sold,
        amend(
            {
                "users.standrad": 3,
                "users.standard": 0,
                "users.professional": None,
                "system.reports": None,
                "serial": "X",
                "sequence": 9,
                "users": 7,
                "expiry": day(376),
                "nonsense": 1,
            }
        ),
    )
    assert found == {
        "users.professional": "is not set, so it cannot be removed",
        "serial": "cannot be amended: another serial needs another order",
        "sequence": "is counted automatically",
        "users": "is a table; name a key in it, `users.CODE`",
        "nonsense": "is not a key of this table",
        "users.standard": "is below 1; leave out what is not sold",
        "grace": "is before `expiry`",
        "users.standrad": "there is no license `standrad`; did you mean `standard`?",
    }


def test_a_reduction_below_what_the_catalog_requires_is_refused(sold: Workspace) -> None:
    change(sold, amend({"users.report-editor": 3}))
    found = faults(sold, amend({"system.reports": None}))
    assert list(found) == ["users.report-editor"]
    assert "requires" in found["users.report-editor"]


def test_an_edition_takes_the_place_of_what_it_names(workspace: Workspace) -> None:
    workspace.layout.catalog.write_bytes(CATALOG)
    workspace.catalog.propose_pack(now=NOW).sign(lambda _: signer(workspace, "catalog"), who=WHO, confirm=True)
    issue(workspace, edition="small", system=None, users={"more": 2}, use="trial")
    assert shown(workspace, amend({"edition": "large", "users.standard": 60})) == {
        "users.standard": (5, 60),
        "system.storage": (None, 100),
        "settings.tier": (None, "gold"),
    }
    assert shown(workspace, amend({"edition": "large", "system.storage": None, "users.more": None})) == {
        "users.more": (2, None),
        "users.standard": (5, 50),
        "settings.tier": (None, "gold"),
    }
    change(workspace, amend({"edition": "large"}))
    after = change(workspace, amend({"edition": "small"})).bundle
    assert (after.users, after.system) == ({"standard": 5, "more": 2}, {"server": 1, "storage": 100})
    assert (after.use, after.settings) == (Use.TRIAL, {"tier": "gold"})
    assert "edition" in faults(workspace, amend({"edition": "lagre"}))
    assert "edition" in faults(workspace, amend({"edition": 5}))
    assert "sold by quantity" in faults(workspace, amend({"storage": True}))["system.storage"]


@pytest.mark.parametrize(
    ("serial", "part", "said"),
    [
        ("1010000015", "base", "mistyped"),
        ("1010000022", "base", "nothing was issued for serial"),
        (SERIAL, "more", "has no part `more`, only base"),
    ],
)
def test_what_was_never_issued_is_not_changed(sold: Workspace, serial: str, part: str, said: str) -> None:
    asked = amendment(serial, {"users.standard": 1}, part=part)
    error = refused(NotIssued, sold.layout.folder, lambda: change(sold, asked))
    assert said in error.message


def test_what_was_revoked_is_not_changed(sold: Workspace) -> None:
    [identity] = (one.identity for one in (sold.ledger.bundle(f"{SERIAL}-base-1"),))
    take_back(sold, signer(sold, "revocations"), who=WHO, now=NOW, confirm=True, identities=[identity])
    error = refused(NotCurrent, sold.layout.folder, lambda: change(sold, renewal(SERIAL, days=1)))
    assert "was revoked" in error.message


def test_what_another_serial_replaced_is_not_changed(sold: Workspace) -> None:
    issue(sold, replaces=[SERIAL])
    error = refused(NotCurrent, sold.layout.folder, lambda: change(sold, renewal(SERIAL, days=1)))
    assert "replaced by another serial" in error.message


@pytest.mark.attack("signed-other-than-shown")
def test_nothing_else_is_signed_than_what_was_shown(sold: Workspace) -> None:
    asked = amend({"users.standard": 50})
    agreed = sold.propose_change(asked, now=NOW)
    change(sold, amend({"users.standard": 30}))
    key, folder = signer(sold), sold.layout.folder
    refused(ProposalStale, folder, lambda: agreed.sign(key, who=WHO, confirm=True))
    again = sold.propose_change(asked, now=NOW)
    assert again.sign(key, who=WHO, confirm=True).bundle.users == {"standard": 50}


def test_there_is_no_change_without_a_key(sold: Workspace) -> None:
    asked = amend({"users.standard": 50})
    proposal = sold.propose_change(asked, now=NOW)
    refused(KeyMissing, sold.layout.folder, lambda: proposal.sign(None, who=WHO, confirm=True))


def test_what_does_not_approve_undoes_the_signing(sold: Workspace) -> None:
    def refuse(file: LicenseFile) -> None:
        raise NotIssued(reason="name", name=file.name)

    asked = amend({"users.standard": 50})
    error = refused(NotIssued, sold.layout.folder, lambda: change(sold, asked, approve=refuse))
    assert error.name == f"acme-{SERIAL}-base-2.lic"
    error = refused(
        NotIssued, sold.layout.folder, lambda: sold.issue(ordered(), signer(sold), who=WHO, now=NOW, approve=refuse)
    )
    assert error.name == "acme-1010000022-base-1.lic"


def test_a_binding_and_its_request_stay_through_changes(workspace: Workspace) -> None:
    request = makers.request(product="acme", serial=None, issued=NOW)
    token = sign(request, makers.key("installation", INSTALLATION))
    asked = workspace.customers.read_request(makers.file_of(token), now=NOW)
    first = workspace.customers.propose_answer(asked, ordered(), now=NOW).sign(signer(workspace), who=WHO).bundle
    after = change(workspace, renewal(SERIAL, days=1)).bundle
    assert first.binding is not None
    assert (after.binding, after.extensions) == (first.binding, first.extensions)
