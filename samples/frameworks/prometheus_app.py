"""Metrics of an application and its license, on port 8000: `python -m samples.frameworks.prometheus_app`."""

from collections.abc import Iterable
from wsgiref.simple_server import make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from licensekit.contrib.prometheus import LicenseCollector
from samples.superoffice.superoffice_crm_licensing import superoffice_crm

registry = CollectorRegistry()
registry.register(LicenseCollector(superoffice_crm.open()))


def app(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Return all metrics."""
    start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
    return [generate_latest(registry)]


if __name__ == "__main__":
    with make_server("127.0.0.1", 8000, app) as server:
        server.serve_forever()
