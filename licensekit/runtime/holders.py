"""Questions about one user or one site.

A holder's answers are worked out at the first question about it and kept until the snapshot
changes. An object that a program holds for long renews itself: it never answers from a snapshot
that is no longer in force.
"""

from collections.abc import Mapping
from typing import Protocol

from licensekit.access import Access
from licensekit.entitlements import Holding, resolve
from licensekit.entitlements.events import Event, stopping
from licensekit.entitlements.login import Decision, UserFacts, may_login
from licensekit.errors import NotEntitled
from licensekit.runtime.snapshot import Snapshot


class Source(Protocol):
    """Where holders come from: the snapshot in force, and what is known of users and sites."""

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot in force."""
        ...

    def user_facts(self, user_id: str) -> UserFacts | None:
        """Give what is known of a user; None if there is none of that id."""
        ...

    def site_holdings(self, site_id: str) -> tuple[Holding, ...] | None:
        """Give what a site holds; None if there is none of that id."""
        ...


class Holder:
    """What a site may do, or a user, who can be asked more. Made by `Licensing.site`."""

    __slots__ = ("_access", "_holdings", "_id", "_snapshot", "_source")

    _access: Mapping[str, Access]
    _snapshot: Snapshot

    def __init__(self, source: Source, site_id: str) -> None:
        self._source = source
        self._id = site_id
        self._look()

    def allows(self, code: str, at_least: Access = Access.FULL) -> bool:
        """Say whether the holder may use a license to `at_least` this extent.

        Any kind of license can be asked about: a system license is there for every holder, to
        the extent that the holder's own licenses complete it.

        Raises:
            UnknownLicense: no catalog has the code.
            StateError: the database is away, and nothing is known of this holder yet.
        """
        if self._snapshot is not self._source.snapshot:
            self._look()
        try:
            return self._access[code] >= at_least
        except KeyError:
            return self.access(code) >= at_least

    def access(self, code: str) -> Access:
        """Say to what extent the holder may use a license; raises as `allows` does."""
        if self._snapshot is not self._source.snapshot:
            self._look()
        return self._access[resolve(self._snapshot.state.entitlements, code)]

    def require(self, code: str, at_least: Access = Access.FULL) -> None:
        """Return if `allows`; raises as it does.

        Raises:
            NotEntitled: it does not.
        """
        if not self.allows(code, at_least):
            raise NotEntitled(
                f"`{code}` is not granted to `{self._id}`",
                hint="see what is assigned and what the installation has",
                license=code,
                holder=self._id,
            )

    def unavailable(self, function: str) -> tuple[Event, ...]:
        """Give the events in force that make a function unavailable here; none: it is available.

        `function` is what kinds of events name: `travel` of `no-travel`, `index` of
        `rebuild-index`.
        """
        return stopping(self._source.snapshot.state.events, function, site=self._id)

    def _look(self) -> None:
        """Work the answers out for the snapshot in force."""
        snapshot = self._source.snapshot
        held = self._source.site_holdings(self._id)
        self._access = snapshot.nothing if held is None else snapshot.access_of((), held)
        self._snapshot = snapshot


class User(Holder):
    """What a user may do, at one site or at none. Made by `Licensing.user`."""

    __slots__ = ("_decided", "_facts", "_site")

    _decided: tuple[Snapshot, dict[str, Decision]]
    _facts: UserFacts | None

    def __init__(self, source: Source, user_id: str, site: str | None) -> None:
        self._site = site
        super().__init__(source, user_id)

    def may_login(self, way: str) -> Decision:
        """Decide whether the user may log in by `way`: allowed, or every reason why not.

        Raises:
            UnknownAccess: no catalog has such a way.
            StateError: the database is away, and nothing is known of this user yet.
        """
        snapshot, decisions = self._decided
        if snapshot is not self._source.snapshot:
            self._look()
            snapshot, decisions = self._decided
        try:
            return decisions[way]
        except KeyError:
            decision = decisions[way] = self._decide(snapshot, way)
            return decision

    def unavailable(self, function: str) -> tuple[Event, ...]:
        """Give the events in force that make a function unavailable to the user, as for a site."""
        if self._snapshot is not self._source.snapshot:
            self._look()
        return stopping(
            self._snapshot.state.events,
            function,
            user=self._id,
            groups=() if self._facts is None else self._facts.groups,
            site=self._site,
        )

    def _decide(self, snapshot: Snapshot, way: str) -> Decision:
        state = snapshot.state
        return may_login(
            state.entitlements,
            self._facts,
            way,
            site=self._site,
            events=state.events,
            access=self._access,
        )

    def _look(self) -> None:
        source = self._source
        snapshot = source.snapshot
        facts = source.user_facts(self._id)
        at_site = None if self._site is None else source.site_holdings(self._site)
        if facts is None or facts.retired:
            self._access = snapshot.nothing
        else:
            self._access = snapshot.access_of(facts.holdings, at_site or ())
        self._facts = facts
        self._snapshot = snapshot
        # In one, and last: no decision of an older snapshot is ever taken for one of this.
        self._decided = snapshot, {}
