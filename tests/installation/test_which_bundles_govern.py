"""What an installation takes, and what counts then: uses, serials, keys that die, lists.

Each attack ends with the vendor's next honest file being taken, and with the state as it should be.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

import pytest

from licensekit import limits
from licensekit.access import Access
from licensekit.errors import BundleRefused, BundleRevoked, IssuedAhead, KeyRevoked, LicenseError, PayloadInvalid
from licensekit.installation import Installation
from licensekit.state.home import open_installation
from licensekit.state.loading import state_at
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import AfterGrace, Bundle, Kind, ResetWhat
from tests import homes, makers
from tests.entitlements.engine import access
from tests.homes import DAY, Home, bundle, file
from tests.installation.test_restore_and_reset import reset
from tests.signers import HIGHEST, MOST, trust_token

EXTRA: dict[str, Any] = {"system": {}, "sites": {}, "part": "extra"}
BOUGHT = makers.SERIAL
"""The serial of what was bought."""


@pytest.fixture
def installation(home: Home) -> Iterator[Installation]:
    """An installation that knows all keys of `tests.signers`."""
    with home.open() as installation:
        installation.activate(file(trust_token()))
        yield installation


def sold(sequence: int = 1, count: int = 50, **changes: Any) -> Bundle:
    """Return a bundle that was bought, and sells `count` user licenses."""
    return bundle(sequence, **{"system": {"server": 1}, "users": {"user": count}, **changes})


def small(sequence: int = 1, **changes: Any) -> Bundle:
    """Return one that the key with a highest count may sign."""
    given: dict[str, Any] = {"system": {}, "sites": {}}
    return sold(sequence, MOST, **(given | changes))


def trial(sequence: int = 1, **changes: Any) -> Bundle:
    given: dict[str, Any] = {"sequence": sequence, "serial": "T-1", "users": {"user": 5}}
    return makers.trial(**(given | changes))


def tried(sequence: int = 1) -> Bundle:
    """Return an add-on of the trial."""
    return trial(sequence, part="extra", system={}, sites={}, users={})


def active(installation: Installation) -> list[Bundle]:
    return [v.document for v in installation.state().bundles]


def users(installation: Installation) -> int | None:
    """Return how many user licenses there are."""
    tiers = installation.state().entitlements.tiers["user"]
    return tiers[0].amount if tiers else 0


def codes(installation: Installation) -> list[str]:
    return [notice.code for notice in installation.state().notices]


def taken_back(number: int, *bundles: Bundle, **changes: Any) -> armor.Token:
    """Return the vendor's list of a number, which takes these bundles back."""
    identities = sorted(makers.identity_of(homes.signed(one)) for one in bundles)
    given = {"trust_version": 2, "number": number, "identities": identities, **changes}
    return homes.signed(makers.revocations(**given))


E = TypeVar("E", bound=LicenseError)


def refused(installation: Installation, data: str, error: type[E], reason: str = "") -> E:
    """Activate a file that is refused, and leaves everything as it was."""
    before = installation.state()
    with pytest.raises(error) as caught:
        installation.activate(data)
    after = installation.state()
    assert (after.stored, after.bundles) == (before.stored, before.bundles)
    assert caught.value.reason == reason
    return caught.value


@pytest.mark.attack("key-beyond-its-scope")
def test_a_stolen_key_for_trials_cannot_touch_what_was_bought(installation: Installation) -> None:
    installation.activate(file(sold()))
    attack = trial(HIGHEST, serial=BOUGHT)
    activated = installation.activate(file(attack, by="trials"))
    assert activated.without_effect == (attack,)
    assert active(installation) == [sold()]
    assert installation.activate(file(sold(2))).replaced == (sold(),)
    installation.activate(file(trust_token(3, revoked=["trials"]), sold(3)))
    assert active(installation) == [sold(3)]
    # Its floor for trials died with it.
    installation.activate(file(trial(1, serial=BOUGHT)))
    assert active(installation) == [sold(3)]


