"""Tokens, frames, MessagePack and keys ("Tokens", "Frames", "Schemes", "Payloads")."""

import base64
import binascii
import hashlib
import struct
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from tests.docs.tables import section, tables, text_of

FORMAT: Final = text_of("format.md")
BOUNDS: Final = {name.strip("`"): int(value) for table in tables(section(FORMAT, "Bounds")) for name, value, _ in table}
TYPES: Final = (*("root", "trust", "revocations", "catalog", "bundle", "reset"), *("request", "receipt", "statement"))


class RefusedError(Exception):
    """Refused; its argument is the code."""


class Token(NamedTuple):
    """A type and a frame."""

    type: str
    frame: bytes


class Signed(NamedTuple):
    """One signature of a frame."""

    scheme: int
    key: bytes
    signature: bytes


def need(condition: object, code: str) -> None:
    """Refuse with `code` unless the condition holds."""
    if not condition:
        raise RefusedError(code)


def tokens_of(data: bytes) -> list[Token]:
    """Follow "Tokens", 1 to 6."""
    need(len(data) <= BOUNDS["FILE_BYTES"], "too-large")
    data = data.removeprefix(b"\xef\xbb\xbf")
    data = data.translate(None, b"\x09\x0a\x0b\x0c\x0d\x20")
    need(data.startswith(b"lk1-"), "armor-invalid")
    pieces = data.split(b"lk1-")[1:]
    need(len(pieces) <= BOUNDS["TOKENS_PER_FILE"], "too-large")
    return sorted(map(_token, pieces), key=lambda token: TYPES.index(token.type))


