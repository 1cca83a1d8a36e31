"""Questions about what documents grant: random bundles, holders, events and moments."""

from random import Random
from typing import Any, Final

from licensekit.dates import format_days, format_seconds
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import (
    AfterGrace,
    Binding,
    Catalog,
    Combine,
    Kind,
    License,
    LoginRule,
    MeterPeriod,
    SeatKind,
    SettingType,
    Use,
    UserKind,
    encode,
)
from tests import makers
from tests.makers import ISSUED, ISSUED_DAY, PARTNER
from tests.vectors.differential.damage import some

Line = dict[str, Any]
DAY: Final = 86_400
VENDOR: Final = makers.key("vendor")
SALES: Final = makers.key("sales")
ADD_ONS: Final = makers.key("add-ons")
METERED: Final = makers.key("metered")
OTHER: Final = makers.key("partners")
_ROOT: Final = makers.first_root()
_BOTH: Final = ["demo", PARTNER]
_ADMITTED: Final = (
    makers.admitted(VENDOR, "vendor", valid_from=0),
    makers.admitted(SALES, "sales", valid_from=0, scope=makers.limited(uses=[Use.TRIAL], longest_term=60)),
    makers.admitted(ADD_ONS, "add-ons", valid_from=0, scope=makers.limited(parts=["maps"], issuers=_BOTH)),
    makers.admitted(METERED, "metered", valid_from=0, scope=makers.limited(parts=["base", "maps"], most=50)),
    makers.admitted(OTHER, "partner", valid_from=0, scope=makers.scope(issuers=[PARTNER])),
)
_TRUST: Final = sign(makers.trust(*_ADMITTED), makers.key("root"))
_DATES: Final = (*range(-3, 4), -60, -30, 30, 60, 365)
SYSTEM: Final = ["server", "sync", "old-server", "sms", "calls", "storage", "pro-server"]
SITES: Final = ["satellite", "depot", "kiosk"]
USERS: Final = ["user", "sales-pro", "field", "old-user", "seat"]
ALL: Final = [*SYSTEM, *SITES, *USERS]
_USERS: Final = [*["anna"] * 8, "bo", "bo", "cy", "nobody"]
_SITES: Final = [*["oslo"] * 6, "rome", "nowhere"]
PARTS: Final = ["base", "base", "maps"]
SERIALS: Final = ["1010000014", "1010000014", "1010000022"]


def evaluate(random: Random) -> Line:
    """Return one question to an evaluator."""
    tokens = [_ROOT, _TRUST, sign(_catalog(random, "demo"), VENDOR)]
    if random.random() < 0.5:
        tokens.append(sign(_catalog(random, PARTNER), OTHER))
    bundles = [_bundle(random) for _ in range(random.randint(0, 5))]
    if random.random() < 0.3:
        tokens.append(_list(random, bundles))
    if bundles and random.random() < 0.1:
        bundles.append(random.choice(bundles))
    line: Line = {
        "ask": "evaluate",
        "root": makers.pin(_ROOT),
        "pack": makers.file_of(*tokens),
        "now": _moment(random),
        "bundles": [armor.write(token) for token in bundles],
        "question": _question(random, [armor.write(_bundle(random)) for _ in range(random.randint(0, 2))]),
    }
    line |= _inputs(random)
    if line["question"]["about"] == "consequences":
        line.pop("away_hours", None)  # a file is activated where the database is
    return line


def _moment(random: Random) -> str:
    return format_seconds(ISSUED + random.choice(_DATES) * DAY + random.choice([-1, 0, 0, 1, 3600]))


