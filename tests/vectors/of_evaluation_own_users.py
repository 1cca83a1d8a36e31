"""Cases of evaluation: users of the application's own, who hold what it passes."""

from collections.abc import Iterator

from tests.vectors.evaluation_world import WITHOUT_PARTNER, Installation, access, activated, ask, bundle, sold
from tests.vectors.of_evaluation_access import LATE, NONE, READ
from tests.vectors.vector import Case


def own_users() -> Iterator[Case]:
    """Users of the application, who hold what it passes."""
    everything = activated(
        bundle(system={"freetext": 1, "intranet": 1}, users={"sales": 2, "editor": 1}, sites={"branch": 1}),
        bundle(part="reports", users={"user": 5}, **READ),
    ).at(LATE)
    ended = sold(users={"sales": 2}, **NONE).at(LATE)
    both = activated(bundle(users={"sales": 1}, **READ), bundle(part="reports", users={"sales": 1}))

    rows: list[tuple[str, str, Installation, str, tuple[str, ...], str]] = [
        ("held", "what is passed", everything, "sales", ("sales",), "full"),
        ("included", "what that includes", everything, "user", ("sales",), "full"),
        (
            "site-license",
            "a site license that is passed, and what it includes",
            everything,
            "scanner",
            ("branch",),
            "full",
        ),
        ("not-passed", "what is not passed", everything, "sales", ("editor",), "none"),
        ("nothing-passed", "without any license, what everybody has", everything, "guest", (), "full"),
        ("full-with", "a system license that another one completes", everything, "freetext", ("editor",), "full"),
        ("full-with-not", "and without that one", everything, "freetext", ("sales",), "read"),
        ("not-bought", "what was not bought gives nothing", everything, "office", ("office",), "none"),
        ("ended-read", "what has ended gives what its after_grace leaves", everything, "user", ("user",), "read"),
        ("ended-block", "which may be nothing", ended, "sales", ("sales",), "none"),
        ("best", "each is served with the best that is granted of it", both.at(LATE), "sales", ("sales",), "full"),
        ("twice", "passed twice is passed once", everything, "sales", ("sales", "sales"), "full"),
        ("full-name", "a license may be passed with its prefix", everything, "sales", ("demo.sales",), "full"),
        (
            "beside-absent",
            "one of a partner who is not installed gives nothing, and takes nothing",
            everything.on(WITHOUT_PARTNER),
            "sales",
            ("partner.atlas", "sales"),
            "full",
        ),
    ]
    for name, about, installation, code, passed, level in rows:
        question = ask("access", code, licenses=list(passed))
        yield installation.case("Your own users", name, about, question, access(level))
    yield everything.case(
        "Your own users", "count", "the application counts", ask("count", "sales"), {"total": 2, "in_use": 0}
    )
