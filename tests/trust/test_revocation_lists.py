"""Revocation lists: rules L1 and L2 (`docs/format.md`, "Trust")."""

from typing import Any

import pytest

from licensekit.errors import (
    BundleRevoked,
    DocumentAhead,
    Fork,
    IssuedAhead,
    KeyOutOfScope,
    KeyOutOfWindow,
    KeyRevoked,
    KeyUnknown,
    LicenseError,
    PayloadInvalid,
    RevocationsMissing,
    Rollback,
    SignatureCount,
    SignatureInvalid,
    TrustMissing,
    UnexpectedType,
    WrongProduct,
)
from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.trust.state import start, update_root
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor, frame
from licensekit.wire.documents import KeyState, SignedType
from tests import makers
from tests.makers import ISSUED, NOW, PARTNER, SERIAL, update_revocations, update_trust
from tests.refusals import counts, lists_seen, refused, trust_seen

ROOT, VENDOR, LISTS, TRIALS, PARTNERS, RETIRED, REVOKED, STRANGER = (
    makers.key(name) for name in ("root", "vendor", "lists", "trials", "partners", "retired", "revoked", "stranger")
)
HUGE = 2**32 - 1


def trust(version: int, **lists_key: Any) -> armor.Token:
    """Return a trust document that admits the keys above; `lists_key` changes what LISTS may."""
    only_lists = makers.scope(types=[SignedType.REVOCATIONS])
    keys = [
        makers.admitted(VENDOR, "vendor"),
        makers.admitted(LISTS, "lists", **({"scope": only_lists} | lists_key)),
        makers.admitted(TRIALS, "trials", scope=makers.scope(types=[SignedType.BUNDLE])),
        makers.admitted(PARTNERS, "partners", scope=makers.scope(issuers=[PARTNER])),
        makers.admitted(RETIRED, "retired", state=KeyState.RETIRED, valid_to=ISSUED),
        makers.admitted(REVOKED, "revoked", state=KeyState.REVOKED),
    ]
    return sign(makers.trust(*keys, version=version), ROOT)


def revocations(number: int, signer: SigningKey = LISTS, **changes: Any) -> armor.Token:
    return sign(makers.revocations(number=number, **({"trust_version": 3} | changes)), signer)


FIRST = makers.first_root()
STATE = makers.state_of(FIRST, trust(3))
LISTED = update_revocations(STATE, revocations(4, serials=[SERIAL]), NOW)
BUNDLE = sign(makers.bundle(), VENDOR)
ANOTHER = sign(makers.bundle(serial="1010000022"), VENDOR)
OF_PARTNER = sign(makers.bundle(issuer=PARTNER), PARTNERS)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(revocations(5), id="the next number"),
        pytest.param(revocations(99), id="a number further on"),
        pytest.param(revocations(5, VENDOR), id="by another key that may"),
        pytest.param(revocations(5, issued=NOW + 86_400), id="issued a day ahead"),
        pytest.param(revocations(5, fresh_until=NOW - 1), id="past its freshness"),
        pytest.param(revocations(5, RETIRED, issued=ISSUED - 1), id="by a retired key, in its time"),
    ],
)
def test_a_later_list_takes_the_place_of_the_one_before(token: armor.Token) -> None:
    """Each list is complete: what the old one took back and the new one does not, counts again."""
    refused(BundleRevoked, LISTED, lambda: verify_bundle(BUNDLE, LISTED, NOW))
    state = update_revocations(LISTED, token, NOW)
    assert state.lists["demo"].token == token
    assert counts(BUNDLE, state)


def test_the_same_list_again_changes_nothing() -> None:
    assert update_revocations(LISTED, revocations(4, serials=[SERIAL]), NOW) is LISTED


def test_each_issuer_has_an_order_of_its_own() -> None:
    token = revocations(1, PARTNERS, issuer=PARTNER, serials=[SERIAL])
    state = update_revocations(LISTED, token, NOW)
    assert sorted(state.lists) == ["demo", PARTNER]
    assert lists_seen(state.seen) == {"demo": (1, 3, 4), PARTNER: (1, 3, 1)}


