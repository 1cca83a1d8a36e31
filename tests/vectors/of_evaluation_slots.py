"""Cases of evaluation: counts, slots and surplus, and satellites."""

from collections.abc import Iterator
from typing import Any, Final

from licensekit.trust.sign import sign
from licensekit.wire.documents import Kind
from tests import makers
from tests.vectors.evaluation_world import (
    LICENSES,
    Installation,
    Members,
    activated,
    ask,
    bundle,
    catalog,
    ground,
    site,
    sold,
    user,
)
from tests.vectors.of_evaluation_access import LATE, NONE, READ
from tests.vectors.vector import ADD_ONS, VENDOR, Case

BY_SLOTS: Final = ("evaluation-counts-and-surplus-1",)
HIGHEST: Final = 2**31 - 1


def counts() -> Iterator[Case]:
    """How much of a license there is, and how much of it is in use."""

    def of(users: int | None, **more: Any) -> Any:
        return bundle(part=more.pop("part", "base"), users={"user": users}, **more)

    storage = activated(bundle(system={"storage": 10}), bundle(part="reports", system={"storage": 5}))
    retired = user("carl", {"user": 7}, retired=True)
    used = sold(users={"user": 9})
    satellites = sold(sites={"satellite": 5}).having(sites=[site("a", satellite=2), site("b", satellite=1), site("c")])
    limited = activated(bundle(ADD_ONS, part="reports", system={"storage": 25}))
    rows: list[tuple[str, str, Installation, str, int | None, int]] = [
        ("one-bundle", "what one bundle sells", used, "user", 9, 0),
        ("sum", "the sum of two bundles", activated(of(3), of(4, part="reports")), "user", 7, 0),
        ("unrestricted", "unrestricted wins", activated(of(3), of(None, part="reports")), "user", None, 0),
        ("lapsed", "what lapsed is not there", activated(of(3, **READ), of(4, part="reports")).at(LATE), "user", 4, 0),
        (
            "unrestricted-lapsed",
            "nor if it was unrestricted",
            activated(of(None, **READ), of(4, part="reports")).at(LATE),
            "user",
            4,
            0,
        ),
        ("all-lapsed", "where all of it lapsed there is none", activated(of(3, **READ)).at(LATE), "user", 0, 0),
        ("not-sold", "what nobody sells", sold(), "user", 0, 0),
        ("included", "what is included uses up no count, and adds none", sold(users={"sales": 4}), "user", 0, 0),
        ("full-name", "by its full name", used, "demo.user", 9, 0),
        ("quantity", "a quantity is added up", storage, "storage", 15, 0),
        ("quantity-unrestricted", "a quantity may be unrestricted", sold(system={"storage": None}), "storage", None, 0),
        (
            "quantity-lapsed",
            "of a quantity, what lapsed is not there",
            sold(system={"storage": 9}, **READ).at(LATE),
            "storage",
            0,
            0,
        ),
        ("quantity-limited-key", "a limited key sells what it may of a quantity", limited, "storage", 25, 0),
        ("system", "of another system license there is one", sold(system={"server": 7}), "server", 1, 0),
        ("system-read", "present with read there is none", sold(system={"server": 1}, **READ).at(LATE), "server", 0, 0),
        ("system-absent", "not present there is none", sold(), "server", 0, 0),
        ("system-included", "one that is included is there", sold(system={"ring-a": 1}), "ring-b", 1, 0),
        ("system-full-with", "one with `full_with` is present in full", sold(system={"freetext": 1}), "freetext", 1, 0),
        (
            "in-use",
            "in use is the highest slot",
            used.having(users=[user(licenses={"user": 2}), user("bob", {"user": 5})]),
            "user",
            9,
            5,
        ),
        (
            "in-use-beyond",
            "beyond what is sold as well",
            used.having(users=[user(licenses={"user": 12})]),
            "user",
            9,
            12,
        ),
        ("in-use-not-sold", "of what nobody sells", sold().having(users=[user(licenses={"user": 3})]), "user", 0, 3),
        (
            "in-use-highest",
            "the highest slot that there can be",
            used.having(users=[user(licenses={"user": HIGHEST})]),
            "user",
            9,
            HIGHEST,
        ),
        (
            "in-use-no-slot",
            "a slot that is none does not count",
            used.having(users=[user(licenses={"user": HIGHEST + 1})]),
            "user",
            9,
            0,
        ),
        ("in-use-retired", "a retired user holds none", used.having(users=[retired]), "user", 9, 0),
        (
            "in-use-double",
            "a slot that two hold is in use",
            used.having(users=[user(licenses={"user": 4}), user("bob", {"user": 4})]),
            "user",
            9,
            4,
        ),
        (
            "in-use-other-kind",
            "a site that is assigned a user license uses none",
            used.having(sites=[site(licenses={"user": 4})]),
            "user",
            9,
            0,
        ),
        (
            "in-use-sites",
            "of a site license those of sites",
            sold(sites={"branch": 3}).having(sites=[site(licenses={"branch": 2})]),
            "branch",
            3,
            2,
        ),
        ("satellites", "of a license that limits sites, how many satellites there are", satellites, "satellite", 5, 2),
        (
            "no-satellites",
            "the central site is none",
            sold(sites={"satellite": 5}).having(sites=[site()]),
            "satellite",
            5,
            0,
        ),
        ("largest", "the largest count", activated(of(2**32 - 1), of(2**32 - 1, part="reports")), "user", 2**33 - 2, 0),
    ]
    for name, about, installation, code, total, in_use in rows:
        answer: Members = {"total": total, "in_use": in_use}
        flags = ("bound",) if name in {"in-use-highest", "in-use-no-slot", "largest"} else ()
        yield installation.case("Counts and surplus", name, about, ask("count", code), answer, flags=flags)


