"""Cases of evaluation: notices that follow from documents and slots."""

from collections.abc import Iterator
from typing import Any, Final

from licensekit.trust.sign import sign
from licensekit.wire.documents import AfterGrace, Use
from licensekit.wire.documents.bundle import Binding
from tests import makers
from tests.makers import NOW
from tests.vectors.evaluation_world import (
    Installation,
    Members,
    activated,
    ask,
    bundle,
    date,
    day,
    first,
    ground,
    last,
    partners,
    site,
    sold,
    user,
)
from tests.vectors.of_evaluation_governing import B
from tests.vectors.of_evaluation_states import DIGEST, FACTS, HERE
from tests.vectors.vector import ADMITTED, ROOT, VENDOR, Case

BASE: Final = "1010000014 base 1"
SEVERITY: Final = {
    **dict.fromkeys(("expired", "foreign", "unmaintained", "deficit"), "error"),
    **dict.fromkeys(("warning", "grace", "setting-unfit"), "warning"),
}
"""Code to its severity, where that is not `info`."""


def _notice(code: str, bundle: str | None = None, **more: Any) -> Members:
    about = {} if bundle is None else {"bundle": bundle}
    return {"severity": SEVERITY.get(code, "info"), "code": code, **about, **more}


def _on(code: str, **more: Any) -> Members:
    """Return a notice about the first base bundle."""
    return _notice(code, BASE, **more)


Row = tuple[str, str, Installation, list[Members]]


def _cases(rows: list[Row], musts: tuple[str, ...] = ()) -> Iterator[Case]:
    for name, about, installation, notices in rows:
        yield installation.case("Notices", name, about, ask("notices"), {"notices": notices}, musts=musts)


