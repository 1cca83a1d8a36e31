"""The ask `evaluate`: what verified documents grant at a moment (`docs/evaluation.md`), as our reader answers."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from licensekit.access import Access
from licensekit.dates import format_days, format_seconds, start_of_day
from licensekit.entitlements import Entitlements, Part, count_of, metered, resolve
from licensekit.entitlements.assignment import AssignmentChange, faults_of
from licensekit.entitlements.consequences import Group, later, logins, losses, steps
from licensekit.entitlements.events import concerning, stopping
from licensekit.entitlements.holdings import access_by
from licensekit.entitlements.login import UserFacts
from licensekit.entitlements.notices import list_notices
from licensekit.entitlements.questions import is_absent
from licensekit.errors import NotEntitled, NotFound, UserRetired
from licensekit.limits import SECONDS
from licensekit.runtime.holders import Holder
from licensekit.runtime.questions import Questions
from licensekit.wire.documents import Kind, Use
from licensekit.wire.plain import word
from tests.vectors.our_reader.world import Line, World, verified, world_of


def evaluate(line: Line) -> Line:
    """Return the answer to the question of a line, or raise the mistake in it."""
    question = line["question"]
    return ANSWERS[question["about"]](world_of(line), question)


class _Installation(Questions):
    """An installation as applications ask it."""

    def __init__(self, entitlements: Entitlements) -> None:
        self._entitlements = entitlements

    @property
    def entitlements(self) -> Entitlements:
        """Everything that is granted now, as one immutable value."""
        return self._entitlements

    def base(self) -> Line:
        """Return the answer about the vendor's base part."""
        base = self._base
        return {
            "status": None if base is None else base.state.value,
            "company": None if base is None else base.company,
            "serial": None if base is None else base.serial,
            "use": None if base is None else base.use.word,
            "is_trial": base is not None and base.use is Use.TRIAL,
            "covered_until": _shown_date(self.covered_until, self.days_left),
            "days_left": self.days_left,
        }


def _shown_date(day: date | None, days_left: int | None) -> str | None:
    """Return a last day of coverage as the kit shows it; of what is perpetual no number of days is left."""
    if day is None:
        return None
    return "perpetual" if days_left is None else day.isoformat()


def _asked(world: World, question: Line) -> Holder | _Installation:
    """Return whom a question is put to."""
    if "licenses" in question:
        return world.user("somebody", None, question["licenses"])
    if "user" in question:
        return world.user(question["user"], question.get("site"))
    return world.site(question["site"]) if "site" in question else _Installation(world.entitlements)


def _issuers(world: World) -> Callable[[str], tuple[bool, str]]:
    """Return the order of issuers: the vendor first."""
    return lambda issuer: (issuer != world.store.issuer, issuer)


def _parts(world: World, _: Line) -> Line:
    def shown(part: Part, *, waits: bool) -> Line:
        bundle = part.bundle
        return {
            "issuer": bundle.issuer,
            "part": bundle.part,
            "serial": bundle.serial,
            "use": bundle.use.word,
            "sequence": bundle.sequence,
            "state": part.state.value,
            "waits": waits,
        }

    granted = world.entitlements
    listed = [shown(part, waits=False) for part in granted.parts] + [
        shown(part, waits=True) for part in granted.waiting
    ]
    return {"serial": granted.serial, "parts": listed}


def _access(world: World, question: Line) -> Line:
    return {"access": _asked(world, question).access(question["code"]).name.lower()}


def _why(world: World, question: Line) -> Line:
    try:
        _asked(world, question).require(question["code"], Access[question.get("at_least", "full").upper()])
    except NotEntitled as error:
        return {"reason": error.reason.value, "code": error.why.code}
    return {"reason": None, "code": None}


def _count(world: World, question: Line) -> Line:
    count = count_of(world.entitlements, question["code"], world.in_use)
    return {"total": count.total, "in_use": count.in_use}


def _served(world: World, question: Line) -> Line:
    kind = Kind.USER if "user" in question else Kind.SITE
    name: str = question[word(kind)]
    known = world.holder(kind, name)
    if known is None:
        return {"licenses": []}
    by_code = {one.license: access_by(world.entitlements, kind, one).name.lower() for one in known.holdings}
    # They are kept by code, and shown in the order of the line.
    given: list[Line] = world.line[f"{word(kind)}s"]
    (codes,) = ([held["license"] for held in one["licenses"]] for one in given if one["id"] == name)
    return {"licenses": [{"license": code, "access": by_code[code]} for code in codes if code in by_code]}


def _login(world: World, question: Line) -> Line:
    decision = world.user(question["user"], question.get("site")).may_login(question["way"])
    reasons: list[Line] = []
    for reason in decision.reasons:
        about = {"license": getattr(reason, "license", None), "event": getattr(reason, "number", None)}
        reasons.append({"code": reason.code, **{name: value for name, value in about.items() if value is not None}})
    return {"allowed": decision.allowed, "reasons": _ordered(reasons, ("code", "license", "event"))}


