"""Cases of evaluation: which bundle of a line is its head (P1), and what was revoked (P2)."""

from collections.abc import Iterator
from typing import Final

from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import AfterGrace, Use
from tests import makers
from tests.vectors.evaluation_world import (
    WITH_ACME,
    Installation,
    Members,
    activated,
    ask,
    bundle,
    day,
    document,
    first,
    ground,
    last,
    of_acme,
    partners,
)
from tests.vectors.vector import ADD_ONS, BASES, RETIRED, REVOKED, SALES, VENDOR, Case, shown_seen

A: Final = makers.SERIAL
B: Final = "1010000022"
C: Final = "1010000030"
D: Final = "1010000048"
TRIAL: Final = Use.TRIAL
DEMO: Final = Use.DEMO
BY_MUST: Final = ("evaluation-bundles-that-govern-1",)


def parts(serial: str | None, *rows: str) -> Members:
    """Return the answer to a question about parts: in each row its members in their order, then `waits` if it does."""
    return {"serial": serial, "parts": [_part(row) for row in rows]}


def _part(row: str) -> Members:
    words = row.split()
    named = dict(zip(("issuer", "part", "serial", "use", "sequence", "state"), words, strict=False))
    return {**named, "sequence": int(named["sequence"]), "waits": words[-1] == "waits"}


def base(use: str = "production", sequence: int = 1, serial: str = A, state: str = "active") -> str:
    """Return a row of the vendor's base part."""
    return f"demo base {serial} {use} {sequence} {state}"


def add_on(part: str = "reports", use: str = "production", sequence: int = 1, serial: str = A) -> str:
    """Return a row of another part of the vendor's."""
    return f"demo {part} {serial} {use} {sequence} active"


def _trial(signer: SigningKey = VENDOR, **changes: object) -> armor.Token:
    """Return a trial of sixty days that blocks at its end."""
    return sign(makers.trial(**({"system": {}, "sites": {}, "users": {}, "starts": None} | changes)), signer)


def shown(
    rule: str,
    name: str,
    about: str,
    installation: Installation,
    serial: str | None,
    *rows: str,
    flags: tuple[str, ...] = (),
) -> Case:
    """Return a case of what is in force and what waits."""
    return installation.case(rule, name, about, ask("parts"), parts(serial, *rows), flags=flags, musts=BY_MUST)


def governing() -> Iterator[Case]:
    """Lines and their heads, limited keys, and what was revoked."""
    yield shown("Bundles that govern", "nothing", "nothing was activated", activated(), None)
    yield shown("Bundles that govern", "one", "a bundle without dates is in force", activated(bundle()), A, base())
    yield from _lines()
    yield from _limited()
    yield from _revoked()