@pytest.mark.attack("key-beyond-its-scope")
def test_a_stolen_limited_key_cannot_displace_what_its_scope_does_not_admit(installation: Installation) -> None:
    installation.activate(file(sold(5)))
    activated = installation.activate(file(small(HIGHEST), by="shop"))
    assert activated.without_effect == (small(HIGHEST),)
    assert users(installation) == 50
    installation.activate(file(sold(6, count=60)))
    assert users(installation) == 60
    installation.activate(file(trust_token(3, revoked=["shop"]), small(7)))
    assert active(installation) == [small(7)]
    assert codes(installation) == []


def test_what_a_limited_key_displaced_counts_again_when_the_key_is_revoked(installation: Installation) -> None:
    installation.activate(file(small(1)))
    installation.activate(file(small(HIGHEST, users={"user": 1}), by="shop"))
    assert users(installation) == 1
    refused(installation, file(small(2)), BundleRefused, "older")
    installation.activate(file(trust_token(3, revoked=["shop"])))
    assert active(installation) == [small(1)]
    assert codes(installation) == ["unusable-document"]
    installation.activate(file(small(2)))
    assert active(installation) == [small(2)]
    assert codes(installation) == []


@pytest.mark.attack("stolen-signing-key")
def test_the_highest_sequence_of_a_stolen_key_dies_with_it(installation: Installation) -> None:
    installation.activate(file(sold(1), sold(1, **EXTRA)))
    installation.activate(file(sold(HIGHEST, count=1), by="second"))
    error = refused(installation, file(sold(2)), BundleRefused, "older")
    assert error.data["highest"] == HIGHEST
    installation.activate(file(trust_token(3, revoked=["second"]), sold(2)))
    assert active(installation) == [sold(2), sold(1, **EXTRA)]


def test_a_sequence_that_a_revoked_key_took_is_free_again(installation: Installation) -> None:
    installation.activate(file(sold(2, company="Someone Else"), by="second"))
    refused(installation, file(sold(2)), BundleRefused, "other-here")
    installation.activate(file(trust_token(3, revoked=["second"]), sold(2)))
    assert active(installation) == [sold(2)]


@pytest.mark.attack("stolen-signing-key")
def test_a_serial_that_a_stolen_key_replaced_counts_again(installation: Installation) -> None:
    installation.activate(file(sold(1), sold(1, **EXTRA)))
    installation.activate(file(sold(1, serial="X-1", replaces=[BOUGHT]), by="second"))
    assert installation.state().serial == "X-1"
    assert active(installation) == [sold(1, serial="X-1", replaces=[BOUGHT])]
    refused(installation, file(sold(2)), BundleRefused, "other-serial")
    installation.activate(file(trust_token(3, revoked=["second"]), sold(2)))
    assert installation.state().serial == BOUGHT
    assert active(installation) == [sold(2), sold(1, **EXTRA)]


def test_a_serial_that_only_a_revoked_key_brought_is_none(installation: Installation) -> None:
    installation.activate(file(small(1, serial="X-1"), by="shop"))
    refused(installation, file(sold(1)), BundleRefused, "other-serial")
    installation.activate(file(trust_token(3, revoked=["shop"])))
    assert installation.state().serial is None
    installation.activate(file(sold(1)))
    assert installation.state().serial == BOUGHT


def test_no_clock_turned_back_kills_a_floor(home: Home) -> None:
    with home.open() as installation:
        installation.activate(file(bundle(1), bundle(2, part="extra")))
        home.clock.move(days=60)
        later = bundle(3, issued=home.clock.now)
        installation.activate(file(later))
        back = makers.NOW + DAY
        home.clock.now = back
        installation.activate(file(reset(installation, ResetWhat.CLOCK, issued=back)))
        # It grants nothing, since it was issued two months ahead, so the one before counts.
        assert [type(one.error) for one in installation.state().unusable] == [IssuedAhead]
        assert active(installation) == [bundle(1), bundle(2, part="extra")]
        error = refused(installation, file(bundle(2)), BundleRefused, "older")
        assert error.data["highest"] == 3
        installation.activate(file(bundle(4)))
        assert active(installation) == [bundle(4), bundle(2, part="extra")]


