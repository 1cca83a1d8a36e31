"""Plans of what a table of users changes, and rules that assign licenses to groups (`docs/how-to/directories.md`)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from licensekit.database import Connection, read_queries
from licensekit.entitlements import Entitlements, resolve
from licensekit.entitlements.login import UserFacts
from licensekit.errors import Located, NotFound, QuestionError, RefusedError, UnknownCode, UserCellInvalid, UserRetired
from licensekit.installation.assignments import HolderChange, refusals
from licensekit.installation.user_table import ImportRow
from licensekit.state.loading import InstallationState, ReadTransaction
from licensekit.state.staged_users import KnownUser, StagedUser
from licensekit.state.transactions import WriteTransaction
from licensekit.text import names
from licensekit.text.columns import caseless
from licensekit.text.values import FaultyValue, Guess
from licensekit.wire.documents import Kind

ADDED, CHANGED, LEFT, REFUSED, SAME = "added", "changed", "left", "refused", "unchanged"
_PASSES: Final = 20
_FACTS: Final = ("name", "kind", "can_log_in", "administrator", "retired", "groups")
_SQL: Final = read_queries(__file__)


class PlannedUser(NamedTuple):
    """The outcome of one user or row."""

    outcome: str
    """`added`, `changed`, `left`, `refused` or `unchanged`."""
    line: int
    """The line of the row; 0 if the user has none."""
    staged: StagedUser
    """The user after the change; without changes if refused."""
    faults: tuple[Located, ...] = ()
    """Why the user is refused."""

    @property
    def set(self) -> tuple[str, ...]:
        """The fields of an existing user that change, including `from_directory`."""
        before = self.staged.before
        if before is None or self.outcome in {REFUSED, SAME}:
            return ()
        changed = (name for name in _FACTS if getattr(before.facts, name) != getattr(self.staged.user, name))
        return (*changed, *(["from_directory"] if self.staged.from_directory != before.from_directory else []))

    def plain(self) -> dict[str, Any]:
        """Return the outcome as plain JSON values."""
        user, assigned, released = self.staged.user, self.staged.assigned, self.staged.released
        facts = {"outcome": self.outcome, "line": self.line or None, "id": user.written, "name": user.name}
        done = {"set": list(self.set), "assigned": sorted(assigned), "released": sorted(released)}
        return {**facts, **done, "faults": [fault.as_json() for fault in self.faults]}


class Planner(NamedTuple):
    """Plans changes of users from the rows of a table."""

    state: InstallationState
    known: Mapping[str, KnownUser]  # folded id to existing user
    rules: Mapping[str, Sequence[str]] | None
    """Folded group to the licenses of its members; None if the table does not come from a directory."""
    resolved: dict[str, str]  # a cache: license as written to its code
    guess: Guess  # returns the license that an unknown word may mean

    def plan(self, rows: Iterable[ImportRow], leavers: Iterable[KnownUser] = ()) -> list[PlannedUser]:
        """Return the outcome of each row, and then of `leavers`."""
        planned = [self._row(row) for row in rows]
        planned += (PlannedUser(LEFT, 0, _leaving(one)) for one in leavers)
        return _judged(self.state, planned)

    def _row(self, row: ImportRow) -> PlannedUser:
        key = names.folded(row.user_id)
        known = self.known.get(key)
        before = UserFacts(key, written=row.user_id) if known is None else known.facts
        as_before = _as_before(before, known)
        if row.fault:
            named = before if known else before._replace(**row.changes)
            return PlannedUser(REFUSED, row.line, _as_before(named, known), (row.fault,))
        if self.rules is not None and row.changes.get("retired"):
            if known is None or known.facts.retired or not known.from_directory:
                return PlannedUser(SAME, row.line, as_before)
            return PlannedUser(LEFT, row.line, _leaving(known))  # disabled in the directory counts as left
        changes = row.changes if self.rules is None else {**row.changes, "retired": False}
        try:
            staged = self._staged(before._replace(**changes), known, row.licenses)
        except (FaultyValue, QuestionError, RefusedError) as error:
            fault = error.fault if isinstance(error, FaultyValue) else error
            return PlannedUser(REFUSED, row.line, as_before, (fault,))
        outcome = ADDED if known is None else SAME if staged == as_before else CHANGED
        return PlannedUser(outcome, row.line, staged)

    def _staged(self, user: UserFacts, known: KnownUser | None, licenses: Iterable[str]) -> StagedUser:
        """Return a user with the licenses of the row and of group rules; raise an error if that is impossible."""
        rules = self.rules or {}
        held = frozenset[str]() if known is None else known.held
        of_groups = (code for group in user.groups for code in rules.get(names.folded(group), ()))
        wanted = frozenset(self._resolve(code) for code in (*licenses, *of_groups))
        if user.retired and wanted:
            raise UserRetired(user=user.written)
        released = held if user.retired else held.intersection(set[str]().union(*rules.values())) - wanted
        marked = self.rules is not None or (known is not None and known.from_directory)
        return StagedUser(user, known, wanted - held, released, marked)

    def _resolve(self, code: str) -> str:
        if code not in self.resolved:
            try:
                self.resolved[code] = resolve(self.state.entitlements, code, (Kind.USER,))
            except UnknownCode:
                raise FaultyValue(_no_license(code, self.state.entitlements, self.guess)) from None
        return self.resolved[code]


def _as_before(user: UserFacts, known: KnownUser | None) -> StagedUser:
    return StagedUser(user, known, frozenset(), frozenset(), known is not None and known.from_directory)


def _leaving(known: KnownUser) -> StagedUser:
    """Return a user who is retired and releases everything."""
    return StagedUser(known.facts._replace(retired=True), known, frozenset(), known.held, known.from_directory)


def _no_license(code: str, entitlements: Entitlements, guess: Guess) -> UserCellInvalid:
    known = {caseless(license_.name): name for name, license_ in entitlements.licenses.items()}
    known |= dict(zip(entitlements.licenses, entitlements.licenses, strict=True))
    return UserCellInvalid(reason="license", text=code, guess=known.get(guess(caseless(code), known), ""))


def _judged(state: InstallationState, planned: Sequence[PlannedUser]) -> list[PlannedUser]:
    """Return the plan, in which users are refused whose assignments are not possible.

    Released licenses are free for others, unless the releasing user is refused. Since such a refusal may lead to
    others, the plan is judged repeatedly; in the last pass, only licenses of users who are assigned nothing are free.
    """
    kept = list(planned)
    for left in reversed(range(_PASSES)):
        against: dict[str, list[Located]] = {}
        changes = [_licenses(one) for one in kept if one.outcome not in {REFUSED, SAME}]
        for change, fault in refusals(state.entitlements, state.in_use, changes, exchange=left > 0):
            against.setdefault(change.id, []).append(fault)
        is_final = not any(change.released for change in changes if change.id in against)
        kept = [_refused(one, against.get(one.staged.user.id, ())) for one in kept]
        if is_final:
            break
    return kept


def _licenses(one: PlannedUser) -> HolderChange:
    user, staged = one.staged.user, one.staged
    return HolderChange(user.id, user.written, staged.held, staged.assigned, staged.released, ends=user.retired)


def _refused(one: PlannedUser, faults: Sequence[Located]) -> PlannedUser:
    """Return a user as refused for these faults; unchanged if there are none."""
    if not faults or one.outcome == REFUSED:
        return one
    known = one.staged.before
    as_before = _as_before(one.staged.user if known is None else known.facts, known)
    return PlannedUser(REFUSED, one.line, as_before, tuple(faults))


class GroupRule(NamedTuple):
    """The licenses that a sync assigns to the members of a group."""

    group: str
    licenses: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Return the rule as plain JSON values."""
        return {"group": self.group, "licenses": list(self.licenses)}


