"""What was seen before is a floor: rule S1 (`docs/format.md`, "Trust")."""

from typing import Any

import pytest

from licensekit.errors import BundleRevoked, Fork, LicenseError, RevocationsMissing, Rollback
from licensekit.trust.order import NOTHING_SEEN, ROOTS, FullVersion, Seen, SeenDocument, merge
from licensekit.trust.order import TRUST as TRUSTS
from licensekit.trust.pack import TrustStore, open_pack
from licensekit.trust.sign import sign
from licensekit.trust.state import TrustState, remember, require_floor, start
from licensekit.wire import armor
from tests import makers
from tests.makers import NOW, SERIAL, extended, update_revocations
from tests.refusals import counts, refused

ROOT, VENDOR = makers.key("root"), makers.key("vendor")
FIRST, TRUST = makers.first_root(), makers.first_trust()
LIST = sign(makers.revocations(number=4, serials=[SERIAL]), VENDOR)
CATALOG = sign(makers.catalog(version=2), VENDOR)
STATE = makers.state_of(FIRST, TRUST, LIST)
STORE = open_pack(makers.file_of(FIRST, TRUST, LIST, CATALOG), makers.pin(FIRST))
SEEN = STORE.trust.seen
LISTS, CATALOGS = ("revocations", "demo"), ("catalog", "demo")
BUNDLE = sign(makers.bundle(), VENDOR)
ANOTHER = sign(makers.bundle(serial="1010000022"), VENDOR)


def one(*version: int, of: armor.Token | None = None) -> SeenDocument:
    """Return what was seen in a place: the document of a token, or one that nobody has."""
    return SeenDocument(version, bytes(16) if of is None else makers.identity_of(of))


def held(state: TrustState, seen: Seen) -> TrustState:
    """Return `state` with a floor, if it is not below."""
    floored = remember(state, seen)
    require_floor(floored, seen)
    return floored


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(NOTHING_SEEN, id="nothing"),
        pytest.param(STATE.seen, id="the same"),
        pytest.param({ROOTS: one(1, of=FIRST), TRUSTS: one(1, 1, of=TRUST)}, id="no list"),
        pytest.param({LISTS: one(1, 1, 3)}, id="an older list"),
    ],
)
def test_a_state_at_or_above_the_floor_is_as_it_was(seen: Seen) -> None:
    assert held(STATE, seen) == STATE


BELOW: dict[str, tuple[type[LicenseError], Seen]] = {
    "a later root was seen": (Rollback, {ROOTS: one(2)}),
    "another root of its version": (Fork, {ROOTS: one(1)}),
    "a later trust document": (Rollback, {TRUSTS: one(1, 2)}),
    "one of a later root": (Rollback, {TRUSTS: one(2, 1)}),
    "another trust document of its version": (Fork, {TRUSTS: one(1, 1)}),
    "another list of its number": (Fork, {LISTS: one(1, 1, 4)}),
}


@pytest.mark.attack("older-document-brought-back")
@pytest.mark.parametrize(("error", "seen"), BELOW.values(), ids=BELOW)
def test_a_state_below_the_floor_or_beside_it_is_refused(error: type[LicenseError], seen: Seen) -> None:
    refused(error, STATE, lambda: held(STATE, seen))


def test_a_refusal_says_what_was_seen() -> None:
    error = refused(Rollback, STATE, lambda: held(STATE, {ROOTS: one(2)}))
    assert "root 2 was seen before" in str(error)
    lower = refused(Rollback, STATE, lambda: held(STATE, {TRUSTS: one(1, 2)}))
    assert "2 was seen before" in str(lower)


def test_a_trust_document_that_is_gone_is_refused() -> None:
    bare = start([FIRST], makers.pin(FIRST))
    refused(Rollback, bare, lambda: held(bare, STATE.seen))


