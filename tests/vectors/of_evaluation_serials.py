"""Cases of evaluation: which serial replaces another one (P3, P4), and which head is in force (P5)."""

from collections.abc import Iterator

from licensekit.trust.sign import sign
from tests import makers
from tests.vectors.evaluation_world import activated, bundle, day, first, ground, last, partners
from tests.vectors.of_evaluation_governing import DEMO, TRIAL, A, B, C, D, add_on, base, shown
from tests.vectors.vector import BASES, VENDOR, Case


def serials() -> Iterator[Case]:
    """Which serials replace others, and which of several heads is in force."""
    yield from _replaced()
    yield from _rings()
    yield from _uses()


def _replaced() -> Iterator[Case]:
    old, reports = bundle(), bundle(part="reports")
    new = bundle(serial=B, replaces=[A])
    yield shown(
        "P3",
        "named",
        "a serial that is named is replaced, with all of its parts",
        activated(old, reports, new),
        B,
        base(serial=B),
    )
    about = "the serial that was activated last replaces none that it does not name; its parts stay"
    yield shown("P3", "not-named", about, activated(old, reports, bundle(serial=B)), B, base(serial=B), add_on())
    about = "the replacing one was activated first, and still replaces"
    yield shown("P3", "activated-before", about, activated(new, old), B, base(serial=B))
    about = "its issue time plays no part"
    yield shown(
        "P3",
        "issued-before",
        about,
        activated(old, bundle(serial=B, replaces=[A], issued=makers.ISSUED - 1)),
        B,
        base(serial=B),
    )
    trial = bundle(serial=B, use=TRIAL, replaces=[A])
    about = "a trial does not replace what was bought"
    yield shown("P3", "higher-use", about, activated(reports, trial), B, base("trial", serial=B), add_on())
    about = "a trial replaces a trial that it names"
    yield shown(
        "P3", "equal-use", about, activated(bundle(use=TRIAL, part="reports"), trial), B, base("trial", serial=B)
    )
    about = "a trial replaces a demo that it names"
    yield shown(
        "P3", "lower-use", about, activated(bundle(use=DEMO, part="reports"), trial), B, base("trial", serial=B)
    )
    demo = bundle(serial=B, use=DEMO, replaces=[A])
    about = "a demo does not replace a trial that it names"
    yield shown(
        "P3",
        "demo-of-trial",
        about,
        activated(bundle(use=TRIAL, part="reports"), demo),
        B,
        base("demo", serial=B),
        add_on(use="trial"),
    )
    bought = bundle(serial=B)
    for use, word in ((TRIAL, "trial"), (DEMO, "demo")):
        about = f"a base bundle of production replaces a {word} of another serial"
        tokens = (bundle(use=use, part="reports"), bought)
        yield shown("P3", f"production-of-{word}", about, activated(*tokens), B, base(serial=B))
    unnamed = activated(bundle(use=DEMO, part="reports"), bundle(serial=B, use=TRIAL))
    about = "a trial does not replace a demo that it does not name"
    yield shown("P3", "trial-of-demo", about, unnamed, B, base("trial", serial=B), add_on(use="demo"))
    same = activated(bundle(use=TRIAL, part="reports"), bundle())
    yield shown("P3", "own-serial", "a trial of the same serial stays", same, A, base(), add_on(use="trial"))
    limited = activated(bundle(use=TRIAL, part="reports"), bundle(BASES, serial=B))
    yield shown(
        "P3", "limited-key", "by a limited key it replaces nothing", limited, B, base(serial=B), add_on(use="trial")
    )
    no_base = activated(bundle(use=TRIAL, part="reports"), bundle(serial=B, part="storage"))
    row = f"demo storage {B} production 1 active"
    yield shown("P3", "add-on", "a bundle that is no base replaces nothing", no_base, A, add_on(use="trial"), row)
    partner = activated(bundle(use=TRIAL, part="reports"), partners(serial=B, replaces=[A]))
    row = f"partner base {B} production 1 active"
    yield shown(
        "P3", "other-issuer", "the bundles of another issuer are not replaced", partner, A, add_on(use="trial"), row
    )
    lower = activated(old, bundle(serial=B, replaces=[A]), bundle(serial=B, sequence=2))
    about = "a lower one of its line still replaces, where the head names nothing"
    yield shown("P3", "below-the-head", about, lower, B, base(sequence=2, serial=B))
    waiting = activated(reports, bundle(serial=B, replaces=[A], starts=day(3)))
    row = base(serial=B, state="pending") + " waits"
    yield shown(
        "P3",
        "not-started",
        "before it has started it replaces nothing",
        waiting.at(last(2)),
        B,
        add_on(),
        row,
        flags=("time",),
    )
    yield shown(
        "P3", "started", "from its first second on it does", waiting.at(first(3)), B, base(serial=B), flags=("time",)
    )
    expired = activated(reports, bundle(serial=B, replaces=[A], expiry=day(1)))
    row = base(serial=B, state="expired")
    yield shown("P3", "expired", "an expired one replaces still", expired.at(first(2)), B, row, flags=("time",))


