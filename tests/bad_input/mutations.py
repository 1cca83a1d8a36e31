"""Damage as it happens and as it is done on purpose, the same on every run."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Final

_PIECES: Final = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"lk1-",
    b"lk1-bundle.",
    b"=",
    b"[[[[",
    b"{" * 500,
    b"[" * 2000,
    b"-1",
    b"99999999999999999999999999",
    b"1e999",
    b"0001-01-01",
    b"\xe2\x80\xae",
    b'"',
    b"'''",
    b"\\u0000",
    b"a" * 5000,
    b"../../etc",
)


def mutations(original: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Return `count` damaged forms of `original`, none of them equal to it."""
    chance = Random(seed)  # noqa: S311  # damage, not secrets
    while count:
        damaged = chance.choice(_DAMAGES)(original, chance)
        if damaged != original:
            count -= 1
            yield damaged


def _place(data: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randrange(len(data))
    return start, min(len(data), start + chance.randint(1, 40))


def _flip(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def _cut(data: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _drop(data: bytes, chance: Random) -> bytes:
    start, end = _place(data, chance)
    return data[:start] + data[end:]


def _repeat(data: bytes, chance: Random) -> bytes:
    start, end = _place(data, chance)
    return data[:end] + data[start:end] * chance.randint(1, 50) + data[end:]


def _insert(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_PIECES) + data[at:]


def _replace(data: bytes, chance: Random) -> bytes:
    start, end = _place(data, chance)
    return data[:start] + chance.choice(_PIECES) + data[end:]


def _scramble(data: bytes, chance: Random) -> bytes:
    start, end = _place(data, chance)
    return data[:start] + chance.randbytes(end - start) + data[end:]


def _exchange(data: bytes, chance: Random) -> bytes:
    first, second = sorted((chance.randrange(len(data)), chance.randrange(len(data))))
    return data[second:] + data[first:second] + data[:first]


def _other(data: bytes, chance: Random) -> bytes:
    del data
    return chance.randbytes(chance.randrange(2000))


_DAMAGES: Final[tuple[Callable[[bytes, Random], bytes], ...]] = (
    *(_flip, _flip, _flip, _cut, _drop, _drop, _repeat),
    *(_insert, _insert, _replace, _replace, _scramble, _exchange, _other),
)
