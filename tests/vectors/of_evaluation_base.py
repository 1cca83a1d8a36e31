"""Cases of evaluation: the answer about the vendor's base part."""

from collections.abc import Iterator

from licensekit.wire.documents import AfterGrace, Use
from tests.vectors.evaluation_world import Installation, Members, activated, ask, date, day, first, last, partners, sold
from tests.vectors.of_evaluation_coverage import FOREIGN, TERM, renewal
from tests.vectors.of_evaluation_governing import A
from tests.vectors.vector import Case


def base_part() -> Iterator[Case]:
    """The answer about the vendor's base part: its state, how long it is covered, and whose license it is."""

    def said(status: str | None, covered: str | None, days: int | None, **more: object) -> Members:
        plain: Members = {"company": "Nordlys Kraft AS", "serial": A, "use": "production", "is_trial": False}
        return {"status": status, **plain, "covered_until": covered, "days_left": days} | more

    none: Members = dict.fromkeys(("status", "company", "serial", "use", "covered_until")) | {
        "is_trial": False,
        "days_left": 0,
    }
    term: Members = TERM | {"warning": day(20), "grace": day(40)}
    one = sold(**term)
    trial = sold(use=Use.TRIAL, company="Sydvind AS", **TERM)
    waits = sold(starts=day(9), expiry=day(40))
    rows: list[tuple[str, str, Installation, Members]] = [
        ("nothing", "nothing was activated", activated(), none),
        ("add-on", "an add-on alone", sold(part="reports"), none),
        ("partner", "the partner's base alone", activated(partners()), none),
        ("out-of-reach", "it is out of reach", sold(offline_hours=3).having(away_hours=3), none),
        (
            "out-of-reach-waits",
            "it is out of reach, and another one waits",
            sold(offline_hours=3).plus(renewal(9)).having(away_hours=3),
            none,
        ),
        ("active", "thirty days are left", one, said("active", date(30), 30)),
        ("warning", "ten days are left", one.at(last(20)), said("warning", date(30), 10)),
        ("last-day", "on its last day none are left", one.at(first(30)), said("warning", date(30), 0)),
        ("grace", "in grace the days of grace are left", one.at(first(31)), said("grace", date(30), 9)),
        ("last-day-of-grace", "on the last day of grace none are left", one.at(last(40)), said("grace", date(30), 0)),
        ("expired", "it has expired", one.at(first(41)), said("expired", None, 0)),
        ("perpetual", "it is perpetual", sold(), said("active", "perpetual", None)),
        (
            "year-9999",
            "it ends with the year 9999",
            sold(expiry=2_932_896),
            said("active", "9999-12-31", 2_932_896 - day(0)),
        ),
        ("waits", "it waits", waits, said("pending", None, 0)),
        ("foreign", "it is foreign", sold(**FOREIGN), said("foreign", None, 0)),
        (
            "unmaintained",
            "it is unmaintained",
            sold(maintenance=day(0)).having(released=date(1)),
            said("unmaintained", None, 0),
        ),
        (
            "expired-trial",
            "a trial has expired",
            trial.at(first(31)),
            said("expired", None, 0, company="Sydvind AS", use="trial", is_trial=True),
        ),
        (
            "expired-block",
            "it has expired and blocks",
            sold(**TERM, after_grace=AfterGrace.BLOCK).at(first(31)),
            said("expired", None, 0),
        ),
        ("foreign-waits", "it waits, and is foreign", sold(starts=day(9), **FOREIGN), said("foreign", None, 0)),
        (
            "foreign-expired",
            "it is foreign, and would have expired",
            sold(**TERM, **FOREIGN).at(first(31)),
            said("foreign", None, 0),
        ),
        (
            "unmaintained-grace",
            "it is unmaintained, in what would be its grace",
            sold(maintenance=day(0), **term).at(first(35)).having(released=date(1)),
            said("unmaintained", None, 0),
        ),
        (
            "unmaintained-waits",
            "it waits, and is unmaintained",
            sold(starts=day(9), maintenance=day(0)).having(released=date(1)),
            said("unmaintained", None, 0),
        ),
        ("waits-tomorrow", "it waits, in the last second before", waits.at(last(8)), said("pending", None, 0)),
        ("first-of-warning", "the first second of its warning", one.at(first(20)), said("warning", date(30), 10)),
        ("followed", "one follows it", one.plus(renewal(41)).at(first(31)), said("grace", date(60), 29)),
        (
            "trial",
            "it is a trial",
            trial,
            said("active", date(30), 30, company="Sydvind AS", use="trial", is_trial=True),
        ),
        ("demo", "a demo is no trial", sold(use=Use.DEMO), said("active", "perpetual", None, use="demo")),
        (
            "governs-and-waits",
            "one governs, and another one waits",
            sold(company="Sydvind AS", **TERM).plus(renewal(31)),
            said("active", date(60), 60, company="Sydvind AS"),
        ),
        (
            "two-wait",
            "of two that wait, the one activated first",
            activated(renewal(20, 90, company="Sydvind AS"), renewal(10, 80, 1)),
            said("pending", None, 0, company="Sydvind AS"),
        ),
    ]
    for name, about, installation, answer in rows:
        yield installation.case("The base part", name, about, ask("base"), answer)
