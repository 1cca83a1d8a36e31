"""The licenses that the card of a user or a site offers, and what was ticked there."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from starlette.responses import Response

from licensekit.console.rendering import license_name, moved
from licensekit.console.visit import Conflict, Visit
from licensekit.installation import LicenseRow, Sites, Users
from licensekit.wire.documents import Kind, SeatKind


class Ticks(NamedTuple):
    """The licenses that a form asks for, for one holder."""

    held: frozenset[str]  # what is assigned now
    wanted: frozenset[str]  # all that is to be assigned
    conflicts: tuple[Conflict, ...]  # plans, where somebody else has chosen another one


def ticks_of(visit: Visit, held: Iterable[str]) -> Ticks:
    """Merge what was ticked into the licenses `held` now; what was not touched stays as it is.

    The form's field `held` has what was assigned when it was shown; `was.plan` and `was.plan.ISSUER` have the plans.
    """
    form, licenses, holding = visit.form, visit.state.entitlements.licenses, frozenset(held)
    plans = {code for code in holding if code in licenses and licenses[code].plan}
    current = {name.removeprefix("was."): "" for name, _ in form.fields() if name.startswith(("plan", "was.plan"))}
    current |= {".".join(filter(None, ("plan", code.rpartition(".")[0]))): code for code in plans}
    edits = form.edits(current)
    before = frozenset(form.texts("held")).difference(form.text(f"was.{field}") for field in current)
    ticked = frozenset(form.texts("license"))
    others = (holding - plans - (before - ticked)) | (ticked - before)
    named = (Conflict(one.field, *(license_name(code, visit.state) for code in one[1:])) for one in edits.conflicts)
    return Ticks(holding, others.union(filter(None, edits.wanted.values())), tuple(named))


def save_ticks(visit: Visit, holders: Users | Sites, path: str, ticks: Ticks) -> Response:
    """Assign and release licenses in one change, then show the card, with what somebody else has changed meanwhile."""
    holders.assign(visit.holder, *sorted(ticks.wanted - ticks.held), release=sorted(ticks.held - ticks.wanted))
    theirs = sorted(ticks.held.symmetric_difference(visit.form.texts("held")))
    # A URL has room for only a few.
    return moved(visit, path, id=visit.holder, saved="licenses", meanwhile=" ".join(theirs[:20]))


class Choice(NamedTuple):
    """One license to tick, and those that require it below."""

    code: str
    name: str
    issuer: str
    description: str
    ticked: bool
    held: bool  # whether it is assigned now
    lapsed: bool
    row: LicenseRow | None  # None: no catalog has it any more; it can only be released
    requires: tuple[str, ...]  # what it requires and can be assigned
    brings: tuple[str, ...]  # what it includes, directly or not
    included_in: tuple[str, ...]  # the names of held licenses that include it
    is_named: bool  # whether its name or code contains the text searched for
    below: tuple["Choice", ...] = ()

    @property
    def closed(self) -> bool:
        """Whether it cannot be ticked: none is free."""
        return not self.ticked and (self.row is None or self.row.free == 0)

    @property
    def every(self) -> tuple["Choice", ...]:
        """This choice and all below it."""
        return (self, *(inner for one in self.below for inner in one.every))


class Choices(NamedTuple):
    """Everything that can be assigned to one holder."""

    plans: tuple[Choice, ...]  # a holder has at most one of each issuer
    held: tuple[Choice, ...]  # what else is assigned
    more: tuple[Choice, ...]  # what else can be assigned


def choices_of(visit: Visit, kind: Kind, ticks: Ticks, lapsed: Collection[str]) -> Choices:
    """Return what can be assigned to a holder, sorted by name, with what is ticked."""
    state, held, find = visit.state, ticks.held, visit.asked("find").casefold()
    closure, licenses, trust_store = state.entitlements.closure, state.entitlements.licenses, state.trust_store

    def is_offered(row: LicenseRow) -> bool:
        license_ = licenses[row.code]
        is_taken = license_.hidden or license_.limits_sites or license_.seats is SeatKind.CONCURRENT
        return row.kind is kind and (row.code in held or (row.granted and not is_taken))

    rows = {row.code: row for row in sorted(state.licenses, key=lambda row: row.name.casefold()) if is_offered(row)}

    def choice(code: str) -> Choice:
        row, license_ = rows.get(code), licenses.get(code)
        required = () if license_ is None else trust_store.beside(code, license_.requires)
        return Choice(
            code=code,
            name=code if row is None else row.name,
            issuer=trust_store.issuer_of(code),
            description="" if license_ is None else license_.description,
            ticked=code in ticks.wanted,
            held=code in held,
            lapsed=code in lapsed,
            row=row,
            requires=tuple(one for one in required if one in rows),
            brings=tuple(sorted(closure.get(code, ()))),
            included_in=tuple(row.name for one, row in rows.items() if one in held and code in closure[one]),
            is_named=find in f"{code} {'' if row is None else row.name}".casefold(),
        )

    every = [choice(code) for code in (*rows, *sorted(held - rows.keys()))]
    plans, others = ([one for one in every if bool(one.row and one.row.plan) is is_plan] for is_plan in (True, False))
    mine, more = (_trees([one for one in others if one.held is is_held]) for is_held in (True, False))
    return Choices(tuple(plans), mine, more)


def _trees(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Arrange choices as trees: each is below the first of the others that it requires."""
    codes, children = {one.code for one in choices}, dict[str | None, list[Choice]]()
    for one in choices:
        children.setdefault(next((code for code in one.requires if code in codes), None), []).append(one)

    def below(parent: str | None) -> tuple[Choice, ...]:
        return tuple(one._replace(below=below(one.code)) for one in children.get(parent, ()))

    return below(None)
