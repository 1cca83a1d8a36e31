"""From TOML or a mapping to an order, or all of its faults together."""

import json
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensekit.errors import OrderInvalid
from licensekit.issuer.orders.order import Order, OrderDraft, Term, date_faults, term, usual_warning
from licensekit.issuer.orders.order_file import draft_from, read_draft
from licensekit.wire.documents import AfterGrace, Use
from tests.faults import Told, told
from tests.issuer.catalog.test_catalog_file import mutations

NOT_A_CODE = "is not a code: at most 64 lower-case letters, digits and inner dashes"
SAMPLES = Path(__file__).parents[3] / "samples" / "superoffice" / "orders"
LEAST = {"company": "Acme", "users": {"a": 1}}


def sound(draft: OrderDraft) -> Order:
    """Return the order of a draft without faults."""
    if draft.faults:
        raise OrderInvalid(faults=draft.faults)
    return draft.order


def read_order(text: bytes) -> Order:
    return sound(read_draft(text))


def order_from(content: object) -> Order:
    return sound(draft_from(content))


def faults_of(content: object) -> Told:
    with pytest.raises(OrderInvalid) as caught:
        order_from(content)
    return told(caught.value.faults)


def test_the_least_order_has_the_defaults() -> None:
    assert read_order(b'company = "Acme"\nusers = {a = 1}') == Order(
        company="Acme",
        number=None,
        serial=None,
        part="base",
        sequence=None,
        replaces=(),
        use=Use.PRODUCTION,
        starts=None,
        warning=None,
        expiry=None,
        grace=None,
        days=None,
        warning_days=None,
        grace_days=None,
        maintenance=None,
        next_check=None,
        edition=None,
        system={},
        sites={},
        users={"a": 1},
        settings={},
        installations=None,
        after_grace=AfterGrace.READ_ONLY,
        offline_hours=24,
        borrow_hours=0,
    )


def test_every_key_has_its_place_in_the_order() -> None:
    text = """
    company = " Nordlys Kraft AS "
    order = 4711
    serial = "1010000014"
    part = "base"
    sequence = 3
    replaces = "1010000022"
    use = "demo"
    starts = 1970-01-02
    warning = "1970-01-03"
    expiry = 1970-01-04
    grace = 1970-01-05
    maintenance = 1970-01-06
    next_check = 1970-01-07
    edition = "team"
    installations = 2
    after_grace = "block"
    offline_hours = 0
    borrow_hours = 72
    [system]
    server = true
    archive = 500
    base = 1
    [sites]
    satellite = 2
    [users]
    sales = 4294967295
    web = "unrestricted"
    [settings]
    theme = "dark"
    languages = -3
    beta = false
    """
    assert read_order(text.encode()) == Order(
        company="Nordlys Kraft AS",
        number="4711",
        serial="1010000014",
        part="base",
        sequence=3,
        replaces=("1010000022",),
        use=Use.DEMO,
        starts=1,
        warning=2,
        expiry=3,
        grace=4,
        maintenance=5,
        next_check=6,
        edition="team",
        system={"server": True, "archive": 500, "base": 1},
        sites={"satellite": 2},
        users={"sales": 4294967295, "web": None},
        settings={"theme": "dark", "languages": -3, "beta": False},
        installations=2,
        after_grace=AfterGrace.BLOCK,
        offline_hours=0,
        borrow_hours=72,
    )


def test_true_and_one_are_told_apart_though_they_are_equal() -> None:
    order = order_from({"company": "Acme", "system": {"a": True, "b": 1}})
    assert [type(count) for count in order.system.values()] == [bool, int]


def test_system_licenses_can_be_a_list() -> None:
    order = order_from({"company": "Acme", "system": ["a", "b"]})
    assert order.system == {"a": True, "b": True}


def test_the_sample_reads_alike_from_toml_and_from_json() -> None:
    content = tomllib.loads((SAMPLES / "nordlys-kraft.toml").read_text("utf-8"))
    as_json: Any = json.loads(json.dumps(content, default=date.isoformat))
    assert order_from(as_json) == order_from(content)


