"""The interface of a database, and the code that its two engines share.

Driver errors are translated into ours where they are raised, and a transaction that is over accepts nothing more. A
value that only one engine could store is refused by both, because databases are moved from one to the other.

SQL is written once, in the dialect that SQLite and PostgreSQL share, with `?` for each value. So upserts use
`ON CONFLICT`, searches use ranges of folded words, a value without a typed operand is cast (`CAST(? AS …) IS NULL`),
and there are no dates, no booleans and no `%`. Both engines understand three functions of ours:

- `server_now()`: seconds since 1970 by the server's clock; NULL where there is no server.
- `is_read_only()`: 1 if nothing can be written (file system, rights, a standby), else 0.
- `may_be_lost()`: always true. It lets a server commit without waiting for its disk: if the server crashes, the changes
  of that transaction may be lost, and nothing else.
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
"""A value that can be stored. Integers have 64 bits; a bool is stored as 0 or 1."""
Row = tuple[Any, ...]
Version = tuple[int, ...]
BUSY_SECONDS: Final = 10.0  # how long a transaction waits for another process before it raises `DatabaseBusy`
STREAMED_ROWS: Final = 1000  # how many rows `stream` fetches at a time
VALUE_BYTES: Final = 16 * 1024 * 1024  # the longest text or blob; `limits` allows documents less
Translate = Callable[[BaseException, str], LicenseError | None]
"""Maps an error of the driver to ours; returns None for any other error."""


def marks(values: Sized) -> LiteralString:
    """Return a comma-separated `?` for each of `values`, of which there must be at least one."""
    return "?" + ", ?" * (len(values) - 1)


@contextmanager
def undoing(undo: Callable[[], object]) -> Generator[None]:
    """Call `undo` if the block raises anything, `KeyboardInterrupt` included."""
    try:
        yield
    except BaseException:
        undo()
        raise


@dataclass
class Translated:
    """A block that translates driver errors into ours; `where` is the location of the database."""

    translate: Translate
    where: str

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        ours = None if error is None else self.translate(error, self.where)
        if isinstance(error, UnicodeEncodeError | OverflowError):  # raised by Python itself for a value
            ours = NotStorable(reason="not-encodable", where=self.where)
        if ours is not None:
            raise ours from error


@dataclass
class Lifetime(Translated):
    """The lifetime of a transaction; every statement runs in a block of it, and the first that fails ends it."""

    _pid: int = field(default_factory=getpid, init=False)
    _open: bool = field(default=True, init=False)

    @property
    def is_inherited(self) -> bool:
        """Whether the transaction belongs to a parent process."""
        return self._pid != getpid()

    def check(self) -> None:
        """Raise `DatabaseUnavailable` if the transaction is over or belongs to a parent process."""
        if not self._open or self.is_inherited:
            raise DatabaseUnavailable(reason="ended", where=self.where)

    __enter__ = check

    def end(self) -> None:
        """End the lifetime: `check` raises from now on."""
        self._open = False

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is not None:
            self._open = False
            super().__exit__(kind, error, _)


class Connection(ABC):
    """One transaction. Usable only inside its `with` block, by one thread, in one process.

    Once a method has raised, the transaction is over and the block must be left. SQLite would allow more statements
    after an error, but PostgreSQL does not, and programs must behave the same on both.

    Every method may raise `ConstraintViolated`, `NotStorable` (NUL or a lone surrogate in text, an integer of more than
    64 bits, a value longer than `VALUE_BYTES`), `DatabaseBusy`, `DatabaseDamaged` or `DatabaseUnavailable`.
    """

    def __init__(self, translate: Translate, where: str) -> None:
        self._where = self.location = where
        self._lifetime = Lifetime(translate, where)

    def rows(self, sql: LiteralString, *params: Value) -> list[Row]:
        """Run a query and return all its rows."""
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
        """Yield the rows of a query of any size, in constant memory."""
        with self._lifetime:
            fetch = self._stream(sql, params)
        return self._batches(fetch)

    @abstractmethod
    def now(self) -> int | None:
        """Return the server's time when the transaction began, in seconds since 1970; None if there is no server."""

    @abstractmethod
    def commit(self) -> None:
        """Commit durably, and end the transaction."""

    @abstractmethod
    def abandon(self) -> None:
        """Roll back; does nothing if the transaction belongs to a parent process."""

    @abstractmethod
    def _run(self, sql: LiteralString, params: tuple[Value, ...]) -> Any:
        """Run a statement and return the driver's cursor (PEP 249)."""

    @abstractmethod
    def _stream(self, sql: LiteralString, params: tuple[Value, ...]) -> Callable[[], list[Row]]:
        """Run a query and return a function that fetches its next `STREAMED_ROWS` rows, fewer at the end."""

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
        try:  # not `undoing`, whose generator would slow down every transaction
            self.commit()
        except BaseException:
            self.abandon()
            raise


