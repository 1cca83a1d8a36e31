"""Limits of the console's own server: how many connections wait, how long, and how a request may be written.

A connection costs a descriptor before it has sent anything, even before TLS. So late connections are dropped. If too
many wait, the oldest of the address that has most is dropped.
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

WAITING: Final = 100  # connections that still have to send the head of a request, or the rest of its body
QUEUED: Final = 1024  # connections that wait to be accepted; beyond that, a browser tries again after a second
TASKS: Final = 4000  # requests with a complete head, most of them queued; more are refused
HEAD_BYTES: Final = 32 * 1024
HEAD_SECONDS, ANSWER_SECONDS = 10, 600  # for a complete head; from there to the last byte of the response
LOG_SECONDS: Final = 60
_FRAMING: Final = re.compile(rb"^(?:content-length|transfer-encoding)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_ODD: Final = re.compile(
    rb"(?<!\r)\n"  # a line that ends with a line feed alone
    rb"|\n[ \t]"  # a line that continues the one before: obsolete folding
    rb"|\ncontent-length:[^\n]*,"  # a length in a list
    rb"|\A[^\n]* HTTP/(?!1\.[01]\r)",
    re.IGNORECASE,
)


class _Connection(NamedTuple):
    """A connection, and since when it is in this state."""

    socket: socket.socket
    address: str
    since: float
    is_idle: bool = True  # no response is due
    is_waiting: bool = True  # the client is to send the next byte
    transport: Transport | None = None


class Listener(socket.socket):
    """A listening socket that keeps track of its connections."""

    def __init__(self, listening: socket.socket) -> None:
        """Take over the descriptor of a listening socket."""
        super().__init__(listening.family, listening.type, listening.proto, fileno=listening.detach())
        self._connections: dict[int, _Connection] = {}
        self._dropped, self._told = 0, float("-inf")

    def listen(self, _: int = 0) -> None:
        """Listen with room for `QUEUED` connections, whatever the server asks for."""
        super().listen(QUEUED)

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection; if too many wait, drop another one."""
        connection, address = super().accept()
        self._connections.pop(connection.fileno(), None)
        self._connections[connection.fileno()] = _Connection(connection, str(address[:1]), time.monotonic())
        waiting = [one for one in self._connections.values() if one.is_waiting and one.socket.fileno() >= 0]
        if len(waiting) > WAITING:
            [(most, _)] = Counter(one.address for one in waiting).most_common(1)
            self.drop(next(one for one in waiting if one.address == most).socket)
        return connection, address

    def note(self, transport: Transport, *, is_idle: bool, is_waiting: bool) -> None:
        """Note the state of a connection; a byte that does not change the state buys no time."""
        number = transport.get_extra_info("socket").fileno()
        line = self._connections.get(number)
        if line is not None and (line.is_idle, line.is_waiting) != (is_idle, is_waiting):
            del self._connections[number]  # move it after those that have waited longer
            self._connections[number] = _Connection(
                line.socket, line.address, time.monotonic(), is_idle, is_waiting, transport
            )

    async def sweep(self) -> None:
        """Drop late connections, forget closed ones, and log once a minute how many were dropped."""
        now = time.monotonic()
        self._connections = {number: one for number, one in self._connections.items() if one.socket.fileno() >= 0}
        for one in list(self._connections.values()):
            is_sending = one.transport is not None and one.transport.get_write_buffer_size() > 0
            if now - one.since > (HEAD_SECONDS if one.is_idle and not is_sending else ANSWER_SECONDS):
                self.drop(one.socket)
        if self._dropped and now - self._told > LOG_SECONDS:
            logging.getLogger("uvicorn.error").error("connections without a whole request: %s dropped", self._dropped)
            self._dropped, self._told = 0, now

    def drop(self, connection: socket.socket) -> None:
        """Shut down a connection; its transport notices that, and closes it."""
        self._dropped += 1
        self._connections.pop(connection.fileno(), None)
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


class HttpConnection(H11Protocol):
    """An HTTP connection; it refuses requests that a proxy could read differently (RFC 9112, sections 2.2, 5, 6)."""

    def __init__(self, listener: Listener, **given: Any) -> None:
        """Keep the listener, and pass on the arguments of uvicorn."""
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
        """Refuse a malformed request, unless a response has begun."""
        if self.conn.our_state is h11.IDLE:
            super().send_400_response(msg)
        self.transport.close()

    def _note(self) -> None:
        cycle: Any = self.cycle  # None before the first request
        is_idle = cycle is None or cycle.response_complete
        is_waiting = cycle is None or cycle.response_complete or cycle.more_body
        self._listener.note(self.transport, is_idle=is_idle, is_waiting=is_waiting)


class _Strict(h11.Connection):
    """An h11 connection that refuses what others read differently: two lengths, folded lines, trailers."""

    def next_event(self) -> Any:
        """Return the next event."""
        if self.their_state is h11.IDLE:
            head = self.trailing_data[0].partition(b"\r\n\r\n")[0]
            if _ODD.search(head) or len(_FRAMING.findall(head)) > 1:
                raise h11.RemoteProtocolError("ambiguous")
        event = super().next_event()
        if isinstance(event, h11.EndOfMessage) and list(event.headers):
            raise h11.RemoteProtocolError("trailers")
        return event
