"""A client that sends bytes as they are, and what becomes of a good request when somebody writes it otherwise."""

import random
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NamedTuple

SECONDS: Final = 120  # until a test that nobody answers fails
_PARTS: Final = (
    b"Content-Length: 4\r\n", b"Content-Length: 5, 5\r\n", b"content-length: +5\r\n", b"Content-Length : 5\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: identity\r\n", b"Transfer-Encoding: chunked, gzip\r\n",
    b"Host: localhost\r\n", b"Host:\r\n", b" folded\r\n", b"\n", b"\r", b"\r\n", b"\r\n\r\n", b"\0", b"\xff", b"\x0b",
    b"Expect: 100-continue\r\n", b"Upgrade: websocket\r\nConnection: upgrade\r\n", b"Upgrade: h2c\r\n", b"HTTP/9.9",
    b"5\r\nid=an\r\n0\r\n\r\n", b"0\r\nHost: evil\r\n\r\n", b"fffffffffffffffff\r\n",
    b"GET / HTTP/1.1\r\n", b"PRI * HTTP/2.0",
    b"Cookie: a=b\r\n", b"Content-Type: multipart/form-data; boundary=\r\n",
    b"x" * 5000, b"A: b\r\n" * 3000, b"%00", b"//",
)  # fmt: skip
_METHODS: Final = (b"GET", b"POST", b"HEAD", b"PUT", b"CONNECT", b"TRACE", b"OPTIONS", b"get", b"G\0T", b"")


class Raw(NamedTuple):
    """A connection to a console on this machine."""

    client: socket.socket

    @classmethod
    def to(cls, port: int) -> "Raw":
        """Connect."""
        return cls(socket.create_connection(("127.0.0.1", port), timeout=SECONDS))

    def send(self, sent: bytes) -> "Raw":
        """Send bytes; whoever does not take them has answered already, or gone."""
        with suppress(OSError):
            self.client.sendall(sent)
        return self

    def read(self) -> bytes:
        """Return everything that comes until the other side closes the connection."""
        received = bytearray()
        with self.client, suppress(ConnectionError):
            while part := self.client.recv(65536):
                received += part
        return bytes(received)

    def status(self) -> int:
        """Return the status of the last answer; 0 if the connection was closed without one."""
        return ([0, *statuses(self.read())])[-1]


def statuses(received: bytes) -> list[int]:
    """Return the status of each answer in what was received."""
    lines = received.split(b"HTTP/1.1 ")[1:]
    return [int(line[:3]) for line in lines]


def request(line: str, *fields: str, body: bytes = b"", end: str = "\r\n") -> bytes:
    """Return a request, written as it is said; the connection ends with it."""
    head = end.join([f"{line} HTTP/1.1", *fields, "Connection: close", "", ""])
    return head.encode("latin-1") + body


def mutations(good: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Yield what becomes of a request by one to four changes: parts cut out, doubled, moved, put in; bytes changed."""
    chance = random.Random(seed)  # noqa: S311  # it makes tests, not secrets
    for _ in range(count):
        made = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            start, length = chance.randrange(len(made) + 1), chance.choice((1, 2, 3, 10, 100))
            match chance.randrange(6):
                case 0:
                    del made[start : start + length]
                case 1:
                    made[start:start] = made[start : start + length]
                case 2:
                    made[start:start] = chance.choice(_PARTS)
                case 3:
                    lines = bytes(made).split(b"\r\n")
                    lines.insert(chance.randrange(1, len(lines) + 1), chance.choice(_PARTS).removesuffix(b"\r\n"))
                    made = bytearray(b"\r\n".join(lines))
                case 4 if start < len(made):
                    made[start] = chance.randrange(256)
                case _:
                    made[:] = chance.choice(_METHODS) + bytes(made[made.find(b" ") :])
        yield bytes(made)
