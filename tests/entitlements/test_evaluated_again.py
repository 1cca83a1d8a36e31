"""What is evaluated again, at another moment or under other conditions, is what it would be from the start."""

from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from licensekit.dates import DAY_SECONDS, end_of_day, start_of_day
from licensekit.entitlements import Entitlements, Fingerprint, evaluate, list_notices
from licensekit.entitlements.timeline import Timeline
from licensekit.trust.pack import TrustStore
from licensekit.trust.signed import Verified
from licensekit.wire.documents import AfterGrace, Binding, Bundle, Kind, MeterPeriod
from tests import makers
from tests.entitlements.engine import bare, trust_store, verified
from tests.entitlements.governing_model import Item
from tests.entitlements.test_governing import activated, signed

DAY: Final = makers.ISSUED_DAY
NOW: Final = makers.NOW
_OF: Final = makers.license_entry
LICENSES: Final = {
    "server": _OF(Kind.SYSTEM, full_with="cal", includes=["cal", "shop"]),
    "extra": _OF(Kind.SYSTEM),
    "calls": _OF(Kind.SYSTEM, quantity="calls", per=MeterPeriod.DAY),
    "jobs": _OF(Kind.SYSTEM, quantity="jobs", per=MeterPeriod.TERM),
    "shop": _OF(Kind.SITE),
    "user": _OF(includes=["cal"]),
    "cal": _OF(),
}
STORE: Final = trust_store(
    makers.catalog(licenses=LICENSES, access={}, settings={"tone": makers.setting()}), partner=makers.PARTNER
)
HERE: Final = Fingerprint(bytes(32))
days: Final = st.integers(DAY - 1, DAY + 4)


@st.composite
def sold(draw: st.DrawFn) -> Item:
    """A bundle with dates close to each other, which sells a little of everything."""
    item = draw(activated())
    if item.key not in {"vendor", "second"}:
        return item
    warning, expiry, grace = (None, *sorted(draw(st.lists(days, min_size=3, max_size=3))))[:3]
    starts = item.bundle.starts
    changes: dict[str, Any] = {
        "starts": starts if starts is None or expiry is None else min(starts, expiry),
        "expiry": expiry,
        "warning": draw(st.sampled_from([None, warning])),
        "grace": draw(st.sampled_from([None, grace])),
        "next_check": draw(days | st.none()),
        "maintenance": draw(st.sampled_from([None, DAY, DAY + 9])),
        "after_grace": draw(st.sampled_from(AfterGrace)),
        "offline_hours": draw(st.sampled_from([0, 24])),
        "binding": draw(st.sampled_from([None, None, Binding(bytes(32), 0, {})])),
        "system": draw(st.dictionaries(st.sampled_from(["server", "extra", "calls", "jobs", "gone"]), st.just(1))),
        "settings": draw(st.sampled_from([{}, {"tone": "low"}, {"tone": 3}])),
    }
    return item._replace(bundle=makers.changed(item.bundle, **changes))


conditions: Final = st.fixed_dictionaries(
    {},
    optional={"fingerprint": st.just(HERE), "released": st.just(DAY + 5), "away_hours": st.sampled_from([1.0, 30.0])},
)
moments: Final = st.integers(NOW - 2 * DAY_SECONDS, NOW + 6 * DAY_SECONDS) | st.builds(start_of_day, days)
many: Final = st.lists(sold(), max_size=7, unique_by=lambda item: repr(item.bundle))


def said(granted: Entitlements) -> tuple[object, ...]:
    """Return everything that entitlements say."""
    plain = {**granted._asdict(), "covered": granted.coverage}
    return plain, list_notices(granted, {"user": 2})


Steps = list[tuple[int, dict[str, Any]]]


@given(many, st.lists(st.tuples(moments, conditions), min_size=2, max_size=4))
def test_whatever_has_passed_it_is_as_from_the_start(items: list[Item], steps: Steps) -> None:
    trust, bundles = signed(*items)
    store = TrustStore(trust, STORE.catalogs)
    before: Entitlements | None = None
    for now, under in steps:
        before = evaluate(store, bundles, now, **under, before=before)
        assert said(before) == said(evaluate(store, bundles, now, **under))


@given(many, many, moments)
def test_other_bundles_are_evaluated_from_the_start(first: list[Item], then: list[Item], now: int) -> None:
    for before, after in ((first, then), (then, first)):
        (trust, bundles), (_, others) = signed(*before), signed(*after)
        store = TrustStore(trust, STORE.catalogs)
        known = evaluate(store, others, now)
        assert said(evaluate(store, bundles, now, before=known)) == said(evaluate(store, bundles, now))


@given(many, st.integers(-1, 5))
def test_timelines_that_are_divided_say_together_what_the_whole_says(items: list[Item], days: int) -> None:
    trust, bundles = signed(*items)
    whole = Timeline.of(bundles, trust)
    now, numbers = NOW + days * DAY_SECONDS, {one: number for number, one in enumerate(bundles)}
    for place in (0, 1):
        found: list[Verified[Bundle]] = [one for part in whole.divided() for one in part.governing(now)[place]]
        assert sorted(found, key=numbers.__getitem__) == whole.governing(now)[place]


def test_parts_that_no_serial_replaces_are_judged_apart() -> None:
    upgraded = [bare(serial="T-1", part="extra"), bare(), bare(2, replaces=["T-1"]), bare(part="more")]
    issuers = [makers.ISSUER, makers.PARTNER]
    parts = [bare(part=f"p{number}", issuer=issuer) for number in range(3) for issuer in issuers]
    found = Timeline.of(verified(STORE, *upgraded, *parts), STORE.trust).divided()
    assert [len(one.candidates) for one in found] == [3, *[1] * 7]


def test_of_many_parts_only_the_one_is_judged_again_of_which_a_date_has_passed() -> None:
    parts = (bare(part=f"p{number}", expiry=DAY + number, system={"extra": 1}) for number in range(5))
    bundles = verified(STORE, *parts)
    before = evaluate(STORE, bundles, start_of_day(DAY))
    after = evaluate(STORE, bundles, end_of_day(DAY + 2), before=before)
    assert [one is old for one, old in zip(after.covered.judged, before.covered.judged, strict=True)] == [
        *(False, False, False),
        *(True, True),
    ]
    assert evaluate(STORE, bundles, start_of_day(DAY) + 5, before=before).grants is before.grants
