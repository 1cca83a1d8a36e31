"""What a program answers to an orchestrator and to a monitor."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from licensekit import Licensing
from licensekit.contrib.health import answer_to
from licensekit.errors import DatabaseUnavailable
from tests.crm import crm_home_at, open_crm
from tests.homes import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home where a license is active."""
    home = crm_home_at(tmp_path / "home")
    with open_crm(home):
        return home


@pytest.fixture
def licensing(home: Home) -> Iterator[Licensing]:
    """What an application has open there."""
    with home.run() as licensing:
        yield licensing


@pytest.mark.parametrize("path", ["/livez", "/internal/readyz", "readyz"])
def test_a_program_is_alive_and_ready(licensing: Licensing, path: str) -> None:
    status, kind, body = answer_to(licensing, path)
    assert (status, kind, json.loads(body)) == (200, "application/json", {"ready": True, "away": None})


def test_it_has_a_page_of_metrics(licensing: Licensing) -> None:
    status, kind, body = answer_to(licensing, "/internal/metrics")
    assert (status, kind.partition(";")[0]) == (200, "application/openmetrics-text")
    assert body.endswith(b"\n# EOF\n")
    assert len(body.splitlines()) == len(list(licensing.metric_lines()))


@pytest.mark.parametrize("path", ["", "/internal/", "/internal/livez/", "/internal/users"])
def test_nothing_else_is_there(licensing: Licensing, path: str) -> None:
    assert answer_to(licensing, path) == (404, "text/plain", b"")


def test_it_is_alive_and_not_ready_once_its_answers_may_be_wrong(licensing: Licensing, home: Home) -> None:
    home.folder.rename(home.folder.with_name("elsewhere"))
    home.clock.move(hours=24)
    with pytest.raises(DatabaseUnavailable):
        licensing.refresh()
    assert answer_to(licensing, "/livez")[0] == 200
    status, _, body = answer_to(licensing, "/readyz")
    assert (status, json.loads(body)["ready"]) == (503, False)
    assert json.loads(body)["away"]["code"] == "database-away"
    assert answer_to(licensing, "/metrics")[0] == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_a_program_that_has_closed_is_not_alive(licensing: Licensing, path: str) -> None:
    licensing.close()
    assert answer_to(licensing, path) == (503, "text/plain", b"database-unavailable")