def notices_of_bundles() -> Iterator[Case]:
    """Notices about bundles and their dates."""
    term: Members = {"warning": day(20), "expiry": day(30), "grace": day(40)}
    one = sold(**term)
    foreign: Members = {"binding": Binding(DIGEST, 0, {})}
    renewal, late = bundle(sequence=2, starts=day(41)), bundle(sequence=2, starts=day(42))
    second = "1010000014 base 2"
    check = sold(next_check=day(5))
    three = sold(binding=Binding(None, 1, FACTS))
    strict = sold(binding=Binding(None, 2, FACTS))
    two = {"digest": bytes(32).hex(), "facts": {name: fact.hex() for name, fact in FACTS.items() if name != "disk"}}
    unmaintained = sold(maintenance=day(0)).having(released=date(1))
    yield from _cases(
        [
            ("none", "there is nothing to say", sold(), []),
            ("none-activated", "nothing was activated", activated(), []),
            ("before-warning", "the last second before the warning", one.at(last(19)), []),
            ("warning", "the first second of the warning", one.at(first(20)), [_on("warning", days=10)]),
            ("warning-last-day", "the last second of the expiry", one.at(last(30)), [_on("warning", days=0)]),
            ("grace", "the first second of grace", one.at(first(31)), [_on("grace", days=9)]),
            ("in-grace", "in the middle of grace", one.at(first(35)), [_on("grace", days=5)]),
            ("grace-last-day", "the last second of grace", one.at(last(40)), [_on("grace", days=0)]),
            ("expired", "the first second after grace", one.at(first(41)), [_on("expired")]),
            (
                "expired-block",
                "it has expired and blocks",
                sold(**term, after_grace=AfterGrace.BLOCK).at(first(41)),
                [_on("expired")],
            ),
            (
                "expired-advisory",
                "it has expired and only advises",
                sold(**term, after_grace=AfterGrace.ADVISORY).at(first(41)),
                [_on("expired")],
            ),
            ("no-warning", "a bundle without a warning", sold(expiry=day(30)).at(last(30)), []),
            (
                "followed",
                "another one follows: there is no warning",
                one.plus(renewal).at(first(25)),
                [_notice("pending", second, days=16)],
            ),
            (
                "followed-in-grace",
                "another one follows, and grace runs",
                one.plus(renewal).at(first(35)),
                [_notice("pending", second, days=6)],
            ),
            (
                "not-followed",
                "another one starts too late",
                one.plus(late).at(first(25)),
                [_on("warning", days=5), _notice("pending", second, days=17)],
            ),
            (
                "followed-by-trial",
                "a trial does not follow",
                one.plus(bundle(use=Use.TRIAL, starts=day(31))).at(first(25)),
                [_on("warning", days=5)],
            ),
        ],
        ("evaluation-coverage-1",),
    )
    yield from _cases(
        [
            ("waits", "a bundle waits", sold(starts=day(3)), [_on("pending", days=3)]),
            (
                "waits-tomorrow",
                "a bundle waits, in the last second before",
                sold(starts=day(3)).at(last(2)),
                [_on("pending", days=1)],
            ),
            ("foreign", "a bundle is foreign", sold(**foreign), [_on("foreign")]),
            (
                "foreign-expired",
                "a foreign bundle that would have expired",
                sold(**foreign, **term).at(first(50)),
                [_on("foreign")],
            ),
            (
                "foreign-waits",
                "a foreign bundle waits",
                sold(starts=day(3), **foreign),
                [_on("foreign"), _on("pending", days=3)],
            ),
            (
                "foreign-partner",
                "a bundle of the partner's is foreign",
                activated(partners(**foreign)),
                [_notice("foreign", f"partner {BASE}")],
            ),
            ("unmaintained", "a bundle is unmaintained", unmaintained, [_on("unmaintained")]),
            (
                "unmaintained-waits",
                "an unmaintained bundle waits",
                sold(maintenance=day(0), starts=day(1)).having(released=date(1)),
                [_on("unmaintained"), _on("pending", days=1)],
            ),
            (
                "unmaintained-trial",
                "the label of a trial",
                sold(maintenance=day(0), use=Use.TRIAL, part="reports").having(released=date(1)),
                [_notice("unmaintained", "1010000014 reports trial 1")],
            ),
            (
                "facts-changed",
                "one fact of three has changed, and one must match",
                three.having(installation=two),
                [_on("facts-changed")],
            ),
            (
                "facts-changed-last",
                "one has changed, and none may any more",
                strict.having(installation=two),
                [_on("facts-changed") | {"severity": "warning"}],
            ),
            (
                "facts-changed-expired",
                "facts of a bundle have changed that has expired",
                sold(binding=Binding(None, 1, FACTS), expiry=day(1)).at(first(2)).having(installation=two),
                [_on("expired"), _on("facts-changed")],
            ),
            ("facts-same", "no fact has changed", three.having(installation=HERE), []),
            (
                "facts-too-many",
                "too many have changed",
                sold(binding=Binding(None, 3, FACTS)).having(installation=two),
                [_on("foreign")],
            ),
            ("check-not-yet", "the last second before the next check", check.at(last(4)), []),
            ("check", "the first second of the next check", check.at(first(5)), [_on("next-check")]),
            (
                "check-partner",
                "the next check of a bundle of the partner's",
                activated(partners(next_check=day(0))),
                [_notice("next-check", f"partner {BASE}")],
            ),
            (
                "check-expired",
                "the next check of a bundle that has expired",
                sold(next_check=day(5), expiry=day(1)).at(first(5)),
                [_on("expired"), _on("next-check")],
            ),
            (
                "check-waits",
                "what waits has no next check yet",
                sold(next_check=day(0), starts=day(2)),
                [_on("pending", days=2)],
            ),
            (
                "not-in-force",
                "what is not in force has no notices",
                activated(bundle(**term), bundle(sequence=2)).at(first(41)),
                [],
            ),
            ("out-of-reach", "nor what is out of reach", one.at(first(41)).having(away_hours=99), []),
            (
                "two",
                "two bundles: errors come first",
                activated(bundle(part="reports", starts=day(60)), bundle(**term)).at(first(41)),
                [_on("expired"), _notice("pending", "1010000014 reports 1", days=19)],
            ),
            (
                "of-two-serials",
                "equal notices are ordered by the bundle",
                activated(bundle(serial=B, part="reports", expiry=day(1)), bundle(expiry=day(1))).at(first(2)),
                [_on("expired"), _notice("expired", f"{B} reports 1")],
            ),
        ]
    )