def _lines() -> Iterator[Case]:
    two, three = bundle(sequence=2), bundle(sequence=3)
    again = bundle(sequence=2, company="Sydvind AS")
    rows = [
        ("next", "the higher sequence is the head", (bundle(), two), base(sequence=2)),
        ("order-reversed", "so it is where it was activated first", (two, bundle()), base(sequence=2)),
        ("three", "the highest of three, activated in the middle", (two, three, bundle()), base(sequence=3)),
        ("huge", "the highest sequence that there is", (bundle(sequence=2**32 - 1), two), base(sequence=2**32 - 1)),
    ]
    for name, about, tokens, row in rows:
        yield shown("P1", name, about, activated(*tokens), A, row, flags=("bound",) if name == "huge" else ())
    dated = activated(bundle(issued=first(1), expiry=day(2)), bundle()).at(first(3))
    about = "of equal sequences the one activated last, not the one issued last"
    yield shown("P1", "equal-issued-before", about, dated, A, base(), flags=("time",))
    for name, about, tokens, company in (
        ("equal-last", "of equal sequences the one activated last is the head", (two, again), "Sydvind AS"),
        (
            "equal-first",
            "of equal sequences the one activated last, not the newer one",
            (again, two),
            "Nordlys Kraft AS",
        ),
    ):
        base_of = {
            "status": "active",
            "company": company,
            "serial": A,
            "use": "production",
            "is_trial": False,
            "covered_until": "perpetual",
            "days_left": None,
        }
        yield activated(*tokens).case("P1", name, about, ask("base"), base_of, musts=BY_MUST)
    other = bundle(part="reports", sequence=9)
    yield shown(
        "P1",
        "parts",
        "parts have sequences of their own",
        activated(two, other),
        A,
        base(sequence=2),
        add_on(sequence=9),
    )
    both = activated(bundle(sequence=4), partners(sequence=1))
    row = "partner base 1010000014 production 1 active"
    yield shown("P1", "issuers", "issuers have sequences of their own", both, A, base(sequence=4), row)
    several = activated(of_acme(), partners(), bundle(part="reports"), bundle()).on(WITH_ACME)
    rows_of = (base(), add_on(), "acme base 1010000014 production 1 active", row)
    about = "the vendor is listed first, though a partner's code comes before it"
    yield shown("Bundles that govern", "vendor-first", about, several, A, *rows_of)
    ahead = activated(bundle(issued=first(3))).at(first(1))
    about = "a bundle issued two days after now counts: its time of issue is not judged again"
    yield shown("Bundles that govern", "issued-ahead", about, ahead, A, base(), flags=("time",))
    uses = activated(bundle(), bundle(use=TRIAL, sequence=7))
    yield shown("P1", "uses", "a trial has a sequence of its own, and never displaces what was bought", uses, A, base())
    later = activated(bundle(), bundle(sequence=2, starts=day(5)))
    waits = base(sequence=2, state="pending") + " waits"
    yield shown(
        "P1", "not-started", "what has not started is no head", later.at(last(4)), A, base(), waits, flags=("time",)
    )
    yield shown(
        "P1",
        "started",
        "at the first second of its start it is",
        later.at(first(5)),
        A,
        base(sequence=2),
        flags=("time",),
    )
    same = sign(document(), BASES)
    once = activated(bundle(), two, same)
    yield shown(
        "Bundles that govern", "same-payload", "the same payload again is the same bundle", once, A, base(sequence=2)
    )
    void = activated(same, sign(document(), REVOKED))
    about = "the same payload again, by a key that is revoked: the last signature counts"
    yield shown("Bundles that govern", "same-payload-revoked-key", about, void, None)


def _limited() -> Iterator[Case]:
    reports: Members = {"part": "reports", "system": {"travel": 1}}
    fits, above = bundle(**reports), bundle(**(reports | {"system": {"storage": 26}}))
    most = bundle(**(reports | {"system": {"storage": 25}}))
    unrestricted = bundle(**(reports | {"system": {"storage": None}}))
    with_setting = bundle(**(reports | {"settings": {"rows": 50}}))
    limited = bundle(ADD_ONS, **(reports | {"sequence": 2}))
    third = bundle(ADD_ONS, **(reports | {"sequence": 3}))
    rows = [
        ("limited", "a limited key displaces what its scope admits", (fits, limited), 2),
        ("limited-at-most", "a count of exactly `most` is within the scope", (most, limited), 2),
        ("limited-above-most", "one of more than `most` is not displaced", (above, limited), 1),
        ("limited-unrestricted", "nor one that is unrestricted", (unrestricted, limited), 1),
        ("limited-settings", "nor one that sells a setting", (with_setting, limited), 1),
        ("limited-third", "a third one is judged by the head that stayed", (above, limited, third), 1),
        (
            "limited-below",
            "a limited head is displaced by a key without limits",
            (limited, bundle(**(reports | {"sequence": 3}))),
            3,
        ),
        ("limited-first", "a limited bundle is the first, whatever it is", (limited, bundle(ADD_ONS, **reports)), 2),
        (
            "limited-head-in-between",
            "the head in between decides",
            (fits, bundle(**(reports | {"sequence": 2, "system": {"storage": 26}})), third),
            2,
        ),
    ]
    for name, about, tokens, sequence in rows:
        flags = ("bound",) if "most" in name else ()
        yield shown("P1", name, about, activated(*tokens), A, add_on(sequence=sequence), flags=flags)
    long, short = makers.ISSUED_DAY + 61, makers.ISSUED_DAY + 60
    for name, about, expiry, sequence in (
        ("limited-longer-term", "a key for sixty days does not displace a trial of sixty-one", long, 1),
        ("limited-its-term", "it displaces one of sixty", short, 2),
    ):
        tokens = (_trial(expiry=expiry), _trial(SALES, sequence=2))
        yield shown("P1", name, about, activated(*tokens), A, base("trial", sequence), flags=("bound",))
    reader = _trial(after_grace=AfterGrace.READ_ONLY)
    about = "a key with a longest term does not displace one that can be read after its end"
    yield shown("P1", "limited-after-grace", about, activated(reader, _trial(SALES, sequence=2)), A, base("trial"))
    replacing = bundle(replaces=[B])
    about = "a limited key does not displace a bundle that replaces serials"
    yield shown("P1", "limited-replaces", about, activated(replacing, bundle(BASES, sequence=2)), A, base())


