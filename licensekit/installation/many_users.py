"""Licenses of many users, assigned and released as one change (`docs/installation.md`, "Many users")."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from licensekit.entitlements import resolve
from licensekit.entitlements.assignment import AssignmentChange, faults_of
from licensekit.entitlements.login import UserFacts
from licensekit.errors import NotAssigned, NotFound, RefusedError, UserRetired, UsersInvalid
from licensekit.errors.faults import ColumnInvalid
from licensekit.installation.user_list import UserFilter, list_users
from licensekit.proposals import Change, Proposal, require_same
from licensekit.state import slots
from licensekit.state.loading import OpenInstallation, ReadTransaction
from licensekit.state.transactions import WriteTransaction, write_installation
from licensekit.state.users import update_user, user_facts
from licensekit.text import names
from licensekit.text.columns import AS_WRITTEN, TableOptions, folded
from licensekit.text.rows import TextLines, as_typed, read_rows
from licensekit.wire.documents import Kind


class UserChange(NamedTuple):
    """What is changed of one user."""

    user: UserFacts
    assigned: tuple[str, ...]
    released: tuple[str, ...]
    retired: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class UsersProposal(Proposal[int]):
    """What a change of the licenses of many users would do; nothing is changed yet."""

    users: tuple[UserChange, ...]
    """What would be changed of each; who would stay as it is, is left out."""
    opened: OpenInstallation
    plan: "Callable[[ReadTransaction], UsersProposal]"

    def apply(self) -> int:
        """Change all of them as it was shown, or nobody; return how many were changed.

        Raises:
            ProposalStale: it would be other users, or other licenses.
            RefusedError: it is not possible any more; its `faults` are every reason.
        """
        with write_installation(self.opened) as change:
            now = self.plan(change.read)
            require_same(self, now)
            _write(change, now.users)
        return len(now.users)


def propose_assign(
    read: ReadTransaction,
    chosen: UserFilter | Iterable[str],
    *,
    assign: Iterable[str] = (),
    release: Iterable[str] = (),
    retire: bool = False,
) -> UsersProposal:
    """Work out what it does to assign licenses to many users, to release licenses of them, or to retire them.

    `chosen` are their ids, or a filter of `list`. Of `release`, each loses what it holds. Retiring releases everything.
    What is released is free for those who are assigned it in the same change.

    Raises:
        UnknownCode, WrongKind: a license that is assigned, or that the filter names, is no user license.
        RefusedError: the first thing that stands against it; its `faults` are all, of every user.
    """
    ids = chosen if isinstance(chosen, UserFilter) else tuple(chosen)
    wanted = AssignmentChange(frozenset(assign), frozenset(release))

    def plan(read: ReadTransaction) -> UsersProposal:
        users = tuple(_planned(read, ids, wanted, retire=retire))
        return UsersProposal(changes=tuple(_changes(users)), users=users, opened=read.opened, plan=plan, about="users")

    return plan(read)


def parse_ids(data: bytes | str, options: TableOptions = AS_WRITTEN) -> tuple[str, ...]:
    """Return the user ids in a file: one a line, or the column `id` of a table.

    Raises:
        UsersInvalid: it is neither, or cannot be read.
    """
    rows = list(read_rows(TextLines([data] if isinstance(data, bytes) else data, options.encoding)))
    stands_for = {folded(title): folded(name) for title, name in options.columns.items()}
    titles = [folded(as_typed(cell)) for row in rows[:1] for cell in row.cells]
    columns = [stands_for.get(title, title) for title in titles]
    is_table = "id" in columns
    place = columns.index("id") if is_table else 0
    faults = [row.fault.at(f"line {row.line}") for row in rows if row.fault]
    if not is_table and any(len(row.cells) > 1 for row in rows):
        faults.append(ColumnInvalid(reason="missing", name="id", known=tuple(titles)).at("line 1"))
    if faults:
        raise UsersInvalid(faults=tuple(faults))
    return tuple(filter(None, (as_typed(cell) for row in rows[is_table:] for cell in row.cells[place : place + 1])))


def _planned(
    read: ReadTransaction, chosen: UserFilter | tuple[str, ...], asked: AssignmentChange, *, retire: bool
) -> Iterator[UserChange]:
    """Yield what is changed of each user; raises as `propose_assign` does."""
    state = read.state()
    entitlements, vendor = state.entitlements, f"{state.trust_store.issuer}."
    assign = frozenset(resolve(entitlements, code, (Kind.USER,)) for code in asked.assign)
    release = frozenset(code.removeprefix(vendor) for code in asked.release)
    faults: list[RefusedError] = []
    users = _filtered(read, chosen, assign) if isinstance(chosen, UserFilter) else _named(read, chosen, release, faults)
    each = [(user, held := frozenset(user.licenses), held if retire else held & release) for user in users]
    in_use = Counter(state.in_use)
    in_use.subtract(chain.from_iterable(released for *_, released in each))
    planned: list[UserChange] = []
    for user, held, released in each:
        if assign and (user.retired or retire):
            faults.append(UserRetired(user=user.written))
            continue
        against = faults_of(entitlements, in_use, user.written, held, AssignmentChange(assign, released))
        faults += (one if one.data.get("holder") else one.at(user.written) for one in against)
        new = assign - held
        in_use.update(() if against else new)
        planned.append(UserChange(user, tuple(sorted(new)), tuple(sorted(released)), retire and not user.retired))
    if faults:
        raise faults[0].replace(more=tuple(faults[1:]))
    return (one for one in planned if any(one[1:]))


def _filtered(read: ReadTransaction, wanted: UserFilter, assign: frozenset[str]) -> list[UserFacts]:
    """Return the users that a filter fits; retired ones hold nothing, and are assigned nothing unless it names them."""
    if assign and wanted.retired is None:
        wanted = wanted._replace(retired=False)
    return [row.user for row in list_users(read, wanted)]


def _named(
    read: ReadTransaction, ids: Iterable[str], release: frozenset[str], faults: list[RefusedError]
) -> Iterator[UserFacts]:
    """Yield users by their ids, each once; add who is not known, or holds nothing of what is released."""
    for user_id in {names.folded(user_id): user_id for user_id in ids}.values():
        user = user_facts(read.connection, user_id)
        if user is None:
            faults.append(NotFound(reason="user", name=user_id))
            continue
        if release and release.isdisjoint(user.licenses):
            faults += (NotAssigned(reason="not-held", license=code, holder=user.written) for code in sorted(release))
        yield user


def _changes(users: Iterable[UserChange]) -> Iterator[Change]:
    for user, assigned, released, retired in users:
        before, after = user.licenses, tuple(sorted({*user.licenses, *assigned}.difference(released)))
        if before != after:
            yield Change(user.written, before, after)
        if retired:
            yield Change(f"{user.written}.retired", before=False, after=True)


def _write(change: WriteTransaction, users: Iterable[UserChange]) -> None:
    connection = change.connection
    slots.assign(connection, Kind.USER, [(one.user.id, code) for one in users for code in one.assigned])
    slots.release(connection, Kind.USER, [(one.user.id, code) for one in users for code in one.released])
    for user, assigned, released, retired in users:
        if retired:
            update_user(connection, user._replace(retired=True))
            change.record("user-retire", user=user.id, released=released)
        else:
            change.record("user-assign", user=user.id, assigned=assigned, released=released)
