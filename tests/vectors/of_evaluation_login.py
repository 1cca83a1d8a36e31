"""Cases of evaluation: who may log in, with every reason why not, and events."""

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


def _not(*reasons: str) -> Members:
    """Return the answer that somebody may not log in: a reason is a code, then a license or the number of an event."""
    return {"allowed": False, "reasons": [_reason(*reason.split()) for reason in reasons]}


def _reason(code: str, about: str | None = None) -> Members:
    if about is None:
        return {"code": code}
    return {"code": code, "event": int(about)} if code == "event" else {"code": code, "license": about}


Row = tuple[str, str, Installation, str, Members]


def _cases(rule: str, rows: list[Row]) -> Iterator[Case]:
    """Yield cases: `anna web`, or `anna scan oslo` at a site."""
    for name, about, installation, question, answer in rows:
        who, way, *site_ = question.split()
        more = {"site": site_[0]} if site_ else {}
        yield installation.case(rule, name, about, ask("login", user=who, way=way, **more), answer, musts=BY_MUST)


def _holding(**changes: Any) -> Members:
    return user(licenses={"user": 1}, **changes)


PRODUCT: Final = sold(system={"server": 1}, users={"user": 2, "sales": 1})
"""What the way `web` takes."""


def login() -> Iterator[Case]:
    """Who may log in by which way."""
    anna = PRODUCT.having(users=[_holding()])
    everybody = sold(system={"intranet": 1}).having(users=[user()])
    admin = user("root", administrator=True)
    lapsed = sold(system={"server": 1}, users={"user": 1}, **READ).at(LATE).having(users=[_holding()])
    blocked = sold(system={"server": 1}, users={"user": 1}, **NONE).at(LATE).having(users=[_holding()])
    half = activated(bundle(system={"server": 1}), bundle(part="reports", users={"user": 1}, **NONE)).at(LATE)
    trips = sold(system={"freetext": 1, "travel": 1}, users={"trips": 1})
    atlas = activated(bundle(system={"server": 1}), partners(users={"atlas": 1}))
    scan = sold(sites={"branch": 1}).having(users=[user()], sites=[site(licenses={"branch": 1})])

    def who(*users: Members) -> Installation:
        return PRODUCT.having(users=list(users))

    yield from _cases(
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
            ("unknown-user", "there is no such user", PRODUCT, "nobody web", _not("unknown-user")),
            (
                "unknown-user-event",
                "that is the only reason",
                PRODUCT.having(events=[event()]),
                "nobody web",
                _not("unknown-user"),
            ),
            ("unknown-user-lapsed", "also where nothing is licensed", activated(), "nobody web", _not("unknown-user")),
            ("login-off", "*can log in* is off", who(_holding(can_log_in=False)), "anna web", _not("login-off")),
            (
                "login-off-administrator",
                "also of an administrator",
                who(_holding(can_log_in=False, administrator=True)),
                "anna web",
                _not("login-off"),
            ),
            ("kind-external", "an external user", who(_holding(kind="external")), "anna web", _not("kind")),
            ("kind-system", "a user of kind system", who(_holding(kind="system")), "anna web", _not("kind")),
            ("kind-anonymous", "an anonymous user", who(_holding(kind="anonymous")), "anna web", _not("kind")),
            (
                "kind-two",
                "a kind that is not among two",
                trips.having(users=[user(licenses={"trips": 1}, kind="system")]),
                "anna trips",
                _not("kind"),
            ),
            (
                "not-licensed",
                "the installation lacks a system license",
                sold(users={"user": 1}).having(users=[_holding()]),
                "anna web",
                _not("not-licensed server"),
            ),
            (
                "not-licensed-two",
                "it lacks two",
                sold(users={"trips": 1}).having(users=[user(licenses={"trips": 1})]),
                "anna trips",
                _not("not-licensed freetext", "not-licensed travel"),
            ),
            (
                "not-licensed-partners-way",
                "the partner's way takes the vendor's license",
                activated(partners(users={"atlas": 1})).having(users=[user(licenses={"partner.atlas": 1})]),
                "anna partner.kiosk",
                _not("not-licensed server"),
            ),
            ("not-held", "the user lacks a license", who(user()), "anna web", _not("not-held user")),
            (
                "not-held-administrator",
                "an administrator needs it as well",
                who(admin),
                "root web",
                _not("not-held user"),
            ),
            (
                "not-held-nobody-sells",
                "nobody sells it",
                sold(system={"server": 1}).having(users=[_holding()]),
                "anna web",
                _not("not-held user"),
            ),
            (
                "not-held-site-license",
                "a site license is not held at no site",
                scan,
                "anna scan",
                _not("not-held branch", "not-held scanner"),
            ),
            (
                "not-held-at-unknown-site",
                "nor at a site that is not known",
                scan,
                "anna scan nowhere",
                _not("not-held branch", "not-held scanner"),
            ),
            (
                "not-held-no-catalog",
                "it is of a partner who is not installed",
                PRODUCT.on(WITHOUT_PARTNER).having(users=[_holding()]),
                "anna maps",
                _not("not-held partner.atlas"),
            ),
            (
                "no-slot-of-two",
                "the slot is another user's as well",
                who(_holding(), user("bob", {"user": 1})),
                "anna web",
                _not("beyond-sold user"),
            ),
            (
                "beyond-sold",
                "the slot is surplus",
                who(user(licenses={"user": 3})),
                "anna web",
                _not("beyond-sold user"),
            ),
            (
                "beyond-sold-through",
                "the slot of what includes it is surplus: that is named",
                who(user(licenses={"sales": 2})),
                "anna web",
                _not("beyond-sold sales"),
            ),
            (
                "beyond-sold-first",
                "two slots are surplus: the first by code is named",
                who(user(licenses={"user": 3, "sales": 2})),
                "anna web",
                _not("beyond-sold sales"),
            ),
            (
                "beyond-sold-site",
                "a surplus slot of a site is not the user's",
                scan.having(sites=[site(licenses={"branch": 2})]),
                "anna scan oslo",
                _not("not-held branch", "not-held scanner"),
            ),
            ("blocked", "both lapsed and block", blocked, "anna web", _not("not-held user", "not-licensed server")),
            (
                "blocked-one",
                "one lapsed and blocks",
                half.having(users=[_holding()]),
                "anna web",
                _not("not-held user"),
            ),
            (
                "retired",
                "the user is retired; what everybody has is there",
                everybody.having(users=[user(retired=True)]),
                "anna intranet",
                _not("retired"),
            ),
            (
                "retired-holds-nothing",
                "a retired user holds nothing, and the installation has its license",
                who(_holding(retired=True)),
                "anna web",
                _not("not-held user", "retired"),
            ),
            (
                "retired-at-site",
                "a retired user has nothing of a site",
                scan.having(users=[user(retired=True)]),
                "anna scan oslo",
                _not("not-held branch", "not-held scanner", "retired"),
            ),
            (
                "absent",
                "the way is of a partner who is not installed",
                anna.on(WITHOUT_PARTNER),
                "anna partner.kiosk",
                _not("issuer-absent"),
            ),
            (
                "absent-unknown-user",
                "that is the only reason, also for a user who is not known",
                PRODUCT.on(WITHOUT_PARTNER),
                "nobody partner.kiosk",
                _not("issuer-absent"),
            ),
            (
                "absent-any-way",
                "any way of that partner",
                anna.on(WITHOUT_PARTNER),
                "anna partner.anything",
                _not("issuer-absent"),
            ),
            (
                "every-reason",
                "every reason together",
                sold().having(users=[user(kind="external", can_log_in=False, retired=True)], events=[event(7)]),
                "anna web",
                _not("event 7", "kind", "login-off", "not-held user", "not-licensed server", "retired"),
            ),
            (
                "two-of-user",
                "two reasons of the user",
                who(_holding(kind="system", can_log_in=False)),
                "anna web",
                _not("kind", "login-off"),
            ),
            (
                "nothing-activated",
                "nothing was activated",
                activated().having(users=[_holding()]),
                "anna web",
                _not("not-held user", "not-licensed server"),
            ),
        ],
    )


