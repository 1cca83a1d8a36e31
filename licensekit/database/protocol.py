"""What a database can do for the layers above, and what its two engines share.

A driver's errors become ours where they are raised, and nothing can be done in a transaction that is over. A value that
only one engine would take is refused on both: a database moves from one to the other.

SQL is written once, in the part that SQLite and PostgreSQL both speak, with `?` for each value.
Rules that keep it so: upserts as `ON CONFLICT`, ranges of folded words for searching, a `CAST(? AS …)` where a value
stands alone (`? IS NULL`), no dates, no booleans, no `%`.
`server_now()` gives the seconds since 1970 by the server's clock, or NULL where there is no server.
`is_read_only()` is 1 where nothing can be written: a file system, rights, a standby; else 0.
`may_be_lost()` is true, and lets a server commit without waiting for its disk: what a statement has
done that says so may be undone if the server crashes, and nothing else.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Sized
from contextlib import AbstractContextManager, ExitStack, contextmanager
from copy import copy
from dataclasses import KW_ONLY, dataclass, field
from math import inf
from os import getpid
from queue import Empty, LifoQueue
from time import monotonic
from types import TracebackType
from typing import Any, Final, Generic, LiteralString, Protocol, Self, TypeAlias, TypeVar, cast

from licensekit.errors import DatabaseBusy, DatabaseUnavailable, LicenseError, NotStorable

Value = int | str | bytes | None
"""What goes in and comes out. Integers have 64 bits; a bool goes in as 0 or 1."""
Row = tuple[Any, ...]
Version = tuple[int, ...]
BUSY_SECONDS: Final = 10.0  # how long a transaction waits for another process before it gives up as `DatabaseBusy`
STREAMED_ROWS: Final = 1000  # how many rows `stream` holds at a time
VALUE_BYTES: Final = 16 * 1024 * 1024  # the longest text or blob; what documents contain is bounded by `limits` to less
Translate = Callable[[BaseException, str], LicenseError | None]
"""Returns the error of ours for an error of the driver; None for any other."""


def marks(values: Sized) -> LiteralString:
    """Return a question mark for each of some values, at least one, of a query."""
    return "?" + ", ?" * (len(values) - 1)


@contextmanager
def undoing(undo: Callable[[], object]) -> Generator[None]:
    """Run a block, and undo what was begun if it raises: an interruption too must leave nothing open."""
    try:
        yield
    except BaseException:
        undo()
        raise


@dataclass
class Translated:
    """A block in which the errors of a driver become ours; `where` is the database."""

    translate: Translate
    where: str

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        ours = None if error is None else self.translate(error, self.where)
        if isinstance(error, UnicodeEncodeError | OverflowError):  # Python's own, of a value
            ours = NotStorable(reason="not-encodable", where=self.where)
        if ours is not None:
            raise ours from error


@dataclass
class Lifetime(Translated):
    """A transaction until its commit, or the first statement that fails: each statement runs in a block of this."""

    _pid: int = field(default_factory=getpid, init=False)
    _open: bool = field(default=True, init=False)

    @property
    def is_inherited(self) -> bool:
        """Whether the transaction belongs to a parent process."""
        return self._pid != getpid()

    def check(self) -> None:
        """Raise `DatabaseUnavailable` if the transaction is over, or is a parent process's."""
        if not self._open or self.is_inherited:
            raise DatabaseUnavailable(reason="ended", where=self.where)

    __enter__ = check

    def end(self) -> None:
        """End the lifetime: nothing more can be done in the transaction."""
        self._open = False

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is not None:
            self._open = False
            super().__exit__(kind, error, _)


