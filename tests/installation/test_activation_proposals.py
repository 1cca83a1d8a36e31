"""A proposal shows what would change, and is stale only if what it was about has changed."""

import pytest

from licensekit import Licensing
from licensekit.errors import BelowUse, BundleRefused, ConfirmationNeeded, LicenseError, ProposalStale
from licensekit.installation import Installation
from tests import makers
from tests.crm import SOLD
from tests.homes import Home, bundle, file

MORE = file(bundle(2, **{**SOLD, "users": {**SOLD["users"], "sales": 9}}))


def test_it_shows_what_would_change_and_applies_it(crm: Installation) -> None:
    before = crm.state().stored
    proposal = crm.propose_activate(MORE)
    assert crm.state().stored == before
    changes = {change.path: (change.before, change.after) for change in proposal.changes}
    assert changes == {
        f"bundles.demo.{makers.SERIAL}.base.1": ("active", "replaced"),
        f"bundles.demo.{makers.SERIAL}.base.2": (None, "active"),
        "licenses.sales.total": (2, 9),
    }
    [ends] = proposal.consequences
    assert ends.code == "licenses-end"
    assert (proposal.warnings, proposal.needs_confirmation) == ((), ())
    assert makers.SERIAL in repr(proposal)
    assert proposal.apply().changed
    assert crm.license("sales").row.total == 9


def test_who_was_added_or_assigned_meanwhile_makes_it_not_stale(crm: Installation) -> None:
    proposal = crm.propose_activate(MORE)
    crm.users.add("dora")
    crm.users.assign("anna", "sales")
    crm.events.start("message-of-the-day", message="Hello")
    assert proposal.apply().changed


@pytest.mark.attack("signed-other-than-shown")
def test_another_activation_meanwhile_makes_it_stale(crm: Installation) -> None:
    proposal = crm.propose_activate(MORE)
    crm.activate(file(bundle(part="more", users={"sales": 1})))
    with pytest.raises(ProposalStale) as stale:
        proposal.apply()
    assert stale.value.changed == ("licenses.sales.total",)
    assert crm.propose_activate(MORE).apply().changed


def test_the_same_file_activated_meanwhile_makes_it_stale(crm: Installation) -> None:
    proposal = crm.propose_activate(MORE)
    crm.activate(MORE)
    before = crm.state().stored
    with pytest.raises(ProposalStale):
        proposal.apply()
    assert crm.state().stored == before


def test_what_was_assigned_beyond_it_meanwhile_is_a_reason(crm: Installation) -> None:
    fewer = crm.propose_activate(file(bundle(2, **{**SOLD, "users": {"sales": 1, "user": None}})))
    assert fewer.preview.can_activate
    for user in ("anna", "bob"):
        crm.users.assign(user, "sales")
    with pytest.raises(BelowUse):
        fewer.apply()


@pytest.mark.attack("signed-other-than-shown")
def test_assignments_that_change_what_was_promised_make_it_stale(crm: Installation) -> None:
    sold = {**SOLD, "users": {"sales": 1, "user": None}}
    later = file(bundle(2, starts=makers.ISSUED_DAY + 30, **sold))
    for user in ("anna", "bob"):
        crm.users.assign(user, "sales")
    proposal = crm.propose_activate(later)
    short, *_ = proposal.consequences
    assert (short.code, short.data["license"], short.data["remove"]) == ("short-later", "sales", 1)
    crm.users.release("anna", "sales")
    with pytest.raises(ProposalStale):
        proposal.apply()
    assert crm.propose_activate(later).apply().changed


def test_a_refusal_is_in_the_preview_and_raised_when_applied(crm: Installation) -> None:
    proposal = crm.propose_activate(file(bundle(serial="OTHER-1")))
    assert [reason.reason for reason in proposal.preview.reasons] == ["other-serial"]
    with pytest.raises(BundleRefused, match="is for serial"):
        proposal.apply()


def test_a_proposal_may_be_the_first_change(home: Home) -> None:
    with home.open() as installation:
        proposal = installation.propose_activate(file(bundle()))
        assert not home.folder.exists()
        assert proposal.apply().changed
    with home.run() as licensing:
        assert isinstance(licensing, Licensing)
        assert licensing.allows("server")


def test_a_root_that_the_pack_decides_is_a_warning(home: Home) -> None:
    with Installation.open(home.place, pack=home.pack, clock=home.clock) as installation:
        [warning] = installation.propose_activate(file(bundle())).warnings
        assert warning.code == "root-from-pack"
        assert installation.activate(file(bundle())).changed
        assert installation.propose_activate(MORE).warnings == installation.warnings == ()


def test_a_return_is_confirmed(crm: Installation) -> None:
    proposal = crm.propose_return()
    [final] = proposal.needs_confirmation
    assert final.code == "return-is-final"
    before = crm.state().stored
    with pytest.raises(ConfirmationNeeded):
        proposal.apply()
    assert crm.state().stored == before
    crm.users.add("dora")
    receipts = proposal.apply(confirm=True)
    again = crm.propose_return()
    assert (again.changes, again.needs_confirmation) == ((), ())
    assert again.apply() == receipts


def test_a_return_of_other_bundles_is_stale(crm: Installation) -> None:
    proposal = crm.propose_return()
    crm.activate(MORE)
    before = crm.state().stored
    with pytest.raises(LicenseError) as stale:
        proposal.apply(confirm=True)
    assert stale.value.code == "proposal-stale"
    assert crm.state().stored == before
