"""Which bundles are in force: uses, sequences, serials that are replaced, limited keys, lists."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.dates import DAY_SECONDS, start_of_day
from licensekit.entitlements import evaluate
from licensekit.entitlements.timeline import Timeline
from licensekit.trust.order import SeenDocument
from licensekit.trust.pack import TrustStore
from licensekit.trust.signed import Verified
from licensekit.trust.state import TrustState, verify_signed
from licensekit.wire.documents import AfterGrace, Bundle, Use
from tests import homes, makers, signers
from tests.entitlements import governing_model
from tests.entitlements.engine import bare, trust_store
from tests.entitlements.governing_model import LIMITED, Item, admits
from tests.makers import update_revocations, update_trust
from tests.signers import HIGHEST, MOST

DAY: Final = makers.ISSUED_DAY
NOW: Final = makers.NOW
PRODUCTION, TRIAL, DEMO = Use
STORE: Final = trust_store(makers.catalog())
TRUST: Final = update_trust(STORE.trust, signers.trust_token(), NOW)


def signed(*items: Item | Bundle) -> tuple[TrustState, list[Verified[Bundle]]]:
    """Sign bundles, as the vendor if no key is named, and revoke those marked as revoked."""
    named = [one if isinstance(one, Item) else Item(one, "vendor") for one in items]
    tokens = [homes.signed(one.bundle, one.key) for one in named]
    verified = [verify_signed(token, Bundle, TRUST) for token in tokens]
    taken_back = {v.identity for v, one in zip(verified, named, strict=True) if one.is_revoked}
    if not taken_back:
        return TRUST, verified
    listed = makers.revocations(trust_version=2, identities=sorted(taken_back))
    return update_revocations(TRUST, homes.signed(listed), NOW), verified


def in_force(*items: Item | Bundle, now: int = NOW) -> list[Bundle]:
    """Return what is in force of bundles in the order of their activation."""
    trust, verified = signed(*items)
    return [v.document for v in Timeline.of(verified, trust).governing(now)[0]]


def waiting(*items: Item | Bundle, now: int = NOW) -> list[Bundle]:
    """Return what waits for its start."""
    trust, verified = signed(*items)
    return [v.document for v in Timeline.of(verified, trust).governing(now)[1]]


def trial(sequence: int = 1, **changes: Any) -> Bundle:
    return bare(sequence, **{"use": TRIAL, "serial": "T-1", **changes})


def bought(sequence: int = 1, **changes: Any) -> Bundle:
    return bare(sequence, **{"serial": "B-1", **changes})


def revoked(bundle: Bundle) -> Item:
    return Item(bundle, "vendor", is_revoked=True)


def by_shop(sequence: int, count: int = 1, **changes: Any) -> Item:
    """Return a bundle that the key with a highest count signed."""
    return Item(bought(sequence, users={"user": count}, **changes), "shop")


@pytest.mark.parametrize("use", list(Use))
def test_of_one_use_the_highest_sequence_that_has_started_governs(use: Use) -> None:
    one, two, extra = bare(1, use=use), bare(2, use=use), bare(1, part="extra", use=use)
    later = bare(3, use=use, starts=DAY + 5)
    assert in_force(two, later, one, extra) == [two, extra]
    assert waiting(two, later, one, extra) == [later]
    assert in_force(two, later, one, extra, now=start_of_day(DAY + 5)) == [later, extra]


@pytest.mark.parametrize(("higher", "lower"), [(PRODUCTION, TRIAL), (PRODUCTION, DEMO), (TRIAL, DEMO)])
@pytest.mark.parametrize("expiry", [None, DAY - 9])
def test_a_higher_use_governs_whatever_the_sequence_and_even_when_it_has_expired(
    higher: Use, lower: Use, expiry: int | None
) -> None:
    first, other = bare(1, use=higher, expiry=expiry), bare(HIGHEST, use=lower)
    assert in_force(first, other) == in_force(other, first) == [first]


def test_what_was_bought_takes_the_place_of_a_trial_with_all_its_parts() -> None:
    parts = [trial(9), trial(9, part="extra"), trial(9, part="more", use=DEMO)]
    assert in_force(*parts, bought()) == in_force(bought(), *parts) == [bought()]


def test_an_add_on_that_was_bought_stays_when_the_trial_is_replaced() -> None:
    added = bare(1, serial="T-1", part="extra")
    assert in_force(trial(), added, bought()) == [added, bought()]
    assert in_force(trial(), added, bought(replaces=["T-1"])) == [bought(replaces=["T-1"])]


def test_a_bundle_that_has_not_started_replaces_nothing_yet() -> None:
    later = bought(replaces=["T-1"], starts=DAY + 5)
    assert in_force(trial(9), later) == [trial(9)]
    assert waiting(trial(9), later) == [later]
    assert in_force(trial(9), later, now=start_of_day(DAY + 5)) == [later]


def test_a_serial_is_replaced_whenever_it_was_issued() -> None:
    newer = bare(9, serial="A-1", issued=makers.ISSUED + 10)
    merged = bought(replaces=["A-1"])
    assert in_force(newer, merged) == in_force(merged, newer) == [merged]


def test_a_renewal_that_names_no_serial_brings_none_back() -> None:
    merged, renewed = bought(1, replaces=["A-1"]), bought(2)
    assert in_force(bare(5, serial="A-1", part="extra"), merged, renewed) == [renewed]


def test_a_trial_replaces_trials_alone() -> None:
    present = [bought(), trial(serial="B-1", part="extra")]
    taking = trial(replaces=["B-1"])
    assert in_force(*present, taking) == [bought()]
    assert in_force(bought(part="extra"), trial(serial="B-1"), taking) == [bought(part="extra"), taking]


def test_a_limited_key_takes_the_place_of_no_serial() -> None:
    """It cannot even sign `replaces`. Without that, its bundle is in force together with the trial's add-on."""
    extra = trial(part="more")
    assert in_force(trial(), extra, by_shop(1)) == [extra, by_shop(1).bundle]


