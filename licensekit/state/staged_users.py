"""Changes of very many users in short transactions.

A change is worked out without a transaction, and its rows are staged in short ones. A last short transaction checks
that nothing it depends on has changed, and carries out all of it with a few statements, or nothing. Staged rows belong
to one run and have no effect until then; the next change clears what a crash has left.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, groupby
from operator import attrgetter, itemgetter
from secrets import token_hex
from time import monotonic, sleep
from typing import Any, Final, NamedTuple

from licensekit.database import Connection, Database, read_queries, with_marks
from licensekit.dates import day_at
from licensekit.entitlements import count
from licensekit.entitlements.login import UserFacts
from licensekit.errors import ProposalStale, StateError
from licensekit.state.loading import InstallationState, OpenInstallation, ReadTransaction
from licensekit.state.logs import fields_of, mark_of, new_pseudonym
from licensekit.state.slots import carry_out
from licensekit.state.transactions import WriteTransaction, write_installation
from licensekit.state.users import USER_COLUMNS, columns_of, facts_of, index_words, insert_rows, together, users_of

TOGETHER: Final = 500  # how many users are read or staged together
IN_ENTRY: Final = 40
"""How many users an audit entry may name, so that a page of entries takes the same time after any change."""

Progress = Callable[[int], object]  # called with the number of users staged since the last call
Basis = tuple[object, ...]
"""What a change depends on besides the users: rules, bundles in force, trust documents, the newest sync."""
_words: Final = attrgetter("name", "groups")
_SQL: Final = read_queries(__file__, {"columns": USER_COLUMNS})


class KnownUser(NamedTuple):
    """A user in the database."""

    facts: UserFacts  # without holdings
    held: frozenset[str]
    from_directory: bool
    state: str  # all columns as one text, for comparison


class StagedUser(NamedTuple):
    """A user after a change."""

    user: UserFacts
    before: KnownUser | None  # None: the change adds the user
    assigned: frozenset[str]
    released: frozenset[str]
    from_directory: bool
    entry: int = 0  # which audit entry of the change names the user, counted from 1

    @property
    def held(self) -> frozenset[str]:
        """The licenses before the change."""
        return frozenset() if self.before is None else self.before.held

    @property
    def renamed(self) -> bool:
        """Whether the search words of an existing user change."""
        return self.before is not None and _words(self.before.facts) != _words(self.user)

    @property
    def after(self) -> frozenset[str]:
        """The licenses after the change."""
        return (self.held | self.assigned) - self.released


def known_users(connection: Connection, ids: Iterable[str]) -> dict[str, KnownUser]:
    """Return folded id to user; unknown ids are skipped."""
    found: dict[str, KnownUser] = {}
    for some in together(ids, TOGETHER):
        for user_id, of_one in groupby(connection.rows(with_marks(_SQL["known"], some), *some), key=itemgetter(0)):
            rows = list(of_one)
            *_, marked, state, _ = rows[0]
            held = frozenset(row[-1] for row in rows if row[-1] is not None)
            found[user_id] = KnownUser(facts_of(rows[0]), held, bool(marked), state)
    return found


def directory_users(connection: Connection) -> list[str]:
    """Return the ids of all users from the directory who are not retired."""
    return [user_id for (user_id,) in connection.rows(_SQL["of_directory"])]


class Staging:
    """The staged rows of one run: users in the order in which they are added."""

    def __init__(self) -> None:
        self.run = token_hex(8)
        self.pseudonyms: dict[str, str] = {}  # written id to pseudonym
        self._users = 0
        self._held = 0
        self.assigned = Counter[str]()
        self.released = Counter[str]()

    def add(self, connection: Connection, users: Sequence[StagedUser]) -> None:
        """Stage some users, with their pseudonyms and the search words of new ones."""
        numbered = list(enumerate(users, self._users + 1))
        self._name(connection, [one.user for one in users])
        insert_rows(connection, _SQL["stage_user"], (self._row(number, one) for number, one in numbered))
        insert_rows(connection, _SQL["stage_license"], chain.from_iterable(self._licenses(*pair) for pair in numbered))
        if new := {one.user.id: one.user for one in users if one.before is None}:
            there = connection.rows(with_marks(_SQL["there"], new), *new)  # added meanwhile, so this run will fail
            index_words(connection, [user for user_id, user in new.items() if (user_id,) not in there])
        self._users += len(users)
        self._held += sum(len(one.held) for one in users)

    def differing(self, connection: Connection) -> tuple[str, ...]:
        """Return what has changed since staging: the first ten users, as written, or another reason."""
        if connection.one(_SQL["count"], self.run) != (self._users,):
            return ("another sync or import has begun",)
        if differing := connection.rows(_SQL["differing"], self.run):
            return tuple(written for (written,) in differing)
        held = {connection.one(_SQL["held"], self.run), connection.one(_SQL["still_held"], self.run)}
        return () if held == {(self._held,)} else ("licenses",)

    def carry_out(self, connection: Connection, today: int, last: int) -> None:
        """Make the change on the day `today`, since 1970; its audit entries follow the number `last`."""
        connection.run(_SQL["add"], today, today, self.run)
        connection.run(_SQL["update"], today, self.run)
        for code in sorted({*self.assigned, *self.released}):
            carry_out(connection, self.run, code, today, releases=self.released[code] > 0)
        connection.run(_SQL["mark"], last, self.run)

    def _row(self, number: int, one: StagedUser) -> tuple[str | int, ...]:
        *facts, _ = columns_of(one.user)
        before, mark = one.before.state if one.before else "", mark_of("", self.pseudonyms[one.user.written])
        flags = int(one.from_directory), int(bool(one.after)), mark, one.entry, int(one.renamed)
        return self.run, number, one.user.id, before, one.user.written, *facts, *flags

    def _name(self, connection: Connection, users: Sequence[UserFacts]) -> None:
        """Look up the pseudonyms of users, and store new ones for users without."""
        ids = [user.id for user in users]
        known: dict[str, str] = dict(connection.rows(with_marks(_SQL["pseudonyms"], ids), *ids))
        new = {user.id: (new_pseudonym(), user.id, user.written) for user in users if user.id not in known}
        insert_rows(connection, _SQL["name"], new.values())
        self.pseudonyms |= {user.written: known.get(user.id) or new[user.id][0] for user in users}

    def _licenses(self, number: int, one: StagedUser) -> Iterator[tuple[str | int, ...]]:
        self.assigned.update(one.assigned)
        self.released.update(one.released)
        for entry, code in enumerate(sorted(one.held | one.assigned), number << 16):
            change = 1 if code in one.assigned else -int(code in one.released)
            yield self.run, entry, code, one.user.id, change, self.assigned[code] if change == 1 else 0


@contextmanager
def write_in_turn(database: Database) -> Generator[Connection]:
    """Open a short write transaction; without a server, where writers do not queue, then leave others as much time."""
    with database.write() as connection:
        began = monotonic()
        yield connection
    if connection.now() is None:
        sleep(monotonic() - began)


def clear(database: Database, own: str = "") -> None:
    """Delete staged rows of all runs, or of one's `own`, in short transactions, and renew words of renamed users."""
    with database.read() as connection:
        is_staged = connection.one(_SQL["left_over"], own, own, 1) is not None
    while is_staged:
        with write_in_turn(database) as connection:
            left_over = connection.rows(_SQL["left_over"], own, own, TOGETHER)
            if is_staged := bool(left_over):
                run = left_over[0][0]
                ids = {number: user_id for of, number, user_id, _ in left_over if of == run}
                connection.run(with_marks(_SQL["unused_words"], ids), *ids.values(), run, run)
                renamed = [user_id for of, _, user_id, is_renamed in left_over if of == run and is_renamed]
                index_words(connection, users_of(connection, renamed))
                unstage(connection, run, max(ids))


