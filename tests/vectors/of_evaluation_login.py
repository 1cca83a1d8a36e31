"""Cases of evaluation: who may log in, with every reason why not."""

from collections.abc import Iterator
from typing import Any, Final

from tests.vectors.evaluation_world import (
    WITHOUT_PARTNER,
    Installation,
    Members,
    activated,
    ask,
    bundle,
    event,
    partners,
    site,
    sold,
    user,
)
from tests.vectors.of_evaluation_access import LATE, NONE, READ
from tests.vectors.vector import Case

BY_MUST: Final = ("evaluation-login-1",)
MAY: Final[Members] = {"allowed": True, "reasons": []}


def denied(*reasons: str) -> Members:
    """Return the answer that somebody may not log in: a reason is a code, then a license or the number of an event."""
    return {"allowed": False, "reasons": [_reason(*reason.split()) for reason in reasons]}


def _reason(code: str, about: str | None = None) -> Members:
    if about is None:
        return {"code": code}
    return {"code": code, "event": int(about)} if code == "event" else {"code": code, "license": about}


Row = tuple[str, str, Installation, str, Members]


def decided(rule: str, rows: list[Row]) -> Iterator[Case]:
    """Yield cases: `anna web`, or `anna scan oslo` at a site."""
    for name, about, installation, question, answer in rows:
        who, way, *site_ = question.split()
        more = {"site": site_[0]} if site_ else {}
        yield installation.case(rule, name, about, ask("login", user=who, way=way, **more), answer, musts=BY_MUST)


def holding(**changes: Any) -> Members:
    """Return a user who is assigned `user`."""
    return user(licenses={"user": 1}, **changes)


PRODUCT: Final = sold(system={"server": 1}, users={"user": 2, "sales": 1})
"""What the way `web` takes."""


