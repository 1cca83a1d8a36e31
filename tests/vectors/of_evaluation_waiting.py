"""Cases of evaluation: which bundles wait, which serial an installation has, and what is out of reach."""

from collections.abc import Iterator

from licensekit.wire import armor
from tests.vectors.evaluation_world import activated, bundle, day, first, last, partners
from tests.vectors.of_evaluation_governing import TRIAL, A, B, C, D, add_on, base, shown
from tests.vectors.vector import Case


def waiting() -> Iterator[Case]:
    """Which bundles wait, which serial an installation has, and what is out of reach."""
    pending = base(state="pending") + " waits"
    yield shown(
        "Bundles that govern",
        "waits",
        "before its first second it waits",
        activated(bundle(starts=day(3))).at(last(2)),
        A,
        pending,
        flags=("time",),
    )
    yield shown(
        "Bundles that govern",
        "starts",
        "at its first second it is in force",
        activated(bundle(starts=day(3))).at(first(3)),
        A,
        base(),
        flags=("time",),
    )
    behind = activated(bundle(sequence=2), bundle(starts=day(3)))
    yield shown(
        "Bundles that govern", "behind", "what a higher sequence holds back does not wait", behind, A, base(sequence=2)
    )
    both = activated(bundle(starts=day(9), sequence=2), bundle(starts=day(3)))
    rows = (base(sequence=2, state="pending") + " waits", base(sequence=1, state="pending") + " waits")
    yield shown("Bundles that govern", "two-wait", "two wait, in the order of activation", both, A, *rows)
    trial = activated(bundle(), bundle(use=TRIAL, starts=day(3)))
    yield shown("Bundles that govern", "trial-behind", "a trial does not wait behind what was bought", trial, A, base())
    to_be_replaced = activated(bundle(serial=B, starts=day(5), replaces=[A]), bundle(starts=day(3)))
    rows = (base(serial=B, state="pending") + " waits", base(state="pending") + " waits")
    about = "one waits that is in force from its start until another one replaces it"
    yield shown("Bundles that govern", "in-between", about, to_be_replaced, B, *rows)
    yield from _serials()
    yield from _reach()


def _serials() -> Iterator[Case]:
    def of(serial: str, about: str, name: str, *tokens: armor.Token, rows: tuple[str, ...]) -> Case:
        return shown("Bundles that govern", name, about, activated(*tokens), serial, *rows)

    add = bundle(serial=B, part="reports")
    waits = base(state="pending") + " waits"
    yield of(
        A,
        "the serial is that of a base bundle that waits, before an add-on in force",
        "serial-waiting-base",
        add,
        bundle(starts=day(2)),
        rows=(add_on(serial=B), waits),
    )
    storage = f"demo storage {C} production 1 active"
    yield of(
        B,
        "without a base bundle it is that of the first part",
        "serial-add-on",
        bundle(serial=C, part="storage"),
        add,
        rows=(add_on(serial=B), storage),
    )
    partner = f"partner base {C} production 1 active"
    yield of(
        B,
        "an add-on of the vendor's is before the partner's base",
        "serial-vendor",
        partners(serial=C),
        add,
        rows=(add_on(serial=B), partner),
    )
    yield of(
        C, "the partner's base where the vendor has nothing", "serial-partner", partners(serial=C), rows=(partner,)
    )
    maps = f"partner maps {D} production 1 active"
    yield of(
        C,
        "the partner's base is before its other part",
        "serial-partner-base",
        partners(serial=D, part="a"),
        partners(serial=C),
        rows=(maps.replace("maps", "a"), partner),
    )
    late = f"demo reports {B} production 1 pending waits"
    yield of(
        C,
        "of two other parts the one in force, before the one that waits",
        "serial-in-force",
        bundle(serial=B, part="reports", starts=day(2)),
        bundle(serial=C, part="storage"),
        rows=(storage, late),
    )


def _reach() -> Iterator[Case]:
    day_long = activated(bundle(offline_hours=24), bundle(part="reports", offline_hours=48))
    both, one = (base(), add_on()), (add_on(),)
    for name, about, hours, rows in (
        ("away-not-yet", "the database is away, and not for as long as the offline hours", 23.99, both),
        ("away-as-long", "it is away for exactly the offline hours of one bundle", 24, one),
        ("away-longer", "it is away for longer than those of both", 48.5, ()),
        ("away-just-now", "it is away since this second", 0, both),
    ):
        serial = A if rows else None
        yield shown(
            "Bundles that govern", name, about, day_long.having(away_hours=hours), serial, *rows, flags=("bound",)
        )
    none = activated(bundle(offline_hours=0)).having(away_hours=0)
    yield shown(
        "Bundles that govern",
        "away-no-hours",
        "a bundle without offline hours is out of reach immediately",
        none,
        None,
        flags=("bound",),
    )
    holds = activated(bundle(offline_hours=100), bundle(sequence=2, offline_hours=1)).having(away_hours=2)
    yield shown("Bundles that govern", "away-holds", "what is out of reach holds its place", holds, None)
    late = activated(bundle(), bundle(sequence=2, starts=day(2), offline_hours=1)).having(away_hours=2)
    yield shown("Bundles that govern", "away-waiting", "what waits is out of reach as well", late, A, base())
