"""Cases of evaluation: what bundles grant, and what licenses give."""

from collections.abc import Iterable, Iterator
from typing import Final

from licensekit.trust.sign import sign
from licensekit.wire.documents import AfterGrace, Kind
from tests import makers
from tests.vectors.evaluation_world import (
    LICENSES,
    WITHOUT_PARTNER,
    Installation,
    Members,
    access,
    activated,
    ask,
    bundle,
    catalog,
    day,
    first,
    ground,
    partners,
    site,
    sold,
    user,
)
from tests.vectors.vector import VENDOR, Case

READ: Final[Members] = {"expiry": day(1)}
"""What has expired, and can be read, at `LATE`."""
NONE: Final[Members] = {"expiry": day(1), "after_grace": AfterGrace.BLOCK}
"""What has expired and blocks, at `LATE`."""
LATE: Final = first(2)
ANNA: Final[Members] = {"users": [user()]}


def levels(rule: str, rows: Iterable[tuple[str, str, Installation, str, str]]) -> Iterator[Case]:
    """Yield cases of access: a row is name, about, the installation, who asks for what, and the access.

    `lobby` is asked of the installation, `lobby at oslo` of a site, `lobby by anna` of a user.
    """
    for name, about, installation, question, level in rows:
        code, *words = question.split()
        who = {{"by": "user", "at": "site"}[word]: id_ for word, id_ in zip(words[::2], words[1::2], strict=True)}
        yield installation.case(rule, name, about, ask("access", code, **who), access(level))


def grants() -> Iterator[Case]:
    """What the codes of a bundle grant, and what nothing grants."""
    server = sold(system={"server": 1})
    twice = activated(bundle(system={"server": 1}, **READ), bundle(part="reports", system={"server": 1}))
    rows = [
        ("named", "a system license that a bundle in force names", server, "server", "full"),
        ("full-name", "the vendor's code may have its prefix", server, "demo.server", "full"),
        ("not-named", "one that no bundle names", server, "travel", "none"),
        ("nothing", "nothing was activated", activated(), "server", "none"),
        ("unrestricted", "an unrestricted count grants as well", sold(system={"server": None}), "server", "full"),
        (
            "of-another-kind",
            "a bundle names a system license among its users",
            sold(users={"server": 1}),
            "server",
            "none",
        ),
        (
            "of-another-kind-site",
            "a bundle names a system license among its sites",
            sold(sites={"server": 1}),
            "server",
            "none",
        ),
        ("best-of-two", "two bundles name it, and one of them works", twice.at(LATE), "server", "full"),
        (
            "partner",
            "the partner's bundle names the partner's license",
            activated(partners(system={"maps": 1})),
            "partner.maps",
            "read",
        ),
        (
            "of-another-issuer",
            "the vendor's bundle does not grant the partner's license",
            sold(system={"maps": 1}),
            "partner.maps",
            "none",
        ),
        (
            "partner-of-vendor",
            "nor the partner's bundle the vendor's",
            activated(partners(system={"server": 1})),
            "server",
            "none",
        ),
    ]
    yield from levels("Grants", rows)
    newer = sign(catalog(version=2, licenses={"travel": LICENSES["travel"]}), VENDOR)
    left = sold(system={"travel": 1, "server": 1}).on(ground(newer))
    yield left.case("Grants", "newest-catalog", "the newest catalog has it", ask("access", "travel"), access("full"))
    kinds = sign(catalog(version=2, licenses=LICENSES | {"server": makers.license_entry(Kind.USER, "Server")}), VENDOR)
    yield from levels(
        "Grants",
        [
            (
                "kind-changed",
                "the newest catalog has it with another kind",
                sold(system={"server": 1}, users={"user": 1}).on(ground(kinds)).having(**ANNA),
                "server by anna",
                "none",
            ),
            (
                "no-catalog",
                "a partner's bundle without a catalog grants nothing",
                activated(partners(system={"maps": 1})).on(WITHOUT_PARTNER),
                "partner.maps",
                "none",
            ),
        ],
    )


def includes() -> Iterator[Case]:
    """What licenses give that include others or have a successor."""
    suite, intranet = sold(system={"suite": 1}), sold(system={"intranet": 1})
    sales = sold(users={"sales": 2}).having(users=[user(licenses={"sales": 1})])
    old = sold(users={"old-sales": 2}).having(users=[user(licenses={"old-sales": 1})])
    branch = sold(sites={"branch": 1}).having(sites=[site(licenses={"branch": 1})], **ANNA)
    planner = sold(users={"planner": 1})
    lounge = makers.license_entry(Kind.SYSTEM, "Lounge", full_with="editor", includes=["guest"])
    lounges = ground(sign(catalog(version=2, licenses=LICENSES | {"lounge": lounge}), VENDOR))
    yield from levels(
        "Includes",
        [
            ("system", "a system license includes another", suite, "freetext", "read"),
            ("itself", "and is present itself", suite, "suite", "full"),
            ("circle", "a circle ends where it began", sold(system={"ring-a": 1}), "ring-b", "full"),
            ("circle-turned", "from wherever it is entered", sold(system={"ring-b": 1}), "ring-a", "full"),
            ("successor", "a license with a successor gives that", sold(system={"old-server": 1}), "server", "full"),
            ("old-one", "and is there still", sold(system={"old-server": 1}), "old-server", "full"),
            (
                "not-backwards",
                "the successor does not give the old one",
                sold(system={"server": 1}),
                "old-server",
                "none",
            ),
            (
                "everybody",
                "a system license gives a user license to every user",
                intranet.having(**ANNA),
                "guest by anna",
                "full",
            ),
            (
                "every-site",
                "and a site license to every site",
                intranet.having(sites=[site()]),
                "lobby at oslo",
                "full",
            ),
            (
                "site-has-user-license",
                "a site has a user license that everybody has",
                intranet.having(sites=[site()]),
                "guest at oslo",
                "full",
            ),
            (
                "user-has-site-license",
                "a user has a site license that every site has",
                intranet.having(**ANNA),
                "lobby by anna",
                "full",
            ),
            (
                "everybody-read",
                "under the cap of what gives it",
                sold(system={"intranet": 1}, **READ).at(LATE).having(**ANNA),
                "guest by anna",
                "read",
            ),
            (
                "everybody-full-with",
                "a system license gives in full what it includes, though it is itself full with another alone",
                sold(system={"lounge": 1}).on(lounges).having(**ANNA),
                "guest by anna",
                "full",
            ),
            ("user", "a user license gives what it includes", sales, "user by anna", "full"),
            ("user-successor", "through its successor as well", old, "user by anna", "full"),
            ("user-successor-itself", "the successor itself", old, "sales by anna", "full"),
            (
                "site-to-users",
                "a site gives to its users what its licenses give",
                branch,
                "scanner by anna at oslo",
                "full",
            ),
            ("site-elsewhere", "to a user at no site it gives nothing", branch, "scanner by anna", "none"),
            ("present", "a user license that is granted makes a system license present", planner, "travel", "full"),
            (
                "present-nobody",
                "that has nobody yet; and with its cap",
                sold(users={"planner": 1}, **READ).at(LATE),
                "travel",
                "read",
            ),
            (
                "present-highest",
                "of several bundles with the highest cap",
                activated(bundle(users={"planner": 1}, **READ), bundle(part="reports", system={"travel": 1})).at(LATE),
                "travel",
                "full",
            ),
        ],
    )