def _token(piece: bytes) -> Token:
    need(b"." in piece, "armor-invalid")
    name, _, body = piece.partition(b".")
    kind = name.decode("latin-1")
    need(kind in TYPES, "unexpected-type")
    need(len(body) <= -(-BOUNDS["FRAME_BYTES"] * 4 // 3), "too-large")
    try:
        frame = base64.b64decode(body + b"=" * (-len(body) % 4), validate=True)
    except binascii.Error:
        raise RefusedError("armor-invalid") from None
    need(base64.b64encode(frame).rstrip(b"=") == body, "armor-invalid")
    return Token(kind, frame)


_SIZES: Final = {1: (8, 64), 2: (8, 3373), 3: (32, 64)}


def divide(token: Token, kind: str) -> tuple[list[Signed], bytes]:
    """Step 3."""
    need(token.type == kind, "unexpected-type")
    frame = token.frame
    need(len(frame) <= BOUNDS["FRAME_BYTES"], "too-large")
    need(frame[:1] not in {b"", b"\x00"}, "frame-invalid")
    need(frame[0] <= BOUNDS["SIGNATURES"], "too-large")
    at, signatures = 1, list[Signed]()
    for _ in range(frame[0]):
        need(at < len(frame) and frame[at] in _SIZES, "frame-invalid")
        middle = at + 1 + _SIZES[frame[at]][0]
        end = middle + _SIZES[frame[at]][1]
        signatures.append(Signed(frame[at], frame[at + 1 : middle], frame[middle:end]))
        at = end
    need(at < len(frame), "frame-invalid")
    need(len({s.key for s in signatures}) == len(signatures), "signature-count")
    return signatures, frame[at:]


class Key(NamedTuple):
    """A public key that was checked."""

    scheme: int
    public: bytes

    @property
    def reference(self) -> tuple[int, bytes]:
        """Scheme and key id."""
        return self.scheme, hashlib.sha256(bytes([self.scheme]) + self.public).digest()[:8]

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Return whether a signature of a message is by this key; of a hybrid key, both halves of it ("Schemes")."""
        half = slice(64) if self.scheme == 2 else slice(None)
        try:
            Ed25519PublicKey.from_public_bytes(self.public[:32]).verify(signature[half], message)
        except InvalidSignature:
            return False
        return self.scheme != 2 or verifies_mldsa(self.public[32:], message, signature[64:])


def verifies_mldsa(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a signature of ML-DSA-65 verifies."""
    need(len(public) == 1952, "key-invalid")
    try:
        MLDSA65PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def message_of(kind: str, scheme: int, reference: bytes, payload: bytes) -> bytes:
    """Return what a signature signs ("Frames")."""
    return b"licensekit/lk1\0" + kind.encode() + b"\0" + bytes([scheme]) + reference + payload


_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P


def key(scheme: int, public: bytes) -> Key:
    """Check a public key as it is loaded ("Schemes")."""
    need(scheme in {1, 2, 3}, "key-invalid")
    need(len(public) == (32 + 1952 if scheme == 2 else 32), "key-invalid")
    y = int.from_bytes(public[:32], "little") % 2**255
    need(y < _P, "key-invalid")
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    need(pow(square, (_P - 1) // 2, _P) in {0, 1}, "key-invalid")
    need(not _is_low_order(square, y), "key-invalid")
    return Key(scheme, public)


def _is_low_order(square: int, y: int) -> bool:
    # Doubled three times a point of low order is (0, 1). With u = x² and v = y², doubling gives
    # x' = 2xy / (1 + duv) and y' = (u + v) / (1 - duv).
    u, v = square, y * y % _P
    for _ in range(3):
        product = _D * u * v % _P
        x2 = 4 * u * v * pow(pow(1 + product, 2, _P), -1, _P) % _P
        y = (u + v) * pow(1 - product, -1, _P) % _P
        u, v = x2, y * y % _P
    return (u, y) == (0, 1)


class Map(dict[str, Any]):
    """A map, in which a repeated key has its last value, and all entries that are there."""

    def __init__(self, entries: list[tuple[str, Any]]) -> None:
        super().__init__(entries)
        self.entries = entries


class Packed(NamedTuple):
    """A value, and whether it had its only spelling."""

    value: Any
    is_canonical: bool


def unpack(data: bytes) -> Packed:
    """Read MessagePack in any spelling, and say whether it was the only one ("Payloads")."""
    reader = _Reader(data)
    try:
        value = reader.value(0)
    except (IndexError, struct.error, UnicodeDecodeError):
        raise RefusedError("payload-invalid") from None
    need(reader.at == len(data), "payload-invalid")
    return Packed(value, reader.is_canonical)


_CONSTANTS: Final = {0xC0: None, 0xC2: False, 0xC3: True}
_NEVER: Final = {0xC1, *range(0xC7, 0xCC), *range(0xD4, 0xD9)}
"""Reserved, ext types and floats."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.is_canonical = True

    def value(self, depth: int) -> Any:
        need(depth < 8, "payload-invalid")
        first = self.take(1)[0]
        if first < 0x80:
            return first
        if first >= 0xE0:
            return first - 256
        if first < 0x90:
            return self.map(first & 15, depth)
        if first < 0xA0:
            return self.list(first & 15, depth)
        if first < 0xC0:
            return self.take(first & 31).decode()
        return self.long(first, depth)

    def long(self, first: int, depth: int) -> Any:
        if first in _CONSTANTS:
            return _CONSTANTS[first]
        need(first not in _NEVER, "payload-invalid")
        if first <= 0xC6:
            return self.take(self.size(first - 0xC4, (0, 2**8, 2**16)))
        if first <= 0xD3:
            return self.number(first)
        if first <= 0xDB:
            return self.take(self.size(first - 0xD9, (32, 2**8, 2**16))).decode()
        if first <= 0xDD:
            return self.list(self.size(first - 0xDB, (0, 16, 2**16)), depth)
        return self.map(self.size(first - 0xDD, (0, 16, 2**16)), depth)

    def take(self, count: int) -> bytes:
        need(self.at + count <= len(self.data), "payload-invalid")
        self.at += count
        return self.data[self.at - count : self.at]

    def size(self, width: int, least: tuple[int, ...]) -> int:
        """Return a number of 1, 2, 4 or 8 bytes, in the shortest form that can hold it."""
        number = int.from_bytes(self.take(2**width), "big")
        self.is_canonical &= number >= least[width]
        return number

    def number(self, first: int) -> int:
        if first <= 0xCF:
            return self.size(first - 0xCC, (2**7, 2**8, 2**16, 2**32))
        width = first - 0xD0
        number = int.from_bytes(self.take(2**width), "big", signed=True)
        self.is_canonical &= number < (-32, -(2**7), -(2**15), -(2**31))[width]
        return number

    def list(self, count: int, depth: int) -> list[Any]:
        need(count <= len(self.data) - self.at, "payload-invalid")
        return [self.value(depth + 1) for _ in range(count)]

    def map(self, count: int, depth: int) -> dict[str, Any]:
        need(2 * count <= len(self.data) - self.at, "payload-invalid")
        entries: list[tuple[str, Any]] = []
        last: bytes | None = None
        for _ in range(count):
            name = self.value(depth + 1)
            need(isinstance(name, str), "payload-invalid")
            encoded = name.encode()
            self.is_canonical &= last is None or last < encoded
            last = encoded
            entries.append((name, self.value(depth + 1)))
        return Map(entries)
