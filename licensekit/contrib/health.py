"""Endpoints for orchestrators and monitors: liveness, readiness, metrics."""

import json
from typing import cast

from licensekit.contrib.gate import Opened
from licensekit.errors import LicenseError
from licensekit.runtime.licensing import Licensing
from licensekit.state.metrics import METRICS_TYPE


def answer_to(opened: Opened, path: str) -> tuple[int, str, bytes]:
    """Return status, media type and body for a path that ends with `/livez`, `/readyz` or `/metrics`.

    A program is alive until it closes the licensing, and ready while `Licensing.health` says so. Metrics read the
    database. There is no authentication: serve these paths only to an orchestrator and a monitor.
    """
    licensing, asked = cast("Licensing", opened), path.rpartition("/")[2]
    try:
        health = licensing.health  # raises where it is closed
        if asked == "metrics":
            return 200, METRICS_TYPE, "\n".join([*licensing.metric_lines(), ""]).encode()
    except LicenseError as error:
        return 503, "text/plain", error.code.encode()
    if asked not in {"livez", "readyz"}:
        return 404, "text/plain", b""
    body = json.dumps({"ready": health.is_ready, "away": health.away and health.away.as_json()}).encode()
    return 200 if health.is_ready or asked == "livez" else 503, "application/json", body
