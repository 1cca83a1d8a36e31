"""Cases of evaluation: until when a part is licensed without a gap."""

from collections.abc import Iterator
from typing import Final

from licensekit.wire import armor
from licensekit.wire.documents import AfterGrace, Use
from licensekit.wire.documents.bundle import Binding
from tests.vectors.evaluation_world import (
    WITH_ACME,
    Installation,
    Members,
    activated,
    ask,
    bundle,
    date,
    day,
    first,
    last,
    of_acme,
    partners,
    sold,
)
from tests.vectors.of_evaluation_governing import A, B, C
from tests.vectors.of_evaluation_states import DIGEST
from tests.vectors.vector import Case

BY_MUST: Final = ("evaluation-coverage-1",)
FOREIGN: Final[Members] = {"binding": Binding(DIGEST, 0, {})}
TERM: Final[Members] = {"starts": day(0), "expiry": day(30)}
"""January 2027, day 30 is its last."""
FOR_EVER: Final = ("perpetual", None)
NOT: Final = (None, None)

Covered = tuple[str | None, str | None]
"""Until when it is covered, and until when it works."""


def _until(covered: int, works: int | None = None) -> Covered:
    return date(covered), date(covered if works is None else works)


def _line(issuer: str, part: str, covered: Covered) -> Members:
    return {"issuer": issuer, "part": part, "covered_until": covered[0], "works_until": covered[1]}


Row = tuple[str, str, str, Installation, Covered]


def _cases(rows: list[Row]) -> Iterator[Case]:
    """Yield cases of the vendor's base part alone."""
    for rule, name, about, installation, covered in rows:
        answer = {"coverage": [_line("demo", "base", covered)]}
        yield installation.case(rule, name, about, ask("coverage"), answer, musts=BY_MUST)


def renewal(start: int, expiry: int | None = 60, sequence: int = 2, **more: object) -> armor.Token:
    """Return a renewal."""
    return bundle(sequence=sequence, starts=day(start), expiry=None if expiry is None else day(expiry), **more)


def coverage() -> Iterator[Case]:
    """Until when parts are licensed without a gap."""
    one = sold(**TERM)
    grace = sold(**TERM, grace=day(40))
    yield from _cases(
        [
            ("Coverage 4", "one", "a bundle alone: until its expiry", one, _until(30)),
            ("Coverage 4", "grace", "it works until the end of grace", grace, _until(30, 40)),
            ("Coverage 4", "in-grace", "in grace the day is past", grace.at(first(35)), _until(30, 40)),
            ("Coverage 4", "last-second", "the last second of grace", grace.at(last(40)), _until(30, 40)),
            ("Coverage 2", "after-grace", "after grace it is not licensed", grace.at(first(41)), NOT),
            ("Coverage 2", "expired", "after its expiry, without grace", one.at(first(31)), NOT),
            ("Coverage 4", "last-day", "the last second of its expiry", one.at(last(30)), _until(30)),
            (
                "Coverage 2",
                "advisory",
                "expired, and it only advises",
                sold(**TERM, after_grace=AfterGrace.ADVISORY).at(first(31)),
                NOT,
            ),
            ("Coverage 2", "foreign", "a foreign bundle covers nothing", sold(**TERM, **FOREIGN), NOT),
            (
                "Coverage 2",
                "unmaintained",
                "nor one that is unmaintained",
                sold(**TERM, maintenance=day(0)).having(released=date(1)),
                NOT,
            ),
            (
                "Coverage 2",
                "out-of-reach",
                "nor one that is out of reach",
                sold(**TERM, offline_hours=2).having(away_hours=2),
                NOT,
            ),
            ("Coverage 2", "waits", "what waits covers nothing now", one.at(last(-1)), NOT),
            ("Coverage 4", "perpetual", "a perpetual one", sold(), FOR_EVER),
            (
                "Coverage 4",
                "year-9999",
                "one that ends with the year 9999",
                sold(expiry=2_932_896),
                ("9999-12-31", "9999-12-31"),
            ),
            ("Coverage 3", "follows", "a renewal that starts on the day after", one.plus(renewal(31)), _until(60)),
            ("Coverage 3", "overlaps", "one that starts before the end", one.plus(renewal(20)), _until(60)),
            ("Coverage 3", "gap", "one that starts a day too late", one.plus(renewal(32)), _until(30)),
            ("Coverage 3", "grace-bridges", "a gap that grace bridges", grace.plus(renewal(41)), _until(60)),
            ("Coverage 3", "grace-too-short", "a gap of a day after grace", grace.plus(renewal(42)), _until(30, 40)),
            (
                "Coverage 3",
                "in-grace-followed",
                "in grace, and one follows",
                grace.plus(renewal(41)).at(first(35)),
                _until(60),
            ),
            ("Coverage 3", "perpetual-follows", "a perpetual one follows", one.plus(renewal(31, None)), FOR_EVER),
            (
                "Coverage 3",
                "three",
                "a third one follows the second",
                one.plus(renewal(31), renewal(61, 90, 3)),
                _until(90),
            ),
            ("Coverage 3", "three-gap", "a third one does not", one.plus(renewal(31), renewal(62, 90, 3)), _until(60)),
            (
                "Coverage 3",
                "activated-in-any-order",
                "the third was activated before the second",
                one.plus(renewal(61, 90, 3), renewal(31)),
                _until(90),
            ),
            (
                "Coverage 3",
                "shorter",
                "one that follows and ends before the first would",
                one.plus(renewal(10, 20)),
                _until(20),
            ),
            (
                "Coverage 3",
                "other-serial",
                "one of another serial follows",
                one.plus(bundle(serial=B, starts=day(31), expiry=day(60))),
                _until(60),
            ),
            (
                "Coverage 3",
                "trial-behind",
                "a trial does not take over from what was bought",
                one.plus(bundle(use=Use.TRIAL, starts=day(31), expiry=day(60))),
                _until(30),
            ),
            (
                "Coverage 3",
                "trial-then-bought",
                "what was bought follows a trial",
                sold(**TERM, use=Use.TRIAL).plus(bundle(starts=day(31), expiry=day(60))),
                _until(60),
            ),
            (
                "Coverage 3",
                "foreign-follows",
                "a foreign one takes over: until the day before",
                one.plus(renewal(20, **FOREIGN)),
                _until(19),
            ),
            (
                "Coverage 3",
                "foreign-after",
                "a foreign one starts on the day after",
                one.plus(renewal(31, **FOREIGN)),
                _until(30),
            ),
            (
                "Coverage 3",
                "unmaintained-follows",
                "an unmaintained one takes over",
                one.plus(renewal(20, maintenance=day(0))).having(released=date(1)),
                _until(19),
            ),
            (
                "Coverage 3",
                "foreign-in-grace",
                "a foreign one takes over in grace",
                grace.plus(renewal(36, **FOREIGN)),
                _until(30, 35),
            ),
            (
                "Coverage 3",
                "foreign-of-perpetual",
                "a foreign one takes over from a perpetual one",
                sold().plus(renewal(20, **FOREIGN)),
                _until(19),
            ),
            (
                "Coverage 3",
                "held-back",
                "a lower sequence that starts later changes nothing",
                one.plus(renewal(10, 90, 1)).plus(bundle(sequence=5, **TERM)),
                _until(30),
            ),
            (
                "Coverage 4",
                "out-of-reach-follows",
                "one that is out of reach takes over",
                one.having(away_hours=9).plus(renewal(20, offline_hours=1)),
                _until(19),
            ),
            (
                "Coverage 1",
                "foreign-now",
                "a foreign one governs now, and one follows that would work",
                sold(**TERM, **FOREIGN).plus(renewal(20)),
                NOT,
            ),
        ]
    )
    yield from _replaced()
    yield from _several()