def test_a_bundle_that_is_reinstated_needs_no_new_activation(installation: Installation) -> None:
    installation.activate(file(trial(), tried()))
    installation.activate(file(sold(1)))
    installation.activate(file(sold(2)))
    installation.activate(file(taken_back(1, sold(2))))
    assert active(installation) == [trial(), tried()]
    assert installation.state().serial == "T-1"
    assert codes(installation) == ["unusable-document"]
    installation.activate(file(taken_back(2)))
    assert active(installation) == [sold(2)]
    assert codes(installation) == []


@pytest.mark.attack("older-bundle-brought-back")
def test_a_revoked_bundle_does_not_let_a_lower_sequence_back(installation: Installation) -> None:
    installation.activate(file(sold(1)))
    installation.activate(file(sold(2)))
    installation.activate(file(taken_back(1, sold(2))))
    assert active(installation) == []
    refused(installation, file(sold(1)), BundleRefused, "older")
    installation.activate(file(sold(3)))
    assert active(installation) == [sold(3)]


def test_of_many_bundles_of_a_key_that_died_one_is_named_until_it_has_a_successor(installation: Installation) -> None:
    for sequence in (1, 2, 3):
        installation.activate(file(sold(sequence), by="second"))
    installation.activate(file(trust_token(3, revoked=["second"])))
    [lost] = installation.state().unusable
    assert isinstance(lost.error, KeyRevoked)
    assert lost.identity == makers.identity_of(homes.signed(sold(3))).hex()
    installation.activate(file(sold(1, part="extra")))
    assert codes(installation) == ["unusable-document"]
    installation.activate(file(sold(4, starts=makers.ISSUED_DAY + 9)))
    assert codes(installation) == ["unusable-document", "pending"]
    installation.activate(file(sold(5)))
    assert codes(installation) == []


DISPLACED: dict[str, tuple[Bundle, str, Bundle]] = {
    "a trial, activated before": (trial(), "second", sold()),
    "a trial of the same serial": (trial(serial=BOUGHT), "second", sold()),
    "an add-on of a trial": (tried(), "second", sold()),
    "what its serial was replaced with": (
        sold(serial="A-1", **EXTRA),
        "second",
        sold(1, serial="B-1", replaces=["A-1"]),
    ),
    "an earlier sequence": (sold(1), "second", sold(2)),
}


@pytest.mark.parametrize(("lost", "key", "newer"), DISPLACED.values(), ids=DISPLACED)
def test_a_replaced_bundle_has_no_notice_when_its_key_is_revoked(
    installation: Installation, lost: Bundle, key: str, newer: Bundle
) -> None:
    installation.activate(file(lost, by=key))
    installation.activate(file(newer))
    dead = file(trust_token(3, revoked=[key]))
    assert installation.propose_activate(dead).preview.void == ()
    installation.activate(dead)
    assert active(installation) == [newer]
    assert codes(installation) == []


def test_a_trial_that_never_had_an_effect_has_no_notice_either(installation: Installation) -> None:
    installation.activate(file(sold()))
    lost = trial(serial=BOUGHT)
    assert installation.activate(file(lost, by="second")).without_effect == (lost,)
    installation.activate(file(trust_token(3, revoked=["second"])))
    assert codes(installation) == []


def test_what_a_limited_key_signed_beyond_its_scope_is_named_when_the_key_is_revoked(
    installation: Installation,
) -> None:
    installation.activate(file(sold()))
    installation.activate(file(small(HIGHEST), by="shop"))
    installation.activate(file(trust_token(3, revoked=["shop"])))
    assert active(installation) == [sold()]
    assert codes(installation) == ["unusable-document"]


def test_a_bundle_that_would_still_count_is_a_notice(installation: Installation) -> None:
    """The trial's add-on has no successor where what was bought has the trial's serial."""
    installation.activate(file(trial(serial=BOUGHT), trial(serial=BOUGHT, part="extra")))
    installation.activate(file(sold()))
    installation.activate(file(taken_back(1, trial(serial=BOUGHT, part="extra"))))
    assert active(installation) == [sold()]
    assert codes(installation) == ["unusable-document"]