def read_rules(connection: Connection) -> dict[str, GroupRule]:
    """Return folded group to its rule."""
    found: dict[str, GroupRule] = {}
    for key, code, written in connection.rows(_SQL["rules"]):
        before = found.get(key, GroupRule(written, ()))
        found[key] = GroupRule(written, (*before.licenses, code))
    return found


def list_rules(read: ReadTransaction) -> tuple[GroupRule, ...]:
    """Return every rule, ordered by group."""
    return tuple(read_rules(read.connection).values())


def add_rule(change: WriteTransaction, group: str, *licenses: str) -> GroupRule:
    """Assign licenses to the members of a group from the next sync on, and return its rule.

    Raises `UnknownCode` or `WrongKind` if one is not a user license, or `EntryInvalid` for the name of the group.
    """
    [written] = names.check_groups([group])
    entitlements = change.read.state().entitlements
    codes = [resolve(entitlements, code, (Kind.USER,)) for code in licenses]
    change.connection.run_many(_SQL["keep"], [(names.folded(written), code, written) for code in codes])
    return _recorded(change, written)


def remove_rule(change: WriteTransaction, group: str, *licenses: str) -> GroupRule:
    """Remove licenses from the rule of a group, or all of them; return the rest, or raise `NotFound` if it lacks one.

    Users keep their licenses.
    """
    key = names.folded(group)
    known = read_rules(change.connection).get(key, GroupRule(group, ()))
    vendor = f"{change.read.state().trust_store.issuer}."
    codes = {code.removeprefix(vendor) for code in licenses} or set(known.licenses)
    if not codes or not codes.issubset(known.licenses):
        raise NotFound(reason="rule", name=group)
    change.connection.run_many(_SQL["drop"], [(key, code) for code in sorted(codes)])
    return _recorded(change, known.group)


def _recorded(change: WriteTransaction, group: str) -> GroupRule:
    rule = read_rules(change.connection).get(names.folded(group), GroupRule(group, ()))
    change.record("group-rule", group=group, licenses=list(rule.licenses))
    return rule