def _replaced() -> Iterator[Case]:
    """Other serials that take something's place, and leave the part or another one behind."""
    add_on = bundle(part="reports", **TERM)
    moved = bundle(serial=B, starts=day(20), replaces=[A])
    answer = {"coverage": [_line("demo", "base", NOT), _line("demo", "reports", _until(19))]}
    installation = activated(add_on, moved)
    about = "the serial of an add-on is replaced: until the day before"
    yield installation.case("Coverage 4", "serial-replaced", about, ask("coverage"), answer, musts=BY_MUST)
    behind = activated(add_on, moved, bundle(serial=B, sequence=2))
    answer = {"coverage": [_line("demo", "base", FOR_EVER), _line("demo", "reports", _until(19))]}
    about = "by one that does not wait, since a higher sequence is in force"
    yield behind.case("Coverage 1", "replaced-by-held-back", about, ask("coverage"), answer, musts=BY_MUST)
    gone = activated(bundle(serial=B, starts=day(20), replaces=[A], part="base"), bundle(**TERM), add_on)
    answer = {"coverage": [_line("demo", "base", FOR_EVER), _line("demo", "reports", _until(19))]}
    about = "one serial follows another, whose add-on it does not have"
    yield gone.case("Coverage 3", "serial-follows", about, ask("coverage"), answer, musts=BY_MUST)
    installation = activated(
        bundle(serial=C, starts=day(20), replaces=[A]), bundle(serial=B, starts=day(10), **FOREIGN), bundle()
    )
    answer = {"coverage": [_line("demo", "base", _until(19))]}
    about = "a foreign one governs when another serial is replaced, and not at its own start"
    yield installation.case("Coverage 3", "foreign-later", about, ask("coverage"), answer, musts=BY_MUST)


def _several() -> Iterator[Case]:
    """More parts than the vendor's base part."""
    nothing: Members = {"coverage": []}
    yield activated().case("Coverage 1", "nothing", "nothing was activated", ask("coverage"), nothing)
    parts = activated(partners(part="atlas", **TERM), partners(), bundle(part="reports"), bundle(**TERM))
    answer = {
        "coverage": [
            _line("demo", "base", _until(30)),
            _line("demo", "reports", FOR_EVER),
            _line("partner", "atlas", _until(30)),
            _line("partner", "base", FOR_EVER),
        ]
    }
    yield parts.case("Coverage 1", "parts", "every issuer's parts, the vendor's first", ask("coverage"), answer)
    acme = activated(of_acme(), bundle()).on(WITH_ACME)
    answer = {"coverage": [_line("demo", "base", FOR_EVER), _line("acme", "base", FOR_EVER)]}
    about = "the vendor's first, though a partner's code comes before it"
    yield acme.case("Coverage 1", "vendor-first", about, ask("coverage"), answer)
    apart = activated(bundle(**TERM), partners(starts=day(31), expiry=day(60)))
    answer = {"coverage": [_line("demo", "base", _until(30)), _line("partner", "base", NOT)]}
    yield apart.case("Coverage 3", "other-issuer", "a part of another issuer follows nothing", ask("coverage"), answer)
    add_on = activated(bundle(**TERM), bundle(part="reports", starts=day(31), expiry=day(60)))
    answer = {"coverage": [_line("demo", "base", _until(30)), _line("demo", "reports", NOT)]}
    yield add_on.case("Coverage 3", "other-part", "another part follows nothing", ask("coverage"), answer)