def test_a_preview_names_what_a_list_takes_back(installation: Installation) -> None:
    extra = sold(1, **EXTRA)
    installation.activate(file(sold(1)))
    installation.activate(file(sold(2), extra))
    proposal = installation.propose_activate(file(taken_back(1, sold(1), sold(2)), sold(3)))
    [void] = proposal.preview.void
    assert (void.bundle, type(void.why)) == (sold(2), BundleRevoked)
    assert proposal.preview.outcome.replaced == ()
    path = f"bundles.demo.{BOUGHT}.base.2"
    assert [(c.before, c.after) for c in proposal.changes if c.path == path] == [("active", "void")]
    [shown] = proposal.preview.plain()["void"]
    assert (shown["sequence"], shown["why"]["code"]) == (2, "bundle-revoked")
    proposal.apply()
    assert active(installation) == [sold(3), extra]


def test_a_preview_names_what_a_revoked_key_had_signed_unless_it_is_signed_again(installation: Installation) -> None:
    waiting = sold(1, starts=makers.ISSUED_DAY + 9, **EXTRA)
    installation.activate(file(sold(1), waiting, by="second"))
    dead = trust_token(3, revoked=["second"])
    found = installation.propose_activate(file(dead)).preview.void
    assert [(one.bundle, type(one.why)) for one in found] == [(sold(1), KeyRevoked), (waiting, KeyRevoked)]
    [left] = installation.propose_activate(file(dead, sold(1))).preview.void
    assert left.bundle == waiting
    assert installation.propose_activate(file(sold(2))).preview.void == ()


def test_what_is_signed_again_counts_when_the_old_key_is_revoked(installation: Installation) -> None:
    installation.activate(file(sold(1), by="second"))
    installation.activate(file(sold(2), by="second"))
    records = installation.bundles()
    proposal = installation.propose_activate(file(sold(2)))
    assert proposal.preview.outcome.again == (sold(2),)
    assert [str(change.after) for change in proposal.changes] == ["signed again"]
    assert proposal.apply().changed
    assert installation.bundles() == records
    assert not installation.activate(file(sold(2))).changed
    installation.activate(file(trust_token(3, revoked=["second"])))
    assert active(installation) == [sold(2)]
    assert codes(installation) == []


def test_what_a_revoked_key_signed_counts_again_once_it_is_signed_again(installation: Installation) -> None:
    """Whatever the sequence: what comes before it in the order of activation stays before it."""
    one, two = sold(1, serial="A-1"), sold(1, serial="B-1", replaces=["A-1"])
    installation.activate(file(one, sold(1, serial="A-1", **EXTRA), by="second"))
    installation.activate(file(two))
    installation.activate(file(trust_token(3, revoked=["second"])))
    assert active(installation) == [two]
    installation.activate(file(one))
    assert active(installation) == [two]
    installation.activate(file(taken_back(1, two, trust_version=3)))
    assert active(installation) == [one]
    assert [r.state for r in installation.bundles()] == ["active", "active", "active"]


def test_a_lower_sequence_that_is_signed_again_changes_nothing(installation: Installation) -> None:
    installation.activate(file(sold(1), by="second"))
    installation.activate(file(sold(2)))
    again = installation.activate(file(sold(1)))
    assert (again.changed, again.again) == (True, (sold(1),))
    assert active(installation) == [sold(2)]
    refused(installation, file(sold(1)), BundleRefused, "older")


def test_what_is_signed_again_holds_lower_sequences_of_its_file_back(installation: Installation) -> None:
    installation.activate(file(sold(2), by="second"))
    dead = trust_token(3, revoked=["second"])
    refused(installation, file(dead, sold(2), sold(1)), BundleRefused, "older")
    installation.activate(file(dead, sold(2), sold(3)))
    assert active(installation) == [sold(3)]


