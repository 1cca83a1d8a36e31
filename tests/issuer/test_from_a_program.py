"""The example in `docs/orders.md` is a billing system's webhook that may be called twice."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from licensekit.errors import OrderConflict
from licensekit.trust.sign import sign
from licensekit.wire.frame import INSTALLATION
from tests import makers
from tests.workspaces import ORDER, PASSPHRASE, SERIAL, make

Serve = Callable[[dict[str, Any], bytes], tuple[str, bytes]]
DOCUMENT = Path(__file__).parents[2] / "docs" / "orders.md"


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """The documented function, beside a workspace `acme`."""
    make(tmp_path / "acme", now=int(time.time())).close()
    monkeypatch.chdir(tmp_path)
    section = DOCUMENT.read_text("utf-8").split("## From a program")[1]
    example = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert example is not None
    names: dict[str, Any] = {}
    exec(compile(example[1], str(DOCUMENT), "exec"), names)  # noqa: S102  # our own document
    serve: Serve = names["serve"]
    return serve


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
        f"{SERIAL}-base-1.lic",
        f"{SERIAL}-base-2.lic",
        "1010000022-base-1.lic",
    ]
    assert [serve(event, PASSPHRASE) for event in events] == served
    with pytest.raises(OrderConflict):
        serve({"order": {**ORDER, "order": "1", "days": 3}}, PASSPHRASE)
