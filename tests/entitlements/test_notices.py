"""What administrators are told, and when."""

import pytest

from licensekit.dates import day_at, end_of_day, format_days, start_of_day
from licensekit.entitlements import Fingerprint, Notice, Severity, list_notices, summarize
from licensekit.entitlements.notices import Expired
from licensekit.trust.pack import extend_trust_store
from licensekit.trust.sign import sign
from licensekit.wire.documents import AfterGrace, Binding, Bundle
from tests import homes, makers
from tests.entitlements.engine import bare, granted, trust_store

DAY = makers.ISSUED_DAY
STORE = trust_store(makers.catalog())
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


def told(
    bundle: Bundle, day: int, in_use: int = 0, released: int | None = None
) -> list[tuple[str, Severity, int | None]]:
    now = max(makers.NOW, start_of_day(day) + 3600)
    entitlements = granted(STORE, bundle, now=now, released=released)
    found = list_notices(entitlements, {"sales-pro": in_use})
    return [(notice.code, notice.severity, notice.days) for notice in found]


DATED = bare(warning=DAY + 5, expiry=DAY + 9, grace=DAY + 12)
TOLD: list[tuple[Bundle, int, list[tuple[str, Severity, int | None]]]] = [
    (DATED, DAY + 4, []),
    (DATED, DAY + 5, [("warning", WARNING, 4)]),
    (DATED, DAY + 9, [("warning", WARNING, 0)]),
    (DATED, DAY + 10, [("grace", WARNING, 2)]),
    (DATED, DAY + 13, [("expired", ERROR, None)]),
    (bare(starts=DAY + 3), DAY + 1, [("pending", INFO, 2)]),
    (bare(next_check=DAY + 3), DAY + 2, []),
    (bare(next_check=DAY + 3), DAY + 3, [("next-check", INFO, None)]),
    (bare(binding=Binding(bytes(32), 0, {})), DAY, [("foreign", ERROR, None)]),
    (bare(users={"later": 1}), DAY, [("unknown-license", INFO, None)]),
]


@pytest.mark.parametrize(("bundle", "day", "expected"), TOLD)
def test_dates_and_states_are_reported_from_their_day_on(
    bundle: Bundle, day: int, expected: list[tuple[str, Severity, int | None]]
) -> None:
    assert told(bundle, day) == expected


FACTS = {name: name[:1].encode() * 16 for name in ("board", "disk", "host", "network")}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ((), []),
        (("host",), [("facts-changed", INFO, "3 of 4 machine facts are unchanged")]),
        (("disk", "host"), [("facts-changed", WARNING, "disk, host changed")]),
        (("board", "disk", "host"), [("foreign", ERROR, "1 of 4 machine facts")]),
    ],
)
def test_changed_facts_are_reported_before_they_are_too_many(
    changed: tuple[str, ...], expected: list[tuple[str, Severity, str]]
) -> None:
    machine = Fingerprint(None, {n: v for n, v in FACTS.items() if n not in changed})
    bound = bare(binding=Binding(None, 2, FACTS))
    found = list_notices(granted(STORE, bound, fingerprint=machine), {})
    assert [(notice.code, notice.severity) for notice in found] == [e[:2] for e in expected]
    assert all(e[2] in notice.message for notice, e in zip(found, expected, strict=True))


def test_a_bundle_for_another_key_says_so() -> None:
    [notice] = list_notices(granted(STORE, bare(binding=Binding(bytes(32), 0, {}))), {})
    assert "this installation has another key" in notice.message


def test_maintenance_that_does_not_cover_the_version_is_reported() -> None:
    assert told(bare(maintenance=DAY), DAY, released=DAY + 1) == [("unmaintained", ERROR, None)]


def test_an_insufficient_count_is_reported_once_it_is_exceeded() -> None:
    sold = bare(users={"sales-pro": 2})
    assert told(sold, DAY, in_use=1) == []
    assert told(sold, DAY, in_use=2) == [("used-up", INFO, None)]
    assert told(sold, DAY, in_use=3) == [("deficit", ERROR, None)]
    assert told(bare(), DAY, in_use=1) == [("deficit", ERROR, None)]


def test_when_all_of_a_license_lapsed_only_the_lapse_is_reported() -> None:
    lapsed = bare(users={"sales-pro": 2}, expiry=DAY)
    assert told(lapsed, DAY + 1, in_use=2) == [("expired", ERROR, None)]


def test_what_is_assigned_of_a_license_without_a_catalog_is_passed_over() -> None:
    assert list_notices(granted(STORE, bare()), {"gone": 3}) == ()


@pytest.mark.parametrize("policy", list(AfterGrace))
def test_an_expired_bundle_says_what_follows(policy: AfterGrace) -> None:
    entitlements = granted(STORE, bare(expiry=DAY, after_grace=policy), now=end_of_day(DAY))
    words = {AfterGrace.READ_ONLY: "read-only", AfterGrace.BLOCK: "no longer grants", AfterGrace.ADVISORY: "to work"}
    [notice] = list_notices(entitlements, {})
    assert words[policy] in notice.consequence