def test_what_a_reset_put_away_stays_so_when_it_is_signed_again(installation: Installation) -> None:
    installation.activate(file(sold(5)))
    installation.activate(file(reset(installation, ResetWhat.SEQUENCE), sold(3)))
    for by in ("second", "vendor"):
        again = installation.activate(file(sold(5), by=by))
        assert (again.again, again.replaced) == ((sold(5),), ())
        assert active(installation) == [sold(3)]
    refused(installation, file(sold(5)), BundleRefused, "older")
    refused(installation, file(sold(4)), BundleRefused, "older")


@pytest.mark.attack("returned-bundle-activated-again")
def test_a_returned_bundle_that_is_signed_again_was_returned(installation: Installation) -> None:
    installation.activate(file(sold(1), by="second"))
    installation.propose_return().apply(confirm=True)
    refused(installation, file(sold(1)), BundleRefused, "returned")


def test_a_frame_that_was_damaged_is_mended_by_the_same_file(home: Home) -> None:
    with home.open() as installation:
        installation.activate(file(sold(1)))
    home_database = open_installation(home.place, create=False)
    with home_database.write() as connection:
        connection.run("UPDATE bundles SET frame = ?", b"\x00")
    home_database.close()
    with home.open() as installation:
        assert codes(installation) == ["unusable-document"]
        installation.activate(file(sold(1)))
        assert active(installation) == [sold(1)]


def test_a_frame_that_was_damaged_is_named_though_what_it_displaced_counts_again(home: Home) -> None:
    """Nothing says who signed it: it may have governed."""
    with home.open() as installation:
        installation.activate(file(sold(1)))
        installation.activate(file(sold(2)))
    home_database = open_installation(home.place, create=False)
    with home_database.write() as connection:
        identity = makers.identity_of(homes.signed(sold(2)))
        connection.run("UPDATE bundles SET frame = ? WHERE identity = ?", b"\x00", identity)
    home_database.close()
    with home.open() as installation:
        assert active(installation) == [sold(1)]
        assert codes(installation) == ["unusable-document"]


def test_the_bundle_of_another_issuer_takes_no_place_of_what_was_lost(home: Home) -> None:
    theirs = makers.scope(issuers=[makers.PARTNER])
    keys = [makers.admitted(makers.key("vendor")), makers.admitted(makers.key("partner"), "partner", scope=theirs)]
    trust = sign(makers.trust(*keys, version=2), makers.key("root"))
    lost = homes.signed(sold(1, issuer=makers.PARTNER), "partner")
    gone = makers.revocations(issuer=makers.PARTNER, trust_version=2, identities=[makers.identity_of(lost)])
    with home.open() as installation:
        installation.activate(file(trust, lost))
        installation.activate(file(sold(1)))
        installation.activate(file(homes.signed(gone, "partner")))
        assert active(installation) == [sold(1)]
        assert "unusable-document" in codes(installation)


def test_what_was_bought_goes_over_a_trial_by_itself(installation: Installation) -> None:
    installation.activate(file(trial(7), by="trials"))
    installation.activate(file(tried(7), by="trials"))
    activated = installation.activate(file(sold(1), sold(1, **EXTRA)))
    assert len(activated.replaced) == 2
    assert installation.state().serial == BOUGHT
    assert active(installation) == [sold(1), sold(1, **EXTRA)]
    refused(installation, file(trial(8)), BundleRefused, "other-serial")
    refused(installation, file(trial(8, replaces=[BOUGHT], users={})), BundleRefused, "other-serial")


@pytest.mark.attack("key-beyond-its-scope")
def test_no_limited_key_moves_the_serial(installation: Installation) -> None:
    installation.activate(file(trial(7)))
    refused(installation, file(small(1), by="shop"), BundleRefused, "other-serial")
    refused(installation, file(sold(1, **EXTRA)), BundleRefused, "other-serial")
    installation.activate(file(sold(1)))
    assert active(installation) == [sold(1)]


def test_what_was_bought_beside_a_trial_stays(installation: Installation) -> None:
    """The base bundle says whose serial it is; an add-on that was bought early is not lost."""
    early = sold(1, serial="T-1", **EXTRA)
    installation.activate(file(trial(), early))
    installation.activate(file(sold(1)))
    assert active(installation) == [sold(1), early]
    installation.activate(file(sold(2, serial="T-1", **EXTRA)))
    assert active(installation) == [sold(1), sold(2, serial="T-1", **EXTRA)]


