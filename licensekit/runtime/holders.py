"""Questions about one user or one site.

The answers about a holder are evaluated at the first question and kept until the snapshot changes. A program may keep
an object for any length of time: it always answers from the snapshot in force.
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
"""The slot of licenses that the application itself assigns; the first slot is granted most."""
REMEMBERED: Final = 100_000  # how many users, and how many sites, are kept in memory
K = TypeVar("K")
T = TypeVar("T")


class Lookups(Generic[T]):
    """Lookups of users, or of sites, which keep the last result of each. Safe for threads."""

    def __init__(self, database: Database, read: Callable[[Connection, str], T | None]) -> None:
        self._database = database
        self._read = read
        self._last: dict[str, T | None] = {}

    def find(self, holder: str, snapshot: Snapshot) -> T | None:
        """Look up a user or site; None if there is none. Raise `StateError` for a new one if the database is away."""
        # If the database is known to be away, nobody waits for it, except the first question about a holder, and not
        # even that if the database hangs.
        away, last = snapshot.away, self._last
        if away is not None and holder in last:
            return last[holder]
        try:
            if away is not None and isinstance(away.error, DatabaseBusy):
                raise away.error
            with self._database.read() as connection:
                found = self._read(connection, holder)
        except NotStorable:
            return None  # an id that cannot be stored does not exist
        except StateError as error:
            if holder in last:
                return last[holder]
            raise DatabaseUnavailable(reason="unanswered", holder=holder, why=error) from error
        return put(last, holder, found)


def put(known: dict[K, T], key: K, value: T) -> T:
    """Add a value to a cache of at most `REMEMBERED` entries, and return it."""
    if len(known) >= REMEMBERED:
        known.clear()
    known[key] = value
    return value


@dataclass(frozen=True, slots=True)
class View:
    """The answers about a holder under one snapshot; replaced as a whole, so that no thread sees a mixture of two."""

    snapshot: Snapshot
    access: Mapping[str, Access]
    facts: UserFacts | None
    holdings: tuple[Holding, ...]
    decisions: dict[str, Decision]  # way to log in to its decision, once asked
    denied: About | None = None  # why everything is denied: the holder is unknown or retired


def codes_of(licenses: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of licenses that an application assigns itself; raises as `Licensing.user`."""
    if isinstance(licenses, str):
        raise TypeError(f"licenses is a list of codes: use [{licenses!r}]")
    return tuple(licenses)


class Holder:
    """Answers what a site may do; also the base class of `User`. Created by `Licensing.site`."""

    __slots__ = ("_id", "_live", "_view")
    _kind: ClassVar[Kind] = Kind.SITE

    def __init__(self, live: "LiveSnapshot", site_id: str) -> None:
        names.require_text(site_id, f"the id of a {self._kind.name.lower()}")
        self._live = live
        self._id = names.folded(site_id)
        self._view = self._evaluate()

    def allows(self, code: str, at_least: Access = Access.FULL) -> bool:
        """Return whether the holder may use a license with access `at_least`.

        The license may be of any kind. Every holder has system licenses, as far as the holder's own licenses complete
        them.

        Raises:
            UnknownCode: no catalog has the code.
            StateError: the database is away, and this holder was not asked about before.
            TypeError: `at_least` is not an `Access`.
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
        """Return the holder's access to a license; raises as `allows` does."""
        view = self._current()
        return view.access.get(asked(view.snapshot.state.entitlements, code), Access.NONE)

    def require(self, code: str, at_least: Access = Access.FULL) -> None:
        """Raise `NotEntitled` unless `allows` is true; also raises as `allows` does."""
        view = self._view
        if at_least is _FULL and view.snapshot is self._live.snapshot and view.access.get(code) is _FULL:
            return
        given = self.explain(code)
        if given.access < level_of(at_least) and given.why is not None:
            raise not_entitled(self._view.snapshot.state.entitlements, code, given.why, self._id)

    def explain(self, code: str) -> Given:
        """Return how the holder has a license: assigned, or through which other; `why` explains less than full access.

        Raises as `allows` does.
        """
        view = self._current()
        entitlements = view.snapshot.state.entitlements
        name = asked(entitlements, code)
        access = view.access.get(name, Access.NONE)
        given = given_of(entitlements, view.holdings, name, access, kind=self._kind, holder=self._id)
        return given if given.why is None else given._replace(why=view.denied or given.why)

    def unavailable(self, function: str) -> tuple[Event, ...]:
        """Return the events in force that make a function unavailable here; empty if it is available.

        `function` is the word in the kind of the event: `travel` for `no-travel`, `index` for `rebuild-index`.
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
    """Answers what a user may do, at one site or none. Created by `Licensing.user`."""

    __slots__ = ("_licenses", "_site")
    _kind = Kind.USER

    def __init__(self, live: "LiveSnapshot", user_id: str, site: str | None, licenses: tuple[str, ...] | None) -> None:
        if site is not None:
            names.require_text(site, "the id of a site")
        self._site = None if site is None else names.folded(site)
        self._licenses = licenses
        super().__init__(live, user_id)

    def may_login(self, way: str) -> Decision:
        """Decide whether the user may log in by `way`; a refusal has every reason.

        Raises:
            UnknownCode: no catalog has such a way.
            StateError: the database is away, and this user was not asked about before.
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
