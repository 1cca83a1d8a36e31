"""Cases of evaluation: what there is of a meter in the period that runs."""

from collections.abc import Iterator

from licensekit.dates import parse_seconds
from licensekit.wire.documents import AfterGrace
from tests.vectors.evaluation_world import Installation, Members, activated, ask, bundle, day, first, sold
from tests.vectors.of_evaluation_access import LATE, READ
from tests.vectors.vector import ADD_ONS, Case


def _allowances(per: str, *allowances: tuple[int | None, str | None, str | None]) -> Members:
    """Return the answer: of each allowance the amount, the day from which it is there and the first one after it."""
    listed = [{"amount": amount, "from": _second(start), "until": _second(end)} for amount, start, end in allowances]
    return {"per": per, "allowances": listed}


def _second(date: str | None) -> str | None:
    return None if date is None else f"{date}T00:00:00Z"


def periods() -> Iterator[Case]:
    """The day, month or year that runs."""
    edges: list[tuple[str, str, str, str, str]] = [
        ("day", "2027-01-01T00:00:00Z", "the first second of a day", "2027-01-01", "2027-01-02"),
        ("day", "2027-01-01T23:59:59Z", "the last second of a day", "2027-01-01", "2027-01-02"),
        ("day", "2028-02-28T12:00:00Z", "the day before a leap day", "2028-02-28", "2028-02-29"),
        ("day", "2028-02-29T12:00:00Z", "a leap day", "2028-02-29", "2028-03-01"),
        ("day", "2027-12-31T12:00:00Z", "the last day of a year", "2027-12-31", "2028-01-01"),
        ("month", "2027-01-01T00:00:00Z", "the first second of a month", "2027-01-01", "2027-02-01"),
        ("month", "2027-01-31T23:59:59Z", "the last second of a month", "2027-01-01", "2027-02-01"),
        ("month", "2027-02-28T23:59:59Z", "the last second of February", "2027-02-01", "2027-03-01"),
        ("month", "2028-02-29T23:59:59Z", "the last second of February in a leap year", "2028-02-01", "2028-03-01"),
        ("month", "2027-04-30T23:59:59Z", "a month of thirty days", "2027-04-01", "2027-05-01"),
        ("month", "2027-12-31T23:59:59Z", "the last month of a year", "2027-12-01", "2028-01-01"),
        ("month", "2100-02-28T23:59:59Z", "a year that four divides, and no leap year", "2100-02-01", "2100-03-01"),
        ("year", "2027-01-01T00:00:00Z", "the first second of a year", "2027-01-01", "2028-01-01"),
        ("year", "2027-12-31T23:59:59Z", "the last second of a year", "2027-01-01", "2028-01-01"),
        ("year", "2028-12-31T23:59:59Z", "the last second of a leap year", "2028-01-01", "2029-01-01"),
        ("year", "1970-01-01T00:00:00Z", "the first year", "1970-01-01", "1971-01-01"),
    ]
    for per, now, about, start, end in edges:
        installation = sold(system={f"calls-{per}": 10}).at(parse_seconds(now))
        name = f"{per}-{now[:10]}-{'last' if now.endswith('59Z') else 'at'}"
        answer = _allowances(per, (10, start, end))
        yield installation.case("Meters", name, about, ask("meter", f"calls-{per}"), answer, flags=("bound", "time"))
    for per, start in (("day", "9999-12-31"), ("month", "9999-12-01"), ("year", "9999-01-01")):
        installation = sold(system={f"calls-{per}": 10}).at(253_402_300_799)
        about = f"the last second of the year 9999: the {per} has no first second after it"
        answer = _allowances(per, (10, start, None))
        yield installation.case(
            "Meters", f"{per}-9999", about, ask("meter", f"calls-{per}"), answer, flags=("bound", "time")
        )


