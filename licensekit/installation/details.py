"""Details and explanations of a license, a user or a file: what it grants and why, and which command would help."""

from collections.abc import Iterable, Iterator, Mapping
from shlex import quote
from typing import Any, Literal, NamedTuple

from licensekit.access import Access
from licensekit.entitlements import Entitlements, LicenseRow, full_with, resolve, total_of, where_to_buy
from licensekit.entitlements.assignment import AssignmentChange, faults_of, missing_requirements
from licensekit.entitlements.events import Event, concerning
from licensekit.entitlements.holdings import Explanation, Given, given, held_access, why_not
from licensekit.entitlements.holdings import explain as explain_license
from licensekit.entitlements.login import Decision, UserFacts, may_login, ways
from licensekit.entitlements.messages import About, BeyondSold, FullWithAnother, KindExcluded, NotHeld
from licensekit.entitlements.questions import called, order_address
from licensekit.errors import Coded, LicenseError, NotFound
from licensekit.installation.activation import propose_activate
from licensekit.installation.plan import HOLDERS, holders_of
from licensekit.languages import local_name
from licensekit.state import seats
from licensekit.state.journal import BundleRecord
from licensekit.state.loading import InstallationState, ReadTransaction
from licensekit.state.trust_store import verify_bundles
from licensekit.state.users import known_user, user_facts
from licensekit.text import names
from licensekit.text.values import nearest
from licensekit.trust.findings import Finding, check
from licensekit.trust.pack import TrustStore
from licensekit.wire import armor
from licensekit.wire.documents import Kind, License, SeatKind
from licensekit.wire.plain import plain_fields, word


class WouldBeTaken(About, reasons=True):
    """A license file can be activated, or its contents are active already."""

    file: str


class LicenseDetails(NamedTuple):
    """All details of a license."""

    row: LicenseRow
    license: License
    full_with: str | None
    """The user license with which it gives more than reading."""
    requires: tuple[str, ...]
    includes: tuple[str, ...]
    """The licenses that it gives its holder, directly or indirectly."""
    replaced_by: str | None
    """The license that replaces it in the catalog."""
    required_by: tuple[str, ...]
    buy: str | None
    """The address where its issuer sells more."""
    explanations: tuple[Explanation, ...]
    """Every bundle that grants it, in force or waiting."""
    why: tuple[Coded, ...]
    """Why it gives less than full access, and requirements that the installation does not meet."""
    holders: tuple[str, ...]
    """The users or sites to which it is assigned, highest slots first, or the holders of its seats."""
    surplus: tuple[str, ...]
    """The holders whose slots are beyond the number sold."""
    history: tuple[BundleRecord, ...]
    """Every bundle ever activated that names it, oldest first."""

    def plain(self) -> dict[str, Any]:
        """Return the details as plain JSON values."""
        return {
            **self.row.plain(),
            "description": self.license.description,
            **plain_fields(self, "full_with includes replaced_by requires required_by buy"),
            **plain_fields(self, "granted_by=explanations why holders surplus history"),
        }


class UserDetails(NamedTuple):
    """All details of a user."""

    user: UserFacts
    access: Mapping[str, Access]
    """License to the user's access."""
    given: tuple[Given, ...]
    """How the user has each license that is assigned or gives any access; assigned ones first."""
    names: Mapping[str, str]
    """Code to name of the licenses in `given`."""
    logins: Mapping[str, Decision]
    """Way to log in to the present decision."""
    events: tuple[Event, ...]
    """The events in force that concern the user."""

    def plain(self) -> dict[str, Any]:
        """Return the details as plain JSON values."""
        return {
            **self.user.plain(),
            "access": {code: word(level) for code, level in self.access.items()},
            "through": {one.license: list(one.origins) for one in self.given},
            "slots": {one.license: one.slot for one in self.user.holdings},
            "why": {one.license: one.why.as_json() for one in self.given if one.why is not None},
            **plain_fields(self, "logins events"),
        }


