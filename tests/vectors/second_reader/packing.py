"""Values to MessagePack in their only spelling ("Payloads")."""

from collections.abc import Callable
from typing import Any, Final

from tests.vectors.second_reader.forms import RefusedError

Forms = tuple[tuple[int, int], ...]
"""The first byte of each form, and how many bytes the number after it has, from the shortest on."""

_TEXT: Final = ((0xD9, 1), (0xDA, 2), (0xDB, 4))
_BYTES: Final = ((0xC4, 1), (0xC5, 2), (0xC6, 4))
_LIST: Final = ((0xDC, 2), (0xDD, 4))
_MAP: Final = ((0xDE, 2), (0xDF, 4))
_UINT: Final = ((0xCC, 1), (0xCD, 2), (0xCE, 4), (0xCF, 8))
_INT: Final = ((0xD0, 1), (0xD1, 2), (0xD2, 4), (0xD3, 8))


def pack(value: Any) -> bytes:
    """Return the one payload of a value."""
    return _packer(value)(value)


def _packer(value: object) -> Callable[[Any], bytes]:
    packer = _PACKERS.get(type(value))
    if packer is None:
        raise RefusedError("payload-invalid")
    return packer


def _list(items: list[Any]) -> bytes:
    return _headed(b"".join(map(pack, items)), len(items), _LIST, 0x90, 16)


def _map(entries: dict[str, Any]) -> bytes:
    ordered = sorted(entries.items(), key=lambda entry: _utf8(entry[0]))
    return _headed(b"".join(_text(name) + pack(item) for name, item in ordered), len(ordered), _MAP, 0x80, 16)


def _bytes(data: bytes) -> bytes:
    return _headed(data, len(data), _BYTES)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise RefusedError("payload-invalid") from None


def _text(text: str) -> bytes:
    data = _utf8(text)
    return _headed(data, len(data), _TEXT, 0xA0, 32)


def _headed(body: bytes, count: int, forms: Forms, short: int = 0, below: int = 0) -> bytes:
    """Put a count in front of a body: in one byte with `short` if it is `below`, else in the shortest form."""
    return (bytes([short | count]) if count < below else _shortest(count, forms)) + body


def _shortest(number: int, forms: Forms) -> bytes:
    for first, width in forms:
        if number < 256**width:
            return bytes([first]) + number.to_bytes(width, "big")
    raise RefusedError("payload-invalid")


def _number(number: int) -> bytes:
    if 0 <= number < 0x80 or -32 <= number < 0:
        return (number % 256).to_bytes(1, "big")
    if number > 0:
        return _shortest(number, _UINT)
    for first, width in _INT:
        if number >= -(256**width) // 2:
            return bytes([first]) + number.to_bytes(width, "big", signed=True)
    raise RefusedError("payload-invalid")


_PACKERS: Final[dict[type, Callable[[Any], bytes]]] = {
    type(None): lambda _: b"\xc0",
    bool: lambda value: b"\xc3" if value else b"\xc2",
    int: _number,
    str: _text,
    bytes: _bytes,
    list: _list,
    dict: _map,
}