def unstage(connection: Connection, run: str, last: int) -> None:
    """Delete the staged rows of a run up to a number."""
    for table in ("licenses", "users"):
        connection.run(_SQL[f"unstage_{table}"], run, last)


class StagedChange(NamedTuple):
    """A change of many users."""

    about: str  # its subject in messages
    did: str  # the code of its audit entries
    users: Sequence[tuple[str, StagedUser]]
    """Each with a word for what happens to it, if the entries need one; licenses are assigned in this order."""
    basis: Basis | None  # None: it depends on the users alone


def basis_of(read: ReadTransaction, state: InstallationState) -> Basis:
    """Return what a change depends on besides the users."""
    synced = read.connection.one(_SQL["synced"], mark_of("did", "user-sync"))
    rules, bundles = tuple(read.connection.rows(_SQL["rules"])), tuple(one.identity for one in state.bundles)
    return rules, bundles, tuple(state.trust_store.tokens), synced


def make(opened: OpenInstallation, plan: StagedChange, progress: Progress) -> None:
    """Make a change of any number of users, whole or not at all.

    Raises `ProposalStale` if a user or the basis of the change has changed since, or another such change has begun.
    """
    database, staging = opened.database, Staging()
    clear(database)
    try:
        entries, users = _entries(plan)
        for some in together(users, TOGETHER):
            with write_in_turn(database) as connection:
                staging.add(connection, some)
            progress(len(some))
        with write_installation(opened) as change:
            _require_unchanged(change, plan, staging)
            _carry_out(change, plan.did, staging, entries)
    finally:
        # Staged rows have no effect; if this fails, the next change clears them.
        with suppress(StateError):
            clear(database, staging.run)


