"""Cases of evaluation: why the installation does not have a system license (W2 to W6)."""

from collections.abc import Iterator
from typing import Final

from licensekit.wire.documents.bundle import Binding
from tests.vectors.evaluation_world import (
    WITHOUT_PARTNER,
    Installation,
    Members,
    activated,
    ask,
    bundle,
    date,
    day,
    partners,
    sold,
    why,
)
from tests.vectors.of_evaluation_access import LATE, NONE, READ
from tests.vectors.of_evaluation_states import DIGEST
from tests.vectors.vector import Case

BY_MUST: Final = ("evaluation-counts-and-surplus-2",)
FOREIGN: Final[Members] = {"binding": Binding(DIGEST, 0, {})}
PENDING: Final[Members] = {"starts": day(9)}
UNMAINTAINED: Final[Members] = {"maintenance": day(0)}
RELEASED: Final = date(1)
NOT_LICENSED: Final = why("not-licensed", "no-bundle-grants")
NOT_GRANTED: Final = why("not-assigned", "not-granted-to")
BEYOND: Final = why("beyond-sold")
GRANTED: Final[Members] = {"reason": None, "code": None}

Row = tuple[str, str, str, Installation, str, Members]


def state(name: str) -> Members:
    """Return the answer where a bundle is in force or waits, and does not work."""
    return why(name, "bundle-not-in-force")


def explained(rows: list[Row]) -> Iterator[Case]:
    """Yield cases: `user by anna`, `user at oslo`; `read server` is asked for read alone, `own sales` passes it."""
    for rule, name, about, installation, question, answer in rows:
        words = question.split()
        more: Members = {"at_least": words.pop(0)} if words[0] in {"read", "full"} else {}
        if words[0] == "own":
            _, code, *passed = words
            more["licenses"] = passed
        else:
            code, *rest = words
            more |= {{"by": "user", "at": "site"}[word]: id_ for word, id_ in zip(rest[::2], rest[1::2], strict=True)}
        musts = BY_MUST if "beyond-sold" in answer.values() or "surplus" in name else ()
        yield installation.case(rule, name, about, ask("why", code, **more), answer, musts=musts)


def reasons() -> Iterator[Case]:
    """Why the installation does not have a system license."""
    suite_and = sold(system={"server": 1}, **READ).at(LATE)
    two = activated(
        bundle(system={"server": 1}, **FOREIGN),
        partners(system={"maps": 1}),
        bundle(part="reports", system={"server": 1}, **READ),
    ).at(LATE)
    both = activated(
        bundle(part="reports", system={"server": 1}, **PENDING), bundle(part="storage", system={"server": 1}, **READ)
    ).at(LATE)
    named = activated(
        bundle(system={"old-server": 1}, **FOREIGN), bundle(part="reports", system={"server": 1}, **READ)
    ).at(LATE)
    freetext = sold(system={"freetext": 1})
    advisory = sold(system={"freetext": 1}, **READ).at(LATE)
    yield from explained(
        [
            ("Why not", "granted", "what is granted needs no reason", sold(system={"server": 1}), "server", GRANTED),
            ("Why not", "granted-read", "read is asked for, and there", suite_and, "read server", GRANTED),
            (
                "W2",
                "absent",
                "the partner is not installed",
                sold().on(WITHOUT_PARTNER),
                "partner.maps",
                why("not-installed", "issuer-absent"),
            ),
            (
                "W2",
                "absent-read",
                "the partner is not installed, and read is asked for",
                sold().on(WITHOUT_PARTNER),
                "read partner.maps",
                why("not-installed", "issuer-absent"),
            ),
            (
                "W3",
                "full-with",
                "it is full with another license",
                freetext,
                "freetext",
                why("not-assigned", "full-with-another"),
            ),
            (
                "W3",
                "full-with-partner",
                "the partner's license is full with one of the vendor's",
                activated(partners(system={"maps": 1})),
                "partner.maps",
                why("not-assigned", "full-with-another"),
            ),
            (
                "W4",
                "full-with-expired",
                "it would be full with another license, and has expired",
                advisory,
                "freetext",
                state("expired"),
            ),
            (
                "W4",
                "expired-read",
                "it has expired and can be read, and full is asked for",
                suite_and,
                "server",
                state("expired"),
            ),
            (
                "W4",
                "expired-block",
                "it has expired and blocks, and read is asked for",
                sold(system={"server": 1}, **NONE).at(LATE),
                "read server",
                state("expired"),
            ),
            ("W4", "pending", "its bundle waits", sold(system={"server": 1}, **PENDING), "server", state("pending")),
            (
                "W4",
                "foreign",
                "its bundle is foreign",
                sold(system={"server": 1}, **FOREIGN),
                "server",
                state("foreign"),
            ),
            (
                "W4",
                "unmaintained",
                "its bundle is unmaintained",
                sold(system={"server": 1}, **UNMAINTAINED).having(released=RELEASED),
                "server",
                state("unmaintained"),
            ),
            (
                "W4",
                "included-expired",
                "what includes it has expired",
                sold(system={"suite": 1}, **NONE).at(LATE),
                "freetext",
                state("expired"),
            ),
            (
                "W4",
                "successor-foreign",
                "what it follows is of a foreign bundle",
                sold(system={"old-server": 1}, **FOREIGN),
                "server",
                state("foreign"),
            ),
            ("W4", "first-part", "of two bundles the one of the first part", two, "server", state("foreign")),
            ("W4", "in-force-first", "one in force comes before one that waits", both, "server", state("expired")),
            (
                "W4",
                "named-first",
                "one that names it comes before one that gives it",
                named,
                "server",
                state("expired"),
            ),
            (
                "W4",
                "waits-foreign",
                "one that waits and is foreign is foreign",
                sold(system={"server": 1}, **PENDING, **FOREIGN),
                "server",
                state("foreign"),
            ),
            (
                "W4",
                "present-through-users",
                "a user license that gives it has expired",
                sold(users={"planner": 3}, **NONE).at(LATE),
                "travel",
                state("expired"),
            ),
            ("W6", "not-sold", "nobody sells it", sold(), "server", NOT_LICENSED),
            ("W6", "nothing-activated", "nothing was activated", activated(), "server", NOT_LICENSED),
            ("W6", "not-sold-read", "nobody sells it, and read is asked for", sold(), "read server", NOT_LICENSED),
            (
                "W6",
                "of-another-kind",
                "a bundle names it with another kind",
                sold(users={"server": 1}),
                "server",
                NOT_LICENSED,
            ),
        ]
    )
