"""What an evaluator is asked, and what it answers: one function for each question."""

from collections.abc import Callable
from typing import Any, Final

from tests.vectors.second_reader import given
from tests.vectors.second_reader.evaluation import assigning, consequences, events, login, meters, settings, slots
from tests.vectors.second_reader.evaluation.access import (
    INSTALLATION,
    Holder,
    access,
    passed_holder,
    site_holder,
    user_holder,
)
from tests.vectors.second_reader.evaluation.asked import tokens, world_of
from tests.vectors.second_reader.evaluation.base import base, days_left
from tests.vectors.second_reader.evaluation.bundles import Bundle
from tests.vectors.second_reader.evaluation.catalogs import License
from tests.vectors.second_reader.evaluation.codes import ANY_KIND, asked, license_asked, written
from tests.vectors.second_reader.evaluation.coverage import coverage, covered_parts
from tests.vectors.second_reader.evaluation.governing import in_force, serial, waiting
from tests.vectors.second_reader.evaluation.notices import notices
from tests.vectors.second_reader.evaluation.reasons import NOTHING, why, why_absent
from tests.vectors.second_reader.evaluation.states import Access, state
from tests.vectors.second_reader.evaluation.world import Site, User, World
from tests.vectors.second_reader.forms import BOUNDS, need
from tests.vectors.second_reader.given import Line, UnsupportedError
from tests.vectors.second_reader.kinds import SIMPLE

Answer = dict[str, Any]


def answer(line: Line) -> Answer:
    """Return the answer to a question about a world."""
    question = given.mapping(line.get("question"), "question")
    return given.choice(QUESTIONS, question, "about")(world_of(line), question)


def _parts(world: World, _: Line) -> Answer:
    parts = [_part(world, bundle) for bundle in (*in_force(world), *waiting(world))]
    return {"serial": serial(world), "parts": parts}


def _part(world: World, bundle: Bundle) -> Answer:
    plain = bundle.held.plain
    names = ("issuer", "part", "serial", "use", "sequence")
    return {name: plain[name] for name in names} | {"state": state(world, bundle), "waits": bundle.starts > world.now}


def _licensed(world: World, question: Line) -> tuple[License | None, Holder]:
    """Return which license is asked about and for whom: mistakes come first."""
    if "licenses" in question:
        passed = [license_asked(world, text, ("site", "user")) for text in given.texts(question, "licenses")]
        holder = passed_holder(world, [one.code for one in passed if one is not None])
    elif "user" in question:
        holder = user_holder(world, given.text(question, "user"), _maybe(question, "site"))
    elif "site" in question:
        holder = site_holder(world, given.text(question, "site"))
    else:
        holder = INSTALLATION
    kinds = ("system",) if holder is INSTALLATION else ANY_KIND
    return license_asked(world, given.text(question, "code"), kinds), holder


def _maybe(question: Line, name: str) -> str | None:
    return given.text(question, name) if name in question else None


def _access(world: World, question: Line) -> Answer:
    one, holder = _licensed(world, question)
    return {"access": "none" if one is None else access(world, one, holder).name.lower()}


def _why(world: World, question: Line) -> Answer:
    one, holder = _licensed(world, question)
    required = given.text(question, "at_least", "full")
    if required not in {"read", "full"}:
        raise UnsupportedError("at_least is read or full")
    if one is None:
        return why_absent(holder)._asdict()
    is_enough = access(world, one, holder) >= Access[required.upper()]
    return (NOTHING if is_enough else why(world, one, holder))._asdict()


def _count(world: World, question: Line) -> Answer:
    one = license_asked(world, given.text(question, "code"))
    if one is None:
        return {"total": 0, "in_use": 0}
    return {"total": slots.total(world, one), "in_use": slots.in_use(world, one)}


def _holder(world: World, question: Line) -> User | Site | None:
    if "user" in question:
        return world.users.get(given.text(question, "user"))
    return world.sites.get(given.text(question, "site"))