def test_null_is_absent() -> None:
    content = {"company": "Acme", "expiry": None, "part": None, "settings": {"x": None}}
    assert order_from({**content, "users": {"a": 1}}) == order_from(LEAST)


FAULTS: dict[str, tuple[object, Told]] = {
    "nothing": ({}, [("company", "is missing"), ("", "sells nothing; name a license or an edition")]),
    "no table": ([], [("", "is an array, not an order")]),
    "null": (None, [("", "is nothing, not an order")]),
    "a slip in a key": (
        {**LEAST, "exipry": "2027-01-01"},
        [("exipry", "is not a key of this table; did you mean `expiry`?")],
    ),
    "wrong types": (
        {
            "company": 1,
            "order": True,
            "serial": 1010000014,
            "part": ["base"],
            "sequence": "1",
            "use": 0,
            "users": ["a"],
            "sites": 5,
            "settings": [],
            "offline_hours": 1.5,
            "system": [1, "b", "b"],
        },
        [
            ("company", "is a number, not text in quotes"),
            ("order", "is true or false, not text in quotes"),
            ("serial", "is a number, not text in quotes"),
            ("part", "is an array, not a code in quotes"),
            ("sequence", "is text, not a whole number"),
            ("use", 'is a number, not "production", "trial" or "demo"'),
            ("users", "is an array, not a table"),
            ("sites", "is a number, not a table"),
            ("settings", "is an array, not a table"),
            ("offline_hours", "is a decimal number, not a whole number"),
            ("system[0]", "is a number, not a code in quotes"),
            ("system[2]", "occurs twice"),
        ],
    ),
    "out of bounds": (
        {
            **LEAST,
            "order": -1,
            "sequence": 0,
            "days": 0,
            "warning_days": -1,
            "installations": 0,
            "offline_hours": 87841,
            "borrow_hours": -1,
        },
        [
            ("order", "is a number, not text in quotes"),
            ("sequence", "is not between 1 and 4294967295"),
            ("days", "is not between 1 and 36600"),
            ("warning_days", "is not between 0 and 36600"),
            ("installations", "is not between 1 and 4294967295"),
            ("offline_hours", "is not between 0 and 87840"),
            ("borrow_hours", "is not between 0 and 87840"),
        ],
    ),
    "counts": (
        {
            "company": "Acme",
            "system": {"a": False, "b": 0},
            "sites": {"a": True},
            "users": {
                "a": 0,
                "b": -1,
                "c": 25.0,
                "d": True,
                "e": 2**32,
                "f": 10**5000,
                "g": None,
                "h": "many",
                "i": date(2027, 1, 1),
            },
        },
        [
            ("system.a", 'is true or false, not a whole number or "unrestricted"'),
            ("system.b", "is below 1; leave out what is not sold"),
            ("sites.a", 'is true or false, not a whole number or "unrestricted"'),
            ("users.a", "is below 1; leave out what is not sold"),
            ("users.b", "is below 1; leave out what is not sold"),
            ("users.c", 'is a decimal number, not a whole number or "unrestricted"'),
            ("users.d", 'is true or false, not a whole number or "unrestricted"'),
            ("users.e", 'is above 4294967295; write "unrestricted"'),
            ("users.f", 'is above 4294967295; write "unrestricted"'),
            ("users.g", 'is nothing, not a whole number or "unrestricted"'),
            ("users.h", 'is text, not a whole number or "unrestricted"'),
            ("users.i", 'is a date, not a whole number or "unrestricted"'),
        ],
    ),
    "dates that are none": (
        {
            **LEAST,
            "starts": "2027-1-1",
            "warning": datetime(2027, 1, 1),  # noqa: DTZ001  # TOML's local time
            "expiry": "2027-02-30",
            "grace": "20270101",
            "maintenance": "1969-12-31",
            "next_check": 20000,
        },
        [
            ("starts", "is not a date such as 2027-12-31; write 2027-01-01"),
            ("warning", "is a date with a time, not a date such as 2027-12-31"),
            ("expiry", "is not a date such as 2027-12-31"),
            ("grace", "is not a date such as 2027-12-31"),
            ("maintenance", "is before 1970"),
            ("next_check", "is a number, not a date such as 2027-12-31"),
        ],
    ),
    "texts": (
        {**LEAST, "company": "Acme\u202e", "order": "\n", "settings": {"a": "x" * 2001}},
        [
            ("company", "contains a control character or an invisible one"),
            ("order", "is empty"),
            ("settings.a", "is longer than 2000 characters"),
        ],
    ),
    "half of a surrogate pair": ({**LEAST, "company": "\ud800"}, [("company", "contains half of a surrogate pair")]),
    "no serials": (
        {**LEAST, "serial": "10 10", "replaces": "-"},
        [
            ("serial", "is not a serial: at most 32 letters, digits and inner dashes"),
            ("replaces", "is not a serial: at most 32 letters, digits and inner dashes"),
        ],
    ),
    "a part that is called like another use": (
        {**LEAST, "part": "maps-trial"},
        [("part", "`maps-trial` ends with the name of another use: its file names would be ambiguous")],
    ),
    "an add-on that replaces a serial": (
        {**LEAST, "part": "maps", "replaces": ["1", "2"]},
        [("replaces", "only an order of the part `base` can have it, and this one is of `maps`")],
    ),
    "more serials than a bundle may replace": (
        {**LEAST, "replaces": " ".join(map(str, range(9)))},
        [("replaces", "has more than 8 entries")],
    ),
    "replaces itself": ({**LEAST, "serial": "1", "replaces": "1"}, [("replaces", "would replace its own serial 1")]),
    "dates out of order, and a count": (
        {**LEAST, "users": {"a": 0}, "expiry": "2027-01-01", "grace": "2026-12-31"},
        [("users.a", "is below 1; leave out what is not sold"), ("grace", "is before `expiry`")],
    ),
    "a date that cannot be read is not reported as missing": (
        {**LEAST, "warning": "2027-01-01", "expiry": "soon", "starts": "2027-02-01"},
        [("expiry", "is not a date such as 2027-12-31")],
    ),
    "keys that are not printable": (
        {**LEAST, "\x1b[31m": 1, "users": {"\n": 1, "Ä": 1}},
        [("users.'\\n'", NOT_A_CODE), ("users.'\\xc4'", NOT_A_CODE), ("'\\x1b[31m'", "is not a key of this table")],
    ),
    "more than a bundle may have": (
        {"company": "Acme", "settings": {f"v{n}": n for n in range(201)}},
        [("settings", "has more than 200 entries")],
    ),
}


