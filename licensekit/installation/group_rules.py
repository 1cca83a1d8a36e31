"""Which licenses the members of a group are assigned by a sync (`docs/how-to/directories.md`, "Rules")."""

from typing import Any, Final, NamedTuple

from licensekit.database import Connection
from licensekit.entitlements import resolve
from licensekit.errors import NotFound
from licensekit.state.loading import ReadTransaction
from licensekit.state.transactions import WriteTransaction
from licensekit.text import names
from licensekit.wire.documents import Kind

_KEEP: Final = (
    "INSERT INTO group_rules (group_id, license, written) VALUES (?, ?, ?)"
    " ON CONFLICT (group_id, license) DO UPDATE SET written = excluded.written"
)
_DROP: Final = "DELETE FROM group_rules WHERE group_id = ? AND license = ?"


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
    for key, code, written in connection.rows("SELECT group_id, license, written FROM group_rules ORDER BY 1, 2"):
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
    change.connection.run_many(_KEEP, [(names.folded(written), code, written) for code in codes])
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
    change.connection.run_many(_DROP, [(key, code) for code in sorted(codes)])
    return _recorded(change, known.group)


def _recorded(change: WriteTransaction, group: str) -> GroupRule:
    rule = read_rules(change.connection).get(names.folded(group), GroupRule(group, ()))
    change.record("group-rule", group=group, licenses=list(rule.licenses))
    return rule
