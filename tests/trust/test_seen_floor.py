"""What was seen before is a floor: rule S1 (`docs/format.md`, "Trust")."""

import pytest

from licensekit.errors import (
    BundleRevoked,
    RevocationsMissing,
    RevocationsRollback,
    RootRollback,
    TrustRollback,
)
from licensekit.trust.sign import sign
from licensekit.trust.state import Seen, require_seen, start, update_revocations
from tests import makers
from tests.makers import NOW, SERIAL
from tests.refusals import counts, refused

VENDOR = makers.key("vendor")
FIRST, TRUST = makers.first_root(), makers.first_trust()
LIST = sign(makers.revocations(number=4, serials=[SERIAL]), VENDOR)
STATE = makers.state_of(FIRST, TRUST, LIST)
BUNDLE = sign(makers.bundle(), VENDOR)
ANOTHER = sign(makers.bundle(serial="1010000022"), VENDOR)


@pytest.mark.parametrize("seen", [Seen(), STATE.seen, Seen(1, 1, {}), Seen(1, 0, {"demo": (1, 2)})])
def test_a_state_at_or_above_the_floor_is_as_it_was(seen: Seen) -> None:
    assert require_seen(STATE, seen) == STATE


def test_a_lower_root_is_refused() -> None:
    error = refused(RootRollback, STATE, lambda: require_seen(STATE, Seen(2, 1, {})))
    assert "root 2 was seen before" in str(error)


def test_a_lower_trust_document_is_refused() -> None:
    error = refused(TrustRollback, STATE, lambda: require_seen(STATE, Seen(1, 2, {})))
    assert "2 was seen before" in str(error)


def test_a_trust_document_that_is_gone_is_refused() -> None:
    bare = start([FIRST], makers.pin(FIRST))
    refused(TrustRollback, bare, lambda: require_seen(bare, Seen(1, 1, {})))


@pytest.mark.parametrize("place", [(1, 5), (2, 1)])
def test_a_lower_list_has_the_effect_of_none(place: tuple[int, int]) -> None:
    state = require_seen(STATE, Seen(1, 1, {"demo": place}))
    assert state.list_missing("demo")
    refused(RevocationsMissing, state, lambda: counts(ANOTHER, state))


def test_a_list_that_is_gone_is_not_an_empty_list() -> None:
    """Somebody deleted it; the floor remembers."""
    without = makers.state_of(FIRST, TRUST)
    assert counts(BUNDLE, without)
    state = require_seen(without, STATE.seen)
    refused(RevocationsMissing, state, lambda: counts(BUNDLE, state))


def test_the_list_that_was_seen_or_a_later_one_puts_it_right() -> None:
    state = require_seen(makers.state_of(FIRST, TRUST), STATE.seen)
    same = update_revocations(state, LIST, NOW)
    refused(BundleRevoked, same, lambda: counts(BUNDLE, same))
    assert counts(ANOTHER, same)
    later = update_revocations(state, sign(makers.revocations(number=5), VENDOR), NOW)
    assert counts(BUNDLE, later)


def test_an_older_list_does_not() -> None:
    state = require_seen(makers.state_of(FIRST, TRUST), STATE.seen)
    older = sign(makers.revocations(number=3), VENDOR)
    refused(RevocationsRollback, state, lambda: update_revocations(state, older, NOW))


def test_the_floor_never_falls() -> None:
    higher = Seen(1, 1, {"demo": (1, 9), "partner": (1, 1)})
    state = require_seen(require_seen(STATE, higher), Seen())
    assert state.seen == higher
    assert require_seen(state, Seen(1, 1, {"demo": (1, 2)})).seen == higher