def _inputs(random: Random) -> Line:
    found: Line = {}
    if random.random() < 0.2:
        found["released"] = format_days(ISSUED_DAY + random.choice(_DATES))
    if random.random() < 0.3:
        facts = {
            name: random.choice([bytes(16), bytes([1]) * 16]).hex() for name in some(random, ["disk", "host"], 0, 2)
        }
        found["installation"] = {"digest": random.choice([bytes(32), bytes([7]) * 32]).hex(), "facts": facts}
    if random.random() < 0.1:
        found["away_hours"] = random.choice([0, 1, 23, 24, 25, 23.5])
    if random.random() < 0.9:
        found["users"] = [_user(random, name) for name in ["anna", *some(random, ["bo", "cy"], 0, 2)]]
        found["sites"] = [_site(random, name) for name in ["oslo", *some(random, ["rome"], 0, 1)]]
    if random.random() < 0.3:
        found["events"] = [_event(random, number) for number in range(1, random.randint(2, 4))]
    return found


def _slot(random: Random) -> Any:
    return random.choice([1, 1, 2, 2, 3, 4, 25, 26, 50, 0, -1, 2**31 - 1, 2**31, None, True, "1", 1.5])


def _assigned(random: Random, codes: list[str]) -> list[Line]:
    names = some(random, [*codes, *(f"{PARTNER}.{code}" for code in codes)], 0, 3)
    return [{"license": name, "slot": _slot(random)} for name in names]


def _user(random: Random, name: str) -> Line:
    return {
        "id": name,
        "kind": random.choice(["associate", "associate", "external", "system", "anonymous"]),
        "can_log_in": random.random() < 0.85,
        "administrator": random.random() < 0.2,
        "retired": random.random() < 0.12,
        "groups": some(random, ["north", "south"], 0, 2),
        "licenses": _assigned(random, [*USERS[:4], "depot"] if random.random() < 0.1 else USERS[:4]),
    }


def _site(random: Random, name: str) -> Line:
    found: Line = {"id": name, "licenses": _assigned(random, SITES[1:])}
    if random.random() < 0.6:
        found["satellite"] = _slot(random)
    return found


def _event(random: Random, number: int) -> Line:
    scope = random.choice(["installation", "site", "group", "user"])
    subjects = {"installation": [""], "site": ["oslo", "rome"], "group": ["north", "south"], "user": ["anna", "bo"]}
    kind = random.choice(["no-login", "no-login", "no-travel", "rebuild-index", "message-of-the-day"])
    return {"number": number, "kind": kind, "scope": scope, "subject": random.choice(subjects[scope]), "message": ""}


def _catalog(random: Random, issuer: str) -> Catalog:
    licenses = {code: _license(random, code) for code in ALL if random.random() < 0.92}
    ways = {
        name: LoginRule(sorted(some(random, ["server", "user", "field", "depot", "demo.server"], 1, 2)), _kinds(random))
        for name in ("web", "kiosk")
    }
    rows = makers.setting(
        SettingType.NUMBER,
        lowest=1,
        highest=100,
        default=random.choice([None, 5]),
        combine=random.choice(list(Combine)),
    )
    settings = {"max-rows": rows, "theme": makers.setting(choices=random.choice([[], ["dark", "light"]]))}
    return makers.catalog(issuer=issuer, licenses=licenses, access=ways, settings=settings)


def _kinds(random: Random) -> list[UserKind]:
    return sorted(random.sample(list(UserKind), random.randint(1, 4)))


def _license(random: Random, code: str) -> License:
    kind = Kind.SYSTEM if code in SYSTEM else Kind.SITE if code in SITES else Kind.USER
    may_give = [one for one in ALL if one != code]
    changes: dict[str, Any] = {
        "includes": sorted(some(random, may_give, 1, 3)) if random.random() < 0.25 else [],
        "requires": sorted(some(random, ["server", "user", "depot", "sync", "demo.server"], 1, 1))
        if random.random() < 0.15
        else [],
        "replaced_by": random.choice(may_give) if random.random() < 0.1 else None,
        "plan": kind is Kind.USER and random.random() < 0.3,
        "limits_sites": code == "satellite",
        "seats": SeatKind.CONCURRENT if code == "seat" else SeatKind.NAMED,
    }
    if code in {"sms", "calls", "storage"}:
        changes |= {"quantity": "units", "per": random.choice([None, *MeterPeriod])}
    if code in {"pro-server", "sync"} and random.random() < 0.6:
        changes["full_with"] = random.choice(["user", "sales-pro"])
    return makers.license_entry(kind, code, **changes)


