"""Pages that need a license, with plain WSGI, on port 8000: `python -m samples.frameworks.wsgi_app`."""

from collections.abc import Iterable
from wsgiref.simple_server import make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from licensekit.contrib.wsgi import LicenseWsgiMiddleware
from samples.superoffice.superoffice_crm_licensing import superoffice_crm

licensing = superoffice_crm.open()


def crm(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Return a page; `/areas` asks for a license itself."""
    if environ["PATH_INFO"] == "/areas":
        licensing.require("area-mgt")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Q-1"]


app = LicenseWsgiMiddleware(crm, licensing, requires="quote", user=lambda environ: environ.get("REMOTE_USER"))

if __name__ == "__main__":
    with make_server("127.0.0.1", 8000, app) as server:
        server.serve_forever()