def amounts() -> Iterator[Case]:
    """How much of a meter is granted."""
    month, january = ask("meter", "calls-month"), ("2027-01-01", "2027-02-01")

    def of(*amounts: int | None) -> Installation:
        parts = ("base", "reports")
        return activated(
            *(bundle(part=part, system={"calls-month": one}) for part, one in zip(parts, amounts, strict=False))
        )

    lapsed = activated(bundle(system={"calls-month": 9}, **READ), bundle(part="reports", system={"calls-month": 4}))
    advisory = sold(system={"calls-month": 9}, expiry=day(1), after_grace=AfterGrace.ADVISORY)
    rows: list[tuple[str, str, Installation, list[int | None]]] = [
        ("one", "what one bundle grants", of(10), [10]),
        ("sum", "what two bundles grant together", of(10, 5), [15]),
        ("unrestricted", "unrestricted wins", of(10, None), [None]),
        ("largest", "the largest quantity", of(2**32 - 1), [2**32 - 1]),
        ("lapsed-in-part", "what lapsed is not there", lapsed.at(LATE), [4]),
        ("lapsed", "all of it lapsed: there is no allowance", sold(system={"calls-month": 9}, **READ).at(LATE), []),
        ("advisory", "all of it lapsed, and only advises", advisory.at(LATE), [9]),
        ("not-granted", "nobody sells it", sold(), []),
        ("waits", "its bundle waits", sold(system={"calls-month": 9}, starts=day(1)), []),
        (
            "out-of-reach",
            "its bundle is out of reach",
            sold(system={"calls-month": 9}, offline_hours=3).having(away_hours=3),
            [],
        ),
    ]
    for name, about, installation, found in rows:
        answer = _allowances("month", *((amount, *january) for amount in found))
        yield installation.case("Meters", name, about, month, answer)
    full_name = ask("meter", "demo.calls-month")
    yield of(10).case("Meters", "full-name", "by its full name", full_name, _allowances("month", (10, *january)))
    count = ask("count", "calls-month")
    yield of(10, 5).case("Meters", "count", "its count is the total", count, {"total": 15, "in_use": 0})
    yield from _limited()


def _limited() -> Iterator[Case]:
    """`most` of the key is 25, over the whole term."""
    rows: list[tuple[str, str, str, int, Members, int]] = [
        (
            "most-day",
            "ten days: two and a half a day, rounded down",
            "day",
            25,
            {"starts": day(0), "expiry": day(9)},
            2,
        ),
        ("most-day-says-less", "the bundle says less", "day", 1, {"starts": day(0), "expiry": day(9)}, 1),
        ("most-one-day", "one day: all of it", "day", 25, {"starts": day(0), "expiry": day(0)}, 25),
        ("most-day-25", "twenty-five days: one a day", "day", 25, {"starts": day(0), "expiry": day(24)}, 1),
        ("most-day-26", "twenty-six days: none", "day", 25, {"starts": day(0), "expiry": day(25)}, 0),
        ("most-month", "a year: two a month", "month", 25, {"starts": day(0), "expiry": day(364)}, 2),
        (
            "most-month-touched",
            "one day in a thirteenth month: one a month",
            "month",
            25,
            {"starts": day(0), "expiry": day(365)},
            1,
        ),
        ("most-one-month", "one month: all of it", "month", 25, {"starts": day(0), "expiry": day(30)}, 25),
        ("most-two-months", "one day in a second month: half", "month", 25, {"starts": day(0), "expiry": day(31)}, 12),
        (
            "most-grace",
            "grace belongs to the term",
            "month",
            25,
            {"starts": day(0), "expiry": day(30), "grace": day(31)},
            12,
        ),
        ("most-year", "one year: all of it", "year", 25, {"starts": day(0), "expiry": day(364)}, 25),
        ("most-two-years", "one day in a second year: half", "year", 25, {"starts": day(0), "expiry": day(365)}, 12),
        ("most-issued", "without a start the term begins on the day of issue", "day", 25, {"expiry": day(4)}, 5),
        ("most-issued-before", "which may be before", "year", 25, {"expiry": day(4), "issued": first(0) - 1}, 12),
        ("most-perpetual", "a term without an end grants nothing", "month", 25, {}, 0),
        (
            "most-advisory",
            "nor does one that only advises at its end",
            "month",
            25,
            {"expiry": day(9), "after_grace": AfterGrace.ADVISORY},
            0,
        ),
    ]
    ends = {"day": "2027-01-02", "month": "2027-02-01", "year": "2028-01-01"}
    for name, about, per, quantity, dates, amount in rows:
        limited = bundle(ADD_ONS, part="reports", system={f"calls-{per}": quantity}, **dates)
        answer = _allowances(per, (amount, "2027-01-01", ends[per]))
        yield activated(limited).case("Meters", name, about, ask("meter", f"calls-{per}"), answer, flags=("bound",))
    both = activated(
        bundle(ADD_ONS, part="reports", system={"calls-day": 25}, expiry=day(9)), bundle(system={"calls-day": 100})
    )
    early = bundle(ADD_ONS, part="reports", system={"calls-day": 25, "calls-month": 25}, expiry=day(-1))
    about = "a term that ends before it begins, with the day of issue, grants nothing"
    for per, start in (("day", "2026-12-31"), ("month", "2026-12-01")):
        answer = _allowances(per, (0, start, "2027-01-01"))
        question = ask("meter", f"calls-{per}")
        ended = activated(early).at(first(0) - 1)
        yield ended.case("Meters", f"most-ends-before-{per}", f"{about}: per {per}", question, answer, flags=("bound",))
    about = "beside what a key without limits sells"
    yield both.case(
        "Meters",
        "most-and-more",
        about,
        ask("meter", "calls-day"),
        _allowances("day", (102, "2027-01-01", "2027-01-02")),
    )
    about = "the count is the total as well"
    yield both.case("Meters", "most-count", about, ask("count", "calls-day"), {"total": 102, "in_use": 0})
    term = bundle(ADD_ONS, part="reports", system={"calls-term": 25}, starts=day(0), expiry=day(99))
    about = "a meter of the term grants what the bundle says"
    yield activated(term).case(
        "Meters", "most-term", about, ask("meter", "calls-term"), _allowances("term", (25, "2027-01-01", "2027-04-11"))
    )


