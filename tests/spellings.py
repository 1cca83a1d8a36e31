"""Payloads that say something valid in another spelling, and payloads that are none.

Each differs from `PAYLOAD`, a valid bundle, in one place.
"""

from licensekit.wire.documents import Binding, Bundle, encode
from tests import makers

BUNDLE = makers.bundle(
    sequence=77,
    company="Blåbærskogen",
    system={"server": 1},
    users={"a": 2, "b": 3},
    binding=Binding(b"\xaa" * 32, 1, {"host": b"\xbb" * 16}),
)
PAYLOAD = encode(BUNDLE)
FIELDS = len(Bundle.__struct_fields__)


def spelled(old: bytes, new: bytes) -> bytes:
    """Return the payload with its one `old` replaced."""
    assert PAYLOAD.count(old) == 1, old
    return PAYLOAD.replace(old, new)


def header(new: bytes) -> bytes:
    """Return the payload behind another array header."""
    assert PAYLOAD[:3] == bytes([0xDC, 0, FIELDS])
    return new + PAYLOAD[3:]


OTHER_SPELLINGS = {
    "array32": header(b"\xdd" + FIELDS.to_bytes(4, "big")),
    "uint8": spelled(b"base\x4d", b"base\xcc\x4d"),
    "uint16": spelled(b"base\x4d", b"base\xcd\x00\x4d"),
    "uint32": spelled(b"base\x4d", b"base\xce\x00\x00\x00\x4d"),
    "uint64": spelled(b"base\x4d", b"base\xcf" + bytes(7) + b"\x4d"),
    "int8": spelled(b"base\x4d", b"base\xd0\x4d"),
    "int64": spelled(b"base\x4d", b"base\xd3" + bytes(7) + b"\x4d"),
    "str8": spelled(b"\xa4base", b"\xd9\x04base"),
    "str16": spelled(b"\xa4base", b"\xda\x00\x04base"),
    "str32": spelled(b"\xa4base", b"\xdb\x00\x00\x00\x04base"),
    "map key in str8": spelled(b"\xa6server", b"\xd9\x06server"),
    "bin16": spelled(b"\xc4\x20\xaa", b"\xc5\x00\x20\xaa"),
    "bin32": spelled(b"\xc4\x20\xaa", b"\xc6\x00\x00\x00\x20\xaa"),
    "map16": spelled(b"\x81\xa6server", b"\xde\x00\x01\xa6server"),
    "map32": spelled(b"\x81\xa6server", b"\xdf\x00\x00\x00\x01\xa6server"),
    "map keys unsorted": spelled(b"\xa1a\x02\xa1b\x03", b"\xa1b\x03\xa1a\x02"),
    "a map key twice": spelled(b"\xa1a\x02\xa1b\x03", b"\xa1b\x02\xa1b\x03"),
    "a map entry twice": spelled(b"\x82\xa1a\x02", b"\x83\xa1a\x02\xa1a\x02"),
}
"""A valid bundle spelled in another way."""

NO_PAYLOADS = {
    "empty": b"",
    "nil": b"\xc0",
    "a map": b"\x80",
    "a text": b"\xa4base",
    "the reserved byte": b"\xc1",
    "a byte too many": PAYLOAD + b"\xc0",
    "a second payload": PAYLOAD * 2,
    "a field too many": header(bytes([0xDC, 0, FIELDS + 1])) + b"\xc0",
    "a field too few": header(bytes([0xDC, 0, FIELDS - 1]))[:-1],
    "a length beyond the end": spelled(b"\xa4base", b"\xdb\xff\xff\xff\xffbase"),
    "an array of four billion": b"\xdd\xff\xff\xff\xff" + PAYLOAD[3:],
    "a map of four billion": spelled(b"\x81\xa6server", b"\xdf\xff\xff\xff\xff\xa6server"),
    "a float": spelled(b"base\x4d", b"base\xcb\x40\x53\x40" + bytes(5)),
    "a boolean for a number": spelled(b"base\x4d", b"base\xc3"),
    "a text for a number": spelled(b"base\x4d", b"base\xa277"),
    "nil for a number": spelled(b"base\x4d", b"base\xc0"),
    "bytes for a text": spelled(b"\xa4base", b"\xc4\x04base"),
    "a text for bytes": spelled(b"\xc4\x20\xaa", b"\xd9\x20\xaa"),
    "a list for a map": spelled(b"\x81\xa6server\x01", b"\x92\xa6server\x01"),
    "a number for a map key": spelled(b"\x81\xa6server\x01", b"\x81\x07\x01"),
    "a timestamp": spelled(b"base\x4d", b"base\xd6\xff\x00\x00\x00\x4d"),
    "an extension type": spelled(b"base\x4d", b"base\xd4\x01\x4d"),
    "zero for a sequence": spelled(b"base\x4d", b"base\x00"),
    "a negative number": spelled(b"base\x4d", b"base\xff"),
    "the largest number": spelled(b"base\x4d", b"base\xcf" + b"\xff" * 8),
    "UTF-8 cut short": spelled("Blåb".encode(), b"Bl\xc3\x62b"),
    "overlong UTF-8": spelled(b"\xa4base", b"\xa5bas\xc1\xa5"),
    "UTF-8 of a surrogate": spelled("å".encode() + b"b", b"\xed\xa0\x80"),
    "no UTF-8 in a map key": spelled(b"\xa6server", b"\xa6serve\xff"),
    "deep nesting": header(bytes([0xDC, 0, FIELDS]))[:3] + b"\x91" * 2_000,
    "deep nesting behind the last field": header(bytes([0xDC, 0, FIELDS + 1])) + b"\x91" * 2_000,
}
"""No bundle at all."""
