"""The names under which the console may be reached; a request to any other is refused.

A page of somebody else whose host name was pointed at this machine (DNS rebinding) sends that name as `Host`, and a
form on another page has that page's origin.
"""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from licensekit.errors import OriginInvalid

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_HOST: Final = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def origin_at(origins: Collection[str], scheme: str, host: str) -> str | None:
    """Return the origin at which a request was sent, by its `Host`; None if that is not ours.

    Ours are `origins`, as browsers write them; without any, this machine at any port. Behind a proxy the scheme of the
    request says nothing: a known origin brings its own.
    """
    host = host.lower()
    if origins:
        return next((known for known in origins if urlsplit(known).netloc == host), None)
    written = _HOST.fullmatch(host)
    if written is None or written["name"] not in LOOPBACK:
        return None
    return f"{scheme}://{host}"


def read_origin(text: str) -> str:
    """Return an address as browsers write its origin: lower case, without a port that is usual.

    Raises:
        OriginInvalid: it is more or less than a scheme, a host and perhaps a port.
    """
    scheme, separator, host = text.strip().lower().removesuffix("/").partition("://")
    written = _HOST.fullmatch(host)
    if not separator or scheme not in _DEFAULT_PORTS or written is None:
        raise OriginInvalid(address=text)
    port = written["port"]
    is_usual = port is not None and int(port) == _DEFAULT_PORTS[scheme]
    return f"{scheme}://{written['name'] if is_usual else host}"