def terms() -> Iterator[Case]:
    """The term of each bundle that grants a meter."""

    def of(amount: int | None = 10, part: str = "base", **dates: object) -> Installation:
        return activated(bundle(part=part, system={"calls-term": amount}, **dates))

    year: Members = {"starts": day(0), "expiry": day(364)}
    short = of(3, "reports", starts=day(0), expiry=day(30)).bundles
    rows: list[tuple[str, str, Installation, list[tuple[int | None, str | None, str | None]]]] = [
        ("year", "from its start to the end of its expiry", of(**year), [(10, "2027-01-01", "2028-01-01")]),
        ("grace", "to the end of grace", of(**year, grace=day(394)), [(10, "2027-01-01", "2028-01-31")]),
        ("in-grace", "in grace", of(**year, grace=day(394)).at(first(370)), [(10, "2027-01-01", "2028-01-31")]),
        ("no-start", "without a start from the day of issue", of(expiry=day(9)), [(10, "2027-01-01", "2027-01-11")]),
        (
            "starts-later",
            "from its start, days after its issue",
            of(starts=day(2), expiry=day(9)).at(first(3)),
            [(10, "2027-01-03", "2027-01-11")],
        ),
        (
            "issued-at-night",
            "from the first second of the day of issue",
            of(expiry=day(9), issued=first(0) - 1),
            [(10, "2026-12-31", "2027-01-11")],
        ),
        ("perpetual", "a perpetual one does not end", of(), [(10, "2027-01-01", None)]),
        (
            "advisory",
            "one that only advises at its end does not end",
            of(expiry=day(9), after_grace=AfterGrace.ADVISORY),
            [(10, "2027-01-01", None)],
        ),
        (
            "advisory-expired",
            "nor after it",
            of(expiry=day(1), after_grace=AfterGrace.ADVISORY).at(LATE),
            [(10, "2027-01-01", None)],
        ),
        ("expired", "one that has expired grants nothing", of(expiry=day(1)).at(LATE), []),
        ("unrestricted", "unrestricted", of(None, **year), [(None, "2027-01-01", "2028-01-01")]),
        (
            "two",
            "each bundle has an allowance, the one that ends first before",
            of(**year).plus(*short),
            [(3, "2027-01-01", "2027-02-01"), (10, "2027-01-01", "2028-01-01")],
        ),
        (
            "two-within",
            "the one that ends first before, though it starts later",
            of(**year).plus(*of(3, "reports", starts=day(2), expiry=day(9)).bundles).at(first(3)),
            [(3, "2027-01-03", "2027-01-11"), (10, "2027-01-01", "2028-01-01")],
        ),
        (
            "two-perpetual",
            "one that does not end comes last",
            of().plus(*short),
            [(3, "2027-01-01", "2027-02-01"), (10, "2027-01-01", None)],
        ),
        (
            "two-alike",
            "two with one term are two allowances",
            of(5, expiry=day(9)).plus(*of(7, "reports", expiry=day(9)).bundles),
            [(5, "2027-01-01", "2027-01-11"), (7, "2027-01-01", "2027-01-11")],
        ),
        ("not-granted", "nobody sells it", sold(), []),
    ]
    for name, about, installation, found in rows:
        yield installation.case("Meters", name, about, ask("meter", "calls-term"), _allowances("term", *found))
    about = "the count of a meter of the term is the total"
    both = of(**year).plus(*short)
    yield both.case("Meters", "count", about, ask("count", "calls-term"), {"total": 13, "in_use": 0})
