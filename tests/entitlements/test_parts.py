"""What its dates, its binding and its maintenance say of a bundle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.access import Access
from licensekit.dates import DAY_SECONDS, end_of_day, start_of_day
from licensekit.entitlements import BundleState, Fingerprint
from licensekit.entitlements.parts import judge
from licensekit.entitlements.states import state_by_dates
from licensekit.wire.documents import AfterGrace, Binding, Bundle
from tests import makers
from tests.entitlements.engine import bare, granted, trust_store, verified

DAY = makers.ISSUED_DAY
STORE = trust_store(makers.catalog())
DATED = bare(starts=DAY, warning=DAY + 10, expiry=DAY + 20, grace=DAY + 30)


@pytest.mark.parametrize(
    ("second", "state", "until"),
    [
        (start_of_day(DAY) - 1, BundleState.PENDING, start_of_day(DAY)),
        (start_of_day(DAY), BundleState.ACTIVE, start_of_day(DAY + 10)),
        (start_of_day(DAY + 10) - 1, BundleState.ACTIVE, start_of_day(DAY + 10)),
        (start_of_day(DAY + 10), BundleState.WARNING, end_of_day(DAY + 20)),
        (end_of_day(DAY + 20) - 1, BundleState.WARNING, end_of_day(DAY + 20)),
        (end_of_day(DAY + 20), BundleState.GRACE, end_of_day(DAY + 30)),
        (end_of_day(DAY + 30) - 1, BundleState.GRACE, end_of_day(DAY + 30)),
        (end_of_day(DAY + 30), BundleState.EXPIRED, None),
    ],
)
def test_a_date_counts_to_the_end_of_its_day(second: int, state: BundleState, until: int | None) -> None:
    assert state_by_dates(DATED, second) == (state, until)


@pytest.mark.parametrize(
    ("bundle", "state"),
    [
        (bare(), BundleState.ACTIVE),
        (bare(expiry=DAY + 1), BundleState.EXPIRED),
        (bare(starts=DAY + 90), BundleState.ACTIVE),
        (bare(starts=DAY + 101), BundleState.PENDING),
        (bare(expiry=DAY + 200), BundleState.ACTIVE),
        (bare(warning=DAY + 90, expiry=DAY + 200), BundleState.WARNING),
        (bare(expiry=DAY + 90, grace=DAY + 200), BundleState.GRACE),
    ],
)
def test_dates_that_are_missing_are_passed_over(bundle: Bundle, state: BundleState) -> None:
    assert state_by_dates(bundle, start_of_day(DAY + 100))[0] is state


@given(st.integers(-5, 40 * DAY_SECONDS), st.integers(0, 40 * DAY_SECONDS))
def test_states_come_in_one_order_and_hold_until_they_say(offset: int, later: int) -> None:
    order = [BundleState.PENDING, BundleState.ACTIVE, BundleState.WARNING, BundleState.GRACE, BundleState.EXPIRED]
    first = start_of_day(DAY) + offset
    state, until = state_by_dates(DATED, first)
    after, _ = state_by_dates(DATED, first + later)
    assert order.index(after) >= order.index(state)
    assert (after is state) is (until is None or first + later < until)


@pytest.mark.parametrize(
    ("policy", "cap"),
    [(AfterGrace.READ_ONLY, Access.READ), (AfterGrace.BLOCK, Access.NONE), (AfterGrace.ADVISORY, Access.FULL)],
)
def test_after_grace_the_policy_caps_what_is_granted(policy: AfterGrace, cap: Access) -> None:
    [lapsed] = verified(STORE, bare(expiry=DAY, after_grace=policy))
    part = judge(lapsed, end_of_day(DAY), fingerprint=Fingerprint(), released=None)
    assert (part.state, part.cap) == (BundleState.EXPIRED, cap)
    assert not part.works
    in_time = judge(lapsed, end_of_day(DAY) - 1, fingerprint=Fingerprint(), released=None)
    assert (in_time.state, in_time.cap, in_time.works) == (BundleState.ACTIVE, Access.FULL, True)


FACTS = {"board": b"b" * 16, "host": b"h" * 16, "network": b"n" * 16}


@pytest.mark.attack("another-machines-file")
@pytest.mark.parametrize(
    ("binding", "fingerprint", "fits"),
    [
        (Binding(b"k" * 32, 0, {}), Fingerprint(b"k" * 32), True),
        (Binding(b"k" * 32, 0, {}), Fingerprint(b"x" * 32), False),
        (Binding(b"k" * 32, 0, {}), Fingerprint(), False),
        (Binding(None, 2, FACTS), Fingerprint(None, FACTS), True),
        (Binding(None, 2, FACTS), Fingerprint(None, {**FACTS, "host": b"x" * 16}), True),
        (Binding(None, 2, FACTS), Fingerprint(None, {"host": FACTS["host"]}), False),
        (Binding(None, 1, FACTS), Fingerprint(b"k" * 32, {}), False),
        (Binding(b"k" * 32, 3, FACTS), Fingerprint(b"k" * 32, FACTS), True),
        (Binding(b"k" * 32, 3, FACTS), Fingerprint(b"x" * 32, FACTS), False),
    ],
)
def test_a_bound_bundle_grants_only_where_it_belongs(binding: Binding, fingerprint: Fingerprint, *, fits: bool) -> None:
    bound = bare(system={"server": 1}, binding=binding)
    entitlements = granted(STORE, bound, fingerprint=fingerprint)
    assert entitlements.parts[0].state is (BundleState.ACTIVE if fits else BundleState.FOREIGN)
    assert entitlements.system["server"] is (Access.FULL if fits else Access.NONE)


@pytest.mark.parametrize(("released", "covered"), [(None, True), (DAY, True), (DAY + 1, False)])
def test_maintenance_covers_versions_released_until_its_day(released: int | None, *, covered: bool) -> None:
    entitlements = granted(STORE, bare(system={"server": 1}, maintenance=DAY), released=released)
    assert entitlements.parts[0].state is (BundleState.ACTIVE if covered else BundleState.UNMAINTAINED)
    assert entitlements.system["server"] is (Access.FULL if covered else Access.NONE)
