"""Every text of a screen is translated: in a made-up language all have marks, and in Norwegian none are English."""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import pytest
from starlette.testclient import TestClient

from licensekit.console import app
from licensekit.console.security.sign_in import Links, SignIn
from licensekit.installation import Installation, parse_directory
from licensekit.languages import ENGLISH
from tests import makers
from tests.console.conftest import ORIGIN, Browser, client_of
from tests.console.large_installation import make_large
from tests.console.screens import LARGE, addresses
from tests.crm import SOLD, crm_catalog, crm_home_at, open_crm
from tests.homes import bundle, file
from tests.languages.pseudo import PSEUDO, mark, speak
from tests.languages.screens import Screen, data_of, left_over

USERS: Final = 60
FORMATS: Final = frozenset({"CSV", "JSON", "Lines"})
"""What is called so in every language."""
TYPED: Final = ("Anna Dahl", "Storage", "new", "what", "OTHER-1", "nobody", "id, name, kind, groups, licenses")
"""What these tests type and ask for, and the headings of tables, which are those of any language."""
FUNCTION_WORDS: Final = re.compile(
    r"\b(?:the|of|and|is|are|was|were|been|not|nobody|this|that|which|who|what|with|without|from|to|it|its|has|have"
    r"|cannot|does|may|must|or|than|only|other|more|here|there|where|license|licenses|user|users|file|files|day|days"
    r"|look|needs?|wrong|good|give|gives|choose|activated?|changed?|changes|between|until|since)\b",
    re.IGNORECASE,
)


class Page(NamedTuple):
    """A page, and what led to it."""

    what: str
    answer: str


@contextmanager
def speaking(client: TestClient, language: str) -> Generator[Browser]:
    """Let a browser ask for a language."""
    client.headers["Accept-Language"] = language
    yield Browser(client)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The installation that has everything to show."""
    with make_large(tmp_path_factory.mktemp("large"), USERS).open("ingrid") as installation:
        yield installation


def looked_at(installation: Installation, language: str) -> Iterator[Page]:
    """Yield every screen."""
    with speaking(client_of(installation), language) as browser:
        for address in addresses(LARGE):
            yield Page(address, browser.client.get(address).text)


def acted(crm: Installation, language: str) -> Iterator[Page]:
    """Yield what forms lead to: refusals, previews, and what was done."""
    with speaking(client_of(crm), language) as browser:
        token = browser.token()

        def send(path: str, **fields: str | list[str]) -> Page:
            answer = browser.client.post(path, data={"token": token, **fields})
            return Page(f"{path} {fields}"[:90], answer.text)

        def get(path: str) -> Page:
            return Page(path, browser.client.get(path).text)

        crm.users.propose_sync(parse_directory("id,licenses\nanna,sales\nbob,sales\ncarl,\n")).apply()
        yield send("/users/new", id="anna")
        yield send("/users/new", id="x" * 300)
        yield send("/users/new", id="dora", groups="\x07")
        yield send("/user/licenses", id="carl", plan="sales", **{"was.plan": ""})
        yield send("/user/licenses", id="anna", plan="", **{"was.plan": "sales"}, license=["travel"])
        crm.users.set("anna", name="Anna Berg")
        yield send("/user/facts", id="anna", name="Anna Dahl", **{"was.name": "anna"}, can_log_in="1")
        yield get("/user?id=anna&saved=facts")
        yield send("/user/erase", id="anna", confirm="somebody")
        yield send("/user/retire", id="carl")
        yield get("/user?id=carl&saved=retired")
        yield from (
            get(path) for path in ("/user?id=nobody", "/license/none", "/licenses/none", "/nothing", "/site?id=x")
        )
        yield from (send("/activate/preview", text=text) for text in _files())
        yield send("/activate", text=_files()[0])
        yield get("/activate?saved=same")
        yield send("/activate/fetch", issuer="demo")
        yield send("/users/directory", text="id,licenses\nanna,sales\nbob,no-such\nbob,\n", how="sync", profile="")
        yield send("/users/directory", text="id,what\nanna,sales\n", how="import", profile="plain")
        yield send("/users/directory", text="name\nAnna\n", how="import", profile="")
        yield send("/users/directory", text='id\n"anna\n', how="import", profile="")
        yield send("/users/directory", text="", how="sync", profile="okta")
        yield send("/users/directory", text="id,kind,can_log_in\ndora,odd,maybe\n", how="import", profile="plain")
        yield send("/users/directory/rule", group="", license="sales")
        yield send("/users/change", do="assign", give=["service"], who="ticked", user=["bob", "carl"], list="/users")
        yield get("/users/change?do=retire&user=bob&list=/users")
        yield send("/sites/new", id="oslo", central="1")
        yield send("/sites/new", id="oslo")
        yield send("/site/licenses", id="oslo", license=["audience"])
        yield send("/events", kind="no-", function="", scope="user", user="")
        yield send("/events", kind="no-login", scope="user", user="nobody")
        yield send("/events", kind="no-login", scope="installation", message="", expected_end="x")
        yield send("/events", kind="no-login", scope="installation", message="")
        yield from (get(path) for path in ("/", "/events", "/user?id=bob", "/health?check=1", "/history", "/files"))
        yield get("/history?from=x")
        yield send("/files/return", issuer="demo", part="base", confirm="no")
        yield send("/files/return", issuer="demo", part="none", confirm="none")
        yield send("/health/clock")
        yield send("/health/restored")
        yield Page("no token", browser.client.post("/users/new", data={"id": "x"}).text)
        yield send("/files/return", issuer="demo", part="base", confirm="base", settle="1")
        yield from (
            get(path) for path in ("/", "/files", "/activate", "/history", "/licenses", "/user?id=bob", "/health")
        )


def _files() -> list[str]:
    """Return what may be given as a license file: good ones, and what is none or does not fit."""
    storage = makers.license_entry(name="Storage")
    catalog = makers.changed(crm_catalog(), version=2, licenses={**crm_catalog().licenses, "storage": storage})
    later = {"starts": makers.ISSUED_DAY + 90, "expiry": makers.ISSUED_DAY + 400, "grace": None, "warning": None}
    good = file(bundle(2, **SOLD))
    return [
        file(catalog, bundle(2, **{**SOLD, "users": {"sales": 9, "windows": None, "new": 3}})),
        file(bundle(2, **{**SOLD, "users": {"sales": 1}})),
        file(bundle(3, **{**SOLD, "users": {"sales": 1}, **later})),
        file(bundle(2, serial="OTHER-1", **SOLD)),
        file(bundle(2, issuer="demo", maintenance=1, **SOLD)),
        f"Dear Ms Solberg,\n\n> {good}",
        good[:-40],
        good.replace("A", "B"),
        "hello",
        "%PDF-1.7",
        "lkroot1-abc",
        "",
    ]


def signed_out(installation: Installation, language: str, links: Links) -> Iterator[Page]:
    """Yield what somebody sees who is not signed in."""
    served = app(installation, SignIn(links))
    client = TestClient(served, base_url=ORIGIN, headers={"origin": ORIGIN}, raise_server_exceptions=False)
    with speaking(client, language) as browser:
        for path in ("/", "/sign-in?code=x", "/nothing"):
            yield Page(path, browser.client.get(path).text)
        yield Page("a wrong link", browser.client.post("/sign-in", data={"code": "x"}).text)
        yield Page("signing out", browser.client.post("/sign-out").text)
        browser.client.cookies.set("licensekit-form", "x" * 40)
        yield Page("a form that is kept", browser.client.post("/users/new", data={"id": "dora"}).text)
        yield Page("another origin", browser.client.post("/users/new", headers={"origin": "http://x"}).text)
        yield Page("another host", browser.client.get("/", headers={"host": "example.com"}).text)


@pytest.fixture
def crm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation in which something can be done."""
    with open_crm(crm_home_at(tmp_path_factory.mktemp("crm")), "anna", "bob", "carl") as installation:
        yield installation


