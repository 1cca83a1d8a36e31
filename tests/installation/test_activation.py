"""A license file is taken whole or not at all."""

import pytest

from licensekit.access import Access
from licensekit.dates import date_of
from licensekit.errors import (
    BundleRefused,
    BundleRevoked,
    FormatError,
    IssuedAhead,
    KeyUnknown,
    LicenseError,
    SignatureInvalid,
    UnexpectedType,
    WrongProduct,
)
from licensekit.installation import Installation
from licensekit.trust.sign import sign
from licensekit.wire.documents import Document
from tests import homes, makers
from tests.homes import DAY, Home, bundle, file


def contents(installation: Installation) -> tuple[object, ...]:
    """Everything that an installation remembers, as far as it is seen from outside."""
    state = installation.state()
    return state.stored, state.bundles, state.in_use


def test_an_activated_bundle_grants_what_it_names(installation: Installation) -> None:
    assert installation.activate(file(bundle())).changed
    state = installation.state()
    assert state.entitlements.system == {"server": Access.FULL}
    assert state.serial == makers.SERIAL
    assert [v.document for v in state.bundles] == [bundle()]
    assert state.notices == ()


def test_the_same_file_again_changes_nothing(installation: Installation) -> None:
    installation.activate(file(bundle()))
    before = contents(installation)
    again = installation.activate(file(bundle()))
    assert not again.changed
    assert again.same == (bundle(),)
    assert contents(installation) == before


def test_a_higher_sequence_replaces_the_lower(installation: Installation) -> None:
    installation.activate(file(bundle(1)))
    activated = installation.activate(file(bundle(2)))
    assert activated.replaced == (bundle(1),)
    assert [v.document for v in installation.state().bundles] == [bundle(2)]


