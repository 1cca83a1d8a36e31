"""A `Licensing` on the real engine, in memory, with throw-away licenses that a test can change."""

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Final, Unpack, cast

from licensekit.database import Database
from licensekit.dates import date_of, day_at, days_of, seconds_of
from licensekit.errors import DatabaseUnavailable, EntryTaken, StateError
from licensekit.installation import Installation
from licensekit.runtime.licensing import Licensing
from licensekit.runtime.live_snapshot import LiveSnapshot
from licensekit.runtime.snapshot import OnDemand
from licensekit.state.home import open_in_memory
from licensekit.state.loading import OpenInstallation
from licensekit.state.time import Boot, clocks_of, elapsed_of, system_clock
from licensekit.state.transactions import remember
from licensekit.testing.signing import NOTHING, Issuer, Sold, Span, issuer_for, merged, span_of
from licensekit.wire.documents import Kind

Clock = Callable[[], datetime]  # returns the time as an aware datetime
Assigned = Mapping[str, Iterable[str]]  # user id to the licenses assigned to the user
_ASKED: Final = frozenset({"read", "write", "once", "each", "version", "epoch", "within"})


class TestLicensing(Licensing):
    """The licensing of a test. Create it with `licenses`, or with the `testing` of a product.

    Every answer reads clock and database when it is asked for; there are no threads.
    """

    __test__: ClassVar = False  # else pytest would collect a class with this name
    _lent: "_Lent | None" = None

    def __init__(
        self, issuer: Issuer, clock: Clock | None, released: date | None, terms: Sold, assigned: Assigned
    ) -> None:
        self._issuer, self._terms, self._number = issuer, NOTHING, 0
        self._shared: list[Licensing] = []
        self._clock, self._database = _Clock(clock), _Database()
        day = None if released is None else days_of(released)
        database, boot = cast("Database", self._database), self._clock.boot
        clocks = clocks_of(self._clock, boot)
        self._opened = OpenInstallation(database, clocks, issuer.root, issuer.pack, day, elapsed=elapsed_of(boot))
        self.installation = Installation(self._opened)
        """The handle of its administrator: users, sites, events, and everything else."""
        try:
            self.grant(**terms)
            for user, codes in assigned.items():
                self.assign(user, *codes)
            live = LiveSnapshot(self._opened, watch=False)
        except BaseException:  # also an interruption leaves nothing open
            self.installation.close()
            raise
        super().__init__(cast("LiveSnapshot", OnDemand(live)))
        self._lent = _Lent(live)

    def setting(self, code: str) -> Any:
        """Return the value of a setting; typed `Any`, so that the typed module of a product accepts this class."""
        return super().setting(code)

    def travel(self, to: date | Span) -> None:
        """Move the clock to a time, to the first second of a day in UTC, or by a span; a number means days.

        An installation remembers the latest time: when the clock goes back, it uses that time and reports it.
        """
        self._look()  # at seats, whose holders may be gone later
        self._clock.travel(to)
        with suppress(StateError):  # without the database, the time is not recorded
            remember(self._opened, self._live.snapshot.state, 1)
        self._look()

    def grant(self, **terms: Unpack[Sold]) -> None:
        """Change what is sold: sign the next license file, and activate it.

        Terms that are not named stay the same. A count is the new total.

        Raises `OrderInvalid` or `CatalogInvalid` for invalid terms or codes, `RefusedError` if the installation refuses
        the file, for example because more are in use, `StateError` if the database is away.
        """
        now, number = seconds_of(self._clock()), self._number + 1
        after = merged(self._terms, terms, date_of(day_at(now)))
        self.installation.activate(self._issuer.file(after, number=number, now=now))
        self._terms, self._number = after, number
        self._look()

    def withdraw(self, *codes: str) -> None:
        """Release licenses and stop selling them; raises as `grant`, and `UnknownCode`."""
        for code in codes:
            self.count(code)  # raises
        tables = [kind.plural for kind in Kind]
        without = {table: {code: 0 for code in codes if code in self._terms[table]} for table in tables}
        users, sites = self.installation.users, self.installation.sites
        for user, _ in tuple(users.list()):
            users.release(user.id, *set(user.licenses).intersection(codes))
        for site, _ in sites.list():
            sites.release(site.id, *set(site.licenses).intersection(codes))
        self.grant(**cast("Sold", without))

    def assign(self, user_id: str, *licenses: str) -> None:
        """Assign licenses to a user, adding the user if needed; raises as `Users.assign`."""
        with suppress(EntryTaken):
            self.installation.users.add(user_id)
        self.installation.users.assign(user_id, *licenses)
        self._look()

    def lose_database(self) -> AbstractContextManager[object]:
        """Make the database unavailable until `restore_database`, or until the end of a `with` block."""
        self._database.is_lost = True
        self._look()
        block = ExitStack()
        block.callback(self.restore_database)
        return block

    def restore_database(self) -> None:
        """Bring the database back."""
        self._database.is_lost = False
        self._look()

    def share(self) -> Licensing:
        """Return a `Licensing` for the program under test; closing it only releases its seats."""
        self._shared.append(Licensing(cast("LiveSnapshot", self._lent)))
        return self._shared[-1]

    @contextmanager
    def standing_in(self, others: Iterable[Licensing]) -> Generator[None]:
        """Make other `Licensing` objects of the program answer as this one during a block."""
        kept = [(one, one.__dict__) for one in others]
        for one, _ in kept:
            one.__dict__ = self.share().__dict__
        try:
            yield
        finally:
            for one, own in kept:
                one.__dict__ = own

    def close(self) -> None:
        """Close everything, including what was shared."""
        for one in self._shared:
            one.close()
        super().close()

    def _look(self) -> None:
        """Report changes to callbacks and waiting threads; questions look by themselves."""
        if self._lent is not None:
            _ = self._lent.snapshot


