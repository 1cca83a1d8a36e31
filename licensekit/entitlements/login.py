"""Decisions about logins, with all reasons against (`docs/evaluation.md`, "Login")."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from licensekit.access import Access
from licensekit.entitlements import messages
from licensekit.entitlements.evaluation import Entitlements
from licensekit.entitlements.events import MESSAGE_OF_THE_DAY, NO_LOGIN, Event, concerning
from licensekit.entitlements.holdings import Holding, beyond_sold, held_access
from licensekit.entitlements.messages import Reason
from licensekit.entitlements.questions import is_absent
from licensekit.errors import UnknownCode, plain_value
from licensekit.wire.documents import Kind, LoginRule, UserKind
from licensekit.wire.plain import plain_fields


class UserFacts(NamedTuple):
    """The facts about a user."""

    id: str
    name: str = ""
    kind: UserKind = UserKind.ASSOCIATE
    can_log_in: bool = True
    administrator: bool = False
    retired: bool = False
    groups: tuple[str, ...] = ()
    holdings: tuple[Holding, ...] = ()
    written: str = ""
    """The id as somebody typed it; `id` is its form for comparison."""
    last_seen: int | None = None
    """The last day on which the application saw the user, in days since 1970; None if it has not reported any."""
    added: int | None = None
    """The day on which the user was added, in days since 1970; None if it is not known here."""

    @property
    def licenses(self) -> tuple[str, ...]:
        """The codes of the assigned licenses."""
        return tuple(holding.license for holding in self.holdings)

    def plain(self) -> dict[str, Any]:
        """Return the facts as plain JSON values."""
        facts = plain_fields(self, "id name kind can_log_in administrator retired groups written last_seen added")
        return {**facts, "licenses": list(self.licenses)}


class Decision(NamedTuple):
    """Whether a user may log in; true in a boolean context if so."""

    reasons: tuple[Reason, ...]
    """All reasons against the login."""
    messages: tuple[str, ...] = ()
    """The messages of the day, to show at login."""

    @property
    def allowed(self) -> bool:
        """Whether there is no reason against the login."""
        return not self.reasons

    def plain(self) -> dict[str, Any]:
        """Return the decision as plain JSON values."""
        return {"allowed": self.allowed, **plain_value(self._asdict())}

    def __bool__(self) -> bool:
        return self.allowed


def may_login(
    entitlements: Entitlements,
    user: UserFacts | None,
    way: str,
    *,
    site: str | None = None,
    site_holdings: Iterable[Holding] = (),
    events: Iterable[Event] = (),
    access: Mapping[str, Access] | None = None,
) -> Decision:
    """Decide whether `user` (None if unknown) may log in by `way` (`web`, or `issuer.way`) at `site`.

    `events` are those in force; `access` is the result of `held_access`, if already known. Raises `UnknownCode`.
    """
    if is_absent(entitlements, way):
        return Decision((messages.IssuerAbsent(issuer=entitlements.trust_store.issuer_of(way)),))
    rule, issuer = login_rule(entitlements, way)
    if user is None:
        return Decision((messages.NoSuchUser(),))
    if access is None:
        access = held_access(entitlements, user.holdings, () if user.retired else site_holdings)
    concerned = concerning(events, user=user.id, groups=user.groups, site=site)
    of_licenses = _of_licenses(entitlements, rule, issuer, access, user.holdings)
    reasons = (*_of_user(user, rule, way), *of_licenses, *_of_events(concerned, user))
    return Decision(reasons, tuple(e.message for e in concerned if e.kind == MESSAGE_OF_THE_DAY))


def ways(entitlements: Entitlements) -> tuple[str, ...]:
    """Return the names of all ways to log in."""
    return tuple(entitlements.trust_store.named(lambda catalog: catalog.access))


def login_rule(entitlements: Entitlements, way: str) -> tuple[LoginRule, str]:
    """Return the rule of a way to log in, and its issuer; raises as `may_login`."""
    trust_store = entitlements.trust_store
    issuer = trust_store.issuer_of(way)
    catalog = trust_store.catalogs.get(issuer)
    rule = None if catalog is None else catalog.document.access.get(way.rpartition(".")[2])
    if rule is None:
        raise UnknownCode(reason="access", name=way, known=ways(entitlements))
    return rule, issuer


def _of_user(user: UserFacts, rule: LoginRule, way: str) -> Iterator[Reason]:
    if user.retired:
        yield messages.Retired(user=user.id)
    if not user.can_log_in:
        yield messages.LoginOff(user=user.id)
    if user.kind not in rule.users:
        yield messages.KindExcluded(user=user.id, kind=user.kind.name.lower(), way=way)


def _of_licenses(
    entitlements: Entitlements, rule: LoginRule, issuer: str, access: Mapping[str, Access], holdings: Iterable[Holding]
) -> Iterator[Reason]:
    """Yield a reason for each missing license. Read access is enough, so that people can log in after grace."""
    for written in rule.all:
        code = entitlements.trust_store.qualify(issuer, written)
        if access.get(code, Access.NONE) is Access.NONE:
            if (license_ := entitlements.licenses.get(code)) is not None and license_.kind is Kind.SYSTEM:
                yield messages.NotLicensed(license=code)
            else:
                yield beyond_sold(entitlements, holdings, code) or messages.NotHeld(license=code)


def _of_events(concerned: Iterable[Event], user: UserFacts) -> Iterator[Reason]:
    if user.administrator:
        return
    for event in concerned:
        if event.kind == NO_LOGIN:
            reason, text = "announced" if event.message else "silent", event.message
            yield messages.LoginsStopped(reason=reason, number=event.number, announcement=text)