@pytest.mark.parametrize(("content", "found"), FAULTS.values(), ids=FAULTS.keys())
def test_all_faults_are_reported_together_with_their_key_paths(content: object, found: Told) -> None:
    assert faults_of(content) == found


DATE_FAULTS: dict[str, tuple[Order, Told]] = {
    "starts after warning": (Order("", starts=9, warning=8, expiry=10), [("warning", "is before `starts`")]),
    "expiry before warning, grace before expiry": (
        Order("", warning=8, expiry=7, grace=6),
        [("expiry", "is before `warning`"), ("grace", "is before `expiry`")],
    ),
    "starts after expiry": (Order("", starts=9, expiry=8), [("expiry", "is before `starts`")]),
    "warning without an end": (Order("", warning=1), [("warning", "needs an `expiry`, or a term in `days`")]),
    "days of grace without an end": (
        Order("", grace_days=1),
        [("grace_days", "needs an `expiry`, or a term in `days`")],
    ),
    "two ends": (Order("", expiry=9, days=9), [("days", "repeats what `expiry` says; give only one of them")]),
    "two warnings": (
        Order("", expiry=9, warning=8, warning_days=1),
        [("warning_days", "repeats what `warning` says; give only one of them")],
    ),
    "a date beside a term": (
        Order("", days=9, grace=90),
        [("grace", "cannot be a date together with `days`; give `grace_days`")],
    ),
    "a warning before the term": (Order("", days=9, warning_days=10), [("warning_days", "is before the term begins")]),
    "a warning before the start": (
        Order("", starts=5, days=9, warning_days=10),
        [("warning_days", "is before `starts`")],
    ),
}