def user_details_of(read: ReadTransaction, user_id: str, *, now: int | None = None) -> UserDetails:
    """Return the details of a user, or raise `NotFound`; with `now` (seconds since 1970), those of then."""
    state = read.state(now=now)
    entitlements = state.entitlements
    user = known_user(read.connection, user_id)
    access = held_access(entitlements, user.holdings)
    found = given(entitlements, user.holdings, access, user.id)
    licenses = ((one.license, entitlements.licenses[one.license]) for one in found)
    names = {code: local_name(one.names, one.name) for code, one in licenses}
    by_way = {w: may_login(entitlements, user, w, events=state.events, access=access) for w in ways(entitlements)}
    events = concerning(state.events, user=user.id, groups=user.groups)
    return UserDetails(user, access, given=found, names=names, logins=by_way, events=events)


def details_of(read: ReadTransaction, code: str, *, now: int | None = None) -> LicenseDetails:
    """Return the details of a license, or raise `UnknownCode`; with `now` (seconds since 1970), those of then."""
    state = read.state(now=now)
    entitlements, name = state.entitlements, resolve(state.entitlements, code)
    [row] = [row for row in state.licenses if row.code == name]
    trust_store, licenses = entitlements.trust_store, entitlements.licenses
    license_ = licenses[name]
    heir, sold = license_.replaced_by, total_of(tier.amount for tier in entitlements.tiers.get(name, ()))
    over = 0 if sold is None else max(0, row.in_use - sold)
    holders = holders_of(read.connection, entitlements, name)
    if license_.seats is SeatKind.CONCURRENT:
        # A seat beyond the number sold is lost at its next renewal, so there is no surplus to settle.
        over, holders = 0, seats.holders(read.connection, name, read.now, HOLDERS)
    return LicenseDetails(
        row=row,
        license=license_,
        full_with=full_with(entitlements, name),
        requires=trust_store.beside(name, license_.requires),
        includes=tuple(sorted(entitlements.closure[name])),
        replaced_by=None if heir is None else trust_store.qualify(row.issuer, heir),
        required_by=tuple(sorted(c for c, one in licenses.items() if name in trust_store.beside(c, one.requires))),
        buy=order_address(entitlements, row.issuer, license=name) or where_to_buy(entitlements, name),
        explanations=explain_license(entitlements, name),
        why=tuple(_why(entitlements, row)),
        holders=holders,
        surplus=holders[:over],
        history=tuple(_history(read, state, row.issuer, name.rpartition(".")[2])),
    )


def _why(entitlements: Entitlements, row: LicenseRow) -> Iterator[Coded]:
    if row.access is not Access.FULL:
        yield why_not(entitlements, row.code)
    missing = missing_requirements(entitlements, "the installation", row.code)
    yield from (one for one in missing if one.reason == "installation")


def _history(read: ReadTransaction, state: InstallationState, issuer: str, bare: str) -> Iterator[BundleRecord]:
    verified = verify_bundles(read.stored.every, state.trust_store, read.now).verified
    naming = {one.identity for one in verified if any(bare in one.document.counts(kind) for kind in Kind)}
    return (one for one in state.records if one.issuer == issuer and one.identity in naming)


class ExplainedRow(NamedTuple):
    """A reason or notice, and the command that helps."""

    about: str
    """The subject within what is explained: a way to log in, a license, a bundle; empty for all of it."""
    what: Coded
    remedy: str
    """A command line, `licensekit …`; empty if no command helps."""

    def plain(self) -> dict[str, Any]:
        """Return the row as plain JSON values."""
        return {**self.what.as_json(), "about": self.about or None, "remedy": self.remedy or None}


class FileDetails(NamedTuple):
    """The documents in a file."""

    findings: tuple[Finding, ...]
    """Each document, and whether it is trusted here; empty if the file is damaged."""
    trust_store: TrustStore
    """The trust store of the installation, without the file."""

    def plain(self) -> dict[str, Any]:
        """Return the documents as plain JSON values."""
        return {"documents": [finding.plain() for finding in self.findings]}


class Explained(NamedTuple):
    """An explanation of an installation, a user, a license or a file: what is wrong, and what would help."""

    kind: Literal["installation", "user", "license", "file"]
    name: str
    details: InstallationState | UserDetails | LicenseDetails | FileDetails
    rows: tuple[ExplainedRow, ...]

    def plain(self) -> dict[str, Any]:
        """Return the explanation as plain JSON values."""
        return plain_fields(self, "kind name rows details")


