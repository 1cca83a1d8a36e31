"""Connections to the console's own server, below requests: how many wait for one, how long, and how it is written.

A connection costs a descriptor before it has sent anything, below TLS too. So those that are late are dropped, and of
too many that wait the oldest of the address that has most.
"""

import logging
import re
import socket
import time
from asyncio import Transport
from collections import Counter
from contextlib import suppress
from typing import Any, Final, NamedTuple

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

WAITING: Final = 100  # connections that owe us something: the head of a request, or the rest of its body
QUEUED: Final = 1024  # that wait in the system until they are taken; beyond, a browser tries again after a second
TASKS: Final = 4000  # requests with a whole head, most of them in line; beyond, they are refused
HEAD_BYTES: Final = 32 * 1024
HEAD_SECONDS, ANSWER_SECONDS = 10, 600  # for a whole head; from there to the last byte of the answer
LOG_SECONDS: Final = 60
_FRAMING: Final = re.compile(rb"^(?:content-length|transfer-encoding)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_ODD: Final = re.compile(
    rb"(?<!\r)\n"  # a line that ends with a line feed alone
    rb"|\n[ \t]"  # a line that goes on with the one before: obsolete folding
    rb"|\ncontent-length:[^\n]*,"  # a length in a list
    rb"|\A[^\n]* HTTP/(?!1\.[01]\r)",
    re.IGNORECASE,
)


class _Line(NamedTuple):
    """A connection, and since when it is in this state."""

    socket: socket.socket
    address: str
    since: float
    is_idle: bool = True  # nothing is to be answered
    is_waiting: bool = True  # the next byte is theirs
    transport: Transport | None = None


class Listener(socket.socket):
    """Listens, and keeps account of the connections that came."""

    def __init__(self, listening: socket.socket) -> None:
        """Take the place of a socket that listens."""
        super().__init__(listening.family, listening.type, listening.proto, fileno=listening.detach())
        self._lines: dict[int, _Line] = {}
        self._dropped, self._told = 0, float("-inf")

    def listen(self, _: int = 0) -> None:
        """Have room for those that come at one time, whatever a server asks for."""
        super().listen(QUEUED)

    def accept(self) -> tuple[socket.socket, Any]:
        """Take a connection, if need be in the place of another one."""
        connection, address = super().accept()
        self._lines.pop(connection.fileno(), None)
        self._lines[connection.fileno()] = _Line(connection, str(address[:1]), time.monotonic())
        waiting = [one for one in self._lines.values() if one.is_waiting and one.socket.fileno() >= 0]
        if len(waiting) > WAITING:
            [(most, _)] = Counter(one.address for one in waiting).most_common(1)
            self.drop(next(one for one in waiting if one.address == most).socket)
        return connection, address

    def note(self, transport: Transport, *, is_idle: bool, is_waiting: bool) -> None:
        """Note the state of a connection; a byte that does not change it gives it no more time."""
        number = transport.get_extra_info("socket").fileno()
        line = self._lines.get(number)
        if line is not None and (line.is_idle, line.is_waiting) != (is_idle, is_waiting):
            del self._lines[number]  # it goes behind those that wait for longer
            self._lines[number] = _Line(line.socket, line.address, time.monotonic(), is_idle, is_waiting, transport)

    async def sweep(self) -> None:
        """Drop connections that are late, forget those that have ended, and log once a minute how many were dropped."""
        now = time.monotonic()
        self._lines = {number: one for number, one in self._lines.items() if one.socket.fileno() >= 0}
        for one in list(self._lines.values()):
            is_sending = one.transport is not None and one.transport.get_write_buffer_size() > 0
            if now - one.since > (HEAD_SECONDS if one.is_idle and not is_sending else ANSWER_SECONDS):
                self.drop(one.socket)
        if self._dropped and now - self._told > LOG_SECONDS:
            logging.getLogger("uvicorn.error").error("connections without a whole request: %s dropped", self._dropped)
            self._dropped, self._told = 0, now

    def drop(self, connection: socket.socket) -> None:
        """End a connection; its transport learns of it, and closes it."""
        self._dropped += 1
        self._lines.pop(connection.fileno(), None)
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


class HttpConnection(H11Protocol):
    """One connection; it takes a request only as every proxy before it reads it too (RFC 9112, sections 2.2, 5, 6)."""

    def __init__(self, listener: Listener, **given: Any) -> None:
        """Take who keeps account, and what uvicorn gives."""
        super().__init__(**given)
        self._listener, self.conn = listener, _Strict(h11.SERVER, HEAD_BYTES)

    def handle_events(self) -> None:
        """Handle what has arrived."""
        super().handle_events()
        self._note()

    def on_response_complete(self) -> None:
        """Begin the next request."""
        super().on_response_complete()
        self._note()

    def send_400_response(self, msg: str) -> None:
        """Refuse what was not understood, unless an answer has begun."""
        if self.conn.our_state is h11.IDLE:
            super().send_400_response(msg)
        self.transport.close()

    def _note(self) -> None:
        cycle: Any = self.cycle  # None before the first request
        is_idle = cycle is None or cycle.response_complete
        is_waiting = cycle is None or cycle.response_complete or cycle.more_body
        self._listener.note(self.transport, is_idle=is_idle, is_waiting=is_waiting)


class _Strict(h11.Connection):
    """Refuses what h11 understands in one way and others in another: two lengths, folded lines, trailers."""

    def next_event(self) -> Any:
        """Return what comes next."""
        if self.their_state is h11.IDLE:
            head = self.trailing_data[0].partition(b"\r\n\r\n")[0]
            if _ODD.search(head) or len(_FRAMING.findall(head)) > 1:
                raise h11.RemoteProtocolError("ambiguous")
        event = super().next_event()
        if isinstance(event, h11.EndOfMessage) and list(event.headers):
            raise h11.RemoteProtocolError("trailers")
        return event