@pytest.mark.attack("partner-that-takes-back-or-resets")
def test_a_partner_takes_nothing_of_the_vendors_back() -> None:
    token = revocations(1, PARTNERS, issuer=PARTNER, serials=[SERIAL])
    state = update_revocations(STATE, token, NOW)
    assert counts(BUNDLE, state)
    refused(BundleRevoked, state, lambda: verify_bundle(OF_PARTNER, state, NOW))


REFUSED: dict[str, tuple[type[LicenseError], armor.Token]] = {
    "by a stranger": (KeyUnknown, revocations(5, STRANGER)),
    "by the root": (KeyUnknown, revocations(5, ROOT)),
    "by an installation": (KeyUnknown, revocations(5, makers.key("vendor", frame.INSTALLATION))),
    "by a revoked key": (KeyRevoked, revocations(5, REVOKED)),
    "by a key for bundles only": (KeyOutOfScope, revocations(5, TRIALS)),
    "of the vendor by a partner": (KeyOutOfScope, revocations(5, PARTNERS)),
    "of a partner by the vendor": (KeyOutOfScope, revocations(5, issuer=PARTNER)),
    "by a retired key, after its time": (KeyOutOfWindow, revocations(5, RETIRED)),
    "before the key's time": (KeyOutOfWindow, revocations(5, issued=ISSUED - makers.YEAR_SECONDS - 1)),
    "issued more than a day ahead": (IssuedAhead, revocations(5, issued=NOW + 86_401)),
    "two signatures": (SignatureCount, sign(makers.revocations(number=5), LISTS, VENDOR)),
    "a forged signature": (SignatureInvalid, makers.forged(revocations(5))),
    "another list's signature": (SignatureInvalid, makers.spliced(revocations(5), revocations(6))),
    "of another product": (WrongProduct, revocations(5, product="other")),
    "made under a later trust document": (DocumentAhead, revocations(5, trust_version=4)),
    "made under a later root": (DocumentAhead, revocations(5, root_version=2, trust_version=1)),
    "a lower number": (Rollback, revocations(3)),
    "a huge number under an earlier trust document": (Rollback, revocations(HUGE, trust_version=2)),
    "another list of the same number": (Fork, revocations(4)),
    "another list of the same number by another key": (Fork, revocations(4, VENDOR)),
    "no list": (PayloadInvalid, makers.seal("revocations", b"\xc0", LISTS)),
    "a bundle": (UnexpectedType, BUNDLE),
    "a bundle labeled as a list": (SignatureInvalid, makers.relabeled(BUNDLE, "revocations")),
}