def slots() -> Iterator[Case]:
    """What assignments are served with, by their slots alone."""
    three = sold(users={"user": 3})
    tiers = activated(bundle(users={"user": 2}), bundle(part="reports", users={"user": 3}, **READ)).at(LATE)
    lapsed = sold(users={"user": 2}, **READ).at(LATE)
    endless = sold(users={"user": None})
    endless_read = activated(bundle(users={"user": 2}), bundle(part="reports", users={"user": None}, **READ)).at(LATE)
    blocked = activated(bundle(users={"user": 2}), bundle(part="reports", users={"user": 3}, **NONE)).at(LATE)
    rows: list[tuple[str, str, Installation, Any, str]] = [
        ("first", "the first slot", three, 1, "full"),
        ("last-sold", "the last slot that is sold", three, 3, "full"),
        ("surplus", "the first one beyond", three, 4, "none"),
        ("last-full", "the last one served in full", tiers, 2, "full"),
        ("first-read", "the first one served by what lapsed", tiers, 3, "read"),
        ("last-read", "the last one served by what lapsed", tiers, 5, "read"),
        ("beyond-read", "the first one beyond both", tiers, 6, "none"),
        ("all-lapsed", "where all lapsed the first slot can be read", lapsed, 1, "read"),
        ("all-lapsed-beyond", "and none beyond", lapsed, 3, "none"),
        ("blocked", "what lapsed and blocks serves nobody", blocked, 3, "none"),
        ("unrestricted", "unrestricted serves the highest slot that there can be", endless, HIGHEST, "full"),
        ("unrestricted-read", "unrestricted with read serves it with read", endless_read, HIGHEST, "read"),
        ("unrestricted-read-full", "and the first ones in full", endless_read, 2, "full"),
        ("not-sold", "what nobody sells serves nobody", sold(), 1, "none"),
        ("zero", "0 is no slot", endless, 0, "none"),
        ("negative", "-1 is no slot", endless, -1, "none"),
        ("above-highest", "2^31 is no slot", endless, HIGHEST + 1, "none"),
        ("fraction", "1.5 is no slot", endless, 1.5, "none"),
        ("text", "a text is no slot", endless, "1", "none"),
        ("true", "true is no slot", endless, True, "none"),
        ("null", "nothing is no slot", endless, None, "none"),
        ("list", "a list is no slot", endless, [1], "none"),
    ]
    bounds = {"last-sold", "surplus", "zero", "above-highest", "unrestricted"}
    for name, about, installation, slot, level in rows:
        given = installation.having(users=[user(licenses={"user": slot})])
        answer = _served(user=level)
        flags = ("bound",) if name in bounds else ()
        yield given.case(
            "Counts and surplus", name, about, ask("served", user="anna"), answer, flags=flags, musts=BY_SLOTS
        )
    yield from _of_holders()


def _served(**levels: str) -> Members:
    return {"licenses": [{"license": code, "access": level} for code, level in levels.items()]}


