"""What somebody writes into an address or a form by hand: nothing that a screen reads is a fault of ours."""

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import pytest
from starlette.datastructures import FormData, ImmutableMultiDict, QueryParams

from licensekit.console.application import CHANGES, SCREENS
from tests.console.conftest import Browser

QUICK: Final = ("-1", "9223372036854775808", "\0")
MORE: Final = ("", "9" * 400, "\udc80", "\u0663", "x" * 5000)
EXTENT: Final = pytest.mark.parametrize("values", [QUICK, pytest.param(MORE, marks=pytest.mark.thorough)], ids="qm")
FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
_PART: Final = re.compile(r"\{\w+\}")


def kind_of(read: Any) -> type:
    """Return whether it is an address or a form."""
    return QueryParams if isinstance(read, QueryParams) else FormData


def written(value: str) -> str:
    """Return a value as it is written in an address; half a character too."""
    return quote(value.encode("utf-8", "surrogateescape"), safe="")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[tuple[type, str]]]:
    """The names that screens and changes look for in the address and in the form, found out as they do."""
    names = set[tuple[type, str]]()

    def watch(name: str) -> None:
        plain = getattr(ImmutableMultiDict, name)

        def watched(self: Any, key: Any, *default: Any) -> Any:
            names.add((kind_of(self), str(key)))
            return plain(self, key, *default)

        monkeypatch.setattr(ImmutableMultiDict, name, watched)

    for name in ("get", "getlist", "__getitem__"):
        watch(name)
    yield names
    assert names, "nothing was read: then this test tries nothing"


@pytest.mark.attack("number-too-large-in-an-address")
@EXTENT
@pytest.mark.parametrize("path", SCREENS)
def test_no_value_in_an_address_is_a_fault_of_ours(
    browser: Browser, read: set[tuple[type, str]], path: str, values: tuple[str, ...]
) -> None:
    for value in values if "{" in path else ():
        answer = browser.client.get(_PART.sub(written(value).replace("\\", "\\\\"), path), follow_redirects=False)
        assert answer.status_code < 500, value[:30]
    path = path.format(issuer="demo", code="sales", entry="2")
    browser.client.get(path, params={"id": "anna"})
    tried = set[str]()
    while names := {name for kind, name in read if kind is QueryParams} - tried:
        tried |= names
        for name in names:
            for value in values:
                other = "" if name == "id" else "&id=anna"
                answer = browser.client.get(f"{path}?{name}={written(value)}{other}", follow_redirects=False)
                assert answer.status_code < 500, (name, value[:30])


@pytest.mark.attack("number-too-large-in-an-address")
@EXTENT
@pytest.mark.parametrize("path", CHANGES)
def test_no_value_in_a_form_is_a_fault_of_ours(
    browser: Browser, read: set[tuple[type, str]], path: str, values: tuple[str, ...]
) -> None:
    token = browser.token()
    read.clear()
    browser.client.post(path, data={"token": token, "id": "anna"}, follow_redirects=False)
    tried = {"token"}
    while names := {name for kind, name in read if kind is FormData} - tried:
        tried |= names
        for name in names:
            for value in values:
                other = "" if name == "id" else "&id=anna"
                body = f"token={token}{other}&{quote(name)}={written(value)}"
                answer = browser.client.post(path, content=body, headers=FORM, follow_redirects=False)
                assert answer.status_code < 500, (name, value[:30])
