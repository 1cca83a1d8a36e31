"""Cases of evaluation: notices about bundles and their dates."""

from collections.abc import Iterator
from typing import Any, Final

from licensekit.wire.documents import AfterGrace, Use
from licensekit.wire.documents.bundle import Binding
from tests.vectors.evaluation_world import (
    Installation,
    Members,
    activated,
    ask,
    bundle,
    date,
    day,
    first,
    last,
    partners,
    sold,
)
from tests.vectors.of_evaluation_governing import B
from tests.vectors.of_evaluation_states import DIGEST, FACTS, HERE
from tests.vectors.vector import Case

BASE: Final = "1010000014 base 1"
SEVERITY: Final = {
    **dict.fromkeys(("expired", "foreign", "unmaintained", "deficit"), "error"),
    **dict.fromkeys(("warning", "grace", "setting-unfit"), "warning"),
}
"""Code to its severity, where that is not `info`."""


def notice(code: str, bundle: str | None = None, **more: Any) -> Members:
    """Return a notice, about a bundle by its label or about something else."""
    about = {} if bundle is None else {"bundle": bundle}
    return {"severity": SEVERITY.get(code, "info"), "code": code, **about, **more}


def on_base(code: str, **more: Any) -> Members:
    """Return a notice about the first base bundle."""
    return notice(code, BASE, **more)


Row = tuple[str, str, Installation, list[Members]]


def noticed(rows: list[Row], musts: tuple[str, ...] = ()) -> Iterator[Case]:
    """Yield cases: a row is name, about, the installation and its notices."""
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
    yield from noticed(
        [
            ("none", "there is nothing to say", sold(), []),
            ("none-activated", "nothing was activated", activated(), []),
            ("before-warning", "the last second before the warning", one.at(last(19)), []),
            ("warning", "the first second of the warning", one.at(first(20)), [on_base("warning", days=10)]),
            ("warning-last-day", "the last second of the expiry", one.at(last(30)), [on_base("warning", days=0)]),
            ("grace", "the first second of grace", one.at(first(31)), [on_base("grace", days=9)]),
            ("in-grace", "in the middle of grace", one.at(first(35)), [on_base("grace", days=5)]),
            ("grace-last-day", "the last second of grace", one.at(last(40)), [on_base("grace", days=0)]),
            ("expired", "the first second after grace", one.at(first(41)), [on_base("expired")]),
            (
                "expired-block",
                "it has expired and blocks",
                sold(**term, after_grace=AfterGrace.BLOCK).at(first(41)),
                [on_base("expired")],
            ),
            (
                "expired-advisory",
                "it has expired and only advises",
                sold(**term, after_grace=AfterGrace.ADVISORY).at(first(41)),
                [on_base("expired")],
            ),
            ("no-warning", "a bundle without a warning", sold(expiry=day(30)).at(last(30)), []),
            (
                "followed",
                "another one follows: there is no warning",
                one.plus(renewal).at(first(25)),
                [notice("pending", second, days=16)],
            ),
            (
                "followed-in-grace",
                "another one follows, and grace runs",
                one.plus(renewal).at(first(35)),
                [notice("pending", second, days=6)],
            ),
            (
                "not-followed",
                "another one starts too late",
                one.plus(late).at(first(25)),
                [on_base("warning", days=5), notice("pending", second, days=17)],
            ),
            (
                "cut-short",
                "the days until its expiry, though what takes its place before does not work",
                one.plus(bundle(sequence=2, starts=day(25), **foreign)).at(first(20)),
                [notice("foreign", second), on_base("warning", days=10), notice("pending", second, days=5)],
            ),
            (
                "followed-by-trial",
                "a trial does not follow",
                one.plus(bundle(use=Use.TRIAL, starts=day(31))).at(first(25)),
                [on_base("warning", days=5)],
            ),
        ],
        ("evaluation-coverage-1",),
    )
    yield from noticed(
        [
            ("waits", "a bundle waits", sold(starts=day(3)), [on_base("pending", days=3)]),
            (
                "waits-tomorrow",
                "a bundle waits, in the last second before",
                sold(starts=day(3)).at(last(2)),
                [on_base("pending", days=1)],
            ),
            ("foreign", "a bundle is foreign", sold(**foreign), [on_base("foreign")]),
            (
                "foreign-expired",
                "a foreign bundle that would have expired",
                sold(**foreign, **term).at(first(50)),
                [on_base("foreign")],
            ),
            (
                "foreign-waits",
                "a foreign bundle waits",
                sold(starts=day(3), **foreign),
                [on_base("foreign"), on_base("pending", days=3)],
            ),
            (
                "foreign-partner",
                "a bundle of the partner's is foreign",
                activated(partners(**foreign)),
                [notice("foreign", f"partner {BASE}")],
            ),
            ("unmaintained", "a bundle is unmaintained", unmaintained, [on_base("unmaintained")]),
            (
                "unmaintained-waits",
                "an unmaintained bundle waits",
                sold(maintenance=day(0), starts=day(1)).having(released=date(1)),
                [on_base("unmaintained"), on_base("pending", days=1)],
            ),
            (
                "unmaintained-trial",
                "the label of a trial",
                sold(maintenance=day(0), use=Use.TRIAL, part="reports").having(released=date(1)),
                [notice("unmaintained", "1010000014 reports trial 1")],
            ),
            (
                "facts-changed",
                "one fact of three has changed, and one must match",
                three.having(installation=two),
                [on_base("facts-changed")],
            ),
            (
                "facts-changed-last",
                "one has changed, and none may any more",
                strict.having(installation=two),
                [on_base("facts-changed") | {"severity": "warning"}],
            ),
            (
                "facts-changed-expired",
                "facts of a bundle have changed that has expired",
                sold(binding=Binding(None, 1, FACTS), expiry=day(1)).at(first(2)).having(installation=two),
                [on_base("expired"), on_base("facts-changed")],
            ),
            ("facts-same", "no fact has changed", three.having(installation=HERE), []),
            (
                "facts-too-many",
                "too many have changed",
                sold(binding=Binding(None, 3, FACTS)).having(installation=two),
                [on_base("foreign")],
            ),
            ("check-not-yet", "the last second before the next check", check.at(last(4)), []),
            ("check", "the first second of the next check", check.at(first(5)), [on_base("next-check")]),
            (
                "check-partner",
                "the next check of a bundle of the partner's",
                activated(partners(next_check=day(0))),
                [notice("next-check", f"partner {BASE}")],
            ),
            (
                "check-expired",
                "the next check of a bundle that has expired",
                sold(next_check=day(5), expiry=day(1)).at(first(5)),
                [on_base("expired"), on_base("next-check")],
            ),
            (
                "check-waits",
                "what waits has no next check yet",
                sold(next_check=day(0), starts=day(2)),
                [on_base("pending", days=2)],
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
                [on_base("expired"), notice("pending", "1010000014 reports 1", days=19)],
            ),
            (
                "of-two-serials",
                "equal notices are ordered by the bundle",
                activated(bundle(serial=B, part="reports", expiry=day(1)), bundle(expiry=day(1))).at(first(2)),
                [on_base("expired"), notice("expired", f"{B} reports 1")],
            ),
        ]
    )
