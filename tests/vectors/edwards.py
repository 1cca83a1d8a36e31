"""The curve of Ed25519 by plain arithmetic (RFC 8032, section 5.1), for signatures that no library makes.

Slow, and not for secrets.
"""

from hashlib import sha512
from typing import Final

P: Final = 2**255 - 19
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
D: Final = -121665 * pow(121666, -1, P) % P

Point = tuple[int, int]
ZERO: Final[Point] = (0, 1)


def add(first: Point, second: Point) -> Point:
    """Return the sum of two points."""
    (x1, y1), (x2, y2) = first, second
    product = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P)
    return x % P, (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P


def times(factor: int, point: Point) -> Point:
    """Return a multiple of a point."""
    total = ZERO
    while factor:
        if factor & 1:
            total = add(total, point)
        point = add(point, point)
        factor >>= 1
    return total


def decoded(data: bytes) -> Point | None:
    """Return the point that 32 bytes spell, or nothing if there is none of this y."""
    number = int.from_bytes(data, "little")
    y, sign = number % 2**255, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square:
        return None
    return (P - x if x % 2 != sign else x) % P, y % P


def encoded(point: Point) -> bytes:
    """Return the 32 bytes of a point."""
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def on_curve(data: bytes) -> Point:
    """Return the point that 32 bytes spell."""
    point = decoded(data)
    assert point is not None
    return point


BASE: Final = on_curve(bytes.fromhex("58" + "66" * 31))
EIGHTH: Final = on_curve(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))
"""A point of order 8."""


def secret(seed: bytes) -> int:
    """Return the scalar of a seed."""
    clamped = bytearray(sha512(seed).digest()[:32])
    clamped[0] &= 248
    clamped[31] = clamped[31] & 127 | 64
    return int.from_bytes(clamped, "little")


def challenge(r: bytes, public: bytes, message: bytes) -> int:
    """Return k of the equation [S]B = R + [k]A."""
    return int.from_bytes(sha512(r + public + message).digest(), "little") % ORDER


def signature(r: bytes, nonce: int, scalar: int, public: bytes, message: bytes) -> bytes:
    """Return R and the S that belongs to it, if `nonce` is what R is made of and `scalar` what the key is made of."""
    s = (nonce + challenge(r, public, message) * scalar) % ORDER
    return r + s.to_bytes(32, "little")
