"""What can be assigned to a user or a site, as its card offers it: what it holds, then what can be added."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from licensekit.console.ticks import Ticks
from licensekit.console.visit import Visit
from licensekit.installation import LicenseRow
from licensekit.wire.documents import Kind, SeatKind


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
    requires: tuple[str, ...]  # what must be assigned for it, of what can be
    brings: tuple[str, ...]  # what it includes, directly or not
    included_in: tuple[str, ...]  # the names of what is held and brings it anyhow
    is_named: bool  # whether its name or code has the text that somebody looks for
    below: tuple["Choice", ...] = ()

    @property
    def closed(self) -> bool:
        """Whether it cannot be ticked: none is free."""
        return not self.ticked and (self.row is None or self.row.free == 0)

    @property
    def every(self) -> tuple["Choice", ...]:
        """It, and all below it."""
        return (self, *(inner for one in self.below for inner in one.every))


class Choices(NamedTuple):
    """Everything that can be assigned to one holder."""

    plans: tuple[Choice, ...]  # of which a holder has at most one of each issuer
    held: tuple[Choice, ...]  # what else is assigned
    more: tuple[Choice, ...]  # what else can be


def choices_of(visit: Visit, kind: Kind, ticks: Ticks, lapsed: Collection[str]) -> Choices:
    """Return what can be assigned to a holder, in the order of names, with what is ticked."""
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
    """Return those that require none of the others, with those that do below them."""
    codes, children = {one.code for one in choices}, dict[str | None, list[Choice]]()
    for one in choices:
        children.setdefault(next((code for code in one.requires if code in codes), None), []).append(one)

    def below(parent: str | None) -> tuple[Choice, ...]:
        return tuple(one._replace(below=below(one.code)) for one in children.get(parent, ()))

    return below(None)
