"""Cases of evaluation: settings, by their rules 1 to 4."""

from collections.abc import Iterator

from licensekit.wire import armor
from licensekit.wire.documents import AfterGrace, Use
from licensekit.wire.documents.bundle import Binding
from tests import makers
from tests.makers import ISSUED
from tests.vectors.evaluation_world import (
    Installation,
    activated,
    ask,
    bundle,
    day,
    first,
    ground,
    last,
    partners,
    sold,
)
from tests.vectors.of_evaluation_access import LATE, NONE, READ
from tests.vectors.of_evaluation_states import DIGEST
from tests.vectors.vector import Case

Value = str | int | bool | None


def settings() -> Iterator[Case]:
    """What counts of a setting that bundles sell."""
    rows: list[tuple[str, str, str, Installation, str, Value]] = [
        *_that_count(),
        *_that_fit(),
        ("Settings 3", "default", "nothing was sold: its default", sold(), "rows", 100),
        ("Settings 3", "default-false", "a default that is false", sold(), "beta", False),
        ("Settings 3", "no-default", "without a default it is nothing", sold(), "motto", None),
        ("Settings 3", "no-bundle", "nothing was activated", activated(), "theme", "light"),
        ("Settings 3", "full-name", "by its full name", sold(settings={"rows": 20}), "demo.rows", 20),
        ("Settings 3", "partners-default", "the default of a setting of the partner's", sold(), "partner.layers", 3),
        *_merged(),
    ]
    for rule, name, about, installation, code, value in rows:
        flags = ("bound",) if name in {"lowest", "below", "highest", "above", "largest", "smallest"} else ()
        yield installation.case(rule, name, about, ask("setting", code), {"value": value}, flags=flags)
    answer = {"value": None}
    about = "a setting whose issuer has no catalog"
    yield (
        sold()
        .on(ground(catalogs=False))
        .case("Settings 3", "no-catalog", about, ask("setting", "partner.layers"), answer)
    )


Rows = Iterator[tuple[str, str, str, Installation, str, Value]]


def _that_count() -> Rows:
    rule = "Settings 1"
    term = sold(settings={"rows": 20}, starts=day(1), warning=day(2), expiry=day(3), grace=day(4))
    yield rule, "pending", "a bundle that waits sells no value", term.at(last(0)), "rows", 100
    yield rule, "active", "one that is active does", term.at(first(1)), "rows", 20
    yield rule, "warning", "one in its warning does", term.at(first(2)), "rows", 20
    yield rule, "grace", "one in grace does", term.at(last(4)), "rows", 20
    yield rule, "expired", "one that has expired does not", term.at(first(5)), "rows", 100
    advisory = sold(settings={"rows": 20}, expiry=day(1), after_grace=AfterGrace.ADVISORY)
    yield rule, "expired-advisory", "nor if it only advises", advisory.at(LATE), "rows", 100
    yield rule, "expired-block", "nor if it blocks", sold(settings={"rows": 20}, **NONE).at(LATE), "rows", 100
    foreign = sold(settings={"rows": 20}, binding=Binding(DIGEST, 0, {}))
    yield rule, "foreign", "a foreign one does not", foreign, "rows", 100
    unmaintained = sold(settings={"rows": 20}, maintenance=day(0)).having(released="2027-01-02")
    yield rule, "unmaintained", "an unmaintained one does not", unmaintained, "rows", 100
    both = activated(bundle(settings={"rows": 900}, **READ), bundle(part="reports", settings={"rows": 20}))
    yield rule, "expired-beside", "of two, the one that works counts", both.at(LATE), "rows", 20
    replaced = activated(bundle(settings={"rows": 900}), bundle(sequence=2, settings={"rows": 20}))
    yield rule, "replaced", "one that is not in force does not count", replaced, "rows", 20
    other = activated(partners(settings={"rows": 20}))
    yield rule, "other-issuer", "one of another issuer does not", other, "rows", 100
    own = activated(partners(settings={"layers": 8}), bundle(settings={"layers": 5}))
    yield (
        rule,
        "partner",
        "the partner's bundle sells the partner's setting, and no other one does",
        own,
        "partner.layers",
        8,
    )
    away = sold(settings={"rows": 20}, offline_hours=5).having(away_hours=5)
    yield rule, "out-of-reach", "one that is out of reach does not count", away, "rows", 100