def events() -> Iterator[Case]:
    """What events refuse, and to whom."""
    anna, admin = _holding(groups=["night", "sales"]), user("root", {"user": 2}, administrator=True)
    here = PRODUCT.having(users=[anna, admin], sites=[site(), site("bergen")])

    def during(*events: Members) -> Installation:
        return here.having(events=list(events))

    scopes = {
        "user": event(2, scope="user", subject="anna"),
        "group": event(3, scope="group", subject="night"),
        "site": event(4, scope="site", subject="oslo"),
        "other-user": event(5, scope="user", subject="bob"),
        "other-group": event(6, scope="group", subject="day"),
    }
    everything = during(event(1), *scopes.values())
    yield from _cases(
        "Events",
        [
            ("installation", "no logins in the whole installation", during(event()), "anna web", _not("event 1")),
            ("administrator", "administrators may log in", during(event()), "root web", MAY),
            ("user", "no logins of a user", during(scopes["user"]), "anna web", _not("event 2")),
            ("group", "no logins of a group", during(scopes["group"]), "anna web", _not("event 3")),
            ("site", "no logins at a site", during(scopes["site"]), "anna web oslo", _not("event 4")),
            ("other-site", "at another site", during(scopes["site"]), "anna web bergen", MAY),
            ("no-site", "at no site", during(scopes["site"]), "anna web", MAY),
            (
                "unknown-site",
                "at a site that is not known",
                during(event(8, scope="site", subject="nowhere")),
                "anna web nowhere",
                _not("event 8"),
            ),
            ("other-user", "no logins of another user", during(scopes["other-user"]), "anna web", MAY),
            ("other-group", "no logins of another group", during(scopes["other-group"]), "anna web", MAY),
            (
                "several",
                "several events, each is a reason",
                everything,
                "anna web oslo",
                _not("event 1", "event 2", "event 3", "event 4"),
            ),
            (
                "by-number",
                "events are listed by their numbers",
                during(event(10), event(9)),
                "anna web",
                _not("event 9", "event 10"),
            ),
            ("other-function", "another function is unavailable", during(event(kind="no-travel")), "anna web", MAY),
            (
                "message",
                "a message of the day stops nothing",
                during(event(kind="message-of-the-day")),
                "anna web",
                MAY,
            ),
            (
                "message-of-login",
                "nor does one that is called like it",
                during(event(kind="rebuild-login")),
                "anna web",
                MAY,
            ),
        ],
    )
    travel, index = event(1, "no-travel"), event(2, "rebuild-index")
    of_group, at_oslo = event(3, "no-travel", "group", "night"), event(4, "rebuild-travel", "site", "oslo")
    of_user = event(5, "no-travel", "user", "anna")
    all_of_them = during(of_user, at_oslo, of_group, index, travel, event(6, "message-of-the-day"))
    rows: list[tuple[str, str, str, Members, list[int]]] = [
        ("unavailable", "what stands against a function, for nobody in particular", "travel", {}, [1]),
        ("unavailable-rebuild", "a function that is being rebuilt", "index", {}, [2]),
        ("unavailable-user", "for a user, and for the user's group", "travel", {"user": "anna"}, [1, 3, 5]),
        ("unavailable-at-site", "for a user at a site", "travel", {"user": "anna", "site": "oslo"}, [1, 3, 4, 5]),
        ("unavailable-site", "for a site", "travel", {"site": "oslo"}, [1, 4]),
        ("unavailable-other-site", "for another site", "travel", {"site": "bergen"}, [1]),
        ("unavailable-administrator", "for an administrator as for others", "travel", {"user": "root"}, [1]),
        ("unavailable-unknown-user", "for a user who is not known", "travel", {"user": "nobody"}, [1]),
        ("unavailable-nothing", "a function against which nothing stands", "freetext", {"user": "anna"}, []),
        ("unavailable-message", "a message of the day is no function", "message-of-the-day", {}, []),
        ("unavailable-prefix", "the whole name counts", "trave", {}, []),
    ]
    for name, about, function, more, numbers in rows:
        question = ask("unavailable", function=function, **more)
        yield all_of_them.case("Events", name, about, question, {"events": numbers})
    login = ask("unavailable", function="login")
    yield during(event(9)).case(
        "Events", "unavailable-login", "a `no-login` event makes the login unavailable", login, {"events": [9]}
    )