class Database(Protocol):
    """A database of one kind and schema; threads may share it, and a forked child may go on using it."""

    @property
    def location(self) -> str:
        """The path, or the URL without its password."""
        ...

    def read(self) -> AbstractContextManager[Connection]:
        """Open a consistent snapshot that neither blocks writers nor sees their changes; raises as `write`."""
        ...

    def write(self, *, shared: bool = False) -> AbstractContextManager[Connection]:
        """Open a write transaction; a database has one at a time across all processes. They cannot be nested.

        It is committed durably when the block ends, and rolled back if the block raises. What the block reads stays
        true until the commit. With `shared`, other shared transactions may run at the same time, and `version` need not
        change. Use that for rows such as leases, which a unique key keeps apart, and decide by the number of rows that
        `run` changed, not by what was read.

        Raises `DatabaseNewer` if a newer program has migrated it meanwhile, `DatabaseBusy` if another writer held it
        for longer than `BUSY_SECONDS`, `DatabaseDamaged` or `DatabaseUnavailable`; nothing was changed then.
        """
        ...

    def once(self, sql: LiteralString, *params: Value) -> Row | None:
        """Run one statement that returns rows as a shared transaction of its own, and return the first row.

        It saves a round trip to the server. The statement must be safe beside concurrent ones, and on a database that a
        newer program has migrated. If the server goes away, it is unknown whether the statement took effect.
        """
        ...

    def each(self, sql: LiteralString, rows: Iterable[tuple[Value, ...]]) -> list[Row | None]:
        """Run `once` for each of `rows` and return the first row of each; on SQLite, in one transaction."""
        ...

    def version(self) -> Version:
        """Return a token that differs after each commit, restored backup or fork; comparable within a process."""
        ...

    def epoch(self) -> str:
        """Return an identifier that changes when a server fails over or is restored; empty where there is no server."""
        ...

    def within(self, deadline: float) -> "Database":
        """Return the same database with calls that end by `deadline`, a time of `time.monotonic`.

        The deadline covers every wait: for a connection, a lock or an answer. A server that does not answer in time
        raises `DatabaseBusy` with the reason `deadline`, and the connection is closed; a wait that the engine itself
        ends has its own reason. It is unknown whether an unanswered commit (`DatabaseUnavailable`, `uncertain`) or
        `once` took effect. A distant deadline lets a statement run for longer than the default allows.
        """
        ...

    def close(self) -> None:
        """Close every connection; one that is in use is closed when its transaction ends."""
        ...


class BaseDatabase:
    """The methods of `Database` that work the same without a server; PostgreSQL overrides most of them."""

    deadline = inf

    def within(self, deadline: float) -> Database:
        """See `Database.within`."""
        bounded = copy(self)  # shares everything else
        bounded.deadline = deadline
        return cast("Database", bounded)

    def epoch(self) -> str:
        """See `Database.epoch`."""
        return ""

    def once(self: Database, sql: LiteralString, *params: Value) -> Row | None:
        """See `Database.once`."""
        return self.each(sql, [params])[0]

    def each(self: Database, sql: LiteralString, rows: Iterable[tuple[Value, ...]]) -> list[Row | None]:
        """See `Database.each`."""
        with self.write(shared=True) as connection:
            return [connection.one(sql, *row) for row in rows]


def storable(params: tuple[Value, ...], where: str) -> tuple[Value, ...]:
    """Return `params`, or raise `NotStorable` for NUL in text (PostgreSQL refuses it) or a value that is too long."""
    for value in params:
        # The most frequent types first: this runs for every value of a million rows.
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
UNUSED_SECONDS: Final = 60.0  # how long an idle connection is kept
_INHERITED: Final[list[object]] = []
"""Connections of a parent process. They are kept, because closing them here would disturb the parent."""


@dataclass(eq=False, repr=False)
class ConnectionPool(Generic[C]):
    """Lends up to `slots` connections at a time to any thread, but not across a fork."""

    make: Callable[[float], C]  # opens a connection by a deadline, a time of `time.monotonic`
    discard: Callable[[C], None]
    _: KW_ONLY
    location: str
    wait: float  # how many seconds `lend` waits while all connections are lent
    is_usable: Callable[[C], bool] = lambda _: True  # asked before an idle connection is lent again
    slots: int = CONNECTIONS
    _closed: bool = field(default=False, init=False)
    _free: dict[int, _Free[C]] = field(default_factory=dict[int, _Free[C]], init=False)
    """Process id to its connections that are not lent, most recently used first, each with the time of its return; None
    for each that is not open yet."""

    @contextmanager
    def lend(self, deadline: float = inf) -> Generator[C]:
        """Lend a connection; raise `DatabaseUnavailable` if closed, `DatabaseBusy` after `wait` or the deadline."""
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
        finally:  # also after an interruption
            if pid == getpid():
                free.put(None if connection is None else (connection, monotonic()))
                self._discard_unused(free)
            else:
                _INHERITED.append(connection)

    def close(self) -> None:
        """Discard idle connections now, and lent ones when they are returned."""
        self._closed = True
        self._discard_unused(self._of_process())

    def check_open(self) -> None:
        """Raise `DatabaseUnavailable` after `close`."""
        if self._closed:
            raise DatabaseUnavailable(reason="closed", where=self.location)

    def _discard_unused(self, free: _Free[C]) -> None:
        """Discard connections that have been idle for long, so that a burst of threads does not keep many open."""
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
            # A lock does not help here: after a fork, the thread that held it may be gone.
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