class Connection(ABC):
    """One transaction. Usable only inside its `with` block, by one thread, in one process.

    After a method has raised, the transaction is over: leave the block. SQLite would go on after an error and
    PostgreSQL does not; so that programs behave the same on both, neither does here.

    Every method raises `ConstraintViolated`, `NotStorable` (a NUL or lone surrogate in text, an integer of more than 64
    bits, a value longer than `VALUE_BYTES`), or `DatabaseBusy`, `DatabaseDamaged` or `DatabaseUnavailable`.
    """

    def __init__(self, translate: Translate, where: str) -> None:
        self._where = self.location = where
        self._lifetime = Lifetime(translate, where)

    def rows(self, sql: LiteralString, *params: Value) -> list[Row]:
        """Return every row of a query."""
        with self._lifetime:
            found: list[Row] = self._run(sql, params).fetchall()
            return found

    def one(self, sql: LiteralString, *params: Value) -> Row | None:
        """Return the first row of a query, or None."""
        with self._lifetime:
            found: Row | None = self._run(sql, params).fetchone()
            return found

    def value(self, sql: LiteralString, *params: Value) -> Any | None:
        """Return the first value of the first row of a query, or None."""
        row = self.one(sql, *params)
        return None if row is None else row[0]

    def run(self, sql: LiteralString, *params: Value) -> int:
        """Run a statement and return the number of rows that it changed."""
        with self._lifetime:
            changed: int = self._run(sql, params).rowcount
            return max(changed, 0)

    @abstractmethod
    def run_many(self, sql: LiteralString, rows: Iterable[tuple[Value, ...]]) -> int:
        """Run a statement once for each of `rows` and return the number of rows changed."""

    def stream(self, sql: LiteralString, *params: Value) -> Iterator[Row]:
        """Return the rows of a query of any size one after the other, in constant memory."""
        with self._lifetime:
            fetch = self._stream(sql, params)
        return self._batches(fetch)

    @abstractmethod
    def now(self) -> int | None:
        """Return the server's time at the beginning, in seconds since 1970; None where there is no server."""

    @abstractmethod
    def commit(self) -> None:
        """Commit durably, and end the transaction."""

    @abstractmethod
    def abandon(self) -> None:
        """Undo what was done; nothing, if the transaction belongs to a parent process."""

    @abstractmethod
    def _run(self, sql: LiteralString, params: tuple[Value, ...]) -> Any:
        """Run a statement and return its cursor, as the driver has it (PEP 249)."""

    @abstractmethod
    def _stream(self, sql: LiteralString, params: tuple[Value, ...]) -> Callable[[], list[Row]]:
        """Run a query and return what fetches its next rows: `STREAMED_ROWS` of them, fewer at the end."""

    def _batches(self, fetch: Callable[[], list[Row]]) -> Iterator[Row]:
        is_more = True
        while is_more:
            with self._lifetime:
                batch = fetch()
            yield from batch
            is_more = len(batch) == STREAMED_ROWS

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is not None:
            self.abandon()
            return
        try:  # not `undoing`, which costs for each transaction
            self.commit()
        except BaseException:
            self.abandon()
            raise


class Database(Protocol):
    """A database of one kind and schema, safe to share between threads and to carry over a fork."""

    @property
    def location(self) -> str:
        """Where it is, as it may be shown: a path, or a URL without its password."""
        ...

    def read(self) -> AbstractContextManager[Connection]:
        """Open a consistent snapshot, which writers neither wait for nor disturb; raises as `write`."""
        ...

    def write(self, *, shared: bool = False) -> AbstractContextManager[Connection]:
        """Open the one write transaction that the database has at a time, in any process; never one inside another.

        It is committed, durably, when the block ends, and rolled back when the block raises anything. Inside the block,
        what was read stays true until the commit. With `shared`, others may run at the same time: hosts need not
        queue, and `version` need not move. That is for rows such as leases, which a unique key keeps
        apart: there, decide by what `run` says it changed, not by what was read.

        Raises `DatabaseNewer` where a newer program has migrated it meanwhile, `DatabaseBusy` where another writer held
        it for longer than `BUSY_SECONDS`, `DatabaseDamaged` and `DatabaseUnavailable`; nothing was changed.
        """
        ...

    def once(self, sql: LiteralString, *params: Value) -> Row | None:
        """Run one statement that returns rows, as a shared transaction by itself; return its first row.

        It saves a message to the server. The statement itself has to hold against others, and against a newer program
        that has migrated the database. Where a server went away, it is unknown whether it changed something.
        """
        ...

    def each(self, sql: LiteralString, rows: Iterable[tuple[Value, ...]]) -> list[Row | None]:
        """Run a statement for each of `rows`, as `once` does; all are one transaction on SQLite. Return first rows."""
        ...

    def version(self) -> Version:
        """Return a token of this process that is another one after each commit, restored backup or fork."""
        ...

    def epoch(self) -> str:
        """Return what stays the same until a server fails over or is restored; empty where there is no server."""
        ...

    def within(self, deadline: float) -> "Database":
        """Return this database with calls that end by `deadline`, a time of `time.monotonic`; nothing else is new.

        That holds for all that is waited for: a connection, a lock, an answer. A server that stands still meanwhile is
        `DatabaseBusy` of the reason `deadline`, and the connection is thrown away; a wait that the engine has ended is
        of its own reason. Of a commit without an answer (`DatabaseUnavailable`, `uncertain`) and of `once` it is
        unknown whether it happens. Until a deadline far off, one statement may take longer than others may.
        """
        ...

    def close(self) -> None:
        """Close every connection, now or when the thread that uses it has finished."""
        ...