def test_documents_past_their_time_are_reported_and_stop_nothing() -> None:
    late = makers.NOW + 10
    trust = makers.trust(makers.admitted(makers.key("vendor")), version=2, fresh_until=late)
    listed = homes.signed(makers.revocations(trust_version=2, fresh_until=late))
    on = extend_trust_store(STORE, [sign(trust, makers.key("root")), listed], makers.NOW)
    bundle = bare(system={"server": 1})
    before = granted(on, bundle)
    assert (list_notices(before, {}), before.valid_until) == ((), late)
    after = granted(on, bundle, now=late)
    assert [(one.code, one.date) for one in list_notices(after, {})] == 2 * [("not-fresh", day_at(late))]
    assert after.system == before.system


def test_the_most_urgent_comes_first() -> None:
    bundle = bare(users={"sales-pro": 1, "later": 1}, warning=DAY, expiry=DAY + 1, next_check=DAY)
    entitlements = granted(STORE, bundle)
    found: tuple[Notice, ...] = list_notices(entitlements, {"sales-pro": 2})
    assert [notice.severity for notice in found] == [ERROR, WARNING, INFO, INFO]


SUMMARIES: list[tuple[list[Bundle], int, str]] = [
    ([], DAY, "not licensed: no base bundle is in force here; nothing needs your attention"),
    ([bare(part="more")], DAY, "not licensed: no base bundle is in force here; nothing needs your attention"),
    ([DATED], DAY, f"licensed until {format_days(DAY + 9)}; nothing needs your attention"),
    ([DATED], DAY + 5, f"licensed until {format_days(DAY + 9)}; 1 thing needs your attention"),
    ([DATED], DAY + 10, f"licensed until {format_days(DAY + 12)}, in grace; 1 thing needs your attention"),
    ([DATED], DAY + 13, "not licensed: 1010000014 base 1 has expired; 1 thing needs your attention"),
    ([bare(expiry=None)], DAY, "licensed perpetually; nothing needs your attention"),
    (
        [bare(starts=DAY + 3)],
        DAY,
        f"not licensed yet: 1010000014 base 1 starts on {format_days(DAY + 3)}; nothing needs your attention",
    ),
    (
        [bare(binding=Binding(bytes(32), 0, {}))],
        DAY,
        "not licensed: 1010000014 base 1 is for another installation; 1 thing needs your attention",
    ),
]


@pytest.mark.parametrize(("bundles", "day", "said"), SUMMARIES)
def test_one_sentence_says_until_when_and_what_needs_somebody(bundles: list[Bundle], day: int, said: str) -> None:
    here = granted(STORE, *bundles, now=max(makers.NOW, start_of_day(day) + 3600))
    summary = summarize(here, list_notices(here, {}), activated=True)
    assert f"{summary.message}; {summary.hint}" == said
    assert summary.is_licensed == said.startswith("licensed")


def test_where_nothing_is_activated_the_sentence_says_so() -> None:
    assert summarize(granted(STORE), (), activated=False).message == "not licensed: nothing is activated here"


def test_a_notice_has_its_consequence_date_and_remedy_as_data() -> None:
    [notice] = list_notices(granted(STORE, DATED, now=start_of_day(DAY + 5)), {})
    plain = notice.as_json()
    assert (plain["date"], plain["days"], notice.date) == (format_days(DAY + 9), 4, DAY + 9)
    assert plain["consequence"] == f"after {format_days(DAY + 12)}, full access becomes read-only"
    assert plain["remedy"] == "licensekit activate FILE"
    [waits] = list_notices(granted(STORE, bare(starts=DAY + 3)), {})
    assert (waits.as_json()["remedy"], waits.date) == (None, DAY + 3)
    [known] = list_notices(granted(STORE, bare(users={"later": 1})), {})
    assert (known.date, known.remedy) == (None, "")


def test_an_expired_bundle_says_since_when() -> None:
    [notice] = list_notices(granted(STORE, DATED, now=end_of_day(DAY + 12)), {})
    assert isinstance(notice, Expired)
    assert (notice.ended, notice.date) == (DAY + 12, DAY + 12)


def test_a_trust_document_alone_is_reported_from_the_second_on_which_it_is_not_fresh() -> None:
    late = makers.NOW + 10
    trust = makers.trust(makers.admitted(makers.key("vendor")), version=2, fresh_until=late)
    on = extend_trust_store(STORE, [sign(trust, makers.key("root"))], makers.NOW)
    assert granted(on, bare()).valid_until == late
    assert [one.code for one in list_notices(granted(on, bare(), now=late), {})] == ["not-fresh"]
