"""May this user log in by this way, and if not, every reason why not.

The rules are those of `docs/entitlements.md`, "Login".
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from licensekit.access import Access
from licensekit.entitlements.evaluation import Entitlements, issuer_of, qualify
from licensekit.entitlements.events import MESSAGE_OF_THE_DAY, NO_LOGIN, Event, concerning
from licensekit.entitlements.questions import Holding, held_access
from licensekit.errors import UnknownAccess
from licensekit.wire.documents import Kind, LoginRule, UserKind


class UserFacts(NamedTuple):
    """What is known of one user."""

    id: str
    name: str = ""
    kind: UserKind = UserKind.ASSOCIATE
    can_log_in: bool = True
    administrator: bool = False
    retired: bool = False
    groups: tuple[str, ...] = ()
    holdings: tuple[Holding, ...] = ()


class Reason(NamedTuple):
    """One reason why not."""

    code: str
    """Stable: `docs/entitlements.md` lists them."""
    text: str
    """A sentence in English."""
    subject: str = ""
    """What it is about: a license, an event's number, a bundle."""


class Decision(NamedTuple):
    """The answer, with every reason if it is no."""

    reasons: tuple[Reason, ...]
    messages: tuple[str, ...] = ()
    """What to show at login: the messages of the day."""

    @property
    def allowed(self) -> bool:
        """Whether there is nothing against it."""
        return not self.reasons

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
    """Decide whether `user` may log in by `way` (`web`, or `issuer.way`), at `site`.

    `events` are those in force. `access` is what `held_access` gives for the user, if the caller
    has it already. None for `user` is one whom the installation does not know.

    Raises:
        UnknownAccess: no catalog has that way.
    """
    rule, issuer = _rule(entitlements, way)
    if user is None:
        return Decision((Reason("unknown-user", "there is no such user here"),))
    if access is None:
        access = held_access(entitlements, user.holdings, site_holdings)
    concerned = concerning(events, user=user.id, groups=user.groups, site=site)
    reasons = (
        *_of_user(user, rule, way),
        *_of_licenses(entitlements, rule, issuer, access),
        *_of_events(concerned, user),
        *_of_blocks(entitlements),
    )
    return Decision(reasons, tuple(e.message for e in concerned if e.kind == MESSAGE_OF_THE_DAY))


def ways(entitlements: Entitlements) -> tuple[str, ...]:
    """Return the names of every way to log in."""
    trust_store = entitlements.trust_store
    return tuple(
        qualify(trust_store, issuer, way)
        for issuer, catalog in trust_store.catalogs.items()
        for way in catalog.document.access
    )


def _rule(entitlements: Entitlements, way: str) -> tuple[LoginRule, str]:
    trust_store = entitlements.trust_store
    issuer = issuer_of(trust_store, way)
    catalog = trust_store.catalogs.get(issuer)
    rule = None if catalog is None else catalog.document.access.get(way.rpartition(".")[2])
    if rule is None:
        raise UnknownAccess(way=way, known=ways(entitlements))
    return rule, issuer


def _of_user(user: UserFacts, rule: LoginRule, way: str) -> Iterator[Reason]:
    if user.retired:
        yield Reason("retired", f"{user.id} is retired", user.id)
    if not user.can_log_in:
        yield Reason("login-off", f"*can log in* is off for {user.id}", user.id)
    if user.kind not in rule.users:
        kind = user.kind.name.lower()
        yield Reason("kind", f"{user.id} is a user of kind {kind}, who may not use `{way}`", way)


def _of_licenses(
    entitlements: Entitlements, rule: LoginRule, issuer: str, access: Mapping[str, Access]
) -> Iterator[Reason]:
    """What was full is read after grace, and logins go on: read is enough."""
    for written in rule.all:
        code = qualify(entitlements.trust_store, issuer, written)
        if access.get(code, Access.NONE) is Access.NONE:
            license_ = entitlements.licenses.get(code)
            if license_ is not None and license_.kind is Kind.SYSTEM:
                yield Reason("not-licensed", f"the installation has no license `{code}`", code)
            else:
                yield Reason("not-held", f"the user does not hold the license `{code}`", code)


def _of_events(concerned: Iterable[Event], user: UserFacts) -> Iterator[Reason]:
    if user.administrator:
        return
    for event in concerned:
        if event.kind == NO_LOGIN:
            text = f"no logins for now: {event.message}" if event.message else "no logins for now"
            yield Reason("event", text, str(event.number))


def _of_blocks(entitlements: Entitlements) -> Iterator[Reason]:
    for part in entitlements.blocked:
        text = f"bundle {part.label} has expired, and with it logins are refused"
        yield Reason("blocked", text, part.label)