@contextmanager
def licenses(
    issuer: Issuer | None = None,
    *,
    released: date | None = None,
    assigned: Assigned = {},  # noqa: B006  # nobody changes it
    clock: Clock | None = None,
    **terms: Unpack[Sold],
) -> Generator[TestLicensing]:
    """Open a `TestLicensing` with exactly these licenses for a block (`docs/how-to/testing.md`).

        with licenses(system=["server"], users={"standard": 5}, expiry=30) as licensing:
            assert licensing.allows("server")
            licensing.travel(31)
            assert not licensing.allows("server")

    `assigned` maps the ids of users, who are added, to their licenses. The clock starts at the time of this machine and
    stands still, unless `clock` is given. `issuer` and `released` are for products: see `Product.testing`.

    Raises as `TestLicensing.grant` and `TestLicensing.assign`.
    """
    with TestLicensing(issuer or issuer_for(), clock, released, terms, assigned) as licensing:
        yield licensing


class _Clock:
    """A clock that stands still, or follows another, and can travel."""

    def __init__(self, clock: Clock | None) -> None:
        start = system_clock()
        self._clock = clock or (lambda: start)
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return self._clock() + self._ahead

    def boot(self) -> Boot:
        """Return the boot clock of a machine that runs as long as the test."""
        return Boot(b"licensekit.test.", seconds_of(self()))

    def travel(self, to: date | Span) -> None:
        if isinstance(to, Span):
            self._ahead += span_of(to)
        else:
            moment = to if isinstance(to, datetime) else datetime(to.year, to.month, to.day, tzinfo=UTC)
            self._ahead = moment - self._clock()


class _Database:
    """A database in memory that can become unavailable."""

    def __init__(self) -> None:
        self._database = open_in_memory()
        self.is_lost = False

    def __getattr__(self, name: str) -> Any:
        if self.is_lost and name in _ASKED:
            raise DatabaseUnavailable(reason="gone", detail="the test took it away", where=self._database.location)
        return getattr(self._database, name)


class _Lent(OnDemand):
    """A live snapshot that `close` leaves open until the test ends."""

    def close(self) -> None:
        """Do nothing."""