def _revoked() -> Iterator[Case]:
    one, two, three = bundle(), bundle(sequence=2), bundle(sequence=3)

    def taken_back(*tokens: armor.Token, **lists: object) -> Installation:
        return activated(*tokens).on(ground(sign(makers.revocations(**lists), VENDOR)))

    second = sorted([makers.identity_of(two)])
    yield shown(
        "P2",
        "head",
        "the head was revoked: it holds its place against lower ones",
        taken_back(one, two, identities=second),
        None,
    )
    yield shown(
        "P2", "below", "a lower one was revoked", taken_back(one, two, three, identities=second), A, base(sequence=3)
    )
    yield shown("P2", "serial", "its serial was revoked", taken_back(one, bundle(serial=B), serials=[B]), A, base())
    add = bundle(part="reports")
    yield shown(
        "P2", "other-part", "the head of another part stays", taken_back(two, add, identities=second), A, add_on()
    )
    trial = bundle(use=TRIAL, sequence=4)
    yield shown(
        "P2",
        "other-use",
        "another use has another line",
        taken_back(trial, two, identities=second),
        A,
        base("trial", 4),
    )
    replacing = bundle(serial=B, replaces=[A], sequence=1)
    gone = sorted([makers.identity_of(replacing)])
    about = "what a revoked bundle replaced counts again"
    yield shown("P2", "replaced-again", about, taken_back(one, replacing, identities=gone), A, base())
    newer = bundle(serial=B, sequence=2)
    gone = sorted([makers.identity_of(newer)])
    about = "the head of its line was revoked, so the lower one replaces nothing"
    yield shown("P2", "line-replaces-nothing", about, taken_back(one, replacing, newer, identities=gone), A, base())
    reports, head = bundle(part="reports"), bundle(serial=B, sequence=2)
    gone = sorted([makers.identity_of(replacing)])
    about = "a revoked one below the head of its line replaces nothing"
    below = taken_back(reports, replacing, head, identities=gone)
    yield shown("P3", "revoked-below-replaces-nothing", about, below, B, base(sequence=2, serial=B), add_on())
    by_revoked = bundle(REVOKED, sequence=2)
    about = "what a key signed that is revoked was never there: the lower one is the head"
    yield shown("Bundles that govern", "revoked-key", about, activated(one, by_revoked), A, base())
    late = bundle(RETIRED, sequence=2)
    about = "what a key signed after its window was never there"
    yield shown("Bundles that govern", "key-out-of-window", about, activated(one, late), A, base())
    other = bundle(sequence=2, product="demo-erp")
    yield shown(
        "Bundles that govern",
        "another-product",
        "what is for another product was never there",
        activated(one, other),
        A,
        base(),
    )
    beyond = bundle(ADD_ONS, sequence=2)
    about = "what a key signed beyond its scope was never there"
    yield shown("Bundles that govern", "key-out-of-scope", about, activated(one, beyond), A, base())
    held = sign(makers.revocations(number=2), VENDOR)
    missing = activated(one, partners()).having(seen=shown_seen(demo=held))
    row = "partner base 1010000014 production 1 active"
    about = "the vendor's list is gone that was seen: nothing of its lines counts"
    yield shown("P2", "list-gone", about, missing, A, row, flags=("state",))
    yield shown(
        "P2",
        "list-there",
        "the list that was seen is there",
        missing.on(ground(held)),
        A,
        base(),
        row,
        flags=("state",),
    )
