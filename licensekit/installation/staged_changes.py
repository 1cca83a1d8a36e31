"""Changes of very many users, worked out in no transaction, prepared in short ones, and made in one that is short too.

The last one compares what the change was worked out from, and makes all of it or nothing; it is the longest that others
wait for (`python -m tests.benchmarks.sync_users`).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from licensekit.dates import day_at
from licensekit.entitlements import count
from licensekit.errors import ProposalStale, StateError
from licensekit.state import staged_users
from licensekit.state.loading import InstallationState, OpenInstallation, ReadTransaction
from licensekit.state.logs import fields_of
from licensekit.state.staged_users import TOGETHER, StagedUser, Staging
from licensekit.state.transactions import WriteTransaction, write_installation
from licensekit.state.users import together
from licensekit.wire import armor

IN_ENTRY: Final = 40
"""How many users an entry of the audit log names: a page of entries takes the same time, however many users come."""

Progress = Callable[[int], object]
"""Called with how many users were prepared since the last call."""
Basis = tuple[tuple[tuple[str, ...], ...], tuple[bytes, ...], tuple[armor.Token, ...], int]
"""What a change was worked out from beside the users: rules, bundles in force, documents of trust, the newest sync."""


class StagedChange(NamedTuple):
    """What a change is to make of many users."""

    opened: OpenInstallation
    about: str
    """How messages name what it is about."""
    did: str
    """The code of its entries in the audit log."""
    users: Sequence[tuple[str, StagedUser]]
    """Each with what happens to it in a word, if the entries say that; licenses are assigned in this order."""
    basis: Basis | None
    """None: nothing but what is known of the users decides."""


def basis_of(read: ReadTransaction, state: InstallationState) -> Basis:
    """Return what decides about a change beside the users."""
    newest = read.connection.rows("SELECT number, entry FROM audit ORDER BY number DESC LIMIT 100")
    synced = next((number for number, entry in newest if b'"user-sync"' in entry), 0)
    rules = read.connection.rows("SELECT group_id, license, written FROM group_rules ORDER BY 1, 2")
    return tuple(rules), tuple(one.identity for one in state.bundles), tuple(state.trust_store.tokens), synced


def make(plan: StagedChange, progress: Progress = lambda _: None) -> None:
    """Make a change, of any number of users, or nothing of it.

    Raises:
        ProposalStale: one of the users, or what it was worked out from, has changed since, or another such change has
            begun.
    """
    database, staging = plan.opened.database, Staging()
    staged_users.clear(database)
    try:
        entries, users = _entries(plan)
        for some in together(users, TOGETHER):
            with staged_users.write_in_turn(database) as connection:
                staging.add(connection, some)
            progress(len(some))
        with write_installation(plan.opened) as change:
            _require_unchanged(change, plan, staging)
            _carry_out(change, plan.did, staging, entries)
    finally:
        # What is left means nothing; the next change clears it.
        with suppress(StateError):
            staged_users.clear(database, staging.run)


def make_few(change: WriteTransaction, plan: StagedChange) -> None:
    """Make a change of at most `TOGETHER` users in one transaction; raises as `make`."""
    (entries, users), staging = _entries(plan), Staging()
    staging.add(change.connection, users)
    _require_unchanged(change, plan, staging)
    _carry_out(change, plan.did, staging, entries)
    staged_users.unstage(change.connection, staging.run)


def _require_unchanged(change: WriteTransaction, plan: StagedChange, staging: Staging) -> None:
    """Refuse a change unless what it was worked out from is still so, and as many are free as it needs."""
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
    """Make what was prepared, with its entries in the audit log."""
    staging.carry_out(change.connection, day_at(change.now))
    change.pseudonyms = staging.pseudonyms
    change.record(did, *entries)
    staging.mark(change.connection, change.head.number - len(entries))


def _entries(plan: StagedChange) -> tuple[list[dict[str, Any]], list[StagedUser]]:
    """Return what the audit log is told, each entry of some to whom the same happens, and the users with theirs."""
    alike: dict[tuple[str, frozenset[str], frozenset[str]], list[StagedUser]] = {}
    for what, one in plan.users:
        alike.setdefault((what, one.assigned, one.released), []).append(one)
    entries, named = list[dict[str, Any]](), dict[str, int]()
    for (what, assigned, released), users in alike.items():
        for some in together(users, IN_ENTRY):
            done = {"what": what, "assigned": sorted(assigned), "released": sorted(released)}
            told = {field: value for field, value in done.items() if field in fields_of(plan.did)}
            entries.append({**told, "users": [one.user.written for one in some]})
            named |= dict.fromkeys((one.user.id for one in some), len(entries))
    return entries, [one._replace(entry=named[one.user.id]) for _, one in plan.users]
