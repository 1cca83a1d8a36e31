"""Cases of evaluation: what follows from a file that is activated."""

from collections.abc import Iterator

from licensekit.dates import format_seconds
from licensekit.wire import armor
from licensekit.wire.documents import AfterGrace, Use
from tests.makers import NOW
from tests.vectors.evaluation_world import (
    Installation,
    Members,
    activated,
    ask,
    bundle,
    day,
    first,
    partners,
    site,
    sold,
    user,
)
from tests.vectors.of_evaluation_access import NONE
from tests.vectors.of_evaluation_governing import A, B
from tests.vectors.vector import Case

WAYS = ("intranet", "maps", "scan", "trips", "web", "partner.kiosk")
Loss = tuple[int, str, list[str]]
Logins = tuple[int, int, Members]
"""The moment, how many people may log in, and by which way how many where that is not 0."""


def _answer(losses: list[Loss], logins: list[Logins]) -> Members:
    return {
        "losses": [{"at": format_seconds(at), "access": level, "licenses": licenses} for at, level, licenses in losses],
        "logins": [
            {"at": format_seconds(at), "people": people, "by_way": dict.fromkeys(WAYS, 0) | by_way}
            for at, people, by_way in logins
        ],
    }


def _nobody(*moments: int) -> list[Logins]:
    return [(at, 0, {}) for at in moments]


def _adds(*tokens: armor.Token) -> Members:
    return ask("consequences", adds=[armor.write(token) for token in tokens])