def _that_fit() -> Rows:
    rule = "Settings 2"
    fits: list[tuple[str, str, str, Value, Value]] = [
        ("lowest", "the lowest value that fits", "rows", 10, 10),
        ("below", "one below the lowest", "rows", 9, 100),
        ("highest", "the highest value that fits", "rows", 1000, 1000),
        ("above", "one above the highest", "rows", 1001, 100),
        ("largest", "the largest number, where there are no bounds", "limit", 2**53 - 1, 2**53 - 1),
        ("smallest", "the smallest number, where there are no bounds", "limit", -(2**53) + 1, -(2**53) + 1),
        ("zero", "0 is a value", "limit", 0, 0),
        ("number-true", "true is not a number", "limit", True, None),
        ("number-text", "a text is not a number", "rows", "20", 100),
        ("choice", "a text among the choices", "theme", "dark", "dark"),
        ("no-choice", "a text that is not among them", "theme", "blue", "light"),
        ("choice-upper-case", "a text among them except for its case", "theme", "Dark", "light"),
        ("any-text", "any text, where there are no choices", "motto", "Größe", "Größe"),
        ("empty-text", "an empty text is a value", "motto", "", ""),
        ("text-number", "a number is not a text", "motto", 1, None),
        ("text-true", "true is not a text", "theme", True, "light"),
        ("boolean-true", "true", "beta", True, True),
        ("boolean-false", "false that is sold is false", "beta", False, False),
        ("boolean-one", "1 is not true", "beta", 1, False),
        ("boolean-text", "a text is not true", "beta", "true", False),
    ]
    for name, about, code, value, counts in fits:
        yield rule, f"{name}", about, sold(settings={code: value}), code, counts
    both = activated(bundle(settings={"rows": 2000}), bundle(part="reports", settings={"rows": 20}))
    yield rule, "unfit-beside", "of two, the one that fits counts", both, "rows", 20


def _merged() -> Rows:
    rule = "Settings 4"

    def two(code: str, *values: Value, **more: object) -> Installation:
        parts = ("base", "reports", "storage")
        sell: list[armor.Token] = [
            bundle(part=part, settings={code: one}, **more) for part, one in zip(parts, values, strict=False)
        ]
        return activated(*sell)

    yield rule, "sum", "a sum", two("pool", 20, 7), "pool", 27
    yield rule, "sum-one", "a sum of one value, without the default", two("pool", 7), "pool", 7
    yield rule, "sum-zero", "a sum of nothing but 0", two("pool", 0, 0), "pool", 0
    yield rule, "sum-above", "a sum may be above the highest value", two("pool", 50, 50, 50), "pool", 150
    yield rule, "sum-unfit", "what does not fit is not added", two("pool", 51, 7), "pool", 7
    yield rule, "most", "the highest", two("rows", 20, 700, 30), "rows", 700
    yield rule, "most-below-default", "the highest, below the default", two("rows", 20, 30), "rows", 30
    old, new = bundle(settings={"motto": "old"}, issued=ISSUED - 1), bundle(part="reports", settings={"motto": "new"})
    yield rule, "latest", "the value of the bundle that was issued last", activated(old, new), "motto", "new"
    yield rule, "latest-reversed", "whichever was activated last", activated(new, old), "motto", "new"
    trial = bundle(part="storage", use=Use.TRIAL, settings={"motto": "trial"}, issued=ISSUED + 1)
    yield rule, "latest-trial", "whatever its use is", activated(new, trial), "motto", "trial"
    texts = {part: f"of {part}" for part in ("base", "reports", "storage")}
    tied = [bundle(part=part, settings={"motto": text}) for part, text in texts.items()]
    highest = max(tied, key=makers.identity_of)
    value = texts[tuple(texts)[tied.index(highest)]]
    yield (
        rule,
        "latest-tie",
        "of those issued in one second the one of the highest identity",
        activated(*tied),
        "motto",
        value,
    )
    yield rule, "latest-tie-reversed", "whatever is the order of activation", activated(*reversed(tied)), "motto", value
    beta = activated(
        bundle(settings={"beta": True}), bundle(part="reports", settings={"beta": False}, issued=ISSUED + 1)
    )
    yield rule, "latest-false", "the latest is false", beta, "beta", False
