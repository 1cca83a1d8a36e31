"""Settlements: who loses a license if fewer are left than are assigned (`docs/installation.md`, "Deficits").

With a license, a holder also loses the licenses that depend on it (S5 in `licensekit.entitlements.assignment`), and may
get a smaller plan instead of a plan (S1 to S4). Everything is judged by the new license set.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from licensekit.database import Connection
from licensekit.entitlements import Entitlements
from licensekit.entitlements.assignment import AssignmentChange, faults_of, with_dependents
from licensekit.errors import BelowUse, Located, ProposalStale, RefusedError, SettlementInvalid, SettlementRowInvalid
from licensekit.installation.assignments import HolderChange, refusals, write_changes
from licensekit.proposals import Proposal, R_co, require_same
from licensekit.state.slots import SATELLITE, held_beside, slot_of
from licensekit.state.transactions import WriteTransaction
from licensekit.text import names
from licensekit.text.columns import AS_WRITTEN, Columns, TableOptions, caseless, read_table
from licensekit.text.rows import written_row
from licensekit.text.values import FAULTS
from licensekit.wire.documents import Kind
from licensekit.wire.plain import plain_fields

RELEASE: Final = "release"
REMOVE: Final = "remove"
"""In place of `RELEASE` for a license that limits the number of satellites: the site is removed with all it holds."""
DOWNGRADE: Final = "downgrade"
KEEP: Final = "keep"
_COLUMNS: Final = ("license", "id", "name", "slot", "action", "instead", "takes")
_TABLE: Final = Columns({name: name for name in _COLUMNS}, ("license", "id", "action"))
Key = tuple[Kind, str]  # the kind and id of a holder
Chosen = Mapping[str, str]  # a license that a holder loses to the plan that it gets instead, or ""


class DeficitHolder(NamedTuple):
    """A user or site that holds a license in deficit."""

    name: str
    slots: Mapping[str, int]  # license in deficit to the holder's slot; licenses without a valid slot are left out
    held: frozenset[str]  # all assigned licenses


class Effects:
    """The effects of losing licenses under a license set; cached, because many holders have the same."""

    def __init__(self, entitlements: Entitlements, in_use: Mapping[str, int]) -> None:
        self.entitlements, self.in_use = entitlements, in_use
        self.lost, self.plans = cache(self._lost), cache(self._plans)

    def change_of(self, held: frozenset[str], chosen: Chosen) -> AssignmentChange:
        """Return the assignments and releases that `chosen` means for a holder of `held`."""
        instead = frozenset(filter(None, chosen.values()))
        return AssignmentChange(instead, self.lost(held, frozenset(chosen), instead))

    def _lost(self, held: frozenset[str], released: frozenset[str], instead: frozenset[str]) -> frozenset[str]:
        """Return all of `held` that is lost when licenses are released, and others assigned instead."""
        if SATELLITE in released:
            return held
        return held.intersection(with_dependents(self.entitlements, held | instead, sorted(released)))

    def _plans(self, held: frozenset[str], code: str) -> tuple[str, ...]:
        """Return the plans included in a plan that could be assigned instead, largest first."""
        closure, licenses = self.entitlements.closure, self.entitlements.licenses
        inner = [one for one in closure.get(code, ()) if licenses[one].plan and licenses[code].plan]
        largest = sorted(inner, key=lambda one: (-len(closure[one]), one))
        changes = ((one, self.change_of(held, {code: one})) for one in largest)
        return tuple(one for one, change in changes if not faults_of(self.entitlements, self.in_use, "", held, change))


class SettlementRow(NamedTuple):
    """A holder of a license in deficit, and what happens to that assignment."""

    license: str
    kind: Kind
    id: str
    name: str
    slot: int
    action: str
    """The chosen one of `actions`."""
    instead: str
    """The plan that a downgrade assigns, or could assign at most; empty if there is none."""
    takes: tuple[str, ...]
    """The licenses that are lost with it, because they depend on it."""
    actions: tuple[str, ...]
    """`release`, of a satellite `remove`; `downgrade` of a plan; `keep`."""

    @property
    def line(self) -> str:
        """The row as a line of CSV."""
        return written_row([self.license, *self[2:-2], " ".join(self.takes)])


@dataclass(frozen=True, eq=False, repr=False)
class Settlement:
    """Which holders lose licenses in deficit, and their alternatives."""

    deficits: Mapping[str, BelowUse]
    """Held license to its deficit; a license that limits sites is held as `SATELLITE`."""
    holders: Mapping[Key, DeficitHolder]
    effects: Effects
    choices: Mapping[Key, Chosen] = field(default_factory=dict[Key, Chosen])

    @cached_property
    def rows(self) -> tuple[SettlementRow, ...]:
        """Each holder of each license in deficit: losing ones first, then by license, highest slots first."""
        found = (self._row(key, code) for key, holder in self.holders.items() for code in holder.slots)
        return tuple(sorted(found, key=lambda row: (row.action == KEEP, row.license, -row.slot, row.id)))

    @property
    def losing(self) -> tuple[SettlementRow, ...]:
        """The rows of holders who lose a license."""
        return tuple(row for row in self.rows if row.action != KEEP)

    @cached_property
    def changes(self) -> Mapping[Key, HolderChange]:
        """The change of each holder who loses anything."""
        return {key: self._change(key, chosen) for key, chosen in self.choices.items()}

    @cached_property
    def many(self) -> Mapping[str, int]:
        """License in deficit to the number of its holders whose slots are above the total."""
        slots = chain.from_iterable(one.slots.items() for one in self.holders.values())
        return Counter(code for code, slot in slots if slot > self.deficits[code].total)

    def newest(self) -> "Settlement":
        """Return the settlement by which the holders of the highest slots of each license lose it, as many as must.

        Losing a license together with another one counts, so licenses that take most others with them come first.
        """
        owners = {code: [key for key, one in self.holders.items() if code in one.slots] for code in self.deficits}
        takes = {c: max((len(self._lost(key, {c: ""})) for key in keys), default=0) for c, keys in owners.items()}
        choices, lost = dict[Key, dict[str, str]](), dict[Key, frozenset[str]]()
        for code in sorted(owners, key=lambda one: (-takes[one], one)):
            others = [key for key in owners[code] if code not in lost.get(key, ())]
            left = max(0, self.many[code] - len(owners[code]) + len(others))
            for key in sorted(others, key=lambda key: -self.holders[key].slots[code])[:left]:
                choices.setdefault(key, {})[code] = ""
                lost[key] = self._lost(key, choices[key])
        return replace(self, choices=dict(sorted(choices.items())))

    def plain(self) -> dict[str, Any]:
        """Return the settlement as plain JSON values; `holders` is the number of users and sites that lose anything."""
        fields = " ".join(SettlementRow._fields)
        return {"holders": len(self.choices), "rows": [plain_fields(row, fields) for row in self.rows]}

    def read(self, data: bytes | str, options: TableOptions = AS_WRITTEN) -> "Settlement":
        """Return the settlement in an edited table; holders that it does not name keep their licenses.

        The table needs the columns `license`, `id` and `action`, and `instead` for another plan. Raises
        `SettlementInvalid` with every fault by line, such as a license that would still be in deficit.
        """
        known = {(row.license, row.id): row for row in self.rows}
        lines, choices, faults = dict[Key, int](), dict[Key, dict[str, str]](), list[Located]()
        for row in read_table([data] if isinstance(data, bytes) else data, _TABLE, options):
            license_, id_, action, plan = (row.cells.get(name, "") for name in ("license", "id", "action", "instead"))
            was, action = known.pop((license_, names.folded(id_)), None), caseless(action)
            asked = SettlementRowInvalid(reason="holder", license=license_, text=id_)
            found = row.faults or tuple(self._faults_of(was, action, plan) if was else (asked,))
            faults += (fault.at(f"line {row.line}") for fault in found)
            if was and not found and action != KEEP:
                key, held = (was.kind, was.id), SATELLITE if action == REMOVE else license_
                choices.setdefault(key, {})[held] = (plan or was.instead) if action == DOWNGRADE else ""
                lines[key] = row.line
        chosen = replace(self, choices=choices)
        faults += (fault.at(f"line {lines[Kind.USER, one.id]}") for one, fault in chosen.refusals())
        if faults := faults or list(chosen.still_short()):
            raise SettlementInvalid(faults=tuple(faults[:FAULTS]))
        return chosen

    def refusals(self) -> Iterator[tuple[HolderChange, RefusedError]]:
        """Yield the faults of plans that are assigned instead."""
        in_use = Counter(self.effects.in_use)
        in_use.subtract(code for one in self.changes.values() if not one.assigned for code in one.released)
        return refusals(self.effects.entitlements, in_use, [one for one in self.changes.values() if one.assigned])

    def still_short(self) -> Iterator[SettlementRowInvalid]:
        """Yield a fault for each license that stays in deficit: how many holders lose it, and how many must."""
        lost = Counter(c for key, one in self.changes.items() for c in self.holders[key].slots if c in one.released)
        for code, needed in self.many.items():
            if lost[code] < needed:
                license_ = self.deficits[code].license
                yield SettlementRowInvalid(reason="short", license=license_, count=lost[code], needed=needed)

    def carry_out(self, change: WriteTransaction, shown: "Settlement") -> None:
        """Carry out the choices of `shown`, if nothing has changed between it and this one in the write transaction."""
        before, now = ({key: one[1:] for key, one in each.holders.items()} for each in (shown, self))
        if (shown.many, before) != (self.many, now):
            changed = tuple(f"licenses.{one.license}.holders" for one in self.deficits.values())
            raise ProposalStale(about="the settlement", changed=changed)
        chosen = replace(self, choices=shown.choices)
        if faults := [fault for _, fault in chosen.refusals()]:
            raise faults[0].replace(more=tuple(faults[1:]))
        for kind in (Kind.USER, Kind.SITE):
            write_changes(change, kind, (one for (of_kind, _), one in chosen.changes.items() if of_kind is kind))

    def _lost(self, key: Key, chosen: Chosen) -> frozenset[str]:
        return self.effects.change_of(self.holders[key].held, chosen).release

    def _change(self, key: Key, chosen: Chosen) -> HolderChange:
        held = self.holders[key].held
        change = self.effects.change_of(held, chosen)
        return HolderChange(key[1], key[1], held, *change, SATELLITE in change.release)

    def _row(self, key: Key, code: str) -> SettlementRow:
        holder, chosen = self.holders[key], self.choices.get(key, {})
        plan, lose = chosen.get(code, ""), REMOVE if code == SATELLITE else RELEASE
        is_lost = bool(chosen) and code in self.changes[key].released
        plans, action = self.effects.plans(holder.held, code), DOWNGRADE if plan else lose if is_lost else KEEP
        instead, takes = plan or next(iter(plans), ""), tuple(sorted(self._lost(key, {code: plan}) - {code}))
        actions = (lose, DOWNGRADE, KEEP) if plans else (lose, KEEP)
        license_, slot = self.deficits[code].license, holder.slots[code]
        return SettlementRow(license_, *key, holder.name, slot, action, instead, takes, actions)

    def _faults_of(self, row: SettlementRow, action: str, plan: str) -> Iterator[SettlementRowInvalid]:
        """Yield the faults of an edited row by itself."""
        plans = ("", *self.effects.plans(self.holders[row.kind, row.id].held, row.license))
        for text, known in ((action, row.actions), (plan, plans if action == DOWNGRADE else (plan,))):
            if text not in known:
                yield SettlementRowInvalid(reason="word", license=row.license, text=text, known=known)


@dataclass(frozen=True, kw_only=True, repr=False)
class SettlingProposal(Proposal[R_co]):
    """A proposal that may leave fewer of a license than are assigned."""

    settlement: Settlement
    """A settlement of all deficits; without `rows` if there are none."""

    def as_json(self) -> dict[str, Any]:
        """Return the proposal as plain JSON values, with the settlement."""
        return {**super().as_json(), "settlement": self.settlement.plain()}

    def _begin(self, change: WriteTransaction, now: "SettlingProposal[Any]", settle: Settlement | None) -> None:
        """Require that `now` is the same proposal, and carry out the settlement before the rest of the change."""
        require_same(self, now)
        if settle is not None:
            now.settlement.carry_out(change, settle)


def settlement_of(
    connection: Connection,
    entitlements: Entitlements,
    in_use: Mapping[str, int],
    below: Iterable[BelowUse],
    most: int | None = None,
) -> Settlement:
    """Return the settlement by which the highest slots are lost; `entitlements` are those of the new license set.

    If more than `most` assignments would have to go, it has no holders.
    """
    licenses = entitlements.licenses
    # If two licenses limit the satellites, the smaller total decides.
    smallest = sorted(below, key=lambda one: -one.total)
    short = {SATELLITE if licenses[one.license].limits_sites else one.license: one for one in smallest}
    holders: dict[Key, DeficitHolder] = {}
    if most is not None and sum(one.remove for one in short.values()) > most:
        return Settlement(short, holders, Effects(entitlements, in_use))
    for kind in sorted({licenses[one.license].kind for one in smallest}):
        codes = [code for code, one in short.items() if licenses[one.license].kind is kind]
        for (id_, name), rows in groupby(held_beside(connection, kind, codes), key=itemgetter(0, 1)):
            assigned = {code: slot_of(slot) for *_, code, slot in rows}
            occupied = {code: slot for code in codes if (slot := assigned.get(code))}
            holders[kind, id_] = DeficitHolder(name, occupied, frozenset(assigned))
    return Settlement(short, holders, Effects(entitlements, in_use)).newest()


def table_of(rows: Iterable[SettlementRow]) -> str:
    """Return rows as CSV, to be edited in a spreadsheet and read by `Settlement.read`.

    It begins with a byte order mark, without which spreadsheets assume another encoding.
    """
    return "".join(["\ufeff", written_row(_COLUMNS), *(row.line for row in rows)])
