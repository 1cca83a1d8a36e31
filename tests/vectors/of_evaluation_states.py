"""Cases of evaluation: the states of a bundle, bindings, maintenance, and what each state grants."""

from collections.abc import Iterator
from typing import Any, Final

from licensekit.wire.documents import AfterGrace
from licensekit.wire.documents.bundle import Binding
from tests import makers
from tests.vectors.evaluation_world import (
    Installation,
    Members,
    access,
    activated,
    ask,
    bundle,
    date,
    day,
    first,
    last,
    sold,
)
from tests.vectors.of_evaluation_governing import A, base, parts
from tests.vectors.vector import Case

BY_MUST: Final = ("evaluation-states-1",)
YEAR: Final[Members] = {"starts": day(10), "warning": day(20), "expiry": day(30), "grace": day(40)}
"""A term with every date."""
DIGEST: Final = makers.installation_id()
FACTS: Final = {name: bytes([number]) * 16 for number, name in enumerate(("board", "disk", "machine"), 1)}
HERE: Final[Members] = {"digest": DIGEST.hex(), "facts": {name: fact.hex() for name, fact in FACTS.items()}}
"""The installation to which bundles are bound."""


def _state(name: str, about: str, installation: Installation, state: str, **more: Any) -> Case:
    row = base(state=state) + (" waits" if state == "pending" else "")
    return installation.case("States", name, about, ask("parts"), parts(A, row), **more)


def states() -> Iterator[Case]:
    """The state of a bundle at a moment: both sides of every date."""
    dates: list[tuple[str, str, Members, int, str]] = [
        ("last-second-before", "the last second before it starts", YEAR, last(9), "pending"),
        ("first-second", "the first second of its first day", YEAR, first(10), "active"),
        ("last-before-warning", "the last second before the warning", YEAR, last(19), "active"),
        ("first-of-warning", "the first second of the warning", YEAR, first(20), "warning"),
        ("last-of-expiry", "the last second of the day of expiry", YEAR, last(30), "warning"),
        ("first-of-grace", "the first second after the day of expiry", YEAR, first(31), "grace"),
        ("last-of-grace", "the last second of the last day of grace", YEAR, last(40), "grace"),
        ("first-after-grace", "the first second after grace", YEAR, first(41), "expired"),
        ("no-start", "without a start it has started at any time", {"expiry": day(30)}, 0, "active"),
        ("no-warning", "without a warning it is active until its expiry", {"expiry": day(30)}, last(30), "active"),
        ("no-grace", "without grace it expires with its expiry", {"expiry": day(30)}, first(31), "expired"),
        ("no-warning-grace", "grace without a warning", {"expiry": day(30), "grace": day(31)}, first(31), "grace"),
        ("perpetual", "without an expiry it is perpetual", {}, 253_402_300_799, "active"),
        ("last-day", "it expires with the last day of the year 9999", {"expiry": 2_932_896}, 253_402_300_799, "active"),
        ("warning-on-start", "the warning begins with the start", YEAR | {"warning": day(10)}, first(10), "warning"),
        ("warning-on-expiry", "the warning is the day of expiry", YEAR | {"warning": day(30)}, first(30), "warning"),
        ("one-day", "it starts and expires on one day", {"starts": day(5), "expiry": day(5)}, last(5), "active"),
        (
            "grace-on-expiry",
            "grace that ends with the expiry is none",
            {"expiry": day(5), "grace": day(5)},
            first(6),
            "expired",
        ),
        ("epoch", "it expires with the first day of 1970", {"expiry": 0}, 86_399, "active"),
        ("after-epoch", "the first second after the first day of 1970", {"expiry": 0}, 86_400, "expired"),
    ]
    for name, about, fields, now, state in dates:
        yield _state(name, about, sold(**fields).at(now), state, flags=("bound", "time"))
    yield from _bound()
    yield from _maintained()


