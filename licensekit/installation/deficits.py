"""Deficits: who holds a license of which too many are assigned, what is lost with what, and who loses theirs.

Who loses a license loses what depends on it as well (S5 in `licensekit.entitlements.assignment`), and may have a
smaller plan in place of a plan (S1 to S4). Everything is judged by the new license set.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from licensekit.database import Connection
from licensekit.entitlements import Entitlements
from licensekit.entitlements.assignment import AssignmentChange, faults_of, with_dependents
from licensekit.errors import BelowUse, RefusedError
from licensekit.state.slots import SATELLITE, held_beside, slot_of
from licensekit.wire.documents import Kind

Key = tuple[Kind, str]
"""The kind and id of a holder."""
Chosen = Mapping[str, str]
"""Licenses that a holder is to lose, each with the plan that it has instead; empty: none."""


class Short(NamedTuple):
    """A license of which more are assigned than there will be."""

    license: str
    kind: Kind
    total: int
    many: int
    """How many too many hold it: their slots are above the total."""


class DeficitHolder(NamedTuple):
    """A user or site that holds a license in deficit."""

    name: str
    slots: Mapping[str, int]
    """Each license in deficit that it holds, to its slot; what is in no slot is left out."""
    held: frozenset[str]
    """All that it is assigned."""


class Deficits(NamedTuple):
    """Licenses in deficit by what is held of them, which is `SATELLITE` for one that limits sites; and all holders."""

    short: Mapping[str, Short]
    holders: Mapping[Key, DeficitHolder]


class Effects:
    """What is lost with what under a license set; each answer is kept, since many hold the same."""

    def __init__(self, entitlements: Entitlements, in_use: Mapping[str, int]) -> None:
        self.entitlements, self.in_use = entitlements, in_use
        self.lost, self.plans = cache(self._lost), cache(self._plans)

    def change_of(self, held: frozenset[str], chosen: Chosen) -> AssignmentChange:
        """Return what losing licenses, and having plans in their place, assigns and releases."""
        instead = frozenset(filter(None, chosen.values()))
        return AssignmentChange(instead, self.lost(held, frozenset(chosen), instead))

    def faults(
        self, holder: str, held: frozenset[str], chosen: Chosen, in_use: Mapping[str, int]
    ) -> list[RefusedError]:
        """Return what stands against it; `in_use` is license to how often others are assigned it."""
        return faults_of(self.entitlements, in_use, holder, held, self.change_of(held, chosen))

    def _lost(self, held: frozenset[str], released: frozenset[str], instead: frozenset[str]) -> frozenset[str]:
        """Return all of `held` that goes when licenses are released, and others assigned instead."""
        if SATELLITE in released:
            return held
        return held.intersection(with_dependents(self.entitlements, held | instead, sorted(released)))

    def _plans(self, held: frozenset[str], code: str) -> tuple[str, ...]:
        """Return the plans in a plan that could be assigned in its place, the largest first."""
        closure, licenses = self.entitlements.closure, self.entitlements.licenses
        inner = [one for one in closure.get(code, ()) if licenses[one].plan and licenses[code].plan]
        largest = sorted(inner, key=lambda one: (-len(closure[one]), one))
        return tuple(one for one in largest if not self.faults("", held, {code: one}, self.in_use))


def find_deficits(connection: Connection, entitlements: Entitlements, below: Iterable[BelowUse]) -> Deficits:
    """Look up everybody who holds a license in deficit, with all that they hold."""
    short: dict[str, Short] = {}
    # Of two licenses that limit the satellites, the one with the smaller total decides.
    for one in sorted(below, key=lambda one: -one.total):
        license_ = entitlements.licenses[one.license]
        held = SATELLITE if license_.limits_sites else one.license
        short[held] = Short(one.license, license_.kind, one.total, 0)
    holders: dict[Key, DeficitHolder] = {}
    for kind in sorted({one.kind for one in short.values()}):
        codes = [code for code, one in short.items() if one.kind is kind]
        for (id_, name), rows in groupby(held_beside(connection, kind, codes), key=itemgetter(0, 1)):
            assigned = {code: slot_of(slot) for *_, code, slot in rows}
            occupied = {code: slot for code in codes if (slot := assigned.get(code))}
            holders[kind, id_] = DeficitHolder(name, occupied, frozenset(assigned))
    many = Counter(code for one in holders.values() for code, slot in one.slots.items() if slot > short[code].total)
    return Deficits({code: one._replace(many=many[code]) for code, one in short.items()}, holders)


def choose_newest(deficits: Deficits, effects: Effects) -> dict[Key, Chosen]:
    """Return who loses what: whoever holds most of what is still short, and then the highest slots.

    So one holder settles several deficits: the fewest lose something, where no more than two licenses are short.
    """
    short, holders = deficits
    choices, lost = dict[Key, dict[str, str]](), Counter[str]()

    def order(key: Key) -> tuple[int, int, str]:
        slots = holders[key].slots
        above = [slots[code] - short[code].total for code in still & slots.keys()]
        return -len(above), -max(above), key[1]

    while still := {code for code, one in short.items() if lost[code] < one.many}:
        able = (key for key, one in holders.items() if key not in choices and still & one.slots.keys())
        newest = iter(sorted(able, key=order))
        while all(lost[code] < short[code].many for code in still):
            key = next(newest)
            choices[key] = dict.fromkeys(sorted(still & holders[key].slots.keys()), "")
            lost.update(_lost(effects, holders[key], choices[key]))
    spare = Counter({code: lost[code] - one.many for code, one in short.items()})
    for key in reversed(choices) if spare.total() else ():
        _keep_spare(effects, holders[key], choices[key], spare)
    return {key: choices[key] for key in sorted(choices) if choices[key]}


def _keep_spare(effects: Effects, holder: DeficitHolder, chosen: dict[str, str], spare: Counter[str]) -> None:
    """Take out of what is chosen for a holder what others who were chosen later lose as well, so that it can be kept.

    `spare` is license to how many more than necessary lose it.
    """
    for code in sorted(chosen):
        fewer = {one: plan for one, plan in chosen.items() if one != code}
        back = _lost(effects, holder, chosen) - _lost(effects, holder, fewer)
        if all(spare[one] for one in back):
            spare.subtract(back)
            del chosen[code]


def _lost(effects: Effects, holder: DeficitHolder, chosen: Chosen) -> frozenset[str]:
    return effects.change_of(holder.held, chosen).release & holder.slots.keys()
