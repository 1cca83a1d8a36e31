"""Everything about one license or one user: what it means or has, where from, and its history."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from licensekit.access import Access
from licensekit.entitlements import Entitlements, LicenseRow, full_with, resolve, where_to_buy
from licensekit.entitlements.amounts import total_of
from licensekit.entitlements.assignment import missing_requirements
from licensekit.entitlements.events import Event, concerning
from licensekit.entitlements.holdings import Explanation, Given, explain, given, held_access, why_not
from licensekit.entitlements.login import Decision, UserFacts, may_login, ways
from licensekit.errors.coded import Coded
from licensekit.installation.plan import HOLDERS, holders_of
from licensekit.state import seats
from licensekit.state.journal import BundleRecord
from licensekit.state.loading import ReadTransaction
from licensekit.state.time import lease_time
from licensekit.state.trust_store import verify_bundles
from licensekit.state.users import known_user
from licensekit.trust.pack import TrustStore
from licensekit.wire.documents import Kind, License, SeatKind
from licensekit.wire.plain import plain_fields, word


class LicenseDetails(NamedTuple):
    """Everything about one license."""

    row: LicenseRow
    license: License
    full_with: str | None
    """The user license with which it gives more than reading."""
    requires: tuple[str, ...]
    includes: tuple[str, ...]
    """All that it gives its holder, directly or not."""
    replaced_by: str | None
    """The license that took its place."""
    required_by: tuple[str, ...]
    buy: str | None
    """The address at which its issuer sells more."""
    explanations: tuple[Explanation, ...]
    """Every bundle that grants it, in force or waiting."""
    why: tuple[Coded, ...]
    """Why it gives less than full access, and what it requires and the installation does not have."""
    holders: tuple[str, ...]
    """The users or sites that are assigned it, the highest slots first, or who holds its seats."""
    surplus: tuple[str, ...]
    """Those of them whose slots are beyond what is sold."""
    history: tuple[BundleRecord, ...]
    """Every bundle that was ever activated here and names it, the oldest first."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            **self.row.plain(),
            "description": self.license.description,
            **plain_fields(self, "full_with includes replaced_by requires required_by buy"),
            "granted_by": [one.plain() for one in self.explanations],
            "why": [one.as_json() for one in self.why],
            "holders": list(self.holders),
            "surplus": list(self.surplus),
            "history": [record.plain() for record in self.history],
        }


class UserDetails(NamedTuple):
    """Everything about one user."""

    user: UserFacts
    access: Mapping[str, Access]
    """What the user may do with every license."""
    given: tuple[Given, ...]
    """How the user has those that give something, or are assigned; the assigned first."""
    names: Mapping[str, str]
    """The names of those, by code."""
    logins: Mapping[str, Decision]
    """Each way to log in, and whether the user may now."""
    events: tuple[Event, ...]
    """Those in force that concern the user."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            **self.user.plain(),
            "access": {code: word(level) for code, level in self.access.items()},
            "through": {one.license: list(one.origins) for one in self.given},
            "slots": {one.license: one.slot for one in self.user.holdings},
            "why": {one.license: one.why.as_json() for one in self.given if one.why is not None},
            "logins": {way: decision.plain() for way, decision in self.logins.items()},
            "events": [event.plain() for event in self.events],
        }


def user_details_of(read: ReadTransaction, user_id: str, *, now: int | None = None) -> UserDetails:
    """Look up everything about a user: facts, licenses and where they come from, logins, events.

    With `now` (seconds since 1970): what it would be then.

    Raises:
        NotFound: there is no such user.
    """
    state = read.state(now=now)
    entitlements = state.entitlements
    user = known_user(read.connection, user_id)
    access = held_access(entitlements, user.holdings)
    found = given(entitlements, user.holdings, access, user.id)
    return UserDetails(
        user=user,
        access=access,
        given=found,
        names={one.license: entitlements.licenses[one.license].name for one in found},
        logins={
            way: may_login(entitlements, user, way, events=state.events, access=access) for way in ways(entitlements)
        },
        events=concerning(state.events, user=user.id, groups=user.groups),
    )


def details_of(read: ReadTransaction, code: str, *, now: int | None = None) -> LicenseDetails:
    """Look up everything about a license: meaning, bundles, holders, history.

    With `now` (seconds since 1970): what it would be then.

    Raises:
        UnknownCode: no catalog has it.
    """
    state = read.state(now=now)
    entitlements = state.entitlements
    name = resolve(entitlements, code)
    [row] = [row for row in state.licenses if row.code == name]
    trust_store = entitlements.trust_store
    license_ = entitlements.licenses[name]
    heir, sold = license_.replaced_by, total_of(tier.amount for tier in entitlements.tiers.get(name, ()))
    over = 0 if sold is None else max(0, row.in_use - sold)
    holders = holders_of(read.connection, entitlements, name)
    if license_.seats is SeatKind.CONCURRENT:
        # A seat beyond what is sold is lost by itself, whoever took it last.
        over, holders = 0, seats.holders(read.connection, name, lease_time(read.connection, read.now), HOLDERS)
    required_by = [
        other for other, one in entitlements.licenses.items() if name in trust_store.beside(other, one.requires)
    ]
    return LicenseDetails(
        row=row,
        license=license_,
        full_with=full_with(entitlements, name),
        requires=trust_store.beside(name, license_.requires),
        includes=tuple(sorted(entitlements.closure[name])),
        replaced_by=None if heir is None else trust_store.qualify(row.issuer, heir),
        required_by=tuple(sorted(required_by)),
        buy=where_to_buy(entitlements, name),
        explanations=explain(entitlements, name),
        why=tuple(_why(entitlements, row)),
        holders=holders,
        surplus=holders[:over],
        history=tuple(_history(read, trust_store, row.issuer, name.rpartition(".")[2])),
    )


def _why(entitlements: Entitlements, row: LicenseRow) -> Iterator[Coded]:
    if row.access is not Access.FULL:
        yield why_not(entitlements, row.code)
    missing = missing_requirements(entitlements, "the installation", row.code)
    yield from (one for one in missing if one.reason == "installation")


def _history(read: ReadTransaction, trust_store: TrustStore, issuer: str, bare: str) -> Iterator[BundleRecord]:
    verified = verify_bundles(read.stored.every, trust_store, read.now).verified
    naming = {one.identity for one in verified if any(bare in one.document.counts(kind) for kind in Kind)}
    ours = (one for one in read.bundles() if one.issuer == issuer)
    return (record for record in ours if record.identity in naming)
