"""The URL of a server: what may be shown of it, and what it becomes with our defaults."""

import re
from typing import Any, Final

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


def read(url: str) -> tuple[str, dict[str, Any]]:
    """Return what may be shown of `url`, and the parameters that it and our defaults ask for.

    What is shown has neither the password nor the parameters, either of which may be secret.

    Raises:
        DatabaseUnavailable: `url` is malformed. Nothing of it is repeated: any part of a malformed URL may be the
            password.
    """
    found = _URL.fullmatch(url) if url.isprintable() else None
    asked = _parsed(url) if found else None
    if found is None or asked is None:
        raise DatabaseUnavailable(reason="url")
    return _shown(found), {**_DEFAULTS, **asked}


def holds_password(url: str) -> bool:
    """Return whether `url` has a password in it, anywhere libpq takes one; raises as `read`."""
    _, parameters = read(url)
    return any(parameters.get(name) for name in _SECRETS)


def _shown(url: re.Match[str]) -> str:
    scheme, user, password, hosts, database = url.groups(default="")
    masked = ":***" if password else ""
    at = "@" if user or password else ""
    return f"{scheme}{user}{masked}{at}{hosts}{database}"


def _parsed(url: str) -> dict[str, Any] | None:
    try:
        return conninfo_to_dict(url)
    except (psycopg.Error, UnicodeError):
        return None
