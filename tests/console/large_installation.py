"""An installation as large as any: eight issuers, three hundred licenses, sites, groups, events, any number of users.

It is made of signed documents and one import, so that a hundred thousand users take a minute. Whoever looks does so on
`TODAY`, sixty days after everything was activated: of the issuers' licenses some have ended since and some end soon.

Run: python -m tests.console.large_installation FOLDER [USERS]
"""

import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final, NamedTuple

from licensekit.dates import day_at, moment_of
from licensekit.installation import EventScope, Installation, parse_users
from licensekit.state.home import open_installation
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import (
    AfterGrace,
    Bundle,
    Catalog,
    Kind,
    License,
    LoginRule,
    MeterPeriod,
    SeatKind,
    SettingType,
    Use,
    UserKind,
)
from tests import homes, makers
from tests.console.sample_installation import FAMILY, GIVEN
from tests.homes import DAY, Clock, Home

TODAY: Final = makers.NOW + 60 * DAY
LICENSES: Final = 300
SITES: Final = 24
GROUPS: Final = (
    "Sales", "Support", "Marketing", "Finance", "Field service", "Back office", "Management", "IT",
    "Vertrieb Süd & Österreich", "Temporary staff", "Auditors", "Partners",
)  # fmt: skip
AREAS: Final = (
    "Sales", "Service", "Marketing", "Finance", "Projects", "Quotes", "Contracts", "Assets", "Diary", "Mail",
    "Documents", "Reports", "Surveys", "Campaigns", "Routes", "Tickets",
)  # fmt: skip
FORMS: Final = ("Board", "Export", "Assistant", "Archive", "Connector", "Forecast", "Templates", "Search")
TOWNS: Final = (
    "Oslo", "Bergen", "Trondheim", "Stavanger", "Tromsø", "Drammen", "Bodø", "Ålesund", "Hamar", "Larvik", "Molde",
    "Moss", "Narvik", "Skien", "Voss", "Alta", "Halden", "Harstad", "Horten", "Kirkenes", "Lillehammer", "Namsos",
    "Vadsø", "Vardø",
)  # fmt: skip
PLANS: Final = ("standard", "sales-plan", "service-plan", "complete")
_OF_HUNDRED: Final = {"standard": 30, "sales-plan": 20, "service-plan": 22, "complete": 20}
"""How many of each plan are sold to a hundred users; the add-on `summer`, which has ended, had ten more of one."""
SEATS: Final = "sales-connector"
"""A license of concurrent seats, of which some are taken."""
ALL: Final = "anna.berg"
"""Whoever holds a license of everything that people are assigned."""


class Issuer(NamedTuple):
    """An issuer, how many licenses it sells, and when they end, in days from `TODAY`."""

    code: str
    name: str
    licenses: int
    warning: int | None
    expiry: int | None
    grace: int | None
    use: Use = Use.PRODUCTION


VENDOR: Final = Issuer(makers.ISSUER, "Fjell Software", 90, 270, 300, 330)
PARTNERS: Final = (
    Issuer("nordfjord", "Nordfjord Integrasjon og Rådgivning AS", 30, -5, 21, 51),
    Issuer("mailworks", "Mailworks", 30, -40, -10, 20),
    Issuer("archive-hub", "Archive Hub GmbH & Co. KG", 30, -60, -40, -12),
    Issuer("geo", "Geo", 30, None, None, None),
    Issuer("signpost", "Signpost Analytics", 30, 80, 110, 140),
    Issuer("quotemaster", "Quotemaster", 30, 5, 12, 14, Use.TRIAL),
    Issuer("telefon", "Telefon Nord", 30, 600, 640, 700),
)
ISSUERS: Final = (VENDOR, *PARTNERS)
_BASICS: Final = 8
"""How many licenses of the vendor are not made from a list."""


def licenses_of(issuer: Issuer) -> dict[str, License]:
    """Return the licenses of an issuer by code: of three, one is a system license; of fifteen, one is for sites."""
    found = dict(_basics()) if issuer is VENDOR else {}
    names = product(AREAS, FORMS)
    for number, (area, form) in zip(range(issuer.licenses - len(found)), names, strict=False):
        kind = Kind.SYSTEM if number % 3 == 0 else Kind.SITE if number % 15 == 7 else Kind.USER
        found[f"{area}-{form}".lower()] = makers.license_entry(kind, f"{area} {form}", **_more(number, kind, area))
    return found


def _basics() -> Iterator[tuple[str, License]]:
    entry = makers.license_entry
    yield "server", entry(Kind.SYSTEM, "Server", description="Everything else needs it.")
    yield "satellite", entry(Kind.SITE, "Satellite sites", limits_sites=True)
    yield "user", entry(name="Login right", hidden=True)
    yield "web", entry(name="Web client", hidden=True)
    for plan in PLANS:
        yield plan, entry(name=f"{plan.partition('-')[0].title()} user", plan=True, includes=["user", "web"])


