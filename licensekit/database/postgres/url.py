"""The URL of a server: what may be shown of it, and what it becomes with our defaults."""

from typing import Any, Final
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

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


def shown(url: str) -> str:
    """Give `url` without its password and its parameters, either of which may be secret."""
    scheme, _, rest = url.partition("://")
    authority, slash, database = rest.partition("?")[0].rpartition("/")
    user, at, host = (authority if slash else database).rpartition("@")
    name = user.partition(":")[0]
    masked = f"{name}:***" if ":" in user else name
    return f"{scheme}://{masked}{at}{host}{slash}{database if slash else ''}"


def parameters(url: str) -> dict[str, Any]:
    """Give the parameters of the connection that `url` and our defaults ask for.

    Raises:
        DatabaseUnavailable: `url` is malformed. What it contains is not repeated: where a password
            contains a character of its own meaning, any part of the URL may be the password.
    """
    try:
        _, *behind = urlsplit(url).netloc.split("@")
        asked = conninfo_to_dict(url) if len(behind) <= 1 else None
    except (psycopg.Error, ValueError):
        asked = None
    if asked is None:
        raise DatabaseUnavailable(
            "this is no URL of a PostgreSQL database",
            hint="postgresql://user@host/database; write `@ : / ? #` in a password as %40 %3A"
            " %2F %3F %23, or keep it in a password file (PGPASSFILE)",
        )
    return {**_DEFAULTS, **asked}