def _of_holders() -> Iterator[Case]:
    five = sold(users={"user": 5, "editor": 5}, sites={"branch": 5})

    def shown(name: str, about: str, installation: Installation, who: Members, answer: Members) -> Case:
        return installation.case("Counts and surplus", name, about, ask("served", **who), answer, musts=BY_SLOTS)

    anna, oslo = {"user": "anna"}, {"site": "oslo"}
    bob = user("bob", {"user": 1})
    two = five.having(users=[user(licenses={"user": 1, "editor": 2}), bob])
    yield shown("double", "a slot that two users have serves neither", two, anna, _served(user="none", editor="full"))
    yield shown("double-other", "not the other one either", two, {"user": "bob"}, _served(user="none"))
    other = five.having(users=[user(licenses={"user": 1, "editor": 1})])
    yield shown("two-licenses", "slots are counted for each license", other, anna, _served(user="full", editor="full"))
    retired = five.having(users=[user(licenses={"user": 1}), user("carl", {"user": 1}, retired=True)])
    yield shown(
        "double-retired",
        "a retired user has no slot that another one could have too",
        retired,
        anna,
        _served(user="full"),
    )
    yield shown("retired", "a retired user is served with nothing", retired, {"user": "carl"}, _served())
    yield shown("unknown-user", "nor is one who is not known", five, anna, _served())
    yield shown("unknown-site", "nor a site that is not known", five, oslo, _served())
    kinds = five.having(users=[user(licenses={"branch": 1})], sites=[site(licenses={"branch": 1, "user": 1})])
    yield shown("user-of-site-license", "a user is assigned a site license", kinds, anna, _served(branch="none"))
    yield shown(
        "site-of-user-license",
        "a site is assigned a user license, and has the slot of its own",
        kinds,
        oslo,
        _served(branch="full", user="none"),
    )
    system = sold(system={"server": 1}).having(users=[user(licenses={"server": 1})])
    yield shown("of-system-license", "a user is assigned a system license", system, anna, _served(server="none"))
    gone = five.having(users=[user(licenses={"gone": 1, "user": 2})])
    yield shown(
        "no-catalog-has-it", "a user is assigned what no catalog has", gone, anna, _served(gone="none", user="full")
    )
    sites = five.having(sites=[site(licenses={"branch": 5}), site("bergen", {"branch": 6})])
    yield shown("site-last", "a site with the last slot that is sold", sites, oslo, _served(branch="full"))
    yield shown("site-surplus", "a site with a surplus slot", sites, {"site": "bergen"}, _served(branch="none"))
    order = five.having(users=[user(licenses={"user": 1, "branch": 1, "editor": 1})])
    yield shown(
        "order",
        "assignments are shown in the order in which they are given",
        order,
        anna,
        _served(user="full", branch="none", editor="full"),
    )


def satellites() -> Iterator[Case]:
    """What is assigned to satellites, where licenses limit how many there are."""
    branch: Members = {"branch": 9}
    limited = sold(sites=branch | {"satellite": 2})
    read = activated(
        bundle(sites=branch | {"satellite": 1}), bundle(part="reports", sites={"satellite": 1}, **READ)
    ).at(LATE)
    not_sold = sold(sites=branch)
    rows: list[tuple[str, str, Installation, Any, str]] = [
        ("last-sold", "the last satellite that is sold", limited, 2, "full"),
        ("surplus", "the first one beyond", limited, 3, "none"),
        ("lapsed", "a satellite served by what lapsed", read, 2, "read"),
        ("lapsed-full", "one served in full", read, 1, "full"),
        ("not-sold", "no satellite is sold", not_sold, 1, "none"),
        ("no-slot", "a satellite whose slot is none", limited, 0, "none"),
        ("null", "a satellite whose slot is nothing", limited, None, "none"),
        ("text", "a satellite whose slot is a text", limited, "1", "none"),
    ]
    question, rule = ask("served", site="oslo"), "Counts and surplus"
    for name, about, installation, slot, level in rows:
        given = installation.having(sites=[site(licenses={"branch": 1}, satellite=slot)])
        yield given.case(rule, name, about, question, _served(branch=level), musts=BY_SLOTS)
    central = not_sold.having(sites=[site(licenses={"branch": 1})])
    yield central.case(rule, "central", "a site that is no satellite is not limited", question, _served(branch="full"))
    own = limited.having(sites=[site(licenses={"branch": 10}, satellite=1)])
    yield own.case(rule, "own-slot", "a satellite is served at most by its own slot", question, _served(branch="none"))
    both = limited.having(sites=[site(licenses={"branch": 1}, satellite=1), site("bergen", satellite=1)])
    about = "two satellites with one slot"
    yield both.case(rule, "double", about, question, _served(branch="none"), musts=BY_SLOTS)
    second = makers.license_entry(Kind.SITE, "Room for sites", limits_sites=True)
    two = sold(sites=branch | {"satellite": 1, "room": 3}).on(
        ground(sign(catalog(version=2, licenses=LICENSES | {"room": second}), VENDOR))
    )
    best = two.having(sites=[site(licenses={"branch": 1}, satellite=3)])
    yield best.case(
        rule, "two-limits", "the best of two licenses that limit sites counts", question, _served(branch="full")
    )
    free = sign(
        catalog(version=2, licenses={name: one for name, one in LICENSES.items() if name != "satellite"}), VENDOR
    )
    unlimited = not_sold.on(ground(free)).having(sites=[site(licenses={"branch": 1}, satellite=0)])
    about = "where no license limits sites, a satellite needs no slot"
    yield unlimited.case(rule, "no-limit", about, question, _served(branch="full"))
    given = limited.having(users=[user()], sites=[site(licenses={"branch": 1}, satellite=3)])
    about = "a user at a satellite that is surplus has nothing from it"
    yield given.case(rule, "users", about, ask("access", "scanner", user="anna", site="oslo"), {"access": "none"})
