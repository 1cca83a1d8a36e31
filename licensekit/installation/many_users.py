"""Licenses of many users, assigned and released as one change (`docs/installation.md`, "Many users")."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

from licensekit.entitlements.login import UserFacts
from licensekit.errors import NotFound, RefusedError, UsersInvalid
from licensekit.errors.faults import ColumnInvalid
from licensekit.installation.assignments import Assigned, plan_licenses, write_licenses
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


@dataclass(frozen=True, kw_only=True, repr=False)
class UsersProposal(Proposal[int]):
    """What a change of the licenses of many users would do; nothing is changed yet."""

    users: tuple[Assigned[UserFacts], ...]
    """What would be changed of each; who would stay as before is left out."""
    retire: bool
    opened: OpenInstallation
    again: "Callable[[ReadTransaction], UsersProposal]"

    def apply(self) -> int:
        """Change all of them as it was shown, or nobody; return how many were changed.

        Raises:
            ProposalStale: it would be other users, or other licenses.
            RefusedError: it is not possible any more; its `faults` are every reason.
        """
        with write_installation(self.opened) as change:
            now = self.again(change.read)
            require_same(self, now)
            if self.retire:
                retire_users(change, [one.holder for one in now.users])
            else:
                write_licenses(change, Kind.USER, now.users)
        return len(now.users)


def propose_assign(
    read: ReadTransaction,
    chosen: UserFilter | Iterable[str],
    *,
    assign: Iterable[str] = (),
    release: Iterable[str] = (),
    retire: bool = False,
) -> UsersProposal:
    """Work out what it does to assign licenses to many users and to release licenses of them; or to retire them.

    `chosen` are their ids, or a filter of `list`. What is released is free for those who are assigned it in the same
    change. With `retire`, everything is released, and nothing else matters.

    Raises:
        UnknownCode, WrongKind: a license is no user license.
        RefusedError: the first thing that stands against it; its `faults` are all, of every user.
    """
    wanted, unwanted, faults = tuple(assign), tuple(release), list[RefusedError]()
    if named := not isinstance(chosen, UserFilter):
        chosen = tuple(chosen)
        users, faults = _named(read, chosen)
    else:
        users = [row.user for row in list_users(read, chosen)]
    if retire and not faults:
        planned = [Assigned(user, (), user.licenses) for user in users if not user.retired]
    else:
        planned = plan_licenses(read.state(), Kind.USER, users, wanted, unwanted, named=named, faults=faults)
    changed = tuple(one for one in planned if retire or one.assigned or one.released)
    return UsersProposal(
        changes=tuple(chain.from_iterable(_changes(*one, retire=retire) for one in changed)),
        about="these users",
        users=changed,
        retire=retire,
        opened=read.opened,
        again=partial(propose_assign, chosen=chosen, assign=wanted, release=unwanted, retire=retire),
    )


def retire_users(change: WriteTransaction, users: Iterable[UserFacts]) -> None:
    """Retire users, which releases everything, with an audit entry for each."""
    users = list(users)
    slots.release(change.connection, Kind.USER, [(user.id, code) for user in users for code in user.licenses])
    for user in users:
        update_user(change.connection, user._replace(retired=True))
        change.record("user-retire", user=user.id, released=user.licenses)


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
    faults = [row.fault.at(f"line {row.line}") for row in rows if row.fault]
    if not is_table and any(len(row.cells) > 1 for row in rows):
        faults.append(ColumnInvalid(reason="missing", name="id", known=tuple(titles)).at("line 1"))
    if faults:
        raise UsersInvalid(faults=tuple(faults))
    place = columns.index("id") if is_table else 0
    cells = (as_typed(cell) for row in rows[is_table:] for cell in row.cells[place : place + 1])
    return tuple(filter(None, cells))


def _named(read: ReadTransaction, ids: Iterable[str]) -> tuple[list[UserFacts], list[RefusedError]]:
    """Return the users of these ids, each once, and who is not known."""
    named = {names.folded(user_id): user_id for user_id in ids}
    facts = {user_id: user_facts(read.connection, user_id) for user_id in named.values()}
    unknown = [NotFound(reason="user", name=user_id) for user_id, user in facts.items() if user is None]
    return [user for user in facts.values() if user is not None], list(unknown)


def _changes(user: UserFacts, assigned: Iterable[str], released: Iterable[str], *, retire: bool) -> Iterator[Change]:
    then = tuple(sorted({*user.licenses, *assigned}.difference(released)))
    if then != user.licenses:
        yield Change(user.written, user.licenses, then)
    if retire:
        yield Change(f"{user.written}.retired", before=False, after=True)
