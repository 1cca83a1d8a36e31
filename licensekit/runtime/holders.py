"""Questions about one user or one site.

A holder's answers are evaluated at the first question about it and kept until the snapshot
changes. An object that a program holds for long renews itself: it never answers from a snapshot
that is no longer in force.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from licensekit.access import Access
from licensekit.entitlements import Holding, resolve
from licensekit.entitlements.denials import NotGrantedTo
from licensekit.entitlements.events import Event, stopping
from licensekit.entitlements.login import Decision, UserFacts, may_login
from licensekit.errors import NotEntitled
from licensekit.runtime.snapshot import Snapshot


class HolderSource(Protocol):
    """Where holders come from: the snapshot in force, and what is known of users and sites."""

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot in force."""
        ...

    def user_facts(self, user_id: str) -> UserFacts | None:
        """Look up what is known of a user; None if no one has that id."""
        ...

    def site_holdings(self, site_id: str) -> tuple[Holding, ...] | None:
        """Look up what a site holds; None if no one has that id."""
        ...


class View(NamedTuple):
    """What is known of a holder under one snapshot.

    It is put in place by one assignment, so that threads that evaluate at the same time never leave
    parts of an older view beside those of a newer one.
    """

    snapshot: Snapshot
    access: Mapping[str, Access]
    facts: UserFacts | None
    decisions: dict[str, Decision]
    """Way to log in to what was decided about it so far."""


class Holder:
    """What a site may do, or a user, who can be asked more. Made by `Licensing.site`."""

    __slots__ = ("_id", "_source", "_view")

    def __init__(self, source: HolderSource, site_id: str) -> None:
        self._source = source
        self._id = site_id
        self._view = self._evaluate()

    def allows(self, code: str, at_least: Access = Access.FULL) -> bool:
        """Return whether the holder may use a license to `at_least` this extent.

        Any kind of license can be asked about: a system license is there for every holder, to
        the extent that the holder's own licenses complete it.

        Raises:
            UnknownLicense: no catalog has the code.
            StateError: the database is away, and nothing is known of this holder yet.
        """
        view = self._view
        if view.snapshot is not self._source.snapshot:
            view = self._view = self._evaluate()
        try:
            return view.access[code] >= at_least
        except KeyError:
            return self.access(code) >= at_least

    def access(self, code: str) -> Access:
        """Return to what extent the holder may use a license; raises as `allows` does."""
        view = self._current()
        return view.access[resolve(view.snapshot.state.entitlements, code)]

    def require(self, code: str, at_least: Access = Access.FULL) -> None:
        """Raise `NotEntitled` unless `allows` holds; raises as it does, too."""
        if not self.allows(code, at_least):
            raise NotEntitled(license=code, why=NotGrantedTo(holder=self._id), holder=self._id)

    def unavailable(self, function: str) -> tuple[Event, ...]:
        """Return the events in force that make a function unavailable here; none: it is available.

        `function` is what kinds of events name: `travel` of `no-travel`, `index` of
        `rebuild-index`.
        """
        return stopping(self._source.snapshot.state.events, function, site=self._id)

    def _current(self) -> View:
        """Return the view under the snapshot in force."""
        if self._view.snapshot is not self._source.snapshot:
            self._view = self._evaluate()
        return self._view

    def _evaluate(self) -> View:
        """Evaluate the answers under the snapshot in force."""
        snapshot = self._source.snapshot
        held = self._source.site_holdings(self._id)
        access = snapshot.nothing if held is None else snapshot.access_of((), held)
        return View(snapshot, access, None, {})


class User(Holder):
    """What a user may do, at one site or at none. Made by `Licensing.user`."""

    __slots__ = ("_site",)

    def __init__(self, source: HolderSource, user_id: str, site: str | None) -> None:
        self._site = site
        super().__init__(source, user_id)

    def may_login(self, way: str) -> Decision:
        """Decide whether the user may log in by `way`: allowed, or every reason why not.

        Raises:
            UnknownAccess: no catalog has such a way.
            StateError: the database is away, and nothing is known of this user yet.
        """
        view = self._current()
        try:
            return view.decisions[way]
        except KeyError:
            decision = view.decisions[way] = self._decide(view, way)
            return decision

    def unavailable(self, function: str) -> tuple[Event, ...]:
        """Return the events in force that make a function unavailable to the user."""
        view = self._current()
        return stopping(
            view.snapshot.state.events,
            function,
            user=self._id,
            groups=() if view.facts is None else view.facts.groups,
            site=self._site,
        )

    def _decide(self, view: View, way: str) -> Decision:
        state = view.snapshot.state
        return may_login(
            state.entitlements,
            view.facts,
            way,
            site=self._site,
            events=state.events,
            access=view.access,
        )

    def _evaluate(self) -> View:
        source = self._source
        snapshot = source.snapshot
        facts = source.user_facts(self._id)
        at_site = None if self._site is None else source.site_holdings(self._site)
        if facts is None or facts.retired:
            return View(snapshot, snapshot.nothing, facts, {})
        return View(snapshot, snapshot.access_of(facts.holdings, at_site or ()), facts, {})
