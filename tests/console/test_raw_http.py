"""What the console's own server makes of requests that no browser sends: framing that can be read in two ways, too."""

import logging
import os
import re
from collections.abc import Callable, Iterator
from typing import Final

import h11
import httpx2
import pytest

from licensekit.console import connections
from licensekit.console.security import guard
from licensekit.installation import Installation
from tests.console.browsing import Served, served
from tests.console.raw_http import Raw, mutations, request, statuses
from tests.crm import crm_home_at, open_crm

AT_ONE_TIME: Final = 80
INPUTS: Final = int(os.environ.get("LICENSEKIT_TEST_RAW_INPUTS", "400"))


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with the users anna, who stays, and bob."""
    with open_crm(crm_home_at(tmp_path_factory.mktemp("raw") / "crm"), "anna", "bob") as installation:
        yield installation


@pytest.fixture(scope="module")
def console(crm: Installation) -> Iterator[Served]:
    """The console of `crm`, served as the command serves it."""
    with served(crm) as console:
        yield console


Send = Callable[..., bytes]


@pytest.fixture(scope="module")
def retire(console: Served) -> Send:
    """What writes the request by which somebody who is signed in retires anna, with other fields for its length."""
    with httpx2.Client(base_url=console.address, headers={"origin": console.address}, timeout=60) as client:
        code = console.link_for("ingrid").rpartition("=")[2]
        assert client.post("/sign-in", data={"code": code}).status_code == 303
        [token, *_] = re.findall(r'name="token" value="([0-9a-f]+)"', client.get("/users/new").text)
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    body = f"token={token}&id=anna".encode()
    host = console.address.removeprefix("http://")
    common = ("Content-Type: application/x-www-form-urlencoded", f"Origin: {console.address}", f"Cookie: {cookies}")

    def write(*fields: str, body: bytes = body, end: str = "\r\n", line: str = "POST /user/retire") -> bytes:
        said = [field.format(n=len(body), host=host) for field in fields]
        return request(line, *common, *said, body=body, end=end)

    return write


CHUNKED: Final = "Transfer-Encoding: chunked"


def in_chunks(body: bytes, trailer: bytes = b"") -> bytes:
    """Return a body in one chunk."""
    return b"%x\r\n%s\r\n0\r\n%s\r\n" % (len(body), body, trailer)


def test_the_request_that_is_varied_here_is_a_good_one(console: Served, crm: Installation, retire: Send) -> None:
    sent = retire("Host: {host}", "Content-Length: {n}").replace(b"id=anna", b"id=bob&")
    assert Raw.to(console.port).send(sent).status() == 303
    assert crm.users.get("bob").retired


AMBIGUOUS: Final = {
    "a length and chunks": ("Host: {host}", "Content-Length: {n}", CHUNKED),
    "chunks and a length": ("Host: {host}", CHUNKED, "Content-Length: {n}"),
    "two lengths": ("Host: {host}", "Content-Length: {n}", "Content-Length: 4"),
    "a length twice": ("Host: {host}", "Content-Length: {n}", "Content-Length: {n}"),
    "a list of lengths": ("Host: {host}", "Content-Length: {n}, {n}"),
    "a length with a sign": ("Host: {host}", "Content-Length: +{n}"),
    "a length in hexadecimal": ("Host: {host}", "Content-Length: 0x10"),
    "a length of many digits": ("Host: {host}", "Content-Length: " + "9" * 400),
    "a space before the colon": ("Host: {host}", "Content-Length : {n}"),
    "a folded line": ("Host: {host}", "X-Folded: a", " b", "Content-Length: {n}"),
    "a folded length": ("Host: {host}", "Content-Length:", " {n}"),
    "two hosts": ("Host: {host}", "Host: {host}", "Content-Length: {n}"),
    "no host": ("Content-Length: {n}",),
    "another coding": ("Host: {host}", "Transfer-Encoding: gzip, chunked"),
    "two codings": ("Host: {host}", CHUNKED, CHUNKED),
    "a zero in a name": ("Host: {host}", "X\0: a", "Content-Length: {n}"),
    "a carriage return in a line": ("Host: {host}", "X: a\rContent-Length: 3", "Content-Length: {n}"),
}


@pytest.mark.attack("ambiguous-framing")
@pytest.mark.parametrize("fields", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_framing_that_can_be_read_in_two_ways_is_refused(
    console: Served, crm: Installation, retire: Send, fields: tuple[str, ...]
) -> None:
    assert Raw.to(console.port).send(retire(*fields)).status() == 400
    assert not crm.users.get("anna").retired


@pytest.mark.attack("ambiguous-framing")
def test_lines_that_end_with_a_line_feed_alone_are_refused(console: Served, crm: Installation, retire: Send) -> None:
    whole = retire("Host: {host}", "Content-Length: {n}", end="\n")
    mixed = retire("Host: {host}", "X: a\nContent-Length: 0", "Content-Length: {n}")
    old = retire("Host: {host}", "Content-Length: {n}").replace(b"HTTP/1.1", b"HTTP/3.0")
    for sent in (whole, mixed, old):
        assert Raw.to(console.port).send(sent).status() == 400
    assert not crm.users.get("anna").retired


@pytest.mark.attack("endless-upload")
@pytest.mark.parametrize("trailer", [b"", b"Content-Length: 4\r\n"])
def test_chunks_say_no_length_and_are_not_read(
    console: Served, crm: Installation, retire: Send, trailer: bytes
) -> None:
    written = retire("Host: {host}", "Content-Length: {n}")
    body = in_chunks(written.partition(b"\r\n\r\n")[2], trailer)
    answered = Raw.to(console.port).send(retire("Host: {host}", CHUNKED, body=body)).status()
    assert answered == (0 if trailer else 411)
    assert not crm.users.get("anna").retired


@pytest.mark.attack("ambiguous-framing")
def test_what_h11_by_itself_understands_is_less_strict() -> None:
    """Whoever takes `_Strict` away finds here what it is for."""
    for fields in (
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Content-Length: 4, 4",
        "X: a\r\n b",
        "X: a\nY: b",
    ):
        plain = h11.Connection(h11.SERVER)
        plain.receive_data(f"POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n".encode())
        assert isinstance(plain.next_event(), h11.Request)


@pytest.mark.attack("request-smuggling")
def test_a_second_request_in_the_body_of_the_first_is_not_a_request(
    console: Served, crm: Installation, retire: Send
) -> None:
    hidden = retire("Host: {host}", "Content-Length: {n}")
    outer = retire("Host: {host}", "Content-Length: 0", CHUNKED, body=b"0\r\n\r\n", line="POST /nothing")
    received = Raw.to(console.port).send(outer.replace(b"Connection: close\r\n", b"") + hidden).read()
    assert statuses(received) == [400]
    assert not crm.users.get("anna").retired


@pytest.mark.attack("raw-http-fuzzing")
def test_no_change_of_the_bytes_of_a_request_is_a_fault_of_ours(
    console: Served, crm: Installation, retire: Send, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.2)
    logging.getLogger("uvicorn.error").propagate = True
    without_token = re.sub(rb"token=\w+", b"token=", retire("Host: {host}", "Content-Length: {n}"))
    page = retire("Host: {host}", line="GET /user?id=anna", body=b"")
    before = [*crm.audit.entries()]
    found = set[int]()
    for number in range(0, INPUTS, AT_ONE_TIME):
        sent = mutations((without_token, page)[number // AT_ONE_TIME % 2], AT_ONE_TIME, seed=number)
        for one in [Raw.to(console.port).send(data) for data in sent]:
            found.update(statuses(one.read()))
    assert {status for status in found if status >= 500} <= {503}
    assert {200, 400} <= found, "a fuzzer whose inputs are all refused, or all taken, tries nothing"
    assert Raw.to(console.port).send(page).status() == 200
    assert [*crm.audit.entries()] == before
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
