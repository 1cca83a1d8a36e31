"""Syncs and imports: add and change users in one change, as a directory or a table has them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from licensekit.errors import ColumnInvalid, Message, MostUsersLeave, SyntaxInvalid, UserCellInvalid, UsersInvalid
from licensekit.installation.sync_plan import ADDED, CHANGED, LEFT, REFUSED, SAME, PlannedUser, Planner, read_rules
from licensekit.installation.user_table import ImportRow
from licensekit.proposals import Change, Proposal
from licensekit.state import staged_users
from licensekit.state.loading import OpenInstallation, ReadTransaction, read_installation
from licensekit.state.staged_users import TOGETHER, KnownUser, Progress, StagedChange, StagedUser
from licensekit.state.transactions import WriteTransaction, write_first
from licensekit.text import names
from licensekit.text.values import FAULTS, LimitedNearest

IMPORT_BYTES: Final = 64 * 1024 * 1024
"""The largest file of users."""
FEW: Final = 10  # this many users may leave or lose licenses without a question, even if they are most of all


class UsersLeave(Message):
    """Users whom a sync retires, because they left the directory or their accounts there are disabled."""

    users: int


class Synced(NamedTuple):
    """The number of users of each outcome of a sync or an import, and of licenses."""

    added: int = 0
    changed: int = 0
    left: int = 0
    unchanged: int = 0
    refused: int = 0
    assigned: int = 0
    released: int = 0


@dataclass(frozen=True, kw_only=True, repr=False)
class SyncProposal(Proposal[Synced]):
    """What a sync or an import would do; nothing has changed yet."""

    users: tuple[PlannedUser, ...]
    """The outcome of each user: those in the table in its order, then those who have left it."""
    basis: staged_users.Basis
    opened: OpenInstallation
    did: str = "user-sync"
    """The code of its audit entries."""
    too_many: MostUsersLeave | None = None
    """Set if most users would leave or lose licenses."""

    @property
    def staged(self) -> list[StagedUser]:
        """The users who change."""
        return [staged for _, staged in self.change.users]

    @property
    def change(self) -> StagedChange:
        """The change to make."""
        users = [(one.outcome, one.staged) for one in self.users if one.outcome in {ADDED, CHANGED, LEFT}]
        return StagedChange(self.about, self.did, users, self.basis)

    @property
    def counts(self) -> Synced:
        """The number of users of each outcome, and of licenses."""
        of = Counter(one.outcome for one in self.users)
        assigned = sum(len(one.assigned) for one in self.staged)
        released = sum(len(one.released) for one in self.staged)
        return Synced(of[ADDED], of[CHANGED], of[LEFT], of[SAME], of[REFUSED], assigned, released)

    def as_json(self) -> dict[str, Any]:
        """Return the proposal as plain JSON values, without unchanged users."""
        shown = [one.plain() for one in self.users if one.outcome != SAME]
        return {**super().as_json(), "users": shown, "counts": self.counts._asdict()}

    def apply(self, *, confirm: bool = False, most_leave: bool = False, progress: Progress = lambda _: None) -> Synced:
        """Change the users as it was shown, or change nothing; refused users stay as before.

        Raises:
            MostUsersLeave: most users would leave or lose licenses, and `most_leave` is false.
            ConfirmationNeeded: users would leave, and `confirm` is false.
            ProposalStale: a user or the basis of the plan has changed since, or another sync has begun.
        """
        if self.too_many is not None and not most_leave:
            raise self.too_many
        self.require_confirmed(confirm=confirm)
        if (change := self.change).users:
            staged_users.make(self.opened, change, progress)
        return self.counts


def propose_sync(opened: OpenInstallation, rows: Iterable[ImportRow]) -> SyncProposal:
    """Propose to make all users from a directory match rows of `parse_directory`; may raise `UsersInvalid`."""
    rows = tuple(rows)
    _require_table(rows)
    plan = _planned(opened, rows, from_directory=True)
    leaving, there = plan.counts.left, sum(one.staged.before is not None for one in plan.users)
    losing = sum(one.outcome == LEFT or bool(one.staged.released) for one in plan.users)
    most = MostUsersLeave(losing=losing, users=there) if losing > max(FEW, there // 2) else None
    changes, confirmed = tuple(map(_change, plan.staged)), (UsersLeave(users=leaving),) if leaving else ()
    return replace(plan, changes=changes, warnings=(most,) if most else (), needs_confirmation=confirmed, too_many=most)


def propose_import(opened: OpenInstallation, rows: Iterable[ImportRow]) -> SyncProposal:
    """Propose to add and change users and assign licenses by rows of `parse_users`; raise `UsersInvalid` for faults."""
    plan = _faultless(_planned(opened, tuple(rows)))
    return replace(plan, changes=tuple(map(_change, plan.staged)))


def import_users(opened: OpenInstallation, rows: Iterable[ImportRow], progress: Progress = lambda _: None) -> Synced:
    """Add and change users and assign their licenses by the rows of `parse_users`, all or none.

    Raises `UsersInvalid` for faults, by line, or `ProposalStale` if a user was changed during a very large import.
    """
    rows = tuple(rows)
    if len(rows) <= TOGETHER:
        return write_first(opened, lambda change: _import(change, rows))
    return _faultless(_planned(opened, rows)).apply(progress=progress)


def _import(change: WriteTransaction, rows: Iterable[ImportRow]) -> Synced:
    """Plan an import and carry it out in the same transaction."""
    planner, nobody = _planner(change.read, rows)
    plan = _faultless(replace(nobody, users=tuple(planner.plan(rows))))
    if plan.staged:
        staged_users.make_within(change, plan.change._replace(basis=None))  # planned in this transaction
    return plan.counts


def _planned(opened: OpenInstallation, rows: Iterable[ImportRow], *, from_directory: bool = False) -> SyncProposal:
    """Plan a change from a snapshot; for many users that takes long, so it happens after the snapshot has ended."""
    leavers: Iterable[KnownUser] = ()
    with read_installation(opened) as read:
        planner, nobody = _planner(read, rows, sync=from_directory)
        if from_directory:
            named, marked = {names.folded(row.user_id) for row in rows}, staged_users.directory_users(read.connection)
            leavers = staged_users.known_users(read.connection, (one for one in marked if one not in named)).values()
    return replace(nobody, users=tuple(planner.plan(rows, leavers)))


def _planner(read: ReadTransaction, rows: Iterable[ImportRow], *, sync: bool = False) -> tuple[Planner, SyncProposal]:
    """Read what a plan of rows depends on; return the planner and a proposal without users."""
    state, rules = read.state(), read_rules(read.connection)
    known = staged_users.known_users(read.connection, {names.folded(row.user_id) for row in rows})
    licenses = {key: rule.licenses for key, rule in rules.items()} if sync else None
    about, did = "the list of users", "user-sync" if sync else "user-import"
    nobody = SyncProposal(about=about, users=(), basis=staged_users.basis_of(read, state), opened=read.opened, did=did)
    return Planner(state, known, licenses, {}, LimitedNearest()), nobody


def _require_table(rows: Iterable[ImportRow]) -> None:
    """Raise `UsersInvalid` if the rows do not tell who is in the directory; a faulty cell affects only one user."""
    faults = [(row.line, row.fault) for row in rows if row.fault]
    of_all = (ColumnInvalid, SyntaxInvalid)
    whole = [(line, fault) for line, fault in faults if isinstance(fault, of_all) and fault.reason != "cells"]
    if whole or all(row.fault for row in rows):
        found = [fault.at(f"line {line}") for line, fault in whole or faults]
        raise UsersInvalid(faults=tuple(found[:FAULTS]) or (UserCellInvalid(reason="empty", text=""),))


def _faultless(plan: SyncProposal) -> SyncProposal:
    """Return the plan, or raise `UsersInvalid` with the faults of refused users."""
    faults = [fault.at(f"line {one.line}") for one in plan.users for fault in one.faults]
    if faults:
        raise UsersInvalid(faults=tuple(faults[:FAULTS]))
    return plan


def _change(staged: StagedUser) -> Change:
    before = None if staged.before is None else tuple(sorted(staged.held))
    return Change(staged.user.written, before, tuple(sorted(staged.after)))
