"""Cases of evaluation: grants, includes, and what users, sites and the installation may do."""

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


def holders() -> Iterator[Case]:
    """Rules 1 to 3 of access."""
    freetext = sold(system={"freetext": 1}, users={"editor": 1})
    editor, reader = user(licenses={"editor": 1}), user("bob")
    both = freetext.having(users=[editor, reader])
    lapsed = activated(bundle(system={"freetext": 1}), bundle(part="reports", users={"editor": 1}, **READ))
    no_editor = activated(bundle(system={"freetext": 1}, **READ), bundle(part="reports", users={"editor": 1}))
    maps = activated(partners(system={"maps": 1}), bundle(users={"editor": 1}))
    yield from levels(
        "Access 1",
        [
            ("present", "to the installation, present in full", sold(system={"travel": 1}), "travel", "full"),
            ("absent", "to the installation, none if it is not present", freetext, "server", "none"),
            ("full-with", "one with `full_with` is at most read to the installation", freetext, "freetext", "read"),
            (
                "full-with-blocked",
                "and none where its cap is none",
                sold(system={"freetext": 1}, **NONE).at(LATE),
                "freetext",
                "none",
            ),
        ],
    )
    yield from levels(
        "Access 2",
        [
            ("completed", "full to a user who has the other license in full", both, "freetext by anna", "full"),
            ("not-completed", "read to a user who does not", both, "freetext by bob", "read"),
            (
                "completed-read",
                "read to a user who has the other license with read",
                lapsed.at(LATE).having(users=[editor]),
                "freetext by anna",
                "read",
            ),
            (
                "cap-read",
                "read where it is itself under a cap of read",
                no_editor.at(LATE).having(users=[editor]),
                "freetext by anna",
                "read",
            ),
            ("site", "read to a site without it", freetext.having(sites=[site()]), "freetext at oslo", "read"),
            (
                "other-issuer",
                "the partner's license is full with a license of the vendor's",
                maps.having(users=[editor]),
                "partner.maps by anna",
                "full",
            ),
            ("other-issuer-not", "and read without it", maps.having(users=[reader]), "partner.maps by bob", "read"),
        ],
    )
    user_only = sold(users={"user": 1}).having(users=[user(licenses={"user": 1})])
    mixed = activated(bundle(users={"user": 1}, **READ), bundle(part="reports", users={"sales": 1}))
    two = user(licenses={"sales": 1, "user": 1})
    retired = user("carl", {"user": 1}, retired=True)
    depot = activated(
        bundle(sites={"branch": 1}, system={"server": 1}, users={"scanner": 1}, **READ),
        bundle(part="reports", sites={"branch": 1}),
    )
    yield from levels(
        "Access 3",
        [
            ("assigned", "what is assigned", user_only, "user by anna", "full"),
            ("not-assigned", "what is not assigned", user_only, "editor by anna", "none"),
            (
                "highest",
                "the highest of what two assignments give",
                mixed.at(LATE).having(users=[two]),
                "user by anna",
                "full",
            ),
            (
                "site-and-user",
                "the highest of what user and site have",
                depot.at(LATE).having(users=[user(licenses={"scanner": 1})], sites=[site(licenses={"branch": 1})]),
                "scanner by anna at oslo",
                "full",
            ),
            (
                "site-license-at-site",
                "a user at a site has the site's license",
                sold(sites={"branch": 1}).having(sites=[site(licenses={"branch": 1})], **ANNA),
                "branch by anna at oslo",
                "full",
            ),
            (
                "unknown-user",
                "a user who is not known has nothing",
                sold(system={"server": 1}),
                "server by nobody",
                "none",
            ),
            (
                "retired",
                "a retired user has nothing",
                sold(system={"server": 1}, users={"user": 1}).having(users=[retired]),
                "server by carl",
                "none",
            ),
            (
                "unknown-site",
                "a site that is not known has nothing",
                sold(system={"server": 1}),
                "server at nowhere",
                "none",
            ),
            (
                "at-unknown-site",
                "a user at a site that is not known has what it has at none",
                sold(system={"server": 1}).having(**ANNA),
                "server by anna at nowhere",
                "full",
            ),
            (
                "system-to-user",
                "a system license is there for every user",
                sold(system={"server": 1}).having(**ANNA),
                "server by anna",
                "full",
            ),
            (
                "system-to-site",
                "and for every site",
                sold(system={"server": 1}).having(sites=[site()]),
                "server at oslo",
                "full",
            ),
            (
                "site-of-user-license",
                "a site has no user license that it is not assigned",
                sold(users={"user": 1}).having(sites=[site()]),
                "user at oslo",
                "none",
            ),
        ],
    )