def judged(pages: Iterator[Page], installation: Installation) -> dict[str, set[str]]:
    """Return the words of each page that are neither within marks nor data."""
    found = {page.what: left_over(Screen(page.answer), data_of(installation, *TYPED)) for page in pages}
    return {what: words - FORMATS for what, words in found.items() if words - FORMATS}


def english(pages: Iterator[Page], installation: Installation) -> dict[str, set[str]]:
    """Return the English words of each page that are not data."""
    data, found = data_of(installation, *TYPED), dict[str, set[str]]()
    for page in pages:
        screen = Screen(page.answer)
        texts = ("".join(screen.shown), *screen.attributes)
        words = {word for text in texts for word in FUNCTION_WORDS.findall(data.sub(" ", text))}
        if words:
            found[page.what] = words
    return found


def test_every_text_of_every_screen_is_one_of_a_catalog(large: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch, mark)
    assert judged(looked_at(large, PSEUDO), large) == {}


def test_every_text_that_a_form_leads_to_is_one_of_a_catalog(
    crm: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(monkeypatch, mark)
    assert judged(acted(crm, PSEUDO), crm) == {}


def test_every_text_is_one_of_a_catalog_before_somebody_is_signed_in(
    crm: Installation, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(monkeypatch, mark)
    links = Links(tmp_path_factory.mktemp("links"))
    assert judged(signed_out(crm, PSEUDO, links), crm) == {}


def test_no_screen_in_norwegian_has_english(large: Installation) -> None:
    assert english(looked_at(large, "nb"), large) == {}


def test_nothing_that_a_form_leads_to_in_norwegian_is_english(crm: Installation) -> None:
    assert english(acted(crm, "nb"), crm) == {}


def test_the_checks_see_what_they_look_for(large: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every screen in English has English, and words without marks."""
    pages = list(looked_at(large, ENGLISH))
    assert english(iter(pages), large).keys() == {page.what for page in pages}
    speak(monkeypatch, mark)
    assert judged(iter(pages), large).keys() == {page.what for page in pages}
