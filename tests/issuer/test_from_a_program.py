"""The example in `docs/how-to/billing-system.md` is a billing system's webhook that may be called twice."""

import json
import re
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from licensekit.errors import OrderConflict
from licensekit.trust.sign import sign
from licensekit.wire.frame import INSTALLATION
from tests import makers
from tests.workspaces import ORDER, PASSPHRASE, SERIAL, make

Serve = Callable[[dict[str, Any], bytes], tuple[str, bytes]]
DOCUMENT = Path(__file__).parents[2] / "docs" / "how-to" / "billing-system.md"


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names of the documented example, beside a workspace `acme`."""
    make(tmp_path / "acme", now=int(time.time())).close()
    monkeypatch.chdir(tmp_path)
    example = re.search(r'```python title="webhook.py"\n(.*?)```', DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert example is not None
    names: dict[str, Any] = {}
    exec(compile(example[1], str(DOCUMENT), "exec"), names)  # noqa: S102  # our own document
    return names


@pytest.fixture
def serve(example: dict[str, Any]) -> Serve:
    """The documented function that serves an event."""
    serve: Serve = example["serve"]
    return serve


def post(application: Any, body: bytes) -> tuple[str, dict[str, str], bytes]:
    """Send an event to the webhook, and return status, headers and body."""
    said: list[Any] = []
    environ: dict[str, Any] = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
    setup_testing_defaults(environ)

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        said.extend((status, dict(headers)))

    data = b"".join(application(environ, start))
    return said[0], said[1], data


def test_an_event_gives_a_file_or_the_error_as_json(example: dict[str, Any]) -> None:
    webhook = example["webhook"](PASSPHRASE)
    order = {**ORDER, "order": "1"}
    event = json.dumps({"order": order}).encode()
    status, headers, data = post(webhook, event)
    assert (status, f"acme-{SERIAL}-base-1.lic" in headers["Content-Disposition"]) == ("200 OK", True)
    assert post(webhook, event) == (status, headers, data)
    assert b"lk1-bundle." in data
    for given, expected, code in (
        ({"order": {**order, "days": 3}}, "409", "order-conflict"),
        ({"order": {**order, "users": {"standrad": 1}, "order": "2"}}, "422", "order-invalid"),
        ({"renew": "1010000015", "number": "3"}, "409", "not-issued"),
        ({"request": "nonsense", "order": order}, "422", "armor-invalid"),
        ({"nothing": 1}, "400", "event"),
    ):
        status, headers, data = post(webhook, json.dumps(given).encode())
        error = json.loads(data)["error"]
        assert (status[:3], error["code"]) == (expected, code)
        assert headers == {"Content-Type": "application/json"}
        if code == "order-invalid":
            assert error["data"]["faults"][0]["where"] == "users.standrad"
    assert post(webhook, b"{")[0] == "400 Bad Request"
    assert post(example["webhook"](b"wrong"), event)[0].startswith("500")


def test_every_event_gives_the_same_file_when_it_comes_again(serve: Serve) -> None:
    request = makers.request(product="acme", serial=None, issued=int(time.time()))
    asked = makers.file_of(sign(request, makers.key("installation", INSTALLATION)))
    events: list[dict[str, Any]] = [
        {"order": {**ORDER, "order": "1"}},
        {"renew": SERIAL, "number": "2"},
        {"request": asked, "order": {**ORDER, "order": "3", "use": "demo"}},
    ]
    served = [serve(event, PASSPHRASE) for event in events]
    assert [name for name, _ in served] == [
        f"acme-{SERIAL}-base-1.lic",
        f"acme-{SERIAL}-base-2.lic",
        "acme-1010000022-base-demo-1.lic",
    ]
    assert [serve(event, PASSPHRASE) for event in events] == served
    with pytest.raises(OrderConflict):
        serve({"order": {**ORDER, "order": "1", "days": 3}}, PASSPHRASE)