@pytest.mark.attack("revocation-list-deleted")
@pytest.mark.parametrize("version", [(1, 1, 5), (1, 2, 1), (2, 1, 1)])
def test_a_lower_list_has_the_effect_of_a_missing_one(version: FullVersion) -> None:
    state = held(STATE, {LISTS: one(*version)})
    assert state.list_missing("demo")
    refused(RevocationsMissing, state, lambda: counts(ANOTHER, state))


@pytest.mark.attack("revocation-list-deleted")
def test_a_list_that_is_gone_is_not_an_empty_list() -> None:
    """Somebody deleted it; the floor remembers."""
    without = makers.state_of(FIRST, TRUST)
    assert counts(BUNDLE, without)
    state = held(without, STATE.seen)
    refused(RevocationsMissing, state, lambda: counts(BUNDLE, state))


def test_the_list_that_was_seen_or_a_later_one_puts_it_right() -> None:
    state = held(makers.state_of(FIRST, TRUST), STATE.seen)
    same = update_revocations(state, LIST, NOW)
    refused(BundleRevoked, same, lambda: counts(BUNDLE, same))
    assert counts(ANOTHER, same)
    later = update_revocations(state, sign(makers.revocations(number=5), VENDOR), NOW)
    assert counts(BUNDLE, later)


def test_the_list_that_was_seen_is_taken_again_whatever_the_clock_shows() -> None:
    state = held(makers.state_of(FIRST, TRUST), STATE.seen)
    assert update_revocations(state, LIST, 0).lists == STATE.lists


@pytest.mark.parametrize(
    ("error", "changes"),
    [
        pytest.param(Rollback, {"number": 3}, id="an older list"),
        pytest.param(Fork, {"number": 4}, id="another one in its place"),
    ],
)
def test_no_other_list_does(error: type[LicenseError], changes: dict[str, Any]) -> None:
    state = held(makers.state_of(FIRST, TRUST), STATE.seen)
    token = sign(makers.revocations(**changes), VENDOR)
    refused(error, state, lambda: update_revocations(state, token, NOW))


def catalogs(trust_store: TrustStore) -> dict[str, int]:
    """Return issuer to the version of its catalog in force."""
    return {issuer: held.document.version for issuer, held in trust_store.catalogs.items()}


@pytest.mark.attack("older-document-brought-back")
def test_a_catalog_below_the_floor_is_not_in_force() -> None:
    seen = {**SEEN, CATALOGS: one(1, 1, 3)}
    assert catalogs(extended(STORE, [], seen)) == {}
    later = sign(makers.catalog(version=4), VENDOR)
    assert catalogs(extended(STORE, [later], seen)) == {"demo": 4}


@pytest.mark.attack("forked-document")
def test_another_catalog_in_place_of_the_one_that_was_seen_is_a_fork() -> None:
    seen = {**SEEN, CATALOGS: one(1, 1, 2)}
    refused(Fork, STORE.trust, lambda: extended(STORE, [], seen))
    without = open_pack(makers.file_of(FIRST, TRUST), makers.pin(FIRST))
    refused(Fork, without.trust, lambda: extended(without, [CATALOG], seen))


def test_the_floor_never_falls() -> None:
    higher = {
        ROOTS: one(3),
        TRUSTS: one(3, 9),
        LISTS: one(1, 9, 1),
        ("revocations", "partner"): one(1, 1, 1),
        CATALOGS: one(1, 1, 3),
    }
    lower = {ROOTS: one(2), TRUSTS: one(3, 8), LISTS: one(1, 8, 99), CATALOGS: one(1, 1, 2)}
    for floor in (lower, NOTHING_SEEN, higher):
        assert merge(higher, floor) == merge(floor, higher) == higher


def test_of_two_in_one_place_the_floor_decides() -> None:
    ours, other = {ROOTS: one(1, of=FIRST)}, {ROOTS: one(1)}
    assert merge(ours, other) == ours
    assert merge(other, ours) == other


def test_a_root_alone_is_at_the_floor_while_no_trust_document_was_seen() -> None:
    bare = start([FIRST], makers.pin(FIRST))
    assert held(bare, {ROOTS: one(1, of=FIRST)}) == bare