def make_within(change: WriteTransaction, plan: StagedChange) -> None:
    """Make a change within a transaction, which is better for few users; raises as `make`."""
    (entries, users), staging = _entries(plan), Staging()
    for some in together(users, TOGETHER):
        staging.add(change.connection, some)
    _require_unchanged(change, plan, staging)
    _carry_out(change, plan.did, staging, entries)
    index_words(change.connection, [one.user for one in users if one.renamed])
    unstage(change.connection, staging.run, len(users))


def _require_unchanged(change: WriteTransaction, plan: StagedChange, staging: Staging) -> None:
    """Raise `ProposalStale` unless the basis of a change is the same and enough licenses are free."""
    differing = staging.differing(change.connection)
    if not differing and plan.basis is not None:
        state = change.read.state()
        used = Counter(state.in_use)
        used.subtract(staging.released)
        free = ((code, count(state.entitlements, code, used[code]).free) for code in staging.assigned)
        differing = tuple(code for code, number in free if number is not None and number < staging.assigned[code])
        if basis_of(change.read, state) != plan.basis:
            differing = ("rules of groups, licenses, or another sync",)
    if differing:
        raise ProposalStale(about=plan.about, changed=differing)


def _carry_out(change: WriteTransaction, did: str, staging: Staging, entries: list[dict[str, Any]]) -> None:
    """Carry out what was staged, with its audit entries."""
    change.note_findings()
    staging.carry_out(change.connection, day_at(change.now), change.head.number)
    change.pseudonyms = staging.pseudonyms
    change.record(did, *entries)


def _entries(plan: StagedChange) -> tuple[list[dict[str, Any]], list[StagedUser]]:
    """Return the audit entries, which group users to whom the same happens, and the users with their entry numbers."""
    alike: dict[tuple[str, frozenset[str], frozenset[str]], list[StagedUser]] = {}
    for what, one in plan.users:
        alike.setdefault((what, one.assigned, one.released), []).append(one)
    entries, named = list[dict[str, Any]](), dict[str, int]()
    for (what, assigned, released), users in alike.items():
        for some in together(users, IN_ENTRY):
            done = {"what": what, "assigned": sorted(assigned), "released": sorted(released)}
            done["users"] = [one.user.written for one in some]
            entries.append({field: done[field] for field in fields_of(plan.did)})
            named |= dict.fromkeys((one.user.id for one in some), len(entries))
    return entries, [one._replace(entry=named[one.user.id]) for _, one in plan.users]