@pytest.mark.parametrize("order", [("A-1", "B-1"), ("B-1", "A-1")])
def test_of_two_serials_that_replace_each_other_the_one_activated_last_governs(order: tuple[str, str]) -> None:
    first, second = order
    pair = [bare(serial=first, replaces=[second]), bare(serial=second, replaces=[first])]
    parts = [bare(serial=name, part="extra") for name in order]
    assert in_force(parts[0], pair[0], parts[1], pair[1]) == [parts[1], pair[1]]
    assert in_force(parts[0], *pair) == [pair[1]]


def test_of_a_ring_of_serials_the_one_activated_last_governs() -> None:
    a = bare(serial="A-1", replaces=["B-1"])
    b = bare(serial="B-1", replaces=["C-1"])
    c = bare(serial="C-1", replaces=["A-1"])
    assert in_force(a, b, c) == [c]
    assert in_force(b, c, a) == [a]


def test_what_replaces_one_that_replaced_a_third_leaves_neither() -> None:
    extra = bare(serial="A-1", part="extra")
    b, c = bare(serial="B-1", replaces=["A-1"]), bare(serial="C-1", replaces=["B-1"])
    assert in_force(extra, b, c) == [c]


def test_of_two_serials_without_a_word_the_one_activated_last_governs() -> None:
    """As with a partner's bundle after the vendor has moved the installation to another serial."""
    before, after = bare(9, serial="A-1", issued=makers.ISSUED + 10), bare(1, serial="B-1")
    assert in_force(before, after) == [after]
    assert in_force(after, before) == [before]


def test_a_limited_key_displaces_only_what_its_scope_admits() -> None:
    large, small = bought(5, users={"user": MOST + 1}), bought(5, users={"user": MOST})
    assert in_force(large, by_shop(HIGHEST)) == [large]
    assert in_force(small, by_shop(HIGHEST)) == [by_shop(HIGHEST).bundle]
    larger = bought(6, users={"user": None})
    assert in_force(large, by_shop(HIGHEST), larger) == [larger]
    assert in_force(by_shop(4), large) == [large]


def test_a_revoked_bundle_holds_its_place_against_lower_sequences_of_its_use_alone() -> None:
    gone = revoked(bare(2))
    assert in_force(bare(1), gone) == []
    assert in_force(bare(1), gone, bare(3)) == [bare(3)]
    assert in_force(bare(1), gone, bare(1, use=TRIAL)) == [bare(1, use=TRIAL)]
    assert in_force(gone, bare(1, part="extra")) == [bare(1, part="extra")]


def test_what_a_revoked_bundle_displaced_or_replaced_counts_again() -> None:
    tried = [trial(), trial(part="extra")]
    assert in_force(*tried, revoked(bought())) == tried
    merged = bought(replaces=["A-1"])
    assert in_force(bare(serial="A-1"), revoked(merged)) == [bare(serial="A-1")]
    # A renewal that is revoked leaves nothing of its serial, so nothing that replaces either.
    assert in_force(bare(serial="A-1"), merged, revoked(bought(2))) == [bare(serial="A-1")]


@pytest.mark.attack("revocation-list-deleted")
def test_while_a_list_is_gone_its_issuers_bundles_grant_nothing() -> None:
    trust, verified = signed(bought())
    gone = SeenDocument((1, 9, 9), bytes(16))
    without = trust._replace(seen={**trust.seen, ("revocations", makers.ISSUER): gone})
    assert Timeline.of(verified, without).governing(NOW) == ([], [])


