r"""What a database can do for the layers above, whichever engine is behind it.

SQL is written once, in the part that SQLite and PostgreSQL both speak, with `?` for each value.
Rules that keep it so: upserts as `ON CONFLICT`, `lower(x) LIKE lower(?) ESCAPE '\'` for searching,
a `CAST(? AS …)` where a value stands alone (`? IS NULL`), no dates, no booleans, no `%`.
`server_now()` gives the seconds since 1970 by the server's clock, or NULL where there is no server.
`is_read_only()` is 1 where nothing can be written: a file system, rights, a standby; else 0.
`may_be_lost()` is true, and lets a server commit without waiting for its disk: what a statement has
done that says so may be undone if the server crashes, and nothing else.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Final, LiteralString, Protocol

Value = int | str | bytes | None
"""What goes in and comes out. Integers have 64 bits; a bool goes in as 0 or 1."""

Row = tuple[Any, ...]
Version = tuple[int, ...]

BUSY_SECONDS: Final = 10.0
"""How long a transaction waits for another process before it gives up as `DatabaseBusy`."""

STREAMED_ROWS: Final = 1000
"""How many rows `stream` holds at a time."""


class Connection(Protocol):
    """One transaction. Usable only inside its `with` block, by one thread, in one process.

    After a method has raised, the transaction is over: leave the block.

    Every method raises:
        ConstraintViolated: a unique, foreign-key or check constraint refused the statement.
        NotStorable: a value that cannot be stored: a NUL or lone surrogate in text, an integer of
            more than 64 bits, more than `limits` allow.
        DatabaseBusy, DatabaseDamaged, DatabaseUnavailable: the database itself.
    """

    def rows(self, sql: LiteralString, *params: Value) -> list[Row]:
        """Return every row of a query."""
        ...

    def one(self, sql: LiteralString, *params: Value) -> Row | None:
        """Return the first row of a query, or None."""
        ...

    def stream(self, sql: LiteralString, *params: Value) -> Iterator[Row]:
        """Return the rows of a query of any size one after the other, in constant memory."""
        ...

    def run(self, sql: LiteralString, *params: Value) -> int:
        """Run a statement and return the number of rows that it changed."""
        ...

    def run_many(self, sql: LiteralString, rows: Iterable[tuple[Value, ...]]) -> int:
        """Run a statement once for each of `rows` and return the number of rows changed."""
        ...

    def count_on(self, table: LiteralString, column: LiteralString) -> None:
        """Make a `{serial}` column that was filled by hand continue after its highest number."""
        ...

    def now(self) -> int | None:
        """Return the seconds since 1970 by the server's clock; None where there is no server.

        It is the time at which the transaction began, after it waited for others.
        """
        ...


class Database(Protocol):
    """A database of one kind and schema, safe to share between threads and to carry over a fork."""

    @property
    def location(self) -> str:
        """Where it is, as it may be shown: a path, or a URL without its password."""
        ...

    def read(self) -> AbstractContextManager[Connection]:
        """Open a consistent snapshot, which writers neither wait for nor disturb.

        Raises:
            DatabaseNewer: a newer program has migrated the database since it was opened.
            DatabaseBusy, DatabaseDamaged, DatabaseUnavailable: it cannot be read.
        """
        ...

    def write(self, *, shared: bool = False) -> AbstractContextManager[Connection]:
        """Open the one write transaction that the database has at a time, in any process.

        It is committed, durably, when the block ends, and rolled back when the block raises anything. Inside the block,
        what was read stays true until the commit. Do not open another write transaction of the same database inside it:
        it would wait for the first.

        With `shared`, other shared ones may run at the same time (but none that is not), so many hosts need not queue,
        and `version` need not move. That is for rows such as leases, which a unique key keeps apart: there, decide by
        what `run` says it changed, not by what was read.

        Raises:
            DatabaseNewer: a newer program has migrated the database since it was opened.
            DatabaseBusy: another writer held it for longer than `BUSY_SECONDS`.
            DatabaseDamaged, DatabaseUnavailable: it cannot be written; nothing was changed.
        """
        ...

    def once(self, sql: LiteralString, *params: Value) -> Row | None:
        """Run one statement that returns rows, as a transaction by itself; return its first row.

        It runs beside other such statements and whatever `write` does, and tells nobody: for rows as
        `write(shared=True)` has them, where even one more message to the server would cost. The statement itself has to
        hold against others, and against a database that a newer program has migrated.

        Raises:
            NotStorable: a value that cannot be stored.
            DatabaseBusy, DatabaseDamaged, DatabaseUnavailable: it cannot be written; nothing was changed, or it is
                unknown whether something was because the server went away.
        """
        ...

    def version(self) -> Version:
        """Return a token that differs from an earlier one if anything was committed in between.

        It costs little, and has a meaning only in this process. A token taken before a fork, or before a restored
        backup was put in place, differs from every later one.
        """
        ...

    def wait_for_change(self, since: Version, timeout: float) -> bool:
        """Wait until `version()` differs from `since`: True, or False after `timeout` seconds."""
        ...

    def close(self) -> None:
        """Close every connection, now or when the thread that uses it has finished."""
        ...