@pytest.mark.attack("another-customers-file")
@pytest.mark.attack("older-bundle-brought-back")
@pytest.mark.parametrize(
    ("refused", "error"),
    [
        (bundle(1), "older"),
        (bundle(2, company="Someone Else"), "other-here"),
        (bundle(9, serial="999"), "other-serial"),
        (bundle(9, serial="999", replaces=["888"]), "other-serial"),
        (bundle(9, product="other"), WrongProduct),
        (bundle(9, issued=makers.NOW + 2 * DAY), IssuedAhead),
        (makers.request(), UnexpectedType),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changes(
    installation: Installation, refused: Document, error: type[LicenseError] | str
) -> None:
    installation.activate(file(bundle(1)))
    installation.activate(file(bundle(2)))
    before = contents(installation)
    with pytest.raises(BundleRefused if isinstance(error, str) else error) as caught:
        installation.activate(file(refused))
    assert not isinstance(error, str) or caught.value.reason == error
    assert contents(installation) == before


def test_a_bundle_that_replaces_the_serial_moves_the_installation(installation: Installation) -> None:
    trial = bundle(5, serial="TRIAL-1")
    bought = bundle(1, serial="B-1", replaces=["TRIAL-1"])
    installation.activate(file(trial))
    assert installation.activate(file(bought)).replaced == (trial,)
    assert installation.state().serial == "B-1"
    with pytest.raises(BundleRefused, match="is for serial"):
        installation.activate(file(bundle(6, serial="TRIAL-1")))


@pytest.mark.attack("documents-mixed-in-one-file")
def test_one_bad_bundle_in_a_file_keeps_all_of_it_out(installation: Installation) -> None:
    before = contents(installation)
    with pytest.raises(BundleRefused, match="is for serial"):
        installation.activate(file(bundle(), bundle(part="extra", serial="999")))
    assert contents(installation) == before
    forged = makers.sealed(homes.signed(bundle(part="extra")), makers.key("nobody"))
    with pytest.raises(KeyUnknown):
        installation.activate(file(bundle(), forged))
    assert contents(installation) == before


def test_trust_catalog_lists_and_bundles_of_one_file_are_taken_together(installation: Installation) -> None:
    licenses = {**makers.catalog().licenses, "extra": makers.license_entry()}
    newer = makers.catalog(version=2, licenses=licenses)
    trust = sign(makers.trust(makers.admitted(makers.key("vendor")), version=2), makers.key("root"))
    listed = makers.revocations(trust_version=2)
    given = file(trust, newer, listed, bundle(users={"extra": 3}))
    proposed = [change.path for change in installation.propose_activate(given).changes]
    activated = installation.activate(given)
    assert {what.path for what in activated.trust} <= set(proposed)
    assert tuple(map(str, activated.trust)) == ("trust document 2", "revocation list 1 of demo", "catalog 2 of demo")
    state = installation.state()
    assert state.trust_store.catalogs["demo"].document == newer
    assert state.trust_store.trust.lists["demo"].document == listed
    assert state.entitlements.tiers["extra"][0].amount == 3


def test_a_list_that_takes_an_active_bundle_back_is_always_taken(installation: Installation) -> None:
    installation.activate(file(bundle(1)))
    installation.activate(file(makers.revocations(serials=[makers.SERIAL])))
    state = installation.state()
    assert state.bundles == ()
    assert [type(one.error) for one in state.unusable] == [BundleRevoked]
    assert [notice.code for notice in state.notices] == ["unusable-document"]


def test_what_comes_after_a_revoked_bundle_ends_the_notice_of_it(installation: Installation) -> None:
    installation.activate(file(bundle(1)))
    taken_back = makers.revocations(identities=[makers.identity_of(homes.signed(bundle(1)))])
    installation.activate(file(taken_back))
    assert [notice.code for notice in installation.state().notices] == ["unusable-document"]
    installation.activate(file(bundle(1, part="add-on")))
    assert [notice.code for notice in installation.state().notices] == ["unusable-document"]
    installation.activate(file(bundle(2)))
    assert installation.state().notices == ()


@pytest.mark.attack("lock-out-of-a-paying-customer")
def test_activation_works_when_everything_has_expired(home: Home) -> None:
    with home.open() as installation:
        installation.activate(file(bundle(1)))
        home.clock.move(days=800)
        assert installation.state().entitlements.system == {"server": Access.READ}
        renewed = bundle(2, issued=home.clock.now, starts=None, warning=None, expiry=None, grace=None)
        trust = makers.admitted(makers.key("vendor"), valid_to=None)
        document = makers.trust(trust, version=2)
        installation.activate(file(sign(document, makers.key("root")), renewed))
        assert installation.state().entitlements.system == {"server": Access.FULL}


def test_a_version_released_after_maintenance_is_refused(home: Home) -> None:
    home.released = date_of(makers.ISSUED_DAY + 11)
    with home.open() as installation:
        with pytest.raises(BundleRefused, match="released later"):
            installation.activate(file(bundle(maintenance=makers.ISSUED_DAY + 10)))
        installation.activate(file(bundle(maintenance=makers.ISSUED_DAY + 11)))


def test_a_bundle_that_waits_for_its_start_leaves_the_one_before_in_force(home: Home) -> None:
    with home.open() as installation:
        installation.activate(file(bundle(1)))
        later = makers.ISSUED_DAY + 30
        installation.activate(file(bundle(2, starts=later, system={})))
        assert installation.state().entitlements.system == {"server": Access.FULL}
        home.clock.move(days=31)
        assert installation.state().entitlements.system == {"server": Access.NONE}
        home.clock.move(days=-31)
        assert installation.state().entitlements.system == {"server": Access.FULL}


@pytest.mark.parametrize("data", ["", "hello", "lk1-bundle.AAAA", b"\xff\xfe", "lk1-" * 300])
def test_what_is_not_a_license_file_is_refused(installation: Installation, data: bytes | str) -> None:
    before = contents(installation)
    with pytest.raises(FormatError):
        installation.activate(data)
    assert contents(installation) == before


@pytest.mark.attack("altered-anywhere")
def test_an_altered_bundle_is_refused(installation: Installation) -> None:
    token = homes.signed(bundle())
    altered = token._replace(frame=token.frame[:-1] + bytes([token.frame[-1] ^ 1]))
    before = contents(installation)
    with pytest.raises(SignatureInvalid):
        installation.activate(file(altered))
    assert contents(installation) == before
