"""Settlements: who loses which license where fewer are left than are assigned (`docs/installation.md`, "Deficits")."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

from licensekit.database import Connection
from licensekit.entitlements import Entitlements
from licensekit.entitlements.assignment import AssignmentChange
from licensekit.errors import BelowUse, ProposalStale, RefusedError, SettlementInvalid
from licensekit.errors.coded import Located
from licensekit.errors.faults import SettlementRowInvalid
from licensekit.installation.deficits import Chosen, Deficits, Effects, Key, choose_newest, find_deficits
from licensekit.installation.sites import remove_site
from licensekit.proposals import Proposal, R_co, require_same
from licensekit.state import slots
from licensekit.state.slots import SATELLITE
from licensekit.state.transactions import WriteTransaction
from licensekit.text import names
from licensekit.text.columns import AS_WRITTEN, Columns, TableOptions, folded, read_table
from licensekit.text.rows import written_row
from licensekit.wire.documents import Kind
from licensekit.wire.plain import plain_fields, word

RELEASE: Final = "release"
REMOVE: Final = "remove"
"""In place of `RELEASE` where a license limits how many satellites there are: the site goes, with all it holds."""
DOWNGRADE: Final = "downgrade"
KEEP: Final = "keep"
FAULTS: Final = 100
"""How many faults are reported at most."""
_COLUMNS: Final = ("license", "id", "name", "slot", "action", "instead", "takes")
_TABLE: Final = Columns({name: name for name in _COLUMNS}, ("license", "id", "action"))


class SettlementRow(NamedTuple):
    """One holder of a license in deficit, and what becomes of that assignment."""

    license: str
    kind: Kind
    id: str
    name: str
    slot: int
    action: str
    """One of `actions`."""
    instead: str
    """The plan that a downgrade assigns, or the largest one that it could; empty: none."""
    takes: tuple[str, ...]
    """What goes along with it, since it depends on it."""
    actions: tuple[str, ...]
    """`release`, of a satellite `remove`; `downgrade` of a plan; `keep`."""

    @property
    def line(self) -> str:
        """The row as a line of a table."""
        return written_row([self.license, *self[2:-2], " ".join(self.takes)])


@dataclass(frozen=True, eq=False, repr=False)
class Settlement:
    """Who loses which license in deficit, and what everybody who holds one could do instead."""

    deficits: Deficits
    effects: Effects
    choices: Mapping[Key, Chosen]

    @cached_property
    def rows(self) -> tuple[SettlementRow, ...]:
        """Each holder of each license in deficit: first those who lose it, and the highest slots first."""
        found = (self._row(key, code) for key, holder in self.deficits.holders.items() for code in holder.slots)
        return tuple(sorted(found, key=lambda row: (row.action == KEEP, row.license, -row.slot, row.id)))

    @property
    def losing(self) -> tuple[SettlementRow, ...]:
        """The rows of what is lost."""
        return tuple(row for row in self.rows if row.action != KEEP)

    @cached_property
    def changes(self) -> Mapping[Key, AssignmentChange]:
        """What is assigned to and released from each holder who loses anything."""
        holders = self.deficits.holders
        return {key: self.effects.change_of(holders[key].held, chosen) for key, chosen in self.choices.items()}

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values; `holders` is how many users and sites lose something."""
        fields = " ".join(SettlementRow._fields)
        return {"holders": len(self.choices), "rows": [plain_fields(row, fields) for row in self.rows]}

    def read(self, data: bytes | str, options: TableOptions = AS_WRITTEN) -> "Settlement":
        """Return the settlement that a table asks for; whom it does not name keep what they have.

        It needs the columns `license`, `id` and `action`, and `instead` where it asks for another plan.

        Raises:
            SettlementInvalid: every fault by line; among them that a license would still be in deficit.
        """
        known = {(row.license, row.id): row for row in self.rows}
        lines, choices, faults = dict[Key, int](), dict[Key, dict[str, str]](), list[Located]()
        for row in read_table([data] if isinstance(data, bytes) else data, _TABLE, options):
            license_, id_, action, plan = (row.cells.get(name, "") for name in ("license", "id", "action", "instead"))
            was, action = known.pop((license_, names.folded(id_)), None), folded(action)
            asked = SettlementRowInvalid(reason="holder", license=license_, text=id_)
            found = row.faults or tuple(self._faults_of(was, action, plan) if was else (asked,))
            faults += (fault.at(f"line {row.line}") for fault in found)
            if was and not found and action != KEEP:
                key, held = (was.kind, was.id), SATELLITE if action == REMOVE else license_
                choices.setdefault(key, {})[held] = (plan or was.instead) if action == DOWNGRADE else ""
                lines[key] = row.line
        chosen = replace(self, choices=choices)
        faults += (fault.at(f"line {lines[key]}") for key, fault in _refused(chosen))
        if faults := faults or list(_unsettled(chosen)):
            raise SettlementInvalid(faults=tuple(faults[:FAULTS]))
        return chosen

    def carry_out(self, change: WriteTransaction, shown: "Settlement") -> None:
        """Do what `shown` says, which was worked out before the write transaction; this was worked out inside it.

        Raises:
            ProposalStale: a holder of a license in deficit is assigned others by now.
            RefusedError: a plan that is assigned has no room any more; its `faults` are every reason.
        """
        before, now = ({key: one[1:] for key, one in each.deficits.holders.items()} for each in (shown, self))
        if (shown.deficits.short, before) != (self.deficits.short, now):
            changed = tuple(f"licenses.{one.license}.holders" for one in self.deficits.short.values())
            raise ProposalStale(about="the settlement", changed=changed)
        chosen = replace(self, choices=shown.choices)
        if faults := [fault for _, fault in _refused(chosen)]:
            raise faults[0].replace(more=tuple(faults[1:]))
        for kind in (Kind.USER, Kind.SITE):
            _write(change, kind, {id_: one for (of_kind, id_), one in chosen.changes.items() if of_kind is kind})

    def _row(self, key: Key, code: str) -> SettlementRow:
        short, holder, chosen = self.deficits.short[code], self.deficits.holders[key], self.choices.get(key, {})
        plan, lose = chosen.get(code, ""), REMOVE if code == SATELLITE else RELEASE
        is_lost = bool(chosen) and code in self.changes[key].release
        takes = self.effects.change_of(holder.held, {code: plan}).release - {code}
        plans = self.effects.plans(holder.held, code)
        return SettlementRow(
            license=short.license,
            kind=short.kind,
            id=key[1],
            name=holder.name,
            slot=holder.slots[code],
            action=DOWNGRADE if plan else lose if is_lost else KEEP,
            instead=plan or next(iter(plans), ""),
            takes=tuple(sorted(takes)),
            actions=(lose, DOWNGRADE, KEEP) if plans else (lose, KEEP),
        )

    def _faults_of(self, row: SettlementRow, action: str, plan: str) -> Iterator[SettlementRowInvalid]:
        """Yield what is wrong with what a table asks for a row, without regard to other rows."""
        plans = ("", *self.effects.plans(self.deficits.holders[row.kind, row.id].held, row.license))
        for text, known in ((action, row.actions), (plan, plans if action == DOWNGRADE else (plan,))):
            if text not in known:
                yield SettlementRowInvalid(reason="word", license=row.license, text=text, known=known)


