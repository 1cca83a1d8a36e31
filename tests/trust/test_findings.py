"""What vouches for each token of a file: the statuses that `inspect` and a verifier show."""

import pytest

from licensekit.errors import (
    BundleRevoked,
    KeyRevoked,
    KeyUnknown,
    PayloadInvalid,
    RootMismatch,
    SignatureInvalid,
    ThresholdNotMet,
)
from licensekit.trust.findings import check
from licensekit.trust.pack import TrustStore, open_pack
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import KeyState
from tests import makers
from tests.makers import NOW, SERIAL

VENDOR, STRANGER = makers.key("vendor"), makers.key("stranger")
INSTALLATION = makers.key("installation", 3)
FIRST = makers.first_root()
TRUST = makers.first_trust()
LIST = sign(makers.revocations(number=2), VENDOR)
CATALOG = sign(makers.catalog(version=2), VENDOR)
BUNDLE = sign(makers.bundle(), VENDOR)
STORE = open_pack(makers.file_of(FIRST, TRUST, LIST, CATALOG), makers.pin(FIRST))


def statuses(*tokens: armor.Token, store: TrustStore | None = STORE) -> list[str]:
    return [one.status for one in check(tokens, store, NOW)]


def test_without_a_trust_store_nothing_vouches_for_anything() -> None:
    forged = makers.forged(BUNDLE)
    assert statuses(FIRST, TRUST, BUNDLE, forged, store=None) == ["unverified"] * 4


def test_what_is_in_force_is_verified_and_what_it_supersedes_is_reported() -> None:
    assert statuses(FIRST, TRUST, LIST, CATALOG) == ["verified"] * 4
    older = sign(makers.revocations(number=1), VENDOR), sign(makers.catalog(version=1), VENDOR)
    assert statuses(*older) == ["superseded"] * 2
    newer = sign(makers.catalog(version=3), VENDOR)
    assert statuses(CATALOG, newer) == ["superseded", "verified"]


def test_bundles_and_resets_are_verified_and_what_installations_sign_vouches_for_itself() -> None:
    assert statuses(BUNDLE, sign(makers.reset(), VENDOR)) == ["verified"] * 2
    own = (makers.request(), makers.receipt(), makers.statement())
    assert statuses(*(sign(one, INSTALLATION) for one in own)) == ["self-signed"] * 3


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (makers.forged(BUNDLE), SignatureInvalid),
        (sign(makers.bundle(), STRANGER), KeyUnknown),
        (makers.forged(sign(makers.reset(), VENDOR)), SignatureInvalid),
        (makers.forged(sign(makers.request(), INSTALLATION)), SignatureInvalid),
        (sign(makers.root(STRANGER), STRANGER), ThresholdNotMet),
        (makers.forged(CATALOG), SignatureInvalid),
        (makers.forged(TRUST), SignatureInvalid),
    ],
)
def test_what_nothing_vouches_for_is_shown_with_the_reason_and_the_rest_is_judged(
    token: armor.Token, error: type[Exception]
) -> None:
    refused, bundle = check([token, BUNDLE], STORE, NOW)
    assert (refused.status, type(refused.error)) == ("refused", error)
    assert (bundle.status, bundle.error) == ("verified", None)


def test_a_root_from_before_the_pinned_one_is_not_vouched_for() -> None:
    """Though a key of the pinned one has signed it."""
    root = makers.key("root")
    second = sign(makers.root(root, version=2), root)
    trust = sign(makers.trust(makers.admitted(VENDOR), root_version=2), root)
    store = open_pack(makers.file_of(second, trust), makers.pin(second))
    first, found = check([FIRST, second], store, NOW)
    assert (first.status, type(first.error), found.status) == ("refused", RootMismatch, "verified")
    assert isinstance(first.error, RootMismatch)
    assert first.error.reason == "untrusted"


def test_what_was_taken_back_is_refused_by_the_list_of_the_same_file() -> None:
    revoking = sign(makers.revocations(number=3, serials=[SERIAL]), VENDOR)
    listed, bundle = check([revoking, BUNDLE], STORE, NOW)
    assert (listed.status, bundle.status, type(bundle.error)) == ("verified", "refused", BundleRevoked)


def test_what_cannot_be_shown_is_refused_for_what_its_signature_says() -> None:
    with pytest.raises(KeyUnknown):
        check([makers.seal("bundle", b"\xc0", STRANGER)], STORE, NOW)
    with pytest.raises(PayloadInvalid):
        check([makers.seal("bundle", b"\xc0", VENDOR)], STORE, NOW)


def test_a_catalog_by_a_key_that_was_taken_back_is_refused_and_stops_nothing() -> None:
    gone = makers.key("catalogs")
    keys = makers.admitted(VENDOR), makers.admitted(gone, "catalogs", state=KeyState.REVOKED)
    trust = sign(makers.trust(*keys, version=2), makers.key("root"))
    newer, found = check([trust, sign(makers.catalog(version=3), gone)], STORE, NOW)
    assert (newer.status, found.status, type(found.error)) == ("verified", "refused", KeyRevoked)