def explain(
    read: ReadTransaction, name: str = "", *, data: bytes | None = None, now: int | None = None
) -> tuple[Explained, ...]:
    """Explain everything that is called `name`: a user, licenses, a file; without a name, the installation.

    A license is found by its code, in upper or lower case, or by its display name. `data` is the content of the file
    with that name. With `now` (seconds since 1970), explain what would be then. Raises `NotFound` for an unknown name.
    """
    state = read.state(now=now)
    if not name:
        return (Explained("installation", "", state, _rows(state.notices)),)
    found = [] if user_facts(read.connection, name) is None else [_user(read, state, name)]
    found += [_license(read, state, code, now) for code in called(state.entitlements, name)]
    if data is not None:
        found.append(_file(read, state.trust_store, name, data))
    if not found:
        raise NotFound(reason="anything", name=name, guess=nearest(names.folded(name), state.entitlements.licenses))
    return tuple(found)


def _rows(found: Iterable[Coded], about: str = "") -> tuple[ExplainedRow, ...]:
    helped = ((one, one.subject, one.remedy) if isinstance(one, About) else (one, "", "") for one in found)
    return tuple(ExplainedRow(about or subject, one, remedy) for one, subject, remedy in helped)


def _user(read: ReadTransaction, state: InstallationState, name: str) -> Explained:
    details = user_details_of(read, name, now=state.now)
    reasons: list[tuple[str, About]] = [(way, one) for way, may in details.logins.items() for one in may.reasons]
    reasons += [(one.license, one.why) for one in details.given if one.why is not None]
    # If a way is closed to the user's kind, no other remedy for that way helps.
    closed = {about for about, why in reasons if isinstance(why, KindExcluded)}
    rows = (ExplainedRow(of, why, "" if of in closed else _help_for(state, details.user, why)) for of, why in reasons)
    return Explained("user", details.user.written, details, tuple(rows))


def _help_for(state: InstallationState, user: UserFacts, why: About) -> str:
    """Return the command that helps a user, such as assigning a missing license, or one or a plan that includes it."""
    holder = quote(user.written)
    match why:
        case NotHeld(license=wanted) | FullWithAnother(license=wanted):
            entitlements, held = state.entitlements, frozenset(user.licenses)
            including = sorted(code for code, inner in entitlements.closure.items() if wanted in inner)
            for code in (wanted, *including):
                inner = entitlements.closure.get(code, frozenset())
                lesser = [one for one in held & inner if entitlements.licenses[one].plan]
                change = AssignmentChange(frozenset({code}), frozenset(lesser))
                if code not in held and not faults_of(entitlements, state.in_use, user.id, held, change):
                    return " --release ".join((f"licensekit users assign {holder} {code}", *sorted(lesser)))
        case BeyondSold(reason="slot", license=code):
            return f"licensekit users prefer {code} {holder}"
        case _:
            pass
    return why.remedy


def _license(read: ReadTransaction, state: InstallationState, code: str, now: int | None) -> Explained:
    details = details_of(read, code, now=now)
    noticed, here = (notice for notice in state.notices if notice.subject == code), f"licensekit explain {code}"
    rows = (row._replace(remedy="") if row.remedy == here else row for row in _rows((*noticed, *details.why), code))
    return Explained("license", code, details, tuple(rows))


def _file(read: ReadTransaction, trust_store: TrustStore, name: str, data: bytes) -> Explained:
    findings: list[Finding] = []
    found: list[Coded] = []
    try:
        findings = check(armor.read(data), trust_store, read.now)
        proposal = propose_activate(read, data)
    except LicenseError as error:
        found.append(error)
    else:
        is_new = proposal.preview.outcome.changed
        taken = WouldBeTaken(reason="new" if is_new else "same", file=name)
        found += proposal.preview.reasons or (taken, *(proposal.consequences if is_new else ()))
    return Explained("file", name, FileDetails(tuple(findings), trust_store), _rows(found))