def test_a_bundle_waits_only_if_its_turn_will_come() -> None:
    later, latest = bought(2, starts=DAY + 5), bought(3, starts=DAY + 9)
    assert waiting(bought(1), later, latest) == [later, latest]
    assert waiting(bought(4), later) == []
    assert waiting(bought(1), later, bought(3, starts=DAY + 2)) == [bought(3, starts=DAY + 2)]
    assert waiting(bought(1), trial(starts=DAY + 5)) == []
    assert waiting(bought(1), revoked(later)) == []


def test_an_evaluation_holds_no_longer_than_until_any_bundle_starts() -> None:
    """One that waits behind another may replace a third one when it starts."""
    extra = bare(serial="A-1", part="extra")
    renewed, merged = bought(2), bought(1, replaces=["A-1"], starts=DAY + 5)
    trust, verified = signed(extra, renewed, merged)
    store = TrustStore(trust, STORE.catalogs)
    now = evaluate(store, verified, NOW)
    assert [part.bundle for part in now.parts] == [renewed, extra]  # by part
    assert now.waiting == ()
    assert now.valid_until == start_of_day(DAY + 5)
    then = evaluate(store, verified, start_of_day(DAY + 5))
    assert [part.bundle for part in then.parts] == [renewed]


def test_a_key_that_is_not_admitted_holds_back_nothing() -> None:
    """As where bundles were verified before the trust changed."""
    _, verified = signed(bought(1), Item(bought(2), "second"))
    started, _ = Timeline.of(verified, STORE.trust).governing(NOW)
    assert [v.document for v in started] == [bought(1)]


def test_the_serial_is_that_of_the_vendors_base_bundle() -> None:
    def serial(*bundles: Bundle) -> str | None:
        trust, verified = signed(*bundles)
        return evaluate(TrustStore(trust, STORE.catalogs), verified, NOW).serial

    assert serial() is None
    assert serial(bare(serial="A-1", part="extra"), bought()) == "B-1"
    assert serial(bare(serial="A-1", part="extra")) == "A-1"
    assert serial(trial(), bought(starts=DAY + 5)) == "T-1"
    assert serial(bought(starts=DAY + 5)) == "B-1"


SERIALS: Final = ["A-1", "B-1", "C-1"]


@st.composite
def activated(draw: st.DrawFn) -> Item:
    """A bundle of few serials, parts, uses and sequences, by a key that may sign it."""
    serial, part = draw(st.sampled_from(SERIALS)), draw(st.sampled_from(["base", "extra"]))
    others = [name for name in SERIALS if name != serial]
    named = draw(st.sets(st.sampled_from(others), max_size=2 if part == "base" else 0))
    bundle = bare(
        draw(st.integers(1, 3)),
        serial=serial,
        part=part,
        use=draw(st.sampled_from(Use)),
        replaces=sorted(named),
        starts=draw(st.sampled_from([None, DAY + 1, DAY + 2])),
        expiry=draw(st.sampled_from([None, DAY + 50])),
        after_grace=AfterGrace.BLOCK,
        users={"user": draw(st.sampled_from([1, MOST + 1]))},
    )
    keys = ["vendor", "second", *(key for key in sorted(LIMITED) if admits(key, bundle))]
    return Item(bundle, draw(st.sampled_from(keys)), is_revoked=draw(st.booleans()))


bundles = st.lists(activated(), max_size=7, unique_by=lambda item: repr(item.bundle))


@given(bundles, st.integers(0, 2))
def test_what_governs_is_what_a_plain_model_says(items: list[Item], days: int) -> None:
    trust, verified = signed(*items)
    now = NOW + days * DAY_SECONDS
    started, waits = Timeline.of(verified, trust).governing(now)
    numbers = {v.identity: n for n, v in enumerate(verified)}
    assert {numbers[v.identity] for v in started} == governing_model.in_force(items, now)
    assert {numbers[v.identity] for v in waits} == governing_model.waiting(items, now)


@given(bundles)
def test_no_two_bundles_share_a_label_and_of_a_part_at_most_one_is_in_force(items: list[Item]) -> None:
    started = in_force(*items)
    assert len({one.part for one in started}) == len(started)
    lines = {(i.bundle.serial, i.bundle.part, i.bundle.use, i.bundle.sequence) for i in items}
    assert len({i.bundle.label for i in items}) == len(lines)


@given(bundles)
def test_a_trial_never_displaces_what_was_bought(items: list[Item]) -> None:
    """Whatever trials come: what is in force of production is what is without them."""
    of_production = [one for one in items if one.bundle.use is PRODUCTION]
    expected = in_force(*of_production)
    assert [one for one in in_force(*items) if one.use is PRODUCTION] == expected


def test_an_add_on_does_not_decide_which_serial_of_a_ring_stays() -> None:
    """The serial stays whose newest bundle was activated last, whatever else it has."""
    first, add_on = bare(serial="A-1"), bare(serial="A-1", part="extra")
    other, back = bought(replaces=["A-1"]), bare(2, serial="A-1", replaces=["B-1"])
    assert in_force(first, add_on, other, back) == [add_on, back]
