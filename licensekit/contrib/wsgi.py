"""Middleware for WSGI."""

import sys
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from licensekit.contrib.gate import Gate
from licensekit.contrib.problems import MEDIA_TYPE, STATUS, body_of
from licensekit.errors import NotEntitled


class LicenseWsgiMiddleware(Gate[WSGIApplication, WSGIEnvironment]):
    """Answers a request with a problem document if it may not use `requires`, or the application raises `NotEntitled`.

    If it is raised while the body is read, it is too late for another answer.
    """

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass a request on, or refuse it."""
        try:
            if self._requires:
                self.require(environ, self._requires)
            return self._app(environ, start_response)
        except NotEntitled as error:
            body = body_of(error)
            headers = [("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(body)))]
            # PEP 3333 requires the error if the application has started a response already.
            start_response(f"{STATUS} Forbidden", headers, sys.exc_info())
            return [body]
