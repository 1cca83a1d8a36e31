"""Cases of evaluation: what events refuse, and to whom."""

from collections.abc import Iterator

from tests.vectors.evaluation_world import Installation, Members, ask, event, site, user
from tests.vectors.of_evaluation_login import MAY, PRODUCT, decided, denied, holding
from tests.vectors.vector import Case


def events() -> Iterator[Case]:
    """What events refuse, and to whom."""
    anna, admin = holding(groups=["night", "sales"]), user("root", {"user": 2}, administrator=True)
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
    yield from decided(
        "Events",
        [
            ("installation", "no logins in the whole installation", during(event()), "anna web", denied("event 1")),
            ("administrator", "administrators may log in", during(event()), "root web", MAY),
            ("user", "no logins of a user", during(scopes["user"]), "anna web", denied("event 2")),
            ("group", "no logins of a group", during(scopes["group"]), "anna web", denied("event 3")),
            ("site", "no logins at a site", during(scopes["site"]), "anna web oslo", denied("event 4")),
            ("other-site", "at another site", during(scopes["site"]), "anna web bergen", MAY),
            ("no-site", "at no site", during(scopes["site"]), "anna web", MAY),
            (
                "unknown-site",
                "at a site that is not known",
                during(event(8, scope="site", subject="nowhere")),
                "anna web nowhere",
                denied("event 8"),
            ),
            ("other-user", "no logins of another user", during(scopes["other-user"]), "anna web", MAY),
            ("other-group", "no logins of another group", during(scopes["other-group"]), "anna web", MAY),
            (
                "several",
                "several events, each is a reason",
                everything,
                "anna web oslo",
                denied("event 1", "event 2", "event 3", "event 4"),
            ),
            (
                "by-number",
                "events are listed by their numbers",
                during(event(10), event(9)),
                "anna web",
                denied("event 9", "event 10"),
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
