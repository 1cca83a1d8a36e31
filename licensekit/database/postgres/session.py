"""A connection as we set it up: to the server itself, or to a pooler in front of it.

A pooler such as PgBouncer lends a session of the server for one transaction at a time. What belongs to a session has no
place there: settings are made in each transaction, nothing is prepared, and nobody listens.
"""

from contextlib import ExitStack, closing
from typing import Any, Final, NamedTuple

import psycopg

from licensekit.database.postgres.connection import Raw, adapt

_IDLE: Final = "idle_in_transaction_session_timeout = '60s'"
_SETTINGS: Final = (
    "SET lock_timeout = {milliseconds};"
    # Neither a process that stands still inside a transaction may stop all others,
    f"SET {_IDLE};"
    # nor one that was killed while the server works for it. (Not every server can look.)
    "DO $$ BEGIN SET client_connection_check_interval = '2s'; EXCEPTION WHEN OTHERS THEN END $$"
)
_LOCAL_SETTINGS: Final = f"SET LOCAL lock_timeout = {{milliseconds}};SET LOCAL {_IDLE};"


class Beginning(NamedTuple):
    """How one kind of transaction begins."""

    begin: bytes
    lock: bytes
    """What is waited for, once it has begun."""


def connect(parameters: dict[str, Any], wait: float) -> Raw:
    """Open a connection, on which nothing waits longer than `wait` seconds for a lock.

    Raises:
        psycopg.Error: there is none to be had.
    """
    with ExitStack() as undo:
        raw: Raw = undo.enter_context(closing(psycopg.connect(**parameters, autocommit=True)))
        # A pooler tells its clients a process of its own making.
        [(process,)] = raw.execute(b"SELECT pg_backend_pid()").fetchall()
        if process == raw.info.backend_pid:
            raw.execute(_filled(_SETTINGS, wait))
        else:
            raw.prepare_threshold = None
        adapt(raw)
        undo.pop_all()
    return raw


def is_pooled(raw: Raw) -> bool:
    """Return whether a pooler lends the session for a transaction at a time."""
    return raw.prepare_threshold is None


def begun(raw: Raw, how: Beginning, wait: float) -> bytes:
    """Return the statements that begin a transaction."""
    if is_pooled(raw):
        return how.begin + _filled(_LOCAL_SETTINGS, wait) + how.lock
    return how.begin + how.lock


def _filled(settings: str, wait: float) -> bytes:
    return settings.format(milliseconds=round(wait * 1000)).encode()