def _more(number: int, kind: Kind, area: str) -> dict[str, Any]:
    """Return what is special about one license."""
    more: dict[str, Any] = {"description": f"For those who work with {area.lower()}, here and on the way."}
    if kind is Kind.SYSTEM and number % 27 == 0:
        return {**more, "quantity": "GB", "per": MeterPeriod.MONTH}
    if kind is Kind.USER and number % 28 == 4:
        return {**more, "seats": SeatKind.CONCURRENT}
    return more


def catalog_of(issuer: Issuer) -> Catalog:
    """Return what an issuer sells."""
    ours = issuer is VENDOR
    return makers.catalog(
        issuer=issuer.code,
        names={"issuer": issuer.name, **({"product": "Fjell CRM"} if ours else {})},
        urls={"buy": f"https://example.com/{issuer.code}/buy"},
        licenses=licenses_of(issuer),
        access={"web": LoginRule(["server", "user", "web"], [UserKind.ASSOCIATE])} if ours else {},
        settings={
            "tier": makers.setting(name="Support tier", choices=["gold", "silver"], default="silver"),
            "rows": makers.setting(SettingType.NUMBER, "Rows of an export", default=5000),
        },
    )


def bundle_of(issuer: Issuer, count: int, part: str = "base", **changes: Any) -> Bundle:
    """Return what was sold of an issuer to a company with this many users: of some licenses few, of most enough."""
    licenses = licenses_of(issuer)
    today = day_at(TODAY)
    ends = {
        name: None if days is None else today + days
        for name, days in (("warning", issuer.warning), ("expiry", issuer.expiry), ("grace", issuer.grace))
    }
    of = {kind: [code for code, one in licenses.items() if one.kind is kind and not one.hidden] for kind in Kind}
    return makers.bundle(
        **{
            "issuer": issuer.code,
            "part": part,
            "use": issuer.use,
            "company": "Nordlys Kraft AS",
            **ends,
            "maintenance": today + 300 if issuer is VENDOR else None,
            "system": {code: 500 if licenses[code].quantity else 1 for code in of[Kind.SYSTEM]},
            "sites": dict.fromkeys(of[Kind.SITE], SITES + 1),
            "users": {code: _sold(code, licenses[code], count) for code in of[Kind.USER]},
            "settings": {"tier": "gold"},
        }
        | changes
    )