def notices_of_counts() -> Iterator[Case]:
    """Notices about how many are in use, and about what catalogs do not have."""

    def used(total: int | None, slot: int, **more: object) -> Installation:
        return sold(users={"user": total}, **more).having(users=[user(licenses={"user": slot})])

    def of(code: str, **more: Any) -> list[Members]:
        return [_notice(code, license="user", **more)]

    lapsed = used(10, 5, expiry=day(1)).at(first(2))
    in_part = activated(bundle(users={"user": 2}), bundle(part="reports", users={"user": 9}, expiry=day(1)))
    limited = sold(sites={"satellite": 2})
    old = sign(makers.trust(*ADMITTED, fresh_until=NOW), ROOT)
    stale = sign(makers.revocations(fresh_until=NOW), VENDOR)
    yield from _cases(
        [
            ("few", "eight of ten", used(10, 8), []),
            ("nearly-used", "nine of ten", used(10, 9), of("nearly-used")),
            ("used-up", "ten of ten", used(10, 10), of("used-up")),
            ("deficit", "eleven of ten", used(10, 11), of("deficit", release=1)),
            ("nearly-used-rounded", "ten of eleven", used(11, 10), of("nearly-used")),
            ("few-rounded", "nine of eleven", used(11, 9), []),
            ("one-of-one", "one of one is used up", used(1, 1), of("used-up")),
            ("seventeen", "seventeen of nineteen", used(19, 17), []),
            ("eighteen", "eighteen of nineteen", used(19, 18), of("nearly-used")),
            ("unrestricted", "of what is unrestricted", used(None, 99), []),
            ("lapsed", "all of it lapsed: the notice about the bundle says so", lapsed, [_on("expired")]),
            (
                "lapsed-in-part",
                "a part lapsed",
                in_part.at(first(2)).having(users=[user(licenses={"user": 5})]),
                [_notice("deficit", license="user", release=3), _notice("expired", "1010000014 reports 1")],
            ),
            (
                "not-sold",
                "nobody sells it",
                sold().having(users=[user(licenses={"user": 4})]),
                of("deficit", release=4),
            ),
            ("no-slot", "a slot that is none", sold().having(users=[user(licenses={"user": 0})]), []),
            (
                "retired",
                "a retired user uses none",
                used(1, 1).having(users=[user(licenses={"user": 9}, retired=True)]),
                [],
            ),
            (
                "sites",
                "a site license",
                sold(sites={"branch": 1}).having(sites=[site(licenses={"branch": 3})]),
                [_notice("deficit", license="branch", release=2)],
            ),
            (
                "satellites",
                "more satellites than there may be",
                limited.having(sites=[site(satellite=3)]),
                [_notice("deficit", license="satellite", release=1)],
            ),
            (
                "satellites-used-up",
                "as many as there may be",
                limited.having(sites=[site(satellite=2)]),
                [_notice("used-up", license="satellite")],
            ),
            (
                "partner",
                "a license of the partner's",
                activated(partners(users={"atlas": 1})).having(users=[user(licenses={"partner.atlas": 1})]),
                [_notice("used-up", license="partner.atlas")],
            ),
            ("gone", "an assignment of what no catalog has", sold().having(users=[user(licenses={"gone": 1})]), []),
            (
                "several",
                "several licenses",
                sold(users={"user": 1, "sales": 1, "editor": 10}).having(
                    users=[user(licenses={"user": 1, "sales": 3, "editor": 9})]
                ),
                [
                    _notice("deficit", license="sales", release=2),
                    _notice("nearly-used", license="editor"),
                    _notice("used-up", license="user"),
                ],
            ),
            (
                "unknown-license",
                "a bundle names a license that its catalog does not have",
                sold(users={"gone": 1}),
                [_on("unknown-license", license="gone")],
            ),
            (
                "unknown-kind",
                "or has with another kind",
                sold(users={"server": 1}),
                [_on("unknown-license", license="server")],
            ),
            (
                "unknown-partner",
                "a bundle of a partner without a catalog",
                activated(partners(system={"maps": 1})).on(ground(catalogs=False)),
                [_notice("unknown-license", f"partner {BASE}", license="partner.maps")],
            ),
            (
                "unknown-expired",
                "a bundle that has expired",
                sold(users={"gone": 1}, expiry=day(1)).at(first(2)),
                [_on("expired"), _on("unknown-license", license="gone")],
            ),
            ("unknown-waits", "one that waits", sold(users={"gone": 1}, starts=day(1)), [_on("pending", days=1)]),
            (
                "unknown-twice",
                "named with two kinds, said once",
                sold(users={"gone": 1}, system={"gone": 1}),
                [_on("unknown-license", license="gone")],
            ),
            (
                "unknown-setting",
                "a bundle sells a setting that its catalog does not have",
                sold(settings={"gone": 1}),
                [_on("unknown-setting", setting="gone")],
            ),
            (
                "unknown-setting-partner",
                "a bundle of the partner's sells a setting that its catalog does not have",
                activated(partners(settings={"rows": 20})),
                [_notice("unknown-setting", f"partner {BASE}", setting="partner.rows")],
            ),
            (
                "unknown-setting-no-catalog",
                "a setting of a partner without a catalog",
                activated(partners(settings={"layers": 2})).on(ground(catalogs=False)),
                [_notice("unknown-setting", f"partner {BASE}", setting="partner.layers")],
            ),
            (
                "unknown-setting-expired",
                "a bundle that has expired sells no setting",
                sold(settings={"gone": 1}, expiry=day(1)).at(first(2)),
                [_on("expired")],
            ),
            (
                "setting-unfit",
                "a bundle sells a value that does not fit",
                sold(settings={"rows": 5}),
                [_on("setting-unfit", setting="rows")],
            ),
            (
                "setting-unfit-type",
                "one of another type",
                sold(settings={"theme": True}),
                [_on("setting-unfit", setting="theme")],
            ),
            (
                "setting-unfit-partner",
                "a value that does not fit a setting of the partner's",
                activated(partners(settings={"layers": "many"})),
                [_notice("setting-unfit", f"partner {BASE}", setting="partner.layers")],
            ),
            (
                "setting-unfit-expired",
                "a value that does not fit, of a bundle that has expired",
                sold(settings={"rows": 5}, expiry=day(1)).at(first(2)),
                [_on("expired")],
            ),
            ("setting-fits", "a value that fits", sold(settings={"rows": 10}), []),
            ("fresh", "the last second of a trust document", sold().on(ground(trust=old)).at(NOW - 1), []),
            (
                "not-fresh",
                "the first second after a trust document",
                sold().on(ground(trust=old)),
                [_notice("not-fresh")],
            ),
            ("fresh-list", "the last second of a list", sold().on(ground(stale)).at(NOW - 1), []),
            (
                "not-fresh-list",
                "the first second after a list",
                sold().on(ground(stale)).at(NOW),
                [_notice("not-fresh", issuer="demo")],
            ),
            (
                "not-fresh-both",
                "both are past their time",
                sold().on(ground(stale, trust=old)).at(NOW + 1),
                [_notice("not-fresh"), _notice("not-fresh", issuer="demo")],
            ),
        ]
    )
