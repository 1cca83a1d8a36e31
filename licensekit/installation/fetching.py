"""Fetching a file from the web: over HTTPS only, with bounds on bytes, time and redirects.

No other module reaches a network by itself. Proxies are taken from the environment (`https_proxy`, `no_proxy`), never
from desktop settings; a proxy cannot read what it passes on.
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

SECONDS: Final = 60.0  # how long a fetch may take, from the lookup of the server's name to the last byte
REDIRECTS: Final = 3
_ABSENT: Final = frozenset({404, 410})


def fetch(address: str, *, ca: Path | None = None, seconds: float = SECONDS) -> bytes:
    """Return the file at an https:// address; raise `FetchFailed`, or `TooLarge` beyond `limits.FILE_BYTES`.

    The server's certificate is verified by the authorities in the file `ca` (PEM), or by those of the system.
    """
    came = Future[bytes]()
    context = _context(ca, monotonic() + seconds)

    def work() -> None:
        try:
            came.set_result(_get(address, context, seconds))
        except Exception as error:  # noqa: BLE001  # raised by `result`
            came.set_exception(error)

    # In a thread, because nothing else limits how long the system looks up a name and tries its addresses.
    Thread(target=work, daemon=True).start()
    try:
        return came.result(seconds)
    except (OSError, HTTPException, ValueError) as error:
        raise _failure(error, seconds) from error


def _context(ca: Path | None, end: float) -> ssl.SSLContext:
    """Return a TLS context with the authorities to trust, whose sockets do not wait beyond `end`."""

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
        if response.length:  # the connection ended too early
            raise IncompleteRead(data)
        return data


class _Redirects(request.HTTPRedirectHandler):
    max_redirections = REDIRECTS

    def redirect_request(self, *given: Any, **_: Any) -> request.Request:
        _req, answer, *_said, address = given
        answer.close()  # otherwise it is read to its end, however long it is
        return _request(address)


def _request(address: str) -> request.Request:
    if urlsplit(address).scheme != "https":
        raise FetchFailed(reason="not-https")
    return request.Request(address, headers={"User-Agent": "licensekit"})  # noqa: S310  # just checked


def _failure(error: Exception, seconds: float) -> FetchFailed:
    if isinstance(error, HTTPError):
        error.close()
        is_redirect = 300 <= error.code < 400  # noqa: PLR2004  # RFC 9110
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
