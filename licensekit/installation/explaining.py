"""Why not, and what would help: of an installation, of a user, of a license, of a file.

What is wrong is stated by the notices, reasons and errors that everything else shows as well.
"""

from collections.abc import Iterable
from shlex import quote
from typing import Any, Literal, NamedTuple

from licensekit.entitlements.assignment import AssignmentChange, faults_of
from licensekit.entitlements.denials import BeyondSold, FullWithAnother, KindExcluded, NotHeld
from licensekit.entitlements.login import UserFacts
from licensekit.entitlements.messages import About
from licensekit.entitlements.questions import called
from licensekit.errors import LicenseError, NotFound
from licensekit.errors.coded import Coded
from licensekit.installation.activation import ActivationProposal, propose_activate
from licensekit.installation.details import LicenseDetails, UserDetails, details_of, user_details_of
from licensekit.installation.messages import WouldBeTaken
from licensekit.state.loading import InstallationState, ReadTransaction
from licensekit.state.users import user_facts
from licensekit.text import names
from licensekit.text.values import nearest
from licensekit.trust.inspect import Finding, check
from licensekit.trust.pack import TrustStore
from licensekit.wire import armor


class ExplainedRow(NamedTuple):
    """One thing that is worth knowing, and the command that helps."""

    about: str
    """What of it this is about: a way to log in, a license, a bundle; empty where it is about all of it."""
    what: Coded
    remedy: str
    """A command line, `licensekit …`; empty where no command helps."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {**self.what.as_json(), "about": self.about or None, "remedy": self.remedy or None}


class FileDetails(NamedTuple):
    """What is in a file."""

    findings: tuple[Finding, ...]
    """Each document, and what vouches for it here; empty where the file is damaged."""
    trust_store: TrustStore
    """Whom the installation believes without the file."""

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {"documents": [finding.plain() for finding in self.findings]}


class Explained(NamedTuple):
    """An installation, a user, a license or a file, with what is wrong and what would help."""

    kind: Literal["installation", "user", "license", "file"]
    name: str
    details: InstallationState | UserDetails | LicenseDetails | FileDetails
    rows: tuple[ExplainedRow, ...]

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        rows = [row.plain() for row in self.rows]
        return {"kind": self.kind, "name": self.name, "rows": rows, "details": self.details.plain()}


def explain(
    read: ReadTransaction, name: str = "", *, data: bytes | None = None, now: int | None = None
) -> tuple[Explained, ...]:
    """Explain everything that is called `name`: a user, licenses, a file; without one, the installation.

    A license is found by its code in any case, or by the name that is shown. `data` is the content of a file of that
    name. With `now` (seconds since 1970): what it would be then.

    Raises:
        NotFound: nothing is called so.
    """
    state = read.state(now=now)
    if not name:
        return (Explained("installation", "", state, _rows(state.notices)),)
    found = [] if user_facts(read.connection, name) is None else [_user(read, state, name)]
    found += [_license(read, state, code, now) for code in called(state.entitlements, name)]
    if data is not None:
        found.append(_file(read, state.trust_store, name, data))
    if not found:
        guess = nearest(names.folded(name), state.entitlements.licenses)
        raise NotFound(reason="anything", name=name, guess=guess)
    return tuple(found)


def _rows(found: Iterable[Coded], about: str = "") -> tuple[ExplainedRow, ...]:
    helped = ((one, one.subject, one.remedy) if isinstance(one, About) else (one, "", "") for one in found)
    return tuple(ExplainedRow(about or subject, one, remedy) for one, subject, remedy in helped)


def _user(read: ReadTransaction, state: InstallationState, name: str) -> Explained:
    details = user_details_of(read, name, now=state.now)
    reasons: list[tuple[str, About]] = [(way, one) for way, may in details.logins.items() for one in may.reasons]
    reasons += [(one.license, one.why) for one in details.given if one.why is not None]
    # Who is of another kind comes another way: nothing of this one helps.
    closed = {about for about, why in reasons if isinstance(why, KindExcluded)}
    rows = (
        ExplainedRow(about, why, "" if about in closed else _help_for(state, details.user, why))
        for about, why in reasons
    )
    return Explained("user", details.user.written, details, tuple(rows))


def _help_for(state: InstallationState, user: UserFacts, why: About) -> str:
    """Return the command that helps a user: what is missing is assigned, itself or in a license or larger plan."""
    holder = quote(user.id)
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
    noticed = (notice for notice in state.notices if notice.subject == code)
    here = f"licensekit explain {code}"
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
        found += proposal.preview.reasons or _taken(proposal, name)
    return Explained("file", name, FileDetails(tuple(findings), trust_store), _rows(found))


def _taken(proposal: ActivationProposal, name: str) -> tuple[Coded, ...]:
    if not proposal.preview.outcome.changed:
        return (WouldBeTaken(reason="same", file=name),)
    return (WouldBeTaken(reason="new", file=name), *proposal.consequences)