@pytest.mark.parametrize(("error", "token"), REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused(error: type[LicenseError], token: armor.Token) -> None:
    refused(error, LISTED, lambda: update_revocations(LISTED, token, NOW))


def test_without_a_trust_document_no_list_is_believed() -> None:
    bare = start([FIRST], makers.pin(FIRST))
    refused(TrustMissing, bare, lambda: update_revocations(bare, revocations(1), NOW))


STOLEN = update_revocations(LISTED, revocations(HUGE), NOW)
"""A thief used the LISTS key, while it may sign, to un-revoke all that can be un-revoked."""


def test_a_thief_with_the_lists_key_wins_until_the_key_is_revoked() -> None:
    assert counts(BUNDLE, STOLEN)
    refused(Rollback, STOLEN, lambda: update_revocations(STOLEN, revocations(5, VENDOR, serials=[SERIAL]), NOW))


@pytest.mark.attack("revocation-number-run-up")
def test_a_huge_number_dies_with_the_next_trust_document() -> None:
    """L2: the thief's list goes, nothing of the issuer counts until a list comes, and one can."""
    state = update_trust(STOLEN, trust(4, state=KeyState.REVOKED), NOW)
    assert state.lists == {}
    assert state.list_missing("demo")
    missing = state
    refused(RevocationsMissing, missing, lambda: verify_bundle(BUNDLE, missing, NOW))
    refused(RevocationsMissing, missing, lambda: verify_bundle(ANOTHER, missing, NOW))
    later = revocations(1, VENDOR, trust_version=4, serials=[SERIAL])
    state = update_revocations(state, later, NOW)
    assert counts(ANOTHER, state)
    refused(BundleRevoked, state, lambda: verify_bundle(BUNDLE, state, NOW))


@pytest.mark.attack("revocation-number-run-up")
def test_the_thiefs_list_does_not_come_back() -> None:
    state = update_trust(STOLEN, trust(4, state=KeyState.REVOKED), NOW)
    refused(KeyRevoked, state, lambda: update_revocations(state, revocations(HUGE), NOW))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"state": KeyState.REVOKED}, id="revoked"),
        pytest.param({"scope": makers.scope(types=[SignedType.BUNDLE])}, id="no more lists"),
        pytest.param({"scope": makers.scope(issuers=["other"])}, id="no more of this issuer"),
        pytest.param({"state": KeyState.RETIRED, "valid_to": ISSUED}, id="retired before it"),
        pytest.param({"valid_from": ISSUED + 1}, id="admitted after it"),
    ],
)
def test_a_list_goes_when_its_key_may_not_sign_it_any_more(changes: dict[str, Any]) -> None:
    state = update_trust(LISTED, trust(4, **changes), NOW)
    assert state.lists == {}
    assert lists_seen(state.seen) == {"demo": (1, 3, 4)}
    refused(RevocationsMissing, state, lambda: verify_bundle(ANOTHER, state, NOW))


def test_a_list_goes_when_its_key_is_named_no_more() -> None:
    token = sign(makers.trust(makers.admitted(VENDOR), version=4), ROOT)
    state = update_trust(LISTED, token, NOW)
    refused(RevocationsMissing, state, lambda: verify_bundle(ANOTHER, state, NOW))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="as it was"),
        pytest.param({"state": KeyState.RETIRED, "valid_to": ISSUED + 1}, id="retired after it"),
    ],
)
def test_a_list_stays_while_its_key_could_sign_it(changes: dict[str, Any]) -> None:
    state = update_trust(LISTED, trust(4, **changes), NOW)
    refused(BundleRevoked, state, lambda: verify_bundle(BUNDLE, state, NOW))
    assert counts(ANOTHER, state)


@pytest.mark.attack("old-list-with-a-new-trust-document")
def test_an_old_list_does_not_come_back_under_a_new_trust_document() -> None:
    state = update_trust(LISTED, trust(4), NOW)
    refused(Rollback, state, lambda: update_revocations(state, revocations(3), NOW))


def test_the_loss_of_one_issuers_list_leaves_the_others_alone() -> None:
    state = update_revocations(LISTED, revocations(1, PARTNERS, issuer=PARTNER), NOW)
    state = update_trust(state, trust(4, state=KeyState.REVOKED), NOW)
    refused(RevocationsMissing, state, lambda: verify_bundle(BUNDLE, state, NOW))
    assert counts(OF_PARTNER, state)


def test_an_issuer_without_a_seen_list_needs_no_list() -> None:
    assert not LISTED.list_missing(PARTNER)
    assert counts(OF_PARTNER, LISTED)


def test_lists_live_on_through_a_rotation_of_the_root() -> None:
    new = makers.key("root-2")
    state = update_root(LISTED, sign(makers.root(new, version=2), ROOT, new))
    keys = (makers.admitted(LISTS), makers.admitted(VENDOR))
    state = update_trust(state, sign(makers.trust(*keys, version=4, root_version=2), new), NOW)
    assert trust_seen(state.seen) == (2, 4)
    assert lists_seen(state.seen) == {"demo": (1, 3, 4)}
    refused(BundleRevoked, state, lambda: verify_bundle(BUNDLE, state, NOW))