def losses() -> Iterator[Case]:
    """What ends or turns read-only, and when."""
    term: Members = {"system": {"server": 1}, "users": {"user": 5}, "expiry": day(30)}
    one = bundle(**term)
    grace = bundle(**term, grace=day(40))
    both = ["server", "user"]
    less = bundle(sequence=2, system={"server": 1}, expiry=day(30))
    renewal = bundle(sequence=2, system={"server": 1}, starts=day(31))
    rows: list[tuple[str, str, Installation, Members, list[Loss]]] = [
        ("nothing", "nothing was activated, and nothing is added", activated(), _adds(), []),
        ("perpetual", "what is perpetual loses nothing", sold(system={"server": 1}), _adds(), []),
        ("read", "it turns read-only at the end of its expiry", activated(one), _adds(), [(first(31), "read", both)]),
        ("grace", "or of grace", activated(grace), _adds(), [(first(41), "read", both)]),
        (
            "year-9999",
            "what ends with the year 9999 has no end",
            activated(bundle(system={"server": 1}, expiry=2_932_896)),
            _adds(),
            [],
        ),
        (
            "block",
            "it ends where it blocks",
            sold(**term, after_grace=AfterGrace.BLOCK),
            _adds(),
            [(first(31), "none", both)],
        ),
        ("advisory", "it stays where it only advises", sold(**term, after_grace=AfterGrace.ADVISORY), _adds(), []),
        (
            "first-file",
            "the first file brings what it loses later",
            activated(),
            _adds(one),
            [(first(31), "read", both)],
        ),
        (
            "file-has-less",
            "the file does not have a license",
            activated(bundle(**term)),
            _adds(less),
            [(NOW, "none", ["user"]), (first(31), "read", ["server"])],
        ),
        (
            "file-renews",
            "the file renews what it has, and nothing turns read-only",
            activated(one),
            _adds(bundle(sequence=2, system={"server": 1}, users={"user": 1})),
            [],
        ),
        (
            "fewer",
            "fewer of a license is no loss",
            activated(bundle(users={"user": 5})),
            _adds(bundle(sequence=2, users={"user": 1})),
            [],
        ),
        (
            "gained",
            "what the file brings is no loss",
            activated(bundle()),
            _adds(bundle(sequence=2, users={"user": 1})),
            [],
        ),
        (
            "read-to-none",
            "what can be read now ends with the file",
            sold(**term).at(first(35)),
            _adds(bundle(sequence=2, system={"server": 1})),
            [(first(35), "none", ["user"])],
        ),
        (
            "replaced-by-what-never-governs",
            "a lower sequence that starts behind a higher one replaces another serial then",
            activated(
                bundle(sequence=3, system={"server": 1}, starts=day(5)),
                bundle(serial="1010000022", part="maps", users={"user": 5}),
                bundle(sequence=2, system={"server": 1}, starts=day(10), replaces=["1010000022"]),
            ),
            _adds(),
            [(first(10), "none", ["user"])],
        ),
        (
            "full-with",
            "a license with `full_with` is read to the installation, and ends",
            sold(system={"freetext": 1}, **(NONE | {"expiry": day(30)})),
            _adds(),
            [(first(31), "none", ["freetext"])],
        ),
        ("full-with-read", "or is read as before", sold(system={"freetext": 1}, expiry=day(30)), _adds(), []),
        (
            "everybody",
            "what everybody has",
            sold(system={"intranet": 1}, expiry=day(30)),
            _adds(),
            [(first(31), "read", ["guest", "intranet", "lobby"])],
        ),
        (
            "included",
            "what is included in a user license is not looked at, but in a system license",
            sold(users={"planner": 1, "sales": 1}, expiry=day(30)),
            _adds(),
            [(first(31), "read", ["planner", "sales", "travel"])],
        ),
        (
            "another-part",
            "another part grants it still",
            activated(one, bundle(part="reports", system={"server": 1})),
            _adds(),
            [(first(31), "read", ["user"])],
        ),
        (
            "partner",
            "the partner's license",
            activated(partners(users={"atlas": 1}, expiry=day(30))),
            _adds(),
            [(first(31), "read", ["partner.atlas"])],
        ),
        (
            "two-moments",
            "two bundles at two moments",
            activated(one, bundle(part="reports", system={"travel": 1}, expiry=day(9))),
            _adds(),
            [(first(10), "read", ["travel"]), (first(31), "read", both)],
        ),
        (
            "two-levels",
            "two bundles at one moment: none before read",
            activated(one, bundle(part="reports", system={"travel": 1}, expiry=day(30), after_grace=AfterGrace.BLOCK)),
            _adds(),
            [(first(31), "none", ["travel"]), (first(31), "read", both)],
        ),
        (
            "trial",
            "the file replaces a trial",
            sold(use=Use.TRIAL, users={"user": 1}, part="reports"),
            _adds(bundle(serial=B)),
            [(NOW, "none", ["user"])],
        ),
        (
            "serial",
            "the file replaces a serial",
            sold(part="reports", users={"user": 1}),
            _adds(bundle(serial=B, replaces=[A])),
            [(NOW, "none", ["user"])],
        ),
        (
            "twelve",
            "twelve moments are looked at, and no more",
            _thirteen(),
            _adds(),
            [(first(number + 1), "read", [f"calls-{per}"]) for number, per in ((1, "day"), (12, "month"))],
        ),
    ]
    for name, about, installation, question, found in rows:
        logins = _nobody(installation.now, installation.now)
        yield installation.case("Consequences", name, about, question, _answer(found, logins))
    later = _adds(bundle(sequence=2, starts=day(20)))
    about = "what the file does not have ends when it starts, where all of it is still to start"
    answer = _answer([(first(20), "none", both)], _nobody(NOW, first(20)))
    yield activated(one).case("Consequences", "file-starts-later", about, later, answer)
    about = "a renewal without a license, at the moment at which the other one ends"
    answer = _answer([(first(31), "none", ["user"])], _nobody(NOW, first(31)))
    yield activated(one).case("Consequences", "at-its-start", about, _adds(renewal), answer)
    in_part = _adds(bundle(sequence=2, starts=day(20)), bundle(part="reports"))
    about = "a part of the file starts now, so the file has effect now"
    answer = _answer([(first(20), "none", both)], _nobody(NOW, NOW))
    yield activated(one).case("Consequences", "file-starts-in-part", about, in_part, answer)


def _thirteen() -> Installation:
    """Thirteen parts that end on the days from 1 on; the first, the twelfth and the last sell something."""
    sell = {1: "calls-day", 12: "calls-month", 13: "calls-year"}
    parts = [
        bundle(part=f"part-{number:02}", system={sell[number]: 1} if number in sell else {}, expiry=day(number))
        for number in range(1, 14)
    ]
    return activated(*parts)


