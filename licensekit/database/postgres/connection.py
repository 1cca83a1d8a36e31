"""Connections to PostgreSQL: their URLs and settings, transactions, and the meaning of errors.

A connection leads to the server itself or to a pooler such as PgBouncer, which lends a session of the server for one
transaction at a time. Behind a pooler, settings are made in each transaction and nothing is prepared. Error codes are
those of the PostgreSQL manual, appendix A.

Every wait has an end. A healthy server ends a statement itself, says why and keeps the connection; if the server is
silent, the connection is closed.
"""

import logging
import re
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from functools import lru_cache, partial
from math import ceil, inf
from time import monotonic
from typing import Any, Final, LiteralString, TypeVar, cast

import psycopg
from psycopg import generators, waiting
from psycopg.abc import RV, PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import tuple_row
from psycopg.types.numeric import Int8Dumper, IntLoader

from licensekit import errors
from licensekit.database.protocol import STREAMED_ROWS, Connection, Row, Translated, Value, storable, undoing
from licensekit.database.schemas import read_queries

_DEFAULTS: Final[dict[str, Any]] = {
    "application_name": "licensekit",
    "connect_timeout": 10,
    "client_encoding": "utf-8",
    # A dead host is noticed within about ten seconds.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
STATEMENT_SECONDS: Final = 30.0  # for a statement without a deadline
_SILENT_SECONDS: Final = STATEMENT_SECONDS + 2  # after this long without an answer, the server counts as dead
_LATE_SECONDS: Final = 0.03
"""How long to wait after a deadline for the server to report it, and how often to check the clock."""

_SECRETS: Final = ("password", "sslpassword", "oauth_client_secret")
_HOST: Final = r"(?:\[[0-9A-Fa-f:.%]*\]|[^:@/?,\[\]]*)(?::[0-9]*)?"
_URL: Final = re.compile(
    r"(?P<scheme>postgres(?:ql)?://)"
    r"(?:(?P<user>[^:@/?]*)(?P<password>:[^@/?]*)?@)?"
    rf"(?P<hosts>{_HOST}(?:,{_HOST})*)"
    r"(?P<database>/[^@/?]*)?"
    r"(?:\?[^@?]*)?"
)
"""Stricter than libpq, so that no part of a password can be mistaken for a host or a database."""
_SQL: Final = read_queries(__file__)

# psycopg warns about closed connections, which a program without log handlers would print.
logging.getLogger("psycopg").addHandler(logging.NullHandler())
S = TypeVar("S")
_Meaning = Callable[..., errors.EngineError]
_AWAY: Final[_Meaning] = partial(errors.DatabaseUnavailable, reason="away")
_BUSY: Final[_Meaning] = partial(errors.DatabaseBusy, reason="server")
_NOT_STORABLE: Final[_Meaning] = partial(errors.NotStorable, reason="server")
_RIGHTS: Final[_Meaning] = partial(errors.DatabaseUnavailable, reason="rights")

_MEANINGS: Final[dict[str, _Meaning]] = {
    "25006": partial(errors.DatabaseUnavailable, reason="standby"),
    "25P03": partial(errors.DatabaseUnavailable, reason="idle"),
    "42501": _RIGHTS,
    "42P07": partial(errors.DatabaseDamaged, reason="not-empty"),
    "53300": partial(errors.DatabaseUnavailable, reason="connections"),
    "55P03": _BUSY,
    "57014": _BUSY,
    "22": _NOT_STORABLE,
    "23": partial(errors.ConstraintViolated, reason="server"),
    "28": _RIGHTS,
    "3D": partial(errors.DatabaseUnavailable, reason="no-database"),
    "3F": partial(errors.DatabaseUnavailable, reason="no-schema"),
    "40": _BUSY,
    "42": partial(errors.DatabaseDamaged, reason="schema"),
    "53": partial(errors.DatabaseUnavailable, reason="resources"),
    "54": _NOT_STORABLE,
    "XX": partial(errors.DatabaseDamaged, reason="server"),
}
"""SQLSTATE, or its first two characters (its class), to our error."""


class Unanswered(psycopg.OperationalError):
    """The server did not answer by the `deadline`, or has been `silent` for too long."""


def translate(error: BaseException, where: str) -> errors.LicenseError | None:
    """Translate an error of psycopg; see `licensekit.database.protocol.Translate`."""
    if not isinstance(error, psycopg.Error):
        return None
    if isinstance(error, Unanswered):
        return errors.DatabaseBusy(reason=str(error), detail="it gave no answer", where=where)
    state = error.sqlstate or ""
    meaning = _MEANINGS.get(state) or _MEANINGS.get(state[:2]) or _AWAY
    return meaning(detail=error.diag.message_primary or str(error), sqlstate=state, where=where)


class Raw(psycopg.Connection[Row]):
    """A connection on which every wait has an end."""

    deadline = inf  # a time of `time.monotonic`

    def wait(self, gen: PQGen[RV], *args: Any, **options: Any) -> RV:
        """Run an operation of psycopg; close the connection if the server does not answer."""
        try:
            return super().wait(_ending(gen, self.deadline), *args, **{"interval": _LATE_SECONDS, **options})
        except Unanswered:
            self.close()
            raise


def _ending(gen: Generator[S, int, RV], deadline: float) -> Generator[S, int, RV]:
    """Run a generator of psycopg (see `psycopg.waiting`); raise `Unanswered` at the deadline, or after silence."""
    end = deadline + _LATE_SECONDS if deadline < inf else monotonic() + _SILENT_SECONDS
    try:
        state = next(gen)
        while True:
            ready, now = (yield state), monotonic()
            if ready and deadline == inf:
                end = now + _SILENT_SECONDS
            if now > end:
                raise Unanswered("silent" if deadline == inf else "deadline")
            state = gen.send(ready)
    except StopIteration as done:
        return cast("RV", done.value)


_TOKEN: Final = re.compile(r"""'[^']*'|"[^"]*"|\?|%|(?:server_now|may_be_lost|is_read_only)\(\)""")
NOW: Final = "floor(extract(epoch FROM clock_timestamp()))::bigint"
"""The server's time, which advances within a transaction."""
_OURS: Final = {
    "?": "%s",
    "server_now()": NOW,
    "is_read_only()": "pg_is_in_recovery()::integer",
    "may_be_lost()": "set_config('synchronous_commit', 'off', true) = 'off'",
}


class PostgresConnection(Connection):
    """The connection of PostgreSQL, from `BEGIN` to `commit` or `abandon`."""

    def __init__(self, raw: Raw, where: str, commit: bytes) -> None:
        super().__init__(translate, where)
        self._raw = raw
        self._commit = commit
        self._streams = 0
        self.began: int | None = None  # the server's time at the beginning, if known

    def begin(self, statements: bytes) -> Row | None:
        """Begin the transaction and return the last statement's row."""
        with self._lifetime:
            cursor = self._raw.execute(statements)
            while cursor.nextset():
                pass
            return cursor.fetchone() if cursor.description else None

    def run_many(self, sql: LiteralString, rows: Iterable[tuple[Value, ...]]) -> int:
        """See `Connection.run_many`."""
        with self._lifetime, self._raw.cursor() as cursor:
            cursor.executemany(placed(sql), (storable(row, self._where) for row in rows))
            return max(cursor.rowcount, 0)

    def now(self) -> int:
        """See `Connection.now`."""
        if self.began is not None:
            return self.began
        [(seconds,)] = self.rows("SELECT " + NOW)
        return int(seconds)

    def commit(self) -> None:
        """See `Connection.commit`."""
        self._lifetime.check()
        self._lifetime.end()
        try:
            with Translated(translate, self._where):
                self._raw.execute(self._commit)
        except (errors.DatabaseBusy, errors.DatabaseUnavailable) as error:
            if not self._raw.closed:
                raise
            raise errors.DatabaseUnavailable(reason="uncertain", detail=error.detail, where=self._where) from error

    def abandon(self) -> None:
        """See `Connection.abandon`."""
        if not self._lifetime.is_inherited:
            self._lifetime.end()
            # A server that is gone has rolled back already; the pool drops such a connection.
            with suppress(psycopg.Error):
                self._raw.execute(b"ROLLBACK")

    def _run(self, sql: LiteralString, params: tuple[Value, ...]) -> psycopg.Cursor[Row]:
        return self._raw.execute(placed(sql), storable(params, self._where))

    def _stream(self, sql: LiteralString, params: tuple[Value, ...]) -> Callable[[], list[Row]]:
        self._streams += 1
        name = b"stream_%d" % self._streams
        declare = b"DECLARE %b NO SCROLL CURSOR FOR %b" % (name, placed(sql))
        self._raw.execute(declare, storable(params, self._where))
        return lambda: self._raw.execute(b"FETCH FORWARD %d FROM %b" % (STREAMED_ROWS, name)).fetchall()


@lru_cache(maxsize=1000)
def placed(sql: LiteralString) -> bytes:
    """Return `sql` as psycopg expects it: with the replacements of `_OURS`, and `%` doubled."""
    return _TOKEN.sub(lambda found: _OURS.get(found[0]) or found[0].replace("%", "%%"), sql).encode()


def read_url(url: str) -> tuple[str, dict[str, Any]]:
    """Return `url` without its secrets, and its connection parameters together with our defaults."""
    found, asked = _URL.fullmatch(url) if url.isprintable() else None, None
    with suppress(psycopg.Error, UnicodeError):  # their messages quote the URL
        asked = conninfo_to_dict(url)
    if found is None or asked is None:
        raise errors.DatabaseUnavailable(reason="url")  # quotes nothing: any part of it may be the password
    scheme, user, password, hosts, database = found.groups(default="")
    masked = ":***" if password else ""
    at = "@" if user or password else ""
    return f"{scheme}{user}{masked}{at}{hosts}{database}", {**_DEFAULTS, **asked}


def holds_password(url: str) -> bool:
    """Return whether `url` contains a secret anywhere libpq accepts one; raises as `read_url`."""
    _, parameters = read_url(url)
    return any(parameters.get(name) for name in _SECRETS)


def connect(parameters: dict[str, Any], wait: float, number: int, deadline: float) -> Raw:
    """Open a connection by a deadline; it waits up to `wait` seconds for a lock and tells others schema `number`.

    Raises `psycopg.Error`. Only the lookup of a host name may exceed the deadline.
    """
    if deadline - monotonic() > _DEFAULTS["connect_timeout"]:
        raw = Raw.connect(**parameters)
    else:  # psycopg's own timeout is too coarse for a short deadline
        opening = _ending(generators.connect(make_conninfo(**parameters)), deadline)
        raw = Raw(waiting.wait_conn(opening, interval=_LATE_SECONDS), tuple_row)
    with undoing(raw.close):
        raw.autocommit, raw.deadline = True, deadline
        # A pooler reports an invented process id to its clients.
        [(process,)] = raw.execute(b"SELECT pg_backend_pid()").fetchall()
        if process == raw.info.backend_pid:
            shown = _SQL["shown"].replace("{number}", str(number))
            raw.execute(_filled(_SQL["session"] + shown, wait, STATEMENT_SECONDS))
        else:
            raw.prepare_threshold = None
        # Convert values in both directions as SQLite does.
        raw.adapters.register_dumper(int, Int8Dumper)
        raw.adapters.register_dumper(bool, Int8Dumper)
        raw.adapters.register_loader("numeric", IntLoader)
    return raw


def settings_of(raw: Raw, wait: float) -> bytes:
    """Return the settings of a transaction: empty unless it has a deadline, or a pooler lends the session."""
    if raw.deadline == inf and raw.prepare_threshold is not None:
        return b""
    left = STATEMENT_SECONDS if raw.deadline == inf else max(0.001, raw.deadline - monotonic())
    return _filled(_SQL["transaction"], min(wait, left), left)


def _filled(settings: str, wait: float, statement: float) -> bytes:
    return f"{settings};".format(lock=ceil(wait * 1000), statement=ceil(statement * 1000)).encode()
