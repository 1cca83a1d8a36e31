"""Questions about one user or one site.

A holder's answers are evaluated at the first question about it and kept until the snapshot changes. An object that a
program holds for long renews itself: it never answers from a snapshot that is no longer in force.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final, Generic, TypeVar

from licensekit.access import Access, level_of
from licensekit.database import Connection, Database
from licensekit.entitlements import Given, Holding, asked, given_of, is_absent, not_entitled
from licensekit.entitlements.events import Event, concerning, stopping
from licensekit.entitlements.login import Decision, UserFacts, may_login
from licensekit.entitlements.messages import About, NoSuchSite, NoSuchUser, Retired
from licensekit.errors import DatabaseBusy, DatabaseUnavailable, NotStorable, StateError
from licensekit.runtime.snapshot import Snapshot
from licensekit.text import names
from licensekit.wire.documents import Kind

if TYPE_CHECKING:
    from licensekit.runtime.live_snapshot import LiveSnapshot


_FULL: Final = Access.FULL
_OWN_SLOT: Final = 1
"""The slot of licenses of which the application says who holds them: what is in force serves each of them best."""
REMEMBERED: Final = 100_000  # how many users, and how many sites, are remembered at a time
K = TypeVar("K")
T = TypeVar("T")


class Lookups(Generic[T]):
    """Lookups of users, or of sites; the last result of each is kept. Safe for threads."""

    def __init__(self, database: Database, read: Callable[[Connection, str], T | None]) -> None:
        self._database = database
        self._read = read
        self._last: dict[str, T | None] = {}

    def find(self, holder: str, snapshot: Snapshot) -> T | None:
        """Look up a user or site, None if there is none; raise `StateError` for a new one if the database is away."""
        # Nobody is kept waiting for a database of which it is known that it is away; only who was
        # never asked about may be worth a try, unless it hangs.
        away, last = snapshot.away, self._last
        if away is not None and holder in last:
            return last[holder]
        try:
            if away is not None and isinstance(away.error, DatabaseBusy):
                raise away.error
            with self._database.read() as connection:
                found = self._read(connection, holder)
        except NotStorable:
            return None  # nobody has an id that cannot be stored
        except StateError as error:
            if holder in last:
                return last[holder]
            raise DatabaseUnavailable(reason="unanswered", holder=holder, why=error) from error
        return put(last, holder, found)


def put(known: dict[K, T], key: K, value: T) -> T:
    """Put a value where at most `REMEMBERED` are kept, and return it."""
    if len(known) >= REMEMBERED:
        known.clear()
    known[key] = value
    return value


@dataclass(frozen=True, slots=True)
class View:
    """What is known of a holder under one snapshot; replaced as a whole, so that no thread sees parts of two."""

    snapshot: Snapshot
    access: Mapping[str, Access]
    facts: UserFacts | None
    holdings: tuple[Holding, ...]
    decisions: dict[str, Decision]  # way to log in to what was decided about it so far
    denied: About | None = None  # why the holder may nothing at all: it is unknown, or retired


def codes_of(licenses: Iterable[str]) -> tuple[str, ...]:
    """Return the licenses of which an application says that a user holds them; raises as `Licensing.user`."""
    if isinstance(licenses, str):
        raise TypeError(f"licenses is a list of codes: use [{licenses!r}]")
    return tuple(licenses)


class Holder:
    """What a site may do, or a user, who can be asked more. Made by `Licensing.site`."""

    __slots__ = ("_id", "_live", "_view")
    _kind: ClassVar[Kind] = Kind.SITE

    def __init__(self, live: "LiveSnapshot", site_id: str) -> None:
        names.require_text(site_id, f"the id of a {self._kind.name.lower()}")
        self._live = live
        self._id = names.folded(site_id)
        self._view = self._evaluate()

    def allows(self, code: str, at_least: Access = Access.FULL) -> bool:
        """Return whether the holder may use a license to `at_least` this extent.

        Any kind of license can be asked about: a system license is there for every holder, to the extent that the
        holder's own licenses complete it.

        Raises:
            UnknownCode: no catalog has the code.
            StateError: the database is away, and nothing is known of this holder yet.
            TypeError: `at_least` is no `Access`.
        """
        view = self._view
        if view.snapshot is not self._live.snapshot:
            view = self._current()
        try:
            granted = view.access[code]
        except KeyError:
            granted = self.access(code)
        return granted is at_least or (at_least is not _FULL and granted >= level_of(at_least))

    def access(self, code: str) -> Access:
        """Return to what extent the holder may use a license; raises as `allows` does."""
        view = self._current()
        return view.access.get(asked(view.snapshot.state.entitlements, code), Access.NONE)

    def require(self, code: str, at_least: Access = Access.FULL) -> None:
        """Raise `NotEntitled` unless `allows` holds; raises as it does, too."""
        view = self._view
        if at_least is _FULL and view.snapshot is self._live.snapshot and view.access.get(code) is _FULL:
            return
        given = self.explain(code)
        if given.access < level_of(at_least) and given.why is not None:
            raise not_entitled(self._view.snapshot.state.entitlements, code, given.why, self._id)

    def explain(self, code: str) -> Given:
        """Return how the holder has a license: assigned, or through what; below full access, `why` says why.

        Raises as `allows` does.
        """
        view = self._current()
        entitlements = view.snapshot.state.entitlements
        name = asked(entitlements, code)
        access = view.access.get(name, Access.NONE)
        given = given_of(entitlements, view.holdings, name, access, kind=self._kind, holder=self._id)
        return given if given.why is None else given._replace(why=view.denied or given.why)

    def unavailable(self, function: str) -> tuple[Event, ...]:
        """Return the events in force that make a function unavailable here; none: it is available.

        `function` is what kinds of events name: `travel` of `no-travel`, `index` of `rebuild-index`.
        """
        return stopping(concerning(self._live.snapshot.state.events, site=self._id), function)

    def _current(self) -> View:
        view, snapshot = self._view, self._live.snapshot
        if view.snapshot is not snapshot:
            is_same = snapshot.holds_for(self._id, view.snapshot)
            self._view = view = replace(view, snapshot=snapshot) if is_same else self._evaluate()
        return view

    def _evaluate(self) -> View:
        snapshot = self._live.snapshot
        if (site := self._live.known_sites.find(self._id, snapshot)) is None:
            return View(snapshot, snapshot.nothing, None, (), {}, NoSuchSite())
        return View(snapshot, snapshot.access_of((), site.holdings), None, site.holdings, {})


class User(Holder):
    """What a user may do, at one site or at none. Made by `Licensing.user`."""

    __slots__ = ("_licenses", "_site")
    _kind = Kind.USER

    def __init__(self, live: "LiveSnapshot", user_id: str, site: str | None, licenses: tuple[str, ...] | None) -> None:
        if site is not None:
            names.require_text(site, "the id of a site")
        self._site = None if site is None else names.folded(site)
        self._licenses = licenses
        super().__init__(live, user_id)

    def may_login(self, way: str) -> Decision:
        """Decide whether the user may log in by `way`: allowed, or every reason why not.

        Raises:
            UnknownCode: no catalog has such a way.
            StateError: the database is away, and nothing is known of this user yet.
        """
        view = self._current()
        decision = view.decisions.get(way)
        if decision is None:
            state, access = view.snapshot.state, None if view.denied else view.access
            view.decisions[way] = decision = may_login(
                state.entitlements, view.facts, way, site=self._site, events=state.events, access=access
            )
        return decision

    def unavailable(self, function: str) -> tuple[Event, ...]:
        """Return the events in force that make a function unavailable to the user."""
        view = self._current()
        groups = () if view.facts is None else view.facts.groups
        return stopping(concerning(view.snapshot.state.events, user=self._id, groups=groups, site=self._site), function)

    def _evaluate(self) -> View:
        live = self._live
        snapshot = live.snapshot
        if self._licenses is not None:
            return self._as_the_application_says(snapshot, self._licenses)
        facts = live.known_users.find(self._id, snapshot)
        site = None if self._site is None else live.known_sites.find(self._site, snapshot)
        if facts is None or facts.retired:
            denied = NoSuchUser() if facts is None else Retired(user=self._id)
            return View(snapshot, snapshot.nothing, facts, (), {}, denied)
        access = snapshot.access_of(facts.holdings, () if site is None else site.holdings)
        return View(snapshot, access, facts, facts.holdings, {})

    def _as_the_application_says(self, snapshot: Snapshot, licenses: tuple[str, ...]) -> View:
        granted = snapshot.state.entitlements
        codes = dict.fromkeys(asked(granted, code, (Kind.USER, Kind.SITE)) for code in licenses)
        held = tuple(Holding(code, _OWN_SLOT) for code in codes if not is_absent(granted, code))
        of_user = tuple(one for one in held if granted.licenses[one.license].kind is Kind.USER)
        of_site = tuple(one for one in held if granted.licenses[one.license].kind is Kind.SITE)
        return View(snapshot, snapshot.access_of(of_user, of_site), UserFacts(self._id, holdings=of_user), held, {})
