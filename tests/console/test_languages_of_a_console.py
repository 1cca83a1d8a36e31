"""The language of each answer: the console's own, or the one that the browser asks for."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from licensekit.console import Identity, Role, app
from licensekit.console.language import preferred
from licensekit.console.rendering import day, text
from licensekit.errors import ConsoleUnavailable
from licensekit.installation import Installation
from licensekit.languages import use_language
from tests import makers
from tests.console.conftest import client_of, words
from tests.crm import SOLD, crm_catalog, open_crm
from tests.homes import Home, bundle, file

ASKED: list[tuple[str, str]] = [
    ("", "en"),
    ("nb", "nb"),
    ("NB-no", "nb"),
    ("no", "nb"),
    ("nn-NO, nn;q=0.9", "nb"),
    ("en-GB,en;q=0.9,nb;q=0.8", "en"),
    ("sv, da;q=0.9, nb;q=0.8, en;q=0.7", "nb"),
    ("en;q=0.1, nb;q=0.2", "nb"),
    ("nb;q=0, en", "en"),
    ("nb;q=0.000", "en"),
    ("no, nb;q=0", "en"),
    ("*", "en"),
    ("*, nb;q=0.5", "nb"),
    ("de, fr;q=0.5", "en"),
    ("nb-x-private", "nb"),
    ("nb-Latn-NO-x-a", "nb"),
    ("garbage;q=x", "en"),
    ("garbage;q=x, nb", "nb"),
    ("nb;q=2, en;q=0.1", "en"),
    ("nb;q=0.12345, en;q=0.1", "en"),
    ("nb ;q=0.3 ,\ten; q=0.2", "nb"),
    (",,,nb,,", "nb"),
    ("../nb, nb.mo, nb_NO", "en"),
    (f"{'de, ' * 5000}nb", "en"),
    ("\xff\xfe, nb;q=\xb2", "en"),
]


@pytest.mark.parametrize(("header", "language"), ASKED, ids=[header[:30] for header, _ in ASKED])
def test_the_language_is_the_one_that_a_browser_prefers(header: str, language: str) -> None:
    """By weight, and then in the order of the header; where a language is not there, a wider one."""
    assert preferred(header) == language


def test_each_page_says_its_language(crm: Installation) -> None:
    client = client_of(crm)
    for header, language, title in (("nb-NO", "nb", "Brukere"), ("", "en", "Users")):
        answer = client.get("/users", headers={"accept-language": header})
        assert answer.headers["content-language"] == language
        assert "Accept-Language" in answer.headers["vary"]
        assert f'<html lang="{language}"' in answer.text
        assert f"<h1>{title}</h1>" in answer.text


def test_a_console_with_a_language_has_that_one_alone(crm: Installation) -> None:
    served = app(crm, lambda _: Identity("ingrid"), language="nb")
    answer = type(client_of(crm))(served, base_url="http://localhost").get("/users", headers={"accept-language": "en"})
    assert answer.headers["content-language"] == "nb"
    assert "vary" not in answer.headers
    assert "<h1>Brukere</h1>" in answer.text


def test_files_that_pages_load_are_of_no_language(crm: Installation) -> None:
    answer = client_of(crm).get("/static/console.css", headers={"accept-language": "nb"})
    assert answer.headers.keys() & {"content-language", "vary"} == set()


def test_an_unknown_language_is_refused_with_those_that_there_are(crm: Installation) -> None:
    with pytest.raises(ConsoleUnavailable, match="there is no language 'xx' here; choose one of en, nb"):
        app(crm, lambda _: None, language="xx")


@pytest.mark.process
def test_the_command_refuses_an_unknown_language_before_it_listens(crm_home: Home) -> None:
    with open_crm(crm_home):
        command = [sys.executable, "-m", "licensekit", "console", "--home", str(crm_home.place), "--language", "xx"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert "there is no language 'xx' here" in done.stderr
    assert "choose one of en, nb" in done.stderr


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("another name", {"headers": {"host": "example.com"}}, "refused.host"),
    ("another page", {"method": "POST", "url": "/users/new", "headers": {"origin": "http://x"}}, "refused.origin"),
    ("no such page", {"url": "/nothing"}, "http.404"),
    ("a form of an earlier session", {"method": "POST", "url": "/users/new", "data": {"id": "x"}}, "refused.token"),
]


@pytest.mark.parametrize(("what", "sent", "key"), REFUSED, ids=[what for what, *_ in REFUSED])
def test_refusals_are_in_the_language(crm: Installation, what: str, sent: dict[str, Any], key: str) -> None:
    client = client_of(crm)
    client.headers["accept-language"] = "nb"
    asked: dict[str, Any] = {"method": "GET", "url": "/", **sent}
    answer = client.request(**asked)
    with use_language("nb"):
        said = text(key).strip()
    assert said != text(key).strip()
    assert said in words(answer.text), what


def test_who_may_only_look_is_told_so_in_the_language(crm: Installation) -> None:
    client = client_of(crm, Identity("rolf", Role.READER))
    client.headers["accept-language"] = "nb"
    with use_language("nb"):
        assert text("refused.role") in words(client.post("/users/new", data={"id": "x"}).text)


def test_days_are_kept_by_language() -> None:
    """One that was shown in English is not shown so again in another language."""
    found = list[str]()
    for code in ("en", "nb", "en"):
        with use_language(code):
            found.append(day(20_500).striptags())
    assert found == ["16 Feb 2026", "16. feb. 2026", "16 Feb 2026"]


@pytest.fixture
def named(crm: Installation) -> Installation:
    """An installation whose licenses have names in Norwegian."""
    licenses = dict(crm_catalog().licenses)
    for code, name in (("sales", "Salgsbruker"), ("server", "Tjener"), ("windows", "Vinduer")):
        licenses[code] = makers.changed(licenses[code], names={"nb": name})
    crm.activate(file(makers.changed(crm_catalog(), version=2, licenses=licenses), bundle(2, **SOLD)))
    return crm


def test_licenses_have_their_names_in_the_language(named: Installation) -> None:
    client = client_of(named)
    named.users.assign("anna", "sales")
    for path in ("/licenses", "/license/sales", "/user?id=anna", "/users", "/license/sales/buy", "/users/licenses"):
        page = words(client.get(path, headers={"accept-language": "nb"}).text)
        assert "Salgsbruker" in page, path
    assert "Salgsbruker" not in words(client.get("/licenses").text)


def test_a_notice_names_its_license_in_the_language(named: Installation) -> None:
    for user in ("anna", "bob"):
        named.users.assign(user, "sales")
    page = words(client_of(named).get("/", headers={"accept-language": "nb"}).text)
    assert "Salgsbruker: alle 2" in page


@pytest.mark.parametrize("find", ["vindu", "windows"])
def test_a_license_is_found_by_its_name_in_the_language_and_by_its_code(named: Installation, find: str) -> None:
    page = client_of(named).get("/licenses/demo", params={"find": find}, headers={"accept-language": "nb"}).text
    assert "Vinduer" in words(page)
    assert "Tjener" not in words(page)


@pytest.mark.parametrize("language", ["en", "nb"])
def test_what_is_kept_is_the_same_in_any_language(
    crm: Installation, language: str, recorded: Callable[[Installation], list[dict[str, Any]]]
) -> None:
    """The log, its code and its data are of no language; only the sentence that is shown is."""
    client = client_of(crm)
    client.headers["accept-language"] = language
    token = client.get("/users/new").text.partition('name="token" value="')[2].partition('"')[0]
    more = file(makers.changed(crm_catalog(), version=2), bundle(2, **SOLD))
    for path, fields in (
        ("/users/new", {"id": "dora"}),
        ("/sites/new", {"id": "oslo", "central": "1"}),
        ("/events", {"kind": "no-login", "scope": "user", "user": "anna"}),
        ("/activate", {"text": more}),
        ("/user/erase", {"id": "dora", "confirm": "dora"}),
    ):
        assert client.post(path, data={"token": token, **fields}).status_code == 200
    kept = recorded(crm)
    assert {"trust": ["catalog 2 of demo"], "did": "activate"}.items() <= kept[-2].items()
    assert {"reason": "central", "did": "site-add"}.items() <= kept[-4].items()
    shown = words(client.get("/history").text)
    assert ("with catalog 2 of demo" in shown) is (language == "en")
    assert ("katalog 2 fra demo" in shown) is (language == "nb")


@pytest.fixture
def recorded() -> Callable[[Installation], list[dict[str, Any]]]:
    """What reads the entries of a log as they are kept."""

    def read(installation: Installation) -> list[dict[str, Any]]:
        return [json.loads(one.entry) for one in installation.audit.entries()]

    return read