def test_two_serials_that_replace_each_other_lead_back_and_forth(installation: Installation) -> None:
    first, second = (sold(1, serial="A-1", replaces=["B-1"]), sold(1, serial="B-1", replaces=["A-1"]))
    for one in (first, second, first, second):
        assert installation.activate(file(one)).changed
        assert active(installation) == [one]
        assert not installation.activate(file(one)).changed
    renewed = sold(2, serial="A-1", replaces=["B-1"])
    installation.activate(file(renewed))
    assert active(installation) == [renewed]


def test_until_what_replaces_a_serial_starts_both_are_renewed(home: Home) -> None:
    with home.open() as installation:
        start = makers.ISSUED_DAY + 30
        merged = sold(1, serial="M-1", replaces=[BOUGHT], starts=start)
        installation.activate(file(sold(1)))
        installation.activate(file(merged, sold(1, serial="M-1", **EXTRA, starts=start)))
        assert installation.state().serial == BOUGHT
        installation.activate(file(sold(2)))
        installation.activate(file(sold(2, serial="M-1", replaces=[BOUGHT], starts=start)))
        assert installation.state().serial == BOUGHT
        home.clock.move(days=31)
        assert installation.state().serial == "M-1"
        refused(installation, file(sold(3)), BundleRefused, "other-serial")


def test_a_return_brings_nothing_back(installation: Installation) -> None:
    installation.activate(file(trial(), tried()))
    installation.activate(file(sold(1)))
    later = sold(2, starts=makers.ISSUED_DAY + 9)
    installation.activate(file(later, sold(3)))
    receipts = installation.propose_return().apply(confirm=True)
    assert receipts.count("lk1-receipt") == 1
    assert active(installation) == []
    assert installation.state().serial is None
    states = [(one.label, one.state) for one in installation.bundles()]
    assert states == [
        ("T-1 base trial 1", "replaced"),
        ("T-1 extra trial 1", "replaced"),
        (f"{BOUGHT} base 1", "replaced"),
        (f"{BOUGHT} base 2", "replaced"),
        (f"{BOUGHT} base 3", "returned"),
    ]
    refused(installation, file(later), BundleRefused, "older")
    refused(installation, file(trial()), BundleRefused, "older")
    assert installation.activate(file(trial(2))).replaced == ()
    assert active(installation) == [trial(2)]
    installation.activate(file(sold(4)))
    assert active(installation) == [sold(4)]


def test_the_return_of_an_add_on_leaves_the_rest(installation: Installation) -> None:
    installation.activate(file(sold(1), sold(1, **EXTRA)))
    installation.activate(file(sold(2), sold(2, **EXTRA)))
    installation.propose_return("extra").apply(confirm=True)
    installation.activate(file(taken_back(1, sold(2))))
    installation.activate(file(taken_back(2)))
    assert active(installation) == [sold(2)]


def partner_admitted() -> armor.Token:
    """Return a trust document by which the TEST KEY `partner` signs for the issuer `partner`."""
    scope = makers.scope(issuers=["partner"])
    partner = makers.admitted(makers.key("partner"), "p", scope=scope)
    trust = makers.trust(makers.admitted(makers.key("vendor")), partner, version=2)
    return sign(trust, makers.key("root"))


def held(installation: Installation) -> dict[str, Access]:
    """Return what a user may do who has two licenses: the vendor's and the partner's."""
    codes = ("user", "partner.gadget")
    found = access(installation.state().entitlements, *codes)
    return {code: found[code] for code in codes}


