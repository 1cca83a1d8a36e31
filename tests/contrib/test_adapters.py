"""Whom adapters ask, and what they answer, without any framework of the extra `test-all`."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from inspect import iscoroutinefunction
from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from licensekit import NotEntitled
from licensekit.contrib.asgi import LicenseAsgiMiddleware
from licensekit.contrib.gate import asked_about
from licensekit.contrib.problems import MEDIA_TYPE, body_of, problem_of
from licensekit.contrib.wsgi import LicenseWsgiMiddleware
from licensekit.entitlements.messages import NoBundleGrants
from licensekit.errors import UnknownCode, WrongKind
from licensekit.issuer.output.product_module import product_module
from licensekit.testing import TestLicensing, licenses
from samples.frameworks import wsgi_app
from samples.superoffice.superoffice_crm_licensing import PACK, superoffice_crm
from tests.contrib.conftest import FRAMEWORKS

ADAPTERS = {
    "asgi": set[str](),
    "wsgi": set[str](),
    "fastapi": {"fastapi", "starlette"},
    "openfeature": {"openfeature"},
    "prometheus": {"prometheus_client"},
    "django.licensed": {"asgiref", "django"},
}
OWN = ["asgiref", "celery", "django", "fastapi", "flask", "openfeature", "prometheus_client", "starlette"]


@pytest.fixture
def licensing() -> Iterator[TestLicensing]:
    """Quotes and sales, which a user completes, and a plan that anna holds."""
    with superoffice_crm.testing(system=["server", "quote"], users={"sales-pro": 1}) as one:
        one.assign("anna", "sales-pro")
        yield one


@pytest.mark.framework
@pytest.mark.parametrize("name", FRAMEWORKS)
def test_every_framework_is_there(name: str) -> None:
    """Whoever chooses this tier runs all of it."""
    assert find_spec(name) is not None


def test_the_module_of_the_samples_is_what_is_written() -> None:
    path = Path(sys.modules["samples.superoffice.superoffice_crm_licensing"].__file__ or "")
    assert path.read_text() == product_module(PACK)


@pytest.mark.parametrize(
    ("code", "user", "granted"),
    [
        ("quote", None, True),
        ("quote", "anna", True),
        ("quote", "", True),
        ("quote", "nobody", True),
        ("saint", "anna", False),
        ("sales-pro", "anna", True),
        ("sales-pro", "bob", False),
        ("sales-pro", "", False),
        ("sale", None, False),
        ("sale", "anna", True),
        ("sale", "bob", False),
    ],
)
def test_a_system_license_is_the_installations_and_any_other_is_the_users(
    licensing: TestLicensing, code: str, user: str | None, *, granted: bool
) -> None:
    asked = asked_about(licensing, code, user)
    assert asked.allows(code) is granted


def test_a_mistake_in_the_program_is_not_a_refusal(licensing: TestLicensing) -> None:
    """Without a user, a program cannot ask about a plan."""
    with pytest.raises(WrongKind, match="one of kind system; users have user licenses"):
        asked_about(licensing, "sales-pro", None)
    with pytest.raises(UnknownCode):
        asked_about(licensing, "qoute", "anna")


def test_who_is_refused_learns_why_the_installation_has_it_not_where_no_user_would_help(
    licensing: TestLicensing,
) -> None:
    with pytest.raises(NotEntitled) as refused:
        asked_about(licensing, "saint", "nobody").require("saint")
    assert refused.value.reason == "not-licensed"


def test_a_problem_document_has_the_members_of_the_standard_and_ours() -> None:
    error = NotEntitled(license="quote", why=NoBundleGrants(), buy_url="https://example.com/buy")
    assert json.loads(body_of(error)) == {
        "type": "urn:licensekit:not-entitled",
        "title": "Not licensed",
        "status": 403,
        "detail": str(error),
        "code": "not-entitled",
        "license": "quote",
        "reason": "not-licensed",
        "buy_url": "https://example.com/buy",
    }
    assert "buy_url" not in problem_of(error.replace(buy_url=None))


@pytest.mark.framework
@pytest.mark.process
@pytest.mark.parametrize("name", ADAPTERS)
def test_an_adapter_imports_its_own_framework_and_no_other(name: str) -> None:
    found = f"[one for one in {OWN} if one in sys.modules]"
    program = f"import sys, licensekit.contrib.{name}; print(*{found})"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) == ADAPTERS[name]


def test_a_decorator_without_its_code_is_refused_where_it_stands() -> None:
    """Without parentheses, the decorator would take the function for the code, and the function would never run."""
    with licenses(system={"quote": 1}) as licensing:
        decorator: Any = licensing.requires
        with pytest.raises(TypeError, match=r"the code in `@licensing.requires\(code\)` is a str"):
            decorator(print)


def test_a_function_asks_when_it_is_called_and_not_when_it_is_decorated() -> None:
    with licenses(system={"server": 1, "quote": 0}) as licensing:

        @licensing.requires("quote")
        def quote(number: int, *, currency: str) -> str:
            """Return a quote."""
            return f"{number} {currency}"

        assert quote.__doc__ == "Return a quote."
        with pytest.raises(NotEntitled):
            quote(1, currency="EUR")
        licensing.grant(system={"quote": 1})
        assert quote(1, currency="EUR") == "1 EUR"


def test_a_task_asks_when_it_is_awaited() -> None:
    with licenses(system={"server": 1, "quote": 0}) as licensing:

        @licensing.requires("quote")
        async def quote(number: int) -> int:
            return number

        assert iscoroutinefunction(quote)
        waiting = quote(1)
        with pytest.raises(NotEntitled):
            asyncio.run(waiting)
        licensing.grant(system={"quote": 1})
        assert asyncio.run(quote(2)) == 2


def call(app: Any, path: str = "/", **environ: str) -> tuple[str, dict[str, str], bytes]:
    """Call a WSGI application, which PEP 3333 is compared with."""
    given: WSGIEnvironment = {
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "wsgi.input": BytesIO(),
        **environ,
    }
    setup_testing_defaults(given)
    answers: list[tuple[str, list[tuple[str, str]]]] = []

    def write(_: bytes) -> None:
        raise AssertionError("nobody writes")

    def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], object]:
        answers.append((status, headers))
        return write

    body: Any = validator(app)(given, start)
    text = b"".join(body)
    body.close()
    status, headers = answers[-1]
    return status, dict(headers), text


def page(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes] | list[bytes]:
    """Answer, or refuse in the middle of an answer."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/late":
        raise NotEntitled(license="quote", why=NoBundleGrants())
    return [b"fine"]