def _served(world: World, question: Line) -> Answer:
    holder = _holder(world, question)
    served = [] if holder is None else slots.served(world, holder)
    return {"licenses": [{"license": written(world, one.license), "access": one.access.name.lower()} for one in served]}


def _login(world: World, question: Line) -> Answer:
    way = asked(world, given.text(question, "way"), world.catalogs.ways)
    user, site = given.text(question, "user"), _maybe(question, "site")
    reasons = [login.ABSENT] if way is None else login.reasons(world, user, world.catalogs.ways[way], site)
    shown = [{name: value for name, value in one._asdict().items() if value is not None} for one in reasons]
    return {"allowed": not reasons, "reasons": shown}


def _setting(world: World, question: Line) -> Answer:
    code = asked(world, given.text(question, "code"), world.catalogs.settings)
    return {"value": None if code is None else settings.value_of(world, code)}


def _meter(world: World, question: Line) -> Answer:
    one = license_asked(world, given.text(question, "code"))
    if one is None:
        return {"per": None, "allowances": []}
    need(one.kind == "system" and one.per is not None, "wrong-kind")
    allowances = [
        {"amount": allowance.amount, "from": _time(allowance.starts), "until": _time(allowance.ends)}
        for allowance in meters.allowances(world, one)
    ]
    return {"per": one.per, "allowances": allowances}


def _time(seconds: int | None) -> str | None:
    """Return a time as plain data: after the year 9999 there is none."""
    return None if seconds is None or seconds > BOUNDS["SECONDS"] else str(SIMPLE["seconds"].show(seconds))


def _date(day: int | None) -> str | None:
    return None if day is None else str(SIMPLE["days"].show(day))


def _coverage(world: World, _: Line) -> Answer:
    shown = [_covered(world, part) for part in covered_parts(world)]
    return {"coverage": shown}


def _covered(world: World, part: tuple[str, str]) -> Answer:
    covered = coverage(world, part)
    until = None if covered is None else _date(covered.until) or "perpetual"
    works_until = None if covered is None else _date(covered.works_until)
    return {"issuer": part[0], "part": part[1], "covered_until": until, "works_until": works_until}


def _base(world: World, _: Line) -> Answer:
    found = base(world)
    if found is None:
        names = ("status", "company", "serial", "use", "covered_until")
        return dict.fromkeys(names) | {"is_trial": False, "days_left": 0}
    plain = found.bundle.held.plain
    return {name: plain[name] for name in ("company", "serial", "use")} | {
        "status": state(world, found.bundle),
        "is_trial": plain["use"] == "trial",
        "covered_until": _covered(world, found.bundle.part)["covered_until"],
        "days_left": days_left(world, found.covered),
    }


def _unavailable(world: World, question: Line) -> Answer:
    user, site = _maybe(question, "user"), _maybe(question, "site")
    return {"events": events.unavailable(world, given.text(question, "function"), user, site)}


def _assign(world: World, question: Line) -> Answer:
    holder = _holder(world, question)
    assigning.change(world, holder, given.texts(question, "assign"), given.texts(question, "release"))
    return {}


def _consequences(world: World, question: Line) -> Answer:
    compared = consequences.worlds(world, tokens(question, "adds"))
    losses = [
        one._asdict() | {"at": _time(one.at), "access": one.access.name.lower()}
        for one in consequences.losses(compared)
    ]
    logins = [one._asdict() | {"at": _time(one.at)} for one in consequences.logins(compared)]
    return {"losses": losses, "logins": logins}


def _notices(world: World, _: Line) -> Answer:
    return {"notices": notices(world)}


QUESTIONS: Final[dict[str, Callable[[World, Line], Answer]]] = {
    "parts": _parts,
    "access": _access,
    "why": _why,
    "count": _count,
    "served": _served,
    "login": _login,
    "setting": _setting,
    "meter": _meter,
    "coverage": _coverage,
    "base": _base,
    "unavailable": _unavailable,
    "assign": _assign,
    "consequences": _consequences,
    "notices": _notices,
}