def _list(random: Random, bundles: list[armor.Token]) -> armor.Token:
    ids = sorted({makers.identity_of(token) for token in bundles})
    document = makers.revocations(
        identities=sorted(some(random, ids, 0, 1)),
        serials=sorted(some(random, SERIALS[1:], 0, 1)) if random.random() < 0.2 else [],
    )
    return sign(document, VENDOR)


def _bundle(random: Random) -> armor.Token:
    """Return a bundle; most are by a key that may sign it."""
    signer = random.choices([VENDOR, SALES, ADD_ONS, METERED, OTHER], [8, 3, 2, 2, 3])[0]
    issued = ISSUED + random.choice([0, 0, -DAY, -40 * DAY, 1])
    expiry = random.choice([None, *(ISSUED_DAY + day for day in _DATES)])
    starts = random.choice([None, None, *(ISSUED_DAY + day for day in _DATES)])
    if starts is not None and expiry is not None and starts > expiry:
        starts, expiry = expiry, starts
    grace = None if expiry is None else random.choice([None, expiry, expiry + 1, expiry + 30])
    warning = None if expiry is None else random.choice([None, expiry, max(expiry - 2, starts or 0)])
    part = random.choice(PARTS)
    serial = random.choice(SERIALS)
    says: dict[str, Any] = {
        "issuer": "demo",
        "serial": serial,
        "part": part,
        "sequence": random.randint(1, 3),
        "replaces": [one for one in ("1010000022",) if part == "base" and serial != one and random.random() < 0.3],
        "use": random.choice([Use.PRODUCTION, Use.PRODUCTION, Use.PRODUCTION, Use.TRIAL, Use.DEMO]),
        "issued": issued,
        "starts": starts,
        "warning": warning,
        "expiry": expiry,
        "grace": grace,
        "maintenance": None if random.random() < 0.8 else ISSUED_DAY + random.choice(_DATES),
        "next_check": None if random.random() < 0.8 else ISSUED_DAY + random.choice(_DATES),
        "system": _sold(random, SYSTEM),
        "sites": _sold(random, SITES),
        "users": _sold(random, USERS),
        "settings": _settings(random),
        "binding": _binding(random),
        "after_grace": random.choice(list(AfterGrace)),
        "offline_hours": random.choice([0, 24, 48]),
    }
    return makers.seal("bundle", encode(makers.bundle(**says | _as_signed_by(signer, random, says))), signer)


def _as_signed_by(signer: Any, random: Random, says: dict[str, Any]) -> dict[str, Any]:
    """Return the changes with which a limited key may sign it, for the most part."""
    if signer is OTHER:
        return {"issuer": PARTNER}
    if signer is VENDOR or random.random() < 0.1:
        return {}
    found: dict[str, Any] = {"replaces": []}
    if signer is SALES:
        last = says["issued"] // DAY + random.choice([20, 59, 60, 61])
        found |= {"use": Use.TRIAL, "starts": None, "warning": None, "expiry": last, "grace": None}
        found["after_grace"] = AfterGrace.BLOCK
    if signer is ADD_ONS:
        found |= {"part": "maps", "issuer": random.choice(_BOTH)}
    if signer is METERED:
        maps = {
            name: {code: count or 50 for code, count in says[name].items()} for name in ("system", "sites", "users")
        }
        found |= {
            "settings": {},
            **{name: {code: min(count, 50) for code, count in one.items()} for name, one in maps.items()},
        }
    return found


