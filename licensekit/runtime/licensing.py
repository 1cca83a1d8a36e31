"""Questions with state: what an installation grants now, answered from memory.

Questions read a snapshot; none of them asks a clock or touches a file. A watcher swaps the
snapshot when a date passes or the database changes, so that nothing lives past its end.
"""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Self

from licensekit.access import Access
from licensekit.dates import days_of
from licensekit.entitlements import Count, Explanation, LicenseRow, Notice
from licensekit.entitlements.events import Event, stopping
from licensekit.installation.home import open_installation
from licensekit.runtime.holders import Holder, User
from licensekit.runtime.keeper import Application, Keeper


def system_clock() -> datetime:
    """Give the time of this machine."""
    return datetime.now(UTC)


class Licensing:
    """What an installation grants, asked by the application. Make it with `Licensing.open`."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    @classmethod
    def open(
        cls,
        home: str | os.PathLike[str],
        *,
        root: str,
        pack: bytes | str,
        released: date | None = None,
        clock: Callable[[], datetime] = system_clock,
        watch: bool = True,
    ) -> Self:
        """Open the installation at `home`, a folder or a `postgresql://` URL.

        `root` is the pin that the vendor's `init` printed and `pack` the bytes of the pack that
        the application ships. `released` is the date of this version of the product, held
        against maintenance. `clock` gives aware datetimes, for tests and simulations. Without
        `watch` nothing changes until the host calls `refresh`.

        Raises:
            RootPinInvalid, RootMismatch: the pin is none, or the pack does not hold that root.
            FormatError, TrustError: the pack is damaged, or documents were rolled back.
            StateError: the home cannot be used.
        """
        application = Application(root, pack, None if released is None else days_of(released))
        database = open_installation(home, create=True)
        try:
            return cls(Keeper(database, application, clock, watch=watch))
        except BaseException:
            database.close()
            raise

    def allows(self, code: str, at_least: Access = Access.FULL) -> bool:
        """Say whether the installation may use a system license to `at_least` this extent.

        Raises:
            UnknownLicense: no catalog has the code.
            WrongKind: it is no system license; ask `user` or `site` about those.
        """
        try:
            return self._keeper.system[code] >= at_least
        except KeyError:
            return self.access(code) >= at_least

    def access(self, code: str) -> Access:
        """Say to what extent the installation may use a system license; raises as `allows` does."""
        return self._keeper.snapshot.answers.access(code)

    def require(self, code: str, at_least: Access = Access.FULL) -> None:
        """Return if `allows`; raises as it does.

        Raises:
            NotEntitled: it does not; the message says why.
        """
        self._keeper.snapshot.answers.require(code, at_least)

    def count(self, code: str) -> Count:
        """Give how much of a license there is, and how much of it is in use.

        Raises:
            UnknownLicense: no catalog has the code.
        """
        return self._keeper.snapshot.answers.count(code)

    def user(self, user_id: str, site: str | None = None) -> User:
        """Give what a user may do, at one site or at none; `user(id).allows("sale")`.

        A user whom the installation does not know, or who is retired, may do nothing.

        Raises:
            StateError: the database is away, and nothing is known of this user yet.
        """
        try:
            return self._keeper.users[user_id, site]
        except KeyError:
            return self._keeper.user(user_id, site)

    def site(self, site_id: str) -> Holder:
        """Give what a site may do; raises as `user` does."""
        try:
            return self._keeper.sites[site_id]
        except KeyError:
            return self._keeper.site(site_id)

    def unavailable(self, function: str) -> tuple[Event, ...]:
        """Give the events in force that make a function unavailable to everybody.

        `function` is what kinds of events name: `travel` of `no-travel`, `index` of
        `rebuild-index`. Ask `user(id)` about the events for a user, its groups and its site.
        """
        return stopping(self._keeper.snapshot.state.events, function)

    def explain(self, code: str) -> tuple[Explanation, ...]:
        """Give every bundle that grants a license, and through which other license.

        Raises:
            UnknownLicense: no catalog has the code.
        """
        return self._keeper.snapshot.answers.explain(code)

    @property
    def licenses(self) -> tuple[LicenseRow, ...]:
        """Every license of every catalog with what there is and what is in use."""
        return self._keeper.snapshot.answers.licenses

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What administrators should know, the most urgent first."""
        return self._keeper.notices

    def refresh(self) -> None:
        """Read the installation again now.

        Raises:
            StateError: the database cannot be read; answers are given from memory.
            TrustError: its documents were rolled back; likewise.
        """
        self._keeper.reload()

    def close(self) -> None:
        """Let go of the database. Every question raises afterwards: nothing would end any more."""
        self._keeper.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
