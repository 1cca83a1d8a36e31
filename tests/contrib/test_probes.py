"""What a program answers to an orchestrator and to a monitor, by ASGI and by WSGI."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from licensekit import Licensing
from licensekit.contrib.health import answer_to, asgi_app, wsgi_app
from licensekit.errors import DatabaseUnavailable
from tests.crm import crm_home_at, open_crm
from tests.homes import Home

Ask = Callable[[str], tuple[int, str, str]]


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


@pytest.fixture(params=["asgi", "wsgi"])
def ask(request: pytest.FixtureRequest, licensing: Licensing) -> Ask:
    """Send a request by one of the two; return the status, the media type and the body of the answer."""
    return by_asgi(licensing) if request.param == "asgi" else by_wsgi(licensing)


def by_asgi(licensing: Licensing) -> Ask:
    client = TestClient(Starlette(routes=[Mount("/internal", app=asgi_app(licensing))]))

    def asked(path: str) -> tuple[int, str, str]:
        answer = client.get(path)
        return answer.status_code, answer.headers["content-type"], answer.text

    return asked


def by_wsgi(licensing: Licensing) -> Ask:
    served = validator(wsgi_app(licensing))

    def asked(path: str) -> tuple[int, str, str]:
        environ: dict[str, Any] = {}
        setup_testing_defaults(environ)
        environ |= {"PATH_INFO": path, "QUERY_STRING": ""}
        began: list[Any] = []
        body: Any = served(environ, lambda *given: began.append(given))  # type: ignore[arg-type]  # what it returns is for old applications
        with closing(body):
            text = b"".join(body).decode()
        [(status, headers)] = began
        return int(status.split()[0]), dict(headers)["Content-Type"], text

    return asked


def test_a_program_is_alive_and_ready(ask: Ask) -> None:
    assert ask("/internal/livez")[::2] == (200, "ok")
    status, kind, body = ask("/internal/readyz")
    assert (status, kind) == (200, "application/json")
    assert '"ready": true' in body


def test_it_has_a_page_of_metrics(ask: Ask, licensing: Licensing) -> None:
    status, kind, body = ask("/internal/metrics")
    assert (status, kind.partition(";")[0]) == (200, "application/openmetrics-text")
    assert body.endswith("\n# EOF\n")
    assert len(body.splitlines()) == len(list(licensing.metric_lines()))


@pytest.mark.parametrize("path", ["/internal/", "/internal/livez/", "/internal/users"])
def test_nothing_else_is_there(ask: Ask, path: str) -> None:
    assert ask(path)[::2] == (404, "")


def test_it_is_alive_and_not_ready_once_its_answers_may_be_wrong(ask: Ask, licensing: Licensing, home: Home) -> None:
    home.folder.rename(home.folder.with_name("elsewhere"))
    home.clock.move(hours=24)
    with pytest.raises(DatabaseUnavailable):
        licensing.refresh()
    assert ask("/internal/livez")[0] == 200
    status, _, body = ask("/internal/readyz")
    assert status == 503
    assert '"error": "database-unavailable"' in body
    assert ask("/internal/metrics")[0] == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_a_program_that_has_closed_is_not_alive(licensing: Licensing, path: str) -> None:
    licensing.close()
    answer = answer_to(licensing, path)
    assert (answer.status, answer.body) == (503, b"database-unavailable")