def test_a_wsgi_request_without_a_license_is_answered_with_a_problem(licensing: TestLicensing) -> None:
    app = LicenseWsgiMiddleware(page, licensing, requires="sales-pro", user=lambda environ: environ.get("REMOTE_USER"))
    status, headers, body = call(app, REMOTE_USER="bob")
    assert (status, headers["Content-Type"]) == ("403 Forbidden", MEDIA_TYPE)
    assert json.loads(body)["reason"] == "unknown-user"
    assert call(app, REMOTE_USER="anna") == ("200 OK", {"Content-Type": "text/plain"}, b"fine")
    assert json.loads(call(app)[2])["license"] == "sales-pro"


def test_the_sample_for_wsgi_asks_before_a_page_and_within_it() -> None:
    with superoffice_crm.testing(system=["quote"]) as licensing:
        assert call(wsgi_app.app)[0] == "200 OK"
        assert json.loads(call(wsgi_app.app, "/areas")[2])["license"] == "area-mgt"
        licensing.withdraw("quote")
        assert json.loads(call(wsgi_app.app)[2])["license"] == "quote"


def test_a_wsgi_application_may_refuse_what_it_has_begun(licensing: TestLicensing) -> None:
    status, _, body = call(LicenseWsgiMiddleware(page, licensing), "/late")
    assert (status, json.loads(body)["code"]) == ("403 Forbidden", "not-entitled")


def test_a_response_that_has_begun_is_not_followed_by_another(licensing: TestLicensing) -> None:
    sent: list[Any] = []

    async def app(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise NotEntitled(license="quote", why=NoBundleGrants())

    async def receive() -> Any:
        """Send nothing."""

    async def send(message: Any) -> None:
        sent.append(message["type"])

    with pytest.raises(NotEntitled):
        asyncio.run(LicenseAsgiMiddleware(app, licensing)({"type": "http"}, receive, send))
    assert sent == ["http.response.start"]


def test_what_is_not_a_request_passes(licensing: TestLicensing) -> None:
    seen: list[str] = []

    async def app(scope: Any, _: Any, __: Any) -> None:
        seen.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        """Send and receive nothing."""

    middleware = LicenseAsgiMiddleware(app, licensing, requires="saint")
    asyncio.run(middleware({"type": "lifespan"}, nothing, nothing))
    assert seen == ["lifespan"]