class BaseDatabase:
    """What a database without a server has."""

    deadline = inf

    def within(self, deadline: float) -> Database:
        """See `Database.within`."""
        bounded = copy(self)  # which shares everything else
        bounded.deadline = deadline
        return cast("Database", bounded)

    def epoch(self) -> str:
        """See `Database.epoch`."""
        return ""

    def once(self: Database, sql: LiteralString, *params: Value) -> Row | None:
        """See `Database.once`: a statement by itself is a transaction like any other."""
        return self.each(sql, [params])[0]

    def each(self: Database, sql: LiteralString, rows: Iterable[tuple[Value, ...]]) -> list[Row | None]:
        """See `Database.each`."""
        with self.write(shared=True) as connection:
            return [connection.one(sql, *row) for row in rows]


def storable(params: tuple[Value, ...], where: str) -> tuple[Value, ...]:
    """Return `params`, or raise `NotStorable` for a NUL in text (PostgreSQL has none) or a value that is too long."""
    for value in params:
        # In the order of how many there are: whoever enters a million rows asks this often.
        if value is None or type(value) is int:
            continue
        if isinstance(value, str | bytes) and len(value) > VALUE_BYTES:
            raise NotStorable(reason="too-long", where=where)
        if isinstance(value, str) and "\0" in value:
            raise NotStorable(reason="nul", where=where)
    return params


Fill = Callable[[Connection], object]  # writes the first rows of a new database
C = TypeVar("C")
_Free: TypeAlias = LifoQueue[tuple[C, float] | None]
CONNECTIONS: Final = 16  # how many connections one pool lends at a time
UNUSED_SECONDS: Final = 60.0  # how long a connection is kept that nobody uses
_INHERITED: Final[list[object]] = []
"""What a parent process had open. Kept, because closing it here would disturb the parent."""


@dataclass(eq=False, repr=False)
class ConnectionPool(Generic[C]):
    """Lends connections, `slots` at a time, in any thread, never across a fork; `is_usable` is asked of idle ones."""

    make: Callable[[float], C]  # makes one by a deadline, a time of `time.monotonic`
    discard: Callable[[C], None]
    _: KW_ONLY
    location: str
    wait: float  # seconds after which a pool whose connections are all lent gives up
    is_usable: Callable[[C], bool] = lambda _: True
    slots: int = CONNECTIONS
    _closed: bool = field(default=False, init=False)
    _free: dict[int, _Free[C]] = field(default_factory=dict[int, _Free[C]], init=False)
    """By process: the connections that are not lent, the last used first, each with the time at which it came back, and
    None for each that is not made yet."""

    @contextmanager
    def lend(self, deadline: float = inf) -> Generator[C]:
        """Lend a connection; raise `DatabaseUnavailable` if closed, `DatabaseBusy` after `wait` or at the deadline."""
        self.check_open()
        pid, free = getpid(), self._of_process()
        try:
            idle = free.get(timeout=max(0.0, min(self.wait, deadline - monotonic())))
        except Empty as error:
            self.check_open()
            raise DatabaseBusy(reason="threads", where=self.location) from error
        connection: C | None = None
        try:
            connection = self._usable(None if idle is None else idle[0], deadline)
            yield connection
        finally:  # an interruption too must give the place back
            if pid == getpid():
                free.put(None if connection is None else (connection, monotonic()))
                self._discard_unused(free)
            else:
                _INHERITED.append(connection)

    def close(self) -> None:
        """Discard what is idle now, and what is lent when it comes back."""
        self._closed = True
        self._discard_unused(self._of_process())

    def check_open(self) -> None:
        """Raise `DatabaseUnavailable` after `close`."""
        if self._closed:
            raise DatabaseUnavailable(reason="closed", where=self.location)

    def _discard_unused(self, free: _Free[C]) -> None:
        """Discard what nobody was lent for a while: a program need not keep what many threads needed once."""
        end = inf if self._closed else monotonic() - UNUSED_SECONDS
        unused: list[C] = []
        with free.mutex:
            for place, one in enumerate(free.queue):
                if one is not None and one[1] < end:
                    unused.append(one[0])
                    free.queue[place] = None
        for connection in unused:
            self.discard(connection)

    def _of_process(self) -> _Free[C]:
        pid = getpid()
        free = self._free.get(pid)
        if free is None:
            # No lock of ours could be relied on here: a thread that held it may be lost in a fork.
            _INHERITED.extend(self._free.values())
            fresh: _Free[C] = LifoQueue()
            for _ in range(self.slots):
                fresh.put(None)
            free = self._free.setdefault(pid, fresh)
        return free

    def _usable(self, idle: C | None, deadline: float) -> C:
        with ExitStack() as undo:
            if idle is not None:
                undo.callback(self.discard, idle)
                if self.is_usable(idle):
                    undo.pop_all()
                    return idle
        self.check_open()
        return self.make(deadline)
