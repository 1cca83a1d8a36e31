"""What a table of users would change, and what groups are assigned by a sync (`docs/how-to/directories.md`)."""

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
from licensekit.text.columns import folded
from licensekit.text.values import FaultyValue, Guess
from licensekit.wire.documents import Kind

ADDED, CHANGED, LEFT, REFUSED, SAME = "added", "changed", "left", "refused", "unchanged"
_PASSES: Final = 20
_FACTS: Final = ("name", "kind", "can_log_in", "administrator", "retired", "groups")
_SQL: Final = read_queries(__file__)


class PlannedUser(NamedTuple):
    """What becomes of one user, or of one row."""

    outcome: str
    """`added`, `changed`, `left`, `refused` or `unchanged`."""
    line: int
    """0: the user has no row."""
    staged: StagedUser
    """How it is to be; where it is refused, without effect."""
    faults: tuple[Located, ...] = ()
    """Why it is refused."""

    @property
    def set(self) -> tuple[str, ...]:
        """The fields of a user who is there that get another value; `from_directory` if that is new."""
        before = self.staged.before
        if before is None or self.outcome in {REFUSED, SAME}:
            return ()
        changed = (name for name in _FACTS if getattr(before.facts, name) != getattr(self.staged.user, name))
        return (*changed, *(["from_directory"] if self.staged.from_directory != before.from_directory else []))

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        user, assigned, released = self.staged.user, self.staged.assigned, self.staged.released
        facts = {"outcome": self.outcome, "line": self.line or None, "id": user.written, "name": user.name}
        done = {"set": list(self.set), "assigned": sorted(assigned), "released": sorted(released)}
        return {**facts, **done, "faults": [fault.as_json() for fault in self.faults]}


class Planner(NamedTuple):
    """What a plan is made from."""

    state: InstallationState
    known: Mapping[str, KnownUser]  # those of the table who are there, by id
    rules: Mapping[str, Sequence[str]] | None
    """Folded group to the licenses of its members; None: the table does not come from a directory."""
    resolved: dict[str, str]  # license as it is written to its code, of what was looked up so far
    guess: Guess  # returns the license that may be meant by another word

    def plan(self, rows: Iterable[ImportRow], leavers: Iterable[KnownUser] = ()) -> list[PlannedUser]:
        """Return what becomes of each row, and then of `leavers`."""
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
            return PlannedUser(LEFT, row.line, _leaving(known))  # who is disabled in the directory has left it
        changes = row.changes if self.rules is None else {**row.changes, "retired": False}
        try:
            staged = self._staged(before._replace(**changes), known, row.licenses)
        except (FaultyValue, QuestionError, RefusedError) as error:
            fault = error.fault if isinstance(error, FaultyValue) else error
            return PlannedUser(REFUSED, row.line, as_before, (fault,))
        outcome = ADDED if known is None else SAME if staged == as_before else CHANGED
        return PlannedUser(outcome, row.line, staged)

    def _staged(self, user: UserFacts, known: KnownUser | None, licenses: Iterable[str]) -> StagedUser:
        """Return how a user is to be, with the licenses of its row and groups alone; raise why it cannot be so."""
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
    """Return the end of a user, who is retired and releases everything."""
    return StagedUser(known.facts._replace(retired=True), known, frozenset(), known.held, known.from_directory)


def _no_license(code: str, entitlements: Entitlements, guess: Guess) -> UserCellInvalid:
    known = {folded(license_.name): name for name, license_ in entitlements.licenses.items()}
    known |= dict(zip(entitlements.licenses, entitlements.licenses, strict=True))
    return UserCellInvalid(reason="license", text=code, guess=known.get(guess(folded(code), known), ""))


def _judged(state: InstallationState, planned: Sequence[PlannedUser]) -> list[PlannedUser]:
    """Return the same plan, in which all are refused who may not have what they would be assigned.

    What is released is free for all; where that is by a user who is refused in the end, it is not. Where users pass
    licenses on to one another and each refusal leads to the next, only what is released for good is free in the end.
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
    """Return a user who stays as before for these reasons; the same, if there is none."""
    if not faults or one.outcome == REFUSED:
        return one
    known = one.staged.before
    as_before = _as_before(one.staged.user if known is None else known.facts, known)
    return PlannedUser(REFUSED, one.line, as_before, tuple(faults))


class GroupRule(NamedTuple):
    """What the members of one group are assigned."""

    group: str
    licenses: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {"group": self.group, "licenses": list(self.licenses)}


def read_rules(connection: Connection) -> dict[str, GroupRule]:
    """Return every rule by its folded group."""
    found: dict[str, GroupRule] = {}
    for key, code, written in connection.rows(_SQL["rules"]):
        before = found.get(key, GroupRule(written, ()))
        found[key] = GroupRule(written, (*before.licenses, code))
    return found


def list_rules(read: ReadTransaction) -> tuple[GroupRule, ...]:
    """Return every rule, by group."""
    return tuple(read_rules(read.connection).values())


def add_rule(change: WriteTransaction, group: str, *licenses: str) -> GroupRule:
    """Assign licenses to the members of a group from the next sync on, and return its rule.

    Raises:
        UnknownCode, WrongKind: one of them is no user license.
        EntryInvalid: the name of the group cannot be kept.
    """
    [written] = names.check_groups([group])
    entitlements = change.read.state().entitlements
    codes = [resolve(entitlements, code, (Kind.USER,)) for code in licenses]
    change.connection.run_many(_SQL["keep"], [(names.folded(written), code, written) for code in codes])
    return _recorded(change, written)


def remove_rule(change: WriteTransaction, group: str, *licenses: str) -> GroupRule:
    """Remove licenses from the rule of a group, or all of it, and return what is left; users keep what they have.

    Raises:
        NotFound: the rule does not have them, or there is none.
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
