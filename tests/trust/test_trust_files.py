"""The trust documents of a whole file: rule F1 (`docs/format.md`, "Trust")."""

from itertools import permutations
from typing import Any

import pytest

from licensekit.errors import (
    BundleRevoked,
    DocumentAhead,
    Fork,
    KeyUnknown,
    LicenseError,
    PayloadInvalid,
    RootGap,
    SignatureInvalid,
    ThresholdNotMet,
)
from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.trust.state import TrustState, extend, start
from licensekit.wire import armor
from licensekit.wire.documents import KeyState, SignedType
from tests import makers
from tests.makers import NOW, SERIAL
from tests.refusals import counts, frozen, lists_seen, refused, root_seen, trust_seen

R1, R2, R3, VENDOR, LISTS = (makers.key(name) for name in ("r1", "r2", "r3", "vendor", "lists"))
BUNDLE = sign(makers.bundle(), VENDOR)


def root(version: int, key: SigningKey, *before: SigningKey, **changes: Any) -> armor.Token:
    return sign(makers.root(key, version=version, **changes), *before, key)


def trust(version: int, under: int, signer: SigningKey, **lists_key: Any) -> armor.Token:
    keys = (makers.admitted(VENDOR), makers.admitted(LISTS, "lists", **lists_key))
    return sign(makers.trust(*keys, version=version, root_version=under), signer)


def revocations(under: int, number: int, **changes: Any) -> armor.Token:
    """Return a list under the root and the trust document of one version."""
    root_version = min(under, 3)
    versions = {"root_version": root_version, "trust_version": under, "number": number}
    return sign(makers.revocations(**(versions | changes)), LISTS)


ROOTS = [root(1, R1), root(2, R2, R1), root(3, R3, R2)]
TRUSTS = [trust(1, 1, R1), trust(2, 2, R2), trust(3, 3, R3)]
LISTED = [revocations(1, 1), revocations(3, 1, serials=[SERIAL])]
WHOLE = [*ROOTS, *TRUSTS, *LISTED]


def pinned(which: int = 0) -> TrustState:
    return start([ROOTS[which]], makers.pin(ROOTS[which]))


NEWEST = extend(pinned(), WHOLE, NOW)


def test_a_file_brings_a_state_to_the_newest_of_everything() -> None:
    assert (root_seen(NEWEST.seen), trust_seen(NEWEST.seen)) == (3, (3, 3))
    assert lists_seen(NEWEST.seen) == {"demo": (3, 3, 1)}
    refused(BundleRevoked, NEWEST, lambda: counts(BUNDLE, NEWEST))


@pytest.mark.parametrize("order", list(permutations([0, 3, 5, 7])), ids=str)
def test_the_order_of_tokens_does_not_matter(order: tuple[int, ...]) -> None:
    file = [WHOLE[place] for place in order] + [WHOLE[n] for n in (6, 4, 2, 1)]
    assert frozen(extend(pinned(), file, NOW)) == frozen(NEWEST)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_every_root_ever_pinned_leads_to_the_same_trust(which: int) -> None:
    """What is older than the pin is passed over: roots, and trust documents under them."""
    state = extend(pinned(which), WHOLE, NOW)
    assert frozen(state)[2:] == frozen(NEWEST)[2:]


@pytest.mark.parametrize(
    "file",
    [
        pytest.param([], id="nothing"),
        pytest.param([BUNDLE], id="a bundle alone"),
        pytest.param(WHOLE, id="the same again"),
        pytest.param([ROOTS[0], TRUSTS[0], LISTED[0]], id="the oldest"),
        pytest.param([TRUSTS[1]], id="a trust document of a root that was replaced"),
        pytest.param([sign(makers.trust(version=2, root_version=3), R3)], id="an older trust document"),
        pytest.param([LISTED[0]], id="an older list"),
    ],
)
def test_what_a_newer_one_has_replaced_is_passed_over(file: list[armor.Token]) -> None:
    assert frozen(extend(NEWEST, file, NOW)) == frozen(NEWEST)


def test_a_list_by_a_key_that_was_revoked_since_is_passed_over() -> None:
    """An old file stays usable after its list key was stolen and revoked."""
    state = extend(NEWEST, [trust(4, 3, R3, state=KeyState.REVOKED)], NOW)
    assert frozen(extend(state, [LISTED[1]], NOW)) == frozen(state)