def _sold(code: str, license_: License, count: int) -> int | None:
    """Return how many are sold: of plans by `_OF_HUNDRED`, of seats ten, of others a tenth, any number, or enough."""
    if license_.seats is SeatKind.CONCURRENT:
        return 10
    if license_.plan:
        return max(1, count * _OF_HUNDRED[code] // 100)
    return {0: max(1, count // 10), 1: None}.get(len(code) % 4, count)


@cache
def _given_out() -> tuple[tuple[str, int], ...]:
    """Return licenses that people are assigned beside a plan, each with how many users share one of it."""
    ours, everyone = licenses_of(VENDOR), list[tuple[str, int]]()
    for place, code in enumerate(code for code, one in ours.items() if _is_for_people(one)):
        few = len(code) % 4 == 0
        everyone.append((code, 11 if few else (2, 3, 5, 50)[place % 4]))
    for issuer in PARTNERS:
        codes = [code for code, one in licenses_of(issuer).items() if _is_for_people(one)]
        everyone += [(f"{issuer.code}.{code}", 12 + 7 * place) for place, code in enumerate(codes[:4])]
    return tuple(everyone)


def _is_for_people(one: License) -> bool:
    return one.kind is Kind.USER and not (one.hidden or one.plan or one.seats is SeatKind.CONCURRENT)


def rows(users: int) -> Iterator[str]:
    """Yield the table of users: nine of ten are associates, one of twenty is retired or may not log in."""
    yield "id,name,kind,groups,can_log_in,administrator,retired,licenses\n"
    given = _given_out()
    for number in range(users):
        first, last = GIVEN[number % 20], FAMILY[number // 20 % 10]
        kind = "associate" if number % 10 or number < 20 else ("external", "system", "anonymous")[number // 10 % 3]
        retired = number % 20 == 19
        held = [] if retired or kind != "associate" else list(_held(number, given))
        groups = ";".join({GROUPS[number % 7], GROUPS[number % 12]})
        flags = ("yes" if flag else "no" for flag in (number % 40 != 7, number % 1000 == 2, retired))
        yield ",".join((_id(number), f"{first} {last}", kind, groups, *flags, " ".join(held))) + "\n"


def _id(number: int) -> str:
    """Return the id of a user: a name, with a number after it for all but the first two hundred."""
    name = f"{GIVEN[number % 20]}.{FAMILY[number // 20 % 10]}".lower().translate(str.maketrans("æøå", "eoa"))
    return name if number < 200 else f"{name}{number // 200}"


def _held(number: int, given: tuple[tuple[str, int], ...]) -> Iterator[str]:
    """Yield what a user is assigned: a plan, and two more on average; of the first user everything."""
    yield PLANS[number % 4]
    if number == 0:
        yield from (code for code, _ in given)
        return
    chosen = ((number * 7 + turn * 13) % len(given) for turn in range(1 + number % 4))
    yield from (given[place][0] for place in sorted(set(chosen)) if number % given[place][1] == 0)


def documents() -> tuple[str, list[armor.Token]]:
    """Return the vendor's pack, and the catalogs of its partners as their keys sign them."""
    scopes = {one.code: makers.scope(issuers=[one.code]) for one in ISSUERS}
    admitted = [makers.admitted(_key(one), one.name, scope=scopes[one.code]) for one in ISSUERS]
    trust = sign(makers.trust(*admitted), makers.key("root"))
    catalogs = [sign(catalog_of(one), _key(one)) for one in ISSUERS]
    return makers.file_of(homes.ROOT, trust, catalogs[0]), catalogs[1:]


def _key(issuer: Issuer) -> Any:
    return makers.key("vendor" if issuer is VENDOR else issuer.code)


def file_of(issuer: Issuer, count: int, *beside: armor.Token, **changes: Any) -> str:
    """Return a license file of an issuer."""
    return makers.file_of(*beside, sign(bundle_of(issuer, count, **changes), _key(issuer)))


def make_large(place: Path | str, users: int) -> Home:
    """Make the installation in an empty folder, or at an empty database, and return it with its clock on `TODAY`."""
    pack, catalogs = documents()
    home = Home(str(place), clock=Clock(makers.NOW), pack=pack)
    with home.open("ingrid.solberg") as installation:
        installation.activate(file_of(VENDOR, users))
        for issuer, catalog in zip(PARTNERS, catalogs, strict=True):
            installation.activate(file_of(issuer, users, catalog))
        installation.activate(_summer(users))
        installation.users.import_rows(parse_users("".join(rows(users))))
        _add_sites(installation)
        home.clock.now = TODAY - 2 * DAY
        autumn = _only({"users": {"diary-templates": 40}}, 20)
        installation.activate(file_of(VENDOR, users, part="autumn", issued=home.clock.now, **autumn))
        _add_events(installation)
    _tell_of_use(home, users)
    home.clock.now = TODAY
    return home


def _only(sold: Mapping[str, Any], starts: int) -> dict[str, Any]:
    return {"system": {}, "sites": {}, "users": {}, "settings": {}, **sold, "starts": day_at(TODAY) + starts}


def _summer(users: int) -> str:
    """Return an add-on that has ended, so that more of one license are assigned than there are."""
    today = day_at(TODAY)
    ends = {"warning": today - 30, "expiry": today - 10, "grace": today - 3, "after_grace": AfterGrace.BLOCK}
    return file_of(
        VENDOR, users, part="summer", **{**_only({"users": {"sales-plan": max(1, users // 10)}}, -60), **ends}
    )


def _add_sites(installation: Installation) -> None:
    licenses = [code for code, one in licenses_of(VENDOR).items() if one.kind is Kind.SITE and not one.limits_sites]
    for number, town in enumerate(TOWNS[:SITES]):
        installation.sites.add(_site(town), name=town, central=number == 0)
        installation.sites.assign(_site(town), *licenses[: number % 4])


def _site(town: str) -> str:
    return town.lower().translate(str.maketrans("æøå", "eoa"))


def _add_events(installation: Installation) -> None:
    events = installation.events
    for number in range(30):
        events.end(events.start("no-travel", message=f"The server was moved, step {number + 1}.").number)
    events.start("message-of-the-day", message="The canteen is closed on Friday.", expected_end=TODAY + 3 * DAY)
    events.start("no-login", scope=EventScope.GROUP, subject="Auditors", message="The audit has ended.")
    events.start("rebuild-index", scope=EventScope.SITE, subject="bergen", message="Search is back at noon.")
    events.start("no-freetext", scope=EventScope.USER, subject="lars.berg")


def _tell_of_use(home: Home, users: int) -> None:
    """Let some users have been there lately, some long ago and some never, and some seats be taken."""
    today = day_at(TODAY)
    with closing(open_installation(home.place, create=False)) as database, database.write() as change:
        change.run("UPDATE installation SET told_since = ?", today - 400)
        change.run("UPDATE users SET held_since = ? WHERE held_since IS NOT NULL", today - 200)
        change.run("UPDATE users SET last_seen = ? WHERE id < 'k'", today - 1)
        change.run("UPDATE users SET last_seen = ? WHERE id > 'o' AND id < 's'", today - 120)
    with home.run() as licensing:
        for number in range(min(7, users)):
            licensing.seat(SEATS, holder=_id(number), ttl=3600)


def copy_of(home: Home, folder: Path) -> Home:
    """Return a copy of an installation in a folder, with a clock of its own."""
    shutil.copytree(home.place, folder)
    return Home(str(folder), clock=Clock(home.clock.now), pack=home.pack)


def main() -> None:
    """Make it in a folder, and say how long it took and what it has."""
    folder, users = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    begin = time.perf_counter()
    home = make_large(folder, users)
    print(f"{users} users on {moment_of(TODAY):%Y-%m-%d} in {time.perf_counter() - begin:.1f} s")
    with home.open() as installation:
        state = installation.state()
        print(f"{len(state.trust_store.catalogs)} issuers, {len(state.licenses)} licenses")
        print(*(f"{one.severity}: {one}" for one in state.notices), sep="\n")


if __name__ == "__main__":
    main()
