"""What goes through the pipe to a worker: lists of bytes, each with its length before it."""

from collections.abc import Sequence
from struct import calcsize, pack, unpack
from typing import BinaryIO, Final

SIGN: Final = b"sign"
WRITE: Final = b"write"
DONE: Final = b"done"

_NUMBER: Final = ">I"


def send(pipe: BinaryIO, parts: Sequence[bytes]) -> None:
    """Send a list."""
    lengths = pack(f">{len(parts) + 1}I", len(parts), *map(len, parts))
    pipe.write(b"".join((lengths, *parts)))
    pipe.flush()


def receive(pipe: BinaryIO) -> list[bytes]:
    """Return the next list; raise `EOFError` once the other side has closed the pipe, or ended."""
    (count,) = unpack(_NUMBER, _read(pipe, calcsize(_NUMBER)))
    lengths: tuple[int, ...] = unpack(f">{count}I", _read(pipe, count * calcsize(_NUMBER)))
    data, begin, parts = _read(pipe, sum(lengths)), 0, list[bytes]()
    for length in lengths:
        parts.append(data[begin : begin + length])
        begin += length
    return parts


def _read(pipe: BinaryIO, size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data
