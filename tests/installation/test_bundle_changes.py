"""What an activation changes, before it and from its entry in the audit log."""

import json

import pytest

from licensekit.dates import format_days
from licensekit.errors import NotActivated, NotFound, RootMismatch
from licensekit.installation import BundleChange, Installation
from licensekit.proposals import Change
from licensekit.trust.roots import pin_of
from tests import makers
from tests.crm import SOLD
from tests.homes import PIN, Home, bundle, file, pack

DATES = {"expiry": makers.ISSUED_DAY + 500, "grace": makers.ISSUED_DAY + 530}
SECOND = bundle(2, **{**SOLD, "users": {"sales": 9, "user": None}, **DATES})


def terms(changes: tuple[BundleChange, ...]) -> dict[str, tuple[object, object]]:
    """Return each date and policy of the one bundle, before and after."""
    [one] = changes
    return {change.path: (change.before, change.after) for change in one.terms}


def test_a_preview_has_dates_and_policies_before_and_after(crm: Installation) -> None:
    before = crm.state().bundles[0].document
    assert (before.expiry, before.grace) == (makers.ISSUED_DAY + 365, makers.ISSUED_DAY + 395)
    preview = crm.propose_activate(file(SECOND)).preview
    assert terms(preview.bundles) == {
        name: tuple(format_days(makers.ISSUED_DAY + days) for days in both)
        for name, both in (("expiry", (365, 500)), ("grace", (395, 530)))
    }
    [plain] = json.loads(json.dumps(preview.plain()["bundles"]))
    assert plain["sequence"] == 2
    assert [one["path"] for one in plain["terms"]] == ["expiry", "grace"]


def test_of_a_part_that_is_new_everything_is(crm: Installation) -> None:
    more = bundle(part="extra", settings={"rows": 5}, users={"travel": 1})
    [one] = crm.propose_activate(file(more)).preview.bundles
    said = {change.path: (change.before, change.after) for change in (*one.terms, *one.sold)}
    assert said["company"] == (None, more.company)
    assert (said["licenses.travel"], said["settings.rows"]) == ((None, 1), (None, 5))
    assert one.before is None


def test_the_record_of_an_activation_has_what_it_changed(crm: Installation) -> None:
    shown = crm.propose_activate(file(SECOND))
    done = shown.apply()
    crm.users.add("dora")
    entry, bundles = crm.activation_record(done.entry)
    assert entry.facts["by"] == "admin"
    assert bundles == shown.preview.bundles
    assert Change("licenses.sales", 2, 9) in bundles[0].sold
    assert Change("licenses.travel", 1, None) in bundles[0].sold


def test_a_record_stays_when_what_it_activated_was_replaced(crm: Installation) -> None:
    first = crm.propose_activate(file(SECOND)).apply()
    before = crm.activation_record(first.entry)
    crm.activate(file(bundle(3, **SOLD)))
    assert crm.activation_record(first.entry) == before


def test_what_changes_nothing_has_no_entry(crm: Installation) -> None:
    assert crm.activate(file(bundle(**SOLD))).entry == 0


@pytest.mark.parametrize("number", [0, 1, 3, 99, -1])
def test_another_entry_is_not_an_activation(crm: Installation, number: int) -> None:
    with pytest.raises(NotFound) as caught:
        crm.activation_record(number)
    assert caught.value.reason == "activation"


def test_without_a_pack_one_is_needed_once(home: Home) -> None:
    with Installation.open(home.place, clock=home.clock) as bare:
        before = bare.needs_pack
        with pytest.raises(NotActivated):
            bare.propose_activate(file(bundle()))
        with_pack = bare.with_pack(home.pack)
        proposal = with_pack.propose_activate(file(bundle()))
        assert [one.code for one in proposal.warnings] == ["root-from-pack"]
        proposal.apply()
        assert (before, with_pack.needs_pack, bare.needs_pack) == (True, False, False)
        assert bare.state().serial == bundle().serial


def test_a_pin_is_compared_with_the_pack(home: Home) -> None:
    with Installation.open(home.place, clock=home.clock) as bare:
        assert bare.with_pack(home.pack, PIN).propose_activate(file(bundle())).warnings == ()
        with pytest.raises(RootMismatch):
            bare.with_pack(home.pack, pin_of(b"another root")).propose_activate(file(bundle()))


def test_the_pack_that_was_given_stays(home: Home) -> None:
    with home.open() as installation:
        other = installation.with_pack(pack(makers.catalog(names={"product": "Other"})))
        assert other.state().product_name == installation.state().product_name