def _rings() -> Iterator[Case]:
    one, two = bundle(replaces=[B]), bundle(serial=B, replaces=[A])
    yield shown(
        "P4",
        "two",
        "of two that replace each other, the one activated last stays",
        activated(one, two),
        B,
        base(serial=B),
    )
    yield shown("P4", "two-reversed", "in the other order", activated(two, one), A, base())
    renewed = activated(one, two, bundle(sequence=2))
    yield shown(
        "P4", "newest", "the newest bundle of a serial decides, though it names none", renewed, A, base(sequence=2)
    )
    add = activated(one, two, bundle(part="reports"))
    about = "the newest bundle of a serial may be of another part"
    yield shown("P4", "newest-add-on", about, add, A, base(), add_on())
    chain = activated(bundle(part="reports"), two, bundle(serial=C, replaces=[B]))
    yield shown("P4", "through", "replaced through another one, which is replaced itself", chain, C, base(serial=C))
    ring = [bundle(serial=A, replaces=[C]), bundle(serial=B, replaces=[A]), bundle(serial=C, replaces=[B])]
    yield shown("P4", "three", "of a ring of three the one activated last stays", activated(*ring), C, base(serial=C))
    about = "it stays whatever is the order of those before"
    yield shown("P4", "three-turned", about, activated(ring[1], ring[2], ring[0]), A, base())
    outside = activated(ring[0], ring[1], ring[2], bundle(serial=D, replaces=[C]))
    yield shown("P4", "outside", "one outside the ring replaces all of it", outside, D, base(serial=D))
    low, higher = bundle(), bundle(replaces=[B], sequence=2)
    taken = ground(sign(makers.revocations(identities=[makers.identity_of(low)]), VENDOR))
    about = "what was revoked does not make a serial the newest, though the head of its line stands"
    yield shown("P4", "newest-revoked", about, activated(higher, two, low).on(taken), B, base(serial=B))
    not_started = activated(one, two, bundle(sequence=2, starts=day(2)))
    row = base(sequence=2, state="pending") + " waits"
    about = "what has not started does not make a serial the newest"
    yield shown("P4", "newest-not-started", about, not_started.at(last(1)), B, base(serial=B), row, flags=("time",))


def _uses() -> Iterator[Case]:
    trial, demo = bundle(use=TRIAL, sequence=3), bundle(use=DEMO, sequence=5)
    yield shown(
        "P5",
        "production",
        "production before trial and demo, activated first",
        activated(bundle(), trial, demo),
        A,
        base(),
    )
    yield shown("P5", "trial", "trial before demo, activated last", activated(demo, trial), A, base("trial", 3))
    yield shown("P5", "demo", "a demo where nothing else is", activated(demo), A, base("demo", 5))
    expired = activated(bundle(expiry=day(1)), bundle(use=TRIAL, sequence=3, expiry=day(30))).at(first(2))
    about = "what was bought and has expired is still in force"
    yield shown("P5", "expired-production", about, expired, A, base(state="expired"), flags=("time",))
    both = (bundle(), bundle(serial=B))
    yield shown("P5", "activated-last", "of two serials the one activated last", activated(*both), B, base(serial=B))
    yield shown("P5", "activated-last-reversed", "whichever that is", activated(*reversed(both)), A, base())
    head = activated(bundle(), bundle(serial=B), bundle(sequence=2))
    yield shown(
        "P5", "head-activated-last", "the head of a serial decides when it was activated", head, A, base(sequence=2)
    )
    lower = activated(bundle(sequence=2), bundle(serial=B), bundle())
    about = "one below the head, activated last, does not count"
    yield shown("P5", "below-activated-last", about, lower, B, base(serial=B))
    unlike = activated(bundle(), bundle(serial=B, part="reports"))
    yield shown("P5", "parts-unite", "other parts of another serial unite", unlike, A, base(), add_on(serial=B))