def _ordered(found: Iterable[Line], members: Iterable[str]) -> list[Line]:
    """Return each of `found` once, by its `members`; what is absent comes first."""
    each: list[Line] = []
    for one in found:
        if one not in each:
            each.append(one)
    return sorted(each, key=lambda one: tuple((name in one, one.get(name, "")) for name in members))


def _setting(world: World, question: Line) -> Line:
    return {"value": _Installation(world.entitlements).setting(question["code"])}


def _meter(world: World, question: Line) -> Line:
    granted = world.entitlements
    code = metered(granted, question["code"])
    period = None if is_absent(granted, code) else granted.licenses[code].per
    allowances: list[Line] = [
        {"amount": one.amount, "from": format_seconds(one.starts), "until": _shown_end(one.ends)}
        for one in granted.meters.get(code, ())
    ]
    members = ("until", "from", "amount")
    allowances.sort(key=lambda one: tuple((one[name] is None, one[name] or 0) for name in members))
    return {"per": None if period is None else word(period), "allowances": allowances}


def _shown_end(moment: int | None) -> str | None:
    """Return the first second after something; time ends with the year 9999."""
    return None if moment is None or moment > SECONDS else format_seconds(moment)


def _coverage(world: World, _: Line) -> Line:
    order = _issuers(world)
    every = sorted(world.entitlements.coverage, key=lambda one: (order(one.issuer), one.part))
    return {
        "coverage": [
            {
                "issuer": one.issuer,
                "part": one.part,
                "covered_until": one.shown_until,
                "works_until": None if one.works_until is None else format_days(one.works_until),
            }
            for one in every
        ]
    }


def _base(world: World, _: Line) -> Line:
    return _Installation(world.entitlements).base()


def _unavailable(world: World, question: Line) -> Line:
    function: str = question["function"]
    asked = _asked(world, question)
    found = asked.unavailable(function) if isinstance(asked, Holder) else stopping(concerning(world.events), function)
    return {"events": sorted(one.number for one in found)}


def _assign(world: World, question: Line) -> Line:
    kind = Kind.USER if "user" in question else Kind.SITE
    name: str = question[word(kind)]
    holder = world.holder(kind, name)
    if holder is None:
        raise NotFound(reason=word(kind), name=name)
    if question["assign"] and isinstance(holder, UserFacts) and holder.retired:
        raise UserRetired(user=name)
    assign = frozenset(resolve(world.entitlements, code, (kind,)) for code in question["assign"])
    release = frozenset(code.removeprefix(f"{world.store.issuer}.") for code in question["release"])
    held = frozenset(one.license for one in holder.holdings)
    for fault in faults_of(world.entitlements, world.in_use, name, held, AssignmentChange(assign, release)):
        raise fault
    return {}


def _consequences(world: World, question: Line) -> Line:
    adds: list[str] = question["adds"]
    added = tuple(verified(adds, world.store))
    with_file = (*world.bundles, *added)
    moment = max(world.now, min((start_of_day(one.document.starts or 0) for one in added), default=world.now))
    after = world.evaluated(with_file, moment)
    states = (world.entitlements, after, *later(after, lambda at: world.evaluated(with_file, at)))
    groups = [Group(one.kind, one.holdings, 1) for one in world.users.values() if one.can_log_in and not one.retired]
    counted = [logins(state, groups) for state in states]
    return {
        "losses": [
            {"at": format_seconds(one.at), "access": one.access.name.lower(), "licenses": sorted(one.licenses)}
            for one in losses(states)
        ],
        "logins": [
            {"at": format_seconds(one.at), "people": one.people, "by_way": dict(one.by_way)}
            for one in (*counted[:1], *steps(counted[1:]))
        ],
    }


NOTICES: Final[Mapping[str, tuple[str, ...]]] = {
    "expired": ("bundle",),
    "foreign": ("bundle",),
    "unmaintained": ("bundle",),
    "facts-changed": ("bundle",),
    "next-check": ("bundle",),
    "pending": ("bundle", "days"),
    "warning": ("bundle", "days"),
    "grace": ("bundle", "days"),
    "deficit": ("license", "excess"),
    "used-up": ("license",),
    "nearly-used": ("license",),
    "unknown-license": ("bundle", "license"),
    "unknown-setting": ("bundle", "setting"),
    "setting-unfit": ("bundle", "setting"),
    "not-fresh": ("issuer",),
}
"""Code of each notice that follows from documents and slots, to what is shown of it."""


def _notices(world: World, _: Line) -> Line:
    urgent = ("error", "warning", "info")
    found: list[Line] = []
    for notice in list_notices(world.entitlements, world.in_use):
        if notice.code in NOTICES:
            about: Line = {name: getattr(notice, name) for name in NOTICES[notice.code]}
            about = {
                "release" if name == "excess" else name: _text(value) for name, value in about.items() if value != ""
            }
            found.append({"severity": notice.severity.value, "code": notice.code, **about})
    ordered = _ordered(found, ("code", "bundle", "license", "setting", "issuer"))
    return {"notices": sorted(ordered, key=lambda one: urgent.index(one["severity"]))}


def _text(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)


ANSWERS: Final[Mapping[str, Callable[[World, Line], Line]]] = {
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
"""What a question is about, to the function that answers it."""