@pytest.mark.parametrize(("order", "found"), DATE_FAULTS.values(), ids=DATE_FAULTS.keys())
def test_dates_that_contradict_each_other_are_reported(order: Order, found: Told) -> None:
    assert told(date_faults(order)) == found


@pytest.mark.parametrize(
    ("order", "dates"),
    [
        (Order(""), Term(None, None, None)),
        (Order("", warning=7, expiry=8, grace=9), Term(7, 8, 9)),
        (Order("", warning_days=2, expiry=8, grace_days=3), Term(6, 8, 11)),
        (Order("", days=30), Term(123, 130, None)),
        (Order("", days=365), Term(435, 465, None)),
        (Order("", expiry=107), Term(106, 107, None)),
        (Order("", days=3), Term(None, 103, None)),
        (Order("", expiry=99), Term(None, 99, None)),
        (Order("", starts=400, expiry=480), Term(460, 480, None)),
        (Order("", days=365, warning_days=0), Term(None, 465, None)),
        (Order("", days=30, warning_days=7, grace_days=3), Term(123, 130, 133)),
        (Order("", starts=200, days=30, warning_days=30, grace_days=0), Term(200, 230, 230)),
    ],
)
def test_a_term_is_counted_from_its_start_or_else_from_the_day_of_issue(order: Order, dates: Term) -> None:
    assert date_faults(order) == []
    assert term(order, issued=100) == dates


@given(st.integers(0, 40_000), st.integers(0, 4000))
def test_what_usually_warns_is_in_the_last_quarter_and_within_30_days(begins: int, days: int) -> None:
    warning = usual_warning(begins, begins + days)
    if warning is None:
        assert days < 4
    else:
        assert 1 <= begins + days - warning <= min(30, days / 4)


def test_a_draft_has_what_could_be_read() -> None:
    draft = draft_from({"company": "Acme", "serial": "1", "users": {"a": 0, "b": 3}, "part": 1})
    assert draft.order == Order("Acme", serial="1", users={"a": 1, "b": 3})
    assert [fault.where for fault in draft.faults] == ["users.a", "part"]


def test_a_syntax_error_is_reported_with_its_line() -> None:
    with pytest.raises(OrderInvalid) as caught:
        read_draft(b"company = ")
    [(where, why)] = told(caught.value.faults)
    assert (where, why.partition(",")[0]) == ("line 1", "a value is missing")


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_any_slip_in_a_sample_gives_an_order_or_its_faults(sample: Path) -> None:
    for text in mutations(sample.read_bytes(), 300, seed=2):
        told = order_or_error(text)
        if isinstance(told, OrderInvalid):
            assert told.faults
            assert str(told).isprintable()
        else:
            assert date_faults(told) == []


def order_or_error(text: bytes) -> Order | OrderInvalid:
    try:
        return read_order(text)
    except OrderInvalid as error:
        return error


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_faults(data: bytes) -> None:
    with pytest.raises(OrderInvalid) as caught:
        read_order(data)
    assert caught.value.faults


ANY_VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.dates()
    | st.datetimes()
    | st.sampled_from(["2027-01-01", "trial", "block", "unrestricted", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*Order._fields, "order", "system", "unknown"]), ANY_VALUE, max_size=8))
def test_any_value_under_any_key_gives_an_order_or_its_faults(content: dict[str, Any]) -> None:
    draft = draft_from(content)
    assert all(str(fault).isprintable() for fault in draft.faults)
    if not draft.faults:
        assert order_from(content) == draft.order