def _sold(random: Random, codes: list[str]) -> dict[str, int | None]:
    names = sorted(some(random, [*codes, "unknown"], 0, 3))
    return {name: random.choice([1, 1, 2, 3, 25, 50, None]) for name in names}


def _settings(random: Random) -> dict[str, Any]:
    values: dict[str, list[Any]] = {
        "max-rows": [1, 10, 100, 101, 0, "a", True],
        "theme": ["dark", "blue", 1],
        "other": [1],
    }
    if random.random() < 0.6:
        return {}
    return {name: random.choice(values[name]) for name in sorted(some(random, list(values), 0, 2))}


def _binding(random: Random) -> Binding | None:
    kind = random.random()
    if kind < 0.75:
        return None
    if kind < 0.85:
        return Binding(bytes(32), 0, {})
    facts = {name: random.choice([bytes(16), bytes([1]) * 16]) for name in ("disk", "host")}
    return Binding(random.choice([None, bytes(32)]), random.randint(1, 2), facts)


def _code(random: Random) -> str:
    found = random.choice([*ALL, "server", "user"])
    known = [*[found] * 16, f"demo.{found}", *[f"{PARTNER}.{found}"] * 4]
    return random.choice([*known, "absent.maps", "nothing", "a..b"])


def _holder(random: Random) -> Line:
    user = {"user": random.choice(_USERS)}
    site = {"site": random.choice(_SITES)}
    codes = [*[*USERS, *SITES] * 4, "partner.user", "absent.user", "nothing"]
    passed = {"licenses": [random.choice(codes) for _ in range(random.randint(0, 3))]}
    return random.choice([user, user, user | site, site, passed, {}])


def _question(random: Random, adds: list[str]) -> Line:
    about = random.choice(
        [
            *("parts", "access", "access", "access", "why", "why", "count", "served", "login", "login", "setting"),
            *("meter", "coverage", "base", "unavailable", "assign", "assign", "consequences", "notices"),
        ]
    )
    more: dict[str, Line] = {
        "access": {"code": _code(random), **_holder(random)},
        "why": {
            "code": _code(random),
            **_holder(random),
            **random.choice([{}, {"at_least": "read"}, {"at_least": "full"}]),
        },
        "count": {"code": _code(random)},
        "served": random.choice([{"user": random.choice(["anna", "bo"])}, {"site": random.choice(["oslo", "rome"])}]),
        "login": _login(random),
        "setting": {"code": random.choice(["max-rows", "theme", "partner.max-rows", "demo.theme", "absent.x", "none"])},
        "meter": {"code": random.choice(["sms", "calls", "storage", "partner.sms", "server", "user", "absent.x"])},
        "unavailable": {"function": random.choice(["travel", "index", "login"]), **_whom(random)},
        "assign": _assignment(random),
        "consequences": {"adds": adds},
    }
    return {"about": about, **more.get(about, {})}


def _login(random: Random) -> Line:
    way = random.choice([*["web", "kiosk", "partner.web", "demo.web"] * 3, "absent.web", "none"])
    site = random.choice([{}, {"site": random.choice(_SITES)}])
    return {"user": random.choice(_USERS), "way": way, **site}


def _whom(random: Random) -> Line:
    return random.choice([{}, {"user": "anna"}, {"user": "bo", "site": "oslo"}, {"site": "rome"}, {"user": "nobody"}])


def _assignment(random: Random) -> Line:
    is_site = random.random() < 0.25
    codes = [*SITES, "partner.depot"] if is_site else [*USERS, "partner.user"]
    holder = {"site": random.choice(_SITES)} if is_site else {"user": random.choice(_USERS)}
    odd = ["server", "nothing", "absent.user"]
    return {
        **holder,
        "assign": some(random, codes + (odd if random.random() < 0.1 else []), 0, 2),
        "release": some(random, codes, 0, 2) if random.random() < 0.4 else [],
    }
