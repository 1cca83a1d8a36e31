"""A connection as its URL asks for it and as we set it up: to the server itself, or to a pooler in front of it.

A pooler such as PgBouncer lends a session of the server for one transaction at a time. What belongs to a session has no
place there: settings are made in each transaction, and nothing is prepared.
"""

import re
from contextlib import ExitStack, closing, suppress
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from licensekit.database.postgres.connection import Raw, adapt
from licensekit.errors import DatabaseUnavailable

_DEFAULTS: Final = {
    "application_name": "licensekit",
    "connect_timeout": 10,
    "client_encoding": "utf-8",
    # A host that is gone without a word is noticed within about ten seconds.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}

_SECRETS: Final = ("password", "sslpassword", "oauth_client_secret")

_HOST: Final = r"(?:\[[0-9A-Fa-f:.%]*\]|[^:@/?,\[\]]*)(?::[0-9]*)?"
_URL: Final = re.compile(
    r"(?P<scheme>postgres(?:ql)?://)"
    r"(?:(?P<user>[^:@/?]*)(?P<password>:[^@/?]*)?@)?"
    rf"(?P<hosts>{_HOST}(?:,{_HOST})*)"
    r"(?P<database>/[^@/?]*)?"
    r"(?:\?[^@?]*)?"
)
"""Stricter than libpq, so that nothing of a password can be taken for a host or a database."""


_IDLE: Final = "idle_in_transaction_session_timeout = '60s'"
_SETTINGS: Final = (
    "SET lock_timeout = {milliseconds};"
    # Neither a process that stands still inside a transaction may stop all others,
    f"SET {_IDLE};"
    # A page of users looks costly to the planner, which cannot know that its filters are cheap: compiling costs more.
    "SET jit = off;"
    # nor one that was killed while the server works for it. (Not every server can look.)
    "DO $$ BEGIN SET client_connection_check_interval = '2s'; EXCEPTION WHEN OTHERS THEN END $$"
)
_LOCAL_SETTINGS: Final = f"SET LOCAL lock_timeout = {{milliseconds}};SET LOCAL {_IDLE};SET LOCAL jit = off;"


def read_url(url: str) -> tuple[str, dict[str, Any]]:
    """Return what may be shown of `url`, and the parameters that it and our defaults ask for.

    What is shown has neither the password nor the parameters, either of which may be secret.

    Raises:
        DatabaseUnavailable: `url` is malformed. Nothing of it is repeated: any part of a malformed URL may be the
            password.
    """
    found, asked = _URL.fullmatch(url) if url.isprintable() else None, None
    with suppress(psycopg.Error, UnicodeError):  # whose messages repeat the URL
        asked = conninfo_to_dict(url)
    if found is None or asked is None:
        raise DatabaseUnavailable(reason="url")
    scheme, user, password, hosts, database = found.groups(default="")
    masked = ":***" if password else ""
    at = "@" if user or password else ""
    return f"{scheme}{user}{masked}{at}{hosts}{database}", {**_DEFAULTS, **asked}


def holds_password(url: str) -> bool:
    """Return whether `url` has a password in it, anywhere libpq takes one; raises as `read_url`."""
    _, parameters = read_url(url)
    return any(parameters.get(name) for name in _SECRETS)


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


def settings_of(raw: Raw, wait: float) -> bytes:
    """Return the settings that each transaction needs: none, unless a pooler lends the session."""
    return _filled(_LOCAL_SETTINGS, wait) if raw.prepare_threshold is None else b""


def _filled(settings: str, wait: float) -> bytes:
    return settings.format(milliseconds=round(wait * 1000)).encode()