@dataclass(frozen=True, kw_only=True, repr=False)
class SettlingProposal(Proposal[R_co]):
    """A proposal that may leave fewer of a license than are assigned."""

    settlement: Settlement
    """Who could lose what, so that nothing is in deficit; without `rows` where nothing would be."""

    def as_json(self) -> dict[str, Any]:
        """Return everything that a preview shows as plain JSON values, with the settlement."""
        return {**super().as_json(), "settlement": self.settlement.plain()}

    def _begin(self, change: WriteTransaction, now: "SettlingProposal[Any]", settle: Settlement | None) -> None:
        """Require `now` to be the same, and carry a settlement out before the rest of the change."""
        require_same(self, now)
        if settle is not None:
            now.settlement.carry_out(change, settle)


def settlement_of(
    connection: Connection, entitlements: Entitlements, in_use: Mapping[str, int], below: Iterable[BelowUse]
) -> Settlement:
    """Return the settlement by which the highest slots lose theirs; `entitlements` are those of the new license set."""
    deficits, effects = find_deficits(connection, entitlements, below), Effects(entitlements, in_use)
    return Settlement(deficits, effects, choose_newest(deficits, effects))


def table_of(rows: Iterable[SettlementRow]) -> str:
    """Return rows as a table that `Settlement.read` reads, once `action` was edited in a spreadsheet.

    It begins with a byte order mark, without which spreadsheets take it for another encoding.
    """
    return "".join(["\ufeff", written_row(_COLUMNS), *(row.line for row in rows)])


def _refused(settlement: Settlement) -> Iterator[tuple[Key, RefusedError]]:
    """Yield what stands against plans that are assigned, and for whom."""
    used = Counter(settlement.effects.in_use)
    for one in settlement.changes.values():
        used.update(one.assign)
        used.subtract(one.release)
    # Whoever is judged is not counted among the others.
    others = {code: number - 1 for code, number in used.items()}
    for key, chosen in settlement.choices.items():
        if any(chosen.values()):
            held = settlement.deficits.holders[key].held
            yield from ((key, fault) for fault in settlement.effects.faults(key[1], held, chosen, others))


def _unsettled(settlement: Settlement) -> Iterator[SettlementRowInvalid]:
    """Yield each license that stays in deficit, with how many holders lose it and how many must."""
    short, holders = settlement.deficits
    lost = Counter(code for key, one in settlement.changes.items() for code in one.release & holders[key].slots.keys())
    for code, one in short.items():
        if lost[code] < one.many:
            yield SettlementRowInvalid(reason="short", license=one.license, count=lost[code], needed=one.many)


def _write(change: WriteTransaction, kind: Kind, changes: Mapping[str, AssignmentChange]) -> None:
    """Release and assign what holders of a kind lose and have instead, and record it for each."""
    # Assigned first: whoever goes on to hold something has held it without a break.
    slots.assign(change.connection, kind, [(id_, code) for id_, one in changes.items() for code in one.assign])
    slots.release(change.connection, kind, [(id_, code) for id_, one in changes.items() for code in one.release])
    for id_, one in changes.items():
        released = sorted(one.release - {SATELLITE})
        if SATELLITE in one.release:
            remove_site(change, id_, released)
        else:
            who = word(kind)
            change.record(f"{who}-assign", **{who: id_}, assigned=sorted(one.assign), released=released)
