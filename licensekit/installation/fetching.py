"""Files at the edge, from the web: over HTTPS alone, bounded in bytes, time and redirects.

Nothing else here reaches a network by itself. Proxies are those that the environment names (`https_proxy`, `no_proxy`),
and never those of a desktop; a proxy passes on what it cannot read.
"""

import ssl
from concurrent.futures import Future
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any, Final
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from licensekit.errors import FetchFailed, TooLarge
from licensekit.files import read_bytes
from licensekit.limits import FILE_BYTES

SECONDS: Final = 60.0  # how long a fetch may take, from looking up the server's name to the last byte
REDIRECTS: Final = 3
_ABSENT: Final = frozenset({404, 410})


def fetch(address: str, *, ca: Path | None = None, seconds: float = SECONDS) -> bytes:
    """Return what is at an https:// address; raise `FetchFailed`, or `TooLarge` beyond `limits.FILE_BYTES`.

    The server is trusted by the authorities in the file `ca` (PEM), or by those of the system.
    """
    came = Future[bytes]()
    context = _context(ca, monotonic() + seconds)

    def work() -> None:
        try:
            came.set_result(_get(address, context, seconds))
        except Exception as error:  # noqa: BLE001  # whoever waits for it raises it
            came.set_exception(error)

    # In a thread of its own: nothing bounds how long the system looks up a name and tries one address after the other.
    Thread(target=work, daemon=True).start()
    try:
        return came.result(seconds)
    except (OSError, HTTPException, ValueError) as error:
        raise _failure(error, seconds) from error


def _context(ca: Path | None, end: float) -> ssl.SSLContext:
    """Return whom to trust, for sockets that wait for nothing beyond `end`."""

    class Timed(ssl.SSLSocket):
        def recv_into(self, *given: Any, **named: Any) -> int:
            self.settimeout(max(end - monotonic(), 0.001))
            return super().recv_into(*given, **named)

    data = None if ca is None else read_bytes(ca, limit=FILE_BYTES, what="the certificates of an authority")
    try:
        context = ssl.create_default_context(cadata=None if data is None else data.decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        raise FetchFailed(reason="authority", where=str(ca)) from error
    context.sslsocket_class = Timed
    return context


def _get(address: str, context: ssl.SSLContext, seconds: float) -> bytes:
    proxies = request.ProxyHandler(request.getproxies_environment())
    opener = request.build_opener(request.HTTPSHandler(context=context), _Redirects, proxies)
    with opener.open(_request(address), timeout=seconds) as response:
        data: bytes = response.read(FILE_BYTES + 1)
        if len(data) > FILE_BYTES:
            raise TooLarge(reason="bytes", limit=FILE_BYTES, wanted="a license file")
        if response.length:  # the connection has ended before
            raise IncompleteRead(data)
        return data


class _Redirects(request.HTTPRedirectHandler):
    max_redirections = REDIRECTS

    def redirect_request(self, *given: Any, **_: Any) -> request.Request:
        _req, answer, *_said, address = given
        answer.close()  # else it is read to its end, wherever that is
        return _request(address)


def _request(address: str) -> request.Request:
    if urlsplit(address).scheme != "https":
        raise FetchFailed(reason="not-https")
    return request.Request(address, headers={"User-Agent": "licensekit"})  # noqa: S310  # just checked


def _failure(error: Exception, seconds: float) -> FetchFailed:
    if isinstance(error, HTTPError):
        error.close()
        is_redirect = 300 <= error.code < 400  # noqa: PLR2004  # as RFC 9110 has them
        reason = "absent" if error.code in _ABSENT else "not-https" if is_redirect else "status"
        return FetchFailed(reason=reason, status=error.code)
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return FetchFailed(reason="certificate", detail=cause.verify_message)
    if isinstance(cause, TimeoutError):
        return FetchFailed(reason="late", seconds=seconds)
    if isinstance(cause, HTTPException):
        return FetchFailed(reason="cut-off")
    return FetchFailed(reason="unreachable", detail=getattr(cause, "strerror", None) or str(cause))