def login() -> Iterator[Case]:
    """Who may log in by which way."""
    anna = PRODUCT.having(users=[holding()])
    everybody = sold(system={"intranet": 1}).having(users=[user()])
    admin = user("root", administrator=True)
    lapsed = sold(system={"server": 1}, users={"user": 1}, **READ).at(LATE).having(users=[holding()])
    blocked = sold(system={"server": 1}, users={"user": 1}, **NONE).at(LATE).having(users=[holding()])
    half = activated(bundle(system={"server": 1}), bundle(part="reports", users={"user": 1}, **NONE)).at(LATE)
    trips = sold(system={"freetext": 1, "travel": 1}, users={"trips": 1})
    atlas = activated(bundle(system={"server": 1}), partners(users={"atlas": 1}))
    scan = sold(sites={"branch": 1}).having(users=[user()], sites=[site(licenses={"branch": 1})])

    def who(*users: Members) -> Installation:
        return PRODUCT.having(users=list(users))

    yield from decided(
        "Login",
        [
            ("may", "nothing stands against it", anna, "anna web", MAY),
            ("full-name", "the vendor's way may have its prefix", anna, "anna demo.web", MAY),
            (
                "included",
                "a license that it takes comes with another one",
                who(user(licenses={"sales": 1})),
                "anna web",
                MAY,
            ),
            ("everybody", "a license that it takes is everybody's", everybody, "anna intranet", MAY),
            ("read", "read is enough", lapsed, "anna web", MAY),
            (
                "full-with-read",
                "also of a license that would be full with another one",
                trips.having(users=[user(licenses={"trips": 1})]),
                "anna trips",
                MAY,
            ),
            (
                "partners-way",
                "a way of the partner's, that takes a license of the vendor's",
                atlas.having(users=[user(licenses={"partner.atlas": 1})]),
                "anna partner.kiosk",
                MAY,
            ),
            (
                "partners-license",
                "a way of the vendor's, that takes a license of the partner's",
                atlas.having(users=[user(licenses={"partner.atlas": 1})]),
                "anna maps",
                MAY,
            ),
            ("at-site", "a license that it takes is the site's", scan, "anna scan oslo", MAY),
            (
                "external",
                "a way for two kinds of users",
                trips.having(users=[user(licenses={"trips": 1}, kind="external")]),
                "anna trips",
                MAY,
            ),
            ("unknown-user", "there is no such user", PRODUCT, "nobody web", denied("unknown-user")),
            (
                "unknown-user-event",
                "that is the only reason",
                PRODUCT.having(events=[event()]),
                "nobody web",
                denied("unknown-user"),
            ),
            (
                "unknown-user-lapsed",
                "also where nothing is licensed",
                activated(),
                "nobody web",
                denied("unknown-user"),
            ),
            ("login-off", "*can log in* is off", who(holding(can_log_in=False)), "anna web", denied("login-off")),
            (
                "login-off-administrator",
                "also of an administrator",
                who(holding(can_log_in=False, administrator=True)),
                "anna web",
                denied("login-off"),
            ),
            ("kind-external", "an external user", who(holding(kind="external")), "anna web", denied("kind")),
            ("kind-system", "a user of kind system", who(holding(kind="system")), "anna web", denied("kind")),
            ("kind-anonymous", "an anonymous user", who(holding(kind="anonymous")), "anna web", denied("kind")),
            (
                "kind-two",
                "a kind that is not among two",
                trips.having(users=[user(licenses={"trips": 1}, kind="system")]),
                "anna trips",
                denied("kind"),
            ),
            (
                "not-licensed",
                "the installation lacks a system license",
                sold(users={"user": 1}).having(users=[holding()]),
                "anna web",
                denied("not-licensed server"),
            ),
            (
                "not-licensed-two",
                "it lacks two",
                sold(users={"trips": 1}).having(users=[user(licenses={"trips": 1})]),
                "anna trips",
                denied("not-licensed freetext", "not-licensed travel"),
            ),
            (
                "not-licensed-partners-way",
                "the partner's way takes the vendor's license",
                activated(partners(users={"atlas": 1})).having(users=[user(licenses={"partner.atlas": 1})]),
                "anna partner.kiosk",
                denied("not-licensed server"),
            ),
            ("not-held", "the user lacks a license", who(user()), "anna web", denied("not-held user")),
            (
                "not-held-administrator",
                "an administrator needs it as well",
                who(admin),
                "root web",
                denied("not-held user"),
            ),
            (
                "not-held-nobody-sells",
                "nobody sells it",
                sold(system={"server": 1}).having(users=[holding()]),
                "anna web",
                denied("not-held user"),
            ),
            (
                "not-held-site-license",
                "a site license is not held at no site",
                scan,
                "anna scan",
                denied("not-held branch", "not-held scanner"),
            ),
            (
                "not-held-at-unknown-site",
                "nor at a site that is not known",
                scan,
                "anna scan nowhere",
                denied("not-held branch", "not-held scanner"),
            ),
            (
                "not-held-no-catalog",
                "it is of a partner who is not installed",
                PRODUCT.on(WITHOUT_PARTNER).having(users=[holding()]),
                "anna maps",
                denied("not-held partner.atlas"),
            ),
            (
                "no-slot-of-two",
                "the slot is another user's as well",
                who(holding(), user("bob", {"user": 1})),
                "anna web",
                denied("beyond-sold user"),
            ),
            (
                "beyond-sold",
                "the slot is surplus",
                who(user(licenses={"user": 3})),
                "anna web",
                denied("beyond-sold user"),
            ),
            (
                "beyond-sold-through",
                "the slot of what includes it is surplus: that is named",
                who(user(licenses={"sales": 2})),
                "anna web",
                denied("beyond-sold sales"),
            ),
            (
                "beyond-sold-first",
                "two slots are surplus: the first by code is named",
                who(user(licenses={"user": 3, "sales": 2})),
                "anna web",
                denied("beyond-sold sales"),
            ),
            (
                "beyond-sold-site",
                "a surplus slot of a site is not the user's",
                scan.having(sites=[site(licenses={"branch": 2})]),
                "anna scan oslo",
                denied("not-held branch", "not-held scanner"),
            ),
            ("blocked", "both lapsed and block", blocked, "anna web", denied("not-held user", "not-licensed server")),
            (
                "blocked-one",
                "one lapsed and blocks",
                half.having(users=[holding()]),
                "anna web",
                denied("not-held user"),
            ),
            (
                "retired",
                "the user is retired; what everybody has is there",
                everybody.having(users=[user(retired=True)]),
                "anna intranet",
                denied("retired"),
            ),
            (
                "retired-holds-nothing",
                "a retired user holds nothing, and the installation has its license",
                who(holding(retired=True)),
                "anna web",
                denied("not-held user", "retired"),
            ),
            (
                "retired-at-site",
                "a retired user has nothing of a site",
                scan.having(users=[user(retired=True)]),
                "anna scan oslo",
                denied("not-held branch", "not-held scanner", "retired"),
            ),
            (
                "absent",
                "the way is of a partner who is not installed",
                anna.on(WITHOUT_PARTNER),
                "anna partner.kiosk",
                denied("issuer-absent"),
            ),
            (
                "absent-unknown-user",
                "that is the only reason, also for a user who is not known",
                PRODUCT.on(WITHOUT_PARTNER),
                "nobody partner.kiosk",
                denied("issuer-absent"),
            ),
            (
                "absent-any-way",
                "any way of that partner",
                anna.on(WITHOUT_PARTNER),
                "anna partner.anything",
                denied("issuer-absent"),
            ),
            (
                "every-reason",
                "every reason together",
                sold().having(users=[user(kind="external", can_log_in=False, retired=True)], events=[event(7)]),
                "anna web",
                denied("event 7", "kind", "login-off", "not-held user", "not-licensed server", "retired"),
            ),
            (
                "two-of-user",
                "two reasons of the user",
                who(holding(kind="system", can_log_in=False)),
                "anna web",
                denied("kind", "login-off"),
            ),
            (
                "nothing-activated",
                "nothing was activated",
                activated().having(users=[holding()]),
                "anna web",
                denied("not-held user", "not-licensed server"),
            ),
        ],
    )