def logins() -> Iterator[Case]:
    """How many people may log in: now, with the file, and later."""
    term: Members = {"system": {"server": 1}, "users": {"user": 2}, "expiry": day(30)}
    people = [user("a", {"user": 1}), user("b", {"user": 2}), user("c", {"user": 3}), user("d")]
    blocking = activated(bundle(**term, after_grace=AfterGrace.BLOCK)).having(users=people)
    reading = activated(bundle(**term)).having(users=people)
    two, none = {"web": 2}, dict[str, int]()
    both = ["server", "user"]
    excluded = [
        user("e", {"user": 1}, can_log_in=False),
        user("f", {"user": 2}, retired=True),
        user("g", kind="external"),
    ]
    everybody = sold(system={"intranet": 1}).having(users=[*excluded, user("h"), user("i", kind="system")])
    event = {"number": 1, "kind": "no-login", "scope": "installation", "subject": "", "message": ""}
    rows: list[tuple[str, str, Installation, Members, list[Loss], list[Logins]]] = [
        (
            "slots",
            "two slots of three are sold",
            blocking,
            _adds(),
            [(first(31), "none", both)],
            [(NOW, 2, two), (NOW, 2, two), (first(31), 0, none)],
        ),
        ("read", "read is enough", reading, _adds(), [(first(31), "read", both)], [(NOW, 2, two), (NOW, 2, two)]),
        (
            "file-has-more",
            "the file has one more",
            blocking,
            _adds(bundle(sequence=2, system={"server": 1}, users={"user": 3})),
            [],
            [(NOW, 2, two), (NOW, 3, {"web": 3})],
        ),
        (
            "file-has-fewer",
            "the file has one fewer",
            blocking,
            _adds(bundle(sequence=2, system={"server": 1}, users={"user": 1})),
            [],
            [(NOW, 2, two), (NOW, 1, {"web": 1})],
        ),
        (
            "file-lacks-server",
            "the file lacks a system license",
            blocking,
            _adds(bundle(sequence=2, users={"user": 2})),
            [(NOW, "none", ["server"])],
            [(NOW, 2, two), (NOW, 0, none)],
        ),
        (
            "who-counts",
            "those count who are not retired and can log in, of any kind",
            everybody,
            _adds(),
            [],
            [(NOW, 3, {"intranet": 3}), (NOW, 3, {"intranet": 3})],
        ),
        (
            "event",
            "no event counts",
            everybody.having(events=[event]),
            _adds(),
            [],
            [(NOW, 3, {"intranet": 3}), (NOW, 3, {"intranet": 3})],
        ),
        (
            "two-ways",
            "whoever may come by two ways is one person",
            sold(system={"intranet": 1, "server": 1}, users={"user": 1}).having(users=[user("a", {"user": 1})]),
            _adds(),
            [],
            [(NOW, 1, {"web": 1, "intranet": 1})] * 2,
        ),
        (
            "later-more",
            "a waiting bundle brings more",
            activated(
                bundle(system={"server": 1}, users={"user": 1}),
                bundle(part="reports", users={"user": 1}, starts=day(5)),
            ).having(users=people),
            _adds(),
            [],
            [(NOW, 1, {"web": 1}), (NOW, 1, {"web": 1}), (first(5), 2, two)],
        ),
        (
            "site-license-of-user",
            "a way takes a site license, which a user license gives",
            sold(users={"courier": 1}).having(users=[user("a", {"courier": 1}), user("b")]),
            _adds(),
            [],
            [(NOW, 1, {"scan": 1})] * 2,
        ),
        (
            "site-license-of-site",
            "at no site nobody has what a site is assigned",
            sold(sites={"branch": 1}).having(users=[user("a")], sites=[site(licenses={"branch": 1})]),
            _adds(),
            [],
            _nobody(NOW, NOW),
        ),
    ]
    for name, about, installation, question, found, counted in rows:
        yield installation.case("Consequences", name, about, question, _answer(found, counted))