@pytest.mark.attack("partner-that-locks-out")
def test_a_partners_add_on_that_blocks_after_its_end_locks_nobody_out(home: Home) -> None:
    gadgets = {"gadget": makers.license_entry(Kind.USER)}
    catalog = makers.catalog(issuer="partner", licenses=gadgets, access={}, trust_version=2)
    ended = sold(
        issuer="partner",
        part="gadgets",
        system={},
        sites={},
        users={"gadget": 5},
        expiry=makers.ISSUED_DAY + 5,
        grace=None,
        warning=None,
        after_grace=AfterGrace.BLOCK,
    )
    theirs = file(catalog, ended, by="partner")
    with home.open() as installation:
        installation.activate(file(partner_admitted(), sold()))
        installation.activate(theirs)
        installation.users.add("anna")
        installation.users.assign("anna", "user")
        installation.users.assign("anna", "partner.gadget")
        assert held(installation) == {"user": Access.FULL, "partner.gadget": Access.FULL}
        home.clock.move(days=6)
        assert held(installation) == {"user": Access.FULL, "partner.gadget": Access.NONE}
        assert installation.users.may_login("anna", "web").allowed
        installation.activate(file(sold(2)))
        assert sold(2) in active(installation)
        assert held(installation) == {"user": Access.FULL, "partner.gadget": Access.NONE}


@pytest.mark.attack("partner-that-locks-out")
@pytest.mark.attack("costly-to-evaluate")
def test_a_partners_catalog_that_costs_too_much_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pairs of a license and one that it includes are bounded, directly included or not."""
    codes = sorted(f"c{number}" for number in range(limits.INCLUDES))
    ring = {
        code: makers.license_entry(Kind.USER, includes=[other for other in codes if other != code]) for code in codes
    }
    with monkeypatch.context() as writer:
        writer.setattr(limits, "CLOSURE", len(codes) ** 2)
        catalog = makers.catalog(issuer="partner", licenses=ring, access={}, trust_version=2)
        costly = homes.signed(catalog, "partner")
    with home.open() as installation:
        installation.activate(file(partner_admitted(), sold()))
        refused(installation, file(costly), PayloadInvalid)
        installation.activate(file(sold(2)))
        assert active(installation) == [sold(2)]


def test_a_partner_keeps_the_serial_until_it_moves_as_well(home: Home) -> None:
    def theirs(sequence: int, serial: str, **changes: Any) -> str:
        return file(sold(sequence, issuer="partner", serial=serial, **changes), by="partner")

    with home.open() as installation:
        installation.activate(file(partner_admitted(), sold(1, serial="A-1")))
        installation.activate(theirs(1, "A-1"))
        refused(installation, theirs(2, "Z-1", replaces=["A-1"]), BundleRefused, "other-serial")
        installation.activate(file(sold(1, serial="B-1", replaces=["A-1"])))
        assert {b.serial for b in active(installation)} == {"A-1", "B-1"}
        refused(installation, theirs(2, "A-1"), BundleRefused, "other-serial")
        installation.activate(theirs(1, "B-1"))
        assert {b.serial for b in active(installation)} == {"B-1"}
        assert installation.state().serial == "B-1"


def test_where_nothing_of_the_vendor_is_a_partner_moves_the_serial(home: Home) -> None:
    token = partner_admitted()
    one = sold(1, issuer="partner", serial="A-1")
    two = sold(1, issuer="partner", serial="B-1", replaces=["A-1"])
    with home.open() as installation:
        installation.activate(file(token))
        installation.activate(file(one, by="partner"))
        refused(
            installation, file(sold(1, issuer="partner", serial="C-1"), by="partner"), BundleRefused, "other-serial"
        )
        installation.activate(file(two, by="partner"))
        assert installation.state().serial == "B-1"
        assert active(installation) == [two]


def test_offline_hours_that_are_over_bring_nothing_back(home: Home) -> None:
    """What was displaced does not come in place of what the lost database took away."""
    with home.open() as installation:
        installation.activate(file(sold(1, offline_hours=99), trial(serial=BOUGHT)))
        installation.activate(file(sold(2, offline_hours=1)))
        state = installation.state()
        away = state_at(state, state.now, clock=state.now, away_hours=0.9)
        assert [v.document.sequence for v in away.bundles] == [2]
        away = state_at(state, state.now, clock=state.now, away_hours=1)
        assert away.bundles == ()
        assert away.entitlements.system["server"] is Access.NONE
