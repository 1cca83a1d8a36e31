"""Users as a directory or a table has them, made so in one change (`docs/how-to/directories.md`).

A sync is worked out in a snapshot, prepared beside the users in short transactions, and made in one that only compares
what it was worked out from, and is all that others wait for.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from licensekit.dates import day_at
from licensekit.entitlements import count
from licensekit.errors import MostUsersLeave, ProposalStale, StateError, SyntaxInvalid, UserCellInvalid, UsersInvalid
from licensekit.errors.coded import Message
from licensekit.errors.faults import ColumnInvalid
from licensekit.installation.sync_plan import (
    ADDED,
    CHANGED,
    LEFT,
    REFUSED,
    SAME,
    GroupRule,
    PlannedUser,
    Planner,
    list_rules,
    read_rules,
)
from licensekit.installation.user_table import ImportRow
from licensekit.proposals import Change, Proposal
from licensekit.state import staged_users
from licensekit.state.loading import InstallationState, OpenInstallation, ReadTransaction, read_installation
from licensekit.state.staged_users import TOGETHER, KnownUser, StagedUser, Staging
from licensekit.state.transactions import WriteTransaction, write_first, write_installation
from licensekit.state.users import together
from licensekit.text import names
from licensekit.wire import armor

FAULTS: Final = 100
"""How many faults are reported at most."""
IN_ENTRY: Final = 40
"""How many users an entry of the audit log names: a page of entries takes the same time, however many users come."""
FEW: Final = 10
"""So many users may leave or lose licenses, whatever part of all they are."""


class UsersLeave(Message):
    """Users are retired by a sync: they have left the directory, or their accounts are disabled there."""

    users: int


Progress = Callable[[int], object]
"""Called with how many users were prepared since the last call."""


class Synced(NamedTuple):
    """How many users there are of each outcome of a sync or an import, and licenses."""

    added: int = 0
    changed: int = 0
    left: int = 0
    unchanged: int = 0
    refused: int = 0
    assigned: int = 0
    released: int = 0


Basis = tuple[tuple[GroupRule, ...], tuple[bytes, ...], tuple[armor.Token, ...], int]
"""What a plan was worked out from beside the users: rules, bundles in force, documents of trust, the newest sync."""


@dataclass(frozen=True, kw_only=True, repr=False)
class SyncProposal(Proposal[Synced]):
    """What a sync with a directory would do; nothing is changed yet."""

    users: tuple[PlannedUser, ...]
    """What becomes of each user: those of the table in its order, then those who have left it."""
    basis: Basis
    opened: OpenInstallation
    did: str = "user-sync"
    """The code of its entries in the audit log."""
    too_many: MostUsersLeave | None = None
    """That most users would leave or lose licenses, if they would."""

    @property
    def staged(self) -> list[StagedUser]:
        """The users who are changed."""
        return [one.staged for one in self.users if one.outcome in {ADDED, CHANGED, LEFT}]

    @property
    def counts(self) -> Synced:
        """How many users there are of each outcome, and licenses."""
        of = Counter(one.outcome for one in self.users)
        assigned = sum(len(one.assigned) for one in self.staged)
        released = sum(len(one.released) for one in self.staged)
        return Synced(of[ADDED], of[CHANGED], of[LEFT], of[SAME], of[REFUSED], assigned, released)

    def as_json(self) -> dict[str, Any]:
        """Return everything that a preview shows as plain JSON values."""
        shown = [one.plain() for one in self.users if one.outcome != SAME]
        return {**super().as_json(), "users": shown, "counts": self.counts._asdict()}

    def apply(self, *, confirm: bool = False, most_leave: bool = False, progress: Progress = lambda _: None) -> Synced:
        """Make the users as it was shown, or change nothing; who is refused stays as before.

        Raises:
            MostUsersLeave: most users would leave or lose licenses, and `most_leave` is false.
            ConfirmationNeeded: users would leave, and `confirm` is false.
            ProposalStale: one of the users, or what the plan was worked out from, has changed since, or another sync
                has begun.
        """
        if self.too_many is not None and not most_leave:
            raise self.too_many
        self.require_confirmed(confirm=confirm)
        if self.staged:
            _prepare_and_make(self, progress)
        return self.counts


def propose_sync(read: ReadTransaction, rows: Iterable[ImportRow]) -> SyncProposal:
    """Work out what it does to make all users who come from a directory as the rows say; see `parse_directory`.

    Raises:
        UsersInvalid: the rows are of no table, or none has a user.
    """
    rows = tuple(rows)
    _require_table(rows)
    named, marked = {names.folded(row.user_id) for row in rows}, staged_users.directory_users(read.connection)
    leavers = staged_users.known_users(read.connection, (one for one in marked if one not in named))
    plan = _planned(read, rows, leavers.values(), from_directory=True)
    leaving, there = plan.counts.left, sum(one.staged.before is not None for one in plan.users)
    losing = sum(one.outcome == LEFT or bool(one.staged.released) for one in plan.users)
    most = MostUsersLeave(losing=losing, users=there) if losing > max(FEW, there // 2) else None
    changes, confirmed = tuple(map(_change, plan.staged)), (UsersLeave(users=leaving),) if leaving else ()
    return replace(plan, changes=changes, warnings=(most,) if most else (), needs_confirmation=confirmed, too_many=most)


def propose_import(read: ReadTransaction, rows: Iterable[ImportRow]) -> SyncProposal:
    """Work out what it does to add and change the users of a table, and to assign their licenses; see `parse_users`.

    Raises:
        UsersInvalid: all faults, by line.
    """
    plan = _faultless(_planned(read, tuple(rows)))
    return replace(plan, changes=tuple(map(_change, plan.staged)))


def import_users(opened: OpenInstallation, rows: Iterable[ImportRow], progress: Progress = lambda _: None) -> Synced:
    """Import the rows of a table of users; see `Users.import_rows`."""
    rows = tuple(rows)
    if len(rows) <= TOGETHER:
        return write_first(opened, lambda change: _import(change, rows))
    with read_installation(opened) as read:
        plan = _faultless(_planned(read, rows))
    return plan.apply(progress=progress)


def _import(change: WriteTransaction, rows: Iterable[ImportRow]) -> Synced:
    """Work an import out and make it in the same transaction."""
    plan, staging = _faultless(_planned(change.read, rows)), Staging()
    if plan.staged:
        staging.add(change.connection, plan.staged)
        _make(change, plan, staging, _entries(plan))
        staged_users.unstage(change.connection, staging.run)
    return plan.counts


def _planned(
    read: ReadTransaction, rows: Iterable[ImportRow], leavers: Iterable[KnownUser] = (), *, from_directory: bool = False
) -> SyncProposal:
    state, rules = read.state(), read_rules(read.connection)
    known = staged_users.known_users(read.connection, {names.folded(row.user_id) for row in rows})
    licenses = {key: rule.licenses for key, rule in rules.items()} if from_directory else None
    users, did = Planner(state, known, licenses, {}).plan(rows, leavers), "sync" if from_directory else "import"
    return SyncProposal(
        about="the list of users", users=tuple(users), basis=_basis(read, state), opened=read.opened, did=f"user-{did}"
    )


def _basis(read: ReadTransaction, state: InstallationState) -> Basis:
    newest = read.connection.rows("SELECT number, entry FROM audit ORDER BY number DESC LIMIT 100")
    synced = next((number for number, entry in newest if b'"user-sync"' in entry), 0)
    return list_rules(read), tuple(one.identity for one in state.bundles), tuple(state.trust_store.tokens), synced


def _require_table(rows: Iterable[ImportRow]) -> None:
    """Refuse rows that do not say who is in the directory; a cell that is wrong concerns one user only."""
    faults = [(row.line, row.fault) for row in rows if row.fault]
    whole = [(line, fault) for line, fault in faults if _is_of_all(fault)]
    if whole or all(row.fault for row in rows):
        found = [fault.at(f"line {line}") for line, fault in whole or faults]
        raise UsersInvalid(faults=tuple(found[:FAULTS]) or (UserCellInvalid(reason="empty", text=""),))


def _is_of_all(fault: object) -> bool:
    return isinstance(fault, ColumnInvalid) or (isinstance(fault, SyntaxInvalid) and fault.reason != "cells")


def _faultless(plan: SyncProposal) -> SyncProposal:
    """Return a plan in which nobody is refused; raises as `import_users`."""
    faults = [fault.at(f"line {one.line}") for one in plan.users for fault in one.faults]
    if faults:
        raise UsersInvalid(faults=tuple(faults[:FAULTS]))
    return plan


def _change(staged: StagedUser) -> Change:
    before = None if staged.before is None else tuple(sorted(staged.held))
    return Change(staged.user.written, before, tuple(sorted(staged.after)))


def _prepare_and_make(plan: SyncProposal, progress: Progress) -> None:
    """Prepare a plan in short transactions, and make it in one more."""
    database, staging = plan.opened.database, Staging()
    staged_users.clear(database)
    try:
        for some in together(plan.staged, TOGETHER):
            with staged_users.write_in_turn(database) as connection:
                staging.add(connection, some)
            progress(len(some))
        entries = _entries(plan)  # not while others wait
        with write_installation(plan.opened) as change:
            _require_unchanged(change, plan, staging)
            _make(change, plan, staging, entries)
    finally:
        # What is left means nothing; the next sync clears it.
        with suppress(StateError):
            staged_users.clear(database, staging.run)


def _require_unchanged(change: WriteTransaction, plan: SyncProposal, staging: Staging) -> None:
    """Refuse a plan unless what it was worked out from is still so, and as many are free as it needs."""
    state = change.read.state()
    differing = staging.differing(change.connection)
    if not differing and _basis(change.read, state) != plan.basis:
        differing = ("rules of groups, licenses, or another sync",)
    if not differing:
        used = Counter(state.in_use)
        used.subtract(staging.released)
        free = ((code, count(state.entitlements, code, used[code]).free) for code in staging.assigned)
        differing = tuple(code for code, number in free if number is not None and number < staging.assigned[code])
    if differing:
        raise ProposalStale(about=plan.about, changed=differing)


def _make(change: WriteTransaction, plan: SyncProposal, staging: Staging, entries: Iterable[dict[str, Any]]) -> None:
    """Make a plan that was prepared, with its entries in the audit log."""
    staging.carry_out(change.connection, day_at(change.now))
    change.pseudonyms = staging.pseudonyms
    change.record(plan.did, *entries)


def _entries(plan: SyncProposal) -> list[dict[str, Any]]:
    """Return what the audit log is told: each entry of some to whom the same happens."""
    alike: dict[tuple[str, frozenset[str], frozenset[str]], list[str]] = {}
    for one in plan.users:
        if one.outcome in {ADDED, CHANGED, LEFT}:
            key = (one.outcome, one.staged.assigned, one.staged.released)
            alike.setdefault(key, []).append(one.staged.user.written)
    return [
        {"what": outcome, "users": some, "assigned": sorted(assigned), "released": sorted(released)}
        for (outcome, assigned, released), written in alike.items()
        for some in together(written, IN_ENTRY)
    ]