def _bound() -> Iterator[Case]:
    names = sorted(FACTS)
    some = {name: FACTS[name] for name in names}
    other = bytes(32).hex()

    def here(known: int) -> Members:
        return {"digest": other, "facts": {name: FACTS[name].hex() for name in names[:known]}}

    by_key = Binding(DIGEST, 0, {})
    two_of_three, all_three = Binding(None, 2, some), Binding(None, 3, some)
    both = Binding(DIGEST, 1, some)
    wrong_fact = {"digest": other, "facts": {"board": FACTS["disk"].hex(), "disk": FACTS["disk"].hex()}}
    rows: list[tuple[str, str, Binding, Members | None, str]] = [
        ("key", "bound to the key of this installation", by_key, HERE, "active"),
        ("other-key", "bound to another key", by_key, HERE | {"digest": other}, "foreign"),
        ("key-nowhere", "bound to a key, without an installation", by_key, None, "foreign"),
        ("facts-nowhere", "bound to facts, without an installation", two_of_three, None, "foreign"),
        ("facts-none", "bound to two facts of three, and none is there", two_of_three, here(0), "foreign"),
        ("facts-one", "one fact of two that must match", two_of_three, here(1), "foreign"),
        ("facts-two", "two facts of two that must match", two_of_three, here(2), "active"),
        ("facts-three", "all three facts of two that must match", two_of_three, here(3), "active"),
        ("facts-all", "all three must match, and do", all_three, here(3), "active"),
        ("facts-all-but-one", "all three must match, and one cannot be shown", all_three, here(2), "foreign"),
        ("facts-other-hash", "a fact with another hash does not match", two_of_three, wrong_fact, "foreign"),
        ("both", "key and facts, and both match", both, HERE, "active"),
        ("both-other-key", "key and facts, and the facts alone match", both, HERE | {"digest": other}, "foreign"),
        ("both-no-facts", "key and facts, and the key alone matches", both, HERE | {"facts": {}}, "foreign"),
    ]
    for name, about, binding, installation, state in rows:
        given = {} if installation is None else {"installation": installation}
        flags = ("bound",) if name.startswith("facts-") else ()
        yield _state(name, about, sold(binding=binding).having(**given), state, flags=flags, musts=BY_MUST)
    foreign = sold(binding=by_key, **YEAR)
    yield _state(
        "foreign-expired", "foreign comes before every date", foreign.at(first(99)), "foreign", flags=("precedence",)
    )
    unmaintained = sold(binding=by_key, maintenance=day(0)).having(released=date(1))
    yield _state(
        "foreign-unmaintained", "foreign comes before unmaintained", unmaintained, "foreign", flags=("precedence",)
    )
    waits = sold(binding=by_key, starts=day(9))
    row = base(state="foreign") + " waits"
    yield waits.case("States", "foreign-waits", "a foreign bundle that waits is foreign", ask("parts"), parts(A, row))


def _maintained() -> Iterator[Case]:
    maintained = sold(maintenance=day(5))
    for name, about, released, state in (
        ("maintenance-not-asked", "maintenance ended, and no day of release is given", None, "active"),
        ("released-before", "released the day before maintenance ended", date(4), "active"),
        ("released-on", "released on the last day of maintenance", date(5), "active"),
        ("released-after", "released the day after maintenance ended", date(6), "unmaintained"),
    ):
        given = {} if released is None else {"released": released}
        yield _state(name, about, maintained.at(first(9)).having(**given), state, flags=("bound",))
    late = sold(maintenance=day(5), **YEAR).having(released=date(6))
    yield _state(
        "unmaintained-expired",
        "unmaintained comes before every date",
        late.at(first(99)),
        "unmaintained",
        flags=("precedence",),
    )
    none = sold().having(released=date(99))
    yield _state("no-maintenance", "a bundle without maintenance may be used with any release", none, "active")
    row = base(state="unmaintained") + " waits"
    about = "an unmaintained bundle that waits is unmaintained"
    yield late.at(first(1)).case("States", "unmaintained-waits", about, ask("parts"), parts(A, row))


def caps() -> Iterator[Case]:
    """The most that anything can be that a bundle grants, by state and after_grace."""
    selling: Members = {"system": {"server": 1}} | YEAR
    policies = {policy: AfterGrace[policy.upper().replace("-", "_")] for policy in ("read-only", "block", "advisory")}
    moments = {"pending": first(9), "active": first(10), "warning": first(20), "grace": first(31), "expired": first(41)}
    after = {"read-only": "read", "block": "none", "advisory": "full"}
    for policy, value in policies.items():
        for state, now in moments.items():
            level = {"pending": "none", "expired": after[policy]}.get(state, "full")
            installation = sold(after_grace=value, **selling).at(now)
            about = f"{state}, and after grace it would be {policy}"
            yield installation.case("States", f"{state}-{policy}", about, ask("access", "server"), access(level))
    for policy, value in policies.items():
        about = f"foreign, and {policy} makes no difference"
        installation = sold(after_grace=value, binding=Binding(DIGEST, 0, {}), **selling)
        yield installation.at(first(41)).case(
            "States", f"foreign-{policy}", about, ask("access", "server"), access("none"), musts=BY_MUST
        )
        about = f"unmaintained, and {policy} makes no difference"
        installation = sold(after_grace=value, maintenance=day(0), **selling).having(released=date(1))
        yield installation.at(first(41)).case(
            "States", f"unmaintained-{policy}", about, ask("access", "server"), access("none")
        )
    blocked = bundle(after_grace=AfterGrace.BLOCK, **selling)
    add_on = bundle(part="reports", system={"travel": 1})
    both = activated(blocked, add_on).at(first(41))
    about = "a bundle that blocks takes nothing away that another part grants"
    yield both.case("States", "blocks-itself", about, ask("access", "travel"), access("full"))
    twice = activated(blocked, bundle(part="reports", system={"server": 1})).at(first(41))
    about = "what another part grants as well stays in full"
    yield twice.case("States", "granted-twice", about, ask("access", "server"), access("full"))