def test_a_huge_list_and_the_trust_document_that_ends_it_may_come_in_one_file() -> None:
    huge = revocations(3, 2**32 - 1)
    end = trust(4, 3, R3, state=KeyState.REVOKED)
    fresh = sign(makers.revocations(root_version=3, trust_version=4, serials=[SERIAL]), VENDOR)
    state = extend(extend(NEWEST, [huge], NOW), [huge, fresh, end], NOW)
    assert lists_seen(state.seen) == {"demo": (3, 4, 1)}
    refused(BundleRevoked, state, lambda: counts(BUNDLE, state))


def test_a_trust_document_passed_on_the_way_puts_no_list_out_of_force() -> None:
    """Whichever comes first in the file, L2 is judged by the newest."""
    barred = trust(4, 3, R3, scope=makers.scope(types=[SignedType.BUNDLE]))
    readmitted = trust(5, 3, R3)
    one = extend(NEWEST, [barred, readmitted], NOW)
    other = extend(NEWEST, [readmitted, barred], NOW)
    assert frozen(one) == frozen(other)
    assert one.lists == NEWEST.lists


R4 = makers.key("r4")
THIEF = makers.key("thief")

REFUSED: dict[str, tuple[type[LicenseError], list[armor.Token]]] = {
    "a root missing in between": (ThresholdNotMet, [root(5, THIEF, R4), trust(4, 5, THIEF)]),
    "a root missing in between, same keys": (RootGap, [root(5, R3)]),
    "a gap behind a root that nobody vouches for": (RootGap, [root(4, THIEF), root(5, R3)]),
    "a gap before a root that nobody vouches for": (RootGap, [root(5, R3), root(4, THIEF)]),
    "a fork of the newest root": (Fork, [root(3, THIEF, R2)]),
    "a root by a thief": (ThresholdNotMet, [root(4, THIEF)]),
    "a root by a thief, and his trust document": (ThresholdNotMet, [trust(4, 4, THIEF), root(4, THIEF)]),
    "a trust document by a thief": (KeyUnknown, [trust(4, 3, THIEF)]),
    "a fork of the trust document": (Fork, [trust(3, 3, R3, valid_from=1)]),
    "a trust document under a root to come": (RootGap, [trust(4, 4, R3)]),
    "a forged trust document": (SignatureInvalid, [makers.forged(trust(4, 3, R3))]),
    "a list ahead of its trust document": (DocumentAhead, [revocations(4, 1)]),
    "a fork of the list": (Fork, [revocations(3, 1)]),
    "a list by a stranger": (KeyUnknown, [sign(makers.revocations(root_version=3, trust_version=3), THIEF)]),
    "a good root and a bad trust document": (SignatureInvalid, [root(4, R4, R3), makers.forged(trust(4, 4, R4))]),
    "all good but the list": (
        PayloadInvalid,
        [root(4, R4, R3), trust(4, 4, R4), makers.seal("revocations", b"\xc0", LISTS)],
    ),
}


@pytest.mark.attack("documents-mixed-in-one-file")
@pytest.mark.parametrize(("error", "file"), REFUSED.values(), ids=REFUSED)
def test_all_of_a_file_is_taken_or_none(error: type[LicenseError], file: list[armor.Token]) -> None:
    refused(error, NEWEST, lambda: extend(NEWEST, file, NOW))


LATER = root(4, R4, R3)


@pytest.mark.parametrize(
    "file",
    [
        pytest.param([root(1, THIEF)], id="a root that nobody vouches for"),
        pytest.param([trust(1, 1, THIEF)], id="a trust document of a root nobody knows"),
        pytest.param([sign(makers.trust(root_version=1), R1, R2)], id="by an old and a known key"),
    ],
)
def test_what_is_older_than_the_pin_changes_nothing(file: list[armor.Token]) -> None:
    """This installation cannot tell it from a forgery, and accepts neither."""
    state = extend(pinned(1), WHOLE, NOW)
    assert frozen(extend(state, file, NOW)) == frozen(state)


def test_older_and_newer_roots_than_the_pin_may_be_in_one_file() -> None:
    state = extend(pinned(2), [*WHOLE, LATER, trust(4, 4, R4)], NOW)
    assert [known.root.version for known in state.chain] == [3, 4]
    assert trust_seen(state.seen) == (4, 4)


def test_with_nothing_in_force_the_first_reason_is_given() -> None:
    """An application that pins root 2 and gets a trust document that nobody vouches for."""
    bare = pinned(1)
    refused(KeyUnknown, bare, lambda: extend(bare, [trust(1, 1, THIEF)], NOW))
    refused(ThresholdNotMet, bare, lambda: extend(bare, [root(1, THIEF), trust(1, 1, THIEF)], NOW))
